"""Families C2, C3 and C8: places, added classes, places over the number at a price, limits on parts and schools."""

import numpy as np

from placement_opt.cells import split_list
from placement_opt.facts import Bools
from placement_opt.model.draft import Draft
from placement_opt.model.linear import LE, NO_PAIRS, Terms
from placement_opt.model.sites import place_funding_gbp
from placement_opt.schema import ANY


def add_capacity(draft: Draft) -> None:
    """Add columns o and c, row families C2 (places), C8 (classes), C3 (parts, whole schools), and their money."""
    for p in range(len(draft.facts.provisions)):
        _add_places(draft, p)
    _add_part_limits(draft)
    _add_school_limits(draft)


def _add_places(draft: Draft, provision: int) -> None:
    row = draft.facts.provisions.iloc[provision]
    pairs = draft.at_provision(provision)
    kept, places = int(draft.kept_places[provision]), int(row["places"])
    most_over = max(int(row["overflow_places"]), kept - places)
    is_open = draft.is_open.get(provision)
    terms: Terms = []
    if most_over > 0 and row["status"] != "closed":
        terms += _over_terms(draft, provision, most_over, forced_open=kept > 0)
    if row["max_classes"] > 0 and row["status"] != "closed" and (len(pairs) or kept):
        terms += _class_terms(draft, provision, kept)
    if not len(pairs) and not terms:
        return
    sentence = f"{draft.provision_id(provision)} has {places} places"
    sentence += f" and may go {most_over} over the number." if most_over > 0 else "."
    if is_open is not None:
        terms.append((is_open, -float(places)))
        places = 0
    draft.row(f"places_{provision}", pairs, draft.places[draft.pupil[pairs]], terms, LE, places - kept, sentence)


def _over_terms(draft: Draft, provision: int, most_over: int, *, forced_open: bool) -> Terms:
    over = draft.column(f"o_{provision}", 0, most_over, whole=False)
    draft.money.add(over, float(draft.facts.provisions["overflow_gbp"].iloc[provision]))
    is_open = draft.is_open.get(provision)
    if is_open is not None and not forced_open:
        draft.row(f"over_open_{provision}", NO_PAIRS, 0, [(over, 1.0), (is_open, -float(most_over))], LE, 0)
    return [(over, -1.0)]


def _class_terms(draft: Draft, provision: int, kept: int) -> Terms:
    row = draft.facts.provisions.iloc[provision]
    most = int(row["max_classes"])
    classes = draft.column(f"c_{provision}", 0, most)
    draft.classes[provision] = classes
    added_places = int(row["class_places"])
    funding_gbp = place_funding_gbp(draft, provision, added_places)
    draft.money.add(classes, float(row["class_gbp"]) + funding_gbp)
    is_open = draft.is_open.get(provision)
    if is_open is not None and not kept:
        draft.row(f"classes_{provision}", NO_PAIRS, 0, [(classes, 1.0), (is_open, -float(most))], LE, 0)
    return [(classes, -float(added_places))]


def _add_part_limits(draft: Draft) -> None:
    facts = draft.facts
    provision_ids, setting_ids = facts.provisions["provision_id"], facts.settings["setting_id"]
    for place, limit in enumerate(facts.problem.table("part_limits").to_dict("records")):
        counted = _counted_pupils(draft, limit["needs"], limit["min_year"], limit["max_year"])
        if isinstance(limit["provision_id"], str):
            at = (provision_ids == limit["provision_id"]).to_numpy()
            where = limit["provision_id"]
        elif isinstance(limit["setting_id"], str):
            at = (setting_ids == limit["setting_id"]).to_numpy()[facts.setting_of]
            where = f"school {limit['setting_id']}"
        else:
            at = (facts.settings["trust"] == limit["trust"]).to_numpy(dtype=bool)[facts.setting_of]
            where = f"owner {limit['trust']}"
        sentence = (
            f"{where} takes at most {limit['places']} places of years {limit['min_year']} to {limit['max_year']} "
            f"and needs {limit['needs']} (limit {limit['limit_id']})."
        )
        _add_limit(draft, f"part_{place}", counted, at, limit["places"], sentence)


def _add_school_limits(draft: Draft) -> None:
    everybody = np.ones(len(draft.facts.pupils), dtype=bool)
    limits = draft.facts.settings["places"]
    for s in np.flatnonzero(limits.notna()).tolist():
        places = float(limits.iloc[s])
        sentence = f"{draft.setting_name(s)} takes at most {places:g} places in all."
        _add_limit(draft, f"school_{s}", everybody, draft.facts.setting_of == s, places, sentence)


def _add_limit(draft: Draft, name: str, counted: Bools, at: Bools, places: float, sentence: str) -> None:
    """Limit the places of the counted pupils at some provisions; those who stay are never pushed out."""
    kept = draft.kept(draft.places, counted & at[draft.facts.current])
    pairs = draft.at_provisions(at)
    pairs = pairs[counted[draft.pupil[pairs]]]
    if len(pairs):
        draft.kept_in[name] = kept
        draft.row(name, pairs, draft.places[draft.pupil[pairs]], [], LE, max(places, kept) - kept, sentence)


def _counted_pupils(draft: Draft, needs: str, min_year: int, max_year: int) -> Bools:
    pupils = draft.facts.pupils
    in_years = pupils["year_group"].between(min_year, max_year).to_numpy()
    entries = split_list(needs)
    return np.asarray(in_years if ANY in entries else in_years & pupils["need"].isin(entries).to_numpy(), dtype=bool)
