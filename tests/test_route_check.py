"""Right routes pass the walker, and every way to spoil them is found, by the rules that should find it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import PlanError, Status
from placement_opt.legs import Legs
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan, load_routes
from placement_opt.route_rules import RouteRules
from placement_opt.verify import RouteCheck, check_routes
from placement_opt.verify.route_findings import LIMITS, RULES
from tests.made_routes import Made, Spoil, added, cell, made, twice, with_table, without

R1, R2, R3 = ({"route_id": f"R{number}"} for number in (1, 2, 3))
MORNING, AFTERNOON = {"run": "morning"}, {"run": "afternoon"}


def at(route: str, run: str, sequence: int) -> dict[str, Any]:
    return {"route_id": route, "run": run, "sequence": sequence}


P2_BOARDS = at("R1", "morning", 2)
AT_A = at("R1", "morning", 3)
P3_HOME = at("R1", "afternoon", 2)


def rules_are(**rules: Any) -> Spoil:
    return lambda routes: replace(routes, rules=replace(routes.rules, **rules))


def proven(status: Status, bound_gbp: float | None) -> Spoil:
    return lambda routes: replace(routes, status=status, bound_gbp=bound_gbp)


def both(*spoils: Spoil) -> Spoil:
    def spoilt(routes: RoutePlan) -> RoutePlan:
        for spoil in spoils:
            routes = spoil(routes)
        return routes

    return spoilt


def later(run: dict[str, str], ms: int, first: int) -> Spoil:
    """Return what moves the stops of route R2 from one on."""

    def spoilt(routes: RoutePlan) -> RoutePlan:
        for sequence in (1, 2):
            if sequence >= first:
                for column in ("arrives_ms", "begins_ms", "departs_ms"):
                    routes = added("stops", {**R2, **run, "sequence": sequence}, column, ms)(routes)
        return routes

    return spoilt


def swapped(routes: RoutePlan) -> RoutePlan:
    """Change the places of two stops, and of nothing else."""
    frame = routes.stops
    rows = frame.index[(frame["route_id"] == "R1") & (frame["run"] == "morning") & frame["sequence"].isin([1, 2])]
    frame.loc[rows, "sequence"] = [2, 1]
    return with_table(routes, "stops", frame)


def routes_column(column: str, more: float, rule: str) -> tuple[str, Spoil, set[str]]:
    return f"routes.{column}", added("routes", R1, column, more), {rule}


SPOILT: list[tuple[str, Spoil, set[str]]] = [
    # rows and order
    ("a route is missing", without("routes", R2), {"known rows", "owed a vehicle"}),
    ("a route is there twice", twice("routes", R2), {"known rows"}),
    ("a route without a name", cell("routes", R2, route_id=""), {"known rows"}),
    ("a route without stops", without("stops", R2), {"sequence", "owed a vehicle"}),
    ("no afternoon", without("stops", {**R2, **AFTERNOON}), {"sequence"}),
    ("a stop is missing", without("stops", P2_BOARDS), {"sequence"}),
    ("a stop is there twice", twice("stops", P2_BOARDS), {"sequence"}),
    ("a set-down is missing", without("stops", at("R1", "morning", 5)), {"everybody set down"}),
    ("a gap in the sequence", cell("stops", at("R1", "morning", 5), sequence=6), {"sequence"}),
    ("the sequence begins at 0", added("stops", {**R3, **MORNING}, "sequence", -1), {"sequence"}),
    ("two stops change places", swapped, {"arrivals", "miles"}),
    ("a pupil whom the problem lacks", cell("stops", P2_BOARDS, pupil_id="P99"), {"known rows"}),
    ("a blank pupil", cell("stops", P2_BOARDS, pupil_id=None), {"known rows"}),
    ("a school that the problem lacks", cell("stops", AT_A, setting_id="Z"), {"known rows"}),
    ("a pupil of another school", cell("stops", P2_BOARDS, setting_id="B"), {"owed a vehicle", "counts of stops"}),
    ("another pupil", cell("stops", P2_BOARDS, pupil_id="P8"), {"owed a vehicle", "riders"}),
    ("an unknown action", cell("stops", AT_A, action="stop"), {"actions"}),
    ("a pupil named at a school", cell("stops", AT_A, pupil_id="P1"), {"actions"}),
    ("an unknown run", cell("stops", {**R2, **MORNING}, run="noon"), {"actions", "sequence"}),
    ("a set-down turned into a boarding", cell("stops", AT_A, action="board"), {"known rows"}),
    ("nobody leaves", cell("stops", AT_A, setting_id="B"), {"everybody set down"}),
    ("a set-down for nobody", cell("stops", at("R1", "morning", 4), action="leave", pupil_id=None), {"nobody leaves"}),
    ("nobody boards in a row", cell("stops", P2_BOARDS, pupils=0), {"counts of stops"}),
    # stops
    *(
        (f"stops.{column}", added("stops", P2_BOARDS, column, more), {rule})
        for column, more, rule in (
            ("pupils", 1, "counts of stops"),
            ("wheelchairs", -1, "counts of stops"),
            ("aboard", 1, "counts of stops"),
            ("arrives_ms", -1, "arrivals"),
            ("begins_ms", 1, "departures"),
            ("departs_ms", 1, "departures"),
            ("miles", 2e-6, "miles"),
            ("easting", 1, "places of stops"),
            ("northing", -1, "places of stops"),
        )
    ),
    ("a number aboard at a school", added("stops", AT_A, "aboard", 1), {"counts of stops"}),
    ("pupils who leave at a school", added("stops", AT_A, "pupils", 1), {"counts of stops"}),
    ("wheelchairs that leave at a school", added("stops", AT_A, "wheelchairs", 1), {"counts of stops"}),
    ("begins before it arrives", added("stops", AT_A, "begins_ms", -1), {"waiting"}),
    ("the first stop waits", added("stops", at("R2", "morning", 1), "arrives_ms", -1), {"arrivals"}),
    *(
        (f"mirrored {column}", added("stops", P3_HOME, column, more), {"mirrored afternoon"})
        for column, more in (("arrives_ms", 1), ("begins_ms", 1), ("departs_ms", -1), ("miles", 1), ("pupils", 1))
    ),
    ("mirrored aboard", added("stops", P3_HOME, "aboard", 1), {"counts of stops"}),
    ("mirrored place", added("stops", P3_HOME, "easting", 5), {"places of stops"}),
    ("mirrored pupil", cell("stops", P3_HOME, pupil_id="P6"), {"mirrored afternoon", "same riders home"}),
    (
        "mirrored stops too few",
        both(without("stops", at("R3", "afternoon", 3)), cell("stops", at("R3", "afternoon", 1), pupils=1)),
        {"mirrored afternoon", "same riders home"},
    ),
    # times and limits
    ("school too early", later(MORNING, -1, 2), {"school times"}),
    ("school too late", later(MORNING, 1_200_001, 2), {"school times"}),
    ("a ride that is too long", later(MORNING, 473_001, 2), {"ride limit"}),
    ("an earlier pick-up", later(MORNING, -60_000 * 60, 1), {"school times"}),
    # vehicles
    ("an unknown vehicle", cell("routes", R1, vehicle="coach"), {"known rows"}),
    ("a layout that there is not", cell("routes", R1, seats=7), {"layouts"}),
    ("wheelchair places that there are not", cell("routes", R1, wheelchair_places=3), {"layouts"}),
    ("a layout without wheelchair places", cell("routes", R1, seats=8, wheelchair_places=0), {"wheelchair places"}),
    ("too few seats", cell("routes", R1, seats=2), {"seats", "layouts"}),
    ("another operator", cell("routes", R1, operator="Cabs"), {"operators"}),
    ("no assistant", cell("routes", R1, assistants=0), {"assistants"}),
    ("an assistant too many", cell("routes", R1, assistants=2), {"assistants"}),
    ("an assistant in a taxi", cell("routes", R2, assistants=1), {"assistants"}),
    ("more minibuses than there are", cell("routes", R2, vehicle="minibus"), {"vehicles there are"}),
    # figures of routes
    routes_column("pupils", 1, "counts of routes"),
    routes_column("most_aboard", 1, "counts of routes"),
    routes_column("settings", -1, "counts of routes"),
    routes_column("begins_ms", 1, "times of routes"),
    routes_column("ends_ms", -1, "times of routes"),
    routes_column("minutes", 1e-5, "minutes"),
    routes_column("afternoon_minutes", -1e-5, "minutes"),
    routes_column("miles", 2e-6, "miles"),
    routes_column("afternoon_miles", -2e-6, "miles"),
    routes_column("empty_miles", 1e-3, "miles"),
    routes_column("vehicle_gbp", 0.01, "money"),
    routes_column("miles_gbp", -0.01, "money"),
    routes_column("hours_gbp", 0.01, "money"),
    routes_column("hours_gbp", 0.004, "money"),
    routes_column("assistants_gbp", -0.01, "money"),
    routes_column("cost_gbp", 0.01, "money"),
    routes_column("co2e_kg", 0.001, "emissions"),
    ("a cost that is unknown", cell("routes", R1, cost_gbp=np.nan), {"money"}),
    ("infinite money", cell("routes", R1, miles_gbp=np.inf), {"money"}),
    ("unknown miles", cell("stops", P2_BOARDS, miles=np.nan), {"miles"}),
    ("a contract below nothing", cell("routes", R1, contract_gbp=-1.0), {"contracts"}),
    # riders
    ("a rider is missing", without("riders", {"pupil_id": "P2"}), {"riders"}),
    ("a rider is there twice", twice("riders", {"pupil_id": "P2"}), {"riders"}),
    ("a rider of another route", cell("riders", {"pupil_id": "P2"}, route_id="R2"), {"riders"}),
    ("a rider of no route", cell("riders", {"pupil_id": "P2"}, route_id="R9"), {"riders", "known rows"}),
    ("a rider to another school", cell("riders", {"pupil_id": "P2"}, setting_id="B"), {"riders"}),
    *(
        (f"riders.{column}", added("riders", {"pupil_id": "P4"}, column, more), {"riders"})
        for column, more in (
            ("pupils", 1),
            ("pickup_ms", 1),
            ("arrival_ms", -1),
            ("ride_minutes", 1e-5),
            ("afternoon_ride_minutes", -1e-5),
            ("limit_minutes", 1e-4),
            ("direct_minutes", 1e-4),
        )
    ),
    *(
        (f"riders.{flag}", cell("riders", {"pupil_id": "P4"}, **{flag: is_so}), {"riders"})
        for flag, is_so in (("wheelchair", True), ("assistant", True), ("solo", False), ("over_guide", False))
    ),
    # duties, and who has no route
    ("a duty is missing", without("duties", {"pupil_id": "P2"}), {"duties", "owed a vehicle"}),
    ("a duty is there twice", twice("duties", {"pupil_id": "P2"}), {"duties", "owed a vehicle"}),
    ("a duty of an unknown pupil", cell("duties", {"pupil_id": "P8"}, pupil_id="P99"), {"duties", "known rows"}),
    ("a duty to another school", cell("duties", {"pupil_id": "P2"}, setting_id="B"), {"duties", "owed a vehicle"}),
    ("a duty to no school", cell("duties", {"pupil_id": "P8"}, setting_id="Z"), {"duties", "known rows"}),
    ("a duty for more pupils", cell("duties", {"pupil_id": "P9"}, pupils=3), {"duties", "owed a vehicle"}),
    ("a duty for nobody", cell("duties", {"pupil_id": "P8"}, pupils=0), {"duties"}),
    ("a year group", cell("duties", {"pupil_id": "P2"}, year_group=9), {"duties"}),
    ("miles of a duty", cell("duties", {"pupil_id": "P2"}, miles=5.1), {"duties"}),
    ("a duty that is not", cell("duties", {"pupil_id": "P8"}, entitled=True), {"duties", "modes"}),
    ("a mode", cell("duties", {"pupil_id": "P5"}, mode="vehicle"), {"modes", "owed a vehicle"}),
    ("a pupil alone", cell("duties", {"pupil_id": "P4"}, mode="vehicle"), {"modes"}),
    ("the price of passes", added("duties", {"pupil_id": "P5"}, "mode_gbp", 0.03), {"price of modes"}),
    ("the price of a budget", added("duties", {"pupil_id": "P6"}, "mode_gbp", -1), {"price of modes"}),
    ("the price of a vehicle", cell("duties", {"pupil_id": "P2"}, mode_gbp=1.0), {"price of modes"}),
    ("an unrouted pupil is missing", without("unrouted", {"pupil_id": "P9"}), {"owed a vehicle"}),
    ("an unrouted pupil is there twice", twice("unrouted", {"pupil_id": "P9"}), {"owed a vehicle"}),
    ("fewer unrouted", cell("unrouted", {"pupil_id": "P9"}, pupils=1), {"owed a vehicle"}),
    ("nobody unrouted", cell("unrouted", {"pupil_id": "P9"}, pupils=0), {"owed a vehicle", "unrouted"}),
    ("no reason", cell("unrouted", {"pupil_id": "P9"}, reason=""), {"unrouted"}),
    ("unrouted though routed", cell("unrouted", {"pupil_id": "P9"}, pupil_id="P2"), {"owed a vehicle"}),
    # what is claimed
    ("a bound above the cost", proven(Status.FEASIBLE, 55_447.75), {"proof"}),
    ("optimal without a bound", proven(Status.OPTIMAL, None), {"proof"}),
    ("optimal far from the bound", proven(Status.OPTIMAL, 55_446.0), {"proof"}),
    ("a status of no routes", proven(Status.INFEASIBLE, None), {"proof"}),
    ("a bound that is no number", proven(Status.FEASIBLE, np.nan), {"proof"}),
    # the same routes by stricter rules
    ("one school only", rules_are(together="single"), {"one school"}),
    ("fewer pupils", rules_are(most_pupils=3), {"most pupils"}),
    ("no detours", rules_are(detour=None), {"ride limit", "riders"}),
    ("schools open later", rules_are(arrive_from="08:31", arrive_by="08:51"), {"school times"}),
    ("schools shut earlier", rules_are(arrive_from="08:00", arrive_by="08:29"), {"school times"}),
    ("afternoons later", rules_are(leave_from="15:11"), {"mirrored afternoon"}),
    ("afternoons solved", rules_are(afternoon="solved"), {"known drives"}),
]  # fmt: skip


def with_pupil(name: str, **cells: Any) -> Callable[[Problem], Problem]:
    def changed(problem: Problem) -> Problem:
        pupils = problem.pupils
        for column, value in cells.items():
            pupils[column] = pupils[column].where(pupils["pupil_id"] != name, value)
        return problem.replace(pupils=pupils)

    return changed


def with_apart(one: str, other: str) -> Callable[[Problem], Problem]:
    return lambda problem: problem.replace(apart=pd.DataFrame({"pupil_id": [one], "other_pupil_id": [other]}))


def with_fleet(**cells: Any) -> Callable[[Problem], Problem]:
    return lambda problem: problem.replace(fleet=problem.table("fleet").assign(**cells))


STRICTER: list[tuple[str, Callable[[Problem], Problem], set[str]]] = [
    ("alone", with_pupil("PX", solo=True), {"travels alone"}),
    ("alone, the first aboard", with_pupil("P7", solo=True), {"travels alone"}),
    ("apart", with_apart("P1", "P2"), {"kept apart"}),
    ("apart the other way round", with_apart("PX", "P7"), {"kept apart"}),
    ("picked up later", with_pupil("P7", earliest_pickup="08:26"), {"earliest pick-up"}),
    ("a shorter ride", with_pupil("P7", max_minutes=25), {"ride limit"}),
    ("a wheelchair", with_pupil("P1", wheelchair=True), {"departures", "riders", "counts of stops"}),
    ("two wheelchairs in a taxi", with_pupil("PX", wheelchair=True), {"wheelchair places"}),
    ("an assistant", with_pupil("PX", assistant=True), {"assistants"}),
    ("more assistants", with_fleet(pupils_per_assistant=[1, np.nan]), {"assistants"}),
    ("nobody escorts", with_fleet(assistant_gbp_per_hour=np.nan, pupils_per_assistant=np.nan), {"assistants"}),
    ("fewer taxis", with_fleet(available=[1, 1]), {"vehicles there are"}),
    ("a dearer mile", with_fleet(gbp_per_mile=[1.2, 0.8]), {"money"}),
    ("empty miles", with_fleet(empty_miles_per_mile=[0.5, 0.5]), {"miles", "emissions"}),
    ("boards slowly", with_pupil("P1", board_minutes=1), {"departures"}),
]


def check(case: Made, routes: RoutePlan | None = None, problem: Problem | None = None) -> RouteCheck:
    is_whole = len(case.routes.duties) == len(case.problem.pupils)
    return check_routes(
        problem or case.problem,
        routes or case.routes,
        case.travel,
        legs=case.legs,
        plan=case.plan if is_whole else None,
    )


@pytest.mark.parametrize("afternoon", ["mirrored", "solved"])
def test_right_routes_pass(afternoon: str) -> None:
    found = check(made(afternoon=afternoon))
    assert found.is_right, found.summary()
    assert not found.broken
    found.raise_if_wrong()


@pytest.mark.parametrize(("spoil", "rules"), [item[1:] for item in SPOILT], ids=[item[0] for item in SPOILT])
def test_a_spoilt_table_is_found_by_the_right_rule(spoil: Spoil, rules: set[str]) -> None:
    case = made()
    found = {finding.rule for finding in check(case, spoil(case.routes)).findings}
    assert rules <= found


@pytest.mark.parametrize(("change", "rules"), [item[1:] for item in STRICTER], ids=[item[0] for item in STRICTER])
def test_routes_that_break_a_stricter_question_are_found(change: Callable[[Problem], Problem], rules: set[str]) -> None:
    case = made()
    found = {finding.rule for finding in check(case, problem=change(case.problem)).findings}
    assert rules <= found


def second_call(routes: RoutePlan) -> RoutePlan:
    """Let P1 board at a second stop at the school, when P2 is home."""
    frame = routes.stops
    again = frame[(frame["run"] == "afternoon") & (frame["sequence"] == 1)].assign(sequence=5)
    is_last = (frame["run"] == "afternoon") & (frame["sequence"] == 5)
    return with_table(routes, "stops", pd.concat([frame.assign(sequence=frame["sequence"] + is_last), again]))


SOLVED: list[tuple[str, Spoil, set[str]]] = [
    *(
        (f"stops.{column}", added("stops", at("R1", "afternoon", 3), column, more), {rule})
        for column, more, rule in (
            ("arrives_ms", 1, "arrivals"),
            ("begins_ms", -1, "waiting"),
            ("departs_ms", 1, "departures"),
            ("miles", 1, "miles"),
            ("pupils", 1, "counts of stops"),
        )
    ),
    ("somebody is left", without("stops", at("R1", "afternoon", 5)), {"same riders home"}),
    ("nobody of a school boards", without("stops", at("R1", "afternoon", 1)), {"sequence"}),
    ("another pupil home", cell("stops", at("R1", "afternoon", 5), pupil_id="P6"), {"same riders home"}),
    ("leaves before the school is out", rules_are(leave_from="15:11"), {"school times"}),
    ("leaves after the school has shut", rules_are(leave_from="15:00", leave_by="15:09"), {"school times"}),
    ("the ride home", added("riders", {"pupil_id": "P1"}, "afternoon_ride_minutes", 1e-5), {"riders"}),
    ("the minutes home", added("routes", R1, "afternoon_minutes", 1e-5), {"minutes"}),
    ("the miles home", added("routes", R1, "afternoon_miles", 2e-6), {"miles"}),
    ("a second call at a school", second_call, {"one call at a school"}),
    ("a mirrored afternoon", rules_are(afternoon="mirrored"), {"mirrored afternoon"}),
]


@pytest.mark.parametrize(("spoil", "rules"), [item[1:] for item in SOLVED], ids=[item[0] for item in SOLVED])
def test_a_spoilt_solved_afternoon_is_found_by_the_right_rule(spoil: Spoil, rules: set[str]) -> None:
    case = made(afternoon="solved")
    found = {finding.rule for finding in check(case, spoil(case.routes)).findings}
    assert rules <= found


def test_rides_home_are_held_against_their_limit() -> None:
    case = made(afternoon="solved")
    stricter = with_pupil("P1", max_minutes=39)(case.problem)
    found = [finding for finding in check(case, problem=stricter).findings if finding.rule == "ride limit"]
    assert [(finding.run, finding.pupil_id, finding.given, finding.limit) for finding in found] == [
        ("afternoon", "P1", 2_370_000, 2_340_000)
    ]


def test_who_is_aboard_together_only_on_the_way_home_is_found() -> None:
    case = made(afternoon="solved")
    stricter = with_apart("P1", "P3")(case.problem)
    found = [finding for finding in check(case, problem=stricter).findings if finding.rule == "kept apart"]
    assert [(finding.run, finding.sequence, finding.pupil_id) for finding in found] == [("afternoon", 2, "P1")]


def test_every_rule_is_broken_by_one_of_the_spoilings() -> None:
    named = {rule for table in (SPOILT, STRICTER, SOLVED) for item in table for rule in item[2]}
    assert named == set(RULES) - {"party sizes"}  # which has tests of its own, below


def test_a_finding_says_where_what_and_how_much() -> None:
    case = made()
    found = check(case, added("stops", P2_BOARDS, "departs_ms", 7)(case.routes)).findings
    finding = next(one for one in found if one.rule == "departures")
    assert (finding.route_id, finding.run, finding.sequence, finding.pupil_id) == ("R1", "morning", 2, "P2")
    assert (finding.figure, finding.given, finding.right) == ("departs_ms", 30_343_007, 30_343_000)
    assert str(finding) == (
        "departures: route R1, morning, stop 2, pupil P2: departs_ms is 30343007; it should be 30343000."
    )


def test_wrong_routes_can_be_raised_and_shown() -> None:
    case = made()
    found = check(case, added("routes", R1, "cost_gbp", 0.01)(case.routes))
    with pytest.raises(PlanError, match="cost_gbp"):
        found.raise_if_wrong()
    assert "money: 1" in found.summary()
    assert found.table()["rule"].tolist() == ["money"]
    assert repr(found) == f"RouteCheck(1 finding, {len(RULES)} rules)"


def test_of_todays_routes_broken_limits_are_listed_and_wrong_figures_are_found() -> None:
    case = made()
    today = replace(case.routes, status=Status.BASELINE, bound_gbp=None, rules=RouteRules(most_pupils=3, detour=None))
    found = check(case, today)
    assert {finding.rule for finding in found.broken} == {"one school", "most pupils", "ride limit"}
    assert {finding.rule for finding in found.findings} == {"riders"}  # their column limit_minutes is of other rules
    late = found.broken[[finding.rule for finding in found.broken].index("ride limit")]
    assert (late.route_id, late.pupil_id, late.given, late.limit) == ("R2", "P4", 3_277_000, 2_700_000)
    assert "Today's routes do not keep to 3 limits." in found.summary()


def test_todays_routes_may_carry_more_assistants_than_needed_and_pay_for_them() -> None:
    case = made()
    today = replace(case.routes, status=Status.BASELINE, bound_gbp=None)
    more = both(
        cell("routes", R1, assistants=2),
        added("routes", R1, "assistants_gbp", 4_773.75),
        added("routes", R1, "cost_gbp", 4_773.75),
    )
    assert check(case, more(today)).is_right
    assert not check(case, more(today)).broken
    assert {finding.rule for finding in check(case, more(case.routes)).findings} == {"assistants", "proof"}


def test_parties_are_as_few_and_as_even_as_can_be() -> None:
    case = made()
    split = rules_are(most_pupils=1)(case.routes)
    found = [finding for finding in check(case, split).findings if finding.rule == "party sizes"]
    assert [(finding.pupil_id, finding.given) for finding in found] == [("P3", 2)]


def test_saved_routes_pass_as_the_planned_ones_do(tmp_path: Any) -> None:
    case = made()
    assert check(case, load_routes(case.routes.save(tmp_path / "routes.json"))).is_right


def test_the_question_and_the_routes_stay_as_they_are() -> None:
    case = made()
    before = case.problem.fingerprints(), {name: frame.copy() for name, frame in case.routes.tables.items()}
    check(case)
    assert case.problem.fingerprints() == before[0]
    for name, frame in before[1].items():
        pd.testing.assert_frame_equal(case.routes.tables[name], frame)


def test_legs_are_made_as_the_journeys_were_or_asked_for() -> None:
    case = made()
    with pytest.raises(ValueError, match="does not tell the drives between homes"):
        check_routes(case.problem, case.routes, case.travel)


def test_limits_are_rules() -> None:
    assert set(RULES) > LIMITS
    assert isinstance(made().legs, Legs)
