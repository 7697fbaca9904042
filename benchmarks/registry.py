"""What can be measured: each case with the methods that are run on it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import placement_opt as po
from benchmarks import counties, public_instances, route_cases, school_bus, years
from benchmarks.public_instances import Instance, Question

OURS = "ours"
OURS_ROUTES = "routes_ours"
INSTANCE_OPTIONS = po.SolveOptions(gap=1e-6)
NEAREST_IN_ENGLAND = 155
"""So many nearest schools of each pupil have a journey: about 25 million pairs are allowed."""


@dataclass(frozen=True)
class Case:
    """A question that is measured.

    Parameters
    ----------
    name
        On the command line.
    what
        What it is, in a line.
    build
        Makes the question from a seed; None where the method makes its own. Its time is not counted.
    methods
        Names of `measure.METHODS`: ours and the rivals, run one after the other.
    options
        Of the solve; the rivals use its gap and threads.
    target
        What was aimed at, in words.
    instance
        Where the case is a public instance: makes it.
    sort
        `plan`: places are sought; `routes`: vehicles are.
    """

    name: str
    what: str
    build: Callable[[int], Any] | None
    methods: tuple[str, ...]
    options: po.SolveOptions = field(default_factory=po.SolveOptions)
    target: str = ""
    instance: Callable[[], Instance | school_bus.SchoolBus] | None = None
    sort: str = "plan"


def find_case(name: str) -> Case:
    """Return a case by its name; `family/name` is a public instance.

    Raises
    ------
    KeyError
        When there is no such case.
    """
    if name in CASES:
        return CASES[name]
    if "/" not in name:
        raise KeyError(f"There is no case {name!r}; cases: {', '.join(CASES)}.")
    family, _, one = name.partition("/")
    if family == school_bus.FAMILY:
        return Case(
            name,
            f"public instance {name}",
            None,
            (OURS_ROUTES, "routes_published"),
            instance=lambda: school_bus.load(one),
            sort="routes",
        )
    return Case(
        name,
        f"public instance {name}",
        lambda _seed: public_instances.load(name).question,
        (OURS, "spopt_median") if family in {"pmedcap", "devon"} else (OURS, "one_shot_highs"),
        INSTANCE_OPTIONS,
        instance=lambda: public_instances.load(name),
    )


def _county(draw: Callable[..., po.Problem], seed: int, **size: int) -> Question:
    problem = draw(**size, seed=seed)
    return Question(problem, po.crow_fly(problem), po.Policy(moves="all"))


def _example(_seed: int) -> Question:
    problem = po.examples.exampleshire()
    return Question(problem, po.crow_fly(problem), po.Policy())


def _england(seed: int) -> Question:
    problem = counties.england(seed=seed)
    return Question(problem, po.crow_fly(problem, nearest=NEAREST_IN_ENGLAND), po.Policy(moves="all"))


def _pure(pupils: int, provisions: int) -> Callable[[int], Question]:
    return partial(_county, counties.pure, pupils=pupils, provisions=provisions)


def _sites(pupils: int, provisions: int, candidates: int) -> Callable[[int], Question]:
    return partial(_county, counties.sites, pupils=pupils, provisions=provisions, candidates=candidates)


_ROUTES = (OURS_ROUTES, "routes_one_each", "routes_nearest_next", "routes_pyvrp_alone")

_ONE_SHOT = (OURS, "one_shot_highs", "one_shot_cbc")

CASES = {
    case.name: case
    for case in (
        Case("exampleshire", "the embedded county, default policy", _example, (OURS,)),
        Case(
            "pure-small",
            "pupils and places only, 300 x 20",
            _pure(300, 20),
            (OURS, "ortools_flow", "one_shot_highs", "one_shot_cbc"),
        ),
        Case("pure-5000", "pupils and places only, 5,000 x 205", _pure(5_000, 205), (*_ONE_SHOT, "ortools_flow")),
        Case(
            "pure-20000",
            "pupils and places only, 20,000 x 780",
            _pure(20_000, 780),
            (OURS, "ortools_flow", "one_shot_highs"),
            target="Problem to verified Plan in 3 times or-tools' flow on the ready pairs, same optimum, at most 2 GB",
        ),
        Case("sites-small", "sites, outreach, capital, classes, 200 x 15", _sites(200, 15, 3), _ONE_SHOT),
        Case(
            "sites-5000",
            "sites, outreach, capital, classes, 5,000 x 205 with 20 candidates",
            _sites(5_000, 205, 20),
            _ONE_SHOT,
            po.SolveOptions(gap=1e-3),
            target="gap at most 0.1 %, 30 times faster than the one-shot model with HiGHS, a fifth of its memory",
        ),
        Case(
            "sites-20000",
            "sites, outreach, capital, classes, 20,000 x 780 with 80 candidates",
            _sites(20_000, 780, 80),
            (OURS, "one_shot_highs"),
            po.SolveOptions(gap=5e-3),
            target="gap at most 0.5 % in at most 5 minutes and 4 GB",
        ),
        Case(
            "england",
            "a whole country, 640,000 x 24,000, near provisions only",
            _england,
            (OURS,),
            po.SolveOptions(gap=1e-3),
            target="gap at most 0.1 % in at most 10 minutes and 12 GB",
        ),
        Case(
            "years-county",
            f"{len(years.YEARS)} school years of the embedded county with {years.CANDIDATES} candidates",
            years.county,
            ("plan_years",),
            po.SolveOptions(gap=5e-3),
            target="gap at most 0.5 % in at most 5 minutes",
        ),
        Case(
            "roads",
            "journeys of Worcestershire along a network of 14,639 nodes",
            None,
            ("road_matrix",),
            target="all journeys in at most 5 s and 1 GB, 50 times faster than NetworkX pupil by pupil",
        ),
        Case(
            "routes-exampleshire",
            "routes of the embedded county's plan",
            route_cases.exampleshire,
            _ROUTES,
            target="cheaper than every rival in the same seconds, nobody without a route",
            sort="routes",
        ),
        Case(
            "routes-worcestershire",
            "routes of today's placements in Worcestershire, by the embedded county's vehicles and straight lines",
            route_cases.worcestershire,
            _ROUTES,
            target="cheaper than every rival in the same seconds, nobody without a route",
            sort="routes",
        ),
        Case(
            "routes-schools",
            "ten schools of 40 to 80 pupils: ours in T seconds, PyVRP alone in 20 T",
            route_cases.single_schools,
            ("schools_quality",),
            target="no school dearer than by PyVRP in twenty times the seconds",
            sort="routes",
        ),
        Case(
            "routes-loop",
            "places and transport of the embedded county together",
            route_cases.exampleshire,
            ("routes_of_today", "routes_of_plan", "routes_and_places"),
            sort="routes",
        ),
        Case("pulp-interface", "60,000 columns of PuLP handed to HiGHS", None, ("pulp_interface",)),
    )
}
