"""What a report is about, and what of it may be seen."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from placement_opt.compare import Comparison, compare
from placement_opt.made_from import is_made_from
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.amounts import Amounts, read_amounts
from placement_opt.report.ledger import Ledger
from placement_opt.report.published import count_pupils
from placement_opt.suppression import LEAST_SHOWN, Mark, Protection
from placement_opt.travel import TravelMatrix


@dataclass(frozen=True, eq=False)
class Subject:
    """What a report is about: plans, and the question and the travel that they answer.

    Parameters
    ----------
    plans
        By name; the first is the reference, the last is the one that is reported in full.
    problem, travel
        What the plans were made from.
    confidential
        Show small groups and single pupils.

    Raises
    ------
    ValueError
        When the plan that is reported in full was made from other tables.
    """

    plans: Mapping[str, Plan]
    problem: Problem
    travel: TravelMatrix
    confidential: bool

    def __post_init__(self) -> None:
        if not is_made_from(self.plans[self.main], self.problem):
            raise ValueError(
                f"The plan {self.main!r} was made from other tables than `problem`; give the problem it answers."
            )

    @cached_property
    def comparison(self) -> Comparison:
        """The plans side by side."""
        return compare(self.plans)

    @cached_property
    def headline(self) -> pd.DataFrame:
        """The key figures of every plan, none of them hidden yet."""
        return self.comparison.headline()

    @property
    def reference(self) -> str:
        """Name of the plan that the others are held against."""
        return self.comparison.reference

    @property
    def main(self) -> str:
        """Name of the plan that is reported in full."""
        return list(self.comparison.plans)[-1]

    @cached_property
    def ledger(self) -> Ledger:
        """Every count of pupils that papers to be shared show, and what a reader knows of them."""
        return count_pupils(self.comparison, self.problem)

    @property
    def counts(self) -> Mapping[Hashable, int]:
        """Every count of pupils that is shown, by key."""
        return self.ledger.counts

    @cached_property
    def marks(self) -> Mapping[Hashable, Mark]:
        """How each count may be shown."""
        return dict.fromkeys(self.counts, Mark.SHOWN) if self.confidential else self.protection.marks

    @cached_property
    def protection(self) -> Protection:
        """How each count is shown in papers to be shared."""
        return self.ledger.protection()

    @property
    def gives_away(self) -> bool:
        """Whether this is for sharing, but about so few pupils that small groups can be worked out all the same."""
        return not self.confidential and bool(self.protection.given_away)

    @cached_property
    def amounts(self) -> Amounts:
        """Money and journeys by group, and which of them are hidden."""
        return read_amounts(self.comparison, self.marks, confidential=self.confidential)

    def is_hidden(self, key: Hashable) -> bool:
        """Say whether a count is hidden."""
        return self.marks[key] is not Mark.SHOWN

    def is_small(self, count: float) -> bool:
        """Say whether figures about so few pupils have to be withheld."""
        return not self.confidential and 0 < count < LEAST_SHOWN
