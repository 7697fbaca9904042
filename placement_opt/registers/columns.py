"""Columns found by any of their names: what each is called in the layouts that are about, and what it is needed for."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from placement_opt.errors import Fault

_SHOWN_ALIASES = 4


@dataclass(frozen=True, slots=True)
class Wanted:
    """A column to read.

    Parameters
    ----------
    name
        What the reader calls it, and its name in the usual layout.
    purpose
        What it is needed for, to follow "needed for".
    aliases
        Its names in other layouts, the preferred one first.
    required
        Whether nothing can be read without it.
    """

    name: str
    purpose: str = ""
    aliases: tuple[str, ...] = ()
    required: bool = False


def plain_header(header: str) -> str:
    r"""Return a heading in small letters and digits only, in which headings are compared.

    Examples
    --------
    >>> plain_header("Date of Birth \n(ccyy-mm-dd)"), plain_header("LA (code)") == plain_header("la_code")
    ('dateofbirthccyymmdd', True)
    """
    return re.sub(r"[^a-z0-9]+", "", header.lower())


def _short_header(header: str) -> str:
    """Return the plain heading without the explanation that follows in brackets or on a new line.

    "(code)" and "(name)" are no explanation: the register tells columns apart by them.
    """
    return plain_header(re.split(r"\n|\((?!code\)|name\))", header, maxsplit=1)[0])


def find_columns(
    header: Sequence[str], source: str, file: str, faults: list[Fault], wanted: Iterable[Wanted]
) -> dict[str, int]:
    """Return the place of each wanted column; faults say which are missing or appear twice.

    Parameters
    ----------
    header
        The headings. Case, spaces and punctuation do not matter.
    source, file
        What to call table and file in messages.
    faults
        Every fault found is added to this list.
    wanted
        The columns. Of several headings that mean one column the preferred one is taken.
    """
    wanted = tuple(wanted)
    places, repeated = _places(header)
    found: dict[str, int] = {}
    for column in wanted:
        keys = [plain_header(name) for name in (column.name, *column.aliases)]
        key = next((key for key in keys if key in places), None)
        if key is None:
            continue
        found[column.name] = places[key]
        if key in repeated:
            faults.append(Fault(source, column.name, "1", "", "The column appears twice. Keep one of them."))
    missing = [column for column in wanted if column.required and column.name not in found]
    if missing and not found:
        names = ", ".join(column.name for column in wanted if column.required)
        message = f"Its first line holds none of the columns of {source}: {names}. Is it another file?"
        faults.append(Fault(source, "", "1", file, message))
    else:
        faults.extend(Fault(source, column.name, "", "", _missing_text(column, file)) for column in missing)
    return found


def _places(header: Sequence[str]) -> tuple[dict[str, int], set[str]]:
    places: dict[str, int] = {}
    repeated: set[str] = set()
    for place, cell in enumerate(header):
        key = plain_header(cell)
        if key in places:
            repeated.add(key)
        elif key:
            places[key] = place
    for place, cell in enumerate(header):
        places.setdefault(_short_header(cell), place)
    return places, repeated


def _missing_text(column: Wanted, file: str) -> str:
    purpose = f"; it is needed for {column.purpose}" if column.purpose else ""
    known = [alias.split("\n", maxsplit=1)[0].strip() for alias in column.aliases[:_SHOWN_ALIASES]]
    also = f" (or as {', '.join(dict.fromkeys(known))})" if known else ""
    return f"The column is missing from {file}{purpose}. Export the file with it{also}."


def absent(found: Collection[str], wanted: Iterable[Wanted]) -> dict[str, list[str]]:
    """Return the columns that a file could have and lacks, by what they are needed for; those with a purpose only.

    Parameters
    ----------
    found
        The columns that it has.
    wanted
        The columns that were looked for.
    """
    missing: dict[str, list[str]] = {}
    for column in wanted:
        if column.purpose and not column.required and column.name not in found:
            missing.setdefault(column.purpose, []).append(column.name)
    return missing
