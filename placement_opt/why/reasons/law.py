"""What the law asks about a placement: the nearest suitable school, and what became of the family's request."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from placement_opt.facts import NOBODY, Facts
from placement_opt.nearest import suitable_schools
from placement_opt.suitability import Reason
from placement_opt.why.reasons.values import Alternative, Nearest, Request

GROUNDS = {
    "unsuitable": "the school is unsuitable for the age, ability, aptitude or special educational needs of the child "
    "(section 39(4)(a))",
    "others": "the child's attendance would be incompatible with the provision of efficient education for others "
    "(section 39(4)(b)(i))",
    "resources": "the child's attendance would be incompatible with the efficient use of resources "
    "(section 39(4)(b)(ii))",
    "none": "no ground of section 39(4) stands behind what keeps the child out in the tables",
    "pending": "the child keeps the present place in this plan, so the request was not weighed",
}
"""What a plan can assume about a request that it does not meet (Children and Families Act 2014, section 39(4))."""

_UNSUITABLE = (Reason.YEAR_GROUP, Reason.NEED, Reason.BAND, Reason.TIME)
_RANK = (Reason.STAYS, Reason.MAINSTREAM_WANTED, Reason.REQUESTED_ELSEWHERE, Reason.NO_TRANSPORT, Reason.AUTHORITY)
"""Rules that come last: a provision that only these refuse would suit the pupil."""
_SCARCE = {"full", "part", "school", "resource", "outreach"}
"""Limits that protect those who are there already."""


def nearest_to(facts: Facts, pupil: int, duties: pd.DataFrame) -> Nearest:
    """Return the nearest school that suits a pupil, and what is owed to the place given.

    Parameters
    ----------
    facts
        Of the plan's problem and policy.
    pupil
        The position of the row.
    duties
        What `travel_duties` says of the row's placements.
    """
    duty = " ".join(dict.fromkeys(duties["why"]))
    is_given, is_owed = (bool(len(duties)) and bool(duties[name].all()) for name in ("is_nearest", "entitled"))
    rows, provisions = suitable_schools(facts, np.array([pupil]))
    if not len(rows):
        return Nearest(duty=duty, is_given=is_given, is_owed=is_owed)
    road = facts.miles(rows, provisions)
    walk = facts.walk_miles(rows, provisions, road)
    settings = facts.setting_of[provisions]
    first = np.lexsort((settings, road, walk))[0]
    school = facts.settings.iloc[int(settings[first])]
    on_foot = float(walk[first])
    return Nearest(
        str(school["setting_id"]),
        str(school["name"]),
        on_foot if np.isfinite(on_foot) else np.nan,
        float(road[first]),
        is_given,
        is_owed,
        duty,
    )


def request_of(facts: Facts, pupil: int, places: Sequence[Alternative], *, stays: bool) -> Request:
    """Say what became of the request of a pupil's family.

    Parameters
    ----------
    facts
        Of the plan's problem and policy.
    pupil
        The position of the row.
    places
        Every provision, with what the allowed ones would mean for others.
    stays
        The pupil keeps the present place: no other was considered.
    """
    setting = int(facts.requested[pupil])
    if setting == NOBODY:
        return Request()
    school = facts.settings.iloc[setting]
    there = [place for place in places if place.setting_id == school["setting_id"]]
    placed, met = sum(place.given for place in places), sum(place.given for place in there)
    outcome = "met" if met and met == int(facts.pupil_column("count")[pupil]) else "partly" if met else "missed"
    known = Request(str(school["setting_id"]), str(school["name"]), outcome)
    if outcome == "met":
        return known
    nearest_to_given = [place for place in places if place.given and place not in there]
    best = _best(there)
    ground, why = _ground(best, stays=stays)
    difference_gbp = _difference(best, nearest_to_given) if placed else np.nan
    return replace(known, ground=ground, why=why, difference_gbp=difference_gbp)


def _best(there: Sequence[Alternative]) -> Alternative | None:
    """Return the provision of a school that comes closest to being the pupil's: an allowed one, the least costly."""
    if not there:
        return None
    return min(
        there, key=lambda place: (_refused_early(place), place.more_unplaced or 0, _extra(place), place.cost_gbp)
    )


def _refused_early(place: Alternative) -> int:
    if place.is_allowed:
        return 0
    return 1 if place.reason in _RANK else 2


def _extra(place: Alternative) -> float:
    return np.inf if place.extra_gbp is None or np.isnan(place.extra_gbp) else place.extra_gbp


def _ground(best: Alternative | None, *, stays: bool) -> tuple[str, str]:
    """Return the ground that a plan assumes for not meeting a request, and what it rests on."""
    if best is None:
        return "none", "the tables hold no provision at that school"
    if not best.is_allowed:
        is_pending = stays and best.reason is Reason.STAYS
        ground = "pending" if is_pending else "unsuitable" if best.reason in _UNSUITABLE else "none"
        return ground, f"the tables rule it out ({best.reason_text})"
    kinds = {limit.kind for limit in best.limits}
    if best.more_unplaced or kinds & _SCARCE:
        return "others", "no place is left there within the limits of the plan"
    if best.extra_gbp is not None and best.extra_gbp > 0:
        return "resources", "it would cost more"
    return "none", "another limit of the plan stands in the way" if kinds else "the tables hold nothing against it"


def _difference(best: Alternative | None, given: Sequence[Alternative]) -> float:
    if best is None or not given:
        return np.nan
    return round(best.marginal_gbp - min(place.marginal_gbp for place in given), 2)
