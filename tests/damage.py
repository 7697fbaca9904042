"""Damage to the files of a return, of the sorts that happen: at random, from a seed."""

import csv
import io
import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.register_files import MODULE_COLUMNS, SECONDARY, SPECIAL, Child, make_files, school

Bytes = dict[str, bytes]
Damage = Callable[[Bytes, random.Random], None]

JUNK = (
    "",
    "0",
    "-1",
    "²",
    "١٢",
    "9" * 30,
    "1e999",
    "nan",
    "#REF!",
    "31/02/2015",
    "2015-13-40",
    "0000-00-00",
    "9999-Dec-31",
)
ODD_TEXT = ("é", "\x00", "\x85", "’", "🙂", ";", "\t", '"', "'", ",")
LINE_BREAKS = ("\r", "\n", "\r\n")


def good_files(folder: Path) -> Bytes:
    """Return a small return, register and postcode file by name, each child with another surname and postcode."""
    schools = [
        school("900001", "Alder Lane", **{"SenUnitCapacity": "12", "TypeOfResourcedProvision (name)": "SEN unit"}),
        school("900002", "Birch Hill", **SECONDARY),
        school("900003", "Cedar Court", **SPECIAL),
        school("900004", "Elm Bank", **{"TypeOfEstablishment (name)": "Pupil referral unit", "PlacesPRU": "20"}),
    ]
    born = [f"{2008 + number}-{month}-1{number} 00:00:00" for number, month in enumerate(("May", "Oct", "Jan", "Sep"))]
    children = [
        Child(
            born[number % 4], f"90000{1 + number % 4}", ("ASD", "SLCN")[: 1 + number % 2], f"ZZ1 1A{'AB'[number % 2]}"
        )
        for number in range(10)
    ]
    children += [Child(urn="", code="EHE"), Child(urn="", code="NEET"), Child(needs=()), Child(unit="1")]
    make_files(folder, schools, children)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def damaged(files: Bytes, seed: int) -> Bytes:
    """Return a copy with one to three damages."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    result = dict(files)
    for _ in range(chance.choice((1, 1, 1, 2, 2, 3))):
        chance.choice(DAMAGES)(result, chance)
    return result


def persons_in(data: bytes) -> int | None:
    """Return the rows of a file by its lines alone; None where its text cannot be told."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            lines = [line for line in re.split(r"\r\n|\n|\r", data.decode(encoding)) if line]
        except UnicodeDecodeError:
            continue
        while lines and not lines[0].strip(","):
            lines.pop(0)
        return len(lines) - 1
    return None


def _pick(files: Bytes, chance: random.Random) -> str:
    """Return the name of a file, mostly one of the return's."""
    modules = [name for name in sorted(files) if name.startswith("Blade")]
    return chance.choice(modules if modules and chance.random() < 0.8 else sorted(files))


def _table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("cp1252", "replace"), newline="")))


def _bytes(rows: Iterable[Iterable[str]], encoding: str = "utf-8") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows(rows)
    return stream.getvalue().encode(encoding, "replace")


def _on_rows(change: Callable[[list[list[str]], random.Random], None]) -> Damage:
    def damage(files: Bytes, chance: random.Random) -> None:
        if not files:
            return
        name = _pick(files, chance)
        try:
            rows = _table(files[name])
        except csv.Error:
            return
        if len(rows) > 1 and len(rows[0]) > 1:
            change(rows, chance)
            files[name] = _bytes(rows)

    return damage


def _on_bytes(change: Callable[[bytes, random.Random], bytes]) -> Damage:
    def damage(files: Bytes, chance: random.Random) -> None:
        if files:
            name = _pick(files, chance)
            files[name] = change(files[name], chance)

    return damage


def _drop_column(rows: list[list[str]], chance: random.Random) -> None:
    place = chance.randrange(len(rows[0]))
    for row in rows:
        del row[place : place + 1]


def _rename_column(rows: list[list[str]], chance: random.Random) -> None:
    place = chance.randrange(len(rows[0]))
    rows[0][place] = chance.choice(("", rows[0][place - 1], rows[0][place].upper(), "Column1", rows[0][place][:-1]))


def _move_columns(rows: list[list[str]], chance: random.Random) -> None:
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    rows[:] = [[row[place] for place in order if place < len(row)] for row in rows]


def _change_cells(texts: Iterable[str]) -> Callable[[list[list[str]], random.Random], None]:
    texts = tuple(texts)

    def change(rows: list[list[str]], chance: random.Random) -> None:
        for _ in range(chance.choice((1, 1, 3, 20))):
            row = chance.choice(rows[1:])
            if row:
                row[chance.randrange(len(row))] = chance.choice(texts)

    return change


def _change_column(rows: list[list[str]], chance: random.Random) -> None:
    place, text = chance.randrange(len(rows[0])), chance.choice(JUNK)
    for row in rows[1:]:
        if place < len(row):
            row[place] = text


def _blank_row(rows: list[list[str]], chance: random.Random) -> None:
    rows.insert(chance.randrange(1, len(rows)), [""] * len(rows[0]))


def _repeat_rows(rows: list[list[str]], chance: random.Random) -> None:
    rows.extend([list(chance.choice(rows)) for _ in range(chance.choice((1, 2, 10)))])


def _delete_rows(rows: list[list[str]], chance: random.Random) -> None:
    rows[:] = [row for row in rows if chance.random() < 0.7]


def _shuffle_rows(rows: list[list[str]], chance: random.Random) -> None:
    chance.shuffle(rows)


def _swap(files: Bytes, chance: random.Random) -> None:
    if files:
        one, two = _pick(files, chance), _pick(files, chance)
        files[one], files[two] = files[two], files[one]


def _copy(files: Bytes, chance: random.Random) -> None:
    if files:
        files[f"copy_{_pick(files, chance)}"] = files[_pick(files, chance)]


def _delete(files: Bytes, chance: random.Random) -> None:
    if files:
        del files[_pick(files, chance)]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _insert(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.choice((1, 1, 2, 4))):
        place = chance.randrange(len(data) + 1)
        data = data[:place] + chance.choice((*ODD_TEXT, *LINE_BREAKS)).encode() + data[place:]
    return data


def _quotes(data: bytes, chance: random.Random) -> bytes:
    """Put quotation marks at the beginning or the end of cells, where a reader takes them for real ones."""
    for _ in range(chance.choice((1, 2, 2, 3))):
        places = [match.end() for match in re.finditer(rb"[,\n]", data)]
        if places:
            place = chance.choice(places) - chance.choice((0, 1))
            data = data[:place] + b'"' + data[place:]
    return data


def _recode(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("cp1252", "replace")
    return text.encode(chance.choice(("utf-16", "utf-16-le", "utf-8-sig", "cp037", "utf-32", "latin-1")), "replace")


def _line_ends(data: bytes, chance: random.Random) -> bytes:
    return data.replace(b"\r\n", chance.choice((b"\n", b"\r", b"\r\n\r\n", b"\n\r")))


def _noise(data: bytes, chance: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(chance.choice((1, 5, 50))):
        if found:
            found[chance.randrange(len(found))] = chance.randrange(256)
    return bytes(found)


DAMAGES: tuple[Damage, ...] = (
    _on_rows(_drop_column),
    _on_rows(_rename_column),
    _on_rows(_move_columns),
    _on_rows(_change_cells(("",))),
    _on_rows(_change_cells(JUNK)),
    _on_rows(_change_cells(ODD_TEXT)),
    _on_rows(_change_column),
    _on_rows(_blank_row),
    _on_rows(_repeat_rows),
    _on_rows(_delete_rows),
    _on_rows(_shuffle_rows),
    _on_bytes(_cut),
    _on_bytes(_insert),
    _on_bytes(_quotes),
    _on_bytes(_recode),
    _on_bytes(_line_ends),
    _on_bytes(_noise),
    _swap,
    _copy,
    _delete,
)

PERSONAL = tuple(f"{word}{number}" for word in ("Madeupsurname", "Madeupforename") for number in range(1, 15))
"""Names that the good files hold."""

assert "surname" in MODULE_COLUMNS["person"]
