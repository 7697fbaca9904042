"""Families C2 and C3: places, places over the number at a price, and limits on parts of a provision or school."""

import numpy as np

from placement_opt.cells import split_list
from placement_opt.facts import Bools
from placement_opt.model.draft import LE, Draft, Terms
from placement_opt.schema import ANY


def add_capacity(draft: Draft) -> None:
    """Add row families C2 (places) and C3 (part limits, whole schools), and the money of places over the number."""
    for p in range(len(draft.facts.provisions)):
        _add_places(draft, p)
    _add_part_limits(draft)
    _add_school_limits(draft)


def _add_places(draft: Draft, provision: int) -> None:
    row = draft.facts.provisions.iloc[provision]
    terms = draft.terms(draft.provision == provision, draft.places[draft.pupil])
    kept, places = int(draft.kept_places[provision]), int(row["places"])
    most_over = max(int(row["overflow_places"]), kept - places)
    is_open = draft.is_open.get(provision)
    if most_over > 0 and row["status"] != "closed":
        terms += _over_terms(draft, provision, most_over, forced_open=kept > 0)
    if not terms:
        return
    sentence = f"{draft.provision_id(provision)} has {places} places"
    sentence += f" and may go {most_over} over the number." if most_over > 0 else "."
    if is_open is not None:
        terms.append((is_open, -float(places)))
        places = 0
    draft.row(f"places_{provision}", terms, LE, places - kept, sentence)


def _over_terms(draft: Draft, provision: int, most_over: int, *, forced_open: bool) -> Terms:
    over = draft.column(f"o_{provision}", most_over, whole=False)
    draft.money.add(over, float(draft.facts.provisions["overflow_gbp"].iloc[provision]))
    is_open = draft.is_open.get(provision)
    if is_open is not None and not forced_open:
        draft.row(f"over_open_{provision}", [(over, 1.0), (is_open, -float(most_over))], LE, 0)
    return [(over, -1.0)]


def _add_part_limits(draft: Draft) -> None:
    facts = draft.facts
    provision_ids, setting_ids = facts.provisions["provision_id"], facts.settings["setting_id"]
    for place, limit in enumerate(facts.problem.table("part_limits").to_dict("records")):
        counted = _counted_pupils(draft, limit["needs"], limit["min_year"], limit["max_year"])
        if isinstance(limit["provision_id"], str):
            at = (provision_ids == limit["provision_id"]).to_numpy()
            where = limit["provision_id"]
        else:
            at = (setting_ids == limit["setting_id"]).to_numpy()[facts.setting_of]
            where = f"school {limit['setting_id']}"
        sentence = (
            f"{where} takes at most {limit['places']} places of years {limit['min_year']} to {limit['max_year']} "
            f"and needs {limit['needs']} (limit {limit['limit_id']})."
        )
        _add_limit(draft, f"part_{place}", counted, at, limit["places"], sentence)


def _add_school_limits(draft: Draft) -> None:
    everybody = np.ones(len(draft.facts.pupils), dtype=bool)
    limits = draft.facts.settings["places"]
    for s in np.flatnonzero(limits.notna()).tolist():
        at = draft.facts.setting_of == s
        places = float(limits.iloc[s])
        sentence = f"{draft.setting_name(s)} takes at most {places:g} places in all."
        _add_limit(draft, f"school_{s}", everybody, at, places, sentence)


def _add_limit(draft: Draft, name: str, counted: Bools, at: Bools, places: float, sentence: str) -> None:
    """Limit the places of the counted pupils at some provisions; those who stay are never pushed out."""
    stays_there = counted & at[draft.facts.current]
    kept = draft.kept(draft.places, stays_there)
    terms = draft.terms(counted[draft.pupil] & at[draft.provision], draft.places[draft.pupil])
    if terms:
        draft.row(name, terms, LE, max(places, kept) - kept, sentence)


def _counted_pupils(draft: Draft, needs: str, min_year: int, max_year: int) -> Bools:
    pupils = draft.facts.pupils
    in_years = pupils["year_group"].between(min_year, max_year).to_numpy()
    entries = split_list(needs)
    return np.asarray(in_years if ANY in entries else in_years & pupils["need"].isin(entries).to_numpy(), dtype=bool)
