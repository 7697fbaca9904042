"""Every way to spoil a right plan is found, by the checks that should find it and by no other."""

from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pytest

from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.plan_tables import UNPLACED_COLUMNS
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify import verify
from tests.plans import added, rich_case, spoil, today_case, with_table

Spoil = Callable[[Plan], Plan]

P01 = {"pupil_id": "P01"}
P04_SPEC = {"pupil_id": "P04", "provision_id": "C-spec"}
P06 = {"pupil_id": "P06"}
P10 = {"pupil_id": "P10"}
HUB = {"provision_id": "A-hub"}
SPEC = {"provision_id": "C-spec"}
CAND = {"provision_id": "C-cand"}
SPOKE = {"provision_id": "B-spoke"}
LINK = {"spoke_id": "B-spoke"}
TEAM = {"hub_id": "A-hub"}


def _without(table: str, column: str, value: str) -> Spoil:
    def spoilt(plan: Plan) -> Plan:
        frame = plan.tables[table]
        assert (frame[column] == value).any()
        return with_table(plan, table, frame[frame[column] != value])

    return spoilt


def _twice(table: str, column: str, value: str) -> Spoil:
    def spoilt(plan: Plan) -> Plan:
        frame = plan.tables[table]
        return with_table(plan, table, pd.concat([frame, frame[frame[column] == value]]))

    return spoilt


def _cell(table: str, where: dict[str, str], **cells: object) -> Spoil:
    return lambda plan: spoil(plan, table, where, **cells)


def _each(table: str, where: dict[str, str], columns: list[str], wrong: object) -> list[tuple[str, Spoil]]:
    return [(f"{table}.{column}", _cell(table, where, **{column: wrong})) for column in columns]


def _swapped(plan: Plan) -> Plan:
    frame = plan.placements
    rows = [frame.index[frame["pupil_id"] == name][0] for name in ("P07", "P06")]
    frame.loc[rows, "provision_id"] = ["B-spoke", "A-main"]
    return with_table(plan, "placements", frame)


def _unplace(pupil_id: str) -> Spoil:
    def spoilt(plan: Plan) -> Plan:
        frame = plan.placements
        is_gone = frame["pupil_id"] == pupil_id
        gone = frame[is_gone].assign(reasons="no room")
        without = with_table(plan, "placements", frame[~is_gone])
        return with_table(without, "unplaced", pd.concat([plan.unplaced, gone])[list(UNPLACED_COLUMNS)])

    return spoilt


SPOILT: list[tuple[str, Spoil, set[str]]] = [
    # rows
    ("a blank pupil", _cell("unplaced", P10, pupil_id=None), {"known rows", "pupils counted"}),
    ("an unknown unplaced pupil", _cell("unplaced", P10, pupil_id="P99"), {"known rows", "pupils counted"}),
    ("an unplaced count of 0", _cell("unplaced", P10, count=0), {"known rows", "pupils counted"}),
    ("a negative unplaced count", _cell("unplaced", P10, count=-1), {"known rows", "pupils counted"}),
    ("a duplicated provision in use", _twice("use", "provision_id", "D-alt"), {"repeated rows"}),
    ("a provision without use", _without("use", "provision_id", "B-main"), {"every provision"}),
    ("a duplicated unplaced row", _twice("unplaced", "pupil_id", "P10"), {"repeated rows", "pupils counted"}),
    # C1
    ("an unplaced pupil removed", _without("unplaced", "pupil_id", "P10"), {"pupils counted"}),
    ("an unplaced pupil counted twice", _cell("unplaced", P10, count=2), {"pupils counted"}),
    # columns about the pupil and the school
    *[(n, s, {"pupil columns"}) for n, s in _each("placements", P01, ["need", "band", "locality"], "other")],
    *[
        (n, s, {"pupil columns"})
        for n, s in _each("placements", P01, ["year_group", "places", "easting", "northing"], added(1))
    ],
    ("a previous provision", _cell("placements", P01, previous_provision_id="B-main"), {"pupil columns"}),
    ("no previous provision", _cell("placements", {"pupil_id": "P02"}, previous_provision_id=None), {"pupil columns"}),
    *[
        (n, s, {"school columns"})
        for n, s in _each("placements", P01, ["setting_id", "setting_name", "kind", "kind_label"], "other")
    ],
    *[
        (n, s, {"school columns"})
        for n, s in _each("placements", P01, ["setting_easting", "setting_northing"], added(1))
    ],
    *[(n, s, {"changes"}) for n, s in _each("placements", P01, ["change"], "moves")],
    *[(n, s, {"changes"}) for n, s in _each("placements", {"pupil_id": "P11"}, ["change"], "stays")],
    *[(n, s, {"requests"}) for n, s in _each("placements", P01, ["request"], "met")],
    *[(n, s, {"requests"}) for n, s in _each("placements", {"pupil_id": "P03"}, ["request"], "none")],
    *[
        (n, s, {"unplaced rows"})
        for n, s in _each("unplaced", P10, ["need", "locality", "previous_provision_id"], "other")
    ],
    *[(n, s, {"unplaced rows"}) for n, s in _each("unplaced", P10, ["year_group"], added(1))],
    *[(n, s, {"unplaced rows"}) for n, s in _each("unplaced", P10, ["reasons"], " ")],
    ("no reasons", _cell("unplaced", P10, reasons=None), {"unplaced rows"}),
    # journeys
    *[(n, s, {"distances"}) for n, s in _each("placements", P01, ["minutes", "miles"], added(0.01))],
    ("no minutes", _cell("placements", P01, minutes=float("nan")), {"distances"}),
    *[(n, s, {"guide minutes"}) for n, s in _each("placements", P01, ["over_guide"], True)],
    *[(n, s, {"guide minutes"}) for n, s in _each("placements", {"pupil_id": "P05"}, ["over_guide"], False)],
    *[(n, s, {"entitlement"}) for n, s in _each("placements", P01, ["entitled"], False)],
    *[(n, s, {"entitlement"}) for n, s in _each("placements", {"pupil_id": "P12"}, ["entitled"], True)],
    ("another mode", _cell("placements", P01, mode="minibus"), {"modes"}),
    ("no mode", _cell("placements", P01, mode=""), {"modes"}),
    ("a mode that is not permitted", _cell("placements", P06, mode="bus"), {"modes"}),
    ("a mode without entitlement", _cell("placements", {"pupil_id": "P12"}, mode="bus"), {"modes"}),
    ("an unknown mode", _cell("placements", P06, mode="camel"), {"modes"}),
    ("yearly miles", _cell("placements", P04_SPEC, pupil_miles_per_year=3_800), {"yearly miles"}),
    ("emissions", _cell("placements", P04_SPEC, co2e_kg=760), {"emissions"}),
    ("emissions on foot", _cell("placements", {"pupil_id": "P12"}, co2e_kg=1), {"emissions"}),
    # money
    *[
        (f"{p} {c}", _cell("placements", {"pupil_id": p}, **{c: added(d)}), {f, "sums"})
        for p in ("P01", "P11", "P05")
        for d in (0.01,)
        for c, f in (("topup_gbp", "top-ups"), ("place_gbp", "place funding"), ("transport_gbp", "transport"))
    ],
    *[
        (f"cohort {c}", _cell("placements", P04_SPEC, **{c: added(0.01), "cost_gbp": added(0.01)}), {f})
        for c, f in (("topup_gbp", "top-ups"), ("place_gbp", "place funding"), ("transport_gbp", "transport"))
    ],
    ("a cost", _cell("placements", P01, cost_gbp=added(0.01)), {"sums"}),
    ("a cost of nothing", _cell("placements", P01, cost_gbp=float("nan")), {"sums"}),
    ("£30 on a top-up", _cell("placements", P01, topup_gbp=added(30), cost_gbp=added(30)), {"top-ups", "total"}),
    *[
        (n, s, {f"{w} payers"})
        for w, c in (("top-up", "topup_payer"), ("place", "place_payer"), ("transport", "transport_payer"))
        for n, s in _each("placements", P01, [c], "somebody")
    ],
    ("a payer of the table", _cell("placements", P04_SPEC, topup_payer="council"), {"top-up payers"}),
    # use
    *[
        (n, s, {"use descriptions"})
        for n, s in _each(
            "use",
            HUB,
            [
                "setting_id",
                "setting_name",
                "kind",
                "kind_label",
                "status",
                "place_payer",
                "overflow_payer",
                "opening_payer",
            ],
            "other",
        )
    ],
    *[
        (n, s, {"fullness"})
        for n, s in _each("use", HUB, ["places", "pupils", "places_used", "places_over", "places_free"], added(1))
    ],
    *[
        (n, s, {"use money"})
        for n, s in _each(
            "use",
            CAND,
            ["overflow_gbp", "opening_gbp", "classes_gbp", "capital_gbp", "commissioned_gbp"],
            added(0.01),
        )
    ],
    ("a class that may not be added", _cell("use", CAND, classes=1), {"classes"}),
    ("fewer than no classes", _cell("use", HUB, classes=-1), {"classes"}),
    ("overflow for nothing", _cell("use", HUB, overflow_gbp=0), {"use money", "total", "bound"}),
    (
        "an unknown provision of use",
        _cell("use", {"provision_id": "D-alt"}, provision_id="X"),
        {"known rows", "every provision"},
    ),
    # outreach
    *[
        (n, s, {"link figures"})
        for n, s in _each("outreach", LINK, ["minutes", "miles", "support_hours", "visit_hours", "hours"], added(0.1))
    ],
    *[(n, s, {"link figures"}) for n, s in _each("outreach", LINK, ["travel_gbp"], added(0.01))],
    *[(n, s, {"link figures"}) for n, s in _each("outreach", LINK, ["payer"], "other")],
    *[(n, s, {"team figures"}) for n, s in _each("teams", TEAM, ["spokes"], added(1))],
    *[(n, s, {"team figures"}) for n, s in _each("teams", TEAM, ["hours", "team_hours", "team_gbp"], added(0.01))],
    *[(n, s, {"team figures"}) for n, s in _each("teams", TEAM, ["payer"], "other")],
    # claims
    ("another weight", lambda plan: replace(plan, weighed_gbp=8_000.01), {"weighed"}),
    ("no weight", lambda plan: replace(plan, weighed_gbp=0.0), {"weighed", "bound"}),
    ("no bound", lambda plan: replace(plan, bound_gbp=None), {"bound"}),
    ("a bound above the plan", lambda plan: replace(plan, bound_gbp=448_060.02), {"bound"}),
    ("a bound too far", lambda plan: replace(plan, bound_gbp=448_000.0), {"gap"}),
    ("no options", lambda plan: replace(plan, record={}), {"gap"}),
    ("an infeasible plan", lambda plan: replace(plan, status=Status.INFEASIBLE), {"status"}),
    ("a plan of no solution", lambda plan: replace(plan, status=Status.NO_SOLUTION), {"status"}),
]


BROKEN: list[tuple[str, Spoil, set[str]]] = [
    ("an unknown pupil", _cell("placements", P01, pupil_id="P99"), {"known rows", "pupils counted"}),
    ("an unknown provision", _cell("placements", P01, provision_id="X"), {"known rows", "pupils counted"}),
    ("an unknown hub of a link", _cell("outreach", LINK, hub_id="C-spec"), {"known rows", "team figures"}),
    ("an unknown spoke of a link", _cell("outreach", LINK, spoke_id="B-main"), {"known rows", "open places"}),
    ("an unknown hub of a team", _cell("teams", TEAM, hub_id="C-spec"), {"known rows", "team figures"}),
    ("a duplicated link", _twice("outreach", "spoke_id", "B-spoke"), {"repeated rows"}),
    ("a duplicated team", _twice("teams", "hub_id", "A-hub"), {"repeated rows"}),
    ("a pupil removed", _without("placements", "pupil_id", "P01"), {"pupils counted", "fullness"}),
    (
        "a pupil duplicated",
        _twice("placements", "pupil_id", "P01"),
        {"pupils counted", "repeated rows", "places", "part limits", "school limits", "resources", "fullness"},
    ),
    (
        "one more of a cohort",
        _cell("placements", P04_SPEC, count=4),
        {"pupils counted", "places", "part limits", "fullness", "top-ups", "place funding", "transport", "total"},
    ),
    ("one fewer of a cohort", _cell("placements", P04_SPEC, count=2), {"pupils counted", "fullness", "top-ups"}),
    ("none of a cohort", _cell("placements", P04_SPEC, count=0), {"known rows", "pupils counted"}),
    ("provisions swapped", _swapped, {"distances", "school columns", "link figures", "weighed", "total"}),
    ("a must pupil unplaced", _unplace("P09"), {"musts placed", "fullness"}),
    ("a pupil who stays unplaced", _unplace("P02"), {"stays", "moves", "fullness"}),
    ("siblings apart", _cell("placements", {"pupil_id": "P08"}, provision_id="B-main"), {"siblings", "distances"}),
    ("an open candidate shut", _cell("use", CAND, is_open=False), {"openness", "open places", "use money"}),
    ("an empty candidate open", _cell("use", {"provision_id": "D-alt"}, is_open=True), {"fullness", "use money"}),
    ("a closed provision open", _cell("use", {"provision_id": "D-shut"}, is_open=True), {"openness"}),
    ("an open provision shut", _cell("use", {"provision_id": "B-main"}, is_open=False), {"openness"}),
    ("a hub shut", _cell("use", HUB, is_open=False), {"openness", "hubs open", "open places"}),
    ("a spoke shut", _cell("use", SPOKE, is_open=False), {"openness", "open places"}),
    ("no link", _without("outreach", "spoke_id", "B-spoke"), {"open places", "openness", "team figures"}),
    ("no team", _cell("teams", TEAM, teams=0, team_hours=0, team_gbp=0), {"team hours"}),
    ("too many teams", _cell("teams", TEAM, teams=3, team_hours=15, team_gbp=60_000), {"team hours"}),
    ("fewer than no teams", _cell("teams", TEAM, teams=-1, team_hours=-5, team_gbp=-20_000), {"team figures"}),
    ("a hub without teams", _without("teams", "hub_id", "A-hub"), {"team figures", "team hours"}),
    ("a bound that is no number", lambda plan: replace(plan, bound_gbp=float("nan")), {"bound"}),
    ("a plan called today", lambda plan: replace(plan, status=Status.BASELINE), {"present places", "bound"}),
]


def _named(cases: list[tuple[str, Spoil, set[str]]]) -> list[object]:
    return [pytest.param(spoilt, found, id=name) for name, spoilt, found in cases]


@pytest.fixture(scope="module")
def case() -> tuple[Problem, TravelMatrix, Plan]:
    return rich_case()


def _found(case: tuple[Problem, TravelMatrix, Plan], spoilt: Spoil) -> set[str]:
    problem, travel, plan = case
    return {finding.check for finding in verify(problem, travel, spoilt(plan)).findings}


@pytest.mark.parametrize(("spoilt", "found"), _named(SPOILT))
def test_a_wrong_cell_or_claim_is_found_by_its_own_checks_only(
    case: tuple[Problem, TravelMatrix, Plan], spoilt: Spoil, found: set[str]
) -> None:
    assert _found(case, spoilt) == found


@pytest.mark.parametrize(("spoilt", "found"), _named(BROKEN))
def test_a_wrong_row_is_found_by_every_check_that_it_concerns(
    case: tuple[Problem, TravelMatrix, Plan], spoilt: Spoil, found: set[str]
) -> None:
    assert found <= _found(case, spoilt)


TODAY: list[tuple[str, Spoil, set[str]]] = [
    ("a pupil elsewhere", _cell("placements", {"pupil_id": "P11"}, provision_id="D-ind"), {"present places"}),
    ("a pupil unplaced", _unplace("P02"), {"present places"}),
    ("a bound", lambda plan: replace(plan, bound_gbp=1.0), {"bound"}),
    ("a price", _cell("placements", {"pupil_id": "P11"}, transport_gbp=5_701), {"transport", "sums"}),
    ("a mode that is not permitted", _cell("placements", {"pupil_id": "P05"}, mode="minibus"), {"modes"}),
    ("transport that is not permitted", _cell("placements", {"pupil_id": "P05"}, transport_gbp=1), {"transport"}),
    ("places over the number for nothing", _cell("use", HUB, overflow_gbp=0), {"use money"}),
]


@pytest.mark.parametrize(("spoilt", "found"), _named(TODAY))
def test_wrong_arithmetic_of_today_is_found(spoilt: Spoil, found: set[str]) -> None:
    assert found <= _found(today_case(), spoilt)
