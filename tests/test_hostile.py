"""Every bad input of the corpus is refused where its fault is, in the words that are stored."""

from pathlib import Path

import pytest

from tests.amounts import how_many
from tests.hostile import CASES
from tests.hostile.case import faults_of, is_blamed, stored_messages, told


@pytest.mark.parametrize("kind", sorted(CASES))
def test_each_bad_input_is_refused_where_its_fault_is_in_the_stored_words(kind: str, tmp_path: Path) -> None:
    stored, wrong = stored_messages(), []
    step = how_many(1, in_ci=3) if kind == "cells" else 1
    for number, case in enumerate(CASES[kind][::step]):
        folder = tmp_path / str(number)
        folder.mkdir()
        faults = faults_of(case, folder)
        text = told(case, faults, folder)
        if not any(is_blamed(case, fault, folder) for fault in faults) or text != stored.get(case.name):
            wrong.append(f"{case.name}: {text}")
    assert not wrong, "\n".join(wrong)


def test_the_corpus_is_large_and_every_stored_message_is_of_a_case() -> None:
    names = [case.name for cases in CASES.values() for case in cases]
    assert len(names) == len(set(names))
    assert set(stored_messages()) == set(names)
    assert len(names) >= 600
