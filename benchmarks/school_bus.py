"""The school bus instances of Park, Tae and Kim (2012) in the library's own tables, and the buses of their solutions.

Times of day in the files are hours and minutes without a colon: 945 is 09:45, as their time windows in seconds confirm.
Coordinates are feet; a bus drives 29.3333 feet a second along two axes. The authors cut every drive and every handling
time to whole seconds; here a drive is exact to 0.003 s (`Legs` keeps minutes to four decimals) and a handling time to
the millisecond, so that this statement is, on the whole, a little harder than theirs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

import placement_opt as po
from benchmarks.public_instances import data_folder
from benchmarks.route_case import RouteQuestion
from placement_opt.legs import Legs
from placement_opt.route_rules import RouteRules

FAMILY = "school-bus"
AREAS = tuple(f"{sort}{number:02d}" for sort in ("RSRB", "CSCB") for number in (1, 2, 3, 4))
LIMITS_S = (2_700, 5_400)
"""Longest rides, in seconds."""

SEATS = 66
FEET_PER_SECOND = 29.3333
METRES_PER_FOOT = 0.3048
FEET_PER_MILE = 5_280
CORNER_M = (400_000, 300_000)
"""Where the corner of an instance is put on British National Grid."""

SINGLE_LOAD = "single load 2019"
DEPOT = 900_001


@dataclass(frozen=True)
class SchoolBus:
    """An instance as a question about routes, with what is published about it.

    Parameters
    ----------
    name
        Area and ride limit, such as `RSRB01-2700`.
    question
        The same in the library's tables; a bus costs £1 and nothing else costs anything.
    published
        Buses of the solution of 2012, in which a bus may carry pupils of several schools.
    also
        Further published numbers: buses of the best solution of 2019 in which it may not, though it may serve schools
        one after the other.
    """

    name: str
    question: RouteQuestion
    published: float
    also: Mapping[str, float]
    unit: str = "buses"
    rounding: float = 0.0

    def value(self, gbp: float) -> float:
        """Return how many buses an amount of £ stands for."""
        return gbp


def names() -> list[str]:
    """Return the names of all instances.

    Raises
    ------
    FileNotFoundError
        When they do not lie beside the project.
    """
    data_folder()
    return [f"{area}-{limit_s}" for area in AREAS for limit_s in LIMITS_S]


def load(name: str) -> SchoolBus:
    """Return an instance by its name.

    Raises
    ------
    KeyError
        When there is none of that name.
    FileNotFoundError
        When the instances do not lie beside the project.
    """
    if name not in names():
        raise KeyError(f"There is no school bus instance {name!r}; instances: {', '.join(names())}.")
    area, _, limit = name.partition("-")
    folder = data_folder() / "school_bus"
    stops, schools = read_points(folder / area)
    numbers = pd.read_csv(folder / "buses_by_method.csv").set_index(["benchmark", "max_riding_time"])
    buses = read_solution(folder / area, int(limit))
    return SchoolBus(
        name,
        state(stops, schools, int(limit))._replace(published=buses),
        len(buses),
        {SINGLE_LOAD: int(numbers.loc[(area, float(limit)), "combined"])},
    )


def read_points(folder: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the stops and the schools of an area.

    Returns
    -------
    tuple of DataFrame
        stops: id, x, y (feet), school, pupils; schools: id, x, y, from, by (times of day such as 09:45).
    """
    stops = pd.read_csv(folder / "Stops.txt", sep="\t")
    stops.columns = ["id", "x", "y", "school", "pupils"]  # one file calls a column D that the others call X
    schools = pd.read_csv(folder / "Schools.txt", sep="\t")
    schools.columns = ["id", "x", "y", "from", "by"]
    for column in ("from", "by"):
        schools[column] = [f"{time // 100:02d}:{time % 100:02d}" for time in schools[column]]
    named = {"id": "str"}
    return stops.astype({**named, "school": "str"}), schools.astype(named)


def state(stops: pd.DataFrame, schools: pd.DataFrame, limit_s: int) -> RouteQuestion:
    """Return an instance as a question.

    Parameters
    ----------
    stops, schools
        As `read_points` returns them.
    limit_s
        Longest ride, from the moment the bus leaves the stop to the moment it stands at the school.

    Notes
    -----
    A stop is one row of pupils with `count`, a school one setting with one provision that has a place for everybody,
    and the plan is `baseline`. Every stop and school is a point of its own in the legs, so that each stop takes its 19
    seconds. No price of a mile or an hour: the cost of the routes in £ is the number of buses.
    """
    going = stops.groupby("school")["pupils"].sum()
    limit = limit_s / 60
    problem = po.Problem(
        pupils=pd.DataFrame(
            {
                "pupil_id": stops["id"],
                **_grid(stops),
                "year_group": 7,
                "need": "OTH",
                "count": stops["pupils"],
                "current_provision_id": stops["school"],
                "max_minutes": limit,
                "entitled": True,
                "travel_mode": "vehicle",
            }
        ),
        settings=pd.DataFrame(
            {
                "setting_id": schools["id"],
                "name": schools["id"],
                **_grid(schools),
                "arrive_from": schools["from"],
                "arrive_by": schools["by"],
            }
        ),
        provisions=pd.DataFrame(
            {
                "provision_id": schools["id"],
                "setting_id": schools["id"],
                "kind": "special",
                "places": schools["id"].map(going).fillna(0).astype(int),
                "topup_gbp": 0,
            }
        ),
        fleet=pd.DataFrame(
            {
                "vehicle": ["bus"],
                "gbp_per_day": [1],
                "gbp_per_mile": [0],
                "gbp_per_hour": [0],
                "co2e_kg_per_mile": [0],
                "source": ["each bus counts as £1"],
            }
        ),
        layouts=pd.DataFrame({"vehicle": ["bus"], "seats": [SEATS], "wheelchair_places": [0]}),
        parameters=po.Parameters(
            days_per_year=1,
            guide_minutes_primary=limit,
            guide_minutes_secondary=limit,
            stop_seconds=19,
            board_seconds=2.6,
            leave_stop_seconds=29,
            leave_seconds=1.9,
        ),
    )
    legs = legs_of(stops, schools)
    rows, columns = legs.points_of(problem.pupils["pupil_id"], problem.settings["setting_id"])
    travel = po.TravelMatrix(
        tuple(problem.pupils["pupil_id"]),
        tuple(problem.settings["setting_id"]),
        legs.minutes[np.ix_(rows, columns)],
        legs.miles[np.ix_(rows, columns)],
        source=legs.source,
    )
    rules = RouteRules(together="mixed", detour=None)
    return RouteQuestion(problem, po.baseline(problem, travel), travel, legs, rules)


def _grid(points: pd.DataFrame) -> dict[str, pd.Series]:
    return {
        "easting": CORNER_M[0] + points["x"] * METRES_PER_FOOT,
        "northing": CORNER_M[1] + points["y"] * METRES_PER_FOOT,
    }


def legs_of(stops: pd.DataFrame, schools: pd.DataFrame) -> Legs:
    """Return the drives of an area: feet along both axes, all points apart."""
    x, y = (np.concatenate([stops[axis], schools[axis]]) for axis in ("x", "y"))
    feet = np.abs(x[:, None] - x[None, :]) + np.abs(y[:, None] - y[None, :])
    return Legs(
        tuple(stops["id"]),
        tuple(schools["id"]),
        np.arange(len(stops)),
        len(stops) + np.arange(len(schools)),
        feet / FEET_PER_SECOND / 60,
        feet / FEET_PER_MILE,
        source=f"feet along two axes at {FEET_PER_SECOND} feet a second",
    )


def read_solution(folder: Path, limit_s: int) -> tuple[tuple[str, ...], ...]:
    """Return the buses of the solution of 2012: stops and schools in the order of the day.

    Notes
    -----
    The rows of the depot, and the rows in which a bus drives on from a school where it has just been, are left out.
    """
    rows = pd.read_csv(folder / f"solution_{limit_s}.txt", sep="\t")
    rows.columns = ["bus", "at", "id", "pupils", "service", "arrives", "waits", "drives", "school"]
    rows = rows[(rows["id"] < DEPOT) & (rows["pupils"] > 0)].sort_values(["bus", "at"], kind="stable")
    return tuple(tuple(bus["id"].astype(str)) for _, bus in rows.groupby("bus"))
