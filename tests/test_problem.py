"""The problem as a frozen value: what goes in stays as it was, and what comes out changes nothing."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.parameters import Parameters, parameters_from_rows
from placement_opt.problem import Problem, examine_tables
from placement_opt.schema import CRS, TABLES
from tests.raw_tables import as_problem, columns_of, good_tables

NAMES = [name for name in TABLES if name != "parameters"]


@pytest.fixture
def problem() -> Problem:
    return as_problem(good_tables())


def _frames() -> dict[str, pd.DataFrame]:
    return {name: pd.DataFrame(rows, columns=columns_of(rows), dtype=object) for name, rows in good_tables().items()}


def test_the_tables_that_are_given_are_never_changed() -> None:
    given, kept = _frames(), _frames()
    Problem(**given)
    for name, frame in given.items():
        pd.testing.assert_frame_equal(frame, kept[name])


def test_the_tables_that_are_given_are_not_changed_when_they_are_refused() -> None:
    given = _frames()
    given["pupils"].loc[2, "need"] = "AUT"
    kept = {name: frame.copy(deep=True) for name, frame in given.items()}
    with pytest.raises(InputError):
        Problem(**given)
    for name, frame in given.items():
        pd.testing.assert_frame_equal(frame, kept[name])


def test_changing_a_given_table_afterwards_does_not_reach_the_problem() -> None:
    given = _frames()
    problem = Problem(**given)
    given["pupils"].loc[:, "year_group"] = 1
    del given["provisions"]["places"]
    assert problem == as_problem(good_tables())


@pytest.mark.parametrize("name", NAMES)
def test_changing_a_table_that_was_handed_out_does_not_reach_the_problem(problem: Problem, name: str) -> None:
    before = problem.fingerprints()
    frame = problem.table(name)
    frame.iloc[:, 0] = "spoilt"
    frame["more"] = 1
    del frame[frame.columns[1]]
    assert problem.fingerprints() == before


def test_the_arrays_of_a_table_that_was_handed_out_do_not_reach_the_problem(problem: Problem) -> None:
    before = problem.fingerprints()
    values = problem.pupils["easting"].to_numpy()
    with pytest.raises(ValueError, match="read-only"):
        values[0] = 0
    assert problem.fingerprints() == before


def test_attributes_of_a_problem_cannot_be_set(problem: Problem) -> None:
    with pytest.raises(AttributeError):
        problem.pupils = pd.DataFrame()  # type: ignore[misc]
    with pytest.raises(TypeError):
        problem._frames["pupils"] = pd.DataFrame()  # type: ignore[index]


def test_the_order_of_rows_does_not_matter(problem: Problem) -> None:
    shuffled = {name: frame.sample(frac=1, random_state=3) for name, frame in _frames().items()}
    assert Problem(**shuffled) == problem


def test_replace_gives_a_changed_problem_and_leaves_this_one(problem: Problem) -> None:
    provisions = problem.provisions.assign(places=lambda frame: frame["places"] + 1)
    changed = problem.replace(provisions=provisions)
    assert changed.provisions["places"].sum() == problem.provisions["places"].sum() + 6
    assert changed != problem
    assert problem == as_problem(good_tables())


def test_replace_can_empty_an_optional_table_and_set_parameters(problem: Problem) -> None:
    changed = problem.replace(links=None, parameters=Parameters(days_per_year=180))
    assert changed.table("links").empty
    assert changed.parameters.days_per_year == 180
    assert changed.table("hubs").equals(problem.table("hubs"))


def test_replace_is_validated(problem: Problem) -> None:
    with pytest.raises(InputError, match="pupils: The table has no rows"):
        problem.replace(pupils=problem.pupils.iloc[:0])


def test_an_unknown_table_is_a_wrong_call() -> None:
    with pytest.raises(TypeError, match="schools is not a table of a problem; use pupils, settings"):
        tiny().replace(schools=pd.DataFrame())


def test_an_unknown_table_cannot_be_handed_out() -> None:
    with pytest.raises(KeyError):
        tiny().table("schools")


def test_kinds_are_shown_as_the_user_wrote_them(problem: Problem) -> None:
    labels = problem.provisions.set_index("provision_id")[["kind", "kind_label"]]
    assert labels.loc["900001-base"].tolist() == ["hub", "Inclusion base"]
    assert labels.loc["900001-main"].tolist() == ["mainstream", "mainstream"]


def test_a_label_gives_way_when_the_kind_is_changed(problem: Problem) -> None:
    provisions = problem.provisions
    provisions.loc[provisions["provision_id"] == "900003-ap", "kind"] = "special"
    labels = problem.replace(provisions=provisions).provisions.set_index("provision_id")["kind_label"]
    assert labels["900003-ap"] == "special"
    assert labels["900001-base"] == "Inclusion base"


def _as_points(crs: Any) -> gpd.GeoDataFrame:
    rows = pd.DataFrame(good_tables()["pupils"])
    points = gpd.points_from_xy(rows.pop("easting"), rows.pop("northing"))
    return gpd.GeoDataFrame(rows, geometry=points, crs=crs)


def test_points_are_as_good_as_eastings_and_northings(problem: Problem) -> None:
    assert problem.replace(pupils=_as_points(CRS)) == problem


def test_points_are_handed_out_on_the_national_grid(problem: Problem) -> None:
    points = problem.points("pupils")
    assert points.crs == CRS
    np.testing.assert_array_equal(points.geometry.x, problem.pupils["easting"])
    points.loc[0, "geometry"] = None
    assert problem == as_problem(good_tables())


@pytest.mark.parametrize(
    ("crs", "value", "says"),
    [
        (None, "", "The geometry has no coordinate reference system. Use set_crs(27700)"),
        (4326, "EPSG:4326", "is not British National Grid (EPSG:27700). Convert the layer with to_crs(27700)."),
        (3857, "EPSG:3857", "is not British National Grid (EPSG:27700). Convert the layer with to_crs(27700)."),
    ],
)
def test_a_geometry_of_another_or_no_reference_system_is_one_fault(
    problem: Problem, crs: Any, value: str, says: str
) -> None:
    with pytest.raises(InputError) as caught:
        problem.replace(pupils=_as_points(crs))
    (fault,) = caught.value.faults
    assert (fault.table, fault.column, fault.row, fault.value) == ("pupils", "geometry", "", value)
    assert fault.message.startswith(says)


def test_nothing_is_held_against_a_table_that_is_not_known() -> None:
    frames = {**_frames(), "provisions": None}
    assert {fault.table for fault in examine_tables(frames)[1]} > {"pupils", "provisions"}
    assert examine_tables(frames, unknown={"provisions"})[1] == []


def test_a_thousand_faults_are_found_in_a_moment() -> None:
    pupils = pd.concat([pd.DataFrame(good_tables()["pupils"])] * 1_000, ignore_index=True).assign(
        pupil_id=lambda frame: [f"P{number}" for number in frame.index], need="AUT", easting=51.5, northing=None
    )
    _, faults = examine_tables({**_frames(), "pupils": pupils, "pair_rules": None, "pair_costs": None})
    assert len(faults) == 10_000


def test_fingerprints_tell_problems_apart(problem: Problem) -> None:
    changed = problem.replace(parameters=Parameters(days_per_year=180))
    assert changed.fingerprints()["parameters"] != problem.fingerprints()["parameters"]
    assert changed.fingerprints()["pupils"] == problem.fingerprints()["pupils"]
    assert problem != "problem"


def test_the_display_counts_pupils_and_places(problem: Problem) -> None:
    assert repr(problem) == "Problem(5 pupils, 4 settings, 6 provisions with 53 places)"
    assert "<td>25</td>" in problem._repr_html_()


def test_a_parameter_of_the_user_never_keeps_the_source_of_the_default() -> None:
    assert Parameters(days_per_year=195).source_of("days_per_year") == ("", "given by the user")
    assert Parameters(days_per_year=190).source_of("days_per_year")[0] == "2024"
    assert Parameters(provenance={"days_per_year": ("2026", "")}).source_of("days_per_year") == (
        "2026",
        "given by the user",
    )


def test_parameters_are_the_same_however_they_are_given() -> None:
    rows = [{"parameter": "days_per_year", "value": "195"}, {"parameter": "topup_payer", "value": " council "}]
    assert parameters_from_rows(rows) == Parameters(days_per_year=195, topup_payer="council")


def test_a_source_for_an_unknown_parameter_is_a_fault() -> None:
    with pytest.raises(InputError, match="'days' is not known"):
        Parameters(provenance={"days": ("2026", "us")})
