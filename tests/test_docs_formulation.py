"""The formulation is numbered as the code is: each row that the model writes has its name and number on a page.

The pages are read as text, the rows from models of tiny problems: neither knows the other.
"""

import re
from functools import cache
from pathlib import Path

import pytest

from placement_opt.errors import InputError
from placement_opt.model import draft_model, write_model
from placement_opt.model.merging import draft_years
from placement_opt.model.spells import pairs_of_years
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve.system import System
from placement_opt.timeline import Timeline
from placement_opt.travel import crow_fly
from tests.amounts import IS_NIGHT
from tests.lp_cases import CASES, SETTINGS, Case, provisions, pupils
from tests.year_cases import years_case

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "placement_opt" / "model"
POSITIONS, POSITIONS_OF_YEARS = "ipksfgh", "pktn"
"""Letters that stand for a number in a name of one year, and in one of several: provision, budget, year, price."""

STAGE = "stage_unplaced"
"""No family: what an earlier stage has reached."""

YEAR_CASES = (2, 7, *range(40))
"""Seeds of random cases; the first two have every row between them, the others are a reserve and a night's work."""


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def shape(name: str, letters: str) -> str:
    """Return the name with # for each letter of a position: places_p as places_#."""
    return "_".join("#" if part in letters else part for part in name.split("_"))


def shape_of_row(name: str) -> str:
    """Return the name with # for each number: places_12 as places_#."""
    return "_".join("#" if part.isdigit() else part for part in name.split("_"))


def numbered_rows() -> dict[str, int]:
    """Return the rows of section 5 of the formulation with the number of their family."""
    section = page("formulation.md").split("## 5. The certificate")[1]
    rows = {}
    for names, number in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| C(\d+)", section, flags=re.MULTILINE):
        rows |= {shape(name, POSITIONS): int(number) for name in re.findall(r"`(\w+)`", names)}
    return rows


def numbered_rows_of_years() -> dict[str, int]:
    """Return the rows of section 6 of the page on several years with the number of their family."""
    section = page("planning_ahead.md").split("## 6. The model")[1]
    rows = {}
    for number, text in re.findall(r"^\* C(\d+) (.*?)(?=^\* C|\n\n)", section, flags=re.MULTILINE | re.DOTALL):
        rows |= {shape(name, POSITIONS_OF_YEARS): int(number) for name in re.findall(r"`(\w+_[pk](?:_[tn])*)`", text)}
    return {name: number for name, number in rows.items() if name not in of_one_year()}


def candidate_with_overflow() -> Case:
    """C2: places over the number, only where the candidate is opened."""
    tables = provisions(status=["candidate", "open"], overflow_places=[1, 0], overflow_gbp=[5_000, 0])
    return Problem(pupils=pupils(2), settings=SETTINGS, provisions=tables), Policy()


@cache
def written_rows() -> frozenset[str]:
    """Return the rows that PuLP is given for one case of each family, and the row of an earlier stage."""
    names: set[str] = set()
    for case in (*CASES.values(), candidate_with_overflow):
        problem, policy = case()
        draft = draft_model(candidate_pairs(problem, crow_fly(problem), policy=policy))
        names |= {row.name for row in write_model(draft).problem.constraints()}
        names |= set(System(draft, [(draft.money, 1.0)], unplaced_limit=0.0).names)
    return frozenset(map(shape_of_row, names))


@cache
def written_rows_of_years() -> frozenset[str]:
    """Return the rows of random tiny problems of several years that are not those of a single year."""
    shapes: set[str] = set()
    for seed in YEAR_CASES:
        if shapes >= set(numbered_rows_of_years()) and not IS_NIGHT:
            break
        case = years_case(seed)
        try:
            years = pairs_of_years(timeline := Timeline(case.problem, case.travel, case.policy, case.rules))
        except InputError:  # what was drawn contradicts itself
            continue
        shapes |= {shape_of_row(row.name) for row in draft_years(timeline, years, late=True).rows} - of_one_year()
    return frozenset(shapes)


def of_one_year() -> set[str]:
    """Return the rows that stand in the model of several years as they do in that of one, with the year added."""
    return {f"{name}_#" for name in numbered_rows() if name != "budget_#"}


def families_in(module: Path) -> set[int]:
    """Return the numbers of the families that a module of the model says it writes: C2, or C13 to C15."""
    text = module.read_text(encoding="utf-8")
    spans = re.findall(r"C(\d+) to C(\d+)", text)
    return {int(number) for number in re.findall(r"\bC(\d+)", text)} | {
        number for first, last in spans for number in range(int(first), int(last) + 1)
    }


def test_every_row_that_the_model_writes_is_numbered_in_the_formulation() -> None:
    missing = written_rows() - {*numbered_rows(), STAGE}
    assert not missing, f"docs/formulation.md, section 5, does not name {sorted(missing)}"
    assert f"| `{STAGE}` |" in page("formulation.md")


def test_every_row_that_the_formulation_numbers_is_written_by_the_model() -> None:
    gone = set(numbered_rows()) - written_rows()
    assert not gone, f"docs/formulation.md, section 5, names {sorted(gone)}, which no case writes"


def test_every_row_of_several_years_is_numbered_on_its_page_and_the_other_way_round() -> None:
    assert written_rows_of_years() == set(numbered_rows_of_years())


@pytest.mark.parametrize("row", [*numbered_rows(), *numbered_rows_of_years()])
def test_the_module_that_writes_a_row_gives_it_the_number_of_the_page(row: str) -> None:
    word = row.split("_#", maxsplit=1)[0]
    written = [module for module in MODEL.glob("*.py") if re.search(rf'f?"{word}(_{{|")', module.read_text("utf-8"))]
    if word in {"openings", "year_openings"}:
        written = [MODEL / "whole_openings.py"]
    number = (numbered_rows() | numbered_rows_of_years())[row]
    assert written
    assert any(number in families_in(module) for module in written)


def test_the_families_of_the_formulation_are_numbered_without_a_gap() -> None:
    stated = [int(number) for number in re.findall(r"^\* \*\*C(\d+)\*\*", page("formulation.md"), flags=re.MULTILINE)]
    assert stated == list(range(1, 13))
    later = re.findall(r"^\* C(\d+) ", page("planning_ahead.md"), flags=re.MULTILINE)
    assert [int(number) for number in later] == list(range(13, 19))
