"""The brute force of routes, held against routes worked out by hand, and whether its questions ask enough."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pandas as pd
import pytest

from placement_opt.route_rules import RouteRules
from tests.made_routes import made
from tests.route_cases import RouteQuestion, random_route_case
from tests.route_oracle import Best, Oracle, best_routes


def oracle_of(afternoon: str) -> Oracle:
    case = made(afternoon=afternoon)
    return Oracle(case.problem, case.plan, case.legs, case.routes.rules)


def group(oracle: Oracle, *pupil_ids: str) -> frozenset[int]:
    return frozenset(at for at, party in enumerate(oracle.parties) if party.pupil_id in pupil_ids)


def test_parties_are_those_who_are_owed_a_vehicle() -> None:
    parties = oracle_of("mirrored").parties
    assert [(party.pupil_id, party.pupils) for party in parties] == [
        ("P1", 1), ("P2", 1), ("P3", 2), ("P4", 1), ("P7", 1), ("P9", 2), ("PX", 1)
    ]  # fmt: skip


def test_prices_of_routes_are_those_worked_out_by_hand() -> None:
    oracle = oracle_of("mirrored")
    minibus, taxi = 0, 1
    assert oracle.prices(group(oracle, "P1", "P2", "P3")) == {minibus: 3_386_275}
    assert oracle.prices(group(oracle, "P4"))[taxi] == 1_033_600
    assert oracle.prices(group(oracle, "P7", "PX"))[taxi] == 1_124_800
    assert oracle.prices(group(oracle, "P9")) == {}


def test_the_price_of_a_solved_afternoon_is_that_worked_out_by_hand() -> None:
    oracle = oracle_of("solved")
    assert oracle.prices(group(oracle, "P1", "P2", "P3")) == {0: 3_292_700}


def test_the_best_routes_of_the_question_made_by_hand() -> None:
    case = made()
    assert best_routes(case.problem, case.plan, case.legs, case.routes.rules) == Best(2, 55_446.75)


def with_pupils(**cells: Any) -> Callable[[RouteQuestion], RouteQuestion]:
    def changed(question: RouteQuestion) -> RouteQuestion:
        problem = question.problem
        return question._replace(problem=problem.replace(pupils=problem.pupils.assign(**cells)))

    return changed


def with_rules(**cells: Any) -> Callable[[RouteQuestion], RouteQuestion]:
    return lambda question: question._replace(rules=replace(question.rules, **cells))


def without_windows(question: RouteQuestion) -> RouteQuestion:
    blank = dict.fromkeys(("arrive_from", "arrive_by", "leave_from", "leave_by"))
    problem = question.problem
    return question._replace(problem=problem.replace(settings=problem.settings.assign(**blank)))


def with_fleet_for_all(question: RouteQuestion) -> RouteQuestion:
    problem = question.problem
    return question._replace(problem=problem.replace(fleet=problem.table("fleet").assign(available=None)))


def with_all_together(question: RouteQuestion) -> RouteQuestion:
    return question._replace(problem=question.problem.replace(apart=None))


def both_ways_alike(question: RouteQuestion) -> RouteQuestion:
    return question._replace(legs=replace(question.legs, minutes=question.legs.minutes.T, miles=question.legs.miles.T))


OPTIONS: dict[str, Callable[[RouteQuestion], RouteQuestion]] = {
    "wheelchair": with_pupils(wheelchair=False),
    "solo": with_pupils(solo=False),
    "assistant": with_pupils(assistant=False),
    "apart": with_all_together,
    "earliest_pickup": with_pupils(earliest_pickup=None),
    "board_minutes": with_pupils(board_minutes=None),
    "max_minutes": with_pupils(max_minutes=None),
    "windows": without_windows,
    "available": with_fleet_for_all,
    "most_pupils": with_rules(most_pupils=None),
    "mixed": with_rules(together="single"),
    "afternoon": with_rules(afternoon="mirrored"),
    "detour": with_rules(detour=None),
    "asymmetric legs": both_ways_alike,
}


def best_of(question: RouteQuestion) -> Best:
    return best_routes(question.problem, question.plan, question.legs, question.rules)


DECIDES = {
    "wheelchair": [0, 2],
    "solo": [0, 4],
    "assistant": [0, 2],
    "apart": [6],
    "board_minutes": [0, 4],
    "available": [0, 4],
    "afternoon": [0, 2],
    "asymmetric legs": [4, 5],
    "windows": [5, 18],
    "mixed": [5, 12],
    "max_minutes": [6, 10],
    "most_pupils": [13],
    "detour": [15],
    "earliest_pickup": [20, 21],
}
"""Seeds of questions that each option decides, among the first few."""


@pytest.mark.parametrize(("option", "seed"), [(option, seed) for option, seeds in DECIDES.items() for seed in seeds])
def test_every_option_decides_something_in_the_random_questions(option: str, seed: int) -> None:
    question = random_route_case(seed)
    assert best_of(OPTIONS[option](question)) != best_of(question)


def test_no_option_is_left_out() -> None:
    assert DECIDES.keys() == OPTIONS.keys()
    assert all(DECIDES.values())


def test_known_answers_of_the_smallest_questions() -> None:
    """One pupil alone: the answer is days x (day + miles x 2 x price + hours x 2 x price), by hand."""
    found = (random_route_case(seed) for seed in count())
    question = next(one for one in found if len(one.problem.settings) == 1 and not one.problem.pupils["solo"].any())
    pupils = question.problem.pupils.head(1).assign(
        count=1, wheelchair=False, assistant=False, max_minutes=None, earliest_pickup=None, board_minutes=None
    )
    fleet = pd.DataFrame(
        {"vehicle": ["car"], "gbp_per_day": [10], "gbp_per_mile": [2], "gbp_per_hour": [6], "co2e_kg_per_mile": [0.3]}
    )
    layouts = pd.DataFrame({"vehicle": ["car"], "seats": [1]})
    problem = question.problem.replace(pupils=pupils, fleet=fleet, layouts=layouts, apart=None)
    name = pupils["pupil_id"].iloc[0]
    placements = question.plan.placements
    own = placements[placements["pupil_id"] == name].assign(count=1)
    plan = replace(question.plan, tables={**question.plan.tables, "placements": own})
    minutes, miles = question.legs.minutes.copy(), question.legs.miles.copy()
    home = question.legs.pupil_point[question.legs.pupil_ids.index(name)]
    minutes[home, question.legs.setting_point[0]], miles[home, question.legs.setting_point[0]] = 10, 4
    legs = replace(question.legs, minutes=minutes, miles=miles)
    seconds = 19 + 2.6 + 600 + 29 + 1.9
    wanted = 190 * 10 + 190 * 8 * 2 + round(190 * 2 * seconds / 3_600 * 6, 2)
    assert best_routes(problem, plan, legs, RouteRules()) == Best(0, round(wanted, 2))
