"""Saved runs that were edited, by a clumsy hand or by one that knows how they are hashed, do not pass."""

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.errors import PlacementError, Status
from placement_opt.files import read_problem, write_problem
from placement_opt.plan import Plan, load_plan
from placement_opt.plan_tables import TABLE_COLUMNS
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from tests.amounts import how_many
from tests.forging import forge
from tests.test_verify_solved import UNCHECKED

FINE, AT_FAULT = 0, 1
PENNY_GBP = 0.01
POLICY = Policy(moves="all", cost_basis="average")
EDITS = how_many(200, in_ci=100)

Document = dict[str, Any]
Edit = Callable[[Document], object]


def _problem() -> Problem:
    """Return nine rows of pupils, one too many for the places; one price is of a pupil alone."""
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{number}" for number in range(9)],
            "easting": [450_000 + 1_700 * number for number in range(9)],
            "northing": [260_000 + 4_100 * number % 9_000 for number in range(9)],
            "year_group": [1, 3, 5, 7, 8, 9, 10, 11, 12],
            "need": ["ASD", "SEMH", "MLD"] * 3,
            "count": [1, 1, 2, 1, 1, 1, 2, 1, 1],
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["A", "B", "C"],
            "name": ["Alder Lane", "Birch Hill", "Cedar Way"],
            "easting": [451_000, 456_000, 462_000],
            "northing": [262_000, 267_000, 261_000],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["A-main", "B-special", "C-ap", "C-special"],
            "setting_id": ["A", "B", "C", "C"],
            "kind": ["mainstream", "special", "alternative", "special"],
            "places": [4, 2, 2, 2],
            "needs": ["any", "ASD;MLD", "any", "SEMH;ASD"],
            "place_gbp": [6_000, 10_000, 10_000, 10_000],
            "topup_gbp": [4_000.5, None, 9_000.25, None],
        }
    )
    topups = pd.DataFrame({"need": ["ASD", None], "kind": ["special", "special"], "topup_gbp": [8_000.1, 12_000]})
    pair_costs = pd.DataFrame({"pupil_id": ["P0"], "provision_id": ["C-special"], "cost_gbp": [500.0]})
    return Problem(pupils=pupils, settings=settings, provisions=provisions, topups=topups, pair_costs=pair_costs)


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the tables and the run."""
    folder = tmp_path_factory.mktemp("saved")
    problem = read_problem(write_problem(_problem(), folder / "tables"))
    plan = solve(problem, crow_fly(problem), policy=POLICY)
    assert plan.status is Status.OPTIMAL
    assert plan.certificate is not None
    assert plan.unplaced_pupils > 0
    plan.with_record(origin={"input": "tables"}).save(folder / "run.json")
    return folder


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    """Return a copy of the run that may be spoilt."""
    for path in [saved / "run.json", *(saved / "tables").iterdir()]:
        target = tmp_path / path.relative_to(saved)
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(path.read_bytes())
    return tmp_path / "run.json"


def _read(run: Path) -> Document:
    document: Document = json.loads(run.read_text(encoding="utf-8"))
    return document


def _cell(document: Document, table: str, row: int, column: str, value: object) -> None:
    content = document["tables"][table]
    content["data"][row][content["columns"].index(column)] = value


def _value(document: Document, table: str, row: int, column: str) -> Any:
    content = document["tables"][table]
    return content["data"][row][content["columns"].index(column)]


def _cost_leaf(document: Document) -> Document:
    multipliers: Document = document["certificate"]["stages"][-1]["tree"]["multipliers"]
    return multipliers


# -- edits of the run -------------------------------------------------------------------------------------------------


def _another_provision(document: Document) -> None:
    first = _value(document, "placements", 0, "provision_id")
    other = next(row[0] for row in document["tables"]["use"]["data"] if row[0] != first)
    _cell(document, "placements", 0, "provision_id", other)


def _a_count(document: Document) -> None:
    _cell(document, "placements", 0, "count", _value(document, "placements", 0, "count") + 1)


def _a_price_with_its_sums(document: Document) -> None:
    for column in ("topup_gbp", "cost_gbp"):
        _cell(document, "placements", 0, column, _value(document, "placements", 0, column) - 100)
    document["cost_gbp"] = round(document["cost_gbp"] - 100, 2)
    document["bound_gbp"] -= 100


def _a_total(document: Document) -> None:
    document["cost_gbp"] -= 100


def _the_weighed(document: Document) -> None:
    document["weighed_gbp"] = 100.0


def _the_bound(document: Document) -> None:
    document["bound_gbp"] += 1


def _the_bound_of_the_certificate(document: Document) -> None:
    document["certificate"]["stages"][-1]["bound"] += 1


def _a_stage_of_the_certificate(document: Document) -> None:
    del document["certificate"]["stages"][0]


def _no_certificate(document: Document) -> None:
    document["certificate"] = None


def _a_multiplier(document: Document) -> None:
    leaf = _cost_leaf(document)
    name = next(name for name in leaf if name.startswith("places"))
    leaf[name] *= 2


def _a_sign(document: Document) -> None:
    leaf = _cost_leaf(document)
    name = next(name for name in leaf if name.startswith("places"))
    leaf[name] = -leaf[name]


def _a_name(document: Document) -> None:
    leaf = _cost_leaf(document)
    name = next(name for name in leaf if name.startswith("places"))
    leaf["places_99"] = leaf.pop(name)


def _a_pupil_removed(document: Document) -> None:
    row = document["tables"]["placements"]["data"].pop()
    columns = document["tables"]["placements"]["columns"]
    document["cost_gbp"] = round(document["cost_gbp"] - row[columns.index("cost_gbp")], 2)


def _an_unplaced_pupil_removed(document: Document) -> None:
    document["tables"]["unplaced"]["data"].pop()


def _a_worse_plan(document: Document) -> None:
    """Put a plan that keeps all the rules, but costs more, under the claims of the best one."""
    problem = _problem()
    first = document["tables"]["placements"]
    pupil, place = (_value(document, "placements", 0, name) for name in ("pupil_id", "provision_id"))
    assert first["data"]
    rule = pd.DataFrame({"pupil_id": [pupil], "provision_id": [place], "rule": ["never"]})
    forced = problem.replace(pair_rules=rule)
    worse = solve(forced, crow_fly(forced), policy=POLICY)
    assert worse.cost_gbp > document["cost_gbp"] + 1
    for name, frame in worse.tables.items():
        document["tables"][name] = json.loads(frame.to_json(orient="split", index=False, double_precision=15))
    document["cost_gbp"] = worse.cost_gbp


EDITS_OF_THE_RUN: tuple[Edit, ...] = (
    _another_provision,
    _a_count,
    _a_price_with_its_sums,
    _a_total,
    _the_weighed,
    _the_bound,
    _the_bound_of_the_certificate,
    _a_stage_of_the_certificate,
    _no_certificate,
    _a_multiplier,
    _a_sign,
    _a_name,
    _a_pupil_removed,
    _an_unplaced_pupil_removed,
    _a_worse_plan,
)


@pytest.mark.parametrize("is_hashed_again", [False, True], ids=["stale", "hashed again"])
@pytest.mark.parametrize("edit", EDITS_OF_THE_RUN, ids=lambda edit: edit.__name__.strip("_"))
def test_an_edited_run_is_refused(
    run: Path, edit: Edit, is_hashed_again: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _read(run)
    edit(document)
    if is_hashed_again:
        forge(run, document)
    else:
        run.write_text(json.dumps(document), encoding="utf-8")
    assert main(["verify", str(run)]) == AT_FAULT
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "Traceback" not in printed.err
    assert ("was changed after it was saved" in printed.err) != is_hashed_again


def test_the_run_itself_and_the_run_hashed_again_are_right(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["verify", str(run)]) == FINE
    forge(run, _read(run))
    assert main(["verify", str(run)]) == FINE
    printed = capsys.readouterr().out
    assert "worked out from the certificate, without a solver" in printed
    assert "Checked: known rows, repeated rows, pupils counted" in printed
    assert "trust" not in printed


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("certificate",), "other"),
        (("certificate", "stages"), [{"name": "cost"}]),
        (("tables", "use"), {}),
        (("record",), None),
        (("record", "options"), 3),
        (("record", "options", "weights"), "other"),
        (("record", "options", "gap"), "wide"),
        (("record", "inputs"), []),
        (("record", "origin"), "here"),
        (("record", "origin", "input"), 7),
        (("record", "travel"), None),
        (("record", "travel", "recipe"), [1]),
    ],
)
def test_a_run_of_another_form_is_refused_in_words(
    run: Path, path: tuple[str, ...], value: object, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _read(run)
    part = document
    for name in path[:-1]:
        part = part[name]
    part[path[-1]] = value
    forge(run, document)
    assert main(["verify", str(run)]) == AT_FAULT
    assert "is not a saved plan, or is damaged" in capsys.readouterr().err


# -- edits of the tables ----------------------------------------------------------------------------------------------


def _edit_table(run: Path, name: str, key: str, row: str, column: str, value: object) -> None:
    path = run.parent / "tables" / f"{name}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    assert (frame[key] == row).any()
    frame.loc[frame[key] == row, column] = str(value)
    frame.to_csv(path, index=False)


def _a_taken_price(run: Path) -> None:
    taken = load_plan(run).placements["provision_id"]
    assert "C-ap" in set(taken)
    _edit_table(run, "provisions", "provision_id", "C-ap", "topup_gbp", "8000")


def _a_cheaper_pair(run: Path) -> None:
    _edit_table(run, "pair_costs", "pupil_id", "P0", "cost_gbp", "1")


def _a_price_of_a_need(run: Path) -> None:
    _edit_table(run, "topups", "need", "ASD", "topup_gbp", "1")


def _fewer_places(run: Path) -> None:
    _edit_table(run, "provisions", "provision_id", "A-main", "places", "3")


def _more_places(run: Path) -> None:
    _edit_table(run, "provisions", "provision_id", "A-main", "places", "40")


def _another_home(run: Path) -> None:
    _edit_table(run, "pupils", "pupil_id", "P3", "easting", "470000")


def _a_pupil_less(run: Path) -> None:
    path = run.parent / "tables" / "pupils.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame[frame["pupil_id"] != "P8"].to_csv(path, index=False)


@pytest.mark.parametrize("is_hashed_again", [False, True], ids=["stale", "hashed again"])
@pytest.mark.parametrize(
    "edit",
    [_a_taken_price, _a_cheaper_pair, _a_price_of_a_need, _fewer_places, _more_places, _another_home, _a_pupil_less],
    ids=lambda edit: edit.__name__.strip("_"),
)
def test_edited_tables_are_refused(
    run: Path, edit: Callable[[Path], None], is_hashed_again: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    edit(run)
    if is_hashed_again:
        document = _read(run)
        problem = read_problem(run.parent / "tables")
        document["record"]["inputs"] = problem.fingerprints()
        document["record"]["travel"]["sha256"] = crow_fly(problem).aligned(problem).fingerprint()
        forge(run, document)
    assert main(["verify", str(run)]) == AT_FAULT
    assert ("Solve again" in capsys.readouterr().err) != is_hashed_again


# -- edits at random --------------------------------------------------------------------------------------------------

CLAIMS = ("status", "policy", "weighed_gbp", "bound_gbp", "cost_gbp", "tables", "certificate")
"""What a run says of its plan. (The rest of the record tells where it comes from, and is hashed only.)"""


def _places_of(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if isinstance(value, dict):
        return [found for key, part in value.items() for found in _places_of(part, (*path, key))]
    if isinstance(value, list):
        return [found for at, part in enumerate(value) for found in _places_of(part, (*path, at))]
    return [path]


def _is_unchecked(document: Document, path: tuple[Any, ...]) -> bool:
    """Tell whether a cell may hold anything: free text."""
    if path[0] != "tables" or path[2] != "data":
        return False
    return document["tables"][path[1]]["columns"][path[4]] in UNCHECKED


def _other(rng: random.Random, old: object) -> object:
    if isinstance(old, bool):
        return rng.choice([not old, None, "other"])
    if isinstance(old, int | float):
        return rng.choice(
            [old + 1, old - 1, -old - 1, old * 1.001 + 0.02, old * 1_000 + 1, None, "other", [], float("inf")]
        )
    if old is None:
        return rng.choice([1, "other", True])
    return rng.choice(["other", "", None, 7, f"{old} "])


def _edited(document: Document, rng: random.Random) -> tuple[Document, str]:
    """Return the run with another value in one place, every part of it being as likely."""
    claim = rng.choice(CLAIMS)
    paths = [path for path in _places_of(document[claim], (claim,)) if not _is_unchecked(document, path)]
    path = rng.choice(paths)
    new = copy.deepcopy(document)
    part = new
    for key in path[:-1]:
        part = part[key]
    old = part[path[-1]]
    if claim == "certificate" and isinstance(old, float) and rng.random() < 0.2:
        part[f"{path[-1]}0"] = part.pop(path[-1])
        return new, f"{path} renamed"
    part[path[-1]] = _other(rng, old)
    return new, f"{path}: {old!r} -> {part[path[-1]]!r}"


def _is_true(problem: Problem, travel: TravelMatrix, plan: Plan, right: Plan) -> bool:
    """Tell whether what a plan states is so: its rows as they were, its bound and status by solving again."""
    for name in TABLE_COLUMNS:
        kept = [column for column in plan.tables[name] if column not in UNCHECKED]
        if not plan.tables[name][kept].equals(right.tables[name][kept]):
            return False
    best = solve(problem, travel, policy=plan.policy, options=SolveOptions(gap=0))
    is_optimal = best.unplaced_pupils == plan.unplaced_pupils
    is_optimal &= plan.objective_gbp <= best.objective_gbp * (1 + 1e-4) + PENNY_GBP
    bound_gbp = plan.bound_gbp
    is_bound = bound_gbp is not None and bound_gbp <= best.objective_gbp + PENNY_GBP
    return is_bound and (plan.status is not Status.OPTIMAL or is_optimal)


@pytest.mark.parametrize("first", range(0, EDITS, 50))
def test_no_edit_at_random_passes_unless_what_is_stated_is_still_true(run: Path, first: int) -> None:
    document, right = _read(run), load_plan(run)
    problem = read_problem(run.parent / "tables")
    travel = crow_fly(problem)
    found = 0
    for seed in range(first, first + 50):
        edited, what = _edited(document, random.Random(seed))  # noqa: S311 - reproducible edits, no secrets
        forge(run, edited)
        try:
            plan = load_plan(run)
            verify(problem, travel, plan).raise_if_wrong()
        except PlacementError:
            found += 1
            continue
        assert _is_true(problem, travel, plan, right), f"seed {seed}: {what}"
    assert found > 25


def test_other_multipliers_that_prove_as_much_are_a_proof(run: Path) -> None:
    """What a multiplier is worth is worked out again, not compared with what the solver found."""
    problem = read_problem(run.parent / "tables")
    travel, right = crow_fly(problem), load_plan(run)
    rng = random.Random(0)  # noqa: S311 - reproducible edits, no secrets
    legitimate, tried = 0, how_many(60, in_ci=30)
    for _ in range(tried):
        document = _read(run)
        leaf = _cost_leaf(document)
        name = rng.choice(sorted(leaf))
        leaf[name] *= 1 + rng.choice([-1e-3, -1e-9, 1e-9, 1e-3])
        document["certificate"]["stages"][-1]["bound"] -= rng.choice([0, 0, 50])
        document["bound_gbp"] = round(document["certificate"]["stages"][-1]["bound"] - 0.005, 2)
        path = run.with_name("other.json")
        forge(path, document)
        plan = load_plan(path)
        verification = verify(problem, travel, plan)
        certified_gbp = verification.certified_gbp
        assert certified_gbp is not None
        assert certified_gbp <= right.objective_gbp + PENNY_GBP
        assert plan.certificate is not None
        stated_gbp = plan.certificate.stages[-1].bound
        is_proven = certified_gbp >= stated_gbp - PENNY_GBP
        assert is_proven or not verification.is_right
        legitimate += verification.is_right
    assert tried / 12 < legitimate < tried
