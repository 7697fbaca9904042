"""Made-up areas of any size, drawn from a seed: the same seed gives the same tables.

Needs, ages and kinds of placement follow published shares; fees and top-ups lie around published or example values (the
embedded county's README says which is which). Nobody in them exists.

Each pupil is given a suitable place nearby while the area is drawn, and a provision has as many places as were given
there and 0 to 20 % more: so everybody can be placed, and about a third of the provisions are full when all who were
drawn there come.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng
from numpy.typing import NDArray
from scipy.spatial import cKDTree

import placement_opt as po

NEEDS = ("ASD", "SLCN", "SEMH", "MLD", "SLD", "PMLD", "SPLD", "PD", "HI", "VI", "MSI", "OTH")
PLANS_BY_NEED = (152_985, 114_236, 87_554, 46_754, 19_126, 7_028, 10_335, 18_056, 6_495, 3_854, 1_371, 5_747)
"""Plans in schools by primary need, England, January 2025 (Department for Education, "Education, health and care
plans", Open Government Licence v3.0)."""

FIRST_YEAR = 0
PLANS_BY_YEAR = (
    *(20_312, 29_479, 30_497, 32_706, 34_810, 36_630, 39_465),
    *(43_833, 44_296, 43_992, 43_172, 40_425, 15_280, 11_243, 6_534),
)
"""Plans in schools by year group from Reception (0) to Year 14; same source."""

BANDS = ("A", "B", "C", "D")
BAND_SHARES = (0.35, 0.3, 0.22, 0.13)
"""Bands of a made-up local scheme, from least to most support; example values."""

INDEPENDENT_FEE_GBP = 57_074
"""Mean fee in the council's own area, councils' 2025/26 forecast (Schools Week, March 2026)."""

SPECIAL_TOPUP_GBP = 16_000
"""£26,000 for a state special place (DfE, 2026) less £10,000 place funding."""

TOPUPS = (
    *(
        ("A", "mainstream", 6_800),
        ("B", "mainstream", 10_600),
        ("C", "mainstream", 15_400),
        ("D", "mainstream", 19_800),
    ),
    *(("A", "spoke", 6_800), ("B", "spoke", 9_600), ("C", "spoke", 12_400), ("D", "spoke", 16_800)),
    *(("A", "hub", 8_000), ("B", "hub", 10_900), ("C", "hub", 13_200), ("D", "hub", 18_000)),
)
"""Band, kind, £ a year: the embedded county's example values around published means."""

HOURS_BY_BAND = (1.0, 2.5, 4.0, 6.0)
"""Outreach hours a week that a pupil of each band needs at a spoke; example values."""

PLACES_NEAR = 8
"""A pupil's drawn place is one of so many nearest suitable ones."""

PROVISIONS_PER_TOWN = 12
AREA_M2_PER_PROVISION = 4_500_000.0
"""A county of 780 provisions is about 59 km wide; example value."""

TOWN_SPREAD_M = 2_500.0
MIDDLE_M = (400_000.0, 300_000.0)

ENGLAND_BOX_M = ((200_000.0, 640_000.0), (80_000.0, 580_000.0))

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Sort:
    """A sort of provision and its share of all."""

    kind: str
    share: float
    needs: str
    min_year: int
    max_year: int
    bands: str


SORTS = (
    Sort("mainstream", 0.14, "any", 0, 2, "A;B;C"),
    Sort("mainstream", 0.13, "any", 3, 6, "A;B;C"),
    Sort("mainstream", 0.10, "any", 0, 6, "A;B;C"),
    Sort("mainstream", 0.09, "any", 7, 11, "A;B;C"),
    Sort("mainstream", 0.10, "any", 7, 14, "A;B"),
    Sort("special", 0.08, "ASD;SLCN", 0, 14, "C;D"),
    Sort("special", 0.07, "MLD;SLD;PMLD;SLCN;ASD", 0, 6, "C;D"),
    Sort("special", 0.07, "MLD;SLD;PMLD;SLCN;ASD", 7, 14, "C;D"),
    Sort("special", 0.07, "SEMH", 3, 11, "B;C;D"),
    Sort("special", 0.05, "PD;HI;VI;MSI;PMLD", 0, 14, "any"),
    Sort("independent_special", 0.06, "ASD;SEMH", 3, 14, "C;D"),
    Sort("independent_special", 0.04, "any", 0, 14, "any"),
)
"""Shares are example values; the last sort takes everybody, so that nobody is without a suitable place."""


@dataclass(frozen=True)
class _Area:
    """What has been drawn, as arrays: pupils and provisions."""

    rng: Generator
    pupil_m: Floats
    need: Ints
    band: Ints
    year: Ints
    site_m: Floats
    sort: Ints


def pure(pupils: int = 20_000, provisions: int = 780, seed: int = 1) -> po.Problem:
    """Draw an area where only places are short: rules C1 and C2 of the model and nothing else.

    Parameters
    ----------
    pupils, provisions
        How many.
    seed
        Of every draw.

    Returns
    -------
    Problem
        About a quarter of all provisions are allowed for a pupil, whatever the size.
    """
    area = _draw_area(pupils, provisions, seed)
    places = _places(area, np.arange(provisions))
    return po.Problem(
        pupils=_pupils(area), settings=_settings(area), provisions=_provisions(area, places), topups=_topups()
    )


def sites(pupils: int = 5_000, provisions: int = 205, candidates: int = 20, seed: int = 1) -> po.Problem:
    """Draw an area with decisions: hubs and spokes, candidates under a capital budget, classes, least groups.

    Parameters
    ----------
    pupils, provisions
        How many; `candidates` and spokes are among the provisions.
    candidates
        Special schools and bases that could be opened. The budget allows a third of their capital together.
    seed
        Of every draw.

    Returns
    -------
    Problem
        A tenth of the provisions are bases (hubs) with outreach teams, an eighth spokes; some special schools can add
        a class; bases have a least number of pupils.
    """
    area = _draw_area(pupils, provisions, seed)
    rng = area.rng
    kind = _kinds(area)
    is_mainstream = kind == "mainstream"
    hub, spoke = _drawn(rng, is_mainstream, provisions // 10, provisions // 8)
    kind[hub], kind[spoke] = "hub", "spoke"
    candidate = _drawn(rng, np.isin(kind, ("hub", "special")), min(candidates, provisions // 4))[0]
    planted = np.setdiff1d(np.arange(provisions), np.concatenate([candidate, spoke]))
    places = _places(area, planted)
    places[candidate] = rng.integers(10, 41, len(candidate))
    places[spoke] = rng.integers(3, 9, len(spoke))
    frame = _provisions(area, places).assign(kind=kind)
    frame.loc[hub, ["needs", "bands", "topup_gbp"]] = ["any", "any", np.nan]
    frame["status"] = "open"
    frame.loc[candidate, "status"] = "candidate"
    frame["open_gbp"] = _at(candidate, provisions, rng.integers(4, 15, len(candidate)) * 10_000)
    frame["capital_gbp"] = _at(candidate, provisions, rng.integers(10, 61, len(candidate)) * 100_000)
    grows = _drawn(rng, (kind == "special") & (frame["status"] == "open").to_numpy(), max(1, provisions // 25))[0]
    frame["max_classes"] = _at(grows, provisions, rng.integers(1, 3, len(grows)))
    frame["class_places"] = _at(grows, provisions, 8)
    frame["class_gbp"] = _at(grows, provisions, rng.integers(5, 10, len(grows)) * 10_000)
    frame["class_capital_gbp"] = _at(grows, provisions, rng.integers(2, 6, len(grows)) * 100_000)
    small = np.union1d(candidate, hub[: max(1, len(hub) // 2)])
    frame["min_pupils"] = _at(small, provisions, 5)
    limit_gbp = math.floor(frame["capital_gbp"].sum() / 3 / 100_000) * 100_000
    budgets = pd.DataFrame({"budget": ["capital"], "type": ["capital"], "limit_gbp": [limit_gbp]})
    hours = np.array(HOURS_BY_BAND)[area.band] + rng.integers(0, 3, len(area.band)) * 0.5
    return po.Problem(
        pupils=_pupils(area).assign(support_hours=hours),
        settings=_settings(area),
        provisions=frame,
        topups=_topups(),
        hubs=_hubs(frame.loc[hub, "provision_id"].tolist()),
        budgets=budgets,
    )


def england(pupils: int = 640_000, provisions: int = 24_000, seed: int = 1) -> po.Problem:
    """Draw a whole country: as `pure`, and every mainstream school may go over its number at a price.

    Parameters
    ----------
    pupils, provisions
        How many.
    seed
        Of every draw.

    Notes
    -----
    All pairs are too many (15 billion); the travel matrix has to hold the near ones only.
    """
    area = _draw_area(pupils, provisions, seed, box_m=ENGLAND_BOX_M)
    places = _places(area, np.arange(provisions))
    frame = _provisions(area, places)
    is_mainstream = frame["kind"] == "mainstream"
    frame["overflow_places"] = np.where(is_mainstream, 3, 0)
    frame["overflow_gbp"] = np.where(is_mainstream, 12_000, 0)
    return po.Problem(pupils=_pupils(area), settings=_settings(area), provisions=frame, topups=_topups())


def _draw_area(
    pupils: int, provisions: int, seed: int, box_m: tuple[tuple[float, float], tuple[float, float]] | None = None
) -> _Area:
    rng = default_rng(seed)
    half_m = math.sqrt(provisions * AREA_M2_PER_PROVISION) / 2
    box = box_m or tuple((middle - half_m, middle + half_m) for middle in MIDDLE_M)
    number = max(2, provisions // PROVISIONS_PER_TOWN)
    towns = np.column_stack([rng.uniform(least, most, number) for least, most in box])
    weight = 1 / np.arange(1, number + 1) ** 0.6
    weight /= weight.sum()

    def points(amount: int) -> Floats:
        town = rng.choice(number, amount, p=weight)
        spread = TOWN_SPREAD_M * (0.6 + 2.5 * np.sqrt(weight[town] / weight.max()))
        return np.asarray(np.round(towns[town] + rng.normal(size=(amount, 2)) * spread[:, None]), dtype=float)

    return _Area(
        rng,
        pupil_m=points(pupils),
        need=rng.choice(len(NEEDS), pupils, p=_shares(PLANS_BY_NEED)),
        band=rng.choice(len(BANDS), pupils, p=_shares(BAND_SHARES)),
        year=FIRST_YEAR + rng.choice(len(PLANS_BY_YEAR), pupils, p=_shares(PLANS_BY_YEAR)),
        site_m=points(provisions),
        sort=rng.permutation(_sorts(provisions)),
    )


def _shares(counts: tuple[float, ...]) -> Floats:
    return np.array(counts, dtype=float) / sum(counts)


def _sorts(provisions: int) -> Ints:
    """Share the provisions out among the sorts; the last sort has at least one."""
    ends = np.round(np.cumsum([sort.share for sort in SORTS]) * provisions).astype(int)
    ends[-1] = provisions
    ends[:-1] = np.minimum(ends[:-1], provisions - 1)
    return np.repeat(np.arange(len(SORTS)), np.diff(ends, prepend=0))


def _kinds(area: _Area) -> NDArray[Any]:
    return np.array([sort.kind for sort in SORTS], dtype=object)[area.sort]


def _suits() -> NDArray[np.bool_]:
    """Return which sort takes which need, band and year."""
    suits = np.zeros((len(NEEDS), len(BANDS), len(PLANS_BY_YEAR), len(SORTS)), dtype=bool)
    for place, sort in enumerate(SORTS):
        needs = [sort.needs == "any" or need in sort.needs.split(";") for need in NEEDS]
        bands = [sort.bands == "any" or band in sort.bands.split(";") for band in BANDS]
        years = [sort.min_year <= FIRST_YEAR + year <= sort.max_year for year in range(len(PLANS_BY_YEAR))]
        suits[..., place] = np.array(needs)[:, None, None] & np.array(bands)[:, None] & np.array(years)
    return suits


def _places(area: _Area, among: Ints) -> Ints:
    """Give each pupil one of the nearest suitable provisions, and each provision a little more than it was given."""
    suits = _suits()[area.need, area.band, area.year - FIRST_YEAR] @ (1 << np.arange(len(SORTS)))
    chosen = np.zeros(len(area.need), dtype=np.int64)
    for code in np.unique(suits):
        who = np.flatnonzero(suits == code)
        where = among[(code >> area.sort[among]) & 1 == 1]
        near = min(PLACES_NEAR, len(where))
        _, nearest = cKDTree(area.site_m[where]).query(area.pupil_m[who], k=[*range(1, near + 1)])
        chosen[who] = where[nearest[np.arange(len(who)), area.rng.integers(0, near, len(who))]]
    given = np.bincount(chosen, minlength=len(area.sort))
    spare = np.maximum(0, area.rng.uniform(-0.1, 0.2, len(given)))
    return np.asarray(np.maximum(1, np.ceil(given * (1 + spare))), dtype=np.int64)


def _pupils(area: _Area) -> pd.DataFrame:
    number = len(area.need)
    draws = area.rng.random((number, 4))
    return pd.DataFrame(
        {
            "pupil_id": _ids("P", number),
            "easting": area.pupil_m[:, 0],
            "northing": area.pupil_m[:, 1],
            "year_group": area.year,
            "need": np.array(NEEDS, dtype=object)[area.need],
            "band": np.array(BANDS, dtype=object)[area.band],
            "wheelchair": draws[:, 0]
            < np.where(np.isin(area.need, (NEEDS.index("PD"), NEEDS.index("PMLD"))), 0.4, 0.01),
            "solo": draws[:, 1] < 0.03,
            "assistant": draws[:, 2] < 0.1,
            "independent_travel": (draws[:, 3] < 0.4) & (area.year >= 9) & (area.band < 2),
        }
    )


def _settings(area: _Area) -> pd.DataFrame:
    ids = _ids("S", len(area.sort))
    return pd.DataFrame({"setting_id": ids, "name": ids, "easting": area.site_m[:, 0], "northing": area.site_m[:, 1]})


def _provisions(area: _Area, places: Ints) -> pd.DataFrame:
    number, kind = len(area.sort), _kinds(area)
    fee = INDEPENDENT_FEE_GBP * np.exp(area.rng.normal(-0.06, 0.35, number))
    special = SPECIAL_TOPUP_GBP * area.rng.uniform(0.75, 1.3, number)
    price = np.select([kind == "independent_special", kind == "special"], [fee, special], np.nan)
    return pd.DataFrame(
        {
            "provision_id": _ids("V", number),
            "setting_id": _ids("S", number),
            "kind": kind,
            "places": places,
            **{
                name: np.array([getattr(sort, name) for sort in SORTS], dtype=object)[area.sort]
                for name in ("needs", "min_year", "max_year", "bands")
            },
            "topup_gbp": np.round(price, -1),
        }
    )


def _topups() -> pd.DataFrame:
    return pd.DataFrame(TOPUPS, columns=["band", "kind", "topup_gbp"])


def _hubs(provision_ids: list[str]) -> pd.DataFrame:
    """Return outreach as the embedded county has it; example values."""
    return pd.DataFrame(
        {
            "provision_id": provision_ids,
            "team_hours_per_week": 46,
            "max_teams": 2,
            "team_gbp": 98_000,
            "max_spokes": 5,
            "max_link_minutes": 30,
            "visits_per_week": 2,
        }
    )


def _drawn(rng: Generator, among: NDArray[np.bool_], *amounts: int) -> list[Ints]:
    """Draw groups of positions, none of them twice."""
    order = rng.permutation(np.flatnonzero(among))
    return [np.sort(part) for part in np.split(order, np.cumsum(amounts))[: len(amounts)]]


def _at(positions: Ints, number: int, values: Any) -> Ints:
    column = np.zeros(number, dtype=np.int64)
    column[positions] = values
    return column


def _ids(letter: str, number: int) -> list[str]:
    width = len(str(number))
    return [f"{letter}{place:0{width}d}" for place in range(number)]
