"""The worked case of a new school for autistic pupils in Worcestershire: published prices, made-up pupils and schools.

What is published and what is assumed stands in docs/malvern.md; every figure can be overridden.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import cycle, islice
from typing import Any, Literal, get_args

import pandas as pd

from placement_opt.problem import Problem

PUPILS, FEE_GBP = 83, 58_000.0
"""Autistic pupils at independent schools, average fee a year: Worcestershire County Council, item 27208, 2024."""
PLACES, PLANNED_GBP = 120, 25_000.0
"""Places of the new school and the planned cost of one a year, about: Evesham Journal, 28 March 2024."""
CANCEL_GBP = 5_700_000.0
"""Offered by the Department for Education for not building the school: brumdaily.uk, 2026."""
PLACE_FUNDING_GBP = 10_000.0
"""Of a place at a state special school this is paid whether it is filled or not: high needs funding, 2024 to 2025."""

SCHOOL = "malvern-special"
Today = Literal["spread", "nearest"]

HOMES = {
    "Worcester": (385_000, 255_000, 8),
    "Redditch": (404_500, 267_500, 6),
    "Kidderminster": (383_000, 276_500, 5),
    "Malvern": (378_000, 246_000, 3),
    "Bromsgrove": (396_000, 270_500, 3),
    "Droitwich": (390_000, 263_000, 2),
    "Evesham": (403_500, 244_000, 2),
    "Stourport": (381_000, 271_000, 2),
    "Pershore": (395_000, 245_500, 1),
    "Tenbury Wells": (359_500, 268_500, 1),
}
"""Easting and northing of the towns, rough; and the share of the homes (an assumption, by the size of the towns)."""
SCHOOLS_TODAY = {
    "Ashgrove": (352_000, 240_000),
    "Birchmoor": (390_000, 284_000),
    "Cedarhurst": (408_000, 279_000),
    "Deerleap": (395_000, 233_000),
    "Elmstead": (383_000, 219_000),
}
"""Independent schools: made up, around the county and beyond it."""
CLOSE_M = 700
"""How far homes lie from the middle of their town at most (assumed)."""
LOW_YEAR, HIGH_YEAR = 0, 11
"""Year groups of the new school, Reception to Year 11 (assumed)."""
SECONDARY_YEAR, JOIN, JOIN_LATER = 7, 4, 7
"""Children who come to need such a place every year: from Reception, and more from Year 7 (assumed). As many leave
after Year 11, so that there are 83 every year: 7 year groups of 4 and 5 of 11."""
FILL_UP = ((48, 7), (72, 8), (96, 9), (120, 10))
"""Places and highest year group in the first four years (assumed): the classes that begin, and Reception to Year 7."""


@dataclass(frozen=True)
class MalvernFigures:
    """The figures of the case.

    Parameters
    ----------
    pupils, fee_gbp
        Autistic pupils at independent special schools, and the fee for one a year.
    places, planned_gbp
        Of the new school: its places, and what one is planned to cost a year.
    place_funding_gbp
        Of `planned_gbp` what is place funding; the rest is top-up. With all of it, unfilled places cost as much as
        filled ones.
    capital_gbp
        What the council itself pays for building; the school is a free school, built by the Department (0).
    today
        At which of the made-up independent schools the pupils are: `spread` evenly, wherever they live, or each at the
        `nearest`. Nothing is published about it.
    first_year, years
        The school years of the plan.
    opens
        The year in which the school opens; None = in the tables as they are (a plan of one year).
    join_each_year
        Autistic children who come to need such a place from Reception, every year after the first.
    join_at_secondary
        The same, from Year 7. As many as join leave after Year 11, if the plan's `YearRules` say so.
    homes
        Towns with easting, northing and share of the homes.
    """

    pupils: int = PUPILS
    fee_gbp: float = FEE_GBP
    places: int = PLACES
    planned_gbp: float = PLANNED_GBP
    place_funding_gbp: float = PLACE_FUNDING_GBP
    capital_gbp: float = 0.0
    today: Today = "spread"
    first_year: int = 2026
    years: int = 1
    opens: int | None = None
    join_each_year: int = JOIN
    join_at_secondary: int = JOIN_LATER
    homes: Mapping[str, tuple[int, int, int]] | None = None

    def __post_init__(self) -> None:
        wrong = [
            f"`{name}` is {getattr(self, name)!r}; use a number from {least:,} to {most:,}."
            for name, least, most in (
                ("pupils", 1, 10_000),
                ("fee_gbp", 0, 1_000_000),
                ("places", FILL_UP[0][0], 10_000),
                ("planned_gbp", 0, 1_000_000),
                ("place_funding_gbp", 0, self.planned_gbp),
                ("capital_gbp", 0, 1_000_000_000),
                ("first_year", 2000, 2100),
                ("years", 1, 50),
                ("join_each_year", 0, 1_000),
                ("join_at_secondary", 0, 1_000),
            )
            if not least <= getattr(self, name) <= most
        ]
        if self.today not in get_args(Today):
            wrong.append(f"`today` is {self.today!r}; use one of {', '.join(get_args(Today))}.")
        last = self.first_year + self.years - 1
        if self.opens is not None and not self.first_year <= self.opens <= last:
            wrong.append(f"`opens` is {self.opens!r}; use a year from {self.first_year} to {last}.")
        if wrong:
            raise ValueError(" ".join(wrong))


def malvern(**figures: Any) -> Problem:
    """Return the case of the new school for autistic pupils in Malvern, Worcestershire.

    From published figures: 83 autistic pupils at independent schools at £58,000 a year on average; a new school of 120
    places at about £25,000 a place. Homes, year groups and the schools of today are made up around the county's real
    towns: no child of it exists. docs/malvern.md says which figure is from where, and what is assumed.

    Parameters
    ----------
    figures
        Figures to override, as `MalvernFigures` names them: `malvern(places=90)`.

    Returns
    -------
    Problem
        The new school, `malvern-special`, is a candidate. With `years` above 1 it has the tables of years.

    Raises
    ------
    ValueError
        When a figure is out of its range.
    TypeError
        When there is no figure of that name.

    Examples
    --------
    >>> malvern()
    Problem(83 pupils, 6 settings, 6 provisions with 590 places)
    >>> malvern(years=6, opens=2028).table("site_years")["first_year"].tolist()
    [2028.0]
    """
    given = MalvernFigures(**figures)
    pupils = _pupils(given)
    tables: dict[str, Any] = {}
    if given.years > 1:
        years = list(range(given.first_year, given.first_year + given.years))
        arrivals = _arrivals(given, years)
        tables["years"] = pd.DataFrame({"year": years})
        tables |= {"arrivals": arrivals} if len(arrivals) else {}
        tables["fill_up"] = _fill_up(given)
        if given.opens is not None:
            row = {"provision_id": [SCHOOL], "first_year": [given.opens], "last_year": [given.opens]}
            tables["site_years"] = pd.DataFrame(row)
    return Problem(pupils=pupils, settings=_settings(), provisions=_provisions(given), **tables)


def _points(given: MalvernFigures, number: int, start: int = 0) -> pd.DataFrame:
    """Return homes: every town in turn by its share, each a little way from the middle of the town."""
    homes = HOMES if given.homes is None else given.homes
    total = sum(share for _, _, share in homes.values())
    order = sorted(
        (((turn + 0.5) / share, name) for name, (_, _, share) in homes.items() for turn in range(share)),
    )
    towns = [name for _, name in islice(cycle(order), start % total, start % total + number)]
    rows = [
        {
            "easting": homes[town][0] + (at * 389) % (2 * CLOSE_M) - CLOSE_M,
            "northing": homes[town][1] + (at * 557) % (2 * CLOSE_M) - CLOSE_M,
            "locality": town,
        }
        for at, town in enumerate(towns, start=start)
    ]
    return pd.DataFrame(rows)


def _pupils(given: MalvernFigures) -> pd.DataFrame:
    homes = _points(given, given.pupils)
    return homes.assign(
        pupil_id=[f"A{number:03d}" for number in range(1, given.pupils + 1)],
        year_group=_year_groups(given.pupils),
        need="ASD",
        current_provision_id=_today(given, homes),
    )


def _year_groups(number: int) -> list[int]:
    """Return year groups as they are when as many join every year as leave."""
    sizes = {group: JOIN if group < SECONDARY_YEAR else JOIN + JOIN_LATER for group in range(LOW_YEAR, HIGH_YEAR + 1)}
    order = sorted(((turn + 0.5) / size, group) for group, size in sizes.items() for turn in range(size))
    return [group for _, group in islice(cycle(order), number)]


def _today(given: MalvernFigures, homes: pd.DataFrame) -> list[str]:
    names = list(SCHOOLS_TODAY)
    if given.today == "spread":
        return [f"{name.lower()}-independent" for name in islice(cycle(names), given.pupils)]
    nearest = [
        min(names, key=lambda name: (SCHOOLS_TODAY[name][0] - east) ** 2 + (SCHOOLS_TODAY[name][1] - north) ** 2)
        for east, north in zip(homes["easting"], homes["northing"], strict=True)
    ]
    return [f"{name.lower()}-independent" for name in nearest]


def _arrivals(given: MalvernFigures, years: list[int]) -> pd.DataFrame:
    entries = [LOW_YEAR] * given.join_each_year + [SECONDARY_YEAR] * given.join_at_secondary
    new = [(year, group) for year in years[1:] for group in entries]
    if not new:
        return pd.DataFrame()
    return _points(given, len(new), start=given.pupils).assign(
        pupil_id=[f"B{number:03d}" for number in range(1, len(new) + 1)],
        year_group=[group for _, group in new],
        need="ASD",
        arrives=[year for year, _ in new],
    )


def _settings() -> pd.DataFrame:
    rows = [
        {"setting_id": name.lower(), "name": f"{name} School", "easting": east, "northing": north}
        for name, (east, north) in SCHOOLS_TODAY.items()
    ]
    east, north, _ = HOMES["Malvern"]
    new = {"setting_id": "malvern", "name": "New school, Malvern", "easting": east, "northing": north}
    return pd.DataFrame([*rows, new])


def _provisions(given: MalvernFigures) -> pd.DataFrame:
    room = given.pupils + given.years * (given.join_each_year + given.join_at_secondary)
    today = [
        {
            "provision_id": f"{name.lower()}-independent",
            "setting_id": name.lower(),
            "kind": "independent special",
            "places": room,
            "topup_gbp": given.fee_gbp,
            "status": "open",
        }
        for name in SCHOOLS_TODAY
    ]
    new = {
        "provision_id": SCHOOL,
        "setting_id": "malvern",
        "kind": "special",
        "places": given.places,
        "needs": "ASD",
        "min_year": LOW_YEAR,
        "max_year": HIGH_YEAR,
        "place_gbp": given.place_funding_gbp,
        "topup_gbp": given.planned_gbp - given.place_funding_gbp,
        "status": "candidate",
        "capital_gbp": given.capital_gbp,
    }
    return pd.DataFrame([*today, new])


def _fill_up(given: MalvernFigures) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "provision_id": SCHOOL,
                "years_open": number,
                "places": min(places, given.places),
                "min_year": LOW_YEAR,
                "max_year": highest,
            }
            for number, (places, highest) in enumerate(FILL_UP)
        ]
    )
