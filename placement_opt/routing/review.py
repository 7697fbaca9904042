"""Routes looked at one by one and two by two: what each costs and breaks, what could merge, what a pupil is worth."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Status
from placement_opt.legs import Legs, legs_like
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.routing.compare_routes import places_for_pupils
from placement_opt.routing.review_case import ReviewCase, near_pairs, review_case
from placement_opt.routing.review_merges import Merge, done_together, look_at, merge_table
from placement_opt.routing.review_runs import Runs
from placement_opt.routing.review_single import alone_table, cheaper_table, leaving_table
from placement_opt.routing.tables import build_routes
from placement_opt.travel import TravelMatrix
from placement_opt.verify.route_check import check_routes
from placement_opt.verify.route_findings import LIMITS

PRICE_COLUMNS = {
    "route_id": "str",
    "vehicle": "str",
    "seats": "int64",
    "wheelchair_places": "int64",
    "assistants": "int64",
    "pupils": "int64",
    "most_aboard": "int64",
    "occupancy": "float64",
    "tariff_gbp": "float64",
    "contract_gbp": "float64",
    "contract_over_tariff_gbp": "float64",
    "price_gbp": "float64",
    "basis": "str",
    "longest_ride_minutes": "float64",
    "over_limit": "int64",
    "over_guide": "int64",
    "broken": "str",
}
"""One row for each route. `occupancy` is the most pupils aboard at one time over the places that assistants leave;
`price_gbp` is the contract where it is known, else the tariff, and `basis` says which; `over_limit` and `over_guide`
are pupils; `broken` lists the limits that `check_routes` finds broken."""

_MINUTE_FUZZ = 1e-6


@dataclass(frozen=True, eq=False, repr=False)
class RouteReview:
    """What can be said of routes that are there. Make one with `review_routes`.

    Parameters
    ----------
    tables
        `prices`, `broken`, `merges`, `cheaper`, `alone` and `leaving`.
    record
        How many pairs of routes were looked at, of how many; and of how many it was seen without looking for a run
        that no vehicle holds them, or that they cannot save.
    """

    tables: Mapping[str, pd.DataFrame]
    record: Mapping[str, Any]
    _review: ReviewCase = field(repr=False)
    _merges: tuple[Merge, ...] = field(repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tables", MappingProxyType(dict(self.tables)))
        object.__setattr__(self, "record", MappingProxyType(dict(self.record)))

    @property
    def prices(self) -> pd.DataFrame:
        """One row for each route; see `PRICE_COLUMNS`."""
        return self.tables["prices"].copy()

    @property
    def broken(self) -> pd.DataFrame:
        """One row for each limit that a route breaks, as `RouteCheck.table` has it."""
        return self.tables["broken"].copy()

    @property
    def merges(self) -> pd.DataFrame:
        """One row for each two routes that can merge for less; see `review_merges.MERGE_COLUMNS`."""
        return self.tables["merges"].copy()

    @property
    def cheaper(self) -> pd.DataFrame:
        """One row for each route with a cheaper run for the same pupils; see `review_single.CHEAPER_COLUMNS`."""
        return self.tables["cheaper"].copy()

    @property
    def alone(self) -> pd.DataFrame:
        """One row for each pupil who is alone on a route; see `review_single.ALONE_COLUMNS`."""
        return self.tables["alone"].copy()

    @property
    def leaving(self) -> pd.DataFrame:
        """One row for each row of the riders: what its leaving saves; see `review_single.LEAVING_COLUMNS`."""
        return self.tables["leaving"].copy()

    @property
    def together_gbp(self) -> float:
        """What the merges that can all be done save a year."""
        merges = self.tables["merges"]
        return round(float(merges.loc[merges["together"], "saving_gbp"].sum()), 2)

    def merged(self) -> RoutePlan:
        """Return the routes with the merges done that can be done together.

        Returns
        -------
        RoutePlan
            By the tariff it costs less by the `tariff_saving_gbp` of these merges. A merged route is called after
            both; a contract of either is not known to hold for it.
        """
        return _merged(self._review, self._merges)

    def summary(self) -> str:
        """Return the review in a few lines of text."""
        prices, merges, alone, leaving = (self.tables[name] for name in ("prices", "merges", "alone", "leaving"))
        known = prices["contract_gbp"].notna()
        over = prices.loc[known, "contract_over_tariff_gbp"].sum()
        side = "under" if over < 0 else "over"
        places = places_for_pupils(prices).sum()
        full = f"{prices['most_aboard'].sum() / places:.0%}" if places else "none"
        share = int((alone["outcome"] == "can share").sum())
        done, pupils = int(merges["together"].sum()), int(leaving["pupils"].sum())
        lines = [
            f"routes            {len(prices):,}, £{prices['price_gbp'].sum():,.2f} a year (contracts where known); "
            f"{full} of places taken",
            f"contracts         {int(known.sum()):,} known, £{abs(over):,.2f} {side} the tariff in all",
            f"limits broken     {len(self.tables['broken']):,}, on {int((prices['broken'] != '').sum()):,} routes",
            f"merges            {len(merges):,} save; {done:,} can be done together: -£{self.together_gbp:,.2f} a year",
            f"cheaper runs      {len(self.tables['cheaper']):,} routes for the same pupils",
            f"alone             {len(alone):,} pupils, of whom {share:,} can share",
            f"leaving           {_nothing_saved(leaving):,} of {pupils:,} pupils would save nothing by it",
            f"pairs looked at   {self.record['pairs_looked_at']:,} of {self.record['pairs_possible']:,}",
        ]
        return "\n".join([*lines, *(f"- {words}" for words in merges.loc[merges["together"], "words"])])

    def __repr__(self) -> str:
        return f"RouteReview({len(self.tables['prices']):,} routes, {len(self.tables['merges']):,} merges)"


def review_routes(
    problem: Problem, routes: RoutePlan, travel: TravelMatrix, *, legs: Legs | None = None, nearest: int = 10
) -> RouteReview:
    """Look at routes one by one and two by two.

    Parameters
    ----------
    problem, travel
        What the routes were made for.
    routes
        Of `read_routes`, `plan_routes` or `load_routes`; their rules hold for what is suggested.
    legs
        The drives that the routes were made with; None = as `legs_like(problem, travel)` makes them.
    nearest
        Each route is tried with so many others whose homes and schools are nearest; the record says how many pairs
        that leaves out.

    Returns
    -------
    RouteReview
        Prices and broken limits, merges, cheaper runs, pupils who are alone, and what each pupil's leaving saves.

    Raises
    ------
    InputError
        When the problem lacks a pupil, a school or a vehicle of the routes, or the legs lack a point.
    ValueError
        When `nearest` is no whole number from 1, or `legs` is None and the journeys are not of straight lines.

    Notes
    -----
    A suggested run keeps to every limit of docs/routing.md and to how many vehicles of each type there are. It is the
    cheapest there is for up to eight parties whose orders are not too many, and the cheapest that was found for more.
    """
    if nearest < 1:
        raise ValueError(f"`nearest` is {nearest!r}; use a whole number from 1.")
    known = legs if legs is not None else legs_like(problem, travel)
    review = review_case(problem, routes, known)
    runs = Runs(review.case)
    pairs, possible = near_pairs(review, nearest)
    looked = look_at(review, runs, pairs)
    together = done_together(review, looked.merges)
    broken = _broken(problem, routes, travel, known)
    tables = {
        "prices": _prices(review, broken),
        "broken": broken,
        "merges": merge_table(review, looked.merges, together),
        "cheaper": cheaper_table(review, runs),
        "alone": alone_table(review, runs, looked),
        "leaving": leaving_table(review, runs),
    }
    record = {
        "pairs_looked_at": len(pairs),
        "pairs_possible": possible,
        "pairs_no_vehicle": looked.cannot_be,
        "pairs_cannot_save": len(looked.cannot_save),
    }
    return RouteReview(tables, record, review, tuple(together))


def _broken(problem: Problem, routes: RoutePlan, travel: TravelMatrix, legs: Legs) -> pd.DataFrame:
    table = check_routes(problem, routes, travel, legs=legs).table()
    return table[table["rule"].isin(LIMITS)].reset_index(drop=True)


def _prices(review: ReviewCase, broken: pd.DataFrame) -> pd.DataFrame:
    routes, riders = review.routes, review.riders
    places = places_for_pupils(routes)
    rules = {route_id: sorted(set(found)) for route_id, found in broken.groupby("route_id")["rule"]}
    is_over = riders["ride_minutes"] > riders["limit_minutes"] + _MINUTE_FUZZ
    late = riders.assign(
        over_limit=riders["pupils"].where(is_over, 0), over_guide=riders["pupils"].where(riders["over_guide"], 0)
    )
    by_route = late.groupby("route_id").agg({"ride_minutes": "max", "over_limit": "sum", "over_guide": "sum"})
    frame = routes.rename(columns={"cost_gbp": "tariff_gbp"}).assign(
        occupancy=(routes["most_aboard"] / places.where(places > 0, np.nan)).round(4),
        contract_over_tariff_gbp=(routes["contract_gbp"] - routes["cost_gbp"]).round(2),
        price_gbp=review.price_gbp,
        basis=[review.basis(route) for route in range(len(routes))],
        longest_ride_minutes=routes["route_id"].map(by_route["ride_minutes"]),
        over_limit=routes["route_id"].map(by_route["over_limit"]),
        over_guide=routes["route_id"].map(by_route["over_guide"]),
        broken=["; ".join(rules.get(route_id, ())) for route_id in routes["route_id"]],
    )
    return frame[list(PRICE_COLUMNS)].astype(PRICE_COLUMNS).reset_index(drop=True)


def _nothing_saved(leaving: pd.DataFrame) -> int:
    return int(leaving.loc[leaving["leaving_saves_gbp"] < 0.005, "pupils"].sum())


def _merged(review: ReviewCase, merges: tuple[Merge, ...]) -> RoutePlan:
    plan, names = review.plan, review.routes["route_id"].tolist()
    gone = {names[route] for merge in merges for route in (merge.one, merge.other)}
    called = [f"{names[merge.one]}+{names[merge.other]}" for merge in merges]
    status = Status.BASELINE if plan.status is Status.BASELINE else Status.FEASIBLE
    made = build_routes(review.case, [merge.run for merge in merges], status=status, route_ids=called)
    tables = dict(plan.tables)
    for name in ("routes", "stops", "riders"):
        kept = plan.tables[name][~plan.tables[name]["route_id"].isin(gone)]
        tables[name] = pd.concat([kept, made.tables[name]], ignore_index=True) if merges else kept
    return RoutePlan(status, tables, plan.rules, plan.bound_gbp, {**plan.record, "merged": called})
