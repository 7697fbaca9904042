"""From schools to groups of places: how many, for whom, at what price."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from placement_opt.registers.assumptions import RegisterAssumptions
from placement_opt.registers.gias import Base, School
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.school_types import Family
from placement_opt.registers.sen2 import Placement
from placement_opt.schema import ANY, NEEDS

_SUFFIXES = {
    Family.MAINSTREAM: "main",
    Family.COLLEGE: "main",
    Family.INDEPENDENT: "main",
    Family.SPECIAL: "special",
    Family.INDEPENDENT_SPECIAL: "independent",
    Family.SPECIALIST_COLLEGE: "independent",
    Family.ALTERNATIVE: "alternative",
}
_KINDS = {
    "main": "mainstream",
    "special": "special",
    "independent": "independent special",
    "alternative": "alternative provision",
}
_KINDS_BY_TYPE = {
    "Non-maintained special school": "non-maintained special",
    "Pupil referral unit": "pupil referral unit",
}
SPECIALIST_SUFFIXES = ("special", "independent")
SPECIALIST_BAND, MAINSTREAM_BAND = "specialist", "mainstream"
_NOT_FOR_SPECIALIST = {Family.MAINSTREAM, Family.INDEPENDENT, Family.ALTERNATIVE}
_BOTH_BANDS = f"{MAINSTREAM_BAND};{SPECIALIST_BAND}"
_BASE_LABELS = {"unit": "SEN unit", "rp": "Resourced provision"}


@dataclass(frozen=True)
class Presence:
    """Who of the return is where now, by provision.

    Parameters
    ----------
    now
        Pupils there now, whether or not they are planned for.
    held
        Those of them who are not planned for and will still be there.
    needs
        Primary needs of those who are planned for.
    """

    now: Mapping[str, int]
    held: Mapping[str, int]
    needs: Mapping[str, frozenset[str]]


def present_provision(school: School, placement: Placement) -> tuple[str, str]:
    """Return the provision of a school that a placement means, and what had to be assumed (blank = nothing)."""
    main = f"{school.urn}-{_SUFFIXES[school.family]}"
    flagged = "unit" if placement.in_unit else "rp" if placement.in_resourced_provision else ""
    if not flagged:
        return main, ""
    if school.family not in {Family.MAINSTREAM, Family.COLLEGE, Family.INDEPENDENT}:
        return main, "marked as in a unit or resourced provision, but not at a mainstream school: the mark is ignored"
    listed = [base.suffix for base in school.bases]
    if flagged in listed:
        return f"{school.urn}-{flagged}", ""
    if listed:
        return f"{school.urn}-{listed[0]}", f"marked as in a {_BASE_LABELS[flagged]}; the register lists the other sort"
    return f"{school.urn}-{flagged}", f"marked as in a {_BASE_LABELS[flagged]} that the register does not list: added"


def band_of(provision_id: str, assumptions: RegisterAssumptions) -> str | None:
    """Return the band of a pupil from where they are now (blank = nowhere); None where the bands are not used."""
    if not assumptions.keep_specialist:
        return None
    return SPECIALIST_BAND if provision_id.endswith(SPECIALIST_SUFFIXES) else MAINSTREAM_BAND


def provision_rows(
    schools: Iterable[School], presence: Presence, assumptions: RegisterAssumptions
) -> tuple[list[dict[str, Any]], list[Note]]:
    """Return the rows of the table provisions, and what was assumed for each school.

    Parameters
    ----------
    schools
        The schools that are offered.
    presence
        Who is where now.
    assumptions
        Shares, prices and needs that the register does not give.

    Notes
    -----
    Places in bases, special schools and alternative provision: the pupils of the return who are there now, and the
    places that the register's capacity has over its roll. So places that other authorities' pupils take stay theirs,
    and a school over its number goes on with as many as it has. Places held by pupils who are not planned for are
    taken off.
    """
    rows: list[dict[str, Any]] = []
    notes: list[Note] = []
    for school in schools:
        for row, assumed in _provisions_of(school, presence, assumptions):
            rows.append(row)
            notes.extend(Note("register", school.line, school.urn, Outcome.ASSUMED, text) for text in assumed)
    return rows, notes


def _provisions_of(
    school: School, presence: Presence, assumptions: RegisterAssumptions
) -> Iterator[tuple[dict[str, Any], list[str]]]:
    suffix = _SUFFIXES[school.family]
    yield _main_row(school, f"{school.urn}-{suffix}", presence, assumptions)
    listed = {base.suffix: base for base in school.bases}
    for base_suffix, label in _BASE_LABELS.items():
        provision_id = f"{school.urn}-{base_suffix}"
        if base_suffix in listed:
            yield _base_row(school, listed[base_suffix], school.needs, presence, assumptions)
        elif presence.now.get(provision_id, 0):
            needs = tuple(sorted(presence.needs.get(provision_id, ())))
            yield _base_row(school, Base(label, base_suffix, None, None), needs, presence, assumptions)


def _main_row(
    school: School, provision_id: str, presence: Presence, assumptions: RegisterAssumptions
) -> tuple[dict[str, Any], list[str]]:
    assumed = _price_notes(school)
    if school.family in {Family.MAINSTREAM, Family.COLLEGE, Family.INDEPENDENT}:
        listed = assumptions.mainstream_needs
        places = _mainstream_places(school, provision_id, presence, assumptions)
    else:
        listed = school.needs or (assumptions.alternative_needs if school.family is Family.ALTERNATIVE else (ANY,))
        places = _places(school.capacity, school.roll, provision_id, presence)
    needs = _widened(listed, provision_id, presence, assumptions, assumed)
    assumed += _held_note(provision_id, presence)
    row = _row(school, provision_id, _kind_of(school), places, needs) | _place_funding(school, assumptions)
    if assumptions.keep_specialist:
        row["bands"] = MAINSTREAM_BAND if school.family in _NOT_FOR_SPECIALIST else _BOTH_BANDS
    if school.family is Family.SPECIAL:
        over = math.floor(assumptions.overflow_share * max(school.capacity or 0, places))
        row |= {"overflow_places": over, "overflow_gbp": assumptions.overflow_gbp}
    return row, assumed


def _base_row(
    school: School, base: Base, listed: tuple[str, ...], presence: Presence, assumptions: RegisterAssumptions
) -> tuple[dict[str, Any], list[str]]:
    provision_id = f"{school.urn}-{base.suffix}"
    assumed = ["unit or resourced provision: no national top-up exists, `hub_topup_gbp` stands in"]
    places = _places(base.capacity, base.on_roll, provision_id, presence)
    needs = _widened(listed or (ANY,), provision_id, presence, assumptions, assumed)
    assumed += _held_note(provision_id, presence)
    row = _row(school, provision_id, base.label, places, needs)
    row["bands"] = _BOTH_BANDS if assumptions.keep_specialist else ANY
    return row | {"place_gbp": assumptions.hub_place_gbp, "place_payer": "high needs"}, assumed


def _kind_of(school: School) -> str:
    return _KINDS_BY_TYPE.get(school.type_name, _KINDS[_SUFFIXES[school.family]])


def _row(school: School, provision_id: str, kind: str, places: int, needs: str) -> dict[str, Any]:
    return {
        "provision_id": provision_id,
        "setting_id": school.urn,
        "kind": kind,
        "places": places,
        "needs": needs,
        "min_year": school.min_year,
        "max_year": school.max_year,
        "bands": ANY,
        "overflow_places": 0,
        "overflow_gbp": 0.0,
    }


def _places(capacity: int | None, roll: int | None, provision_id: str, presence: Presence) -> int:
    now = presence.now.get(provision_id, 0)
    free = 0 if capacity is None else max(0, capacity - max(roll or 0, now))
    return max(0, now + free - presence.held.get(provision_id, 0))


def _mainstream_places(school: School, provision_id: str, presence: Presence, assumptions: RegisterAssumptions) -> int:
    now = presence.now.get(provision_id, 0)
    size = 0 if school.family is Family.INDEPENDENT else school.capacity or school.roll or 0
    places = max(now, math.ceil(assumptions.mainstream_share * size))
    return max(0, places - presence.held.get(provision_id, 0))


def _widened(
    listed: tuple[str, ...],
    provision_id: str,
    presence: Presence,
    assumptions: RegisterAssumptions,
    assumed: list[str],
) -> str:
    if ANY in listed:
        return ANY
    present = presence.needs.get(provision_id, frozenset()) if assumptions.widen_needs else frozenset()
    if present - set(listed):
        assumed.append("takes needs that are not listed too, as pupils who are there now have them (`widen_needs`)")
    return ";".join(need for need in NEEDS if need in present or need in listed)


def _held_note(provision_id: str, presence: Presence) -> list[str]:
    held = presence.held.get(provision_id, 0)
    return ["places held by pupils who are not planned for are taken off"] if held else []


def _place_funding(school: School, assumptions: RegisterAssumptions) -> dict[str, Any]:
    amounts = {
        Family.MAINSTREAM: (assumptions.mainstream_place_gbp, "school"),
        Family.COLLEGE: (assumptions.mainstream_place_gbp, "school"),
        Family.SPECIAL: (assumptions.special_place_gbp, "high needs"),
        Family.ALTERNATIVE: (assumptions.alternative_place_gbp, "high needs"),
    }
    place_gbp, payer = amounts.get(school.family, (0.0, "high needs"))
    return {"place_gbp": place_gbp, "place_payer": payer}


def _price_notes(school: School) -> list[str]:
    if school.family is Family.SPECIALIST_COLLEGE:
        return ["specialist college: no figure was found, priced like an independent special school"]
    if school.family is Family.INDEPENDENT:
        return ["independent mainstream school: its fee is not known, priced like a mainstream top-up"]
    return []


def counted(provision_ids: Iterable[str | None]) -> Counter[str]:
    """Return how often each provision occurs."""
    return Counter(provision_id for provision_id in provision_ids if provision_id)
