"""Each rule refuses what it should, says why, and lets the rest through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.suitability import REASON_TEXTS, Reason
from placement_opt.travel import TravelMatrix, crow_fly
from tests import lp_cases


@dataclass
class Case:
    """One pupil, P1, at two provisions: A1 (a base) and B1 (a special school)."""

    pupil: dict[str, Any] = field(default_factory=dict)
    provisions: dict[str, list[Any]] = field(default_factory=dict)
    settings: dict[str, list[Any]] = field(default_factory=dict)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    policy: Policy = field(default_factory=Policy)
    travel: Callable[[Problem], TravelMatrix] = crow_fly

    def pairs(self) -> Pairs:
        problem = Problem(
            pupils=lp_cases.pupils(1, **{name: [value] for name, value in self.pupil.items()}),
            settings=lp_cases.SETTINGS.assign(**self.settings),
            provisions=lp_cases.provisions(**self.provisions),
            **self.tables,
        )
        return candidate_pairs(problem, self.travel(problem), policy=self.policy)

    def reasons(self) -> tuple[str, str]:
        pairs = self.pairs()
        return pairs.reason("P1", "A1"), pairs.reason("P1", "B1")


def rule(kind: str, provision: str) -> pd.DataFrame:
    return pd.DataFrame({"pupil_id": ["P1"], "provision_id": [provision], "rule": [kind]})


def cut_off(setting: int) -> Callable[[Problem], TravelMatrix]:
    def make(problem: Problem) -> TravelMatrix:
        travel = crow_fly(problem)
        minutes, miles = travel.minutes.copy(), travel.miles.copy()
        minutes[:, setting] = miles[:, setting] = np.nan
        return TravelMatrix(travel.pupil_ids, travel.setting_ids, minutes, miles)

    return make


BAND_X = pd.DataFrame({"band": ["X"], "topup_gbp": [1]})
MODES = pd.DataFrame({"mode": ["bike"], "gbp_per_day": [1], "gbp_per_mile": [0], "max_miles": [1]})

FINE = REASON_TEXTS[Reason.ALLOWED]
CASES: dict[Reason, tuple[Case, tuple[str, str]]] = {
    Reason.MUST_ELSEWHERE: (Case(tables={"pair_rules": rule("must", "B1")}), ("refused", FINE)),
    Reason.NEVER: (Case(tables={"pair_rules": rule("never", "A1")}), ("refused", FINE)),
    Reason.CLOSED: (Case(provisions={"status": ["closed", "open"]}), ("refused", FINE)),
    Reason.UNREACHABLE: (Case(travel=cut_off(1)), (FINE, "refused")),
    Reason.NO_HUB: (Case(provisions={"kind": ["spoke", "special"]}), ("refused", FINE)),
    Reason.YEAR_GROUP: (Case(provisions={"min_year": [5, 6], "max_year": [5, 11]}), (FINE, "refused")),
    Reason.NEED: (Case(provisions={"needs": ["SLCN", "ASD;SLD"]}), ("refused", FINE)),
    Reason.BAND: (Case({"band": "X"}, provisions={"bands": ["X;Y", "Z"]}), (FINE, "refused")),
    Reason.TIME: (Case(policy=Policy(max_minutes=5)), (FINE, "refused")),
    Reason.AUTHORITY: (
        Case(settings={"authority": ["Here", "There"]}, policy=Policy(authorities=("Here",))),
        (FINE, "refused"),
    ),
    Reason.NO_TRANSPORT: (Case({"entitled": "yes"}, tables={"modes": MODES}), (FINE, "refused")),
    Reason.STAYS: (Case({"current_provision_id": "B1"}), ("refused", FINE)),
    Reason.REQUESTED_ELSEWHERE: (
        Case({"requested_setting_id": "B"}, policy=Policy(requests="hard")),
        ("refused", FINE),
    ),
    Reason.MAINSTREAM_WANTED: (Case({"mainstream": "wanted"}), (FINE, "refused")),
}


def test_there_is_a_case_and_a_text_for_every_reason() -> None:
    assert set(CASES) | {Reason.ALLOWED} == set(Reason) == set(REASON_TEXTS)
    assert len(set(REASON_TEXTS.values())) == len(Reason)


@pytest.mark.parametrize("reason", CASES, ids=lambda reason: reason.name)
def test_a_rule_refuses_one_pair_with_its_reason_and_allows_the_other(reason: Reason) -> None:
    case, wanted = CASES[reason]
    assert case.reasons() == tuple(REASON_TEXTS[reason] if word == "refused" else word for word in wanted)


def test_without_any_rule_both_pairs_are_allowed() -> None:
    assert Case().reasons() == (FINE, FINE)


@pytest.mark.parametrize(
    "case",
    [
        Case(provisions={"needs": ["SLCN", "any"]}),
        Case(provisions={"min_year": [6, 0]}),
        Case({"band": "X"}, provisions={"bands": ["Z", "any"]}, tables={"topups": BAND_X}),
        Case({"max_minutes": 1, "easting": 462_000}),
        Case(settings={"authority": ["There", "Here"]}, policy=Policy(authorities=("Here",))),
        Case({"mainstream": "wanted"}, provisions={"kind": ["special", "mainstream"]}),
        Case({"requested_setting_id": "B"}, policy=Policy(requests="hard")),
    ],
)
def test_an_officers_must_goes_before_suitability_and_wishes(case: Case) -> None:
    case.tables = {**case.tables, "pair_rules": rule("must", "A1")}
    assert case.reasons() == (FINE, REASON_TEXTS[Reason.MUST_ELSEWHERE])


@pytest.mark.parametrize("case", [Case(travel=cut_off(0)), Case(provisions={"kind": ["spoke", "special"]})])
def test_a_must_that_cannot_be_had_is_a_fault(case: Case) -> None:
    case.tables = {"pair_rules": rule("must", "A1")}
    with pytest.raises(InputError, match="must be the place of pupil P1"):
        case.pairs()


def test_a_wish_for_mainstream_goes_before_need_and_band() -> None:
    case = Case(
        {"mainstream": "wanted", "band": "X"},
        provisions={"kind": ["mainstream", "special"], "needs": ["SLCN", "any"], "bands": ["Y", "any"]},
        tables={"topups": BAND_X},
    )
    assert case.reasons() == (FINE, REASON_TEXTS[Reason.MAINSTREAM_WANTED])
    case.policy = Policy(mainstream="off")
    assert case.reasons() == (REASON_TEXTS[Reason.NEED], FINE)


def test_a_base_may_still_refuse_a_need_that_it_is_not_for() -> None:
    case = Case({"mainstream": "wanted"}, provisions={"needs": ["SLCN", "any"]})
    assert case.reasons() == (REASON_TEXTS[Reason.NEED], FINE)


def test_a_secondary_need_suits_only_where_the_policy_says_so() -> None:
    case = Case({"secondary_needs": "SLCN;HI"}, provisions={"needs": ["SLCN", "any"]})
    assert case.reasons()[0] == REASON_TEXTS[Reason.NEED]
    case.policy = Policy(match_secondary_needs=True)
    assert case.reasons()[0] == FINE


def test_a_request_for_a_school_that_cannot_take_the_pupil_binds_nothing() -> None:
    case = Case({"requested_setting_id": "B"}, provisions={"needs": ["any", "SLD"]}, policy=Policy(requests="hard"))
    assert case.reasons() == (FINE, REASON_TEXTS[Reason.NEED])


@pytest.mark.parametrize(
    ("pupil", "policy", "stays"),
    [
        ({}, Policy(), True),
        ({"year_group": 7}, Policy(), False),
        ({"year_group": 7}, Policy(phase_years=(0,)), True),
        ({"movable": "yes"}, Policy(), True),
        ({"movable": "yes"}, Policy(moves="flagged"), False),
        ({}, Policy(moves="flagged"), True),
        ({}, Policy(moves="all"), False),
        ({"need": "SEMH"}, Policy(), False),
    ],
)
def test_who_may_move_is_a_matter_of_policy_phase_and_fit(pupil: dict[str, Any], policy: Policy, stays: bool) -> None:
    case = Case({"current_provision_id": "B1", **pupil}, provisions={"needs": ["any", "ASD"]}, policy=policy)
    assert bool(case.pairs().stays[0]) is stays


def test_a_pupils_own_limit_goes_before_the_policys() -> None:
    case = Case({"max_minutes": 60}, policy=Policy(max_minutes=5))
    assert case.reasons() == (FINE, FINE)


def test_an_authority_that_no_school_has_is_a_fault() -> None:
    with pytest.raises(InputError, match=r"'Nowhere'.*no setting has it"):
        Case(settings={"authority": ["Here", "There"]}, policy=Policy(authorities=("Nowhere",))).pairs()


def test_refused_pairs_are_listed_with_their_reasons() -> None:
    pairs = CASES[Reason.YEAR_GROUP][0].pairs()
    assert pairs.refused().to_dict("records") == [
        {"pupil_id": "P1", "provision_id": "B1", "reason": "does not take the year group"}
    ]
    with pytest.raises(KeyError, match="no provision 'C1'"):
        pairs.reason("P1", "C1")
