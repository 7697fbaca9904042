"""Limits are met exactly: what is just as far or as long as a limit is within it, and a hair more is not."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from placement_opt.pairs import candidate_pairs
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.suitability import REASON_TEXTS, Reason
from placement_opt.travel import TravelMatrix, crow_fly
from tests import lp_cases
from tests.test_rules import CASES, FINE, MODES, Case


def journey(minutes: float, miles: float) -> Callable[[Problem], TravelMatrix]:
    """Return journeys that are all the same."""

    def make(problem: Problem) -> TravelMatrix:
        pupils, settings = tuple(problem.pupils["pupil_id"]), tuple(problem.settings["setting_id"])
        shape = (len(pupils), len(settings))
        return TravelMatrix(pupils, settings, np.full(shape, minutes), np.full(shape, miles))

    return make


def refused(reason: Reason) -> tuple[str, str]:
    return REASON_TEXTS[reason], REASON_TEXTS[reason]


@pytest.mark.parametrize("reason", CASES, ids=lambda reason: reason.name)
def test_the_pairs_of_a_problem_are_those_without_a_reason(reason: Reason) -> None:
    pairs = CASES[reason][0].pairs()
    listed = pairs.table()[["pupil_id", "provision_id"]].itertuples(index=False, name=None)

    assert set(listed) == {("P1", place) for place in ("A1", "B1") if pairs.reason("P1", place) == FINE}


def test_a_vehicle_goes_just_as_far_as_it_goes() -> None:
    carried = Case({"entitled": "yes"}, tables={"modes": MODES})

    assert replace(carried, travel=journey(5, 1)).reasons() == (FINE, FINE)
    assert replace(carried, travel=journey(5, 1.001)).reasons() == refused(Reason.NO_TRANSPORT)


def test_a_journey_takes_just_as_long_as_it_may() -> None:
    limited = Case(policy=Policy(max_minutes=45))

    assert replace(limited, travel=journey(45, 9)).reasons() == (FINE, FINE)
    assert replace(limited, travel=journey(45.01, 9)).reasons() == refused(Reason.TIME)


@pytest.mark.parametrize(("year_group", "miles"), [(3, 2), (4, 3)])
def test_transport_is_owed_above_the_walking_distance_and_not_at_it(year_group: int, miles: float) -> None:
    walks = Case({"year_group": year_group, "entitled": None}, tables={"modes": MODES.assign(max_miles=0.5)})

    assert replace(walks, travel=journey(5, miles)).reasons() == (FINE, FINE)
    assert replace(walks, travel=journey(5, miles + 0.001)).reasons() == refused(Reason.NO_TRANSPORT)


def test_who_does_not_ask_for_mainstream_needs_a_mainstream_school_for_the_need() -> None:
    ordinary = {"kind": ["mainstream", "special"], "needs": ["SLCN", "SLCN"]}

    assert Case(provisions=ordinary).reasons() == refused(Reason.NEED)


def test_who_asks_for_mainstream_needs_a_special_school_for_the_need() -> None:
    ordinary = {"kind": ["mainstream", "special"], "needs": ["SLCN", "SLCN"]}

    assert Case({"mainstream": "wanted"}, provisions=ordinary).reasons() == (FINE, REASON_TEXTS[Reason.NEED])


def test_a_year_group_at_either_end_of_a_range_is_in_it() -> None:
    def at(year: int) -> tuple[str, str]:
        return Case({"year_group": year}, provisions={"min_year": [5, 5], "max_year": [9, 9]}).reasons()

    assert at(5) == at(9) == (FINE, FINE)
    assert at(4) == at(10) == refused(Reason.YEAR_GROUP)


@pytest.mark.parametrize(("kind", "where", "whose"), [("never", "A1", "B1"), ("must", "B1", "B1")])
def test_what_an_officer_decides_about_one_pupil_says_nothing_of_another_like_them(
    kind: str, where: str, whose: str
) -> None:
    decided = pd.DataFrame({"pupil_id": ["P1"], "provision_id": [where], "rule": [kind]})
    problem = Problem(
        pupils=lp_cases.pupils(2), settings=lp_cases.SETTINGS, provisions=lp_cases.provisions(), pair_rules=decided
    )

    listed = candidate_pairs(problem, crow_fly(problem)).table()[["pupil_id", "provision_id"]]

    assert list(listed.itertuples(index=False, name=None)) == [("P1", whose), ("P2", "A1"), ("P2", "B1")]


@pytest.mark.parametrize(("must", "stays"), [("A1", True), ("B1", False)])
def test_who_must_be_elsewhere_may_move_and_who_must_be_there_stays(must: str, stays: bool) -> None:
    decided = pd.DataFrame({"pupil_id": ["P1"], "provision_id": [must], "rule": ["must"]})
    case = Case({"current_provision_id": "A1"}, tables={"pair_rules": decided})

    assert case.pairs().stays.tolist() == [stays]


@pytest.mark.parametrize("reason", CASES, ids=lambda reason: reason.name)
def test_the_list_of_refused_pairs_gives_the_reason_of_each(reason: Reason) -> None:
    pairs = CASES[reason][0].pairs()
    listed = pairs.refused().itertuples(index=False, name=None)

    reasons = {place: pairs.reason("P1", place) for place in ("A1", "B1")}
    assert list(listed) == [("P1", place, text) for place, text in reasons.items() if text != FINE]
