"""From decisions to a plan: every table and pound of the answer is worked out here from the pairs, not by a solver."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Status
from placement_opt.facts import COMBINATIONS_PER_BLOCK, Bools, Facts, Ints
from placement_opt.pairs import CostedPairs, Pairs, possible_sibling_groups
from placement_opt.plan import Plan
from placement_opt.plan_tables import OUTREACH_COLUMNS, TEAM_COLUMNS
from placement_opt.schema import MAINSTREAM_KINDS, ORDINARY_CLASS_KINDS
from placement_opt.suitability import REASON_TEXTS, Reason

FULL, WAITING = "no place is left within the limits", "today's placements give no place there"
"""Why those have no place for whom a provision would suit: in a plan, and in today's placements, which seek none."""
HOURS_TOLERANCE = 1e-9


@dataclass(frozen=True, eq=False)
class Decisions:
    """What a plan decides.

    Parameters
    ----------
    placed
        Costed pairs in use.
    count
        How many pupils of each pair's row are placed so.
    links
        (hub_id, spoke_id) of the links in use.
    opened
        Candidate and closable provisions that are open though nobody is there.
    classes
        How many classes are added, by provision_id; a provision that is not named adds none.
    """

    placed: CostedPairs
    count: Ints
    links: frozenset[tuple[str, str]]
    opened: frozenset[str] = frozenset()
    classes: Mapping[str, int] = field(default_factory=dict)


def build_plan(
    pairs: Pairs,
    decisions: Decisions,
    *,
    status: Status,
    bound_gbp: float | None = None,
    record: Mapping[str, Any] | None = None,
) -> Plan:
    """Work out the tables and figures of a plan.

    Parameters
    ----------
    pairs
        The pairs that the decisions were taken from.
    decisions
        Who goes where, and which hub serves which spoke.
    status, bound_gbp, record
        As in `Plan`.
    """
    facts = pairs.facts
    placements = _placements(facts, decisions)
    outreach = _outreach(facts, placements, decisions.links, decisions.opened)
    tables = {
        "placements": placements,
        "unplaced": _unplaced(pairs, decisions, WAITING if status is Status.BASELINE else FULL),
        "use": _use(facts, placements, outreach, decisions),
        "outreach": outreach,
        "teams": _teams(facts, outreach),
    }
    weighed = 0.0 if status is Status.BASELINE else weighed_gbp(pairs, placements)
    return Plan(status, tables, facts.policy, weighed, bound_gbp, record or {})


def _placements(facts: Facts, decisions: Decisions) -> pd.DataFrame:
    placed, count = decisions.placed, decisions.count
    pupils = facts.pupils.iloc[placed.pupil].reset_index(drop=True)
    provisions = facts.provisions.iloc[placed.provision].reset_index(drop=True)
    settings = facts.settings.iloc[facts.setting_of[placed.provision]].reset_index(drop=True)
    parameters = facts.problem.parameters
    previous = pupils["current_provision_id"]
    change = np.where(previous.isna(), "new", np.where(previous == provisions["provision_id"], "stays", "moves"))
    wish = pupils["requested_setting_id"]
    request = np.where(wish.isna(), "none", np.where(wish == settings["setting_id"], "met", "missed"))
    return pd.DataFrame(
        {
            **{name: pupils[name] for name in ("pupil_id", "need", "year_group", "band", "locality", "places")},
            "count": count,
            **{name: provisions[name] for name in ("provision_id", "setting_id", "kind", "kind_label", "place_payer")},
            "setting_name": settings["name"],
            "previous_provision_id": previous,
            "change": change,
            "request": request,
            "minutes": placed.minutes,
            "miles": placed.miles,
            "over_guide": placed.over_guide,
            "entitled": placed.entitled,
            "mode": placed.mode,
            "topup_gbp": np.round(placed.topup_gbp * count, 2),
            "place_gbp": np.round(placed.place_gbp * count, 2),
            "transport_gbp": np.round(placed.transport_gbp * count, 2),
            "cost_gbp": np.round(placed.cost_gbp * count, 2),
            "topup_payer": placed.topup_payer,
            "transport_payer": parameters.transport_payer,
            "pupil_miles_per_year": np.round(count * 2 * parameters.days_per_year * placed.miles, 3),
            "co2e_kg": np.round(placed.co2e_kg * count, 3),
            "easting": pupils["easting"],
            "northing": pupils["northing"],
            "setting_easting": settings["easting"],
            "setting_northing": settings["northing"],
        }
    )


def _unplaced(pairs: Pairs, decisions: Decisions, why_not: str) -> pd.DataFrame:
    facts = pairs.facts
    placed = np.bincount(decisions.placed.pupil, weights=decisions.count, minlength=len(facts.pupils))
    left = facts.pupil_column("count") - placed.astype(np.int64)
    rows = np.flatnonzero(left > 0)
    pupils = facts.pupils.iloc[rows].reset_index(drop=True)
    return pd.DataFrame(
        {
            **{name: pupils[name] for name in ("pupil_id", "need", "year_group", "locality")},
            "count": left[rows],
            "previous_provision_id": pupils["current_provision_id"],
            "reasons": list(_reasons(pairs, rows, why_not)),
        }
    )


def _reasons(pairs: Pairs, pupils: Ints, why_not: str) -> Iterator[str]:
    """Say in words why each provision is not the place of each of these pupils; why not where one would suit."""
    size = max(1, COMBINATIONS_PER_BLOCK // max(1, len(pairs.facts.provisions)))
    for first in range(0, len(pupils), size):
        for refusals in pairs.refusals(pupils[first : first + size]):
            yield _in_words(np.bincount(refusals), why_not)


def _in_words(counts: Ints, why_not: str) -> str:
    """Say how many provisions each reason refuses."""
    parts: list[str] = []
    for reason in np.flatnonzero(counts).tolist():
        count = int(counts[reason])
        if reason == Reason.ALLOWED:
            parts.insert(0, f"{_provisions(count)} would suit but {why_not}")
        else:
            parts.append(f"{_provisions(count)}: {REASON_TEXTS[Reason(reason)]}")
    return "; ".join(parts) or "there are no provisions"


def _provisions(count: int) -> str:
    return f"{count} provision{'' if count == 1 else 's'}"


def _use(facts: Facts, placements: pd.DataFrame, outreach: pd.DataFrame, decisions: Decisions) -> pd.DataFrame:
    provisions, parameters = facts.provisions, facts.problem.parameters
    by_provision = placements.assign(taken=placements["places"] * placements["count"]).groupby("provision_id")
    pupils = provisions["provision_id"].map(by_provision["count"].sum()).fillna(0).astype("int64")
    used = provisions["provision_id"].map(by_provision["taken"].sum()).fillna(0).astype("int64")
    is_open = _is_open(facts, pupils, outreach) | provisions["provision_id"].isin(decisions.opened)
    classes = provisions["provision_id"].map(decisions.classes).fillna(0).astype("int64")
    places = provisions["places"] + provisions["class_places"] * classes
    over = (used - places).clip(lower=0)
    decided = provisions["status"].isin(["candidate", "closable"]) & is_open
    built = (provisions["status"] == "candidate") & is_open
    commissioned = ~provisions["kind"].isin(ORDINARY_CLASS_KINDS) & (facts.policy.cost_basis == "full")
    paid = (is_open | (provisions["status"] == "open")) & commissioned
    capital_gbp = provisions["capital_gbp"].where(built, 0.0) + provisions["class_capital_gbp"] * classes
    return pd.DataFrame(
        {
            **{name: provisions[name] for name in ("provision_id", "setting_id", "kind", "kind_label", "status")},
            "setting_name": facts.settings["name"].to_numpy()[facts.setting_of],
            "is_open": is_open,
            "places": places,
            "pupils": pupils,
            "places_used": used,
            "places_over": over,
            "places_free": (places - used).clip(lower=0).where(is_open, 0),
            "overflow_gbp": (provisions["overflow_gbp"] * over).round(2),
            "overflow_payer": parameters.overflow_payer,
            "opening_gbp": provisions["open_gbp"].where(decided, 0.0).round(2),
            "opening_payer": parameters.opening_payer,
            "classes": classes,
            "classes_gbp": (provisions["class_gbp"] * classes).round(2),
            "capital_gbp": capital_gbp.round(2),
            "commissioned_gbp": (provisions["place_gbp"] * places).where(paid, 0.0).round(2),
            "place_payer": provisions["place_payer"],
        }
    )


def _is_open(facts: Facts, pupils: "pd.Series[int]", outreach: pd.DataFrame) -> "pd.Series[bool]":
    """Return what has to be open: a candidate or closable provision when it is used, a spoke when it is served."""
    ids, status = facts.provisions["provision_id"], facts.provisions["status"]
    serves = ids.isin(outreach["hub_id"])
    decided = status.isin(["candidate", "closable"])
    is_open = (status != "closed") & (~decided | (pupils > 0) | serves)
    return is_open.where(facts.provisions["kind"] != "spoke", ids.isin(outreach["spoke_id"]))


def _outreach(
    facts: Facts, placements: pd.DataFrame, links: frozenset[tuple[str, str]], opened: frozenset[str]
) -> pd.DataFrame:
    """Return the links in use: of spokes with pupils, and of empty ones that a limit on sites wants to be open."""
    support = placements[["provision_id", "count"]].assign(
        support_hours=placements["pupil_id"].map(facts.pupils.set_index("pupil_id")["support_hours"])
        * placements["count"]
    )
    totals = support.groupby("provision_id")["support_hours"].sum()
    table = facts.links
    keys = zip(table["hub_id"], table["spoke_id"], strict=True)
    chosen = np.array([key in links for key in keys], dtype=bool)
    is_of_use = table["spoke_id"].isin(totals.index) | table["spoke_id"].isin(opened)
    used = table[chosen & is_of_use.to_numpy()].reset_index(drop=True)
    hours = used["spoke_id"].map(totals).fillna(0.0).astype(float)
    return used.assign(
        support_hours=hours, hours=hours + used["visit_hours"], payer=facts.problem.parameters.outreach_payer
    )[list(OUTREACH_COLUMNS)]


def _teams(facts: Facts, outreach: pd.DataFrame) -> pd.DataFrame:
    hubs = facts.problem.hubs.rename(columns={"provision_id": "hub_id"})
    hubs = hubs[hubs["hub_id"].isin(outreach["hub_id"])].reset_index(drop=True)
    drawn = outreach.groupby("hub_id")["hours"].agg(["count", "sum"])
    hours = hubs["hub_id"].map(drawn["sum"]).fillna(0.0)
    per_team = hubs["team_hours_per_week"].where(hubs["team_hours_per_week"] > 0)
    teams = np.ceil((hours / per_team).fillna(0.0) - HOURS_TOLERANCE).astype("int64")
    frame = hubs.assign(
        spokes=hubs["hub_id"].map(drawn["count"]).fillna(0).astype("int64"),
        hours=hours,
        teams=teams,
        team_hours=teams * hubs["team_hours_per_week"],
        team_gbp=(teams * hubs["team_gbp"]).round(2),
        payer=facts.problem.parameters.outreach_payer,
    )
    return frame[list(TEAM_COLUMNS)]


def weighed_gbp(pairs: Pairs, placements: pd.DataFrame) -> float:
    """Return what unmet requests, unmet wishes for mainstream and split families weigh in a plan."""
    policy, facts = pairs.facts.policy, pairs.facts
    total = 0.0
    if policy.requests == "priced":
        requested = facts.setting_of[pairs.provision] == facts.requested[pairs.pupil]
        met = placements["request"] == "met"
        total += policy.missed_request_gbp * _unmet(pairs, requested, placements[met])
    if policy.mainstream == "priced":
        wanted = (facts.pupils["mainstream"] == "wanted").to_numpy()[pairs.pupil]
        mainstream = wanted & np.isin(facts.kinds, MAINSTREAM_KINDS)[pairs.provision]
        met = placements["kind"].isin(MAINSTREAM_KINDS)
        total += policy.missed_mainstream_gbp * _unmet(pairs, mainstream, placements[met])
    if policy.siblings == "priced":
        total += policy.split_siblings_gbp * sum(
            _apart(facts, placements, members) for members in possible_sibling_groups(pairs)
        )
    return round(total, 2)


def _unmet(pairs: Pairs, grants: Bools, met: pd.DataFrame) -> int:
    """Count the pupils who may move, have an allowed pair that grants their wish, and are not among those met."""
    facts = pairs.facts
    wishing = np.unique(pairs.pupil[grants])
    wishing = wishing[~pairs.stays[wishing]]
    counts = facts.pupils.set_index("pupil_id")["count"].iloc[wishing]
    granted = met.groupby("pupil_id")["count"].sum().reindex(counts.index).fillna(0)
    return int((counts - granted).sum())


def _apart(facts: Facts, placements: pd.DataFrame, members: list[int]) -> int:
    ids = facts.pupils["pupil_id"].iloc[members]
    at = placements.loc[placements["pupil_id"].isin(ids), "setting_id"].value_counts()
    return int(at.sum() - at.max()) if len(at) else 0
