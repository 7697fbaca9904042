"""What is handed in besides plans, read back from page and workbook: ratings, owners, cures, changes, routes."""

import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from openpyxl import load_workbook

import placement_opt as po
from placement_opt.report import write_report, write_workbook
from placement_opt.report.actions import Owner
from placement_opt.report.extras import ReportExtras
from placement_opt.report.first_screen import proof_sentence, sentences
from placement_opt.report.ground import WIDTH, ground_of
from placement_opt.report.indicators import Threshold
from placement_opt.report.map_routes import drawn_routes, elsewhere
from placement_opt.report.plan_map import plan_map
from placement_opt.report.subject import Subject
from placement_opt.report.words import percent
from placement_opt.routing.planner import plan_routes
from tests.made_plans import made_plans
from tests.read_back import Page, read_book
from tests.route_county import county
from tests.route_plans import question, route_plan

DAY = "2026-03-01"
HANDED_IN = {"indicators", "actions", "witness", "cures", "inputs", "settings", "changed_pupils", "changed_figures"}
COLOURS = {"Green": "0000602F", "Amber": "007A4A00", "Red": "008A1020"}


class Short(NamedTuple):
    """A question with one place too few, its plans, and all that can be handed in about them."""

    plans: dict[str, po.Plan]
    problem: po.Problem
    travel: po.TravelMatrix
    extras: ReportExtras


@pytest.fixture(scope="module")
def short() -> Short:
    wide = po.examples.tiny()
    problem = wide.replace(provisions=wide.provisions.assign(places=[0, 1, 0, 1]))
    travel = po.crow_fly(problem)
    plan = po.solve(problem, travel)
    extras = ReportExtras(
        thresholds=(
            Threshold("unplaced", 0, 0, "Cabinet", DAY),
            Threshold("moves", 0, 5, "SEN panel", DAY),
            Threshold("mean_minutes", 5, 20, "=Transport", DAY),
        ),
        owners=(Owner("unplaced", "Place planning", "2027-01-31"),),
        witness=po.witness(problem, travel, plan),
        cures=po.cures(problem, travel, plan=plan),
        changed=po.what_changed(po.solve(wide, travel), plan),
    )
    return Short({"today": po.baseline(problem, travel), "plan": plan}, problem, travel, extras)


@pytest.fixture(scope="module")
def folder(short: Short, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the confidential page and workbook, and a workbook to be shared."""
    home = tmp_path_factory.mktemp("papers")
    write_report(home / "inside.html", *short[:3], confidential=True, extras=short.extras)
    write_workbook(home / "inside.xlsx", *short[:3], extras=short.extras)
    write_workbook(home / "shared.xlsx", *short[:3], confidential=False, extras=short.extras)
    return home


@pytest.fixture(scope="module")
def shared(folder: Path) -> list[str]:
    """Return every text of the workbook to be shared."""
    book = load_workbook(folder / "shared.xlsx")
    return [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row if c.value is not None]


def test_what_is_handed_in_is_the_same_on_the_page_and_in_the_workbook(folder: Path) -> None:
    page = Page((folder / "inside.html").read_text(encoding="utf-8")).tables
    book = read_book(folder / "inside.xlsx")
    for key in HANDED_IN:
        assert page[key].heads == book[key].heads
        cells = [[None if cell in {"–", ""} else cell for cell in row] for row in page[key].rows]
        assert cells == book[key].rows, key


def test_ratings_in_the_workbook_follow_from_the_plan_and_have_their_colours(short: Short, folder: Path) -> None:
    placed = short.plans["plan"].placements
    mean = np.average(placed["minutes"], weights=placed["count"])
    book = read_book(folder / "inside.xlsx")["indicators"]
    assert 5 < mean <= 20
    assert Counter(book.column("Rating").values()) == {"Red": 1, "Green": 1, "Amber": 1, "not rated": 7}
    expected = {"unplaced": "Red", "moves": "Green", "mean_minutes": "Amber"}
    names = {str(row[-1]): row[book.heads.index("Rating")] for row in book.rows}
    assert {name: names[name] for name in expected} == expected
    cells = [cell for row in load_workbook(folder / "inside.xlsx")["Plan indicators"].iter_rows() for cell in row]
    colours = {cell.value: cell.font.color.rgb for cell in cells if cell.value in COLOURS}
    assert colours == COLOURS
    assert [cell.data_type for cell in cells if cell.value == "=Transport"] == ["s"]


def test_owners_and_days_stand_beside_their_actions(folder: Path) -> None:
    (row,) = [row for row in read_book(folder / "inside.xlsx")["actions"].rows if row[-1] == "unplaced"]
    assert row[1:4] == ["1 pupil without a place", "Place planning", "2027-01-31"]


def test_cures_in_the_workbook_are_those_that_were_found(short: Short, folder: Path) -> None:
    assert short.extras.cures is not None
    found, shown = short.extras.cures, read_book(folder / "inside.xlsx")["cures"]
    pairs = {"Changes": "words", "How many": "changes", "The plan, £ a year": "cost_gbp", "More, £ a year": "more_gbp"}
    for head, name in pairs.items():
        assert [row[shown.heads.index(head)] for row in shown.rows] == found.table[name].tolist()
    cured, policy = found.fewest[0].apply(short.problem)
    assert po.solve(cured, short.travel, policy=policy).unplaced_pupils == found.unplaced_pupils == 0
    text = [str(cell.value) for cell in load_workbook(folder / "inside.xlsx")["Plan shortfall"]["A"]]
    assert text[0] == "1 pupil has no place, 1 of them for want of places."
    assert text[1] == "After each set of changes below, every pupil has a place."


def test_a_workbook_to_be_shared_says_nothing_of_cures_and_changed_pupils(
    short: Short, folder: Path, shared: list[str]
) -> None:
    assert HANDED_IN & set(read_book(folder / "shared.xlsx")) == {"indicators", "actions", "inputs", "settings"}
    assert short.extras.cures is not None
    assert not any(short.extras.cures.fewest[0].words in text for text in shared)
    assert sum("stands in the confidential report only" in text for text in shared) == 2


def test_a_workbook_refuses_what_the_page_refuses(tmp_path: Path, short: Short) -> None:
    twice = ReportExtras(owners=(Owner("moves", "A"), Owner("moves", "B")))
    with pytest.raises(ValueError, match="moves more than once"):
        write_workbook(tmp_path / "a.xlsx", *short[:3], extras=twice)
    with pytest.raises(ValueError, match="ends at another run"):
        write_workbook(tmp_path / "a.xlsx", *made_plans(), extras=ReportExtras(changed=short.extras.changed))
    assert not list(tmp_path.iterdir())


# -- routes on the map -------------------------------------------------------------------------------------------------


class Routed(NamedTuple):
    """A question with its placements and routes that were planned for them."""

    subject: Subject
    routes: po.RoutePlan


@pytest.fixture(scope="module")
def routed() -> Routed:
    problem, plan, travel, legs, rules = county(3, 14)
    routes = plan_routes(problem, plan, travel, legs=legs, rules=rules, seconds=1)
    return Routed(Subject({"today": plan}, problem, travel, confidential=True), routes)


def points(path: str) -> np.ndarray[Any, Any]:
    """Return the points of a drawing, whether they are joined or not."""
    return np.array(re.findall(r"-?[\d.]+(?=[ LhM]|$)", path.replace("h0", "")), dtype=float).reshape(-1, 2)


def test_every_route_is_on_the_map_from_stop_to_stop(routed: Routed) -> None:
    view = plan_map(routed.subject, routed.routes)
    assert [route.route_id for route in view.routes] == routed.routes.routes["route_id"].tolist()
    assert len(view.routes) > 2
    metres = view.ground.metres / WIDTH
    for route in view.routes:
        stops = routed.routes.stops.query("run == 'morning' and route_id == @route.route_id")
        for path in (route.line, route.stops):
            east = view.ground.left + points(path)[:, 0] * metres
            north = view.ground.top - points(path)[:, 1] * metres
            assert east == pytest.approx(stops["easting"].to_numpy(), abs=metres)
            assert north == pytest.approx(stops["northing"].to_numpy(), abs=metres)


def test_every_route_says_whom_it_takes_where(routed: Routed) -> None:
    problem, riders = routed.subject.problem, routed.routes.riders
    for route in plan_map(routed.subject, routed.routes).routes:
        mine = riders[riders["route_id"] == route.route_id]
        schools = set(problem.settings["setting_id"].iloc[list(route.schools)])
        assert schools == set(mine["setting_id"])
        pupils = mine["pupils"].sum()
        assert f"{pupils} pupil{'' if pupils == 1 else 's'}, first pick-up" in route.words
        assert all(name in route.name for name in schools)


def test_the_page_has_each_route_as_a_drawing_with_its_text_and_in_a_list(routed: Routed, tmp_path: Path) -> None:
    subject, routes = routed
    question = subject.plans, subject.problem, subject.travel
    path = write_report(tmp_path / "page.html", *question, confidential=True, extras=ReportExtras(routes=routes))
    page = path.read_text(encoding="utf-8")
    idents = routes.routes["route_id"].tolist()
    assert re.findall(r'<g class="route route-\d" data-route="([^"]+)"', page) == idents
    assert re.findall(r"<title>Route ([^:]+):", page) == idents
    listed = re.search(r'<select name="map-route">(.*?)</select>', page, re.DOTALL)
    assert listed is not None
    assert re.findall(r'<option value="([^"]+)">', listed[1]) == idents
    assert "Routes are straight from stop to stop" in page


def test_the_words_of_a_route_are_those_of_its_tables() -> None:
    problem, routes = question(), route_plan()
    first, second = drawn_routes(routes, problem, ground_of(problem.settings))
    school = "Alder Lane School"
    assert first.name == f"R1, minibus, to {school}"
    assert first.words == (
        f"Route R1: minibus, 2 pupils, first pick-up 08:10, at {school} 08:30; 22 minutes, 4.5 miles, £23,500 a year."
    )
    assert "taxi, 1 pupil, first pick-up 08:21" in second.words


def test_routes_of_other_placements_are_said_to_be_so() -> None:
    problem, routes = question(), route_plan()
    travel = po.crow_fly(problem)
    plan = po.solve(problem, travel)
    goes = dict(zip(plan.placements["pupil_id"], plan.placements["setting_id"], strict=True))
    lost = sum(goes.get(row["pupil_id"]) != row["setting_id"] for row in routes.riders.to_dict("records"))
    assert elsewhere(routes, plan) == lost > 0
    told = plan_map(Subject({"plan": plan}, problem, travel, confidential=True), routes).words
    assert f"{lost} of the pupils on them go to another school in plan" in told


# -- the five sentences ------------------------------------------------------------------------------------------------


def told(*plans_problem_travel: Any) -> str:
    return " ".join(sentences(Subject(*plans_problem_travel, confidential=True)))


def test_a_shortfall_is_said_with_what_the_difference_pays_for(short: Short) -> None:
    text = told(*short[:3])
    assert "Of 3 pupils, 2 have a place and 1 has none (today: 2 without a place)." in text
    assert "more than today, which pays for 1 pupil fewer." in text
    assert "no plan under these rules leaves fewer pupils without a place, and that none that leaves as few" in text
    assert "by straight lines" in text


def test_where_everybody_has_a_place_the_proof_is_about_money_only() -> None:
    problem = po.examples.tiny()
    travel = po.crow_fly(problem)
    text = told({"plan": po.solve(problem, travel)}, problem, travel)
    assert "All 3 pupils have a place." in text
    assert "It is proved that no plan under these rules that gives everybody a place costs less." in text
    assert "for 1 pupil;" in text


def test_the_sentences_of_few_pupils_read_as_sentences(shared: list[str]) -> None:
    assert "The plan is for fewer than 5 pupils; how many of them have a place is withheld." in shared
    assert not any("under 5 pupils" in text for text in shared)


def test_a_plan_of_one_provision_and_one_pupil_is_told_in_the_singular() -> None:
    tiny = po.examples.tiny()
    problem = tiny.replace(pupils=tiny.pupils.iloc[:1], provisions=tiny.provisions.iloc[:1].assign(needs="any"))
    for places, words in ((3, "1 pupil has a place."), (0, "1 pupil has no place.")):
        asked = problem.replace(provisions=problem.provisions.assign(places=places))
        travel = po.crow_fly(asked)
        assert told({"plan": po.solve(asked, travel)}, asked, travel).startswith(words)


def test_a_plan_for_nobody_says_so_and_nothing_else() -> None:
    plans, problem, travel = made_plans()
    plan = plans["plan"]
    empty = {
        name: table.iloc[:0] if name in {"placements", "unplaced"} else table for name, table in plan.tables.items()
    }
    nobody = replace(plan, tables=empty)
    assert told({"plan": nobody}, problem, travel) == "The tables hold no pupil whose place is to be planned."


def test_a_gap_is_nought_only_where_nothing_is_left() -> None:
    assert [percent(gap) for gap in (0.0, 1e-12, 1e-6, 0.5)] == ["0%", "under 0.0001%", "0.0001%", "50.0000%"]
    plans, problem, travel = made_plans()
    exact = replace(plans["plan"], bound_gbp=plans["plan"].objective_gbp)
    said = proof_sentence(Subject({"plan": exact}, problem, travel, confidential=True))
    assert said.endswith("none that leaves as few costs less, unmet wishes counted at their weight.")
