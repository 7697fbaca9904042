"""Routes on paper and as files: route sheets, layers, lines; what an operator must not see is nowhere in them."""

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from placement_opt.errors import InputError
from placement_opt.report import write_route_sheets, write_routes
from placement_opt.report.route_sheets import sheet_names
from placement_opt.report.route_words import clock
from placement_opt.route_plan import RoutePlan, load_routes, typed_route_table
from placement_opt.route_tables import ROUTE_TABLES
from tests.route_plans import APART_REASON, HOMES, MINUTE, SCHOOLS, question, route_plan


def rows_of(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def run_of(sheet: Any, run: str) -> list[dict[str, Any]]:
    """Return the rows of a run as they stand under its headings."""
    rows = rows_of(sheet)
    at = next(number for number, row in enumerate(rows) if row[0] == run)
    heads = rows[at + 1]
    found = []
    for row in rows[at + 2 :]:
        if not isinstance(row[0], int):
            break
        found.append(dict(zip(heads, row, strict=True)))
    return found


def no_routes() -> RoutePlan:
    plan = route_plan()
    return RoutePlan(plan.status, {name: typed_route_table(name, pd.DataFrame()) for name in ROUTE_TABLES}, plan.rules)


# -- route sheets ------------------------------------------------------------------------------------------------------


def test_a_sheet_says_who_boards_where_and_when(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan()))
    assert book.sheetnames == ["Routes", "Without a route", "R1", "R2"]
    facts = {row[0]: row[3] for row in rows_of(book["R1"])[2:8]}
    assert facts == {
        "Route": "R1",
        "Vehicle": "minibus",
        "Operator": "Red Cabs",
        "Layout": "8 seats, 1 wheelchair places",
        "Passenger assistants": "1",
        "Pupils": "2",
    }
    morning = run_of(book["R1"], "Morning")
    assert [(stop["Time"], stop["Leaves"], stop["What"], stop["Pupil"]) for stop in morning] == [
        ("08:10", "08:14", "Pick up", "P2"),
        ("08:18", "08:20", "Pick up", "P1"),
        ("08:30", "08:32", "Set down", "all of this school"),
    ]
    assert [(stop["Wheelchair"], stop["Assistant"], stop["Alone"]) for stop in morning[:2]] == [
        ("yes", None, None),
        (None, "yes", None),
    ]
    assert morning[2]["School"] == "Alder Lane School"
    assert (morning[0]["Easting"], morning[0]["Northing"]) == HOMES["P2"]
    assert (morning[2]["Easting"], morning[2]["Northing"]) == SCHOOLS["A"]
    assert [stop["Aboard after"] for stop in morning] == [1, 2, 0]
    afternoon = run_of(book["R2"], "Afternoon")
    assert [(stop["Time"], stop["What"], stop["Pupil"]) for stop in afternoon] == [
        ("15:10", "Pick up", "all of this school"),
        ("15:24", "Set down", "P3"),
    ]
    assert afternoon[1]["Alone"] == "yes"


def test_the_first_sheet_lists_the_routes(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan()))
    heads, *rows = rows_of(book["Routes"])[2:]
    first = dict(zip(heads, rows[0], strict=True))
    assert [row[0] for row in rows] == ["R1", "R2"]
    assert (first["Schools"], first["Passenger assistants"]) == ("Alder Lane School", 1)
    assert (first["First pick-up"], first["Last set-down"]) == ("08:10", "08:30")
    assert (first["Afternoon: from school"], first["Afternoon: last set-down"]) == ("15:10", "15:28")


@pytest.mark.parametrize("columns", [(), ("pick_up_at",)])
def test_no_need_band_or_reason_is_anywhere_in_the_file(tmp_path: Path, columns: tuple[str, ...]) -> None:
    """Every word of the file is looked at, wherever the workbook keeps it."""
    path = write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan(), pupil_columns=columns)
    with zipfile.ZipFile(path) as packed:
        words = " ".join(packed.read(name).decode("utf-8") for name in packed.namelist())
    assert "P3" in words
    for secret in (APART_REASON, "BAND-X", "SLCN", "ASD", "SLD", "SEMH", "EHC", "diagnos", "apart", "need<", "duty"):
        assert secret not in words, secret
    assert "23,500" not in words
    assert "£" not in words


def test_an_operator_gets_its_own_routes_only(tmp_path: Path) -> None:
    path = write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan(), operator="Blue Cars")
    with zipfile.ZipFile(path) as packed:
        words = " ".join(packed.read(name).decode("utf-8") for name in packed.namelist())
    assert openpyxl.load_workbook(path).sheetnames == ["Routes", "R2"]
    assert ">P3<" in words
    for other in ("P1", "P2", "Red Cabs", "Alder Lane"):
        assert other not in words
    unnamed = replace(route_plan(), tables={**route_plan().tables, "routes": route_plan().routes.assign(operator=None)})
    with pytest.raises(ValueError, match="operators are none"):
        write_route_sheets(tmp_path / "none.xlsx", question(), unnamed, operator="Green")
    with pytest.raises(ValueError, match="operators are Blue Cars, Red Cabs"):
        write_route_sheets(tmp_path / "none.xlsx", question(), route_plan(), operator="Green")
    assert not (tmp_path / "none.xlsx").exists()


def test_who_has_no_route_is_listed_for_the_council_and_not_for_an_operator(tmp_path: Path) -> None:
    plan = route_plan()
    pupil, school = plan.riders["pupil_id"][0], plan.riders["setting_id"][0]
    row = {
        "pupil_id": [pupil],
        "setting_id": [school],
        "pupils": [1],
        "reason": ["no road"],
        "message": ["Correct it."],
    }
    plan = replace(plan, tables={**plan.tables, "unrouted": pd.DataFrame(row)})
    whole = openpyxl.load_workbook(write_route_sheets(tmp_path / "all.xlsx", question(), plan))
    operator = plan.routes["operator"].dropna().iloc[0]
    part = openpyxl.load_workbook(write_route_sheets(tmp_path / "one.xlsx", question(), plan, operator=operator))

    listed = [cells for cells in rows_of(whole["Without a route"]) if cells[0] == pupil]
    assert [(cells[1], cells[3], cells[4]) for cells in listed] == [(1, "no road", "Correct it.")]
    assert "Without a route" not in part.sheetnames


def test_columns_of_ones_own_are_shown_as_text_and_the_librarys_are_refused(tmp_path: Path) -> None:
    path = write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan(), pupil_columns=["pick_up_at"])
    morning = run_of(openpyxl.load_workbook(path)["R1"], "Morning")
    assert [stop["pick_up_at"] for stop in morning] == ["Bus shelter, High Street", "=1 Mill Lane", None]
    cell = next(c for row in openpyxl.load_workbook(path)["R1"].iter_rows() for c in row if c.value == "=1 Mill Lane")
    assert cell.data_type == "s"
    for column in ("need", "band", "home_phone"):
        with pytest.raises(ValueError, match=f"{column}.*those are pick_up_at"):
            write_route_sheets(path, question(), route_plan(), pupil_columns=[column])


def test_routes_of_other_tables_are_refused_with_every_stranger_named(tmp_path: Path) -> None:
    problem = question()
    pupils = problem.pupils.assign(pupil_id=["P1", "X2", "X3"])
    other = problem.replace(pupils=pupils, apart=None)
    for write, name in ((write_route_sheets, "sheets.xlsx"), (write_routes, "routes.gpkg")):
        with pytest.raises(InputError) as caught:
            write(tmp_path / name, other, route_plan())
        assert {fault.value for fault in caught.value.faults} == {"P2", "P3"}
    assert not list(tmp_path.iterdir())


def test_without_routes_there_is_a_list_without_rows(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(write_route_sheets(tmp_path / "sheets.xlsx", question(), no_routes()))
    assert book.sheetnames == ["Routes"]
    assert len(rows_of(book["Routes"])) == 3


def test_a_run_without_stops_has_no_rows(tmp_path: Path) -> None:
    plan = route_plan()
    tables = {**plan.tables, "stops": plan.stops[plan.stops["run"] == "morning"]}
    only_mornings = RoutePlan(plan.status, tables, plan.rules)
    book = openpyxl.load_workbook(write_route_sheets(tmp_path / "sheets.xlsx", question(), only_mornings))
    assert run_of(book["R1"], "Afternoon") == []
    assert rows_of(book["Routes"])[3][10:12] == [None, None]


def test_sheets_print_on_one_page_across(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(write_route_sheets(tmp_path / "sheets.xlsx", question(), route_plan()))["R2"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert sheet.oddFooter.left.text == "Route R2"


def test_the_same_routes_make_the_same_bytes(tmp_path: Path) -> None:
    files = [write_route_sheets(tmp_path / name, question(), route_plan()) for name in ("one.xlsx", "two.xlsx")]
    contents = []
    for file in files:
        with zipfile.ZipFile(file) as packed:
            contents.append({name: packed.read(name) for name in packed.namelist() if name != "docProps/core.xml"})
    assert contents[0] == contents[1]


@given(st.lists(st.text(max_size=40), max_size=8))
def test_names_of_sheets_are_allowed_and_differ(wanted: list[str]) -> None:
    names = sheet_names(wanted)
    assert len(names) == len(wanted)
    assert len({name.lower() for name in names}) == len(names)
    for name in names:
        assert 1 <= len(name) <= 31
        assert not set(name) & set("[]:*?/\\")
        assert name[0] != "'"
        assert name[-1] != "'"
        assert name.lower() != "history"


@given(st.integers(0, 24 * 60 * MINUTE - 1))
def test_a_time_is_never_shown_later_than_it_is(milliseconds: int) -> None:
    hours, minutes = map(int, clock(milliseconds).split(":"))
    assert 0 <= milliseconds - (hours * 60 + minutes) * MINUTE < MINUTE


# -- lines and layers --------------------------------------------------------------------------------------------------


def test_lines_lead_from_stop_to_stop_in_order() -> None:
    lines = route_plan().lines()
    assert lines.crs.to_epsg() == 27700
    assert list(zip(lines["route_id"], lines["run"], strict=True)) == [
        ("R1", "morning"),
        ("R2", "morning"),
        ("R1", "afternoon"),
        ("R2", "afternoon"),
    ]
    assert [tuple(point) for point in lines.geometry[0].coords] == [HOMES["P2"], HOMES["P1"], SCHOOLS["A"]]
    assert [tuple(point) for point in lines.geometry[2].coords] == [SCHOOLS["A"], HOMES["P1"], HOMES["P2"]]
    assert lines["cost_gbp"].tolist() == [23_500, 6_500, 23_500, 6_500]
    assert no_routes().lines().empty


def test_lines_do_not_depend_on_the_order_of_the_rows() -> None:
    plan = route_plan()
    shuffled = RoutePlan(plan.status, {**plan.tables, "stops": plan.stops.sample(frac=1, random_state=3)}, plan.rules)
    assert shuffled.lines().geom_equals_exact(plan.lines(), 0).all()


def test_a_plot_draws_each_morning_once() -> None:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure()
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    assert route_plan().plot(ax=axes, linewidth=2) is axes
    drawn = [[tuple(at) for at in path.vertices] for part in axes.collections for path in part.get_paths()]
    assert [sorted(line) for line in drawn] == [
        sorted([HOMES["P2"], HOMES["P1"], SCHOOLS["A"]]),
        sorted([HOMES["P3"], SCHOOLS["B"]]),
    ]  # GeoPandas may turn a line round


def test_an_interactive_map_shows_the_mornings() -> None:
    pytest.importorskip("folium")
    page = route_plan().explore().get_root().render()
    assert ("minibus" in page, '"run": "morning"' in page, '"run": "afternoon"' in page) == (True, True, False)


def test_a_geopackage_holds_routes_stops_and_riders_on_the_grid(tmp_path: Path) -> None:
    path = write_routes(tmp_path / "routes.gpkg", question(), route_plan())
    assert {str(name) for name, _ in pyogrio.list_layers(path)} == {"routes", "stops", "riders"}
    stops, riders = (gpd.read_file(path, layer=name) for name in ("stops", "riders"))
    assert stops.crs.to_epsg() == riders.crs.to_epsg() == 27700
    assert len(stops) == 10
    first = stops[(stops["route_id"] == "R1") & (stops["run"] == "morning")].sort_values("sequence").iloc[0]
    assert (first.geometry.x, first.geometry.y) == HOMES["P2"]
    assert (first["time"], first["setting_name"]) == ("08:10", "Alder Lane School")
    assert {row.pupil_id: (row.geometry.x, row.geometry.y) for row in riders.itertuples()} == HOMES
    assert not {"need", "band", "reason"} & (set(stops) | set(riders))


def test_geojson_holds_the_lines_in_degrees(tmp_path: Path) -> None:
    path = write_routes(tmp_path / "routes.geojson", question(), route_plan())
    lines = gpd.read_file(path)
    assert lines.crs.to_epsg() == 4326
    back = lines.to_crs("EPSG:27700").sort_values(["run", "route_id"], ascending=[False, True])
    for found, meant in zip(back.geometry, route_plan().lines().geometry, strict=True):
        assert np.abs(np.array(found.coords) - np.array(meant.coords)).max() < 5
    with pytest.raises(ValueError, match=r"ends in \.gpkg or \.geojson"):
        write_routes(tmp_path / "routes.shp", question(), route_plan())


@pytest.mark.parametrize("ending", ["gpkg", "geojson"])
def test_no_routes_are_a_file_too(tmp_path: Path, ending: str) -> None:
    path = write_routes(tmp_path / f"routes.{ending}", question(), no_routes())
    assert len(pyogrio.read_dataframe(path, layer=0)) == 0


def test_saved_routes_draw_the_same_lines(tmp_path: Path) -> None:
    plan = route_plan()
    again = load_routes(plan.save(tmp_path / "routes.json"))
    assert again.lines().geom_equals_exact(plan.lines(), 0).all()
