"""The plan held against the question: what every check looks at."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, SupportsIndex

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from placement_opt.verify.eligibility import Eligibility, eligibility_of
from placement_opt.verify.lines import Lines
from placement_opt.verify.links import links_of
from placement_opt.verify.modes import Mode
from placement_opt.verify.pair_costs import Prices, prices_of
from placement_opt.verify.question import Question, Real, Truth, Whole, ask, plain, positions
from placement_opt.verify.served import hubs_of, served_of

_OF_USE = ("is_open", "classes")


@dataclass(frozen=True, eq=False, repr=False)
class PlacedRows:
    """What to call each row of placed pupils in a message."""

    pupil_id: NDArray[Any]
    provision_id: NDArray[Any]

    def __getitem__(self, at: SupportsIndex) -> str:
        """Return what to call a row."""
        return f"{self.pupil_id[at]} at {self.provision_id[at]}"


@dataclass(frozen=True, eq=False, repr=False)
class Case:
    """A plan and the question that it answers.

    Parameters
    ----------
    cost_gbp
        The plan's, added up once.
    links
        Every hub with every spoke, indexed by both ids.
    placed
        The rows of the plan's placements whose pupil and provision the problem knows, and whose count is above 0.
    pupil, provision
        For each row of `placed`, positions in the question's tables.
    where
        For each row of `placed`, what to call it in a message.
    is_open, classes
        For each provision, what the table `use` says.
    is_served
        For each provision, whether the table `outreach` has it as a spoke.
    served, hubs
        Of `served_of` and `hubs_of`.
    """

    question: Question
    plan: Plan
    cost_gbp: float
    links: pd.DataFrame
    prices: Prices
    eligibility: Eligibility
    placed: pd.DataFrame
    pupil: Whole
    provision: Whole
    where: PlacedRows
    is_open: Truth
    classes: Whole
    is_served: Truth
    served: pd.DataFrame
    hubs: pd.DataFrame

    @property
    def is_baseline(self) -> bool:
        """Whether the plan is today's placements, which no rule has to hold for."""
        return self.plan.status is Status.BASELINE

    @property
    def objective_gbp(self) -> float:
        """The plan's cost and what is weighed with it."""
        return self.cost_gbp + self.plan.weighed_gbp

    @property
    def modes(self) -> tuple[Mode, ...]:
        """The ways to travel, in the order of their names."""
        return self.prices.modes

    @cached_property
    def lines(self) -> Lines:
        """The rows of `placed` as lines."""
        return Lines(self.question, self.pupil, self.provision)

    @cached_property
    def is_in_use(self) -> Truth:
        """For each provision, what the plan's y is: open, for a spoke served; of status open, `min_pupils`: in use."""
        question = self.question
        is_spoke = question.of_provisions("kind") == "spoke"
        has_pupils = self.per_provision(self.count) > 0
        is_smallest = (question.of_provisions("min_pupils") > 0) & (self.per_provision(self.count * self.stays) == 0)
        is_used = np.where(is_smallest & ~question.is_decided_status, has_pupils, self.is_open)
        return np.asarray(np.where(is_spoke, self.is_served, is_used) & (question.of_provisions("status") != "closed"))

    @cached_property
    def count(self) -> Whole:
        """For each row of `placed`, how many pupils."""
        return self.placed["count"].to_numpy(dtype=np.int64)

    @cached_property
    def taken(self) -> Whole:
        """For each row of `placed`, how many places."""
        return np.asarray(self.count * self.question.of_pupils("places")[self.pupil], dtype=np.int64)

    @cached_property
    def stays(self) -> Truth:
        """For each row of `placed`, whether its pupils are of those who stay, and are where they stay."""
        is_present = self.question.present[self.pupil] == self.provision
        return np.asarray(~self.eligibility.may_move[self.pupil] & is_present)

    @cached_property
    def minutes(self) -> Real:
        """For each row of `placed`, the journey of the travel matrix."""
        return self.lines.minutes

    @cached_property
    def miles(self) -> Real:
        """For each row of `placed`, the journey of the travel matrix."""
        return self.lines.miles

    def per_provision(self, amounts: Whole) -> Whole:
        """Return whole amounts of the rows of `placed`, added up for each provision."""
        total = np.zeros(len(self.question.provisions), dtype=np.int64)
        np.add.at(total, self.provision, amounts)
        return total


@dataclass(frozen=True)
class Check:
    """A check: its name, and what gives a sentence for each thing that it finds wrong.

    Parameters
    ----------
    of_baseline
        Whether today's placements have to pass it too.
    """

    name: str
    find: Callable[[Case], Iterable[str]]
    of_baseline: bool = True


def case_of(problem: Problem, travel: TravelMatrix, plan: Plan) -> Case:
    """Hold a plan against its question.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or a school of the problem.
    """
    question = ask(problem, travel, plan.policy)
    links = links_of(question)
    placed = plan.placements
    pupil = positions(question.pupils["pupil_id"], placed["pupil_id"])
    provision = positions(question.provisions["provision_id"], placed["provision_id"])
    is_known = (pupil >= 0) & (provision >= 0) & (placed["count"] > 0).to_numpy()
    placed, pupil, provision = placed[is_known].reset_index(drop=True), pupil[is_known], provision[is_known]
    is_open, classes = (dict(zip(plan.use["provision_id"], plan.use[name], strict=True)) for name in _OF_USE)
    provision_ids = question.provisions["provision_id"]
    support_hours = question.of_pupils("support_hours")[pupil] * placed["count"].to_numpy()
    eligibility = eligibility_of(question, links)
    hours_of_spokes = np.zeros(len(provision_ids))
    np.add.at(hours_of_spokes, provision, support_hours)
    served = served_of(question, plan.outreach, links, hours_of_spokes)
    return Case(
        question,
        plan,
        plan.cost_gbp,
        links,
        prices_of(question, eligibility.free),
        eligibility,
        placed,
        pupil,
        provision,
        PlacedRows(plain(placed["pupil_id"]), plain(placed["provision_id"])),
        is_open=np.array([bool(is_open.get(name, False)) for name in provision_ids]),
        classes=np.array([int(classes.get(name, 0)) for name in provision_ids], dtype=np.int64),
        is_served=provision_ids.isin(set(plain(plan.outreach["spoke_id"]))).to_numpy(),
        served=served,
        hubs=hubs_of(question, served),
    )
