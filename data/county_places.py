"""The made-up county's places: towns, villages, schools and groups of places. Every name is invented."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from county_draws import Draws
from county_plan import (
    CANDIDATE_HUBS,
    CANDIDATE_OPEN_GBP,
    CENTRE,
    COUNTY,
    FIRST_HALVES,
    INDEPENDENT_INSIDE,
    INDEPENDENT_OUTSIDE,
    NEIGHBOURS,
    OVERFLOW_GBP,
    PRIMARIES_IN_TOWN,
    PRIMARY_HUBS,
    QUARTER_M,
    SECOND_HALVES,
    SECONDARIES_EACH,
    SECONDARY_CANDIDATE_HUBS,
    SECONDARY_HUBS,
    SECONDARY_SPOKES,
    SECONDARY_YEARS,
    SIXTH_FORM_YEARS,
    SPECIAL_SCHOOLS,
    SPOKE_NEEDS,
    SPOKES,
    TOWNS,
    TRUSTS,
    VILLAGES_EACH,
    Town,
)
from published_2025 import ALTERNATIVE_TOPUP_GBP, HUB_PLACE_GBP, INDEPENDENT_FEE_GBP, SPECIAL_PLACE_GBP


@dataclass(frozen=True)
class Village:
    """A village and the share of its locality's village pupils."""

    name: str
    locality: str
    easting: int
    northing: int
    share: float


@dataclass(frozen=True)
class Setting:
    """A school."""

    setting_id: str
    name: str
    easting: int
    northing: int
    authority: str = COUNTY
    sector: str = "maintained"
    trust: str = ""
    locality: str = ""
    places: int | None = None


@dataclass(frozen=True)
class Provision:
    """A group of places."""

    provision_id: str
    setting: Setting
    kind: str
    places: int
    min_year: int
    max_year: int
    needs: str = "any"
    bands: str = "any"
    label: str = ""
    place_gbp: int = 0
    topup_gbp: int | None = None
    overflow_places: int = 0
    overflow_gbp: int = 0
    status: str = "open"
    open_gbp: int = 0

    def takes(self, need: str, year: int) -> bool:
        """Whether the need and the year group fit."""
        return self.min_year <= year <= self.max_year and (self.needs == "any" or need in self.needs.split(";"))


@dataclass
class County:
    """Everything that stands still."""

    villages: list[Village] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    provisions: list[Provision] = field(default_factory=list)


def draw_county(draws: Draws) -> County:
    """Draw villages, schools and their places."""
    names = _names(draws)
    county = County()
    primaries: list[list[Setting]] = []
    ids = (f"E{number:03d}" for number in range(1, 1_000))
    for town in TOWNS:
        villages = _villages(draws, town, names)
        county.villages += villages
        primaries.append(list(_primaries(draws, town, villages, names, ids)))
    secondaries = [list(_secondaries(draws, town, names, ids)) for town in TOWNS]
    for group in primaries + secondaries:
        county.settings += group
    _mainstream_provisions(draws, county, primaries, secondaries)
    _specialist_provisions(county, primaries, secondaries)
    _special_schools(draws, county, names, ids)
    return county


def _names(draws: Draws) -> Iterator[str]:
    used = {town.name for town in TOWNS}
    names = [first + second for first in FIRST_HALVES for second in SECOND_HALVES if first + second not in used]
    return iter(draws.shuffled(names))


def _villages(draws: Draws, town: Town, names: Iterator[str]) -> list[Village]:
    """Draw the villages of a quarter, at least 2.2 km from each other and 4 km from the town."""
    centre = (CENTRE[0] + _side(town.easting, CENTRE[0]) * 8_500, CENTRE[1] + _side(town.northing, CENTRE[1]) * 7_500)
    points: list[tuple[int, int]] = []
    while len(points) < VILLAGES_EACH:
        point = draws.point_in_box(centre, QUARTER_M)
        clear = all(_metres_squared(point, other) >= 2_200**2 for other in points)
        if clear and _metres_squared(point, (town.easting, town.northing)) >= 4_000**2:
            points.append(point)
    weights = [0.5 + draws.uniform() for _ in points]
    total = sum(weights)
    return [
        Village(next(names), town.name, east, north, weight / total)
        for (east, north), weight in zip(points, weights, strict=True)
    ]


def _primaries(
    draws: Draws, town: Town, villages: list[Village], names: Iterator[str], ids: Iterator[str]
) -> Iterator[Setting]:
    for number in range(PRIMARIES_IN_TOWN):
        east, north = draws.point_near((town.easting, town.northing), 4_400)
        stage = {0: "Primary", 12: "Infant", 13: "Junior"}.get(number if town in TOWNS[::2] else 0, "Primary")
        yield _state_school(draws, f"{next(names)} {stage} School", (east, north), town.name, ids)
    for village in villages:
        place = draws.point_near((village.easting, village.northing), 400)
        yield _state_school(draws, f"{village.name} Primary School", place, town.name, ids)


def _secondaries(draws: Draws, town: Town, names: Iterator[str], ids: Iterator[str]) -> Iterator[Setting]:
    for number in range(SECONDARIES_EACH):
        place = draws.point_near((town.easting, town.northing), 4_000 if number < 4 else 9_000)
        yield _state_school(draws, f"{next(names)} School", place, town.name, ids)
    if town in TOWNS[:2]:
        place = draws.point_near((town.easting, town.northing), 4_000)
        yield _state_school(draws, f"{next(names)} All-through School", place, town.name, ids)


def _state_school(draws: Draws, name: str, place: tuple[int, int], locality: str, ids: Iterator[str]) -> Setting:
    is_academy = draws.uniform() < 0.5
    trust = draws.one_of(TRUSTS, [0.3, 0.3, 0.2, 0.2]) if is_academy else ""
    sector = "academy" if is_academy else "maintained"
    return Setting(next(ids), name, *place, sector=sector, trust=trust, locality=locality)


def _years(setting: Setting, position: int) -> tuple[int, int]:
    for word, years in (("Infant", (0, 2)), ("Junior", (3, 6)), ("Primary", (0, 6)), ("All-through", (0, 11))):
        if f" {word} " in setting.name:
            return years
    return SIXTH_FORM_YEARS if position % 2 == 0 else SECONDARY_YEARS


def _mainstream_provisions(
    draws: Draws, county: County, primaries: list[list[Setting]], secondaries: list[list[Setting]]
) -> None:
    for group in primaries:
        for position, setting in enumerate(group):
            places = (8 if position < PRIMARIES_IN_TOWN else 6) + int(draws.uniform() * 5)
            county.provisions.append(_mainstream(setting, places, _years(setting, position)))
    for group in secondaries:
        for position, setting in enumerate(group):
            places = 26 + int(draws.uniform() * 13)
            county.provisions.append(_mainstream(setting, places, _years(setting, position)))


def _mainstream(setting: Setting, places: int, years: tuple[int, int]) -> Provision:
    return Provision(f"{setting.setting_id}-main", setting, "mainstream", places, *years, bands="A;B")


def _specialist_provisions(county: County, primaries: list[list[Setting]], secondaries: list[list[Setting]]) -> None:
    """Add bases and spokes to mainstream schools."""
    for groups, years, hubs, status in (
        (primaries, (0, 6), PRIMARY_HUBS, "open"),
        (secondaries, (7, 11), SECONDARY_HUBS, "open"),
        (primaries, (0, 6), CANDIDATE_HUBS, "candidate"),
        (secondaries, (7, 11), SECONDARY_CANDIDATE_HUBS, "candidate"),
    ):
        for locality, position, label, needs, places in hubs:
            setting = groups[locality][position]
            hub = Provision(
                f"{setting.setting_id}-base", setting, "hub", places, *years, needs=needs, bands="B;C", label=label
            )
            open_gbp = CANDIDATE_OPEN_GBP if status == "candidate" else 0
            county.provisions.append(replace(hub, place_gbp=HUB_PLACE_GBP, status=status, open_gbp=open_gbp))
    for groups, years, spokes, places in (
        (primaries, (0, 6), SPOKES, 3),
        (secondaries, (7, 11), SECONDARY_SPOKES, 5),
    ):
        for locality, position in spokes:
            setting = groups[locality][position]
            spoke = f"{setting.setting_id}-spoke"
            county.provisions.append(
                Provision(spoke, setting, "spoke", places, *years, needs=SPOKE_NEEDS, bands="A;B;C")
            )


def _special_schools(draws: Draws, county: County, names: Iterator[str], ids: Iterator[str]) -> None:
    def add(setting: Setting, provision: Provision) -> None:
        county.settings.append(setting)
        county.provisions.append(provision)

    for locality, needs, years, places in SPECIAL_SCHOOLS:
        setting = _town_school(draws, TOWNS[locality], f"{next(names)} Special School", "maintained", ids)
        name = f"{setting.setting_id}-special"
        special = Provision(name, setting, "special", places, *years, needs=needs, bands="C;D")
        add(
            setting,
            replace(special, place_gbp=SPECIAL_PLACE_GBP, overflow_places=places // 40, overflow_gbp=OVERFLOW_GBP),
        )
    for locality, needs, years, places in INDEPENDENT_INSIDE:
        setting = _town_school(draws, TOWNS[locality], f"{next(names)} School", "independent", ids)
        add(setting, _independent(setting, needs, years, places, "inside"))
    for locality in (0, 3):
        setting = _town_school(draws, TOWNS[locality], f"{next(names)} Centre", "academy", ids)
        county.settings.append(setting)
        for suffix, years, places, topup in (
            ("ap", (5, 9), 8, ALTERNATIVE_TOPUP_GBP["to year 9"]),
            ("ap-exam-years", (10, 11), 6, ALTERNATIVE_TOPUP_GBP["years 10-11"]),
        ):
            name = f"{setting.setting_id}-{suffix}"
            county.provisions.append(
                Provision(
                    name,
                    setting,
                    "alternative",
                    places,
                    *years,
                    needs="SEMH",
                    bands="B;C",
                    label="alternative provision",
                    place_gbp=SPECIAL_PLACE_GBP,
                    topup_gbp=topup,
                )
            )
    for neighbour, (east, north), needs, years, places in INDEPENDENT_OUTSIDE:
        setting = Setting(
            next(ids),
            f"{next(names)} School",
            CENTRE[0] + east,
            CENTRE[1] + north,
            authority=NEIGHBOURS[neighbour],
            sector="independent",
        )
        add(setting, _independent(setting, needs, years, places, "outside"))


def _town_school(draws: Draws, town: Town, name: str, sector: str, ids: Iterator[str]) -> Setting:
    place = draws.point_near((town.easting, town.northing), 5_000)
    return Setting(next(ids), name, *place, sector=sector, locality=town.name)


def _independent(setting: Setting, needs: str, years: tuple[int, int], places: int, area: str) -> Provision:
    name = f"{setting.setting_id}-independent"
    special = Provision(name, setting, "independent_special", places, *years, needs=needs, bands="C;D")
    return replace(special, label="independent special", topup_gbp=INDEPENDENT_FEE_GBP[area])


def _side(value: int, middle: int) -> int:
    return 1 if value > middle else -1


def _metres_squared(one: tuple[int, int], other: tuple[int, int]) -> int:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2
