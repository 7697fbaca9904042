"""The made-up county's pupils: needs, ages and places in the published shares, homes around its towns and villages."""

from collections import Counter
from dataclasses import dataclass, replace

from county_draws import Draws
from county_places import County, Provision
from county_plan import TOWN_PUPIL_SHARE, TOWNS
from published_2025 import KINDS, PLANS_BY_NEED, PLANS_BY_YEAR, SOLO_SHARE

METRES_PER_MILE = 1_609.344
NEEDS, YEARS = tuple(PLANS_BY_NEED), tuple(PLANS_BY_YEAR)
PUPILS = 2_500

BAND_SHARES = {
    "mainstream": {"A": 0.55, "B": 0.42, "C": 0.03},
    "hub": {"B": 0.45, "C": 0.55},
    "special": {"C": 0.55, "D": 0.45},
    "independent_special": {"C": 0.35, "D": 0.65},
    "alternative": {"B": 0.3, "C": 0.7},
}
"""Bands of the made-up local scheme, from least (A) to most (D) support: example shares. Band C in an ordinary class is
more than ordinary classes take (A and B), so these pupils show as placed below their need."""

BAND_D_BY_NEED = {"PMLD": 0.95, "SLD": 0.65}
"""Share of band D in special schools for the needs that differ: example values."""

SUPPORT_HOURS = {"A": 1.0, "B": 2.0, "C": 3.0, "D": 5.0}
"""Outreach hours a week at a spoke: example values."""

WHEELCHAIR_SHARES = {"PMLD": 0.7, "PD": 0.3, "MSI": 0.1, "SLD": 0.08}
ASSISTANT_SHARES = {"C": 0.08, "D": 0.25}
INDEPENDENT_TRAVEL_SHARES = {"A": 0.4, "B": 0.3, "C": 0.1}
"""Example shares."""

NEW_PLAN_SHARE = 0.015
"""Pupils whose plan is new and names no school yet, besides those starting Reception: an example value."""

YEAR_7_FROM_ELSEWHERE = {"special": 0.28, "independent_special": 0.4}
"""Part of Year 7's specialist pupils who are in a mainstream primary school today. Published shares of these kinds rise
from 26.4 % and 4.8 % at age 10 to 36.6 % and 8.2 % at age 11 (England, January 2025, of the five kinds): 1 - 26.4/36.6
and 1 - 4.8/8.2."""

OVER_FULL = {"special": 1.04}
"""Rolls may exceed places by this factor today."""

DISTANCE_SOFTENING = {"special": 9.0, "independent_special": 400.0, "alternative": 25.0}
"""Square miles added to the squared distance before its inverse weighs a school; 0.3 where not listed."""

LOCAL_KINDS = {"mainstream", "spoke"}
"""Kinds whose weight is squared: most pupils go to a school nearby. (Published: about a fifth of the 195,000 pre-16
special-needs travellers go to mainstream schools; home to school transport data collection 2025/26.)"""


@dataclass(frozen=True)
class Pupil:
    """A pupil in the September planned for."""

    pupil_id: str
    easting: int
    northing: int
    locality: str
    year: int
    need: str
    kind: str
    """The kind of place that the plan describes; where the pupil is today can differ."""
    band: str
    current: Provision | None = None
    requested_setting_id: str = ""
    secondary_needs: str = ""
    mainstream: str = ""
    sibling_group: str = ""
    wheelchair: bool = False
    solo: bool = False
    assistant: bool = False
    independent_travel: bool = False
    movable: bool = False
    support_hours: float = 0.0
    max_minutes: int | None = None
    entitled: str = ""


def draw_pupils(draws: Draws, county: County) -> list[Pupil]:
    """Draw everybody."""
    rolls: Counter[str] = Counter()
    pupils: list[Pupil] = []
    for number in range(1, PUPILS + 1):
        pupil = _described(draws, county, f"X{number:04d}")
        sibling = _elder(draws, pupils, pupil)
        if sibling is not None:
            pupil = _joined_to(sibling, pupil)
            pupils[pupils.index(sibling)] = replace(sibling, sibling_group=pupil.sibling_group)
        pupil = _at_school(draws, county, rolls, pupil, sibling)
        pupils.append(_with_wishes(draws, county, _with_travel(draws, pupil)))
    return pupils


def _described(draws: Draws, county: County, pupil_id: str) -> Pupil:
    while True:
        kind = draws.one_of(KINDS, [sum(plans[k] for plans in PLANS_BY_NEED.values()) for k in range(len(KINDS))])
        column = KINDS.index(kind)
        need = draws.one_of(NEEDS, [plans[column] for plans in PLANS_BY_NEED.values()])
        year = draws.one_of(YEARS, [plans[column] for plans in PLANS_BY_YEAR.values()])
        if _options(county, kind, need, year):
            break
    east, north, locality = _home(draws, county)
    shares = dict(BAND_SHARES[kind])
    if kind == "special" and need in BAND_D_BY_NEED:
        shares = {"C": 1 - BAND_D_BY_NEED[need], "D": BAND_D_BY_NEED[need]}
    band = draws.one_of(tuple(shares), tuple(shares.values()))
    others = [other for other in NEEDS if other != need]
    second = draws.one_of(others, [sum(PLANS_BY_NEED[other]) for other in others]) if draws.chance(0.35) else ""
    pupil = Pupil(pupil_id, east, north, locality, year, need, kind, band, secondary_needs=second)
    return replace(pupil, support_hours=SUPPORT_HOURS[band] + (0.5 if need in {"HI", "VI", "MSI"} else 0))


def _home(draws: Draws, county: County) -> tuple[int, int, str]:
    town = draws.one_of(TOWNS, [town.share for town in TOWNS])
    if draws.chance(TOWN_PUPIL_SHARE):
        return *draws.point_near((town.easting, town.northing), 4_500), town.name
    villages = [village for village in county.villages if village.locality == town.name]
    village = draws.one_of(villages, [village.share for village in villages])
    return *draws.point_near((village.easting, village.northing), 900), town.name


def _elder(draws: Draws, pupils: list[Pupil], pupil: Pupil) -> Pupil | None:
    """Find a brother or sister among the pupils drawn before, for about one pupil in fifty."""
    if pupil.kind not in {"mainstream", "special"} or not draws.chance(0.02):
        return None
    fitting = [
        other
        for other in pupils
        if other.kind == pupil.kind and other.year <= 6 and not other.sibling_group and other.current is not None
    ]
    return draws.one_of(fitting, [1.0] * len(fitting)) if fitting and pupil.year <= 6 else None


def _joined_to(sibling: Pupil, pupil: Pupil) -> Pupil:
    return replace(
        pupil,
        easting=sibling.easting,
        northing=sibling.northing,
        locality=sibling.locality,
        sibling_group=f"F{sibling.pupil_id[1:]}",
    )


def _at_school(draws: Draws, county: County, rolls: Counter[str], pupil: Pupil, sibling: Pupil | None) -> Pupil:
    """Give the pupil a school of today, a year group below September's; those starting Reception have none."""
    if pupil.year == 0 or draws.chance(NEW_PLAN_SHARE):
        return pupil
    kind = pupil.kind
    if pupil.year == 7 and draws.chance(YEAR_7_FROM_ELSEWHERE.get(kind, 0)):
        kind = "mainstream"
    options = [option for option in _options(county, kind, pupil.need, pupil.year - 1) if _has_room(option, rolls)]
    if kind == "mainstream" and pupil.kind == "mainstream":
        spokes = _options(county, "spoke", pupil.need, pupil.year - 1)
        options += [spoke for spoke in spokes if rolls[spoke.provision_id] < spoke.places - 1]
    if sibling is not None and sibling.current in options:
        options = [sibling.current]
    if not options:
        return pupil
    current = draws.one_of(options, _nearness(pupil, options))
    rolls[current.provision_id] += 1
    return replace(pupil, current=current)


def _options(county: County, kind: str, need: str, year: int) -> list[Provision]:
    """Open provisions of a kind; for alternative provision the need is not asked, as today's places show."""
    asks_need = kind != "alternative"
    return [
        provision
        for provision in county.provisions
        if provision.kind == kind and provision.status == "open" and _fits(provision, need, year, asks_need=asks_need)
    ]


def _fits(provision: Provision, need: str, year: int, *, asks_need: bool) -> bool:
    if asks_need:
        return provision.takes(need, year)
    return provision.min_year <= year <= provision.max_year


def _has_room(provision: Provision, rolls: Counter[str]) -> bool:
    return rolls[provision.provision_id] < provision.places * OVER_FULL.get(provision.kind, 1.0)


def _nearness(pupil: Pupil, options: list[Provision]) -> list[float]:
    def weight(provision: Provision) -> float:
        east = (provision.setting.easting - pupil.easting) / METRES_PER_MILE
        north = (provision.setting.northing - pupil.northing) / METRES_PER_MILE
        near = 1 / (DISTANCE_SOFTENING.get(provision.kind, 0.3) + east * east + north * north)
        return near * near if provision.kind in LOCAL_KINDS else near

    return [weight(option) for option in options]


def _with_travel(draws: Draws, pupil: Pupil) -> Pupil:
    apart = pupil.kind in {"special", "independent_special", "alternative"}
    wheelchair = draws.chance(WHEELCHAIR_SHARES.get(pupil.need, 0))
    solo = draws.chance(SOLO_SHARE if apart else 0)
    assistant = draws.chance(ASSISTANT_SHARES.get(pupil.band, 0))
    could = pupil.year >= 9 and not (wheelchair or solo or assistant)
    return replace(
        pupil,
        wheelchair=wheelchair,
        solo=solo,
        assistant=assistant,
        independent_travel=draws.chance(INDEPENDENT_TRAVEL_SHARES.get(pupil.band, 0) if could else 0),
        max_minutes=40 if draws.chance(0.01) else None,
        entitled="yes" if draws.chance(0.01) else "",
    )


def _with_wishes(draws: Draws, county: County, pupil: Pupil) -> Pupil:
    at_mainstream = pupil.kind in {"mainstream", "hub"}
    wanted = draws.chance(0.06 if at_mainstream else 0.02 if pupil.band == "C" else 0)
    against = not wanted and draws.chance(0.0 if at_mainstream else 0.05)
    movable = pupil.kind in {"special", "independent_special"} and pupil.band == "C" and draws.chance(0.06)
    return replace(
        pupil,
        mainstream="wanted" if wanted else "against" if against else "",
        movable=movable,
        requested_setting_id=_request(draws, county, pupil),
    )


def _request(draws: Draws, county: County, pupil: Pupil) -> str:
    """Ask for a school: at a change of phase often, otherwise seldom; mostly for the one that the pupil is at."""
    if not draws.chance(0.6 if pupil.year in {0, 7, 12} or pupil.current is None else 0.12):
        return ""
    if pupil.current is not None and pupil.current.takes(pupil.need, pupil.year) and draws.chance(0.93):
        return pupil.current.setting.setting_id
    kind = pupil.kind
    options = [option for option in _options(county, kind, pupil.need, pupil.year) if _suits(option, pupil.band)]
    weights = [weight * weight for weight in _nearness(pupil, options)]
    return draws.one_of(options, weights).setting.setting_id if options else ""


def _suits(provision: Provision, band: str) -> bool:
    return provision.bands == "any" or band in provision.bands.split(";")
