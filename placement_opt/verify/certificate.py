"""Whether a plan's certificate proves what it says (formulation, section 5)."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from placement_opt.certificate import Certificate, Leaf, StageProof, Tree
from placement_opt.verify.bounds import Model, cost_objective, model_of, unplaced_objective
from placement_opt.verify.case import Case
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.kept import kept_of
from placement_opt.verify.model_rows import Draft
from placement_opt.verify.movers import movers_of
from placement_opt.verify.program import read_name
from placement_opt.verify.question import Real

NAME = "certificate"
UNPLACED, COST = "unplaced", "cost"
_BRANCHED = {"m", "y", "l", "k", "c", "t"}
_LEAST_OF_A_RAY = 1e-6
_SUM_FUZZ = 1e-12
"""Floats of the same amount, added in another order, differ by less than this share of what is added."""
_PENNY_GBP = 0.01
_PUPIL_FUZZ = 1e-6


@dataclass(frozen=True)
class Examined:
    """What is wrong with a certificate, and what it proves.

    Parameters
    ----------
    proven_gbp
        No plan has a lower cost with what is weighed (with weights: and as few unplaced pupils and minutes); None =
        nothing is proven.
    doubt_gbp
        How far prices of an exact half penny, which may be rounded either way, can move that.
    is_weighted
        Whether the plan was made with weights.
    """

    wrong: tuple[str, ...] = ()
    proven_gbp: float | None = None
    doubt_gbp: float = 0.0
    is_weighted: bool = False

    @property
    def certified_gbp(self) -> float | None:
        """What is proven whichever way half pennies are rounded; None with weights, whose sum is not all money."""
        return None if self.proven_gbp is None or self.is_weighted else self.proven_gbp - self.doubt_gbp


def examine(case: Case) -> Examined:
    """Work out what a plan's certificate proves, and say where that is not what the certificate says."""
    certificate = case.plan.certificate
    if certificate is None:
        return Examined()
    if case.is_baseline:
        return Examined(("a baseline has a certificate; nothing was optimised, so it has none.",))
    model = model_of_case(case)
    weights = (case.plan.record.get("options") or {}).get("weights")
    wrong = list(stages_of(certificate, model.most_unplaced, is_weighted=bool(weights)))
    bounds = {}
    for stage in certificate.stages:
        if stage.name in {UNPLACED, COST}:
            bounds[stage.name], found = _examined(case, model, stage, weights)
            wrong += [f"stage {stage.name}: {message}" for message in found]
    below_plan = _objective(case, weights) - bounds.get(COST, -math.inf)
    proven = max(0.0, case.objective_gbp - below_plan) if math.isfinite(below_plan) else None  # no £ is below 0
    return Examined(tuple(wrong), proven, doubt_gbp(model), bool(weights))


def model_of_case(case: Case) -> Model:
    """State the model that a plan answers."""
    question, eligibility, prices = case.question, case.eligibility, case.prices
    kept = kept_of(question, eligibility, prices)
    movers = movers_of(question, eligibility, prices)
    return model_of(Draft(question, case.links, eligibility, prices, kept, movers), case.plan.unplaced_pupils)


def stages_of(certificate: Certificate, most_unplaced: int, *, is_weighted: bool) -> Iterator[str]:
    """Find stages that are missing, repeated or out of place."""
    names = [stage.name for stage in certificate.stages]
    for name in dict.fromkeys(names):
        if name not in {UNPLACED, COST}:
            yield f"{name} is not a stage; the stages are {UNPLACED} and {COST}."
        if names.count(name) > 1:
            yield f"the stage {name} is there {names.count(name)} times; once is right."
    if COST not in names:
        yield f"the stage {COST} is missing."
    if is_weighted and UNPLACED in names:
        yield f"there is a stage {UNPLACED}; with weights there is none."
    if not is_weighted and UNPLACED not in names and most_unplaced > 0:
        yield f"the stage {UNPLACED} is missing, and {most_unplaced} pupils who have a pair are unplaced."


def _examined(
    case: Case, model: Model, stage: StageProof, weights: Mapping[str, float] | None
) -> tuple[float, list[str]]:
    """Return the bound of a stage, worked out again, and what is wrong with the stage."""
    is_cost = stage.name == COST
    objective = cost_objective(model, weights) if is_cost else unplaced_objective(model)
    walk = Walk(model, objective, has_stage_row=is_cost and not weights)
    proven = walk.bound(stage.tree, *model.program.bounds)
    of_plan = _objective(case, weights) if is_cost else float(case.plan.unplaced_pupils)
    found = wrong_bound(stage, proven, of_plan, doubt_gbp=doubt_gbp(model), rounding_gbp=rounding_gbp(case))
    return proven, [*walk.wrong, *found]


def wrong_bound(
    stage: StageProof, proven: float, of_plan: float, *, doubt_gbp: float, rounding_gbp: float, sums_gbp: float = 0.0
) -> Iterator[str]:
    """Find a bound of a stage that is not what its multipliers prove, or is above the plan.

    Parameters
    ----------
    stage
        What is said.
    proven
        What the multipliers prove.
    of_plan
        What the objective of the stage is for the plan.
    doubt_gbp, rounding_gbp
        How far half pennies, and rounded amounts, can move the money of a plan.
    sums_gbp
        How far the plan's own sums are rounded.
    """
    is_cost = stage.name == COST
    slack = HALF_PENNY_GBP + doubt_gbp if is_cost else _PUPIL_FUZZ
    slack += _SUM_FUZZ * max(1.0, abs(stage.bound))
    above = (_PENNY_GBP + sums_gbp if is_cost else 0.0) + slack
    if not math.isfinite(stage.bound):
        yield f"the bound is {stage.bound}; it should be a number."
    elif proven < stage.bound - slack:
        yield f"the bound is {stage.bound:,.6f}; the multipliers prove {proven:,.6f}."
    elif stage.bound > of_plan + above:
        yield f"the bound is {stage.bound:,.6f}, above the plan's {of_plan:,.6f}."
    if proven > of_plan + above + rounding_gbp:
        yield f"the multipliers prove that no plan is below {proven:,.6f}, but this one is at {of_plan:,.6f}."


def _objective(case: Case, weights: Mapping[str, float] | None) -> float:
    """Return what the plan's objective is, with weights that of the weighted sum."""
    weights = weights or {}
    minutes = float(case.minutes @ case.count) if weights.get("minutes") else 0.0
    unplaced = weights.get(UNPLACED, 0.0) * case.plan.unplaced_pupils
    return case.objective_gbp + unplaced + weights.get("minutes", 0.0) * minutes


def doubt_gbp(model: Model) -> float:
    """Return how far half pennies can move the cost of a plan."""
    return float(model.movers.doubt_gbp @ model.count + model.kept.amounts["doubt"] @ model.kept.count)


def rounding_gbp(case: Case) -> float:
    """Return how far the rounded amounts of a plan's sites can be from their prices."""
    plan = case.plan
    return HALF_PENNY_GBP * (4 * len(plan.use) + len(plan.outreach) + len(plan.teams) + 1)


class Bounded(Protocol):
    """A model of one year or of several whose bound at given multipliers can be worked out."""

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""

    def multipliers(self, given: Mapping[str, float], *, has_stage_row: bool) -> tuple[Any, list[str]]:
        """Return multipliers by position, and what is wrong with them."""

    def bound(self, given: Any, objective: Any, least: Real, most: Real) -> float:
        """Return what no plan whose columns are between their least and most is below."""


@dataclass
class Walk:
    """A walk through a proof, which gathers what is wrong on its way."""

    model: Bounded
    objective: Any
    has_stage_row: bool
    wrong: list[str] = field(default_factory=list)

    def bound(self, tree: Tree, least: Real, most: Real) -> float:
        """Return what no plan of a part of the tree is below; infinite where the part has none."""
        if isinstance(tree, Leaf):
            return self._of_leaf(tree, least, most)
        column = self.model.column(tree.column) if read_name(tree.column)[0] in _BRANCHED else None
        if column is None:
            self.wrong.append(f"{tree.column} is not a column that a branch can be on.")
            return -math.inf
        below, above = most.copy(), least.copy()
        below[column] = min(below[column], tree.at)
        above[column] = max(above[column], tree.at + 1)
        return min(self._part(tree.below, least, below, column), self._part(tree.above, above, most, column))

    def _part(self, tree: Tree, least: Real, most: Real, column: int) -> float:
        """Return the bound of a part; one whose column has no value left holds no plan."""
        return math.inf if least[column] > most[column] else self.bound(tree, least, most)

    def _of_leaf(self, leaf: Leaf, least: Real, most: Real) -> float:
        given, wrong = self.model.multipliers(leaf.multipliers, has_stage_row=self.has_stage_row)
        self.wrong += wrong
        if wrong:
            return -math.inf
        objective = type(self.objective)() if leaf.is_ray else self.objective
        bound = self.model.bound(given, objective, least, most)
        if not leaf.is_ray:
            return bound
        if bound > _LEAST_OF_A_RAY:
            return math.inf
        self.wrong.append(f"a ray should prove more than 0; it proves {bound:,.6g}, so that a plan may be there.")
        return -math.inf
