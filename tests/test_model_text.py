"""The LP text of each family is stored: a change of the formulation shows as a diff.

`python -m tests.test_model_text` writes the texts again.
"""

from pathlib import Path

import pytest

from placement_opt.model import draft_model, write_model
from placement_opt.pairs import candidate_pairs
from placement_opt.travel import crow_fly
from tests.lp_cases import CASES

STORE = Path(__file__).parent / "lp"


def lp_text(name: str, folder: Path) -> str:
    problem, policy = CASES[name]()
    draft = draft_model(candidate_pairs(problem, crow_fly(problem), policy=policy))
    constant = draft.money.constant + draft.weighed.constant
    model = write_model(draft)
    model.set_objective([(draft.money, 1.0), (draft.weighed, 1.0)])
    path = folder / f"{name}.lp"
    model.problem.writeLP(str(path))
    about = (CASES[name].__doc__ or "").strip()
    unplaced = f"unplaced = {draft.unplaced.constant:g} + {len(draft.unplaced.terms)} columns"
    header = f"\\ {about}\n\\ money and weighed include the constant {constant:,.2f}; {unplaced}\n"
    return header + path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_the_formulation_of_each_family_is_the_stored_one(name: str, tmp_path: Path) -> None:
    assert lp_text(name, tmp_path) == (STORE / f"{name}.lp").read_text(encoding="utf-8")


def test_every_stored_text_belongs_to_a_case() -> None:
    assert {path.stem for path in STORE.glob("*.lp")} == set(CASES)


if __name__ == "__main__":
    for each in CASES:
        text = lp_text(each, STORE)
        (STORE / f"{each}.lp").write_text(text, encoding="utf-8")
