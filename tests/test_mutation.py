"""The small faults that are put into the library: each changes what a module does, and scores are what they say."""

import ast
from pathlib import Path

import pytest
from scipy.stats import binomtest

from tests.mutation.faults import Fault, faults_of, with_fault
from tests.mutation.groups import GROUPS
from tests.mutation.report import interval, summary
from tests.mutation.running import KILLED, SURVIVED, TOO_LONG

HOME = Path(__file__).resolve().parents[1]
MODULE = '''"""Words that nobody changes: 3 < 4."""

from math import floor

LIMIT: int = 5


def share(part: int, whole: int = 2) -> float:
    """Return a share."""
    if part <= 0 and not whole == 1:
        raise ValueError(f"{part + 1}")
    for number in range(part):
        if number > LIMIT:
            break
    found = -min(part, whole) / whole
    found += 1
    return floor(found)
'''


@pytest.fixture
def faults(tmp_path: Path) -> list[Fault]:
    path = tmp_path / "module.py"
    path.write_text(MODULE, encoding="utf-8")
    return faults_of(path, tmp_path)


def test_comparisons_sums_words_numbers_and_steps_are_made_wrong(faults: list[Fault]) -> None:
    found = {(fault.before, fault.after) for fault in faults}

    assert {
        ("part <= 0", "part < 0"),
        ("part <= 0 and (not whole == 1)", "part <= 0 or not whole == 1"),
        ("not whole == 1", "not not whole == 1"),
        ("-min(part, whole)", "+min(part, whole)"),
        ("min(part, whole)", "max(part, whole)"),
        ("found += 1", "found -= 1"),
        ("return floor(found)", "return None"),
        ("floor(found)", "ceil(found)"),
        ("break", "continue"),
        ("2", "3"),
    } <= found


def test_words_imports_annotations_and_messages_are_left_alone(faults: list[Fault]) -> None:
    lines = {fault.line for fault in faults}

    assert not lines & {1, 3, 5, 9}
    assert "part + 1" not in {fault.before for fault in faults}


def test_every_fault_makes_another_module_that_can_be_compiled(faults: list[Fault]) -> None:
    right = ast.dump(ast.parse(MODULE))
    wrong = [ast.dump(with_fault(MODULE, fault)) for fault in faults]

    assert right not in wrong
    assert len(set(wrong)) == len(wrong)
    for fault in faults:
        compile(with_fault(MODULE, fault), "module.py", "exec")


def test_a_fault_is_reached_where_its_statement_its_function_or_its_module_is(faults: list[Fault]) -> None:
    spans = {(fault.before, fault.line): (fault.first, fault.last) for fault in faults}

    assert spans["part <= 0", 10] == (10, 10)
    assert spans["2", 8] == (8, 17)
    assert spans["found += 1", 16] == (16, 16)


def test_the_module_itself_has_no_fault() -> None:
    found: dict[str, object] = {}
    exec(MODULE, found)  # noqa: S102 - what the faults are held against

    assert found["share"](3) == 0  # type: ignore[operator]


@pytest.mark.parametrize(("noticed", "tried"), [(0, 1), (1, 1), (27, 30), (55, 60), (60, 60), (7, 1_000)])
def test_the_interval_of_a_score_is_wilsons(noticed: int, tried: int) -> None:
    wanted = binomtest(noticed, tried).proportion_ci(confidence_level=0.95, method="wilson")

    assert interval(noticed, tried) == pytest.approx((wanted.low, wanted.high), abs=1e-6)


def test_a_fault_that_never_ends_was_noticed() -> None:
    assert summary([KILLED, TOO_LONG, SURVIVED, KILLED]).startswith(
        "3 of 4 faults noticed (2 killed, 1 survived, 1 too"
    )


def test_every_group_has_modules_and_tests() -> None:
    for group in GROUPS.values():
        assert group.paths(HOME)
        assert all((HOME / tests.partition("::")[0]).is_file() for tests in group.chosen())
