"""Routes that are there, as a question: who rides on which of them, and what each costs."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError, Status
from placement_opt.facts import Floats, Ints
from placement_opt.legs import Legs
from placement_opt.plan import Plan
from placement_opt.plan_tables import TABLE_COLUMNS
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import MINUTE_MS
from placement_opt.routing.arrays import FAR_MS
from placement_opt.routing.case import RouteCase, case_of_parties

TARIFF, CONTRACT = "tariff", "contract"


@dataclass(frozen=True, eq=False)
class ReviewCase:
    """Routes by position.

    Parameters
    ----------
    plan
        The routes.
    case
        Its parties are the riders, route by route in the order of `routes`.
    routes, riders
        The tables, riders sorted as the parties are.
    members
        The parties of each route.
    vehicle
        The type of vehicle of each route, as a position of the fleet.
    """

    plan: RoutePlan
    case: RouteCase
    routes: pd.DataFrame
    riders: pd.DataFrame
    members: tuple[tuple[int, ...], ...]
    vehicle: Ints

    @cached_property
    def tariff_gbp(self) -> Floats:
        """What each route costs a year by the prices of the fleet."""
        return self.routes["cost_gbp"].to_numpy(dtype=np.float64)

    @cached_property
    def price_gbp(self) -> Floats:
        """What each route costs a year: its contract where that is known, else the tariff."""
        return self.routes["contract_gbp"].fillna(self.routes["cost_gbp"]).to_numpy(dtype=np.float64)

    @cached_property
    def pickup_ms(self) -> Ints:
        """When each party is picked up now, milliseconds after midnight."""
        return self.riders["pickup_ms"].to_numpy(dtype=np.int64)

    @cached_property
    def ride_ms(self) -> Ints:
        """How long each party rides to school now."""
        return np.asarray(np.rint(self.riders["ride_minutes"] * MINUTE_MS), dtype=np.int64)

    def basis(self, *routes: int) -> str:
        """Return where the prices of some routes come from: tariff, contract, or contract and tariff."""
        known = self.routes["contract_gbp"].notna().to_numpy()[list(routes)]
        return CONTRACT if known.all() else f"{CONTRACT} and {TARIFF}" if known.any() else TARIFF

    def spare(self, *given_up: int) -> Ints:
        """Return the types of vehicle of which one more can be used once some routes give theirs up."""
        used = np.bincount(self.vehicle, minlength=len(self.case.fleet))
        used -= np.bincount(self.vehicle[list(given_up)], minlength=len(self.case.fleet))
        return np.flatnonzero(used + 1 <= self.case.available).astype(np.int64)

    def events(self, route: int) -> list[int]:
        """Return the morning of a route: parties who board, and the number of parties + a school for a set-down."""
        left = list(self.members[route])
        events = []
        for row in self._mornings.get(str(self.routes["route_id"].iat[route]), ()):
            if row["action"] == "leave":
                events.append(len(self.case.parties) + self._schools[row["setting_id"]])
                continue
            about = (row["pupil_id"], row["setting_id"], row["pupils"])
            party = next(party for party in left if self._who[party] == about)
            left.remove(party)
            events.append(party)
        return events

    @cached_property
    def _mornings(self) -> dict[str, list[dict[str, Any]]]:
        """The stops of each route on the way to school, in order."""
        stops = self.plan.tables["stops"]
        rows = stops[stops["run"] == "morning"].sort_values(["route_id", "sequence"])
        by_route: dict[str, list[dict[str, Any]]] = {}
        for row in rows[["route_id", "action", "pupil_id", "setting_id", "pupils"]].to_dict("records"):
            by_route.setdefault(row["route_id"], []).append({str(name): value for name, value in row.items()})
        return by_route

    @cached_property
    def _schools(self) -> dict[str, int]:
        return {name: position for position, name in enumerate(self.case.settings["setting_id"])}

    @cached_property
    def _who(self) -> list[tuple[str, str, int]]:
        parties = self.case.parties
        return list(zip(parties["pupil_id"], parties["setting_id"], parties["pupils"].astype(int), strict=True))


def review_case(problem: Problem, plan: RoutePlan, legs: Legs) -> ReviewCase:
    """Lay routes out by position.

    Raises
    ------
    InputError
        When the problem lacks a pupil, a school or a vehicle of the routes, or the legs lack a point.
    """
    routes = plan.routes.sort_values("route_id", kind="stable").reset_index(drop=True)
    riders = plan.riders.sort_values(["route_id", "pickup_ms"], kind="stable").reset_index(drop=True)
    _check(problem, routes, riders)
    nobody = Plan(Status.BASELINE, {name: pd.DataFrame() for name in TABLE_COLUMNS}, Policy())
    case = case_of_parties(problem, nobody, legs, plan.rules, riders, plan.duties)
    of_route = riders.groupby("route_id").indices
    members = tuple(tuple(np.asarray(of_route[route_id]).tolist()) for route_id in routes["route_id"])
    vehicle = pd.Index(case.fleet["vehicle"]).get_indexer(pd.Index(routes["vehicle"])).astype(np.int64)
    return ReviewCase(plan, case, routes, riders, members, vehicle)


def near_pairs(review: ReviewCase, nearest: int) -> tuple[list[tuple[int, int]], int]:
    """Return pairs of routes worth a look: each with those whose homes and schools are nearest.

    Parameters
    ----------
    nearest
        How many others for each route.

    Returns
    -------
    pairs, possible
        The pairs, and how many there are of which the rules do not say at once that they cannot merge.
    """
    apart = _distance(review)
    routes = len(apart)
    possible = int(np.count_nonzero(np.triu(apart < FAR_MS, 1)))
    pairs = set()
    for route in range(routes):
        order = np.argsort(apart[route], kind="stable")[:nearest]
        pairs |= {(min(route, int(other)), max(route, int(other))) for other in order if apart[route, other] < FAR_MS}
    return sorted(pairs), possible


def _distance(review: ReviewCase) -> Ints:
    """Return the drive between the nearest homes of two routes plus that between their nearest schools, in ms."""
    arrays, rules = review.case.arrays, review.case.rules
    starts = np.cumsum([0, *(len(members) for members in review.members)])[:-1]
    if not len(starts):
        return np.zeros((0, 0), dtype=np.int64)
    order = np.concatenate([np.array(members, dtype=np.int64) for members in review.members])
    total = np.zeros((len(starts), len(starts)), dtype=np.int64)
    for points in (arrays.home[order], arrays.school[arrays.goes_to[order]]):
        rows = np.stack(
            [arrays.drive_ms[np.ix_(points[rows], points)].min(axis=0) for rows in _slices(starts, len(points))]
        )
        one_way = np.minimum.reduceat(rows, starts, axis=1)
        total += np.minimum(one_way, one_way.T)
    pupils = review.routes["pupils"].to_numpy()
    is_out = pupils[:, None] + pupils[None, :] > arrays.most_pupils
    if rules.together == "single":
        schools = [frozenset(arrays.goes_to[list(members)].tolist()) for members in review.members]
        is_out |= np.array([[len(one | other) > 1 for other in schools] for one in schools])
    np.fill_diagonal(is_out, val=True)
    return np.where(is_out, FAR_MS, total)


def _slices(starts: Ints, end: int) -> list[slice]:
    return [slice(int(first), int(last)) for first, last in zip(starts, [*starts[1:], end], strict=True)]


def _check(problem: Problem, routes: pd.DataFrame, riders: pd.DataFrame) -> None:
    known = (
        ("riders", riders["pupil_id"], problem.pupils["pupil_id"], "pupils"),
        ("riders", riders["setting_id"], problem.settings["setting_id"], "settings"),
        ("routes", routes["vehicle"], problem.table("fleet")["vehicle"], "fleet"),
        ("riders", riders["route_id"], routes["route_id"], "routes"),
        ("routes", routes["route_id"], riders["route_id"], "riders"),
    )
    faults = [
        Fault(
            table, str(values.name), str(row), value, f"is not in the table {there}. Give the problem of these routes."
        )
        for table, values, others, there in known
        for row, value in values[~values.isin(set(others))].items()
    ]
    if faults:
        raise InputError(faults)
