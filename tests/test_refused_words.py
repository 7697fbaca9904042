"""Words that a new user types for a need, a kind or a year are refused, and the message names what may be meant."""

import pandas as pd
import pytest

from placement_opt.cells import read_table, spelling_of
from placement_opt.errors import Fault
from placement_opt.schema import PROVISIONS, PUPILS, Column, Table

NEED, KIND = PUPILS.column("need"), PROVISIONS.column("kind")


def said(table: Table, column: str, word: str) -> str:
    """Return what is said of one cell."""
    faults: list[Fault] = []
    read_table(table, pd.DataFrame({column: [word]}, dtype=object), faults)
    (message,) = (fault.message for fault in faults if fault.row)
    return message


@pytest.mark.parametrize(
    ("table", "column", "word", "asked"),
    [
        (PUPILS, "need", "autism", "ASD (Autistic spectrum disorder)"),
        (PUPILS, "need", "Speech, Language and Communication Needs", "SLCN (Speech, language and communication needs)"),
        (PUPILS, "secondary_needs", "ASD; Dyslexia", "SPLD (Specific learning difficulty)"),
        (PROVISIONS, "needs", "ADHD", "SEMH (Social, emotional and mental health)"),
        (PROVISIONS, "kind", "Unit", "hub (A base at a mainstream school: specialist staff and reserved places)"),
        (PROVISIONS, "kind", "special school", "special (A place at a state special school)"),
    ],
)
def test_a_word_that_is_near_a_code_is_asked_about(table: Table, column: str, word: str, asked: str) -> None:
    codes = ", ".join(table.column(column).allowed)
    assert said(table, column, word) == f"is not allowed. Is it meant to be {asked}? Use one of {codes}."


@pytest.mark.parametrize(("table", "column", "word"), [(PUPILS, "need", "tired"), (PROVISIONS, "kind", "academy")])
def test_of_other_words_nothing_is_guessed(table: Table, column: str, word: str) -> None:
    assert said(table, column, word) == f"is not allowed. Use one of {', '.join(table.column(column).allowed)}."


@pytest.mark.parametrize("word", ["Reception", "Year 7", "R"])
def test_a_year_in_words_is_told_how_years_are_counted(word: str) -> None:
    wanted = "Give a whole number from -4 to 20 (national curriculum year: Reception is 0, Year 1 is 1)."
    assert wanted in said(PUPILS, "year_group", word)


@pytest.mark.parametrize("column", [NEED, KIND, PUPILS.column("secondary_needs"), PROVISIONS.column("needs")])
def test_every_near_word_is_of_a_code_with_a_meaning_and_is_refused(column: Column) -> None:
    assert set(column.near.values()) <= set(column.allowed) & set(column.meanings)
    assert [word for word in column.near if spelling_of(column, word) is not None] == []
