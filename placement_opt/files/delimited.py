"""A folder of CSV files: one for each table, parameters in parameters.toml."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import limits_now, read_whole
from placement_opt.files.parameter_table import PARAMETERS_FILE, parameters_text, read_parameters
from placement_opt.files.raw import Findings, RawTables, looks_like, match_names
from placement_opt.harmless import guarded, unguarded
from placement_opt.whole_files import written_beside

COMPANIONS = frozenset({"travel"})
"""Names of CSV files that may lie in the folder of a problem and are no table of it."""

_SAVE_AS = "In Excel: Save As, 'CSV UTF-8 (Comma delimited)'."
_LONGEST_CELL_LINES = 50
_MOST_TRIED = 200
"""Broken lines after which no more cells over several lines are looked for: each search reads many lines again."""


@dataclass
class CsvTable:
    """One CSV file as it stands: rows labelled by line, what is wrong, and which rows are broken."""

    table: str
    file: str
    frame: pd.DataFrame | None = None
    faults: list[Fault] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def fault(self, line: int | str, message: str, *, value: str = "", breaks: bool = False) -> None:
        """Note what is wrong with a line, or with the whole file where `line` is blank."""
        self.faults.append(Fault(self.table, "", str(line), value, message))
        if breaks:
            self.broken.add(str(line))


def read_folder(folder: Path) -> RawTables:
    """Read the CSV files of a folder and its parameters.toml.

    Parameters
    ----------
    folder
        A folder that exists.
    """
    findings = Findings("file")
    paths = {path.stem: path for path in folder.iterdir() if path.suffix.lower() == ".csv"}
    for table, name in match_names(set(paths) - COMPANIONS, findings).items():
        if table == "parameters":
            findings.lose(
                table, f"Parameters of a folder stand in {PARAMETERS_FILE}. Move them there and remove the CSV file."
            )
            continue
        read = read_csv(paths[name], table)
        findings.faults.extend(read.faults)
        findings.broken.update((table, line) for line in read.broken)
        if read.frame is None:
            findings.unknown.add(table)
        else:
            findings.frames[table] = read.frame
    parameters = folder / PARAMETERS_FILE
    if parameters.is_file():
        findings.frames["parameters"] = read_parameters(parameters, findings)
    return findings.sealed()


def read_csv(path: Path, table: str) -> CsvTable:
    """Read a CSV file as text, strictly: every line has as many fields as the header, and nothing is guessed."""
    read = CsvTable(table, path.name)
    what = looks_like(path)
    if what not in {"text", "an empty file", "a file of an unknown format"}:
        read.fault("", f"{path.name} is not a CSV file: it is {what}. Save the table as CSV and use that file.")
        return read
    try:
        lines = _decoded(read_whole(path, table), read)
    except InputError as error:
        read.faults.extend(error.faults)
        return read
    start = next((number for number, line in enumerate(lines) if line.strip()), None)
    if start is None:
        read.fault("", f"{path.name} is empty. Its first line holds the names of the columns.")
        return read
    header = _header(lines[start], start + 1, read)
    if header is None:
        return read
    read.frame = _even_frame(lines, start, header)
    if read.frame is None:
        labels, records = _records(lines, start, len(header), read)
        read.frame = pd.DataFrame(records, index=labels, columns=header, dtype=object)
    if any("'" in line for line in lines):
        read.frame = _without_guards(read.frame)
    return read


def write_folder(frames: Mapping[str, pd.DataFrame], parameters: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Write tables to a folder, all or nothing; files that are no table of a problem stay as they are.

    Parameters
    ----------
    frames
        Tables of plain values by name. An empty one is written only where its file exists already.
    parameters
        Rows of parameter, value, year and source.
    folder
        Made if it does not exist.
    """
    is_new = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with ExitStack() as stack:
            for name, frame in frames.items():
                path = folder / f"{name}.csv"
                if not frame.empty or path.exists():
                    _write_csv(frame, stack.enter_context(written_beside(path)))
            path = folder / PARAMETERS_FILE
            if parameters or path.exists():
                draft = stack.enter_context(written_beside(path))
                draft.write_text(parameters_text(parameters), encoding="utf-8", newline="\n")
    except BaseException:
        if is_new and not any(folder.iterdir()):
            folder.rmdir()
        raise


def _write_csv(frame: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow([guarded(name) for name in frame.columns])
        writer.writerows([_text(value) for value in row] for row in frame.itertuples(index=False, name=None))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(value) if isinstance(value, str) else "" if value is None else str(value)


def _header(text: str, line: int, read: CsvTable) -> list[str] | None:
    """Return the names of the columns, or None and why not."""
    header, most = _fields(text), limits_now().columns
    if header is None:
        read.fault(line, "A quotation mark in the header is not closed. Correct the names of the columns.")
    elif len(header) > most:
        message = f"The header has {len(header):,} columns; the most is {most:,}. Remove what is not the table, or "
        read.fault(line, f"{message}raise `columns` of `placement_opt.file_limits`.")
    elif len(header) == 1 and re.search(r"[;\t|]", header[0]):
        read.fault("", f"{read.file} is not separated by commas. {_SAVE_AS}", value=header[0][:60])
    else:
        return header
    return None


def _without_guards(frame: pd.DataFrame) -> pd.DataFrame:
    """Take off the apostrophes that `write_folder` puts before texts which a spreadsheet would take for formulas."""
    columns = [frame.iloc[:, at] for at in range(frame.shape[1])]
    guarded_at = [at for at, cells in enumerate(columns) if cells.str.startswith("'").any()]
    for at in guarded_at:
        columns[at] = columns[at].map(unguarded)
    read = pd.concat(columns, axis="columns") if guarded_at else frame
    return read.set_axis([unguarded(name) for name in frame.columns], axis="columns")


def _decoded(data: bytes, read: CsvTable) -> list[str]:
    """Return the lines of a file; what is not UTF-8 is noted, and read as what it probably is."""
    encoding = _wide_encoding(data)
    if encoding:
        read.fault("", f"{read.file} is UTF-16 text, not UTF-8. {_SAVE_AS}", value="UTF-16")
        return _split(data.decode(encoding, errors="replace"))
    try:
        return _split(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _mixed(data, read)


def _wide_encoding(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    start = data[:400]
    if len(start) >= 8 and start.count(0) > len(start) // 3:
        return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
    return ""


def _mixed(data: bytes, read: CsvTable) -> list[str]:
    lines, foreign = [], []
    for number, line in enumerate(re.split(rb"\r\n|\n|\r", data.removeprefix(b"\xef\xbb\xbf")), start=1):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", errors="replace"))
            foreign.append(number)
    more = f" (nor in {len(foreign) - 1:,} more lines)" if len(foreign) > 1 else ""
    message = f"{read.file} is not UTF-8 in this line{more}; it is probably Windows-1252. {_SAVE_AS}"
    read.fault(foreign[0], message, value=lines[foreign[0] - 1][:60])
    return lines


def _split(text: str) -> list[str]:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _fields(text: str) -> list[str] | None:
    """Return the fields of a record; None where its quotation marks do not match."""
    if '"' not in text:
        return text.split(",")
    try:
        return next(csv.reader(text.splitlines(keepends=True), strict=True))
    except (csv.Error, StopIteration):
        return None


def _even_frame(lines: list[str], header: int, names: list[str]) -> pd.DataFrame | None:
    """Read lines that need no care, fast; None where one has quotation marks, NULs, other widths or nothing in it."""
    last = next(number for number in range(len(lines), 0, -1) if lines[number - 1])
    body = lines[header + 1 : last]
    text = "\n".join(body)
    commas = len(names) - 1
    if not body or '"' in text or "\0" in text:
        return None
    if any(line.count(",") != commas or not line.strip(", \t") for line in body):
        return None
    frame = pd.read_csv(
        io.StringIO(text), header=None, dtype="object", na_filter=False, quoting=csv.QUOTE_NONE, skip_blank_lines=False
    )
    return frame.set_axis(names, axis="columns").set_axis(range(header + 2, last + 1))


def _records(lines: list[str], header: int, width: int, read: CsvTable) -> tuple[list[int], list[list[str]]]:
    labels: list[int] = []
    records: list[list[str]] = []
    number = header + 1
    while number < len(lines):
        label, line = number + 1, lines[number]
        number += 1
        if "\0" in line:
            line = line.replace("\0", "")
            read.fault(label, "The line holds NUL bytes: the file is damaged. Export it again.", breaks=True)
        if not line.strip(", \t"):
            continue
        fields = _fields(line)
        if fields is None:
            most = _LONGEST_CELL_LINES if len(read.broken) < _MOST_TRIED else 1
            fields, taken = _over_several_lines(lines, number - 1, width, most)
            number += taken - 1
            if taken == 1:
                message = "A quotation mark in this line is not closed, or stands inside a cell. Correct the line."
                if len(line) > csv.field_size_limit():
                    message = f"A cell of this line is longer than {csv.field_size_limit():,} characters. Shorten it."
                read.fault(label, message, value=line[:60], breaks=True)
        if len(fields) != width and str(label) not in read.broken:
            read.fault(label, _width_message(len(fields), width, is_last=number >= len(lines)), breaks=True)
        labels.append(label)
        records.append([*fields, *[""] * width][:width])
    return labels, records


def _over_several_lines(lines: list[str], first: int, width: int, most: int) -> tuple[list[str], int]:
    """Read a record whose cells hold line breaks; where that fails, one line without its quotation marks."""
    for taken in range(2, min(most, len(lines) - first) + 1):
        fields = _fields("\n".join(lines[first : first + taken]))
        if fields is not None and len(fields) == width:
            return fields, taken
    return lines[first].replace('"', "").split(","), 1


def _width_message(found: int, width: int, *, is_last: bool) -> str:
    if found < width:
        cut = " The file may have been cut off here." if is_last else ""
        return (
            f"The line has {found} fields where the header has {width}.{cut} Correct the line or export the file again."
        )
    return f"The line has {found} fields where the header has {width}. Put quotation marks around text with commas."
