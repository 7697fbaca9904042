"""Who is owed transport, how each travels, and that everybody owed a vehicle is counted once (sections 1 and 6)."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.question import positions
from placement_opt.verify.route_facts import Facts, Traveller, word
from placement_opt.verify.route_findings import RouteFinding
from placement_opt.verify.route_runs import Route

BY_VEHICLE = ("vehicle", "solo", "training")
_FUZZ = 1e-6
_Pair = tuple[str, str]


def placed(duties: pd.DataFrame, plan: Plan) -> Iterator[RouteFinding]:
    """Find duties that are not those of the plan's placements, row by row."""
    columns = ["pupil_id", "setting_id", "pupils", "year_group", "entitled"]
    wanted = plan.placements.rename(columns={"count": "pupils"})
    given, right = (Counter(frame[columns].itertuples(index=False, name=None)) for frame in (duties, wanted))
    for row in sorted(given.keys() | right.keys(), key=str):
        if given[row] != right[row]:
            said = f"rows of {row[2]} pupils, Year {row[3]}, {'entitled' if row[4] else 'not entitled'}"
            about: dict[str, Any] = {"pupil_id": word(row[0]), "setting_id": word(row[1])}
            yield RouteFinding("duties", said, given=given[row], right=right[row], **about)


def modes(duties: pd.DataFrame, problem: Problem, travel: TravelMatrix, facts: Facts) -> Iterator[RouteFinding]:
    """Find modes, their prices and miles that do not follow from who the pupil is, and where the school is."""
    journeys = travel.aligned(problem)
    pupil = positions(problem.pupils["pupil_id"], duties["pupil_id"])
    school = positions(problem.settings["setting_id"], duties["setting_id"])
    miles = journeys.miles_at(pupil.clip(0), school.clip(0))
    for row, pupil_at, school_at, right_miles in zip(duties.to_dict("records"), pupil, school, miles, strict=True):
        pupil_id, setting_id = word(row["pupil_id"]), word(row["setting_id"])
        about: dict[str, Any] = {"pupil_id": pupil_id, "setting_id": setting_id}
        for name, at in (("pupil_id", pupil_at), ("setting_id", school_at)):
            if at < 0:
                yield RouteFinding("known rows", f"{name} of duties", given=about[name], **about)
        if pupil_at >= 0 and school_at >= 0:
            yield from _mode(row, facts.travellers[pupil_id], float(right_miles), facts, about)


def _mode(
    row: dict[Any, Any], who: Traveller, miles: float, facts: Facts, about: dict[str, Any]
) -> Iterator[RouteFinding]:
    right = _right_mode(who, is_entitled=bool(row["entitled"]))
    mode, pupils = word(row["mode"]), int(row["pupils"])
    if mode != right:
        yield RouteFinding("modes", "mode", given=mode, right=right, **about)
    if int(row["year_group"]) != who.year_group:
        yield RouteFinding("duties", "year_group", given=int(row["year_group"]), right=who.year_group, **about)
    if not (math.isnan(miles) or abs(float(row["miles"]) - miles) <= _FUZZ):
        yield RouteFinding("duties", "miles", given=float(row["miles"]), right=miles, **about)
    if pupils < 1:
        yield RouteFinding("duties", "pupils", given=pupils, right="1 or more", **about)
        return
    each = _gbp_each(right, miles, facts)
    given = float(row["mode_gbp"])
    if not abs(given / pupils - each) <= HALF_PENNY_GBP + _FUZZ:
        yield RouteFinding("price of modes", "mode_gbp", given=given, right=round(each, 2) * pupils, **about)


def _right_mode(who: Traveller, *, is_entitled: bool) -> str:
    if not is_entitled:
        return "none"
    mode = who.travel_mode or ("pass" if who.is_independent and not who.is_solo else "vehicle")
    return "solo" if mode == "vehicle" and who.is_solo else mode


def _gbp_each(mode: str, miles: float, facts: Facts) -> float:
    """Return the price of a pass or a personal budget of one pupil for a year, unrounded."""
    parameters = facts.parameters
    if mode == "pass":
        return parameters.pass_gbp
    if mode != "personal_budget":
        return 0.0
    return parameters.personal_budget_gbp_per_mile * parameters.personal_budget_legs * miles * parameters.days_per_year


def counted(routes: Sequence[Route], duties: pd.DataFrame, unrouted: pd.DataFrame) -> Iterator[RouteFinding]:
    """Find pupils owed a vehicle who are not routed or unrouted exactly once, and others who are."""
    wanted: Counter[_Pair] = Counter()
    for row in duties[duties["mode"].isin(BY_VEHICLE)].to_dict("records"):
        wanted[word(row["pupil_id"]), word(row["setting_id"])] += int(row["pupils"])
    got = _carried(routes)
    for row in unrouted.to_dict("records"):
        pair, pupils = (word(row["pupil_id"]), word(row["setting_id"])), int(row["pupils"])
        about: dict[str, Any] = {"pupil_id": pair[0], "setting_id": pair[1]}
        got[pair] += pupils
        if pupils < 1:
            yield RouteFinding("unrouted", "pupils", given=pupils, right="1 or more", **about)
        if not word(row["reason"]):
            yield RouteFinding("unrouted", "reason", given="", right="a word", **about)
    for pair in sorted(wanted.keys() | got.keys()):
        if got[pair] != wanted[pair]:
            said = "pupils routed and unrouted"
            about = {"pupil_id": pair[0], "setting_id": pair[1]}
            yield RouteFinding("owed a vehicle", said, given=got[pair], right=wanted[pair], **about)


def _carried(routes: Sequence[Route]) -> Counter[_Pair]:
    carried: Counter[_Pair] = Counter()
    for route in routes:
        for ride in route.morning.rides if route.morning else ():
            carried[ride.who.pupil_id, ride.school.setting_id] += ride.pupils
    return carried


def party_sizes(routes: Sequence[Route], duties: pd.DataFrame, facts: Facts) -> Iterator[RouteFinding]:
    """Find pupils of one row who board in other parts than the rules make of it: as few and as even as can be."""
    may: dict[_Pair, Counter[int]] = defaultdict(Counter)
    for row in duties[duties["mode"].isin(BY_VEHICLE)].to_dict("records"):
        if (who := facts.travellers.get(word(row["pupil_id"]))) is not None:
            may[who.pupil_id, word(row["setting_id"])].update(_sizes(int(row["pupils"]), most_together(who, facts)))
    for route in routes:
        for ride in route.morning.rides if route.morning else ():
            sizes = may[ride.who.pupil_id, ride.school.setting_id]
            if not sizes[ride.pupils]:
                about: dict[str, Any] = {"pupil_id": ride.who.pupil_id, "setting_id": ride.school.setting_id}
                yield route.finding("party sizes", "pupils who board together", given=ride.pupils, **about)
            sizes[ride.pupils] -= 1


def most_together(who: Traveller, facts: Facts) -> int:
    """Return how many pupils of a row the largest vehicle holds, with the assistants that they need; 0 = none."""
    if who.is_solo:
        return 1
    most = max((_fitting(who, layout, facts) for layout in facts.layouts), default=0)
    return most if facts.rules.most_pupils is None else min(most, facts.rules.most_pupils)


def _fitting(who: Traveller, layout: tuple[str, int, int], facts: Facts) -> int:
    """Return how many pupils of a row a layout holds with their assistants."""
    name, seats, places = layout
    vehicle = facts.vehicles[name]
    room = places if who.is_wheelchair else seats
    if not who.needs_assistant:
        return room
    if vehicle.assistant_gbp_per_hour is None:
        return 0
    while room and math.ceil(room / vehicle.pupils_per_assistant) + (0 if who.is_wheelchair else room) > seats:
        room -= 1
    return room


def _sizes(pupils: int, most: int) -> list[int]:
    parts = math.ceil(pupils / max(most, 1))
    return [pupils // parts + (part < pupils % parts) for part in range(parts)] if parts else []
