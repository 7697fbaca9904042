"""Localities from polygons: every point is in the right one, and what cannot be is refused or said."""

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from placement_opt.errors import AssumptionWarning, InputError
from placement_opt.examples import tiny
from placement_opt.localities import find_localities, with_localities
from placement_opt.problem import Problem

ROOT = Path(__file__).parents[1]
BOUNDARIES = ROOT.parent / "shared" / "data" / "boundaries"


def layer(shapes: list[object], names: list[object], crs: object = 27700) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"area": names}, geometry=shapes, crs=crs)


def problem_at(points: list[tuple[int, int]], counts: list[int] | None = None) -> Problem:
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{number:03}" for number in range(len(points))],
            "easting": [east for east, _ in points],
            "northing": [north for _, north in points],
            "year_group": 5,
            "need": "ASD",
            "count": counts or 1,
        }
    )
    return tiny().replace(pupils=pupils)


def _crossings(point: tuple[float, float], ring: list[tuple[float, float]]) -> bool:
    """Say whether a point is in a ring, by counting crossings of a ray."""
    inside = False
    for (x1, y1), (x2, y2) in zip(ring, ring[1:] + ring[:1], strict=True):
        if (y1 > point[1]) != (y2 > point[1]) and point[0] < (x2 - x1) * (point[1] - y1) / (y2 - y1) + x1:
            inside = not inside
    return inside


@settings(max_examples=8, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(450_001, 479_998), st.integers(260_001, 289_998)), min_size=1, max_size=30, unique=True
    )
)
def test_points_are_where_counting_crossings_says(points: list[tuple[int, int]]) -> None:
    rings = {
        "South": [(450_000, 260_000), (470_000, 260_000), (466_001, 275_003), (450_000, 270_000)],
        "North": [(450_000, 270_000), (466_001, 275_003), (479_999, 289_999), (450_000, 289_999)],
    }
    problem = problem_at(points)
    found = find_localities(problem, layer([Polygon(ring) for ring in rings.values()], list(rings)), name_column="area")
    border = [Polygon(ring).exterior for ring in rings.values()]
    for row, pupil in found.problem.pupils.iterrows():
        point = (pupil["easting"], pupil["northing"])
        if min(line.distance(Point(point)) for line in border) < 1e-6:
            continue
        expected = [name for name, ring in rings.items() if _crossings(point, ring)]
        assert [name for name in [pupil["locality"]] if not pd.isna(name)] == expected
        assert (row in found.pupils_outside) == (not expected)


def test_any_reference_system_is_converted() -> None:
    halves = layer([box(455_000, 260_000, 465_000, 280_000), box(465_000, 260_000, 475_000, 280_000)], ["West", "East"])
    for crs in (27700, 4326, 3857):
        problem = with_localities(tiny(), halves.to_crs(crs), name_column="area")
        assert problem.pupils["locality"].tolist() == ["West", "West", "East"]
        assert problem.settings["locality"].tolist() == ["West", "East"]


def test_what_lies_outside_is_counted_by_row_and_said() -> None:
    problem = problem_at([(460_000, 270_000), (600_000, 270_000), (461_000, 270_000)], [3, 2, 4])
    area = layer([box(455_000, 260_000, 465_000, 280_000)], ["West"])
    found = find_localities(problem, area, name_column="area")
    assert found.pupils_outside == (1,)
    assert found.settings_outside == (1,)
    assert found.counts.to_numpy().tolist() == [["West", 7, 1]]
    assert found.problem.pupils["locality"].isna().tolist() == [False, True, False]
    with pytest.warns(AssumptionWarning, match="1 rows of pupils lie outside all polygons: rows 1 of pupils") as caught:
        with_localities(problem, area, name_column="area")
    assert "P001" not in str(caught[0].message)
    assert problem.pupils["locality"].isna().all()


def test_polygons_that_hold_nobody_are_refused_with_what_they_cover() -> None:
    elsewhere = layer([box(1_000, 2_000, 3_000, 4_000)], ["Far"])
    with pytest.raises(InputError, match="eastings 1,000 to 3,000 and northings 2,000 to 4,000"):
        find_localities(tiny(), elsewhere, name_column="area")


def test_polygons_of_one_name_are_one_locality_and_borders_go_to_the_first_name() -> None:
    east, north = 460_000, 270_000
    shapes = [box(east, north, east + 10, north + 10), box(east + 5, north, east + 10, north + 10)]
    parts = layer([*shapes, box(east + 10, north, east + 20, north + 10)], ["B", "B", "A"])
    problem = problem_at([(east + 10, north + 5), (east + 5, north + 5)])
    assert find_localities(problem, parts, name_column="area").problem.pupils["locality"].tolist() == ["A", "B"]


@pytest.mark.parametrize(
    ("shapes", "names", "crs", "message"),
    [
        ([box(0, 0, 10, 10), box(9, 0, 20, 10)], ["A", "B"], 27700, "'A' overlaps 'B' by 10 square metres"),
        ([box(0, 0, 10, 10)], ["A"], None, "no coordinate reference system"),
        ([box(0, 0, 10, 10)], [None], 27700, "row 0, column area: The name is blank"),
        ([box(0, 0, 10, 10)], [" "], 27700, "The name is blank"),
        ([Point(0, 0)], ["A"], 27700, "row 0, column geometry: The shape is no polygon"),
        ([None], ["A"], 27700, "no polygon"),
        ([Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])], ["A"], 27700, "invalid"),
        ([], [], 27700, "has no rows"),
    ],
)
def test_layers_that_cannot_be_are_refused(
    shapes: list[object], names: list[object], crs: int | None, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        find_localities(tiny(), layer(shapes, names, crs), name_column="area")


def test_every_fault_of_a_layer_comes_at_once() -> None:
    wrong = layer([Point(0, 0), box(0, 0, 1, 1), box(5, 5, 6, 6)], ["A", None, ""])
    with pytest.raises(InputError) as caught:
        find_localities(tiny(), wrong, name_column="area")
    assert [(fault.row, fault.column) for fault in caught.value.faults] == [
        ("0", "geometry"),
        ("1", "area"),
        ("2", "area"),
    ]


def test_a_missing_column_or_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Columns are area"):
        find_localities(tiny(), layer([box(0, 0, 1, 1)], ["A"]), name_column="name")
    with pytest.raises(InputError, match="no such file"):
        find_localities(tiny(), tmp_path / "nowhere.gpkg", name_column="name")
    (tmp_path / "text.gpkg").write_text("no layer", encoding="utf-8")
    with pytest.raises(InputError, match="cannot be read as a layer"):
        find_localities(tiny(), tmp_path / "text.gpkg", name_column="name")


def test_a_budget_of_a_locality_that_is_gone_is_a_fault() -> None:
    pupils = tiny().pupils.assign(locality="Old")
    budgets = pd.DataFrame({"budget": ["N"], "type": ["revenue"], "locality": ["Old"], "limit_gbp": [90_000]})
    problem = tiny().replace(pupils=pupils, budgets=budgets)
    with pytest.raises(InputError, match="Old"):
        find_localities(problem, layer([box(4e5, 2e5, 5e5, 3e5)], ["New"]), name_column="area")


@pytest.mark.shared
@pytest.mark.skipif(not BOUNDARIES.is_dir(), reason="../shared/data/boundaries is not here")
def test_real_small_areas_hold_their_own_points() -> None:
    path = BOUNDARIES / "lsoa21_E07000234.geojson"
    areas = gpd.read_file(path).to_crs(27700)
    points = areas.geometry.representative_point()
    problem = problem_at([(int(x), int(y)) for x, y in zip(points.x.round(), points.y.round(), strict=True)])
    found = find_localities(problem, path, name_column="LSOA21CD")
    assert found.problem.pupils["locality"].tolist() == areas["LSOA21CD"].tolist()
    assert found.pupils_outside == ()
    assert found.settings_outside == (0, 1)
    assert np.array_equal(found.counts["pupils"], np.ones(len(areas)))
