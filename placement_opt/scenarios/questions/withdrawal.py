"""A provider withdraws: who loses the place, where they could go, and what it costs."""

from dataclasses import dataclass

import pandas as pd

from placement_opt.compare import compare
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change, Scenario
from placement_opt.scenarios.questions.asking import answered, as_money
from placement_opt.scenarios.scenario_set import UNCHANGED, solve_scenarios
from placement_opt.scenarios.sites import withdraw
from placement_opt.travel import TravelMatrix
from placement_opt.workers.tasks import Pool, Progress

WITHDRAWN = "withdrawn"
NOBODY_TAKES = "no place"


@dataclass(frozen=True, eq=False, repr=False)
class Withdrawal:
    """What happens when a provider withdraws. Make one with `provider_withdraws`.

    Parameters
    ----------
    words
        Who withdraws.
    before, after
        The plan with the provider, and the plan without.
    today
        The pupils who are with the provider today: pupil_id, count, provision_id.
    """

    words: str
    before: Plan
    after: Plan
    today: pd.DataFrame

    @property
    def table(self) -> pd.DataFrame:
        """The key figures of both plans and the change; see `Comparison.headline`."""
        return compare({UNCHANGED: self.before, WITHDRAWN: self.after}).headline()

    @property
    def money(self) -> pd.DataFrame:
        """Pupils and £ by line in both plans, with the change; see `Comparison.by`."""
        return compare({UNCHANGED: self.before, WITHDRAWN: self.after}).by("line")

    @property
    def displaced(self) -> pd.DataFrame:
        """Where those who are with the provider today go.

        Columns pupil_id, count, from_provision_id, to_provision_id, to_kind (`no place` where there is none), minutes
        (one way, after; blank without a place).
        """
        places = self.after.placements[["pupil_id", "count", "provision_id", "kind", "minutes"]]
        short = self.after.unplaced[["pupil_id", "count"]].assign(provision_id=None, kind=NOBODY_TAKES, minutes=None)
        after = pd.concat([part for part in (places, short) if len(part)] or [places], ignore_index=True)
        after = after.rename(columns={"provision_id": "to_provision_id", "kind": "to_kind"})
        from_where = self.today.rename(columns={"provision_id": "from_provision_id"})[["pupil_id", "from_provision_id"]]
        columns = ["pupil_id", "count", "from_provision_id", "to_provision_id", "to_kind", "minutes"]
        return after.merge(from_where, on="pupil_id")[columns].sort_values(["pupil_id", "to_kind"], ignore_index=True)

    @property
    def extra_gbp(self) -> float:
        """What a year costs more without the provider."""
        return round(self.after.cost_gbp - self.before.cost_gbp, 2)

    def summary(self) -> str:
        """Return the answer in a few lines of text."""
        kinds = self.displaced.groupby("to_kind")["count"].sum()
        short = self.after.unplaced_pupils - self.before.unplaced_pupils
        went = ", ".join(f"{int(number):,} {kind}" for kind, number in kinds.items()) or "nobody"
        change = "more" if self.extra_gbp >= 0 else "less"
        return "\n".join(
            [
                f"{self.words}: {int(self.today['count'].sum()):,} pupils are there today",
                f"they go to: {went}",
                f"pupils without a place: {self.after.unplaced_pupils:,} ({short:+,})",
                f"cost: {as_money(abs(self.extra_gbp))} a year {change} ({self.after.policy.cost_basis} basis)",
            ]
        )

    def __repr__(self) -> str:
        return f"Withdrawal({self.words}, £{self.extra_gbp:,.2f} a year)"


def provider_withdraws(  # noqa: PLR0913 - each is a choice of its own
    problem: Problem,
    travel: TravelMatrix,
    *,
    trust: str | None = None,
    name: str | None = None,
    setting_id: str | None = None,
    sector: str | None = None,
    authority: str | None = None,
    kind: str | None = None,
    policy: Policy | None = None,
    options: SolveOptions | None = None,
    executor: Pool | None = None,
    progress: Progress | None = None,
) -> Withdrawal:
    """Close everything of a provider, and see where its pupils could go.

    Parameters
    ----------
    problem, travel
        The question.
    trust, name, setting_id, sector, authority, kind
        Who withdraws: every provision that fits all the words, as `scenarios.sites.withdraw` has it.
    policy, options, executor, progress
        As for `solve_scenarios`.

    Returns
    -------
    Withdrawal

    Raises
    ------
    InputError
        When nothing fits the words.
    NoPlanError
        When one of the two questions has no plan.
    ValueError
        When no word is given.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> answer = provider_withdraws(tiny(), crow_fly(tiny()), setting_id="B", kind="special")
    >>> answer.displaced[["pupil_id", "to_provision_id"]].to_numpy().tolist()
    [['P2', 'A-main']]
    """
    change = withdraw(trust=trust, name=name, setting_id=setting_id, sector=sector, authority=authority, kind=kind)
    answers = solve_scenarios(
        problem,
        travel,
        [Scenario(WITHDRAWN, [change])],
        policy=policy,
        options=options,
        against=[UNCHANGED],
        executor=executor,
        progress=progress,
    )
    answered(answers.answers)
    return Withdrawal(change.words, answers.plans[UNCHANGED], answers.plans[WITHDRAWN], _today(problem, change))


def _today(problem: Problem, change: Change) -> pd.DataFrame:
    """Return the pupils who are at what the change closes."""
    after, _ = change.apply(problem, Policy())
    shut = after.provisions["status"] == "closed"
    closed = set(after.provisions.loc[shut & (problem.provisions["status"] != "closed"), "provision_id"])
    pupils = problem.pupils[["pupil_id", "count", "current_provision_id"]]
    return pupils[pupils["current_provision_id"].isin(closed)].rename(columns={"current_provision_id": "provision_id"})
