"""The report on routes: right figures, no pupil, no network, said to be internal."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from placement_opt.errors import InputError, Status
from placement_opt.report.glossary import ABBREVIATIONS, abbreviations_in, page_text
from placement_opt.report.route_pictures import draw_rides, draw_routes, map_words, ride_minutes
from placement_opt.report.route_report import write_routes_report
from placement_opt.route_plan import RoutePlan
from placement_opt.route_tables import ROUTE_TABLES
from tests.route_plans import APART_REASON, question, route_plan
from tests.test_report import Page

TODAY = {"cost_gbp": 36_000.0, "status": Status.BASELINE}


def written(folder: Path, plans: RoutePlan | dict[str, RoutePlan]) -> Page:
    return Page(write_routes_report(folder / "routes.html", question(), plans).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("routes"), {"today": route_plan(**TODAY), "plan": route_plan()})


def test_money_is_that_of_the_routes(page: Page) -> None:
    assert page.row("Vehicles, by the day")[1:] == ["£28,000", "£22,000", "−£6,000"]
    assert page.row("All transport")[1:] == ["£36,000", "£30,000", "−£6,000"]
    assert page.row("minibus", "1", "2")[2:] == ["2", "8", "2", "25%", "1", "£23,500"]
    assert "That is £6,000 a year less than today." in page.html
    assert "The contracts of 1 route are known: £7,000 a year, where the tables say £6,500." in page.html


def test_every_route_has_a_row_with_its_times(page: Page) -> None:
    row = page.row("R1", "minibus", "Red Cabs")
    assert row[3:11] == ["8", "1", "1", "2", "2", "Alder Lane School", "08:10", "08:30"]
    assert row[11:] == ["22.0", "4.5", "16.0", "0", "£23,500", "–", "1,368"]
    assert page.row("R2")[14:17] == ["1", "£6,500", "£7,000"]


def test_rules_prices_and_parameters_are_said_with_their_source(page: Page) -> None:
    assert page.row("Schools take vehicles in from") == ["Schools take vehicles in from", "08:30", "08:30"]
    assert page.row("taxi", "£30.00")[1:] == ["£30.00", "£2.00", "£10.00", "–", "0.3", "A made-up contract"]
    assert page.row("minibus", "£90.00")[4] == "£15.00"
    for row in question().parameters.rows():
        if row["parameter"] in {"days_per_year", "stop_seconds"}:
            assert page.row(row["meaning"])[3:] == [str(row["year"]) if row["year"] else "–", row["source"]]


def test_no_pupil_need_or_reason_is_on_the_page(page: Page) -> None:
    words = page_text(page.html)
    for secret in ("P1", "P2", "P3", "P9", "BAND-X", "ASD", "SEMH", "SLCN", APART_REASON):
        assert not re.search(rf"\b{secret}\b", words), secret
    assert page.row("All pupils")[1] == "3"
    assert page.row("no leg") == ["no leg", "1"]


def test_the_page_says_that_it_is_not_for_publication(page: Page) -> None:
    assert "Not for publication" in page.html
    assert "<title>CONFIDENTIAL: Routes to school</title>" in page.html


def test_the_page_loads_nothing_and_its_tables_and_links_are_whole(page: Page) -> None:
    assert not re.search(r"(src|href)=\"(?!#|data:)", page.html)
    ids = [attributes["id"] for _, attributes in page.elements if attributes.get("id")]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert {link["href"] for link in page.all("a")} <= {f"#{name}" for name in ids}
    assert all(picture["alt"] for picture in page.all("img"))
    assert len(page.all("img")) == 2
    assert len(page.all("table")) == len(page.all("caption"))


def test_every_abbreviation_is_in_the_glossary(page: Page) -> None:
    """Identifiers of routes are no abbreviations."""
    used = abbreviations_in(page_text(page.html)) - {"CONFIDENTIAL", "R1", "R2"}
    assert used <= set(ABBREVIATIONS) | {"SHA"}
    for word in used & set(ABBREVIATIONS):
        assert f"<dt>{word}</dt>" in page.html


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"status": Status.BASELINE}, "Nothing was optimised, so nothing is proved"),
        ({}, "How much less other routes could cost is not proved"),
        ({"bound_gbp": 29_400.0}, "cost less than £29,400 a year: the routes are within 2.00% of the cheapest"),
    ],
)
def test_the_proof_is_in_plain_words(tmp_path: Path, changes: dict[str, object], words: str) -> None:
    assert words in written(tmp_path, replace(route_plan(), **changes)).html


def test_a_saving_by_carrying_fewer_is_not_called_one(tmp_path: Path) -> None:
    plan = route_plan()
    fewer = replace(plan, tables={**plan.tables, "riders": plan.riders.iloc[:2]})
    text = written(tmp_path, {"today": route_plan(**TODAY), "plan": fewer}).html
    assert "(today: 3; plan: 2), so the difference is not a saving as it stands" in text


def test_one_route_plan_stands_alone(tmp_path: Path) -> None:
    text = written(tmp_path, route_plan()).html
    assert "change:" not in text
    assert "2 routes carry 3 pupils for £30,000 a year" in text


def test_no_routes_make_a_page_without_pictures(tmp_path: Path) -> None:
    plan = route_plan()
    empty = replace(plan, tables={name: plan.tables[name].iloc[:0] for name in ROUTE_TABLES})
    alone = written(tmp_path, empty)
    assert not alone.all("img")
    assert "0 routes carry 0 pupils" in alone.html


def test_names_that_are_html_are_shown_as_text(tmp_path: Path) -> None:
    plan = route_plan()
    routes = plan.routes.assign(operator="<script>alert(1)</script>", vehicle="<b>van</b>")
    text = written(tmp_path, {"<i>a</i>": replace(plan, tables={**plan.tables, "routes": routes})}).html
    for raw in ("<script>alert", "<b>van", "<i>a"):
        assert raw not in text


def test_the_same_routes_make_the_same_page(tmp_path: Path, page: Page) -> None:
    assert written(tmp_path, {"today": route_plan(**TODAY), "plan": route_plan()}).html == page.html


def test_routes_of_other_tables_leave_the_old_page(tmp_path: Path) -> None:
    path = tmp_path / "routes.html"
    path.write_text("old")
    problem = question()
    other = problem.replace(pupils=problem.pupils.assign(pupil_id=["P1", "X2", "P3"]))
    with pytest.raises(InputError, match="P2"):
        write_routes_report(path, other, route_plan())
    with pytest.raises(ValueError, match="no route plan"):
        write_routes_report(path, problem, {})
    assert path.read_text() == "old"


def test_the_record_is_shown_flat(tmp_path: Path) -> None:
    plan = route_plan().with_record(search={"seed": 7, "steps": 1_234})
    found = written(tmp_path, plan)
    assert found.row("search: seed") == ["search: seed", "7"]
    assert found.row("made") == ["made", "by hand"]
    assert json.loads(json.dumps(dict(plan.record))) == dict(plan.record)


# -- pictures ----------------------------------------------------------------------------------------------------------


def test_each_pupil_of_a_row_is_counted_in_the_chart() -> None:
    plan = route_plan()
    riders = plan.riders.assign(pupils=[3, 1, 2])
    minutes = ride_minutes(replace(plan, tables={**plan.tables, "riders": riders}))
    assert sorted(minutes.tolist()) == [10.0, 10.0, 10.0, 13.0, 13.0, 16.0]


def test_pictures_are_png_and_change_with_what_they_show() -> None:
    plan, problem = route_plan(), question()
    slow = replace(plan, tables={**plan.tables, "riders": plan.riders.assign(ride_minutes=[100.0, 50.0, 20.0])})
    charts = [draw_rides({"plan": one}, problem.parameters) for one in (plan, slow)]
    moved = replace(plan, tables={**plan.tables, "stops": plan.stops.assign(easting=np.arange(10) * 1_000.0)})
    maps = [draw_routes(one, problem) for one in (plan, moved)]
    for first, second in (charts, maps):
        assert first[:8] == second[:8] == b"\x89PNG\r\n\x1a\n"
        assert first != second
    assert draw_routes(plan, problem) == maps[0]
    assert map_words(plan).startswith("Map of 2 morning runs: 1 by minibus, 1 by taxi.")
