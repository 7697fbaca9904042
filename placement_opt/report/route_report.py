"""The report on routes as one HTML page that needs no network: internal, without pupils' ids."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from placement_opt.errors import Status
from placement_opt.problem import Problem
from placement_opt.report import route_tables
from placement_opt.report.page import render_page, templates
from placement_opt.report.route_pictures import draw_rides, draw_routes, map_words
from placement_opt.report.route_review import review_grids, review_sentences
from placement_opt.report.route_words import check_same_question
from placement_opt.report.section import Section
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.compare_routes import RouteComparison, compare_routes
from placement_opt.routing.review import RouteReview
from placement_opt.whole_files import written_beside

TITLE = "Routes to school"
BANNER = (
    "Not for publication: routes carry few pupils each, and the map shows where they are picked up. "
    "Keep it inside the council."
)
NOTE = "It holds no names and no references of pupils; route sheets do."


@dataclass(frozen=True)
class Picture:
    """A picture of the page: PNG as base64, its words for those who cannot see it, and what stands below it."""

    data: str
    alt: str
    caption: str


def write_routes_report(
    path: str | Path,
    problem: Problem,
    routes: RoutePlan | Mapping[str, RoutePlan],
    *,
    review: RouteReview | None = None,
    title: str | None = None,
) -> Path:
    """Write routes as one HTML page: money, vehicles, rides, map, table of routes, rules, prices, record.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    problem
        What the routes were planned for: names of schools, prices, parameters.
    routes
        A route plan, or several by name. The first is the reference, often today's routes; the last is reported in
        full.
    review
        What `review_routes` found about one of them, usually today's; its merges, cheaper runs and broken limits are
        shown by route.
    title
        Heading of the page.

    Returns
    -------
    Path
        The file. It is not for publication, and says so: a route carries few pupils. It holds no pupil's id, and of
        those whose ride is over the guide only how many they are.

    Raises
    ------
    InputError
        When the routes hold pupils or schools that the problem does not know.
    ValueError
        When there is no route plan.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    plans = {"routes": routes} if isinstance(routes, RoutePlan) else dict(routes)
    comparison = compare_routes(plans)
    for plan in plans.values():
        check_same_question(problem, plan)
    main = list(plans)[-1]
    parts = _sections(comparison, problem, review)
    body = (
        templates()
        .get_template("routes_body.html.j2")
        .render(parts=parts, pictures=_pictures(comparison.plans, problem))
    )
    page = render_page(
        title or TITLE,
        body,
        parts,
        status=str(plans[main].status),
        banner=BANNER,
        note=NOTE,
        made_by=plans[main].record.get("versions", {}).get("placement_opt", ""),
    )
    target = Path(path)
    with written_beside(target) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return target


def _sections(comparison: RouteComparison, problem: Problem, review: RouteReview | None) -> tuple[Section, ...]:
    main = list(comparison.plans)[-1]
    plan = comparison.plans[main]
    full = (
        Section(
            "fleet-used",
            "Vehicles",
            (),
            (route_tables.vehicle_counts(comparison), route_tables.occupancy(plan)),
        ),
        Section("rides", "Rides", (), route_tables.rides(comparison)),
        Section("map", "Map"),
        Section("travel", "Who travels how", (), (route_tables.modes(plan), route_tables.duties(plan))),
        Section("list", "Routes", (), (route_tables.routes(plan, problem),)),
    )
    found = () if review is None else (Section("review", "Review", review_sentences(review), review_grids(review)),)
    lost = (Section("without", "Without a route", (), (route_tables.unrouted(plan),)),)
    return (
        Section("summary", "What the routes do", tuple(_sentences(comparison)), (route_tables.headline(comparison),)),
        Section("costs", "Money", _money_words(plan), (route_tables.money(comparison),)),
        *full,
        *(lost if plan.unrouted_pupils else ()),
        *found,
        Section(
            "assumptions",
            "Rules and prices",
            (),
            (
                route_tables.rules(comparison.plans),
                route_tables.fleet(problem),
                route_tables.parameters(problem),
            ),
        ),
        Section("made", "Record", (), (route_tables.record(plan, main),)),
    )


def _sentences(comparison: RouteComparison) -> list[str]:
    main = list(comparison.plans)[-1]
    plan = comparison.plans[main]
    sentences = [
        f"{_many(len(plan.routes), 'route')} {'carries' if len(plan.routes) == 1 else 'carry'} "
        f"{_many(plan.routed_pupils, 'pupil')} for £{plan.routes_gbp:,.0f} a year; with passes and personal budgets, "
        f"transport costs £{plan.cost_gbp:,.0f}."
    ]
    if plan.unrouted_pupils:
        sentences.append(f"{_many(plan.unrouted_pupils, 'pupil')} should have a route and {_has(plan)} none.")
    if comparison.others:
        sentences.append(_held_against(comparison))
    sentences.append(_proof(plan))
    return sentences


def _held_against(comparison: RouteComparison) -> str:
    first, last = comparison.reference, list(comparison.plans)[-1]
    before, after = comparison.plans[first], comparison.plans[last]
    change = after.cost_gbp - before.cost_gbp
    words = f"£{abs(change):,.0f} a year {'less' if change < 0 else 'more'} than {first}"
    text = f"That is {words if round(change) else f'as much as {first}'}."
    if before.routed_pupils != after.routed_pupils:
        text += (
            f" They carry different numbers of pupils ({first}: {before.routed_pupils:,}; {last}: "
            f"{after.routed_pupils:,}), so the difference is not a saving as it stands."
        )
    return text


def _proof(plan: RoutePlan) -> str:
    if plan.status is Status.BASELINE:
        return "These are routes as they run, timed and priced. Nothing was optimised, so nothing is proved."
    if plan.bound_gbp is None or plan.gap is None:
        return "How much less other routes could cost is not proved."
    return (
        f"No routes for as many pupils under these rules cost less than £{plan.bound_gbp:,.0f} a year: the routes are "
        f"within {plan.gap:.2%} of the cheapest."
    )


def _money_words(plan: RoutePlan) -> tuple[str, ...]:
    known = plan.routes["contract_gbp"].notna()
    words = ["Routes are priced by the tables of the fleet, so that all of them are priced in the same way."]
    if known.any():
        words.append(
            f"The contracts of {_many(int(known.sum()), 'route')} are known: "
            f"£{plan.routes.loc[known, 'contract_gbp'].sum():,.0f} a year, where the tables say "
            f"£{plan.routes.loc[known, 'cost_gbp'].sum():,.0f}. They are not part of the figures below."
        )
    return tuple(words)


def _pictures(plans: Mapping[str, RoutePlan], problem: Problem) -> Mapping[str, Picture]:
    plan = plans[list(plans)[-1]]
    if plan.routes.empty:
        return MappingProxyType({})
    rides = "How many pupils ride how long in the morning, in steps of five minutes; the table holds the figures."
    places = map_words(plan)
    return MappingProxyType(
        {
            "rides": _picture(draw_rides(plans, problem.parameters), "Chart of rides; described below it.", rides),
            "map": _picture(draw_routes(plan, problem), "Map of routes; described below it.", places),
        }
    )


def _picture(png: bytes, alt: str, caption: str) -> Picture:
    return Picture(base64.b64encode(png).decode("ascii"), alt, caption)


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _has(plan: RoutePlan) -> str:
    return "has" if plan.unrouted_pupils == 1 else "have"
