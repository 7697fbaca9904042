"""Instances with published optima, stated through the library's own tables and nothing else.

Money is the objective: every instance has zero minutes, or minutes that cost nothing, and nobody is entitled to
transport. The library rounds the price of a pair to the penny, so the figures of an instance are multiplied by a power
of ten (`Instance.gbp_per_unit`); `Instance.rounding` says how far the rounding that is left can move the optimum.
Everybody can be placed in every instance, so the first stage of the order (fewest unplaced) changes nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

import placement_opt as po

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "benchmarks"
"""Where the files lie beside the project; see `data_folder`."""

CAP_GBP_PER_UNIT = 100
"""Every price of one unit of demand in OR-Library's cap files has at most four decimals: x 100 it is whole pennies."""

DEVON_GBP_PER_MINUTE = 100
"""£100 a minute: minutes are exact to 0.0001, which can move the mean by 0.00005 minutes at most."""

DEVON_SITES = (4, 5, 6, 7, 8)
DEVON_PUBLISHED_MINUTES = {4: 23.392076, 5: 21.933916, 6: 20.641178, 7: 19.415423, 8: 18.345390}
"""Published best weighted mean minutes by number of sites, four of which exist."""

MIDDLE_M = (400_000, 300_000)
"""Where points without coordinates of their own are put on British National Grid."""

POLICY = po.Policy(moves="all", requests="off", mainstream="off", siblings="off", cost_basis="marginal")

Floats = NDArray[np.float64]


class Question(NamedTuple):
    """What the library is asked."""

    problem: po.Problem
    travel: po.TravelMatrix
    policy: po.Policy


@dataclass(frozen=True)
class Instance:
    """A public instance as a question, with what is published about it.

    Parameters
    ----------
    name
        Family and name, such as `cap/cap41`.
    question
        The same instance in the library's tables.
    gbp_per_unit
        £ of the question for one unit of the published objective.
    published
        Published optimum, or best known value, in its own units.
    rounding
        The most by which rounding to the penny can move the optimum, in published units.
    unit
        What the published value is counted in.
    also
        Further published values, by what they are.
    """

    name: str
    question: Question
    gbp_per_unit: float
    published: float | None
    rounding: float
    unit: str
    also: Mapping[str, float] = field(default_factory=dict)

    def value(self, gbp: float) -> float:
        """Return an amount of £ of the question in the units of the published value."""
        return gbp / self.gbp_per_unit


class _Given(NamedTuple):
    """Customers and sites of an instance before they become tables."""

    count: Sequence[int]
    """Units of demand that may be served apart."""
    places: Sequence[int]
    """Units of demand that one of them takes and that are never split."""
    capacity: Sequence[int]
    open_gbp: Sequence[float]
    is_candidate: Sequence[bool]
    pair_gbp: Floats
    """Price of one of `count`, shape (customers, sites)."""


def data_folder() -> Path:
    """Return the folder of the instances.

    Raises
    ------
    FileNotFoundError
        When it does not lie beside the project.
    """
    if not DATA.is_dir():
        raise FileNotFoundError("The public instances do not lie beside the project (../shared/data/benchmarks).")
    return DATA


def names(family: str) -> list[str]:
    """Return the names of a family's instances, in the order of their numbers.

    Raises
    ------
    KeyError
        When there is no such family.
    FileNotFoundError
        When the instances do not lie beside the project.
    """
    return FAMILIES[family].names(data_folder())


def load(name: str) -> Instance:
    """Return the instance called `family/name`.

    Raises
    ------
    KeyError
        When there is no such family or instance.
    FileNotFoundError
        When the instances do not lie beside the project.

    Notes
    -----
    Families: `cap`, `delmaire`, `holmberg`, `pmedcap`, `devon`.
    """
    family, _, one = name.partition("/")
    if family not in FAMILIES or one not in names(family):
        raise KeyError(f"There is no public instance {name!r}; families: {', '.join(FAMILIES)}.")
    return FAMILIES[family].load(data_folder(), one)


def parse_cap(text: str, *, name: str = "cap", published: float | None = None) -> Instance:
    """Read a capacitated facility location problem of OR-Library; demand may be split.

    Parameters
    ----------
    text
        `m n`, m x (capacity, fixed cost), then for each customer its demand and m costs of serving all of it.
    name, published
        Of the instance.

    Returns
    -------
    Instance
        A customer is one row of pupils with `count` = demand, and the price of a pair is the cost of serving all
        demand divided by the demand. All money is multiplied by `CAP_GBP_PER_UNIT`: a unit's cost in these files is a
        whole number of ten-thousandths, so that every price is a whole number of pennies and nothing is rounded
        (`rounding` is worked out from the file with exact fractions, and is 0 for all published ones).
    """
    cells = text.split()
    sites, customers = int(cells[0]), int(cells[1])
    site_cells, rest = cells[2 : 2 + 2 * sites], cells[2 + 2 * sites :]
    rows = [rest[start : start + sites + 1] for start in range(0, customers * (sites + 1), sites + 1)]
    demand = [_whole(row[0]) for row in rows]
    exact = [[Fraction(cost) * CAP_GBP_PER_UNIT / n for cost in row[1:]] for n, row in zip(demand, rows, strict=True)]
    pair_gbp = np.array([[float(price) for price in row] for row in exact])
    off_gbp = [
        n * max(abs(price - Fraction(round(price * 100), 100)) for price in row)
        for n, row in zip(demand, exact, strict=True)
    ]
    given = _Given(
        count=demand,
        places=[1] * customers,
        capacity=[_whole(cell) for cell in site_cells[0::2]],
        open_gbp=[float(Fraction(cell) * CAP_GBP_PER_UNIT) for cell in site_cells[1::2]],
        is_candidate=[True] * sites,
        pair_gbp=pair_gbp,
    )
    return Instance(name, _question(given), CAP_GBP_PER_UNIT, published, float(sum(off_gbp)) / CAP_GBP_PER_UNIT, "cost")


def parse_single_source(text: str, *, name: str = "sscflp", published: float | None = None) -> Instance:
    """Read a capacitated facility location problem in which each customer has a single source.

    Parameters
    ----------
    text
        Numbers of sites and customers, capacities, opening costs, demands, and a row of costs for each customer.
    name, published
        Of the instance.

    Returns
    -------
    Instance
        A customer is one pupil who takes up as many `places` as it has demand; all costs are whole £.
    """
    cells = text.split()
    sites, customers = int(cells[0]), int(cells[1])
    capacity, opening, demand, costs = np.split(np.array(cells[2:], dtype=float), np.cumsum([sites, sites, customers]))
    given = _Given(
        count=[1] * customers,
        places=[_whole(cell) for cell in demand],
        capacity=[_whole(cell) for cell in capacity],
        open_gbp=opening.tolist(),
        is_candidate=[True] * sites,
        pair_gbp=costs.reshape(customers, sites),
    )
    return Instance(name, _question(given), 1, published, _most_rounding(given.count, given.pair_gbp), "cost")


def parse_pmedcap(text: str, *, name: str = "pmedcap") -> Instance:
    """Read a capacitated p-median problem: exactly p points are sites, and each point has a single one.

    Parameters
    ----------
    text
        Number and best known value; points, p, capacity; then for each point its number, x, y and demand.
    name
        Of the instance.

    Returns
    -------
    Instance
        The price of a pair is the straight distance rounded down, as the best known values have it.
    """
    cells = text.split()
    published, points, sites, capacity = (int(cell) for cell in cells[1:5])
    table = np.array(cells[5 : 5 + 4 * points], dtype=float).reshape(points, 4)
    place = table[:, 1:3]
    distance = np.floor(np.hypot(*(place[:, None, :] - place[None, :, :]).transpose(2, 0, 1)))
    given = _Given(
        count=[1] * points,
        places=[_whole(cell) for cell in table[:, 3]],
        capacity=[capacity] * points,
        open_gbp=[0.0] * points,
        is_candidate=[True] * points,
        pair_gbp=distance,
    )
    metres = place * 100 + np.array(MIDDLE_M)
    question = _question(given, pupil_m=metres, site_m=metres, open_sites=sites)
    return Instance(name, question, 1, float(published), 0.0, "distance")


def load_devon(folder: Path, sites: int) -> Instance:
    """Read the Devon p-median problem with minutes by car from a real router; four of the sites exist.

    Parameters
    ----------
    folder
        Where the five files are.
    sites
        How many sites are open in all, the four existing ones among them.

    Returns
    -------
    Instance
        An area is one row of pupils with `count` = people from 50 to 84; a minute is `DEVON_GBP_PER_MINUTE`. The
        published value is the mean: £ divided by that and by all people. The travel matrix holds the real minutes.
    """
    places = pd.read_csv(folder / "devon_cdcs.csv", skipinitialspace=True)
    journeys = pd.read_csv(folder / "travel_matrix_car.csv", index_col="from_id")[places["Facility_Name"].tolist()]
    people = pd.read_csv(folder / "demand_MF_50_84.csv").set_index("LSOA 2021 Name").loc[journeys.index]
    demand = people["MF50-84"].to_numpy(dtype=int)
    minutes = journeys.to_numpy(dtype=float)
    existing = (places["Existing"] == "Yes").to_numpy()
    given = _Given(
        count=demand.tolist(),
        places=[1] * len(demand),
        capacity=[int(demand.sum())] * len(places),
        open_gbp=[0.0] * len(places),
        is_candidate=(~existing).tolist(),
        pair_gbp=minutes * DEVON_GBP_PER_MINUTE,
    )
    longitude = places["Longitude"].astype(float)
    points = gpd.GeoSeries(gpd.points_from_xy(longitude, places["Latitude"].astype(float)), crs="EPSG:4326")
    points = points.to_crs("EPSG:27700")
    areas = gpd.read_file(folder / "LSOA21_PWC_devon.gpkg").to_crs("EPSG:27700")
    area_points = areas.set_index(_code_column(areas)).geometry.loc[people["LSOA 2021 Code"]]
    question = _question(
        given,
        pupil_m=np.column_stack([area_points.x, area_points.y]),
        site_m=np.column_stack([points.x, points.y]),
        open_sites=sites - int(existing.sum()),
        minutes=minutes,
    )
    rounding = _most_rounding(given.count, given.pair_gbp) / DEVON_GBP_PER_MINUTE / demand.sum()
    return Instance(
        f"devon/p{sites}",
        question,
        float(DEVON_GBP_PER_MINUTE * demand.sum()),
        DEVON_PUBLISHED_MINUTES.get(sites),
        float(rounding),
        "mean minutes",
    )


def read_optima(text: str) -> dict[str, float]:
    """Return the optima of `capopt.txt` by name; lines that name several are left out."""
    lines = (line.split() for line in text.splitlines() if line.startswith("cap"))
    return {cells[0]: float(cells[1]) for cells in lines if len(cells) == 2}


def _question(
    given: _Given,
    *,
    pupil_m: Floats | None = None,
    site_m: Floats | None = None,
    open_sites: int | None = None,
    minutes: Floats | None = None,
) -> Question:
    customers, sites = given.pair_gbp.shape
    pupil_ids, setting_ids = _ids("C", customers), _ids("S", sites)
    pupils = pd.DataFrame(
        {
            "pupil_id": pupil_ids,
            **_points(pupil_m, customers),
            "year_group": 7,
            "need": "OTH",
            "count": list(given.count),
            "places": list(given.places),
            "entitled": "no",
        }
    )
    settings = pd.DataFrame({"setting_id": setting_ids, "name": setting_ids, **_points(site_m, sites)})
    provisions = pd.DataFrame(
        {
            "provision_id": setting_ids,
            "setting_id": setting_ids,
            "kind": "special",
            "places": list(given.capacity),
            "status": np.where(given.is_candidate, "candidate", "open"),
            "open_gbp": list(given.open_gbp),
        }
    )
    pair_costs = pd.DataFrame(
        {
            "pupil_id": np.repeat(np.array(pupil_ids, dtype=object), sites),
            "provision_id": np.tile(np.array(setting_ids, dtype=object), customers),
            "cost_gbp": given.pair_gbp.round(2).ravel(),
        }
    )
    limits = pd.DataFrame({"site_limit": ["exactly p"], "min_open": [open_sites], "max_open": [open_sites]})
    problem = po.Problem(
        pupils=pupils,
        settings=settings,
        provisions=provisions,
        pair_costs=pair_costs,
        **({} if open_sites is None else {"site_limits": limits}),
    )
    zero = np.zeros((customers, sites))
    travel = po.TravelMatrix(
        tuple(pupil_ids),
        tuple(setting_ids),
        zero if minutes is None else minutes,
        zero,
        source="a public instance",
    )
    return Question(problem, travel, POLICY)


def _ids(letter: str, number: int) -> list[str]:
    return [f"{letter}{place:04d}" for place in range(number)]


def _points(metres: Floats | None, number: int) -> dict[str, Any]:
    where = np.tile(np.array(MIDDLE_M, dtype=float), (number, 1)) if metres is None else metres
    return {"easting": where[:, 0], "northing": where[:, 1]}


def _whole(cell: str | float) -> int:
    value = float(cell)
    if value != int(value):
        raise ValueError(f"The figure {cell!r} is not a whole number.")
    return int(value)


def _most_rounding(count: Sequence[int], pair_gbp: Floats) -> float:
    """Return how many £ rounding each pair to the penny can add to, or take from, any plan at most."""
    off = np.abs(pair_gbp - pair_gbp.round(2)).max(axis=1)
    return float((np.array(count) * np.where(off < 1e-9, 0.0, off)).sum())


def _code_column(areas: gpd.GeoDataFrame) -> str:
    return next(name for name in areas.columns if name.lower().replace("_", "").startswith("lsoa21c"))


@dataclass(frozen=True)
class _Family:
    names: Callable[[Path], list[str]]
    load: Callable[[Path, str], Instance]


def _number_of(name: str) -> int:
    return int("".join(letter for letter in name if letter.isdigit()))


def _files(folder: str, start: str, suffix: str = "") -> Callable[[Path], list[str]]:
    def listed(data: Path) -> list[str]:
        found = [path.name.removesuffix(suffix) for path in (data / folder).glob(f"{start}[0-9]*{suffix}")]
        return sorted(found, key=_number_of)

    return listed


def _load_cap(data: Path, one: str) -> Instance:
    optima = read_optima((data / "cap" / "capopt.txt").read_text(encoding="utf-8"))
    text = (data / "cap" / f"{one}.txt").read_text(encoding="utf-8")
    return parse_cap(text, name=f"cap/{one}", published=optima.get(one))


def _single_source_family(family: str) -> _Family:
    def load_one(data: Path, one: str) -> Instance:
        folder = data / "sscflp" / family
        optima = [float(cell) for cell in (folder / "os").read_text(encoding="utf-8").split()]
        text = (folder / one).read_text(encoding="utf-8")
        return parse_single_source(text, name=f"{family}/{one}", published=optima[_number_of(one) - 1])

    return _Family(_files(f"sscflp/{family}", "p"), load_one)


def _load_pmedcap(data: Path, one: str) -> Instance:
    return parse_pmedcap((data / "pmedcap" / f"{one}.txt").read_text(encoding="utf-8"), name=f"pmedcap/{one}")


FAMILIES = {
    "cap": _Family(_files("cap", "cap", ".txt"), _load_cap),
    "delmaire": _single_source_family("delmaire"),
    "holmberg": _single_source_family("holmberg"),
    "pmedcap": _Family(_files("pmedcap", "pmedcap", ".txt"), _load_pmedcap),
    "devon": _Family(
        lambda _: [f"p{sites}" for sites in DEVON_SITES], lambda data, one: load_devon(data / "devon", _number_of(one))
    ),
}
