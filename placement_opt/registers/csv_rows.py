"""Rows of a CSV file with their line numbers, its columns found by name; faults never repeat what a cell holds."""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from placement_opt.errors import Fault

_MOST_ROW_FAULTS = 20
_ZIP_START = b"PK\x03\x04"
_OLD_EXCEL_START = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the line on which it ends, and its cells by column name; a column that the file lacks is blank."""

    line: int
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")


@dataclass(frozen=True)
class Rows:
    """The rows of a file and which of the wanted columns it has."""

    rows: tuple[Row, ...]
    columns: frozenset[str]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)


def read_rows(
    path: Path, source: str, faults: list[Fault], *, required: Sequence[str], optional: Sequence[str] = ()
) -> Rows:
    """Read the wanted columns of a CSV file in UTF-8 or Windows-1252, plain or gzipped.

    Parameters
    ----------
    path
        The file.
    source
        What to call it in messages.
    faults
        Every fault found is added to this list.
    required, optional
        Columns to read, by name; case, spaces and order do not matter.

    Notes
    -----
    A message names the line, never the cells: a return holds personal data.
    """
    text = read_text(path, source, faults)
    if text is None:
        return Rows((), frozenset())
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next((cells for cells in reader if any(cells)), None)
        if header is None:
            faults.append(Fault(source, "", "", path.name, "The file is empty."))
            return Rows((), frozenset())
        places = _find_columns(header, source, path, faults, required, optional)
        return Rows(tuple(_cut_rows(reader, len(header), places, source, faults)), frozenset(places))
    except csv.Error:
        message = "cannot be read on from here: a quotation mark is missing or too many. Export the file again."
        faults.append(Fault(source, "", str(reader.line_num), path.name, message))
        return Rows((), frozenset())


def read_text(path: Path, source: str, faults: list[Fault]) -> str | None:
    """Return the text of a file in UTF-8 or Windows-1252, or None where there is none; faults say why."""
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".gz":
            data = gzip.decompress(data)
    except FileNotFoundError:
        faults.append(Fault(source, "", "", str(path), "There is no such file."))
        return None
    except (OSError, EOFError, zlib.error) as error:
        faults.append(Fault(source, "", "", str(path), f"cannot be opened ({type(error).__name__})."))
        return None
    if data.startswith((_ZIP_START, _OLD_EXCEL_START)):
        faults.append(Fault(source, "", "", path.name, "is an Excel workbook or a zip file. Save or unpack it as CSV."))
        return None
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    message = "is not a text file in UTF-8 or Windows-1252. Save it as CSV (UTF-8)."
    faults.append(Fault(source, "", "", path.name, message))
    return None


def _find_columns(
    header: Sequence[str],
    source: str,
    path: Path,
    faults: list[Fault],
    required: Sequence[str],
    optional: Sequence[str],
) -> dict[str, int]:
    found: dict[str, int] = {}
    wanted = {_plain(name): name for name in (*required, *optional)}
    for place, cell in enumerate(header):
        name = wanted.get(_plain(cell))
        if name is not None and name in found:
            faults.append(Fault(source, name, "1", "", "The column appears twice. Keep one of them."))
        elif name is not None:
            found[name] = place
    missing = [name for name in required if name not in found]
    if missing and not found:
        message = f"Its first line holds none of the columns of {source}: {', '.join(required)}. Is it another file?"
        faults.append(Fault(source, "", "1", path.name, message))
    else:
        faults.extend(
            Fault(source, name, "", "", f"The column is missing from {path.name}. Export the file with it.")
            for name in missing
        )
    return found


def _cut_rows(
    reader: Iterator[list[str]], width: int, places: dict[str, int], source: str, faults: list[Fault]
) -> Iterator[Row]:
    wrong = 0
    for cells in reader:
        if not any(cells):
            continue
        line: int = reader.line_num  # type: ignore[attr-defined]
        if len(cells) < width or any(cells[width:]):
            wrong += 1
            if wrong <= _MOST_ROW_FAULTS:
                message = f"The row has {len(cells)} cells, the first line {width}. Is the file cut off?"
                faults.append(Fault(source, "", str(line), "", message))
            continue
        yield Row(line, {name: cells[place].strip() for name, place in places.items()})
    if wrong > _MOST_ROW_FAULTS:
        message = f"{wrong - _MOST_ROW_FAULTS} more rows do not have as many cells as the first line."
        faults.append(Fault(source, "", "", "", message))


def _plain(header: str) -> str:
    return re.sub(r"[\s_]+", "", header).lower()
