"""What one more pupil adds to routes, held against every place in every route, one by one."""

from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from placement_opt.pairs import candidate_pairs
from placement_opt.policy import Policy
from placement_opt.routing.case import RouteCase
from placement_opt.routing.marginal import marginal_gbp
from placement_opt.routing.planner import plan_routes
from placement_opt.routing.repricing import Routed, routed_prices
from placement_opt.routing.runs import priced
from tests.amounts import how_many
from tests.route_county import case_of, county
from tests.route_town import Town, taxi_gbp, town

PENNIES_GBP = 0.05
"""Each line of a priced run is rounded to pence."""


def homes_of(case: RouteCase) -> int:
    return len(case.parties)


def price(case: RouteCase, events: Sequence[int]) -> float:
    """Return what a morning that is mirrored costs a year; infinite where it breaks a rule."""
    run = priced(case, tuple(events)) if events else None
    return (np.inf if run is None else run.cost_gbp) if events else 0.0


def without(case: RouteCase, events: Sequence[int], party: int) -> list[int]:
    """Return a morning without a party, and without calls at which nobody leaves."""
    goes_to, homes = case.arrays.goes_to, homes_of(case)
    kept: list[int] = []
    aboard: list[int] = []
    for event in (event for event in events if event != party):
        if event < homes:
            aboard.append(event)
        elif not any(goes_to[one] == event - homes for one in aboard):
            continue
        aboard = [one for one in aboard if goes_to[one] != event - homes]
        kept.append(event)
    return kept


def with_one_more(case: RouteCase, events: Sequence[int], party: int) -> Iterator[list[int]]:
    """Yield a morning with a party at every place, left at the next call at its school, or at a new one."""
    call = homes_of(case) + int(case.arrays.goes_to[party])
    for at in range(len(events) + 1):
        ahead, rest = list(events[:at]), list(events[at:])
        if call in rest:
            yield [*ahead, party, *rest]
            continue
        for further in range(len(rest) + 1):
            yield [*ahead, party, *rest[:further], call, *rest[further:]]


def some_routes(case: RouteCase, seed: int) -> list[tuple[int, ...]]:
    """Return mornings of about half of the parties, up to three on each."""
    chance, homes = np.random.default_rng(seed), homes_of(case)
    found: list[list[int]] = []
    for party in chance.permutation(homes)[: homes // 2]:
        alone = [int(party), homes + int(case.arrays.goes_to[party])]
        fuller = [
            events
            for route in found
            if len(route) < 6
            for events in with_one_more(case, route, int(party))
            if np.isfinite(price(case, events))
        ]
        if fuller and chance.random() < 0.8:
            chosen = fuller[int(chance.integers(len(fuller)))]
            found = [route for route in found if not set(route) <= set(chosen)]
            found.append(chosen)
        elif np.isfinite(price(case, alone)):
            found.append(alone)
    return [tuple(route) for route in found]


@pytest.mark.parametrize("together", ["single", "mixed"])
@pytest.mark.parametrize("seed", range(how_many(60, in_ci=4)))
def test_margins_are_those_of_all_places_in_all_routes(seed: int, together: str) -> None:
    question = county(seed, 14)
    case = case_of(question._replace(rules=type(question.rules)(together=together)))
    routes = some_routes(case, seed)
    wanted = []
    for party in range(homes_of(case)):
        own = next((route for route in routes if party in route), None)
        if own is not None:
            wanted.append(max(0.0, price(case, own) - price(case, without(case, own, party))))
            continue
        alone = price(case, [party, homes_of(case) + int(case.arrays.goes_to[party])])
        more = (price(case, new) - price(case, route) for route in routes for new in with_one_more(case, route, party))
        wanted.append(min(alone, *more))
    assert marginal_gbp(case, routes) == pytest.approx(wanted, abs=PENNIES_GBP)
    assert len({len(route) for route in routes}) > 1


def test_without_routes_everybody_has_a_vehicle_of_their_own() -> None:
    case = case_of(county(3, 9))
    wanted = [price(case, [one, homes_of(case) + int(at)]) for one, at in enumerate(case.arrays.goes_to)]
    assert marginal_gbp(case, []) == pytest.approx(wanted, abs=PENNIES_GBP)


def routed_town(place: Town) -> Routed:
    routes = plan_routes(place.problem, place.plan, place.travel, legs=place.legs, seconds=1)
    return Routed(place.problem, place.plan, routes, place.legs, routes.rules)


def prices_of(place: Town, share: float) -> dict[tuple[str, str], float]:
    pairs = candidate_pairs(place.problem, place.travel, policy=Policy(moves="all"))
    found = routed_prices(routed_town(place), pairs, share)
    assert not found.duplicated(["pupil_id", "setting_id"]).any()
    return found.set_index(["pupil_id", "setting_id"])["cost_gbp"].to_dict()


def test_who_lives_on_the_way_of_a_taxi_adds_nothing_and_who_lives_further_adds_the_miles() -> None:
    prices = prices_of(town({"A1": 10, "A2": 6, "B1": 20}), 1.0)
    assert prices["A2", "A"] == pytest.approx(0)  # on the way of A1
    assert prices["A1", "A"] == pytest.approx(taxi_gbp(10) - taxi_gbp(6))
    assert prices["B1", "A"] == pytest.approx(taxi_gbp(20) - taxi_gbp(10))
    assert prices["B1", "B"] == pytest.approx(taxi_gbp(18))  # the only one there: the whole taxi


def test_the_mean_of_a_school_is_what_its_routes_cost_for_each_pupil() -> None:
    prices = prices_of(town({"A1": 10, "A2": 6, "B1": 20}), 0.0)
    assert prices["A1", "A"] == prices["A2", "A"] == prices["B1", "A"] == pytest.approx(taxi_gbp(10) / 2)
    assert prices["A1", "B"] == prices["B1", "B"] == pytest.approx(taxi_gbp(18))


def test_a_share_lies_between_the_margin_and_the_mean() -> None:
    place = town({"A1": 10, "A2": 6, "A3": 9, "B1": 20, "B2": 7})
    margin, mean, between = (prices_of(place, share) for share in (1.0, 0.0, 0.6))
    assert len(margin) == 10
    assert between == pytest.approx({key: 0.6 * margin[key] + 0.4 * mean[key] for key in margin}, abs=0.01)


def test_where_nobody_is_carried_a_pupil_would_need_a_taxi() -> None:
    prices = prices_of(town({"A1": 10, "A2": 6}), 0.0)
    assert prices["A1", "B"] == pytest.approx(taxi_gbp(8))
