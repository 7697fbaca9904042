"""Legs, rules and saved routes: what they refuse, and that a file gives back what was written."""

import json
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.legs import Legs, legs_like, straight_legs
from placement_opt.route_plan import RoutePlan, load_routes
from placement_opt.route_rules import RouteRules
from placement_opt.route_tables import ROUTE_TABLES
from placement_opt.travel import METRES_PER_MILE, TravelMatrix
from tests.route_plans import route_plan


def legs(**changed: Any) -> Legs:
    """Return two pupils of one house and a school a mile away."""
    drives = np.array([[0.0, 3.0], [4.0, 0.0]])
    parts: dict[str, Any] = {"pupil_ids": ("P1", "P2"), "setting_ids": ("A",)}
    parts |= {"pupil_point": [0, 0], "setting_point": [1], "minutes": drives, "miles": drives / 3}
    return Legs(**{**parts, **changed})


def test_legs_cannot_be_changed_and_do_not_change_what_they_are_made_of() -> None:
    minutes = np.array([[0.0, 3.123456], [4.0, 0.0]])
    made = legs(minutes=minutes)
    minutes[0, 1] = 99.0
    assert made.minutes[0, 1] == 3.1235  # rounded once, here
    for name in ("minutes", "miles", "pupil_point", "setting_point"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(made, name)[0] = 1
    with pytest.raises(FrozenInstanceError):
        made.source = "elsewhere"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"pupil_ids": ("P1", "P1")}, "`pupil_ids` repeats an id"),
        ({"pupil_point": [0]}, "`pupil_point` is not as long"),
        ({"setting_point": [2]}, "`setting_point` names points that `minutes` lacks; it has 2"),
        ({"setting_point": [-1]}, "`setting_point` names points"),
        ({"miles": np.zeros((2, 3))}, "`miles` has shape (2, 3); use (2, 2)"),
        ({"minutes": np.array([[0.0, -1.0], [1.0, 0.0]])}, "`minutes` holds negative or infinite figures"),
        ({"miles": np.array([[0.0, np.inf], [1.0, 0.0]])}, "`miles` holds negative or infinite figures"),
    ],
)
def test_legs_that_make_no_sense_are_refused(changed: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the words are looked at below
        legs(**changed)
    assert words in str(caught.value)


def test_all_who_have_no_point_are_named_at_once() -> None:
    with pytest.raises(InputError) as caught:
        legs().points_of(["P1", "P8", "P9"], ["A", "Z"])
    assert [(fault.column, fault.value) for fault in caught.value.faults] == [
        ("pupil_id", "P8"), ("pupil_id", "P9"), ("setting_id", "Z")
    ]  # fmt: skip
    home, school = legs().points_of(["P2", "P1"], ["A"])
    assert (home.tolist(), school.tolist()) == ([0, 0], [1])


def test_legs_of_other_drives_have_another_fingerprint() -> None:
    again, other = legs(), legs(minutes=np.array([[0.0, 3.5], [4.0, 0.0]]))
    assert legs().fingerprint() == again.fingerprint() != other.fingerprint()


def test_straight_legs_are_lines_between_all_points_and_one_point_is_one() -> None:
    problem = tiny()
    problem = problem.replace(pupils=problem.pupils.assign(easting=460_000, northing=270_000))
    made = straight_legs(problem, circuity=2, miles_per_hour=30)
    assert len(made.minutes) == 3  # three pupils at one home, two schools
    home, school = made.points_of(["P3"], ["A"])
    miles = 2 * np.hypot(1_000, 500) / METRES_PER_MILE
    assert made.miles[home, school] == pytest.approx(miles, abs=1e-4)
    assert made.minutes[home, school] == pytest.approx(2 * miles, abs=1e-4)
    assert straight_legs(problem, pupil_ids=["P2"]).pupil_ids == ("P2",)


def test_journeys_of_roads_do_not_tell_the_drives_between_homes() -> None:
    problem = tiny()
    travel = TravelMatrix(("P1", "P2", "P3"), ("A", "B"), minutes=np.ones((3, 2)), miles=np.ones((3, 2)))
    with pytest.raises(ValueError, match="does not tell the drives between homes"):
        legs_like(problem, travel)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("together", "both", "use one of single, mixed"),
        ("afternoon", None, "use one of mirrored, solved"),
        ("detour", 0.9, "use 1 to 10 times the direct drive, or None"),
        ("detour", float("nan"), "use 1 to 10 times the direct drive, or None"),
        ("most_pupils", 0, "use a whole number from 1, or None"),
        ("most_pupils", 2.5, "use a whole number from 1, or None"),
        ("arrive_by", "ten to nine", "write a time of day like 08:45"),
        ("arrive_by", "08:75", "write a time of day like 08:45"),
        ("leave_by", "25:00", "write a time of day like 08:45"),
        ("leave_by", "15:30:00", "write a time of day like 08:45"),
        ("leave_from", "", "write a time of day like 08:45"),
        ("arrive_by", "08:20", "`arrive_from` 08:30 is later than `arrive_by` 08:20"),
        ("leave_from", "15:40", "`leave_from` 15:40 is later than `leave_by` 15:30"),
    ],
)
def test_rules_say_what_is_allowed(name: str, value: object, words: str) -> None:
    with pytest.raises(ValueError, match=f"`{name}`") as caught:
        RouteRules(**{name: value})  # type: ignore[arg-type]
    assert words in str(caught.value)


def test_rules_are_the_same_after_their_own_record() -> None:
    rules = RouteRules(together="mixed", detour=None, most_pupils=8, arrive_from="8:05")
    assert RouteRules(**rules.as_dict()) == rules


def saved(tmp_path: Path) -> tuple[RoutePlan, Path]:
    plan = route_plan()
    return plan, plan.save(tmp_path / "routes.json")


def test_saved_routes_are_those_that_were_written(tmp_path: Path) -> None:
    plan, path = saved(tmp_path)
    again = load_routes(path)
    for name in ROUTE_TABLES:
        pd.testing.assert_frame_equal(again.tables[name], plan.tables[name])
    assert (again.status, again.rules, again.bound_gbp) == (plan.status, plan.rules, plan.bound_gbp)
    assert dict(again.record) == dict(plan.record)
    assert [file.name for file in tmp_path.iterdir()] == ["routes.json"]
    assert again.save(tmp_path / "again.json").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(tmp_path: Path, share: float) -> None:
    path = saved(tmp_path)[1]
    whole = path.read_bytes()
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match=r"routes\.json"):
        load_routes(path)


@pytest.mark.parametrize("text", ["[]", "null", '"routes"', "3", "{}", '{"sha256": 1}', "not JSON", "\ufeff{}"])
def test_a_file_of_something_else_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "routes.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="Plan"):
        load_routes(path)


def change(document: dict[str, Any], name: str) -> None:
    if name == "tables":
        del document["tables"]["stops"]["data"][0]
    elif name == "rules":
        document["rules"]["detour"] = 3.0
    elif name == "format":
        document["format"] = 99
    else:
        document["status"] = "optimal"


@pytest.mark.parametrize("name", ["tables", "rules", "format", "status"])
def test_a_file_changed_after_it_was_saved_is_refused(tmp_path: Path, name: str) -> None:
    path = saved(tmp_path)[1]
    document = json.loads(path.read_text(encoding="utf-8"))
    change(document, name)
    path.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="changed after they were saved"):
        load_routes(path)


def test_a_file_that_is_not_there_or_not_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        load_routes(tmp_path / "routes.json")
    (tmp_path / "routes.json").write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(InputError, match="damaged"):
        load_routes(tmp_path / "routes.json")
