"""The person-level SEN2 return, as its "Blade" export: who has a plan, with which need, and where they are now.

Whatever could name a child (names, numbers, date of birth, postcode) stays inside `placement_opt.registers`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.csv_rows import Row, Rows, read_rows
from placement_opt.registers.reading import Note, Outcome
from placement_opt.schema import NEEDS

MODULES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "person": (("persontableid", "personbirthdate", "postcode"), ("upn",)),
    "requests": (("requeststableid", "persontableid"), ()),
    "activeplans": (("activeplanstableid", "requeststableid"), ("res",)),
    "placementdetail": (
        ("activeplanstableid", "urn", "placementrank"),
        (
            "ukprn",
            "sensetting",
            "entrydate",
            "leavingdate",
            "senunitindicator",
            "resourcedprovisionindicator",
            "res",
        ),
    ),
    "senneed": (("activeplanstableid", "sentype", "sentyperank"), ()),
}
"""The modules that are read: their required and their optional columns. (`res` moved from activeplans to
placementdetail in version 1.2 of the return.)"""

_YEAR_FIRST = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2}|[A-Za-z]{3})-(?P<day>\d{1,2})([ T].*)?")
_DAY_FIRST = re.compile(r"(?P<day>\d{1,2})/(?P<month>\d{1,2})/(?P<year>\d{4})( .*)?")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FILE_DATE = re.compile(r"(?<!\d)(\d{2})-(\d{2})-(\d{4})(?!\d)")
SETTING_CODES = {
    "OLA": "arrangements by the council otherwise than at school (section 61)",
    "OPA": "arrangements by the parents or young person (section 42(5))",
    "EHE": "educated at home by choice",
    "EYP": "early years provider without a URN",
    "OTH": "other, or no school named yet",
    "NEET": "not in education, employment or training, 16-25",
    "NIEC": "not in education, notice that the plan ends",
    "NIEO": "not in education, other, such as awaiting a place",
}
"""What `sensetting` says where a pupil is at no school (SEN2 guide 2025, item 5.7c)."""

_YES = {"1", "y", "yes", "true", "t"}


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a pupil is now, as the return has it."""

    line: int
    urn: str = ""
    ukprn: str = ""
    code: str = ""
    """`sensetting`, where there is no school."""
    in_unit: bool = False
    in_resourced_provision: bool = False
    boards: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """One row of the module `person`, linked to its plan; `identity` and `postcode` must not leave the package."""

    line: int
    table_id: str = field(repr=False)
    identity: str = field(repr=False)
    """The unique pupil number where the person has one of their own; else blank."""
    postcode: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    needs: tuple[str, ...]
    """Need codes by rank."""
    placement: Placement | None
    fault: str = ""
    """Why the row cannot be used; blank = it can."""


@dataclass(frozen=True)
class Return:
    """The persons of a return and what became of the rows of its modules."""

    persons: tuple[Person, ...]
    reference_date: date | None
    notes: tuple[Note, ...]
    rows_read: dict[str, int]


def read_return(folder: Path, faults: list[Fault]) -> Return:
    """Read the modules person, requests, activeplans, placementdetail and senneed of a SEN2 export.

    Parameters
    ----------
    folder
        Holds one CSV file for each module, named `..._<module>.csv`.
    faults
        Every fault found is added to this list.
    """
    files = _find_modules(folder, faults)
    modules = {
        name: read_rows(files[name], name, faults, required=MODULES[name][0], optional=MODULES[name][1])
        for name in MODULES
        if name in files
    }
    read = {name: len(modules.get(name, ())) for name in MODULES}
    if len(modules) < len(MODULES) or faults:
        return Return((), None, (), read)
    reference_date = _reference_date(files)
    notes: list[Note] = []
    plans = _plans_by_person(modules["person"], modules["requests"], modules["activeplans"], notes)
    plan_ids = {row["activeplanstableid"] for row in plans.values()}
    needs = _needs_by_plan(modules["senneed"], plan_ids, notes)
    placements = _placements_by_plan(modules["placementdetail"], plan_ids, reference_date, notes)
    persons = _persons(modules["person"], plans, needs, placements)
    return Return(tuple(persons), reference_date, tuple(notes), read)


def _find_modules(folder: Path, faults: list[Fault]) -> dict[str, Path]:
    if not folder.is_dir():
        message = "is not a folder. Give the folder that holds the modules of the SEN2 export."
        faults.append(Fault("sen2", "", "", str(folder), message))
        return {}
    files: dict[str, Path] = {}
    for name in (*MODULES, "sen2"):
        pattern = re.compile(rf"(.*_)?{name}\.csv", re.IGNORECASE)
        found = sorted(path for path in folder.iterdir() if pattern.fullmatch(path.name))
        if len(found) > 1:
            names = ", ".join(path.name for path in found)
            message = f"The folder has more than one file of the module {name}: {names}. Leave one."
            faults.append(Fault(name, "", "", "", message))
        elif found:
            files[name] = found[0]
        elif name in MODULES:
            message = f"The module is missing: the folder has no file whose name ends in _{name}.csv."
            faults.append(Fault(name, "", "", str(folder), message))
    return files


def _reference_date(files: Mapping[str, Path]) -> date | None:
    """Return the date in the module `sen2`, else the date in a file's name."""
    if "sen2" in files:
        unused: list[Fault] = []
        for row in read_rows(files["sen2"], "sen2", unused, required=("referencedate",)):
            given = parse_date(row["referencedate"])
            if given is not None:
                return given
    for path in files.values():
        match = _FILE_DATE.search(path.name)
        if match:
            day, month, year = (int(part) for part in match.groups())
            try:
                return date(year, month, day)
            except ValueError:
                continue
    return None


def parse_date(text: str) -> date | None:
    """Return a date of the return, or None where the text is none.

    Examples
    --------
    >>> parse_date("2022-Sep-28 00:00:00")
    datetime.date(2022, 9, 28)
    """
    match = _YEAR_FIRST.fullmatch(text) or _DAY_FIRST.fullmatch(text)
    if match is None:
        return None
    month = match["month"].lower()
    if not month.isdigit() and month not in _MONTHS:
        return None
    try:
        return date(int(match["year"]), int(month) if month.isdigit() else _MONTHS.index(month) + 1, int(match["day"]))
    except ValueError:
        return None


def _plans_by_person(persons: Rows, requests: Rows, plans: Rows, notes: list[Note]) -> dict[str, Row]:
    """Return the row of the active plan by person, following person, requests, activeplans."""
    known = {row["persontableid"] for row in persons}
    person_of: dict[str, str] = {}
    for row in requests:
        if row["persontableid"] in known:
            person_of[row["requeststableid"]] = row["persontableid"]
        else:
            notes.append(Note("requests", row.line, "", Outcome.DROPPED, "its person is not in the module person"))
    found: dict[str, Row] = {}
    for row in plans:
        person = person_of.get(row["requeststableid"])
        if person is None:
            notes.append(Note("activeplans", row.line, "", Outcome.DROPPED, "its request or person is not there"))
            continue
        if person in found:
            message = "the person has another active plan further down"
            notes.append(Note("activeplans", found[person].line, "", Outcome.DROPPED, message))
        found[person] = row
    return found


def _needs_by_plan(rows: Rows, plan_ids: Iterable[str], notes: list[Note]) -> dict[str, tuple[str, ...]]:
    ranked: dict[str, list[tuple[int, int, str]]] = {plan: [] for plan in plan_ids}
    for row in rows:
        plan, need = row["activeplanstableid"], row["sentype"].upper()
        if plan not in ranked:
            notes.append(Note("senneed", row.line, "", Outcome.DROPPED, "its plan is not used"))
        elif need not in NEEDS:
            notes.append(Note("senneed", row.line, "", Outcome.DROPPED, "not a need code of the return"))
        else:
            rank = int(row["sentyperank"]) if row["sentyperank"].isdigit() else 99
            ranked[plan].append((rank, row.line, need))
    return {plan: tuple(dict.fromkeys(need for _, _, need in sorted(found))) for plan, found in ranked.items()}


def _placements_by_plan(
    rows: Rows, plan_ids: Iterable[str], reference_date: date | None, notes: list[Note]
) -> dict[str, Placement]:
    """Return the present placement of each plan: rank 1 and not yet left; of several, the one entered last."""
    known = set(plan_ids)
    found: dict[str, tuple[date, Row]] = {}
    for row in rows:
        plan = row["activeplanstableid"]
        reason = "its plan is not used" if plan not in known else _not_present(row, reference_date)
        entered = parse_date(row["entrydate"]) or date.min
        if not reason and plan in found:
            reason = "the pupil has another present placement, entered later"
            if entered >= found[plan][0]:
                earlier, found[plan] = found[plan][1], (entered, row)
                notes.append(Note("placementdetail", earlier.line, "", Outcome.DROPPED, reason))
                continue
        if reason:
            notes.append(Note("placementdetail", row.line, "", Outcome.DROPPED, reason))
        else:
            found[plan] = (entered, row)
    return {plan: _placement(row) for plan, (_, row) in found.items()}


def _not_present(row: Row, reference_date: date | None) -> str:
    if row["placementrank"] not in {"1", ""}:
        return "not the first placement of the plan"
    left = parse_date(row["leavingdate"])
    if row["leavingdate"] and (left is None or reference_date is None or left <= reference_date):
        return "left before the return"
    return ""


def _placement(row: Row) -> Placement:
    return Placement(
        line=row.line,
        urn=row["urn"].removesuffix(".0"),
        ukprn=row["ukprn"].removesuffix(".0"),
        code=row["sensetting"].upper(),
        in_unit=_is_yes(row["senunitindicator"]),
        in_resourced_provision=_is_yes(row["resourcedprovisionindicator"]),
        boards=_is_yes(row["res"]),
    )


def _is_yes(text: str) -> bool:
    return text.lower() in _YES


def _persons(
    rows: Rows,
    plans: Mapping[str, Row],
    needs: Mapping[str, tuple[str, ...]],
    placements: Mapping[str, Placement],
) -> Iterator[Person]:
    seen: set[str] = set()
    numbers = Counter(row["upn"].upper() for row in rows)
    for row in rows:
        table_id, number = row["persontableid"], row["upn"].upper()
        fault = _unusable(row, plans.get(table_id), seen)
        plan = None if table_id in seen else plans.get(table_id)
        plan_id = plan["activeplanstableid"] if plan is not None else ""
        placement = placements.get(plan_id)
        if placement is not None and plan is not None and _is_yes(plan["res"]):
            placement = replace(placement, boards=True)
        yield Person(
            line=row.line,
            table_id=table_id,
            identity=f"upn {number}" if number and numbers[number] == 1 else "",
            postcode=row["postcode"],
            birth_date=parse_date(row["personbirthdate"]),
            needs=needs.get(plan_id, ()),
            placement=placement,
            fault=fault,
        )
        seen.add(table_id)


def _unusable(row: Row, plan: Row | None, seen: set[str]) -> str:
    if not row["persontableid"]:
        return "no person number (persontableid)"
    if row["persontableid"] in seen:
        return "the person number (persontableid) appears already"
    if plan is None:
        return "no active plan"
    if parse_date(row["personbirthdate"]) is None:
        return "no readable date of birth"
    return ""
