"""Routes in the measurements: school buses as the library's tables, an own reading of the rules, and the rivals."""

from dataclasses import replace
from itertools import pairwise, permutations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog

import placement_opt as po
from benchmarks import public_instances, route_cases, route_methods, route_rivals, route_table, school_bus, table
from benchmarks.measure import METHODS
from benchmarks.registry import find_case
from benchmarks.route_book import Run, events_of, load_of, priced, route_plan, within_the_fleet
from benchmarks.route_case import Case, RouteQuestion, make_case
from benchmarks.route_times import over_ms, shortest
from placement_opt.route_rules import RouteRules

needs_instances = pytest.mark.skipif(
    not (public_instances.DATA / "school_bus").is_dir(), reason="../shared/data/benchmarks is not here"
)

FLEET = pd.DataFrame(
    {
        "vehicle": ["car", "minibus"],
        "gbp_per_day": [40, 90],
        "gbp_per_mile": [1.5, 2],
        "gbp_per_hour": [20, 30],
        "assistant_gbp_per_hour": [12, 12],
        "pupils_per_assistant": [2, 3],
        "co2e_kg_per_mile": [0.28, 0.4],
    }
)
LAYOUTS = pd.DataFrame({"vehicle": ["car", "minibus", "minibus"], "seats": [4, 12, 8], "wheelchair_places": [0, 0, 2]})


def small_school(pupils: int, seed: int = 1, **columns: object) -> RouteQuestion:
    """A drawn school whose pupils have some columns changed."""
    drawn = route_cases.single_school(seed, FLEET, LAYOUTS, pupils)
    changed = drawn.problem.replace(pupils=drawn.problem.pupils.assign(**columns))
    return route_cases.asked(changed, po.baseline(changed, po.crow_fly(changed)))


def with_more_schools(seed: int, pupils: int = 9) -> RouteQuestion:
    """Pupils of three schools with times of their own, who may ride together."""
    rng = np.random.default_rng(seed)
    schools = ["S1", "S2", "S3"]
    problem = po.Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": [f"P{at}" for at in range(pupils)],
                "easting": 400_000 + rng.integers(0, 12_000, pupils),
                "northing": 300_000 + rng.integers(0, 12_000, pupils),
                "year_group": rng.integers(0, 12, pupils),
                "need": "SLD",
                "count": rng.integers(1, 4, pupils),
                "current_provision_id": rng.choice(schools, pupils),
                "entitled": True,
                "travel_mode": "vehicle",
                "max_minutes": rng.integers(20, 60, pupils),
                "earliest_pickup": rng.choice(["", "07:30", "08:00"], pupils),
                "board_minutes": rng.choice([np.nan, 1.5], pupils),
            }
        ),
        settings=pd.DataFrame(
            {
                "setting_id": schools,
                "name": schools,
                "easting": 400_000 + rng.integers(0, 12_000, 3),
                "northing": 300_000 + rng.integers(0, 12_000, 3),
                "arrive_from": ["08:20", "08:35", "08:50"],
                "arrive_by": ["08:40", "08:55", "09:10"],
            }
        ),
        provisions=pd.DataFrame({"provision_id": schools, "setting_id": schools, "kind": "special", "places": 99}),
        fleet=FLEET,
        layouts=LAYOUTS,
    )
    return route_cases.asked(problem, po.baseline(problem, po.crow_fly(problem)), RouteRules(together="mixed"))


def some_sequence(case: Case, rng: np.random.Generator) -> tuple[int, ...]:
    """A few parties in any order, with the set-downs in any order after them, or each school by itself."""
    riders = rng.permutation(len(case.parties))[: rng.integers(1, 5)].tolist()
    set_downs = list(dict.fromkeys(case.school_event(party) for party in riders))
    if rng.random() < 0.5:
        return (*riders, *rng.permutation(set_downs).tolist())
    return tuple(
        event
        for school in rng.permutation(set_downs).tolist()
        for event in (*(party for party in riders if case.school_event(party) == school), school)
    )


def linear_program(case: Case, events: tuple[int, ...]) -> tuple[float, float] | None:
    """Shortest run of a sequence, and the least sum of all beginnings within it, written as the page has them."""
    parties, number = len(case.parties), len(events)
    home_of = [case.parties[e].home if e < parties else case.schools[e - parties].point for e in events]
    aboard: list[int] = []
    last_ms, rows, limits, bounds = [], [], [], []
    for k, event in enumerate(events):
        if event < parties:
            same = k > 0 and events[k - 1] < parties and home_of[k - 1] == home_of[k]
            last_ms.append((0 if same else case.stop_ms) + case.parties[event].board_ms)
            bounds.append((case.parties[event].earliest_ms or 0, None))
            aboard.append(event)
            continue
        school = case.schools[event - parties]
        out = [p for p in aboard if case.parties[p].setting_id == school.setting_id]
        aboard = [p for p in aboard if p not in out]
        last_ms.append(case.leave_stop_ms + sum(case.parties[p].leave_ms for p in out))
        bounds.append((school.arrive_from_ms, school.arrive_by_ms))
        for p in out:  # b_l - (b_k + f + handling) <= limit
            row = np.zeros(number)
            row[k], row[events.index(p)] = 1, -1
            rows.append(row)
            limits.append(case.parties[p].limit_ms + last_ms[events.index(p)])
    for k, (a, b) in enumerate(pairwise(home_of)):
        row = np.zeros(number)
        row[k], row[k + 1] = 1, -1
        rows.append(row)
        limits.append(-last_ms[k] - case.drive_ms[a, b])
    span = np.zeros(number)
    span[-1] += 1
    span[0] -= 1
    first = linprog(span, np.array(rows), limits, bounds=bounds)
    if first.status == 2:
        return None
    second = linprog(np.ones(number), np.array([*rows, span]), [*limits, first.fun + 0.01], bounds=bounds)
    return first.fun, second.fun


@pytest.mark.parametrize("seed", range(6))
def test_the_times_of_a_sequence_are_those_of_a_linear_program(seed: int) -> None:
    case, rng = make_case(with_more_schools(seed)), np.random.default_rng(seed)
    outcomes = set()
    for _ in range(25):
        events = some_sequence(case, rng)
        found, wanted = shortest(case, events), linear_program(case, events)
        outcomes.add(found is None)
        assert (found is None) == (wanted is None)
        if found is not None and wanted is not None:
            assert found.begins[-1] - found.begins[0] == pytest.approx(wanted[0], abs=0.5)
            assert sum(found.begins) == pytest.approx(wanted[1], abs=0.5 * len(events))
    assert outcomes == {True, False}


def test_a_sequence_that_is_late_is_late_by_so_much() -> None:
    case = make_case(small_school(3, max_minutes=20.0))
    school = case.school_event(0)
    alone = shortest(case, (0, school))
    near = min(range(3), key=lambda party: case.parties[party].direct_ms)
    assert over_ms(case, (near, school)) == max(0, case.parties[near].direct_ms - case.parties[near].limit_ms)
    far = max(range(3), key=lambda party: case.parties[party].direct_ms)
    late = over_ms(case, (far, school))
    assert late == case.parties[far].direct_ms - 20 * 60_000 > 0
    assert shortest(case, (far, school), over_ms=late) is not None
    assert shortest(case, (far, school), over_ms=late - 1) is None
    assert alone is None or alone.ends[-1] > alone.begins[0]


def test_nobody_may_stay_aboard_and_nobody_may_be_set_down_twice() -> None:
    case = make_case(with_more_schools(1))
    school = case.school_event(0)
    assert shortest(case, (0,)) is None
    assert shortest(case, (0, school, school)) is None


def test_the_price_of_one_pupil_alone_is_that_of_the_page() -> None:
    question = small_school(1)
    case = make_case(question)
    run = priced(case, (0, case.school_event(0)))
    miles, party = float(question.legs.miles[case.parties[0].home, case.parties[0].school]), case.parties[0]
    hours = (19_000 + 2_600 + party.direct_ms + 29_000 + 1_900) / 3_600_000
    lines = (190 * 40, 190 * 2 * miles * 1.5, 190 * 2 * hours * 20)
    assert run is not None
    assert run.vehicle.name == "car"
    assert run.cost_gbp == pytest.approx(sum(lines), abs=0.015)


def test_pupils_who_must_not_be_together_are_not() -> None:
    question = small_school(3, solo=[True, False, False])
    apart = pd.DataFrame({"pupil_id": ["P003"], "other_pupil_id": ["P002"]})
    case = make_case(question._replace(problem=question.problem.replace(apart=apart)))
    school = case.school_event(0)
    assert load_of(case, (0, 1, school)) is None
    assert load_of(case, (1, 0, school)) is None
    assert load_of(case, (1, 2, school)) is None
    assert load_of(case, (2, 1, school)) is None
    assert load_of(case, (0, school, 1, school)) is not None


def test_a_row_for_more_than_the_largest_vehicle_becomes_even_parties() -> None:
    parties = make_case(small_school(2, count=[31, 6], solo=[False, True])).parties
    assert [party.pupils for party in parties if party.pupil_id == "P001"] == [11, 10, 10]
    assert [party.pupils for party in parties if party.pupil_id == "P002"] == [1] * 6
    helped = make_case(small_school(1, count=[12], assistant=True)).parties
    assert [party.pupils for party in helped] == [6, 6]  # 12 seats: 4 assistants would leave 8


def cheapest_by_trying_everything(case: Case) -> float:
    """Every way to share the parties of one school among vehicles, in every order."""
    school = case.school_event(0)

    def best_of(members: tuple[int, ...]) -> float:
        runs = (priced(case, (*order, school)) for order in permutations(members))
        return min((run.cost_gbp for run in runs if run is not None), default=np.inf)

    def shared(left: tuple[int, ...]) -> float:
        if not left:
            return 0.0
        first, others = left[0], left[1:]
        best = np.inf
        for mask in range(2 ** len(others)):
            group = tuple(one for at, one in enumerate(others) if mask >> at & 1)
            rest = tuple(one for at, one in enumerate(others) if not mask >> at & 1)
            best = min(best, best_of((first, *group)) + shared(rest))
        return best

    return shared(tuple(range(len(case.parties))))


@pytest.mark.parametrize("seed", [1, 2])
def test_pyvrp_alone_finds_the_cheapest_routes_of_a_small_school(seed: int) -> None:
    case = make_case(
        small_school(5, seed, wheelchair=[True, *[False] * 4], assistant=[False, True, True, False, False])
    )
    found = sum(run.cost_gbp for run in route_rivals.pyvrp_alone(case, 0.5))
    assert found == pytest.approx(cheapest_by_trying_everything(case), rel=1e-3)


@pytest.mark.parametrize("name", list(route_rivals.RIVALS))
def test_the_walker_finds_nothing_wrong_with_a_rival(name: str) -> None:
    question = small_school(
        14,
        wheelchair=[True, True, *[False] * 12],
        assistant=[False] * 9 + [True] * 5,
        solo=[False] * 13 + [True],
        independent_travel=[False] * 12 + [True, False],
        travel_mode=[None] * 13 + ["vehicle"],
    )
    apart = pd.DataFrame({"pupil_id": ["P004", "P005"], "other_pupil_id": ["P006", "P004"]})
    changed = question.problem.replace(apart=apart, fleet=FLEET.assign(available=[None, 3]))
    question = question._replace(problem=changed)
    case = make_case(question)
    assert len(case.parties) == 13  # one has a pass
    runs = route_rivals.RIVALS[name](case, 0.5)
    routes = route_plan(question, case, runs, route_methods.duties_of(question), name)
    po.check_routes(question.problem, routes, question.travel, legs=question.legs, plan=question.plan).raise_if_wrong()
    assert routes.unrouted_pupils == 0
    assert routes.routed_pupils == 13
    if name == "one_each":
        assert len(runs) == 13


def test_the_walker_finds_nothing_wrong_with_runs_to_several_schools() -> None:
    question = with_more_schools(4)
    case, rng = make_case(question), np.random.default_rng(4)
    riders = set(range(len(case.parties)))
    tried = [priced(case, some_sequence(case, rng)) for _ in range(1_500)]
    kept = list[Run]()
    for run in sorted((run for run in tried if run is not None), key=lambda run: -len(set(run.events) - riders)):
        if not riders & set(run.events) & {event for one in kept for event in one.events}:
            kept.append(run)
    assert max(len(set(run.events) - riders) for run in kept) > 1
    routes = route_plan(question, case, kept, route_methods.duties_of(question), "tries")
    po.check_routes(question.problem, routes, question.travel, legs=question.legs, plan=question.plan).raise_if_wrong()


def test_a_full_vehicle_leaves_the_next_pupil_to_another() -> None:
    case = make_case(small_school(30))
    runs = route_rivals.nearest_next(case)
    assert len(runs) >= 3  # 12 seats each
    assert sorted(event for run in runs for event in run.events if event < 30) == list(range(30))
    assert max(max(run.aboard) for run in runs) <= 12


def test_no_more_vehicles_are_used_than_there_are() -> None:
    case = make_case(small_school(4))
    runs = route_rivals.one_each(case)
    few = replace(case, vehicles=tuple(replace(one, available=1) for one in case.vehicles))
    kept, refused = within_the_fleet(few, runs)
    assert sorted(run.vehicle.name for run in kept) == ["car", "minibus"]
    assert len(refused) == 2


def test_methods_tell_routes_pupils_and_the_verdict() -> None:
    found = METHODS["routes_nearest_next"](small_school(6), po.SolveOptions(), 1.0)
    assert found.notes["walker"] == "right"
    assert found.notes["pupils"] == 6
    assert found.unplaced == 0
    assert 1 <= found.notes["routes"] < 6
    assert set(found.seconds) == {"plan", "verify"}


STOPS = """ID\tX_COORD\tY_COORD\tEP_ID\tSTUDENT_COUNT
100001\t0\t0\t200001\t16
100002\t29333.3\t0\t200002\t66
100003\t0\t0\t200002\t4
"""
SCHOOLS = """ID\tD\tY\tAMEARLY\tAMLATE
200001\t0\t29333.3\t945\t1000
200002\t29333.3\t29333.3\t510\t540
"""
SOLUTION = """Veh_ID\tSeq\tID\t#Students\tSvcTime\tArrival_time\tWait_Time\tTravel_Time\tDestination
4\t1\t900001\t0\t0\t0110\t1\t0\t0
4\t2\t100003\t4\t29\t0431\t0\t3652\t200002
4\t3\t200002\t4\t36\t0510\t0\t205\t200002
4\t4\t200002\t0\t0\t0512\t0\t0\t200001
4\t5\t100001\t16\t60\t0900\t0\t6011\t200001
4\t6\t200001\t16\t59\t0945\t0\t6\t200001
4\t7\t900001\t0\t0\t1015\t0\t1613\t200001
9\t1\t900001\t0\t0\t0110\t1\t0\t0
9\t2\t100002\t66\t190\t0431\t0\t3652\t200002
9\t3\t200002\t66\t154\t0510\t0\t205\t200002
"""


@pytest.fixture
def area(tmp_path):
    for name, text in (("Stops", STOPS), ("Schools", SCHOOLS), ("solution_2700", SOLUTION)):
        (tmp_path / f"{name}.txt").write_text(text.replace("\n", "\r\n"), encoding="ascii")
    return tmp_path


def test_a_school_bus_area_is_stated_as_it_is(area) -> None:
    question = school_bus.state(*school_bus.read_points(area), 2_700)
    problem = question.problem
    assert problem.pupils["count"].tolist() == [16, 66, 4]
    assert problem.settings[["arrive_from", "arrive_by"]].to_numpy().tolist() == [
        ["09:45", "10:00"],
        ["05:10", "05:40"],
    ]
    assert question.plan.placements["entitled"].all()
    assert question.plan.unplaced_pupils == 0
    case = make_case(question)
    assert {party.limit_ms for party in case.parties} == {2_700_000}
    assert [(party.board_ms, party.leave_ms) for party in case.parties] == [
        (41_600, 30_400),
        (171_600, 125_400),
        (10_400, 7_600),
    ]
    assert len({party.home for party in case.parties}) == 3  # two stops at one point are two stops
    assert case.drive_ms[case.parties[0].home, case.parties[2].home] == 0
    assert case.drive_ms[case.parties[2].home, case.parties[2].school] == pytest.approx(2_000_000, abs=6)
    assert [vehicle.layouts for vehicle in case.vehicles] == [((66, 0),)]


def test_a_solution_of_2012_is_read_without_its_depot_and_timed_again(area) -> None:
    question = school_bus.state(*school_bus.read_points(area), 2_700)
    buses = school_bus.read_solution(area, 2_700)
    assert buses == (("100003", "200002", "100001", "200001"), ("100002", "200002"))
    found = METHODS["routes_published"](question._replace(published=buses), po.SolveOptions(), 1.0)
    assert (found.cost_gbp, found.unplaced, found.notes["walker"]) == (2, 0, "right")
    assert found.notes["seconds late"] == ""


def test_a_published_bus_that_is_late_is_told_with_its_seconds(area) -> None:
    question = school_bus.state(*school_bus.read_points(area), 1_990)  # 2,000 s from 100003 to its school
    buses = school_bus.read_solution(area, 2_700)
    found = METHODS["routes_published"](question._replace(published=buses), po.SolveOptions(), 1.0)
    assert found.notes["seconds late"] == "10.0"
    assert found.notes["walker"].startswith("ride limit")


@pytest.mark.shared
@needs_instances
def test_the_school_bus_family_is_whole() -> None:
    assert len(school_bus.names()) == 16
    with pytest.raises(KeyError, match="no school bus instance 'RSRB09-2700'"):
        school_bus.load("RSRB09-2700")
    assert find_case("school-bus/RSRB01-2700").methods == ("routes_ours", "routes_published")


@pytest.mark.shared
@needs_instances
def test_a_real_instance_is_stated_as_its_files_say() -> None:
    found = school_bus.load("CSCB01-5400")
    problem, case = found.question.problem, make_case(found.question)
    assert (found.published, found.also) == (24, {school_bus.SINGLE_LOAD: 30})
    assert (len(problem.pupils), len(problem.settings), problem.pupils["count"].sum()) == (250, 6, 3_907)
    lines = (public_instances.DATA / "school_bus" / "CSCB01" / "data5400.txt").read_text(encoding="ascii").splitlines()
    windows = lines[lines.index("TIME_WINDOW_SECTION") + 2 :][:6]  # the depot's is the first
    wanted = {tuple(1_000 * int(second) for second in line.split()[1:]) for line in windows}
    assert {(school.arrive_from_ms, school.arrive_by_ms) for school in case.schools} == wanted


@pytest.mark.shared
@needs_instances
def test_the_drives_of_2012_are_ours_cut_to_whole_seconds() -> None:
    question = school_bus.load("CSCB01-5400").question
    rows = pd.read_csv(public_instances.DATA / "school_bus" / "CSCB01" / "solution_5400.txt", sep="\t")
    rows.columns = ["bus", "at", "id", "pupils", "service", "arrives", "waits", "drives", "school"]
    legs = question.legs
    point = dict(zip(legs.pupil_ids, legs.pupil_point, strict=True)) | dict(
        zip(legs.setting_ids, legs.setting_point, strict=True)
    )
    cut = [
        60 * legs.minutes[point[str(one.id)], point[str(other.id)]] - other.drives
        for one, other in pairwise(rows.itertuples())
        if str(one.id) in point and str(other.id) in point
    ]
    assert len(cut) > 300
    assert min(cut) > -0.01
    assert max(cut) < 1.01


@pytest.mark.shared
@needs_instances
@pytest.mark.parametrize(
    ("name", "buses", "seconds_late"),
    [("CSCB01-2700", 30, []), ("CSCB03-5400", 41, [1.570, 7.112]), ("RSRB04-5400", 46, [4.504])],
)
def test_the_solutions_of_2012_keep_the_rules_but_for_cut_seconds(
    name: str, buses: int, seconds_late: list[float]
) -> None:
    question = school_bus.load(name).question
    case = make_case(question)
    routes = events_of(case, question.published)
    assert len(routes) == buses
    assert sorted(event for route in routes for event in route if event < len(case.parties)) == [
        *range(len(case.parties))
    ]
    late = sorted(over for route in routes if (over := over_ms(case, route)))
    assert late == [round(1_000 * seconds) for seconds in seconds_late]
    runs = [priced(case, route, over_ms=over_ms(case, route) or 0) for route in routes]
    assert all(run is not None and max(run.aboard) <= school_bus.SEATS for run in runs)


def run_of(method: str, **changes: object) -> dict[str, object]:
    machine = {
        "date": "2030-01-02",
        "cpu": "A",
        "cores": 2,
        "memory_gb": 8,
        "system": "Linux",
        "python": "3",
        "versions": {"x": "1"},
        "code": "abc",
    }
    notes = {
        "routes": 7,
        "pupils": 50,
        "mean ride minutes": 20.0,
        "longest ride minutes": 44.5,
        "walker": "right",
    }
    return {
        "method": method,
        "status": "feasible",
        "seconds": {"plan": 1.0, "verify": 0.5},
        "total_s": 1.5,
        "peak_mb": 300.0,
        "started_mb": 0.0,
        "allowed_pairs": None,
        "cost_gbp": 100.0,
        "bound_gbp": None,
        "gap": None,
        "unplaced": 0,
        "notes": notes,
        "machine": machine,
        **changes,
    }


def test_the_page_tells_routes_apart_from_places() -> None:
    case = {"case": "routes-x", "what": "w", "target": "t", "seed": 1, "limit_s": 60, "sort": "routes"}
    runs = [run_of("routes_ours"), run_of("routes_one_each", cost_gbp=250.0), {**run_of("z"), "error": "no | luck"}]
    buses = {"published": 20, "also": {school_bus.SINGLE_LOAD: 24}, "bound": 17.0}
    family = {
        "family": "school-bus",
        "sort": "routes",
        "runs": [
            run_of("routes_ours", name="A-1", value=18.0, **buses),
            run_of("routes_ours", name="B-1", value=20.0, **buses),
        ],
    }
    text = table.page([{**case, "runs": runs}, family])
    assert "## Cases" not in text
    assert "| routes-x | routes_one_each | 7 | 50 | 0 | 250.00 | 2.5000 |" in text
    assert "no / luck |" in text
    assert "| A-1 | routes_ours | 18 | 20 | -10.0% | 24 | 17 | 0 | 44.50 | 1.5 | 300 | right |  |" in text
    assert "| all 2 | routes_ours | 38 | 40 | -5.0% | 48 |" in text
    assert route_table.section([]).strip().startswith("## Routes")
