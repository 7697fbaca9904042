"""Small CSV tables that become values: every fault of the file at once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import fields
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_whole

Value = TypeVar("Value")

_NUMBER = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d+)(\.\d+)?", re.ASCII)
"""Commas part thousands; 1,5 is no number, since it may mean one and a half."""


def read_small_table(path: Path, kind: Callable[..., Value], *, numbers: Sequence[str], key: str) -> tuple[Value, ...]:
    """Read a table with a column for each field of a value.

    Parameters
    ----------
    path
        A CSV file in UTF-8.
    kind
        A dataclass that checks its fields and raises ValueError.
    numbers
        The columns that hold numbers; the others hold text.
    key
        The column in which no value may stand twice.

    Raises
    ------
    InputError
        When the file cannot be read, a column is missing or unknown, or a row is at fault; it lists every fault.
    """
    wanted = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    frame = _frame(path)
    faults = [
        Fault(path.name, name, "", "", f"The column is missing. {_columns(wanted)}")
        for name in wanted
        if name not in frame.columns
    ]
    faults += [
        Fault(path.name, str(name), "", "", f"The column is not known. {_columns(wanted)}")
        for name in frame
        if name not in wanted
    ]
    if faults:
        raise InputError(faults)
    found: dict[str, Value] = {}
    for number, row in enumerate(frame.to_dict("records"), start=2):
        try:
            value = kind(**{str(name): _cell(cell, name in numbers) for name, cell in row.items()})
        except ValueError as error:
            faults.append(Fault(path.name, "", str(number), "", str(error)))
            continue
        if row[key] in found:
            faults.append(Fault(path.name, key, str(number), row[key], "stands in an earlier row. Give it once."))
        found[row[key]] = value
    if faults:
        raise InputError(faults)
    return tuple(found.values())


def _frame(path: Path) -> pd.DataFrame:
    try:
        frame = pd.read_csv(BytesIO(read_whole(path)), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError([Fault(str(path), "", "", "", "The file does not exist.")]) from None
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"The file is no CSV table in UTF-8 ({error}). Save it as CSV UTF-8."
        raise InputError([Fault(str(path), "", "", "", message)]) from None
    return frame.rename(columns=str.strip).map(str.strip)


def _columns(wanted: Sequence[str]) -> str:
    return f"The table has the columns {', '.join(wanted)}."


def _cell(text: str, is_number: bool) -> Any:
    is_plain = is_number and _NUMBER.fullmatch(text) is not None
    return float(text.replace(",", "")) if is_plain else text
