"""Draw the made-up county Exampleshire and write it as a folder of CSV files.

    python data/make_exampleshire.py

The same seed gives the same bytes on every machine. `exampleshire/README.md` says what is drawn from which published
number and what is an example value. No person, school or place of it exists.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from county_draws import Draws
from county_places import County, Provision, Setting, draw_county
from county_plan import COUNTY, TOWNS
from county_pupils import Pupil, draw_pupils
from county_transport import (
    FLEET_COLUMNS,
    TRANSPORT_SEED,
    TRAVEL_COLUMNS,
    WINDOW_COLUMNS,
    Cells,
    draw_apart,
    draw_travel,
    draw_windows,
    fleet_rows,
    layout_rows,
)
from published_2025 import INDEPENDENT_FEE_GBP, INDEPENDENT_FEE_MEDIAN_SHARE

SEED = 20_260_901
FOLDER = Path(__file__).resolve().parent / "exampleshire"

FEE_CURVE = (
    *((0.0, 0.45), (0.25, 0.6), (0.5, INDEPENDENT_FEE_MEDIAN_SHARE)),
    *((0.75, 1.05), (0.95, 2.0), (1.0, 5.2)),
)
"""Independent fees as a multiple of their mean, by share of pupils: the median is the published one, the other points
are example values chosen so that the mean is 1.0 (to 0.1 %)."""

TOPUPS = (
    # need, band, kind, £ a year: example prices around the published means
    ("", "A", "mainstream", 6_800),
    ("", "B", "mainstream", 10_600),
    ("", "C", "mainstream", 15_400),
    ("", "D", "mainstream", 19_800),
    ("", "A", "spoke", 6_800),
    ("", "B", "spoke", 9_600),
    ("", "C", "spoke", 12_400),
    ("", "D", "spoke", 16_800),
    ("", "A", "hub", 8_000),
    ("", "B", "hub", 10_900),
    ("", "C", "hub", 13_200),
    ("", "D", "hub", 18_000),
    ("HI", "", "hub", 12_000),
    ("VI", "", "hub", 12_000),
    ("", "", "special", 16_000),
    ("", "C", "special", 13_400),
    ("", "D", "special", 18_400),
    ("PMLD", "D", "special", 24_500),
)

OUTREACH = (46, 2, 98_000, 5, 30, 2)
"""Outreach of one hub: hours a week of a team, most teams, £ a team, most spokes, minutes to a spoke, visits a week:
example values."""

THERAPY_HOURS = 300
THERAPY_USE = (
    ("SLCN", "hub", 0.5),
    ("SLCN", "special", 0.5),
    ("SLCN", "spoke", 0.4),
    ("SLCN", "mainstream", 0.25),
    ("ASD", "hub", 0.25),
    ("ASD", "special", 0.25),
    ("ASD", "spoke", 0.15),
)
"""Hours of speech therapy a week: what the county has and what one pupil uses; example values."""


def draw_tables() -> dict[str, str]:
    """Draw the county.

    Returns
    -------
    dict
        The text of each file by its name.
    """
    draws = Draws(SEED)
    county = draw_county(draws)
    pupils = draw_pupils(draws, county)
    topups = [(need, band, kind, price, "high needs") for need, band, kind, price in TOPUPS]
    journeys = Draws(TRANSPORT_SEED)
    windows, travel = draw_windows(journeys, county), draw_travel(journeys, pupils)
    return {
        "pupils.csv": _csv(PUPIL_COLUMNS, (_pupil_row(pupil, travel[pupil.pupil_id]) for pupil in pupils)),
        "settings.csv": _csv(
            SETTING_COLUMNS, (_setting_row(one, windows[one.setting_id]) for one in _with_school_limits(county))
        ),
        "provisions.csv": _csv(PROVISION_COLUMNS, map(_provision_row, county.provisions)),
        "hubs.csv": _csv(HUB_COLUMNS, _hub_rows(county)),
        "topups.csv": _csv(("need", "band", "kind", "topup_gbp", "payer"), topups),
        "part_limits.csv": _csv(LIMIT_COLUMNS, _limit_rows(county)),
        "pair_costs.csv": _csv(("pupil_id", "provision_id", "cost_gbp"), _fee_rows(draws, pupils)),
        "pair_rules.csv": _csv(("pupil_id", "provision_id", "rule", "reason"), _decisions(county, pupils)),
        "resources.csv": _csv(("resource", "available", "unit"), [("speech therapy", THERAPY_HOURS, "hours a week")]),
        "resource_use.csv": _csv(
            ("resource", "need", "band", "kind", "amount"),
            [("speech therapy", need, "", kind, amount) for need, kind, amount in THERAPY_USE],
        ),
        "fleet.csv": _csv(FLEET_COLUMNS, fleet_rows()),
        "layouts.csv": _csv(("vehicle", "seats", "wheelchair_places"), layout_rows()),
        "apart.csv": _csv(("pupil_id", "other_pupil_id", "reason"), draw_apart(journeys, pupils)),
        "parameters.toml": PARAMETERS,
    }


PARAMETERS = """\
# Numbers in place of the defaults, each with its year and source. What is not here has its default.
[days_per_year]
value = 190
year = "2026-27"
source = "the made-up county's calendar (example value)"
"""

PUPIL_COLUMNS = (
    *("pupil_id", "easting", "northing", "year_group", "need", "secondary_needs", "band", "locality"),
    *("current_provision_id", "movable", "requested_setting_id", "mainstream", "sibling_group", "wheelchair", "solo"),
    *("assistant", "independent_travel", "support_hours", "max_minutes", "entitled", *TRAVEL_COLUMNS),
)
SETTING_COLUMNS = (
    *("setting_id", "name", "easting", "northing", "authority", "sector", "trust", "locality", "places"),
    *WINDOW_COLUMNS,
)
PROVISION_COLUMNS = (
    *("provision_id", "setting_id", "kind", "places", "needs", "min_year", "max_year", "bands", "place_gbp"),
    *("topup_gbp", "overflow_places", "overflow_gbp", "status", "open_gbp"),
)
HUB_COLUMNS = (
    *("provision_id", "team_hours_per_week", "max_teams", "team_gbp", "max_spokes", "max_link_minutes"),
    "visits_per_week",
)
LIMIT_COLUMNS = ("limit_id", "provision_id", "setting_id", "needs", "min_year", "max_year", "places")


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _pupil_row(pupil: Pupil, travel: Cells) -> tuple[Any, ...]:
    return (
        *(pupil.pupil_id, pupil.easting, pupil.northing, pupil.year, pupil.need, pupil.secondary_needs, pupil.band),
        *(pupil.locality, pupil.current.provision_id if pupil.current else "", _yes(pupil.movable)),
        *(pupil.requested_setting_id, pupil.mainstream, pupil.sibling_group, _yes(pupil.wheelchair)),
        *(_yes(pupil.solo), _yes(pupil.assistant), _yes(pupil.independent_travel), f"{pupil.support_hours:g}"),
        *(pupil.max_minutes, pupil.entitled, *travel),
    )


def _yes(flag: bool) -> str:
    return "yes" if flag else ""


def _setting_row(setting: Setting, window: Cells) -> tuple[Any, ...]:
    return (
        *(setting.setting_id, setting.name, setting.easting, setting.northing, setting.authority, setting.sector),
        *(setting.trust, setting.locality, setting.places, *window),
    )


def _provision_row(provision: Provision) -> tuple[Any, ...]:
    return (
        *(provision.provision_id, provision.setting.setting_id, provision.label or provision.kind, provision.places),
        *(provision.needs, provision.min_year, provision.max_year, provision.bands, provision.place_gbp),
        *(provision.topup_gbp, provision.overflow_places, provision.overflow_gbp, provision.status),
        provision.open_gbp,
    )


def _with_school_limits(county: County) -> Iterator[Setting]:
    """Limit the first primary school with a base of each locality to two places fewer than its groups have together."""
    limited: dict[str, str] = {}
    for provision in county.provisions:
        if provision.kind == "hub" and provision.status == "open":
            limited.setdefault(provision.setting.locality, provision.setting.setting_id)
    for setting in county.settings:
        places = sum(part.places for part in county.provisions if part.setting is setting)
        yield replace(setting, places=places - 2) if setting.setting_id in limited.values() else setting


def _hub_rows(county: County) -> Iterator[tuple[Any, ...]]:
    """Outreach from the first base of each locality and from the second special school."""
    for town in TOWNS:
        bases = (one for one in county.provisions if one.kind == "hub" and one.setting.locality == town.name)
        yield next(bases).provision_id, *OUTREACH
    yield [one for one in county.provisions if one.kind == "special"][1].provision_id, *OUTREACH


def _limit_rows(county: County) -> Iterator[tuple[Any, ...]]:
    """Year-group and need limits: example values."""
    special = [provision for provision in county.provisions if provision.kind == "special"]
    bases = [one for one in county.provisions if one.kind == "hub" and one.status == "open"]
    big_base = max(bases, key=lambda base: base.places)
    yield "L1", special[2].provision_id, "", "any", 7, 7, 16
    yield "L2", special[3].provision_id, "", "any", 7, 7, 36
    yield "L3", bases[0].provision_id, "", "any", 0, 0, 2
    yield "L4", big_base.provision_id, "", "any", 7, 7, 5
    yield "L5", special[5].provision_id, "", "SEMH", 0, 6, 24
    yield "L6", "", special[0].setting.setting_id, "any", 0, 0, 12


def _fee_rows(draws: Draws, pupils: Sequence[Pupil]) -> Iterator[tuple[str, str, int]]:
    """Price today's independent placements one by one: most below the mean, a few far above it."""
    for pupil in pupils:
        if pupil.current is not None and pupil.current.kind == "independent_special":
            area = "inside" if pupil.current.setting.authority == COUNTY else "outside"
            fee = INDEPENDENT_FEE_GBP[area] * draws.on_curve(FEE_CURVE)
            yield pupil.pupil_id, pupil.current.provision_id, int(fee / 100 + 0.5) * 100


def _decisions(county: County, pupils: Sequence[Pupil]) -> Iterator[tuple[str, str, str, str]]:
    """Decide what an officer might have decided about four pupils."""
    for pupil in pupils:
        if pupil.year == 11 and pupil.current is not None and pupil.current.kind == "independent_special":
            yield pupil.pupil_id, pupil.current.provision_id, "must", "Examination year: the placement goes on"
            break
    autism_school = next(one for one in county.provisions if one.needs == "ASD;SLCN" and one.kind == "special")
    starter = _first(pupils, lambda pupil: pupil.year == 0 and (pupil.need, pupil.band) == ("ASD", "C"))
    yield starter.pupil_id, autism_school.provision_id, "must", "The Tribunal named this school"
    leaver = _first(pupils, lambda pupil: pupil.year == 7 and pupil.kind == "special" and pupil.need == "ASD")
    mixed_school = next(one for one in county.provisions if one.kind == "special" and one.takes("SEMH", 7))
    other_school = next(
        one for one in county.provisions if one.kind == "special" and one.takes("ASD", 7) and one is not autism_school
    )
    yield leaver.pupil_id, other_school.provision_id, "never", "The school's reply: it cannot meet need"
    excluded = _first(pupils, lambda pupil: pupil.need == "SEMH" and pupil.current is None and pupil.year > 6)
    yield excluded.pupil_id, mixed_school.provision_id, "never", "Left this school last year; no return agreed"


def _first(pupils: Sequence[Pupil], test: Callable[[Pupil], bool]) -> Pupil:
    return next(pupil for pupil in pupils if test(pupil))


def main() -> None:
    """Write the files."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in draw_tables().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="")
        print(f"{name}: {len(text.encode()):,} bytes")


if __name__ == "__main__":
    main()
