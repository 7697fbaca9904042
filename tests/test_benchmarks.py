"""The measurements: public instances as the library's tables, made-up areas, rivals, and the page of results."""

import numpy as np
import pandas as pd
import pytest

import placement_opt as po
from benchmarks import counties, measure, rivals, table, why
from benchmarks import public_instances as public
from benchmarks.registry import CASES, find_case

needs_instances = pytest.mark.skipif(not public.DATA.is_dir(), reason="../shared/data/benchmarks is not here")

CAP = """ 2 3
 10 7500.
 8 0.
 4
 6.05000 50.00000
 5
 100.06250 7.50000
 1
 1.00000 2.25000
"""

SINGLE_SOURCE = """2 3
10 9
100.000000 50.000000
4 5 6
1 2
3 4
5 6
"""

PMEDCAP = """ 1 3
 3 2 9
 1 0 0 4
 2 3 3 5
 3 6 8 6
"""

SMALL_DEVON = {
    "devon_cdcs.csv": 'Facility_Name,Latitude,Longitude,Existing\nA,50.7," -3.5",Yes\nB,50.8,-3.6,No\n',
    "travel_matrix_car.csv": "from_id,A,B\nSouth 1,10.123456,5\nNorth 1,7,8\n",
    "demand_MF_50_84.csv": (
        "LSOA 2021 Code,LSOA 2021 Name,MF50-84\nE1,North 1,30\nE2,South 1,10\n"  # another order than the journeys
    ),
}


def prices(question: public.Question) -> list[list[float]]:
    costs = question.problem.table("pair_costs")
    return costs.pivot_table(index="pupil_id", columns="provision_id", values="cost_gbp").to_numpy().tolist()


def test_cap_is_split_demand_at_exact_prices() -> None:
    found = public.parse_cap(CAP, name="cap/x", published=1.5)
    problem = found.question.problem
    assert problem.pupils["count"].tolist() == [4, 5, 1]
    assert set(problem.pupils["places"]) == {1}
    assert problem.provisions["places"].tolist() == [10, 8]
    assert problem.provisions["open_gbp"].tolist() == [750_000, 0]
    assert set(problem.provisions["status"]) == {"candidate"}
    assert prices(found.question) == [[151.25, 1250], [2001.25, 150], [100, 225]]
    assert found.rounding == 0
    assert (found.name, found.published) == ("cap/x", 1.5)


def test_cap_says_how_far_rounding_can_go() -> None:
    found = public.parse_cap("1 1\n 3 1.\n 3\n 10.00000\n")  # £333.333... for each of the three
    assert found.rounding == pytest.approx(0.01 / 100)


def test_nobody_is_carried_and_everybody_may_go_everywhere() -> None:
    question = public.parse_cap(CAP).question
    pairs = po.candidate_pairs(question.problem, question.travel, policy=question.policy)
    assert len(pairs.table()) == 6
    assert not pairs.table()[["transport_gbp", "place_gbp", "minutes", "miles"]].to_numpy().any()


def test_single_source_demand_is_not_split() -> None:
    found = public.parse_single_source(SINGLE_SOURCE)
    problem = found.question.problem
    assert problem.pupils["places"].tolist() == [4, 5, 6]
    assert set(problem.pupils["count"]) == {1}
    assert problem.provisions["places"].tolist() == [10, 9]
    assert problem.provisions["open_gbp"].tolist() == [100, 50]
    assert prices(found.question) == [[1, 2], [3, 4], [5, 6]]


def test_single_source_refuses_broken_demand() -> None:
    with pytest.raises(ValueError, match="not a whole number"):
        public.parse_single_source(SINGLE_SOURCE.replace("4 5 6", "4 5.5 6"))


def test_pmedcap_rounds_distances_down_and_fixes_the_number_of_sites() -> None:
    found = public.parse_pmedcap(PMEDCAP)
    assert found.published == 3
    assert prices(found.question) == [[0, 4, 10], [4, 0, 5], [10, 5, 0]]
    limits = found.question.problem.table("site_limits")
    assert limits[["min_open", "max_open"]].to_numpy().tolist() == [[2, 2]]
    assert found.question.problem.provisions["places"].tolist() == [9, 9, 9]


def test_devon_joins_demand_by_name_and_keeps_the_open_site(tmp_path, monkeypatch) -> None:
    for name, text in SMALL_DEVON.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    points = public.gpd.GeoDataFrame(
        {"LSOA21CD": ["E1", "E2"]}, geometry=public.gpd.points_from_xy([300_000, 290_000], [100_000, 90_000])
    )
    monkeypatch.setattr(public.gpd, "read_file", lambda _path: points.set_crs("EPSG:27700"))
    found = public.load_devon(tmp_path, sites=2)
    problem = found.question.problem
    assert problem.pupils["count"].tolist() == [10, 30]
    assert problem.pupils["easting"].tolist() == [290_000, 300_000]
    assert problem.provisions["status"].tolist() == ["open", "candidate"]
    assert problem.table("site_limits")["max_open"].tolist() == [1]
    assert prices(found.question) == [[1012.35, 500], [700, 800]]
    assert found.value(100 * 40) == 1
    assert found.rounding == pytest.approx(10 * 0.0044 / 100 / 40, rel=0.02)


def test_optima_leave_out_lines_with_several() -> None:
    assert public.read_optima("Data file   Optimal\ncap41  1.5\ncapa 2 (capacity 8000)\n   3 (x)\n") == {"cap41": 1.5}


def test_unknown_instances_are_named() -> None:
    with pytest.raises(KeyError, match="no public instance 'gap/x'"):
        public.load("gap/x")
    with pytest.raises(KeyError, match="no case 'x'"):
        find_case("x")


@pytest.mark.shared
@needs_instances
@pytest.mark.parametrize(
    ("family", "number", "first", "last"),
    [
        ("cap", 37, "cap41", "cap134"),
        ("delmaire", 57, "p1", "p57"),
        ("holmberg", 71, "p1", "p71"),
        ("pmedcap", 20, "pmedcap01", "pmedcap20"),
        ("devon", 5, "p4", "p8"),
    ],
)
def test_the_families_are_whole(family: str, number: int, first: str, last: str) -> None:
    names = public.names(family)
    assert (len(names), names[0], names[-1]) == (number, first, last)


@pytest.mark.shared
@needs_instances
@pytest.mark.parametrize(
    ("name", "customers", "sites", "published"),
    [
        ("cap/cap41", 50, 16, 1_040_444.375),
        ("cap/cap134", 50, 50, 928_941.750),
        ("delmaire/p57", 90, 30, 49_791),
        ("holmberg/p71", 200, 30, 25_540),
        ("pmedcap/pmedcap20", 100, 100, 1_005),
        ("devon/p8", 729, 18, 18.345390),
    ],
)
def test_instances_have_the_published_shape(name: str, customers: int, sites: int, published: float) -> None:
    found = public.load(name)
    problem = found.question.problem
    assert (len(problem.pupils), len(problem.provisions)) == (customers, sites)
    assert len(problem.table("pair_costs")) == customers * sites
    assert found.published == published
    taken = (problem.pupils["count"] * problem.pupils["places"]).sum()
    assert taken <= problem.provisions["places"].sum()


@pytest.mark.shared
@needs_instances
def test_no_price_of_a_cap_file_is_rounded() -> None:
    assert [name for name in public.names("cap") if public.load(f"cap/{name}").rounding > 0] == []


@pytest.mark.shared
@needs_instances
@pytest.mark.parametrize("name", ["cap/cap41", "holmberg/p1"])
def test_the_published_optimum_is_found_and_proven(name: str) -> None:
    found = public.load(name)
    problem, travel, policy = found.question
    plan = po.solve(problem, travel, policy=policy, options=po.SolveOptions(gap=1e-7))
    assert plan.unplaced_pupils == 0
    assert found.value(plan.cost_gbp) == pytest.approx(found.published, abs=0.0011)
    assert found.value(plan.bound_gbp) == pytest.approx(found.published, rel=1e-6)


def as_pure(problem: po.Problem) -> public.Question:
    return public.Question(problem, po.crow_fly(problem), po.Policy(moves="all"))


def test_an_area_is_the_same_from_the_same_seed() -> None:
    assert counties.pure(60, 15, seed=3) == counties.pure(60, 15, seed=3)
    assert counties.sites(60, 15, 3, seed=3) == counties.sites(60, 15, 3, seed=3)
    assert counties.pure(60, 15, seed=3) != counties.pure(60, 15, seed=4)


def test_a_pure_area_holds_nothing_but_pupils_and_places() -> None:
    problem = counties.pure(200, 20, seed=2)
    assert len(problem.pupils) == 200
    rivals.refuse_what_is_not_stated(problem)
    assert set(problem.provisions["status"]) == {"open"}
    assert set(problem.provisions["kind"]) == {"mainstream", "special", "independent_special"}
    assert problem.hubs.empty
    assert problem.provisions["places"].sum() >= 200


def test_an_area_with_sites_holds_every_family() -> None:
    problem = counties.sites(400, 40, 6, seed=2)
    provisions = problem.provisions
    assert (provisions["status"] == "candidate").sum() == 6
    assert (provisions.loc[provisions["status"] == "candidate", "capital_gbp"] > 0).all()
    assert {"hub", "spoke"} < set(provisions["kind"])
    assert (provisions["kind"] == "hub").sum() == len(problem.hubs)
    assert (provisions["max_classes"] > 0).any()
    assert (provisions["min_pupils"] > 0).any()
    budget = problem.table("budgets").iloc[0]
    assert budget["type"] == "capital"
    assert 0 < budget["limit_gbp"] <= provisions["capital_gbp"].sum() / 3


def test_an_england_is_spread_out_and_may_overflow() -> None:
    problem = counties.england(300, 40, seed=2)
    assert np.ptp(problem.pupils["easting"]) > 100_000
    mainstream = problem.provisions["kind"] == "mainstream"
    assert (problem.provisions.loc[mainstream, "overflow_places"] > 0).all()


@pytest.mark.parametrize("size", [(300, 20), (2_000, 80)])
def test_a_quarter_of_the_provisions_is_allowed_for_a_pupil(size: tuple[int, int]) -> None:
    question = as_pure(counties.pure(*size, seed=1))
    pairs = po.candidate_pairs(question.problem, question.travel, policy=question.policy)
    assert 0.2 < len(pairs.table()) / (size[0] * size[1]) < 0.32


@pytest.mark.parametrize(
    "problem", [counties.pure(80, 15, seed=5), counties.sites(80, 15, 3, seed=5)], ids=["pure", "sites"]
)
def test_the_one_shot_model_finds_the_same_money_as_the_library(problem: po.Problem) -> None:
    question, options = as_pure(problem), po.SolveOptions(gap=1e-7)
    plan = po.solve(question.problem, question.travel, policy=question.policy, options=options)
    found = rivals.one_shot_highs(question, options, 60)
    assert found.unplaced == plan.unplaced_pupils
    assert found.cost_gbp == pytest.approx(plan.cost_gbp, rel=1e-6)
    assert found.bound_gbp == pytest.approx(plan.cost_gbp, rel=1e-6)


def test_the_one_shot_model_refuses_what_it_does_not_hold() -> None:
    question = as_pure(counties.pure(30, 12, seed=1))
    siblings = question.problem.pupils.assign(sibling_group=None)
    siblings.loc[:1, "sibling_group"] = "F1"
    with pytest.raises(rivals.NotStatedError, match="sibling_group"):
        rivals.OneShot(question._replace(problem=question.problem.replace(pupils=siblings)), pd.DataFrame())


def test_a_flow_refuses_sites() -> None:
    with pytest.raises(rivals.NotStatedError, match="no sites"):
        rivals.ortools_flow(as_pure(counties.sites(60, 15, 3, seed=1)), po.SolveOptions(), 10)


def test_every_case_names_methods_that_exist() -> None:
    assert {method for case in CASES.values() for method in case.methods} <= set(measure.METHODS)
    assert find_case("pmedcap/pmedcap01").methods == ("ours", "spopt_median")


def test_a_measurement_runs_in_a_process_of_its_own() -> None:
    found = measure.measure("pure-small", "one_shot_highs", seed=1, seconds=60)
    assert "error" not in found
    assert set(found["seconds"]) == {"pairs", "model", "solve"}
    assert found["total_s"] == pytest.approx(sum(found["seconds"].values()))
    assert found["unplaced"] == 0
    assert found["peak_mb"] > found["question_mb"] / 2 > 0


def test_a_failed_measurement_says_why() -> None:
    found = measure.measure("sites-small", "ortools_flow", seed=1, seconds=60)
    assert "no sites" in found["error"]


def test_a_measurement_is_stopped_at_its_limit(monkeypatch) -> None:
    monkeypatch.setattr(measure, "GRACE_S", 0.2)
    found = measure.measure("pure-small", "ours", seed=1, seconds=0.1)
    assert found["error"].startswith("stopped after")


MACHINE = {
    "date": "2030-01-02",
    "cpu": "A",
    "cores": 2,
    "memory_gb": 8,
    "system": "Linux",
    "python": "3",
    "versions": {"x": "1"},
    "code": "abc",
}


def run_of(method: str, **changes: object) -> dict[str, object]:
    return {
        "method": method,
        "status": "optimal",
        "seconds": {"pairs": 1.0, "solve": 3.0},
        "total_s": 4.0,
        "peak_mb": 1_200.4,
        "started_mb": 0.0,
        "allowed_pairs": 4_000,
        "cost_gbp": 1_234.5,
        "bound_gbp": 1_234.0,
        "gap": 0.0004,
        "unplaced": 0,
        "notes": {},
        "machine": MACHINE,
        **changes,
    }


def test_the_page_is_made_of_the_results() -> None:
    slower = run_of("rival", total_s=8.0, notes={"version": "ortools 9"})
    case = {"case": "pure", "what": "w", "target": "t", "seed": 1}
    instance = run_of("ours", name="cap41", published=12.0, value=12.5, bound=12.0, rounding=0.0, unit="cost")
    text = table.page(
        [
            {
                **case,
                "runs": [
                    run_of("ours"),
                    slower,
                    {"method": "third", "error": "stopped | after 5 s", "machine": MACHINE},
                ],
            },
            {"family": "cap", "runs": [instance]},
        ]
    )
    assert (
        "| pure | ours | 4,000 | 1.00 |  | 3.00 |  | 4.00 | 1.00 | 1,200 |  | 1,234.50 | 0 | 0.0400% | optimal |"
        in text
    )
    assert "| pure | rival | 4,000 | 1.00 |  | 3.00 |  | 8.00 | 2.00 |" in text
    assert "stopped / after 5 s |" in text
    assert "* rival: version ortools 9" in text
    assert "| cap41 | ours | 12.000 | 12.500 | +0.5000 | 12.000 | 0.0400% | 0 | 4.00 | optimal |" in text
    assert text.count("2030-01-02: A, 2 cores, 8 GiB, Linux, Python 3, x 1, code abc (pure, cap)") == 1
    widths = {line.count("|") for line in text.splitlines() if line.startswith("| pure")}
    assert len(widths) == 1


def test_the_section_about_answers_holds_them_against_one_solve() -> None:
    document = {
        "case": "why",
        "sort": why.SORT,
        "what": "answers",
        "target": "few",
        "solve_s": 2.0,
        "runs": [
            {"method": "all worths, 2 at a time", "answers": 100, "total_s": 30.0, "longest_s": None},
            {"method": "further pupils", "answers": 4, "total_s": 0.5, "longest_s": 0.25},
        ],
    }
    page = table.page([{**document, "runs": [{**run, "machine": measure.machine()} for run in document["runs"]]}])
    assert "| all worths, 2 at a time | 100 | 30.00 | 15.0 | 0.300 |  |" in page
    assert "| further pupils | 4 | 0.50 | 0.2 | 0.125 | 0.25 |" in page
