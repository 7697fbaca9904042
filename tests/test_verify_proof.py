"""A plan claims no more than its certificate proves, or says that the rest takes trust in the solver."""

from dataclasses import replace
from typing import Any

import pytest

from placement_opt.certificate import Certificate, Leaf, StageProof
from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.solve import solve
from placement_opt.verify import Verification, verify
from tests.plans import tiny_case, today_case
from tests.strategies import random_case

PROVEN_GBP = 32_800.0
"""What these multipliers prove of the tiny problem; its plan made by hand costs £35,800."""
CERTIFICATE = Certificate((StageProof("cost", PROVEN_GBP, Leaf({"stage_unplaced": -10_000.0})),))


def _claims(proof: str | None = None, certificate: Certificate | None = CERTIFICATE, **changes: Any) -> Verification:
    problem, travel, plan = tiny_case()
    claims = {} if proof is None else {"proof": proof}
    return verify(problem, travel, replace(plan.with_record(**claims), certificate=certificate, **changes))


def _found(verification: Verification) -> list[str]:
    return [str(finding) for finding in verification.findings]


def test_without_the_entry_a_bound_beyond_the_certificate_takes_trust_in_the_solver() -> None:
    for proof in (None, "search"):
        verification = _claims(proof)
        assert _found(verification) == []
        assert verification.searched_gbp == 35_800
        assert verification.summary().splitlines()[1:] == [
            "No plan under these rules that leaves as few pupils without a place costs less than £32,800.00, unmet "
            "wishes included (worked out from the certificate, without a solver).",
            "The solver's own search says £35,800.00; that part needs trust in the solver.",
        ]


def test_without_a_certificate_the_whole_bound_takes_trust_in_the_solver() -> None:
    verification = _claims(certificate=None)
    assert verification.searched_gbp == 35_800
    assert verification.summary().splitlines()[1:] == [
        "The solver's own search says that no plan that leaves as few pupils without a place costs less than "
        "£35,800.00, unmet wishes included; that needs trust in the solver."
    ]


def test_a_bound_that_is_proven_takes_no_trust() -> None:
    for bound_gbp in (PROVEN_GBP, PROVEN_GBP + 0.01, 30_000.0):
        verification = _claims("certificate", status=Status.FEASIBLE, bound_gbp=bound_gbp)
        assert _found(verification) == []
        assert verification.searched_gbp is None
        assert "trust" not in verification.summary()


def test_a_bound_above_the_certificate_that_should_prove_it_is_found() -> None:
    verification = _claims("certificate", status=Status.FEASIBLE, bound_gbp=PROVEN_GBP + 0.02)
    assert _found(verification) == ["proof: the bound is 32,800.02; the certificate proves 32,800.00."]
    assert "trust" not in verification.summary()


def test_a_plan_is_as_good_as_its_certificate_proves() -> None:
    assert _found(_claims("certificate")) == [
        "proof: the bound is 35,800.00; the certificate proves 32,800.00.",
        "proof: the status is optimal, but by its certificate the plan may be £3,000.00 above the best; a gap of "
        "0.010000% was asked for.",
    ]


def test_an_optimal_plan_is_no_pound_from_its_bound() -> None:
    problem, travel, plan = tiny_case()
    exact = plan.with_record(options={"gap": 0, "weights": None})
    assert verify(problem, travel, exact).is_right
    found = verify(problem, travel, replace(exact, bound_gbp=plan.objective_gbp - 0.5)).findings
    assert [finding.check for finding in found] == ["gap"]


def test_a_certificate_that_proves_nothing_is_no_proof() -> None:
    nothing = "proof: the record says that the certificate proves the bound; no certificate of the plan proves any."
    assert _found(_claims("certificate", certificate=None)) == [nothing]
    assert nothing in _found(_claims("certificate", Certificate((StageProof("cost", 1.0, Leaf({"moves": 1.0})),))))


def test_another_kind_of_proof_is_found() -> None:
    assert _found(_claims("hearsay")) == [
        "proof: the record says that the proof is 'hearsay'; it is certificate or search."
    ]


def test_a_certified_bound_above_the_plan_is_found() -> None:
    # P1 and P3 can be placed for £4,000 each, which these multipliers prove; the plan says that it pays nothing for P3
    problem, travel, plan = tiny_case()
    placements = plan.placements
    placements.loc[2, ["topup_gbp", "cost_gbp"]] = 0.0
    placements.loc[0, ["topup_gbp", "cost_gbp"]] = 3_000.0
    cheap = Plan(
        plan.status, {**plan.tables, "placements": placements}, plan.policy, 0.0, 27_800.0, plan.record, CERTIFICATE
    )
    assert "proof: the certified bound is 32,800.00, above the plan's 27,800.00." in _found(
        verify(problem, travel, cheap)
    )


def test_today_claims_nothing() -> None:
    verification = verify(*today_case())
    assert verification.searched_gbp is None
    assert len(verification.summary().splitlines()) == 1


@pytest.mark.parametrize("weights", [{"unplaced": 20_000.0}, {"unplaced": 5_000.0, "minutes": 7.5}])
def test_with_weights_the_distance_from_the_bound_is_held_against_the_certificate(weights: dict[str, float]) -> None:
    case = random_case(3_001, families={"places"})
    plan = solve(case.problem, case.travel, policy=case.policy, options=SolveOptions(gap=0, weights=weights))
    assert plan.certificate is not None
    claimed = plan.with_record(proof="certificate")
    verification = verify(case.problem, case.travel, claimed)
    assert _found(verification) == []
    assert verification.certified_gbp is None
    assert verification.searched_gbp is None
