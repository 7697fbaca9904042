"""The person-level SEN2 return: who has a plan, with which need, and where they are now.

Whatever could name a child (names, numbers, date of birth, postcode) stays inside `placement_opt.registers`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.csv_rows import Row, Rows
from placement_opt.registers.dates import date_in_name, parse_date
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.sen2_columns import NEEDED_MODULES, USED_MODULES
from placement_opt.registers.sen2_files import Modules, label, read_modules
from placement_opt.registers.sen2_pending import why_no_plan
from placement_opt.schema import NEEDS

_YES = {"1", "1.0", "y", "yes", "true", "t"}
_LAST_RANK = 99
_RANK = re.compile(r"[0-9]{1,2}")


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
    has_flags: bool = False
    """Whether the return says, yes or no, if the pupil is in a unit or resourced provision."""
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
    has_plan: bool = False
    shares_number: bool = False
    """Whether another person has the same unique pupil number."""
    has_learner_number: bool = False
    requests: int = 0
    plans: int = 0
    transferred_in: bool = False
    placement_rows: int = 0
    """Rows of placements of the plan, ended ones too."""
    name: str = ""
    """The authority whose return this is; blank where there is only one."""


@dataclass(frozen=True)
class Return:
    """The persons of a return and what became of the rows of its modules."""

    persons: tuple[Person, ...]
    reference_date: date | None
    notes: tuple[Note, ...]
    rows_read: dict[str, int]
    name: str = ""
    authority_code: str = ""
    """The authority's number in the module `sen2`; blank where it does not say."""


def read_return(path: Path, faults: list[Fault], name: str = "") -> Return:
    """Read the modules person, requests, activeplans, placementdetail and senneed of a SEN2 return.

    Parameters
    ----------
    path
        A folder with one CSV file for each module, or the workbook of the data-entry template.
    faults
        Every fault found is added to this list.
    name
        Whose return it is, where there are several.
    """
    own: list[Fault] = []
    modules = read_modules(path, name, own)
    faults.extend(own)
    read = {label(module, name): modules[module].read for module in NEEDED_MODULES}
    read |= {label(module, name): modules[module].read for module in USED_MODULES if module in modules.rows}
    if own:
        return Return((), None, modules.notes, read, name)
    reference_date, code = _header(modules)
    notes: list[Note] = [*modules.notes]
    plans, plan_counts = _plans_by_person(modules, name, notes)
    plan_ids = {row["activeplanstableid"] for row in plans.values()}
    needs = _needs_by_plan(modules["senneed"], plan_ids, label("senneed", name), notes)
    placements = _placements_by_plan(
        modules["placementdetail"], plan_ids, reference_date, label("placementdetail", name), notes
    )
    facts = _Facts(
        plans,
        plan_counts,
        needs,
        placements,
        requests=Counter(row["persontableid"] for row in modules["requests"]),
        placement_rows=Counter(row["activeplanstableid"] for row in modules["placementdetail"]),
        why_no_plan=why_no_plan(modules),
        reference_date=reference_date,
    )
    persons = _persons(modules["person"], facts, name)
    return Return(tuple(persons), reference_date, tuple(notes), read, name, code)


def _header(modules: Modules) -> tuple[date | None, str]:
    """Return the date and the authority in the module `sen2`; the date else from a file's name."""
    for row in modules["sen2"]:
        given = parse_date(row["referencedate"])
        if given is not None:
            return given, row["lea"].removesuffix(".0")
    return next(filter(None, map(date_in_name, modules.files)), None), ""


def _plans_by_person(modules: Modules, name: str, notes: list[Note]) -> tuple[dict[str, Row], Counter[str]]:
    """Return the row of the active plan by person, following person, requests, activeplans, and how many there are."""
    known = {row["persontableid"] for row in modules["person"]} - {""}
    person_of: dict[str, str] = {}
    for row in modules["requests"]:
        request, reason = row["requeststableid"], ""
        if row["persontableid"] not in known:
            reason = "its person is not in the module person"
        elif request in person_of:
            reason = "the request's number appears already"
        if reason:
            notes.append(Note(label("requests", name), row.line, "", Outcome.DROPPED, reason))
        else:
            person_of[request] = row["persontableid"]
    found: dict[str, Row] = {}
    source = label("activeplans", name)
    counts: Counter[str] = Counter()
    for row in modules["activeplans"]:
        person = person_of.get(row["requeststableid"])
        if person is None:
            notes.append(Note(source, row.line, "", Outcome.DROPPED, "its request or person is not there"))
            continue
        counts[person] += 1
        if person in found:
            message = "the person has another active plan further down"
            notes.append(Note(source, found[person].line, "", Outcome.DROPPED, message))
        found[person] = row
    return found, counts


def _needs_by_plan(rows: Rows, plan_ids: Iterable[str], source: str, notes: list[Note]) -> dict[str, tuple[str, ...]]:
    ranked: dict[str, list[tuple[int, int, str]]] = {plan: [] for plan in plan_ids}
    for row in rows:
        plan, need = row["activeplanstableid"], row["sentype"].upper()
        if plan not in ranked:
            notes.append(Note(source, row.line, "", Outcome.DROPPED, "its plan is not used"))
        elif need not in NEEDS:
            notes.append(Note(source, row.line, "", Outcome.DROPPED, "not a need code of the return"))
        else:
            rank = int(row["sentyperank"]) if _RANK.fullmatch(row["sentyperank"]) else _LAST_RANK
            ranked[plan].append((rank, row.line, need))
    return {plan: tuple(dict.fromkeys(need for _, _, need in sorted(found))) for plan, found in ranked.items()}


def _placements_by_plan(
    rows: Rows, plan_ids: Iterable[str], reference_date: date | None, source: str, notes: list[Note]
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
                notes.append(Note(source, earlier.line, "", Outcome.DROPPED, reason))
                continue
        if reason:
            notes.append(Note(source, row.line, "", Outcome.DROPPED, reason))
        else:
            found[plan] = (entered, row)
    return {plan: _placement(row) for plan, (_, row) in found.items()}


def _not_present(row: Row, reference_date: date | None) -> str:
    if row["placementrank"].removesuffix(".0") not in {"1", ""}:
        return "not the first placement of the plan"
    left = parse_date(row["leavingdate"])
    if row["leavingdate"] and (left is None or reference_date is None or left <= reference_date):
        return "left before the return"
    return ""


def _placement(row: Row) -> Placement:
    unit, provision = row["senunitindicator"], row["resourcedprovisionindicator"]
    return Placement(
        line=row.line,
        urn=row["urn"].removesuffix(".0"),
        ukprn=row["ukprn"].removesuffix(".0"),
        code=row["sensetting"].upper(),
        in_unit=_is_yes(unit),
        in_resourced_provision=_is_yes(provision),
        has_flags=bool(unit or provision),
        boards=_is_yes(row["res"]),
    )


def _is_yes(text: str) -> bool:
    return text.lower() in _YES


@dataclass(frozen=True)
class _Facts:
    """What the other modules say of the persons."""

    plans: Mapping[str, Row]
    plan_counts: Mapping[str, int]
    needs: Mapping[str, tuple[str, ...]]
    placements: Mapping[str, Placement]
    requests: Mapping[str, int]
    placement_rows: Mapping[str, int]
    why_no_plan: Mapping[str, str]
    reference_date: date | None


def _persons(rows: Rows, facts: _Facts, name: str) -> Iterator[Person]:
    seen: set[str] = set()
    numbers = Counter(row["upn"].upper() for row in rows)
    for row in rows:
        table_id, number = row["persontableid"], row["upn"].upper()
        is_new = table_id not in seen
        plan = facts.plans.get(table_id) if is_new and table_id else None
        plan_id = plan["activeplanstableid"] if plan is not None else ""
        placement = facts.placements.get(plan_id)
        if placement is not None and plan is not None and _is_yes(plan["res"]):
            placement = replace(placement, boards=True)
        yield Person(
            line=row.line,
            table_id=table_id,
            identity=f"upn {number}" if number and numbers[number] == 1 else "",
            postcode=row["postcode"],
            birth_date=parse_date(row["personbirthdate"]),
            needs=facts.needs.get(plan_id, ()),
            placement=placement,
            fault=_unusable(row, facts, is_new=is_new),
            has_plan=plan is not None,
            shares_number=bool(number) and numbers[number] > 1,
            has_learner_number=bool(row["uniquelearnernumber"]),
            requests=facts.requests.get(table_id, 0) if is_new else 0,
            plans=facts.plan_counts.get(table_id, 0) if is_new else 0,
            transferred_in=plan is not None and bool(plan["transferla"]),
            placement_rows=facts.placement_rows.get(plan_id, 0) if plan is not None else 0,
            name=name,
        )
        seen.add(table_id)


def _unusable(row: Row, facts: _Facts, *, is_new: bool) -> str:
    table_id = row["persontableid"]
    if not table_id:
        return "no person number (persontableid)"
    if not is_new:
        return "the person number (persontableid) appears already"
    if table_id not in facts.plans:
        return facts.why_no_plan.get(table_id, "no active plan: no request in the return")
    born = parse_date(row["personbirthdate"])
    if born is None:
        return "no readable date of birth"
    if facts.reference_date is not None and born > facts.reference_date:
        return "the date of birth is after the date of the return"
    return ""


def apart(returns: Sequence[Return]) -> tuple[list[Person], list[Note]]:
    """Return the persons of several returns; nobody takes the identity of a person in another return.

    Parameters
    ----------
    returns
        The returns of the authorities.

    Notes
    -----
    A unique pupil number in two returns is one child who moved, or an error. Both rows are kept and noted: which
    authority the child lives in is not for a reader to guess.
    """
    holders = Counter(person.identity for item in returns for person in item.persons if person.identity)
    persons: list[Person] = []
    notes: list[Note] = []
    for item in returns:
        for person in item.persons:
            if holders[person.identity] <= 1:
                persons.append(person)
                continue
            persons.append(replace(person, identity="", shares_number=True))
            text = "the unique pupil number is in another authority's return too: in the plan for both"
            if not person.fault:
                notes.append(Note(label("person", item.name), person.line, "", Outcome.NOTED, text))
    return persons, notes
