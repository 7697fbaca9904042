"""The map of plans: schools by kind and size, who goes where, catchments and routes, as a drawing that can be moved.

What may be shared shows no home: neither lines from homes, nor catchments, nor routes.
"""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from placement_opt.report.ground import Ground, ground_of
from placement_opt.report.map_routes import DrawnRoute, drawn_routes, elsewhere
from placement_opt.report.names import KIND_NAMES, group_name
from placement_opt.report.published import group_labels
from placement_opt.report.shared_ways import shared_ways
from placement_opt.report.subject import Subject
from placement_opt.route_plan import RoutePlan
from placement_opt.schema import ANY, KINDS, NEEDS
from placement_opt.suppression import LEAST_SHOWN

SHAPES: Mapping[str, str] = {
    "mainstream": "M1 0A1 1 0 1 1-1 0A1 1 0 1 1 1 0Z",
    "hub": "M-.9-.9H.9V.9H-.9Z",
    "spoke": "M0-1.1L1.05.8H-1.05Z",
    "special": "M0-1.2L1.2 0L0 1.2L-1.2 0Z",
    "independent_special": "M-.4-1.1H.4V-.4H1.1V.4H.4V1.1H-.4V.4H-1.1V-.4H-.4Z",
    "alternative": "M-1-.5L-.5-1L0-.5L.5-1L1-.5L.5 0L1 .5L.5 1L0 .5L-.5 1L-1 .5L-.5 0Z",
}
"""Outlines of about one size, so that kinds can be told apart without colour."""

_RADII = ((5, 4.0), (10, 5.0), (25, 6.5), (50, 8.5), (100, 11.0))
_LARGEST, _HIDDEN = 13.0, 4.0
_SIDE_BY_SIDE = 12.0
_FEWEST_OF_A_HULL = 3
Points = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Mark:
    """A provision on the map; `radii` and `hidden` have an entry for each plan, a radius of 0 where it has no pupil.

    `school` is the position of its school in the table of settings. `shift` moves it aside, whatever the size of the
    map, where a school has several provisions.
    """

    provision_id: str
    school: int
    kind: str
    needs: str
    x: float
    y: float
    shift: float
    radii: tuple[float, ...]
    hidden: tuple[bool, ...]
    words: str
    name: str


@dataclass(frozen=True)
class Shape:
    """Lines, points or an outline on the map, of one plan, one provision and one need where it has one."""

    path: str
    plan: int
    provision_id: str
    kind: str
    need: str = ""


@dataclass(frozen=True)
class PlanMap:
    """What the map shows, ready to be drawn.

    Parameters
    ----------
    ground
        What of the land is in view.
    plans
        Names of the plans; the last is shown first.
    marks
        The provisions.
    lines, hulls, routes
        Homes with the way to their school; outlines around the homes of a provision; morning runs. For confidential
        papers.
    ways
        From localities to provisions, for papers to be shared.
    localities
        Name and place of each locality: the middle of its schools.
    needs
        Codes and names of the needs that can be picked: those of pupils.
    words
        What the map shows, for those who cannot see it.
    """

    ground: Ground
    plans: tuple[str, ...]
    marks: tuple[Mark, ...]
    lines: tuple[Shape, ...]
    ways: tuple[Shape, ...]
    hulls: tuple[Shape, ...]
    routes: tuple[DrawnRoute, ...]
    localities: tuple[tuple[str, float, float], ...]
    needs: tuple[tuple[str, str], ...]
    words: str

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The kinds on the map with their names."""
        found = {mark.kind for mark in self.marks}
        return tuple((kind, KIND_NAMES[kind]) for kind in KINDS if kind in found)


def plan_map(subject: Subject, routes: RoutePlan | None = None) -> PlanMap:
    """Put the plans on a map.

    Parameters
    ----------
    subject
        Homes, catchments and routes are there only when it is confidential. Otherwise a provision whose count is hidden
        has the same small hollow mark whatever the count.
    routes
        Routes to draw.
    """
    settings = subject.problem.settings.set_index("setting_id")
    sites = _sites(subject, settings)
    ground = ground_of(sites)
    plans = tuple(subject.plans)
    shifted = zip(sites.iterrows(), _shifts(sites), strict=True)
    localities = _localities(settings, ground)
    homes = [(number, plan.placements) for number, plan in enumerate(subject.plans.values()) if subject.confidential]
    drawn = routes if subject.confidential else None
    return PlanMap(
        ground=ground,
        plans=plans,
        marks=tuple(_mark(subject, row, ground, shift) for (_, row), shift in shifted),
        lines=tuple(shape for number, rows in homes for shape in _lines(number, rows, ground)),
        ways=() if subject.confidential else tuple(_ways(subject, localities, sites, ground)),
        hulls=tuple(shape for number, rows in homes for shape in _hulls(number, rows, ground)),
        routes=() if drawn is None else tuple(drawn_routes(drawn, subject.problem, ground)),
        localities=localities,
        needs=tuple((need, group_name("need", need)) for need in group_labels(subject.plans, "need")),
        words=_words(subject, sites, drawn),
    )


def _sites(subject: Subject, settings: pd.DataFrame) -> pd.DataFrame:
    """Return the provisions that any plan uses, the large ones first, so that small ones lie above them."""
    use = subject.plans[subject.main].use
    used = {ident for name in subject.plans for ident in _used(subject, name)}
    sites = use[use["provision_id"].isin(used)].drop(columns="setting_name")
    needs = subject.problem.provisions.set_index("provision_id")["needs"]
    points = settings[["name", "easting", "northing"]].assign(school=range(len(settings)))
    sites = sites.join(points, on="setting_id").assign(needs=lambda frame: frame["provision_id"].map(needs))
    return sites.sort_values(["places", "provision_id"], ascending=[False, True], kind="stable")


def _used(subject: Subject, name: str) -> list[str]:
    """Return the provisions where a plan has pupils, or where it may not be said whether it has any."""
    keys = {ident: ("provision", name, ident) for ident in subject.plans[name].use["provision_id"]}
    return [ident for ident, key in keys.items() if subject.counts[key] or subject.is_hidden(key)]


def _shifts(sites: pd.DataFrame) -> list[float]:
    """Return how far to the right each provision is drawn, so that those of one school stand side by side."""
    schools = sites.groupby("setting_id")["provision_id"]
    return (_SIDE_BY_SIDE * (schools.cumcount() - (schools.transform("size") - 1) / 2)).tolist()


def _mark(subject: Subject, row: "pd.Series[Any]", ground: Ground, shift: float) -> Mark:
    keys = [("provision", name, row["provision_id"]) for name in subject.plans]
    hidden = tuple(subject.is_hidden(key) for key in keys)
    x, y = ground.point(row["easting"], row["northing"])
    radii = tuple(_HIDDEN if unseen else _radius(subject.counts[key]) for key, unseen in zip(keys, hidden, strict=True))
    counts = ", ".join(f"{name} {_count(subject, key)}" for name, key in zip(subject.plans, keys, strict=True))
    kind = KIND_NAMES[row["kind"]]
    words = f"{row['name']}: {kind.lower()}, {row['places']} places. Pupils: {counts}."
    needs = " ".join(NEEDS) if row["needs"] == ANY else str(row["needs"]).replace(";", " ")
    name = f"{row['name']}, {kind.lower()} ({row['provision_id']})"
    return Mark(row["provision_id"], row["school"], row["kind"], needs, x, y, shift, radii, hidden, words, name)


def _count(subject: Subject, key: Hashable) -> str:
    return str(subject.marks[key]) if subject.is_hidden(key) else f"{subject.counts[key]:,}"


def _radius(pupils: int) -> float:
    return next((radius for below, radius in _RADII if pupils < below), _LARGEST) if pupils else 0.0


def _lines(number: int, placements: pd.DataFrame, ground: Ground) -> Iterator[Shape]:
    for (provision_id, kind, need), rows in placements.groupby(["provision_id", "kind", "need"]):
        homes = ground.points(rows["easting"], rows["northing"])
        schools = ground.points(rows["setting_easting"], rows["setting_northing"])
        ends = zip(homes, schools, strict=True)
        path = "".join(f"M{hx:g} {hy:g}h0M{hx:g} {hy:g}L{sx:g} {sy:g}" for (hx, hy), (sx, sy) in ends)
        yield Shape(path, number, str(provision_id), str(kind), str(need))


def _ways(
    subject: Subject, localities: tuple[tuple[str, float, float], ...], sites: pd.DataFrame, ground: Ground
) -> Iterator[Shape]:
    middles = {name: (x, y) for name, x, y in localities}
    places = zip(sites["easting"], sites["northing"], sites["kind"], strict=True)
    schools = dict(zip(sites["provision_id"], places, strict=True))
    for number, name in enumerate(subject.plans):
        for locality, ident in shared_ways(subject, name):
            if locality in middles:
                easting, northing, kind = schools[ident]
                yield Shape(_path([middles[locality], ground.point(easting, northing)]), number, ident, kind)


def _hulls(number: int, placements: pd.DataFrame, ground: Ground) -> Iterator[Shape]:
    for (provision_id, kind), rows in placements.groupby(["provision_id", "kind"]):
        homes = np.array(ground.points(rows["easting"], rows["northing"]))
        outline: Any = shapely.convex_hull(shapely.multipoints(homes))
        if len(homes) >= _FEWEST_OF_A_HULL and outline.geom_type == "Polygon":
            yield Shape(f"{_path(shapely.get_coordinates(outline))}Z", number, str(provision_id), str(kind))


def _path(points: Any) -> str:
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)


def _localities(settings: pd.DataFrame, ground: Ground) -> tuple[tuple[str, float, float], ...]:
    middles = settings.groupby("locality")[["easting", "northing"]].median()
    return tuple((str(name), *ground.point(row["easting"], row["northing"])) for name, row in middles.iterrows())


def _words(subject: Subject, sites: pd.DataFrame, routes: RoutePlan | None) -> str:
    use = subject.plans[subject.main].use
    counts = use[use["provision_id"].isin(_used(subject, subject.main))].groupby("kind").size()
    kinds = ", ".join(f"{int(counts[kind])} {KIND_NAMES[kind].lower()}" for kind in KINDS if kind in counts.index)
    beyond = ground_of(sites).beyond
    edge = f"{beyond} of those on it lie beyond the edge: make the map smaller to see them. " if beyond else ""
    text = f"Map of the provisions that {subject.main} uses: {kinds or 'none'}. {edge}"
    if not subject.confidential:
        return (
            f"{text}No homes are shown. Lines lead from the middle of a locality's schools to provisions where "
            f"{LEAST_SHOWN} of its pupils or more have a place; not every such line is drawn. The table of provisions "
            "holds the same figures."
        )
    return (
        f"{text}Lines lead from each home to its school; a catchment is the outline around the homes of those who go "
        f"to a school, of {_FEWEST_OF_A_HULL} homes or more.{_route_words(subject, routes)} The table of "
        "provisions holds the same figures."
    )


def _route_words(subject: Subject, routes: RoutePlan | None) -> str:
    if routes is None:
        return ""
    lost = elsewhere(routes, subject.plans[subject.main])
    warning = (
        f" {lost:,} of the pupils on them go to another school in {subject.main}: the routes are of other placements."
        if lost
        else ""
    )
    return f" Routes are straight from stop to stop, on the way to school.{warning}"
