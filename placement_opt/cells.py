"""Reading the cells of a table: every value becomes its column's type, or a fault that names it."""

import difflib
import math
import re
from collections.abc import Callable, Hashable, Sequence
from datetime import date, datetime
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault
from placement_opt.schema import ANY, Cell, Column, Table

LIST_SEPARATOR = ";"

_YES = {"yes", "y", "true", "t", "1"}
_NO = {"no", "n", "false", "f", "0"}
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


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
    named = _match_headers(table, raw, faults)
    columns: dict[str, pd.Series[Any]] = {}
    for column in table.columns:
        if column.name in named:
            columns[column.name] = _read_column(table.name, column, raw[named[column.name]], faults)
        elif column.required:
            faults.append(Fault(table.name, column.name, "", "", f"The column is missing. {column.meaning}"))
            columns[column.name] = _blank(column, raw.index)
        else:
            columns[column.name] = _typed(column, [column.default] * len(raw), raw.index)
    described = set(named.values())
    for header in raw.columns:
        if header not in described:
            columns[str(header)] = pd.Series([_as_text(value) for value in raw[header]], raw.index, dtype="str")
    frame = pd.DataFrame(columns, index=raw.index)
    _check_key(table, frame, faults)
    return frame


def _match_headers(table: Table, raw: pd.DataFrame, faults: list[Fault]) -> dict[str, Hashable]:
    """Match headers to columns, ignoring case, spaces and underscores; a near miss is a fault, not an extra column."""
    by_plain = {_plain(name): name for name in table.names}
    named: dict[str, Hashable] = {}
    extra: list[Hashable] = []
    for header in raw.columns:
        name = by_plain.get(_plain(header))
        if name is None:
            extra.append(header)
        elif name in named:
            faults.append(Fault(table.name, name, "", str(header), "The column appears twice. Keep one of them."))
        else:
            named[name] = header
    if raw.columns.has_duplicates:
        repeated = sorted({str(name) for name in raw.columns[raw.columns.duplicated()]} - set(named))
        faults.extend(
            Fault(table.name, name, "", "", "The column appears twice. Keep one of them.") for name in repeated
        )
    absent = {_plain(name): name for name in table.names if name not in named}
    for other in extra:
        close = difflib.get_close_matches(_plain(other), absent, n=1, cutoff=0.85)
        if close:
            message = f"is not a column of {table.name}. Is it meant to be {absent[close[0]]}? Rename or remove it."
            faults.append(Fault(table.name, "", "", str(other), message))
    return named


def _plain(header: object) -> str:
    return re.sub(r"[\s_\-]+", "", str(header)).lower()


def _read_column(
    table: str, column: Column, raw: "pd.Series[Any] | pd.DataFrame", faults: list[Fault]
) -> "pd.Series[Any]":
    if isinstance(raw, pd.DataFrame):  # a repeated header; the fault is noted already
        raw = raw.iloc[:, 0]
    read = _READERS[column.cell]
    values: list[Any] = []
    for label, value in zip(raw.index, raw.tolist(), strict=True):
        if _is_blank(value):
            values.append(column.default)
            if column.required:
                faults.append(Fault(table, column.name, str(label), "", f"The cell is blank. {_wanted(column)}"))
            continue
        try:
            values.append(read(column, value))
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
        numbers = np.array([np.nan if value is None else value for value in values], dtype=float)
        whole = column.cell is Cell.INTEGER and not np.isnan(numbers).any()
        if whole and (column.required or column.default is not None):
            return pd.Series(numbers.astype("int64"), index)
        return pd.Series(numbers, index)
    return pd.Series([None if value is None else value for value in values], index, dtype="str")


def _blank(column: Column, index: pd.Index) -> "pd.Series[Any]":
    return _typed(column, [column.default] * len(index), index)


def _check_key(table: Table, frame: pd.DataFrame, faults: list[Fault]) -> None:
    keys = frame[list(table.key)]
    first_row: dict[tuple[Any, ...], Hashable] = {}
    for label, *values in keys.itertuples(name=None):
        if all(_is_blank(value) for value in values) and table.column(table.key[0]).required:
            continue
        key = tuple("" if _is_blank(value) else value for value in values)
        if key in first_row:
            shown = " and ".join(str(value) for value in key if value != "") or "(all blank)"
            message = f"appears already in row {first_row[key]}. Keep one of the rows."
            faults.append(Fault(table.name, ", ".join(table.key), str(label), shown, message))
        else:
            first_row[key] = label


def _is_blank(value: Any) -> bool:
    if value is None or value is pd.NA or value is pd.NaT:
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and not value.strip()


def _as_text(value: Any) -> str | None:
    if _is_blank(value):
        return None
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value).strip()


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _read_text(column: Column, value: Any) -> str:
    if isinstance(value, datetime | date):
        raise _Unfit(f"is a date. {_wanted(column)} Format the cells as text and type the value again.")
    text = _as_text(value)
    if text is None or any(ord(character) < 32 for character in text):
        raise _Unfit(f"holds a line break or control character. {_wanted(column)}")
    return text


def _read_number(column: Column, value: Any) -> float:
    if isinstance(value, datetime | date):
        raise _Unfit(f"is a date. {_wanted(column)} Format the cells as numbers and type the value again.")
    if isinstance(value, bool | np.bool_):
        raise _Unfit(f"is not a number. {_wanted(column)}")
    if isinstance(value, str) and not _NUMBER.fullmatch(value.strip()):
        raise _Unfit(f"is not a number. {_wanted(column)} Write digits only, without units, signs or commas.")
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise _Unfit(f"is not a number. {_wanted(column)}") from None
    if not math.isfinite(number):
        raise _Unfit(f"is not a finite number. {_wanted(column)}")
    if column.name in {"easting", "northing"} and abs(number) <= 180:
        raise _Unfit(
            "looks like a latitude or longitude in degrees. Give British National Grid metres (EPSG:27700); "
            "GeoPandas' to_crs(27700) converts them."
        )
    if column.name in {"easting", "northing"} and not _in_range(column, number):
        raise _Unfit(f"is outside Great Britain. {_wanted(column)}")
    if not _in_range(column, number):
        raise _Unfit(f"is out of range. {_wanted(column)}")
    return number


def _in_range(column: Column, number: float) -> bool:
    return (column.least is None or number >= column.least) and (column.most is None or number <= column.most)


def _read_integer(column: Column, value: Any) -> float:
    number = _read_number(column, value)
    if not number.is_integer():
        raise _Unfit(f"is not a whole number. {_wanted(column)}")
    return number


def _read_flag(column: Column, value: Any) -> bool:
    word = str(_as_text(value)).lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Unfit(f"is neither yes nor no. {_wanted(column)}")


def _read_code(column: Column, value: Any) -> str:
    text = _read_text(column, value)
    return _match_code(column, text)


def _match_code(column: Column, text: str) -> str:
    by_plain = {_plain(code): code for code in column.allowed}
    by_plain |= {_plain(alias): code for alias, code in column.aliases.items()}
    code = by_plain.get(_plain(text))
    if code is None:
        raise _Unfit(f"is not allowed. Use one of {', '.join(column.allowed)}.")
    return code


def _read_codes(column: Column, value: Any) -> str:
    entries = split_list(_read_text(column, value))
    codes = [_match_code(column, entry) for entry in entries]
    return _joined(codes)


def _read_labels(column: Column, value: Any) -> str:
    return _joined([ANY if entry.lower() == ANY else entry for entry in split_list(_read_text(column, value))])


def _joined(entries: Sequence[str]) -> str:
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
    return f"an {cell}" if cell is Cell.ID else f"{cell}" if cell in {Cell.FLAG, Cell.MAYBE} else f"a {cell}"


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
}
