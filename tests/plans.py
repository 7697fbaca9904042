"""Plans worked out by hand, to hold the verification against. All persons, places and prices are made up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Status
from placement_opt.examples import tiny
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

OPTIONS = {"options": {"gap": 1e-4, "weights": None}}

RICH_POLICY = Policy(
    moves="due",
    max_moves=1,
    requests="priced",
    mainstream="priced",
    siblings="hard",
    cost_basis="average",
    max_minutes=100,
    authorities=("North",),
)


@cache
def tiny_case() -> tuple[Problem, TravelMatrix, Plan]:
    """Three pupils, on whole miles: P1 in the base, P2 stays at the special school, P3 in the nearer mainstream."""
    problem = tiny()
    travel = TravelMatrix(
        ("P1", "P2", "P3"),
        ("A", "B"),
        minutes=np.array([[6.0, 30.0], [12.0, 21.0], [24.0, 3.0]]),
        miles=np.array([[2.0, 10.0], [4.0, 7.0], [8.0, 1.0]]),
    )
    placements = _placements(
        problem,
        [
            ("P1", "A-base", 1, 6.0, 2.0, "", 7_000, 0, 0, 0),
            # the shared vehicle costs 8,800 for a pupil at 7 miles, and makes 190 x 2 x 7 x 2 x 0.2785 / 2.67 kg
            ("P2", "B-special", 1, 21.0, 7.0, "shared vehicle", 16_000, 0, 8_800, 554.913858),
            ("P3", "B-main", 1, 3.0, 1.0, "", 4_000, 0, 0, 0),
        ],
        {"P2": "stays"},
    )
    use = _use(problem, {"A-base": (1, 1), "A-main": (0, 0), "B-main": (1, 1), "B-special": (1, 1)})
    tables = {"placements": placements, "unplaced": _EMPTY, "use": use, "outreach": _EMPTY, "teams": _EMPTY}
    return problem, travel, Plan(Status.OPTIMAL, tables, Policy(), 0.0, 35_800.0, OPTIONS)


@cache
def rich_problem() -> Problem:
    """Twelve rows of pupils, four schools, nine provisions; every limit that can be full is full."""
    return Problem(
        pupils=_rich_pupils(),
        settings=pd.DataFrame(
            {
                "setting_id": ["A", "B", "C", "D"],
                "name": ["Alder Lane", "Birch Hill", "Cedar Way", "Dale Court"],
                "easting": [461_000, 462_000, 463_000, 464_000],
                "northing": [271_000, 272_000, 273_000, 274_000],
                "authority": ["North", "North", "North", None],
                "places": [6, None, None, None],
            }
        ),
        provisions=_rich_provisions(),
        hubs=pd.DataFrame(
            [
                {
                    "provision_id": "A-hub",
                    "team_hours_per_week": 5,
                    "max_teams": 2,
                    "team_gbp": 20_000,
                    "max_spokes": 1,
                    "max_link_minutes": 30,
                    "visits_per_week": 2,
                }
            ]
        ),
        links=pd.DataFrame({"hub_id": ["A-hub"], "spoke_id": ["B-spoke"]}),
        part_limits=pd.DataFrame(
            {
                "limit_id": ["L1", "L2"],
                "provision_id": ["A-hub", None],
                "setting_id": [None, "C"],
                "needs": ["ASD", "any"],
                "min_year": [-4, 7],
                "max_year": [20, 7],
                "places": [2, 5],
            }
        ),
        topups=pd.DataFrame(
            [
                {"need": "SEMH", "band": "H", "kind": "special", "topup_gbp": 18_000, "payer": "social care"},
                {"need": "SEMH", "band": None, "kind": None, "topup_gbp": 1, "payer": "nobody"},
                {"need": None, "band": None, "kind": "special", "topup_gbp": 15_000, "payer": "high needs"},
                {"need": None, "band": None, "kind": "independent_special", "topup_gbp": 50_000, "payer": "joint"},
                {"need": "PMLD", "band": None, "kind": None, "topup_gbp": 40_000, "payer": "health"},
            ]
        ),
        pair_costs=pd.DataFrame({"pupil_id": ["P11"], "provision_id": ["D-ind"], "cost_gbp": [30_000]}),
        pair_rules=pd.DataFrame({"pupil_id": ["P09"], "provision_id": ["C-spec"], "rule": ["must"]}),
        resources=pd.DataFrame({"resource": ["speech therapy"], "available": [3]}),
        resource_use=pd.DataFrame(
            [
                {"resource": "speech therapy", "need": "SLCN", "band": None, "kind": None, "amount": 1},
                {"resource": "speech therapy", "need": "ASD", "band": None, "kind": "hub", "amount": 0.5},
                {"resource": "speech therapy", "need": None, "band": None, "kind": "alternative", "amount": 2},
            ]
        ),
        modes=pd.DataFrame(
            [
                {"mode": "bus", "gbp_per_day": 4, "gbp_per_mile": 0, "independent_only": True, "max_miles": 20},
                {
                    "mode": "minibus",
                    "gbp_per_day": 60,
                    "gbp_per_mile": 1,
                    "riders": 4,
                    "wheelchair": True,
                    "assistant": True,
                    "max_miles": 40,
                    "vehicle_miles_per_mile": 2,
                    "co2e_kg_per_mile": 0.4,
                },
                {
                    "mode": "taxi",
                    "gbp_per_day": 10,
                    "gbp_per_mile": 2,
                    "riders": 2,
                    "vehicle_miles_per_mile": 2,
                    "co2e_kg_per_mile": 0.3,
                },
            ]
        ),
        parameters=Parameters(topup_payer="council", outreach_payer="inclusion team", overflow_payer="reserve"),
    )


def rich_travel(problem: Problem) -> TravelMatrix:
    """Everybody is 4, 5, 10 and 12 miles from the schools, at three minutes a mile, but for three pupils."""
    pupil_ids = tuple(problem.pupils["pupil_id"])
    miles = np.tile([4.0, 5.0, 10.0, 12.0], (len(pupil_ids), 1))
    minutes = miles * 3
    for pupil_id, school, far, long in (("P05", 3, 30.0, 80.0), ("P07", 0, 1.0, 3.0), ("P08", 0, 1.0, 3.0)):
        row = pupil_ids.index(pupil_id)
        miles[row, school], minutes[row, school] = far, long
    between = pd.DataFrame({"from_setting_id": ["A"], "to_setting_id": ["B"], "minutes": [15.0], "miles": [5.0]})
    return TravelMatrix(pupil_ids, ("A", "B", "C", "D"), minutes, miles, between)


@cache
def rich_case() -> tuple[Problem, TravelMatrix, Plan]:
    """A plan for the rich problem that keeps every rule: £440,060 and £8,000 of unmet wishes."""
    problem = rich_problem()
    rows = [
        ("P01", "A-hub", 1, 12.0, 4.0, "taxi", 7_000, 6_000, 2_470, 456),
        ("P02", "A-hub", 1, 12.0, 4.0, "taxi", 7_000, 6_000, 2_470, 456),
        ("P03", "A-hub", 1, 12.0, 4.0, "bus", 7_000, 6_000, 760, 0),
        ("P04", "C-spec", 3, 30.0, 10.0, "minibus", 18_000, 10_000, 3_800, 760),
        ("P04", "C-cand", 2, 30.0, 10.0, "minibus", 18_000, 9_000, 3_800, 760),
        ("P05", "D-ind", 1, 80.0, 30.0, "minibus", 40_000, 4_000, 5_700, 2_280),
        ("P06", "B-spoke", 1, 15.0, 5.0, "taxi", 8_662, 1_000, 2_850, 570),
        ("P07", "A-main", 1, 3.0, 1.0, "", 8_662, 0, 0, 0),
        ("P08", "A-main", 1, 3.0, 1.0, "", 8_662, 0, 0, 0),
        ("P09", "C-spec", 1, 30.0, 10.0, "minibus", 15_000, 10_000, 3_800, 760),
        ("P11", "D-ind", 1, 36.0, 12.0, "taxi", 30_000, 0, 11_020, 2_736),
        ("P12", "A-main", 1, 12.0, 4.0, "", 8_662, 0, 0, 0),
    ]
    changes = {"P02": "stays", "P03": "stays", "P05": "stays", "P12": "stays", "P11": "moves"}
    placements = _placements(problem, rows, changes, {"P01": "missed", "P03": "met", "P06": "met"})
    placements["over_guide"] = placements["pupil_id"] == "P05"
    payers = {"P04": "social care", "P05": "health", "P09": "high needs"}
    placements["topup_payer"] = placements["pupil_id"].map(payers).fillna("council")
    return (
        problem,
        rich_travel(problem),
        Plan(Status.OPTIMAL, _rich_tables(problem, placements), RICH_POLICY, 8_000.0, 448_050.0, OPTIONS),
    )


@cache
def today_case() -> tuple[Problem, TravelMatrix, Plan]:
    """Today of the rich problem, where rules are broken: a wheelchair in no vehicle, more pupils than places."""
    problem = rich_problem()
    modes = problem.table("modes")
    provisions = problem.provisions
    problem = problem.replace(
        modes=modes.assign(wheelchair=False),
        provisions=provisions.assign(places=provisions["places"].where(provisions["provision_id"] != "A-hub", 1)),
    )
    rows = [
        ("P02", "A-hub", 1, 12.0, 4.0, "taxi", 7_000, 6_000, 2_470, 456),
        ("P03", "A-hub", 1, 12.0, 4.0, "bus", 7_000, 6_000, 760, 0),
        ("P05", "D-ind", 1, 80.0, 30.0, "none permitted", 40_000, 4_000, 0, 0),
        ("P11", "B-main", 1, 15.0, 5.0, "taxi", 8_662, 500, 5_700, 1_140),
        ("P12", "A-main", 1, 12.0, 4.0, "", 8_662, 0, 0, 0),
    ]
    changes = {name: "stays" for name, *_ in rows}
    placements = _placements(problem, rows, changes, {"P03": "met"})
    placements["over_guide"] = placements["pupil_id"] == "P05"
    placements["topup_payer"] = placements["pupil_id"].map({"P05": "health"}).fillna("council")
    pupils = problem.pupils
    without = pupils[~pupils["pupil_id"].isin(changes)]
    use = _use(problem, {"A-hub": (2, 2), "A-main": (1, 1), "B-main": (1, 1), "D-ind": (1, 2)}, {"D-ind": 1_000})
    use.loc[use["provision_id"] == "A-hub", ["places_over", "overflow_gbp"]] = [1, 9_000.0]
    use.loc[use["provision_id"].isin(["B-spoke", "C-cand", "D-alt"]), ["is_open", "places_free"]] = [False, 0]
    tables = {
        "placements": placements,
        "unplaced": _unplaced(without, "no place today"),
        "use": use,
        "outreach": _EMPTY,
        "teams": _EMPTY,
    }
    return problem, rich_travel(problem), Plan(Status.BASELINE, tables, RICH_POLICY)


def spoil(plan: Plan, table: str, where: Mapping[str, Any], /, **cells: Any) -> Plan:
    """Return the plan with other cells in the rows of a table where every column of `where` has its value."""
    frame = plan.tables[table].copy()
    rows = np.logical_and.reduce([frame[column] == value for column, value in where.items()])
    assert rows.any(), f"{where} is not in {table}"
    for column, value in cells.items():
        old = frame.loc[rows, column]
        frame.loc[rows, column] = [value(cell) for cell in old] if callable(value) else value
    return with_table(plan, table, frame)


def with_table(plan: Plan, table: str, frame: pd.DataFrame) -> Plan:
    """Return the plan with another frame as one of its tables."""
    return replace(plan, tables={**plan.tables, table: frame})


def changed(problem: Problem, table: str, where: Mapping[str, Any], /, **cells: Any) -> Problem:
    """Return the problem with other cells in the rows of a table where every column of `where` has its value."""
    frame = problem.table(table)
    rows = np.logical_and.reduce([frame[column] == value for column, value in where.items()])
    assert rows.any(), f"{where} is not in {table}"
    for column, value in cells.items():
        frame.loc[rows, column] = value
    return problem.replace(**{table: frame})


def added(number: float) -> Callable[[Any], Any]:
    """Return what adds a number to a cell."""
    return lambda cell: cell + number


_EMPTY = pd.DataFrame()


def _rich_pupils() -> pd.DataFrame:
    rows: list[dict[str, Any]] = [
        {"pupil_id": "P01", "year_group": 7, "need": "ASD", "requested_setting_id": "B"},
        {"pupil_id": "P02", "year_group": 8, "need": "ASD", "current_provision_id": "A-hub"},
        {
            "pupil_id": "P03",
            "year_group": 9,
            "need": "SLCN",
            "current_provision_id": "A-hub",
            "requested_setting_id": "A",
            "independent_travel": True,
        },
        {"pupil_id": "P04", "year_group": 7, "need": "SEMH", "band": "H", "count": 5},
        {
            "pupil_id": "P05",
            "year_group": 10,
            "need": "PMLD",
            "places": 2,
            "wheelchair": True,
            "current_provision_id": "D-ind",
        },
        {"pupil_id": "P06", "year_group": 4, "need": "SLCN", "support_hours": 3, "requested_setting_id": "B"},
        {"pupil_id": "P07", "year_group": 0, "need": "MLD", "mainstream": "wanted", "sibling_group": "F1"},
        {"pupil_id": "P08", "year_group": 2, "need": "MLD", "sibling_group": "F1"},
        {"pupil_id": "P09", "year_group": 5, "need": "ASD", "assistant": True},
        {"pupil_id": "P10", "year_group": 3, "need": "PD", "max_minutes": 5},
        {
            "pupil_id": "P11",
            "year_group": 12,
            "need": "ASD",
            "current_provision_id": "B-main",
            "mainstream": "wanted",
            "solo": True,
        },
        {"pupil_id": "P12", "year_group": 9, "need": "MLD", "current_provision_id": "A-main", "entitled": "no"},
    ]
    for number, row in enumerate(rows):
        row |= {"easting": 460_000 + 100 * number, "northing": 270_000, "locality": "West" if number % 2 else "East"}
    return pd.DataFrame(rows)


def _rich_provisions() -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "provision_id": "A-hub",
                "setting_id": "A",
                "kind": "inclusion base",
                "places": 2,
                "needs": "ASD;SLCN",
                "topup_gbp": 7_000,
                "place_gbp": 6_000,
                "overflow_places": 1,
                "overflow_gbp": 9_000,
            },
            {"provision_id": "A-main", "setting_id": "A", "kind": "mainstream", "places": 5},
            {
                "provision_id": "B-main",
                "setting_id": "B",
                "kind": "mainstream",
                "places": 2,
                "place_gbp": 500,
                "place_payer": "schools block",
            },
            {"provision_id": "B-spoke", "setting_id": "B", "kind": "spoke", "places": 3, "place_gbp": 1_000},
            {
                "provision_id": "C-cand",
                "setting_id": "C",
                "kind": "special",
                "places": 4,
                "place_gbp": 9_000,
                "status": "candidate",
                "open_gbp": 50_000,
            },
            {
                "provision_id": "C-spec",
                "setting_id": "C",
                "kind": "special",
                "places": 4,
                "min_year": 7,
                "bands": "H;M",
                "place_gbp": 10_000,
            },
            {
                "provision_id": "D-alt",
                "setting_id": "D",
                "kind": "alternative",
                "places": 2,
                "status": "candidate",
                "open_gbp": 5_000,
            },
            {
                "provision_id": "D-ind",
                "setting_id": "D",
                "kind": "independent_special",
                "places": 6,
                "place_gbp": 2_000,
                "status": "closable",
                "open_gbp": 1_000,
            },
            {"provision_id": "D-shut", "setting_id": "D", "kind": "alternative", "places": 3, "status": "closed"},
        ]
    )


def _rich_tables(problem: Problem, placements: pd.DataFrame) -> dict[str, pd.DataFrame]:
    use = _use(
        problem,
        {"A-hub": (3, 3), "A-main": (3, 3), "B-spoke": (1, 1), "C-spec": (4, 4), "C-cand": (2, 2), "D-ind": (2, 3)},
        {"C-cand": 50_000, "D-ind": 1_000},
    )
    use.loc[use["provision_id"] == "A-hub", ["places_over", "overflow_gbp"]] = [1, 9_000.0]
    use.loc[use["provision_id"] == "D-alt", ["is_open", "places_free"]] = [False, 0]
    outreach = {"hub_id": "A-hub", "spoke_id": "B-spoke", "minutes": 15.0, "miles": 5.0, "payer": "inclusion team"}
    outreach |= {"support_hours": 3.0, "visit_hours": 1.0, "hours": 4.0, "travel_gbp": 342.0}
    team = {"hub_id": "A-hub", "spokes": 1, "hours": 4.0, "teams": 1, "team_hours": 5.0, "team_gbp": 20_000.0}
    pupils = problem.pupils
    return {
        "placements": placements,
        "unplaced": _unplaced(pupils[pupils["pupil_id"] == "P10"], "every journey is longer than 5 minutes"),
        "use": use,
        "outreach": pd.DataFrame([outreach]),
        "teams": pd.DataFrame([team | {"payer": "inclusion team"}]),
    }


def _placements(
    problem: Problem,
    rows: list[tuple[Any, ...]],
    changes: Mapping[str, str],
    requests: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return placements from what was worked out by hand for one pupil of each row, and the tables' own words."""
    names = ["pupil_id", "provision_id", "count", "minutes", "miles", "mode"]
    hand = pd.DataFrame(rows, columns=[*names, "topup_gbp", "place_gbp", "transport_gbp", "co2e_kg"])
    pupils = problem.pupils.drop(columns="count").rename(columns={"current_provision_id": "previous_provision_id"})
    schools = problem.settings[["setting_id", "name", "easting", "northing"]]
    schools.columns = pd.Index(["setting_id", "setting_name", "setting_easting", "setting_northing"])
    provisions = problem.provisions[["provision_id", "setting_id", "kind", "kind_label", "place_payer"]]
    frame = (
        hand.merge(pupils.drop(columns="entitled"), on="pupil_id").merge(provisions, on="provision_id").merge(schools)
    )
    frame["change"] = [changes.get(name, "new") for name in frame["pupil_id"]]
    frame["request"] = [(requests or {}).get(name, "none") for name in frame["pupil_id"]]
    frame["over_guide"] = False
    frame["entitled"] = frame["mode"] != ""
    for column in ("topup_gbp", "place_gbp", "transport_gbp", "co2e_kg"):
        frame[column] *= frame["count"]
    frame["cost_gbp"] = frame["topup_gbp"] + frame["place_gbp"] + frame["transport_gbp"]
    frame["topup_payer"], frame["transport_payer"] = "high needs", "transport"
    frame["pupil_miles_per_year"] = frame["count"] * 380 * frame["miles"]
    return frame


def _unplaced(pupils: pd.DataFrame, reasons: str) -> pd.DataFrame:
    return pupils.rename(columns={"current_provision_id": "previous_provision_id"}).assign(reasons=reasons)


def _use(
    problem: Problem, used: Mapping[str, tuple[int, int]], opening: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Return use from pupils and places of each provision, open where not closed; over and free where within."""
    frame = problem.provisions.merge(problem.settings[["setting_id", "name"]].rename(columns={"name": "setting_name"}))
    pairs = [used.get(name, (0, 0)) for name in frame["provision_id"]]
    frame["pupils"], frame["places_used"] = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    frame["is_open"] = frame["status"] != "closed"
    frame["places_over"] = 0
    frame["places_free"] = (frame["places"] - frame["places_used"]).clip(lower=0).where(frame["is_open"], 0)
    frame["overflow_gbp"], frame["commissioned_gbp"] = 0.0, 0.0
    frame["opening_gbp"] = [(opening or {}).get(name, 0.0) for name in frame["provision_id"]]
    frame["classes"], frame["classes_gbp"], frame["capital_gbp"] = 0, 0.0, 0.0
    frame["overflow_payer"] = problem.parameters.overflow_payer
    frame["opening_payer"] = problem.parameters.opening_payer
    return frame
