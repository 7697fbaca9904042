"""Whether the certificate of a plan of several years proves what it says (planning ahead, section 6)."""

import math
from collections.abc import Mapping

from placement_opt.certificate import StageProof
from placement_opt.verify.bounds import Model
from placement_opt.verify.certificate import (
    COST,
    UNPLACED,
    Examined,
    Walk,
    doubt_gbp,
    model_of_case,
    rounding_gbp,
    stages_of,
    wrong_bound,
)
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.years_bounds import Provable
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_money import worth
from placement_opt.verify.years_rows import merge

NAME = "certificate"


def examine_years(case: YearsCase) -> Examined:
    """Work out what a certificate proves, and say where that is not what it says."""
    certificate = case.plan.certificate
    if certificate is None:
        return Examined()
    models = [model_of_case(of_year) for of_year in case.cases]
    provable = Provable(case, merge(case, models))
    weights = (case.plan.record.get("options") or {}).get("weights")
    most_unplaced = case.plan.unplaced_pupil_years - provable.without_pair
    wrong = list(stages_of(certificate, most_unplaced, is_weighted=bool(weights)))
    doubt, bounds = _doubt_gbp(case, models), {}
    for stage in certificate.stages:
        if stage.name in {UNPLACED, COST}:
            bounds[stage.name], found = _examined(case, provable, stage, weights, doubt)
            wrong += [f"stage {stage.name}: {message}" for message in found]
    below_plan = _objective(case, weights) - bounds.get(COST, -math.inf)
    proven = max(0.0, case.plan.objective_gbp - below_plan) if math.isfinite(below_plan) else None
    return Examined(tuple(wrong), proven, doubt, bool(weights))


def _examined(
    case: YearsCase, provable: Provable, stage: StageProof, weights: Mapping[str, float] | None, doubt: float
) -> tuple[float, list[str]]:
    """Return the bound of a stage, worked out again, and what is wrong with the stage."""
    is_cost = stage.name == COST
    has_stage_row = is_cost and not weights
    everybody_placed = case.plan.unplaced_pupil_years == provable.without_pair
    model = provable.model(late=not (has_stage_row and everybody_placed))
    objective = provable.cost_objective(weights) if is_cost else provable.unplaced_objective()
    walk = Walk(model, objective, has_stage_row=has_stage_row)
    proven = walk.bound(stage.tree, *model.merged.bounds)
    of_plan = _objective(case, weights) if is_cost else float(case.plan.unplaced_pupil_years)
    found = wrong_bound(
        stage, proven, of_plan, doubt_gbp=doubt, rounding_gbp=years_rounding_gbp(case), sums_gbp=_sums_gbp(case)
    )
    return proven, [*walk.wrong, *found]


def _objective(case: YearsCase, weights: Mapping[str, float] | None) -> float:
    """Return what the plan's objective is, with weights that of the weighted sum."""
    weights = weights or {}
    minutes = float(sum(of_year.minutes @ of_year.count for of_year in case.cases)) if weights.get("minutes") else 0.0
    unplaced = weights.get(UNPLACED, 0.0) * case.plan.unplaced_pupil_years
    return case.plan.objective_gbp + unplaced + weights.get("minutes", 0.0) * minutes


def _doubt_gbp(case: YearsCase, models: list[Model]) -> float:
    """Return how far half pennies can move the objective of a plan."""
    return float(sum(factor * doubt_gbp(model) for factor, model in zip(worth(case).tolist(), models, strict=True)))


def years_rounding_gbp(case: YearsCase) -> float:
    """Return how far the rounded amounts of a plan can be from their prices."""
    of_years = sum(
        factor * rounding_gbp(of_year) for factor, of_year in zip(worth(case).tolist(), case.cases, strict=True)
    )
    return float(of_years) + _sums_gbp(case)


def _sums_gbp(case: YearsCase) -> float:
    """Return how far the sums by year and line are rounded, and rounded again when they are discounted."""
    return HALF_PENNY_GBP * (2 * len(case.plan.tables["money"]) + 1)
