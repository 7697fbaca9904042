"""What a report can show besides plans, given by whoever asks for it."""

from collections.abc import Sequence
from dataclasses import dataclass

from placement_opt.problem import Problem
from placement_opt.report.actions import Owner
from placement_opt.report.indicators import Threshold
from placement_opt.report.route_words import check_same_question
from placement_opt.route_plan import RoutePlan
from placement_opt.why.runs import WhatChanged
from placement_opt.why.shortfall.values import Cures
from placement_opt.why.witness_values import Witness


@dataclass(frozen=True, eq=False)
class ReportExtras:
    """What a report can show besides plans. Everything may be left out.

    Parameters
    ----------
    thresholds
        From which value on an indicator is rated green, amber or red: the council's own, each with its source. Where
        there is none, the indicator is shown without a rating.
    owners
        Who does what kind of action by when; where nobody is named, the report leaves room.
    witness
        Of `placement_opt.witness`: why pupils have no place. Shown in confidential reports.
    cures
        Of `placement_opt.cures`: what would give everybody a place. Shown in confidential reports.
    changed
        Of `placement_opt.what_changed`: what lies between an earlier run and this one. What may be shared says which
        inputs and settings changed, and no numbers of pupils.
    routes
        Routes to draw on the map of a confidential report.

    Examples
    --------
    >>> from placement_opt.report.indicators import Threshold
    >>> extras = ReportExtras(thresholds=(Threshold("unplaced", 0, 5, "Cabinet paper 12", "2026-03-01"),))
    >>> extras.thresholds[0].rating(3)
    'Amber'
    """

    thresholds: Sequence[Threshold] = ()
    owners: Sequence[Owner] = ()
    witness: Witness | None = None
    cures: Cures | None = None
    changed: WhatChanged | None = None
    routes: RoutePlan | None = None

    def check(self, problem: Problem) -> None:
        """Find what is given twice, and routes of another problem.

        Parameters
        ----------
        problem
            What is reported.

        Raises
        ------
        ValueError
            When an indicator has two thresholds or a kind of action two owners.
        InputError
            When routes hold pupils or schools that the problem does not know.
        """
        for what, names in (
            ("thresholds", [one.indicator for one in self.thresholds]),
            ("owners", [one.kind for one in self.owners]),
        ):
            twice = sorted({name for name in names if names.count(name) > 1})
            if twice:
                raise ValueError(f"`{what}` has {', '.join(twice)} more than once; give each once.")
        if self.routes is not None:
            check_same_question(problem, self.routes)
