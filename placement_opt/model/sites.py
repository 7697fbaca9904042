"""Families C4 and C7: only open provisions take pupils, where being open is a decision; smallest viable groups."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from placement_opt.facts import Bools, Floats
from placement_opt.model.draft import Draft
from placement_opt.model.linear import EQ, GE, LE, NO_PAIRS
from placement_opt.schema import ORDINARY_CLASS_KINDS

CHOSEN = ("candidate", "closable")
"""Provisions of such a status are open only if the plan says so."""

SITE_SCOPE = ("status", "kind", "locality", "provision_id")
"""What a row of `site_limits` counts by; a blank counts any."""


def add_sites(draft: Draft) -> None:
    """Add the columns y and m, row families C4 (how many are open) and C7 (smallest groups), the money of being open.

    That only an open provision takes pupils needs no row here: `Draft.site` tells which column opens each pair, and
    whoever writes or bounds the model says it for the pairs that it looks at.
    """
    for p in decided_sites(draft):
        is_open = draft.column(f"y_{p}", 1 if draft.kept_places[p] else 0, 1)
        draft.is_open[p] = is_open
        draft.money.add(is_open, _yearly_gbp(draft, p))
        _demand_a_group(draft, p)
    draft.money.constant += always_paid_gbp(draft)
    _count_open(draft)
    for place, limit in enumerate(draft.facts.problem.table("site_limits").to_dict("records")):
        _limit_sites(draft, place, {str(name): value for name, value in limit.items()})


def _count_open(draft: Draft) -> None:
    """Count the open sites, all of them and those of each kind: to branch on how many is worth more than on which."""
    for g, group in enumerate(counted_groups(draft)):
        sites = [(draft.is_open[p], 1.0) for p in np.flatnonzero(group).tolist()]
        if len(sites) > 1:
            number = draft.column(f"m_{g}", 0, len(sites))
            draft.row(f"opened_{g}", NO_PAIRS, 0, [*sites, (number, -1.0)], EQ, 0)


def counted_groups(draft: Draft) -> Iterator[Bools]:
    """Yield the provisions that are counted together: candidates and closable ones, then those of each kind."""
    facts = draft.facts
    chosen = np.isin(facts.provision_column("status").astype(str), CHOSEN)
    yield chosen
    kinds = sorted(set(facts.kinds[chosen]))
    for kind in kinds if len(kinds) > 1 else []:
        yield chosen & (facts.kinds == kind)


def decided_sites(draft: Draft) -> Iterator[int]:
    """Yield the positions of the provisions whose being open, served or in use is a decision."""
    facts = draft.facts
    status, smallest = facts.provision_column("status"), facts.provision_column("min_pupils")
    for p, (state, kind) in enumerate(zip(status, facts.kinds, strict=True)):
        is_group = state == "open" and smallest[p] > 0 and not draft.kept_places[p]
        if state in CHOSEN or (kind == "spoke" and state == "open") or is_group:
            yield p


def place_funding_gbp(draft: Draft, provision: int, places: int) -> float:
    """Return what commissioning some places costs, filled or not; nobody commissions places in ordinary classes."""
    facts = draft.facts
    is_paid = facts.policy.cost_basis == "full" and facts.kinds[provision] not in ORDINARY_CLASS_KINDS
    return round(float(facts.provision_column("place_gbp")[provision] * places), 2) if is_paid else 0.0


def _yearly_gbp(draft: Draft, provision: int) -> float:
    """Return what being open costs for a year: running cost, and on the full basis all its place funding."""
    row = draft.facts.provisions.iloc[provision]
    if row["status"] not in CHOSEN:
        return 0.0
    return float(row["open_gbp"]) + place_funding_gbp(draft, provision, int(row["places"]))


def always_paid_gbp(draft: Draft) -> float:
    """Return the place funding of the provisions that are open whatever is decided, on the full basis."""
    return float(commissioned_gbp(draft)[draft.facts.provision_column("status") == "open"].sum())


def commissioned_gbp(draft: Draft) -> Floats:
    """Return what the places that each provision has today cost, on the full basis."""
    facts = draft.facts
    if facts.policy.cost_basis != "full":
        return np.zeros(len(facts.provisions))
    places_gbp = facts.provision_column("place_gbp") * facts.provision_column("places")
    return np.where(np.isin(facts.kinds, sorted(ORDINARY_CLASS_KINDS)), 0.0, np.round(places_gbp.astype(float), 2))


def _demand_a_group(draft: Draft, provision: int) -> None:
    smallest = int(draft.facts.provision_column("min_pupils")[provision])
    if smallest and not draft.kept_places[provision]:
        sentence = f"{draft.provision_id(provision)} is not viable with fewer than {smallest} pupils."
        pairs, is_open = draft.at_provision(provision), draft.is_open[provision]
        draft.row(f"smallest_{provision}", pairs, 1.0, [(is_open, -float(smallest))], GE, 0, sentence)


def _limit_sites(draft: Draft, place: int, limit: dict[str, Any]) -> None:
    terms = [(draft.is_open[p], 1.0) for p in np.flatnonzero(counted_sites(draft, limit)).tolist()]
    about = " ".join(str(limit[name]) for name in SITE_SCOPE if isinstance(limit[name], str))
    sites = f"{about} provisions" if about else "candidate and closable provisions"
    name, least, most = limit["site_limit"], int(limit["min_open"]), int(limit["max_open"])
    if least > 0:
        sentence = f"At least {least} of the {sites} are open (limit {name})."
        draft.row(f"sites_least_{place}", NO_PAIRS, 0, terms, GE, least, sentence)
    if most < len(terms):
        sentence = f"At most {most} of the {sites} are open (limit {name})."
        draft.row(f"sites_most_{place}", NO_PAIRS, 0, terms, LE, most, sentence)


def counted_sites(draft: Draft, limit: dict[str, Any]) -> Bools:
    """Return the provisions that a row of `site_limits` counts."""
    facts = draft.facts
    counted = np.isin(facts.provision_column("status").astype(str), CHOSEN)
    if isinstance(limit["status"], str):
        counted &= facts.provision_column("status") == limit["status"]
    if isinstance(limit["kind"], str):
        counted &= facts.kinds == limit["kind"]
    if isinstance(limit["locality"], str):
        counted &= (facts.settings["locality"] == limit["locality"]).to_numpy()[facts.setting_of]
    if isinstance(limit["provision_id"], str):
        counted &= facts.provision_column("provision_id") == limit["provision_id"]
    return np.asarray(counted, dtype=np.bool_)
