"""What changed from one run to the next: held against counts made one pupil and one cell at a time."""

from collections import Counter
from dataclasses import replace
from pathlib import Path
from shutil import copytree

import pandas as pd
import pytest

import placement_opt as po
from placement_opt.cli import main
from placement_opt.errors import InputError, PlacementError
from placement_opt.examples import tiny
from placement_opt.files import write_problem
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.schema import TABLES
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.why.runs import WhatChanged, what_changed
from placement_opt.why.runs.rows import table_changes
from tests.amounts import how_many
from tests.strategies import mixed_case, random_case

FINE, AT_FAULT, WRONG_USE = 0, 1, 2


def solved(problem: Problem, policy: Policy | None = None) -> Plan:
    return solve(problem, crow_fly(problem), policy=policy)


def other_tiny() -> Problem:
    """Return the tiny problem a year on: no place at A-main, P1 has left, P4 has come, P3 has moved house."""
    problem = tiny()
    comer = problem.pupils.head(1).assign(pupil_id="P4", easting=461_500)
    pupils = pd.concat([problem.pupils[problem.pupils["pupil_id"] != "P1"], comer], ignore_index=True)
    pupils.loc[pupils["pupil_id"] == "P3", "easting"] = 460_500
    provisions = problem.provisions.assign(places=[1, 0, 2, 2], topup_gbp=[7_000, 4_000, 5_000, 16_000])
    return problem.replace(pupils=pupils, provisions=provisions)


def tiny_change() -> WhatChanged:
    before, after = tiny(), other_tiny()
    return what_changed(solved(before), solved(after), tables=(before, after))


# -- what went in -----------------------------------------------------------------------------------------------------


def test_inputs_are_told_apart_by_their_hashes() -> None:
    states = tiny_change().inputs.set_index("input")["state"].to_dict()
    assert states == {
        "journeys": "changed", "parameters": "same", "provisions": "changed", "pupils": "changed", "settings": "same"
    }  # fmt: skip


def test_a_table_that_one_run_did_not_have_is_said() -> None:
    topups = pd.DataFrame({"need": ["ASD"], "kind": ["hub"], "topup_gbp": [5_000]})
    changed = what_changed(solved(tiny()), solved(tiny().replace(topups=topups)))
    assert changed.inputs.set_index("input").loc["topups", "state"] == "only in the second"


def test_every_cell_that_differs_is_listed_and_no_other() -> None:
    changes = tiny_change().tables
    assert changes is not None
    assert changes.counts().loc["pupils"].to_dict() == {"added": 1, "removed": 1, "changed": 1}
    assert changes.counts().loc["provisions"].to_dict() == {"added": 0, "removed": 0, "changed": 2}
    assert changes.cells.to_numpy().tolist() == [
        ["pupils", "P3", "easting", "468000", "460500"],
        ["provisions", "A-main", "places", "2", "0"],
        ["provisions", "B-main", "topup_gbp", "4000", "5000"],
    ]


@pytest.mark.parametrize("seed", range(how_many(100, in_ci=4)))
def test_rows_and_cells_agree_with_a_comparison_one_by_one(seed: int) -> None:
    before, after = mixed_case(seed).problem, mixed_case(seed + 1).problem
    changes = table_changes(before, after)
    found = Counter(changes.rows["table"] + ", " + changes.rows["change"])
    expected: Counter[str] = Counter()
    cells = 0
    for name, table in TABLES.items():
        if name == "parameters":
            continue
        one, other = (
            {tuple(str(row[key]) for key in table.key): row for row in _plain(problem.table(name))}
            for problem in (before, after)
        )
        expected[f"{name}, removed"] += len(one.keys() - other.keys())
        expected[f"{name}, added"] += len(other.keys() - one.keys())
        for key in one.keys() & other.keys():
            names = {*one[key], *other[key]}
            differ = [column for column in names if one[key].get(column) != other[key].get(column)]
            expected[f"{name}, changed"] += bool(differ)
            cells += len(differ)
    assert found == +expected
    assert len(changes.cells) == cells


def _plain(frame: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.astype("object").to_dict("records")
    ]


def test_policy_options_parameters_and_versions_that_differ_are_listed() -> None:
    before = solved(tiny())
    again = solve(
        tiny(), crow_fly(tiny()), policy=Policy(cost_basis="average"), options=po.SolveOptions(gap=0.001, seed=7)
    )
    after = again.with_record(versions={**again.record["versions"], "pulp": "9.9"})
    settings = what_changed(before, after).settings
    rows = {(part, name): (was, now) for part, name, was, now in settings.to_numpy()}
    assert rows["policy", "cost_basis"] == ("marginal", "average")
    assert rows["options", "gap"] == ("0.0001", "0.001")
    assert rows["options", "seed"] == ("0", "7")
    assert rows["versions", "pulp"][1] == "9.9"
    assert len(rows) == 4


def test_a_parameter_is_listed_with_its_value_and_source() -> None:
    dearer = tiny().replace(
        parameters=po.Parameters(days_per_year=195, provenance={"days_per_year": ("2027", "our calendar")})
    )
    settings = what_changed(solved(tiny()), solved(dearer)).settings
    row = settings[settings["name"] == "days_per_year"].iloc[0]
    assert row["before"].startswith("190 (2024, Buckinghamshire")
    assert row["after"] == "195 (2027, our calendar)"


def test_the_same_question_solved_twice_is_said_to_be_the_same() -> None:
    changed = what_changed(solved(tiny()), solved(tiny()), tables=(tiny(), tiny()))
    assert changed.is_one_question
    assert changed.counts["pupils"].to_dict() == {**dict.fromkeys(changed.counts.index, 0), "same place": 3}
    assert changed.settings.empty
    assert changed.use.empty
    assert "are the same" in changed.summary()


# -- what came out ----------------------------------------------------------------------------------------------------


def test_everybody_is_counted_by_what_has_become_of_them() -> None:
    places = tiny_change().places.set_index("pupil_id")
    assert places["what"].to_dict() == {"P1": "left", "P2": "same place", "P3": "same place", "P4": "new, placed"}
    assert places.loc["P1", "from_provision_id"] == "A-main"
    assert pd.isna(places.loc["P1", "to_provision_id"])
    assert places.loc["P4", "to_provision_id"] == "A-base"


def test_what_changed_about_a_pupil_whose_place_differs_is_said() -> None:
    places = tiny_change().places.set_index("pupil_id")
    assert places.loc["P1", "about"] == "pupil: pupils; place left: provisions"
    assert places.loc["P4", "about"] == "pupil: pupils"
    assert places.loc["P2", "about"] == ""


def test_a_pupil_moved_by_others_alone_is_said_to_be() -> None:
    problem = tiny()
    two = problem.pupils.assign(need=["ASD", "SLD", "ASD"])
    before = problem.replace(pupils=two, provisions=problem.provisions.assign(topup_gbp=[1_000, 4_000, 9_000, 16_000]))
    rules = pd.DataFrame({"pupil_id": ["P3"], "provision_id": ["A-base"], "rule": ["must"], "reason": ["panel"]})
    after = before.replace(pair_rules=rules)
    runs = [solved(one) for one in (before, after)]
    first = runs[0].placements.set_index("pupil_id")["provision_id"]
    assert first["P1"] == "A-base"
    places = what_changed(*runs, tables=(before, after)).places.set_index("pupil_id")
    assert places.loc["P3", "about"] == "pupil: pair_rules"
    assert places.loc["P1", "what"] == "moved"
    assert places.loc["P1", "about"] == "no row about the pupil or either place"


@pytest.mark.parametrize("seed", range(how_many(150, in_ci=5)))
def test_counts_agree_with_those_made_pupil_by_pupil(seed: int) -> None:
    problem = random_case(seed, families={"cohorts", "places", "present", "suitability"}).problem
    other = problem.replace(
        pupils=problem.pupils.iloc[seed % 2 :].assign(count=lambda frame: frame["count"] + (frame.index % 3 == 0)),
        provisions=problem.provisions.assign(places=problem.provisions["places"].to_numpy()[::-1]),
    )
    try:
        before, after = solved(problem), solved(other)
    except PlacementError:
        return
    counts = what_changed(before, after).counts["pupils"]
    was, now = _where(before), _where(after)
    stays = {key: min(number, now[key]) for key, number in was.items()}
    assert counts["same place"] == sum(number for (_, place), number in stays.items() if place)
    assert counts["still unplaced"] == sum(number for (_, place), number in stays.items() if not place)
    ids = {pupil_id for pupil_id, _ in (*was, *now)}
    totals = {pupil_id: (_of(was, pupil_id), _of(now, pupil_id)) for pupil_id in ids}
    assert counts["left"] + counts["left, had no place"] == sum(max(0, one - other) for one, other in totals.values())
    assert counts["new, placed"] + counts["new, unplaced"] == sum(max(0, b - a) for a, b in totals.values())
    in_both = ["same place", "moved", "now placed", "now unplaced", "still unplaced"]
    assert counts[in_both].sum() == sum(min(pair) for pair in totals.values())
    assert counts[["same place", "moved", "now unplaced", "left"]].sum() == before.placed_pupils
    assert counts[["same place", "moved", "now placed", "new, placed"]].sum() == after.placed_pupils


def _where(plan: Plan) -> "Counter[tuple[str, str]]":
    where: Counter[tuple[str, str]] = Counter()
    for pupil_id, place, count in plan.placements[["pupil_id", "provision_id", "count"]].itertuples(index=False):
        where[pupil_id, place] += count
    for pupil_id, count in plan.unplaced[["pupil_id", "count"]].itertuples(index=False):
        where[pupil_id, ""] += count
    return where


def _of(where: "Counter[tuple[str, str]]", pupil_id: str) -> int:
    return sum(number for (one, _), number in where.items() if one == pupil_id)


def test_money_and_use_are_those_of_the_two_plans() -> None:
    before, after = solved(tiny()), solved(other_tiny())
    changed = what_changed(before, after)
    money = changed.money("line")
    assert money["before"].sum() == pytest.approx(before.cost_gbp)
    assert money["after"].sum() == pytest.approx(after.cost_gbp)
    assert (money["after"] - money["before"]).round(2).tolist() == money["change"].tolist()
    assert changed.headline.loc["cost_gbp", "change"] == pytest.approx(after.cost_gbp - before.cost_gbp)
    assert changed.use.loc["A-main", ("places", "before")] == 2
    assert changed.use.loc["A-main", ("places", "after")] == 0
    assert "B-special" not in changed.use.index


def test_money_on_two_bases_is_said_to_be() -> None:
    changed = what_changed(solved(tiny()), solved(tiny(), Policy(cost_basis="average")))
    assert "different bases, marginal and average" in changed.summary()
    assert not changed.is_one_question


def test_tables_of_another_run_are_refused() -> None:
    runs = solved(tiny()), solved(other_tiny())
    with pytest.raises(InputError) as caught:
        what_changed(*runs, tables=(other_tiny(), tiny()))
    assert [fault.table for fault in caught.value.faults] == ["provisions", "pupils"]
    assert "the first run" in str(caught.value)


def test_a_run_without_a_record_says_so() -> None:
    plan = replace(solved(tiny()), record={})
    assert "do not say what they were made from" in what_changed(plan, plan).summary()


# -- the command line -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two folders of tables, and two of runs."""
    folder = tmp_path_factory.mktemp("runs")
    for name, problem in (("1", tiny()), ("2", other_tiny())):
        write_problem(problem, folder / f"tables{name}")
        (folder / f"out{name}").mkdir()
        solved(problem).save(folder / f"out{name}" / "run.json")
    return folder


@pytest.fixture
def runs(saved: Path, tmp_path: Path) -> Path:
    """Return a copy of that folder, to write to."""
    return Path(copytree(saved, tmp_path / "runs"))


def diff(folder: Path, *more: str) -> int:
    return main(["diff", str(folder / "out1" / "run.json"), str(folder / "out2"), *more])


def both_tables(folder: Path) -> tuple[str, ...]:
    return ("--tables1", str(folder / "tables1"), "--tables2", str(folder / "tables2"))


def wrong_use(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(str(caught.value.code))


def test_diff_says_what_changed_and_names_no_pupil(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(runs) == FINE
    printed = capsys.readouterr().out
    assert "provisions: changed" in printed
    assert "Give both folders of tables" in printed
    assert diff(runs, *both_tables(runs), "--out", str(runs / "changes")) == FINE
    printed = capsys.readouterr().out
    assert "pupils: 1 added, 1 removed, 1 changed: easting (1)" in printed
    assert "left: 1" in printed
    assert not any(pupil_id in printed for pupil_id in ("P1", "P2", "P3", "P4"))


def test_diff_with_ids_lists_those_whose_place_differs(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert diff(runs, *both_tables(runs), "--ids") == FINE
    printed = capsys.readouterr().out
    assert "P1: left, A-main -> no place; pupil: pupils; place left: provisions" in printed
    assert "P4: new, placed, no place -> A-base; pupil: pupils" in printed
    assert "P2:" not in printed


def test_diff_writes_a_table_and_a_workbook(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    out = runs / "changes"
    assert diff(runs, *both_tables(runs), "--out", str(out)) == FINE
    assert {path.name for path in out.iterdir()} == {"changes.csv", "changes.xlsx"}
    table = pd.read_csv(out / "changes.csv").set_index(["part", "name"])
    cost = table.loc[("figures", "Cost, £ a year")]
    plans = [po.load_plan(runs / name / "run.json") for name in ("out1", "out2")]
    assert [float(cost["before"]), float(cost["after"])] == [plan.cost_gbp for plan in plans]
    assert table.loc[("input", "pupils"), "after"] == "changed"
    book = openpyxl.load_workbook(out / "changes.xlsx")
    assert "Placements" not in book.sheetnames
    assert not _ids(book) & {"P1", "P2", "P3", "P4"}
    assert diff(runs, *both_tables(runs), "--out", str(out), "--ids") == FINE
    book = openpyxl.load_workbook(out / "changes.xlsx")
    assert {"Placements", "Changed rows", "Changed cells"} <= set(book.sheetnames)
    assert {"P1", "P2", "P3", "P4"} <= _ids(book)
    assert "CONFIDENTIAL" in capsys.readouterr().out


def _ids(book: object) -> set[str]:
    sheets = book.worksheets  # type: ignore[attr-defined]
    return {str(cell.value) for sheet in sheets for row in sheet.iter_rows() for cell in row}


def test_diff_of_wrong_files_ends_with_1_and_says_why(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = runs / "other.json"
    for text, said in (("{}", "not a saved plan"), ("no json", "not a saved plan")):
        other.write_text(text, encoding="utf-8")
        assert main(["diff", str(runs / "out1"), str(other)]) == AT_FAULT
        assert said in capsys.readouterr().err
    assert main(["diff", str(runs / "out1"), str(runs / "tables1")]) == AT_FAULT
    assert "does not exist" in capsys.readouterr().err
    swapped = ("--tables1", str(runs / "tables2"), "--tables2", str(runs / "tables1"))
    assert diff(runs, *swapped) == AT_FAULT
    assert "is not the one that its run was made from" in capsys.readouterr().err


def test_diff_of_one_run_or_one_folder_of_tables_is_wrong_use(runs: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert wrong_use(["diff", str(runs / "out1"), str(runs / "out1" / "run.json")]) == WRONG_USE
    assert "same run is given twice" in capsys.readouterr().err
    arguments = ["diff", str(runs / "out1"), str(runs / "out2"), "--tables1", str(runs / "tables1")]
    assert wrong_use(arguments) == WRONG_USE
    assert "--tables2" in capsys.readouterr().err
