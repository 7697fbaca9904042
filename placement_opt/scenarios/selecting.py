"""Which provisions a change is about: by themselves, by their school, or by who owns it."""

from collections.abc import Mapping
from difflib import get_close_matches

import pandas as pd

from placement_opt.cells import spelling_of
from placement_opt.errors import Fault, InputError
from placement_opt.given import is_word
from placement_opt.problem import Problem
from placement_opt.schema import TABLES

OF_PROVISIONS = ("provision_id", "kind")
OF_SETTINGS = ("setting_id", "name", "trust", "sector", "authority", "locality")
SELECTORS = (*OF_PROVISIONS, *OF_SETTINGS)
"""Columns of provisions, and of their settings, by which provisions can be chosen."""

_MOST_SHOWN = 12
Where = tuple[tuple[str, str], ...]
"""Columns and the words in them; a provision has to fit all."""


def where_of(**given: str | None) -> Where:
    """Return a choice of provisions from the words that are given.

    Raises
    ------
    ValueError
        When no column is given, a word is blank, or a kind is not one.

    Examples
    --------
    >>> where_of(kind="independent special", trust=None)
    (('kind', 'independent_special'),)
    """
    chosen = {name: word for name, word in given.items() if word is not None}
    if not chosen:
        raise ValueError(f"Say which provisions are meant; use one or more of {', '.join(given)}.")
    for name, word in chosen.items():
        if not is_word(word):
            raise ValueError(f"`{name}` is {word!r}; use the words of that column.")
        chosen[name] = kind_of(word) if name == "kind" else word.strip()
    return tuple(chosen.items())


def kind_of(word: str) -> str:
    """Return the kind that a word stands for.

    Raises
    ------
    ValueError
        When it stands for none.
    """
    column = TABLES["provisions"].column("kind")
    code = spelling_of(column, word)
    if code is None:
        raise ValueError(f"{word!r} is not a kind of provision; use one of {', '.join(column.allowed)}.")
    return code


def words_of(where: Where) -> str:
    """Return a choice of provisions in plain words."""
    if len(where) == 1 and where[0][0] in {"provision_id", "name"}:
        return where[0][1]
    return "all of " + " and ".join(f"{name} {word}" for name, word in where)


def chosen_ids(problem: Problem, where: Where, *, closed: bool = False) -> list[str]:
    """Return the ids of the provisions that a choice is about.

    Parameters
    ----------
    problem
        Whose provisions they are.
    where
        What they have to fit.
    closed
        Whether provisions that are out of use are meant too.

    Raises
    ------
    InputError
        When nothing has such a word, or no provision in use fits all of them.
    """
    settings = problem.settings[list(OF_SETTINGS)]
    provisions = problem.provisions[["provision_id", "setting_id", "kind", "status"]]
    frame = provisions.merge(settings, on="setting_id", validate="many_to_one")
    faults = [fault for column, word in where for fault in _unknown(frame[column].dropna(), column, word)]
    if faults:
        raise InputError(faults)
    for column, word in where:
        frame = frame[frame[column] == word]
    found = frame if closed else frame[frame["status"] != "closed"]
    if found.empty:
        message = "No provision fits all of it." if frame.empty else "Every provision of it is closed already."
        raise InputError([Fault("provisions", "", "", "", f"{message} Choose others.")])
    return [str(provision_id) for provision_id in found["provision_id"]]


def one_row(problem: Problem, provision_id: str) -> Mapping[str, object]:
    """Return the row of a provision.

    Raises
    ------
    InputError
        When there is none.
    """
    chosen_ids(problem, (("provision_id", provision_id),), closed=True)
    frame = problem.provisions
    row = frame[frame["provision_id"] == provision_id].iloc[0]
    return {str(name): value for name, value in row.items()}


def _unknown(cells: "pd.Series[str]", name: str, word: str) -> list[Fault]:
    known = sorted(set(cells.astype(str)))
    if word in known:
        return []
    close = get_close_matches(word, known, n=1)
    some = ", ".join(known[:_MOST_SHOWN]) + (
        f" and {len(known) - _MOST_SHOWN} more" if len(known) > _MOST_SHOWN else ""
    )
    hint = f"Is it meant to be {close[0]}?" if close else f"Known: {some or 'none'}."
    table = "provisions" if name in OF_PROVISIONS else "settings"
    return [Fault(table, name, "", word, f"is not there. {hint}")]
