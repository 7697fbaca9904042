"""Reading the cells of a table: every value becomes its column's type, or a fault that names it."""

import math
import re
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault
from placement_opt.headers import TURNING, UNPRINTABLE, is_blank, match_headers, plain
from placement_opt.schema import ANY, Cell, Column, Table

LIST_SEPARATOR = ";"
EXCEL_ERRORS = frozenset(
    {"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NAME?", "#NULL!", "#SPILL!", "#CALC!", "#GETTING_DATA"}
)
LONGEST_TEXT = 32_767
"""Characters that a cell of a workbook can hold."""

LARGEST_DEGREES = 180
"""Metres of the National Grid are more than this; degrees are not."""

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::00)?", re.ASCII)
_YES = {"yes", "y", "true", "t", "1"}
_NO = {"no", "n", "false", "f", "0"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_DATES = (datetime, date, time, timedelta)
_COUNTABLE = frozenset({Cell.INTEGER, Cell.NUMBER, Cell.TIME})
_OFTEN_EQUAL = (str, int, float)
"""Cells of these types are read once for each value of a column."""


class _Unfit(Exception):  # noqa: N818 - never leaves this module
    """A cell does not hold what its column asks for; the message ends the sentence that starts with the value."""


def split_list(text: str) -> tuple[str, ...]:
    """Return the entries of a list cell.

    Examples
    --------
    >>> split_list("ASD; SLCN")
    ('ASD', 'SLCN')
    """
    return tuple(entry for part in text.split(LIST_SEPARATOR) if (entry := part.strip()))


def read_table(table: Table, raw: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Turn a raw table into one whose columns have the types of its description.

    Parameters
    ----------
    table
        The description.
    raw
        Any frame; its index labels the rows in messages. It is not changed.
    faults
        Every fault found is added to this list.

    Returns
    -------
    DataFrame
        All described columns in order, then the columns that are not described, as text. Rows keep their labels.
        Cells at fault hold the blank of their type.
    """
    found: list[Fault] = []
    named, extra = match_headers(table, raw, found)
    columns: dict[str, pd.Series[Any]] = {}
    for column in table.columns:
        if column.name in named:
            columns[column.name] = _read_column(table.name, column, raw.iloc[:, named[column.name]], found)
        else:
            columns[column.name] = _typed(column, [column.default] * len(raw), raw.index)
    for header, position in extra.items():
        columns[header] = _read_column(table.name, _extra_column(header), raw.iloc[:, position], found)
    frame = pd.DataFrame(columns, index=raw.index)
    _check_key(table, frame, found)
    faults.extend(found)
    return frame


def spelling_of(column: Column, text: object) -> str | None:
    """Return the code that a text stands for in a column of codes; None where it stands for none.

    Examples
    --------
    >>> from placement_opt.schema import PROVISIONS
    >>> spelling_of(PROVISIONS.column("kind"), "SEN unit")
    'hub'
    """
    return _spellings(column.allowed, tuple(column.aliases.items())).get(plain(text))


def _extra_column(header: str) -> Column:
    return Column(header, Cell.EXTRA, "Not described; kept as text, for grouping.")


def _read_column(table: str, column: Column, raw: "pd.Series[Any]", faults: list[Fault]) -> "pd.Series[Any]":
    clean = _read_clean(column, raw)
    return _read_cells(table, column, raw, faults) if clean is None else clean


def _read_clean(column: Column, raw: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """Read a column whose cells are of one type and without fault, all at once; None for any other."""
    if raw.dtype == np.bool_:
        return raw.copy() if column.cell is Cell.FLAG else None
    if raw.dtype in {np.dtype("int64"), np.dtype("float64")}:
        return _read_numbers(column, raw) if column.cell in {Cell.INTEGER, Cell.NUMBER} else None
    return _read_words(column, raw) if isinstance(raw.dtype, pd.StringDtype) else None


def _read_numbers(column: Column, raw: "pd.Series[Any]") -> "pd.Series[Any] | None":
    numbers = raw.to_numpy(dtype=np.float64)
    given = numbers[~np.isnan(numbers)]
    if len(given) < len(numbers) and column.required:
        return None
    is_at_fault = ~np.isfinite(given)
    for limit, is_beyond in ((column.least, np.less), (column.most, np.greater)):
        is_at_fault |= False if limit is None else is_beyond(given, limit)
    if column.cell is Cell.INTEGER:
        is_at_fault |= given != np.floor(given)
    if column.name in {"easting", "northing"}:
        is_at_fault |= np.abs(given) <= LARGEST_DEGREES
    if is_at_fault.any():
        return None
    blank = np.nan if column.default is None else float(column.default)
    return _numbers(column, np.where(np.isnan(numbers), blank, numbers + 0.0), raw.index)


def _read_words(column: Column, raw: "pd.Series[Any]") -> "pd.Series[Any] | None":
    """Read each different word once."""
    codes, words = pd.factorize(raw)
    if column.required and (codes < 0).any():
        return None
    read, values = _READERS[column.cell], []
    for word in words.tolist():
        if is_blank(word) or word.strip() in EXCEL_ERRORS:
            return None
        try:
            values.append(read(column, word))
        except _Unfit:
            return None
    values.append(column.default)  # where the code is -1: a blank cell
    return _typed(column, [values[code] for code in codes.tolist()], raw.index)


def _read_cells(table: str, column: Column, raw: "pd.Series[Any]", faults: list[Fault]) -> "pd.Series[Any]":
    """Read a column cell by cell."""
    read = _READERS[column.cell]
    values: list[Any] = []
    known: dict[tuple[type, Any], Any] = {}  # what the same cell was read as before: True, 1 and 1.0 are equal
    for label, value in zip(raw.index, raw.tolist(), strict=True):
        cell = (type(value), value) if isinstance(value, _OFTEN_EQUAL) else None
        if cell in known:
            values.append(known[cell])
            continue
        if is_blank(value):
            values.append(column.default)
            if column.required:
                faults.append(Fault(table, column.name, str(label), "", f"The cell is blank. {_wanted(column)}"))
            continue
        try:
            if isinstance(value, str) and value.strip() in EXCEL_ERRORS:
                raise _Unfit("is an error of a spreadsheet formula. Correct the formula or type the value.")
            values.append(read(column, value))
            if cell is not None:
                known[cell] = values[-1]
        except _Unfit as unfit:
            values.append(column.default)
            faults.append(Fault(table, column.name, str(label), _shown(value), str(unfit)))
    return _typed(column, values, raw.index)


def _typed(column: Column, values: Sequence[Any], index: pd.Index) -> "pd.Series[Any]":
    if column.cell is Cell.FLAG:
        return pd.Series([bool(value) for value in values], index, dtype="bool")
    if column.cell is Cell.MAYBE:
        return pd.Series([pd.NA if value is None else value for value in values], index, dtype="boolean")
    if column.cell in {Cell.INTEGER, Cell.NUMBER}:
        return _numbers(column, np.array([np.nan if value is None else value for value in values], dtype=float), index)
    return pd.Series([None if value is None else value for value in values], index, dtype="str")


def _numbers(column: Column, numbers: NDArray[np.float64], index: pd.Index) -> "pd.Series[Any]":
    whole = column.cell is Cell.INTEGER and not np.isnan(numbers).any()
    if whole and (column.required or column.default is not None):
        return pd.Series(numbers.astype("int64"), index)
    return pd.Series(numbers, index)


def _check_key(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    """Find rows whose key repeats; a row whose key could not be read has its fault already."""
    unread = {fault.row for fault in faults if fault.column in table.key}
    if "" in unread or not frame[list(table.key)].duplicated().any():
        return
    first_row: dict[tuple[Any, ...], Hashable] = {}
    for label, *values in frame[list(table.key)].itertuples(name=None):
        if str(label) in unread:
            continue
        key = tuple("" if is_blank(value) else value for value in values)
        if key in first_row:
            shown = " and ".join(str(value) for value in key if value != "") or "(all blank)"
            message = f"appears already in row {first_row[key]}. Keep one of the rows."
            faults.append(Fault(table.name, ", ".join(table.key), str(label), shown, message))
        else:
            first_row[key] = label


def _as_text(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return str(value).strip()


def _shown(value: Any) -> str:
    text = _as_text(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_text(column: Column, value: Any) -> str:
    if isinstance(value, _DATES):
        raise _Unfit(f"is a date. {_wanted(column)} Format the cells as text and type the value again.")
    return _read_extra(column, value)


def _read_extra(column: Column, value: Any) -> str:
    text = _as_text(value)
    if UNPRINTABLE.search(text):
        raise _Unfit(f"holds a line break or control character. {_wanted(column)}")
    if TURNING.search(text):
        raise _Unfit("holds an invisible mark that turns the direction of writing. Type the value again.")
    if len(text) > LONGEST_TEXT:
        raise _Unfit(f"is longer than {LONGEST_TEXT:,} characters. Shorten it.")
    return text


def _read_number(column: Column, value: Any) -> float:
    number = _number_of(column, value)
    if column.name in {"easting", "northing"} and abs(number) <= LARGEST_DEGREES:
        raise _Unfit(
            "looks like a latitude or longitude in degrees. Give British National Grid metres (EPSG:27700); "
            "GeoPandas' to_crs(27700) converts them."
        )
    if column.name in {"easting", "northing"} and not _in_range(column, number):
        raise _Unfit(f"is outside Great Britain. {_wanted(column)}")
    if not _in_range(column, number):
        raise _Unfit(f"is out of range. {_wanted(column)}")
    return number + 0.0  # no negative zero


def _number_of(column: Column, value: Any) -> float:
    if isinstance(value, _DATES):
        raise _Unfit(f"is a date. {_wanted(column)} Format the cells as numbers and type the value again.")
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise _Unfit(f"is not a number. {_wanted(column)} Write digits only, without units, signs or commas.")
    try:
        number = math.nan if isinstance(value, bool | np.bool_) else float(value)
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        raise _Unfit(f"is not a finite number. {_wanted(column)}")
    return number


def _in_range(column: Column, number: float) -> bool:
    return (column.least is None or number >= column.least) and (column.most is None or number <= column.most)


def _read_integer(column: Column, value: Any) -> float:
    number = _read_number(column, value)
    if not number.is_integer():
        raise _Unfit(f"is not a whole number. {_wanted(column)}")
    return number


def _read_time(column: Column, value: Any) -> str:
    if isinstance(value, time):
        if value.second or value.microsecond:
            raise _Unfit(f"is not a whole minute. {_wanted(column)} Write it like 08:45.")
        return f"{value.hour:02d}:{value.minute:02d}"
    if isinstance(value, _DATES):
        what = "is a length of time" if isinstance(value, timedelta) else "is a date"
        raise _Unfit(f"{what}. {_wanted(column)} Format the cells as text and write it like 08:45.")
    found = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:  # a number too: 8.45 may be a quarter to nine or a part of a day
        raise _Unfit(f"is not a time of day. {_wanted(column)} Write it like 08:45.")
    return f"{int(found[1]):02d}:{found[2]}"


def _read_flag(column: Column, value: Any) -> bool:
    word = _as_text(value).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Unfit(f"is neither yes nor no. {_wanted(column)}")


def _read_code(column: Column, value: Any) -> str:
    return _match_code(column, _read_text(column, value))


def _match_code(column: Column, text: str) -> str:
    code = spelling_of(column, text)
    if code is None:
        raise _Unfit(f"is not allowed. {_meant(column, text)}Use one of {', '.join(column.allowed)}.")
    return code


def _meant(column: Column, text: str) -> str:
    """Ask about the code that a word is near; nothing about other words."""
    code = _spellings((), tuple(column.near.items())).get(plain(text))
    return f"Is it meant to be {code} ({column.meanings[code]})? " if code else ""


@cache
def _spellings(allowed: tuple[str, ...], aliases: tuple[tuple[str, str], ...]) -> dict[str, str]:
    return {plain(code): code for code in allowed} | {plain(alias): code for alias, code in aliases}


def _read_codes(column: Column, value: Any) -> str:
    return _joined(column, [_match_code(column, entry) for entry in split_list(_read_text(column, value))])


def _read_labels(column: Column, value: Any) -> str:
    entries = split_list(_read_text(column, value))
    return _joined(column, [ANY if entry.lower() == ANY else entry for entry in entries])


def _joined(column: Column, entries: Sequence[str]) -> str:
    if not entries:
        raise _Unfit(f"is a list without entries. {_wanted(column)}")
    return ANY if ANY in entries else LIST_SEPARATOR.join(sorted(set(entries)))


def _wanted(column: Column) -> str:
    """Say in a sentence what the column holds."""
    if column.allowed:
        return f"Use one of {', '.join(column.allowed)}."
    if column.least is None or column.most is None:
        return f"Give {_article(column.cell)}: {column.meaning[:1].lower()}{column.meaning[1:]}"
    unit = f" ({column.unit})" if column.unit else ""
    return f"Give {_article(column.cell)} from {column.least:,.12g} to {column.most:,.12g}{unit}."


def _article(cell: Cell) -> str:
    return f"an {cell}" if cell is Cell.ID else f"a {cell}" if cell in _COUNTABLE else str(cell)


_READERS: dict[Cell, Callable[[Column, Any], Any]] = {
    Cell.ID: _read_text,
    Cell.TEXT: _read_text,
    Cell.INTEGER: _read_integer,
    Cell.NUMBER: _read_number,
    Cell.FLAG: _read_flag,
    Cell.MAYBE: _read_flag,
    Cell.CODE: _read_code,
    Cell.CODES: _read_codes,
    Cell.LABELS: _read_labels,
    Cell.TIME: _read_time,
    Cell.EXTRA: _read_extra,
}


def lookup(frame: pd.DataFrame, key: str, column: str) -> dict[str, Any]:
    """Return a column by the rows' ids; blanks are left out, and where an id repeats the first row counts.

    Examples
    --------
    >>> lookup(pd.DataFrame({"id": ["A", "B", "A"], "kind": ["hub", None, "spoke"]}), "id", "kind")
    {'A': 'hub'}
    """
    rows = frame[[key, column]].dropna().drop_duplicates(key)
    return dict(zip(rows[key], rows[column], strict=True))
