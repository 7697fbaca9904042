"""From the spells and columns of a model of several years to the plans of the years and what ties them together."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import cast

import numpy as np
import pandas as pd

from placement_opt.answer import Decisions, build_plan
from placement_opt.errors import Status
from placement_opt.facts import Ints
from placement_opt.model.sites import CHOSEN
from placement_opt.model.years import YearsDraft
from placement_opt.pairs import Pairs
from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.solve.reading import decide
from placement_opt.solve.record import make_record
from placement_opt.solve.stages import Staged
from placement_opt.solve.years.openings import OPEN, States, openings
from placement_opt.solve.years.tables import Told, class_table, money_table, site_table, spell_table
from placement_opt.years_plan import YearsPlan


def years_answer(staged: Staged, options: SolveOptions, seconds: float) -> YearsPlan:
    """Work out the tables and figures of a plan of several years.

    Parameters
    ----------
    staged
        What solving gave; its draft is one of several years.
    options, seconds
        For the record.
    """
    answer = _Answer(cast("YearsDraft", staged.draft), staged)
    draft, timeline = answer.draft, answer.draft.timeline
    plans = answer.plans()
    told = Told(draft, staged.fitted, answer.states, plans)
    sites, classes = site_table(told), class_table(told)
    plans = [_with_capital(plan, year, sites, classes) for plan, year in zip(plans, timeline.years, strict=True)]
    factors = [draft.discount(t) for t in range(len(draft.years))]
    tables = {
        "years": timeline.year_rows.assign(discount_factor=factors),
        "spells": spell_table(told),
        "sites": sites,
        "classes": classes,
        "money": money_table(told, sites, classes),
    }
    record = make_record(
        draft.years[0].pairs,
        options=options,
        how={"method": "spells of several years"},
        stages=staged.stages,
        seconds=seconds,
    )
    record |= {"inputs": timeline.problem.fingerprints(), "rules": timeline.rules.as_dict(), "spells": draft.choices}
    weighed = answer.weighed_gbp()
    policy, rules = timeline.policy, timeline.rules
    return YearsPlan(Status.FEASIBLE, tuple(plans), tables, policy, rules, weighed, None, record, staged.certificate)


@dataclass(frozen=True, eq=False)
class _Answer:
    """What was decided, with the model that it was decided in."""

    draft: YearsDraft
    staged: Staged

    @property
    def chosen(self) -> Ints:
        """The spells in use."""
        return self.staged.fitted.pairs

    @property
    def pupils(self) -> Ints:
        """How many pupils each spell in use is chosen for."""
        return self.staged.fitted.pupils

    @cached_property
    def states(self) -> States:
        """Which sites are open when."""
        return openings(self.draft, self.staged.fitted)

    def weighed_gbp(self) -> float:
        """Return what unmet wishes weigh."""
        weighed = self.draft.weighed
        total = weighed.constant + float(weighed.pairs[self.chosen] @ self.pupils)
        total += sum(amount * self.staged.fitted.others[column] for column, amount in weighed.terms.items())
        return round(float(total), 2)

    def plans(self) -> list[Plan]:
        """Return the plan of each year."""
        plans: list[Plan] = []
        for t in range(len(self.draft.years)):
            plan = self._plan(t)
            plans.append(_following(plan, plans[-1]) if plans else plan)
        return plans

    def _plan(self, t: int) -> Plan:
        draft = self.draft.drafts[t]
        counts = np.rint(self.draft.in_year(t)[:, self.chosen] @ self.pupils).astype(np.int64)
        placed = np.flatnonzero(counts)
        first = self.draft.first_column[t]
        others = np.rint(self.staged.fitted.others[first : first + len(draft.columns)]).astype(np.int64)
        decisions = decide(draft, placed, counts[placed], others)
        decisions = replace(decisions, opened=self._open_and_empty(t, decisions))
        return build_plan(self._filled(t), decisions, status=Status.FEASIBLE)

    def _open_and_empty(self, t: int, decisions: Decisions) -> frozenset[str]:
        facts = self.draft.years[t].facts
        used = np.bincount(decisions.placed.provision, minlength=len(facts.provisions))
        is_chosen = np.isin(facts.provision_column("status").astype(str), CHOSEN) & (facts.kinds != "spoke")
        empty = np.flatnonzero(is_chosen & (self.states[t] == OPEN) & (used == 0))
        return frozenset(facts.provisions["provision_id"].iloc[empty])

    def _filled(self, t: int) -> Pairs:
        """Return the pairs of a year, with the places that provisions which fill up have by then."""
        pairs = self.draft.years[t].pairs
        if not self.draft.fill_up:
            return pairs
        problem = pairs.facts.problem
        places = problem.provisions["places"].to_numpy(copy=True)
        for p, steps in self.draft.fill_up.items():
            opened = np.flatnonzero(self.states[: t + 1, p] == OPEN)
            if len(opened) and t - opened[0] < len(steps):
                places[p] = steps[t - int(opened[0])]
        filled = problem.replace(provisions=problem.provisions.assign(places=places))
        return replace(pairs, facts=replace(pairs.facts, problem=filled))


def _following(plan: Plan, before: Plan) -> Plan:
    """Return a plan whose placements tell what changed since the year before."""
    placements, unplaced = plan.placements, plan.unplaced
    was = before.placements.groupby("pupil_id")["provision_id"].agg(frozenset)
    held = placements["pupil_id"].map(was)
    is_new = held.isna()
    stays = pd.Series(
        [not new and here in ids for new, here, ids in zip(is_new, placements["provision_id"], held, strict=True)],
        index=placements.index,
        dtype="bool",
    )
    first = held.map(min, na_action="ignore")
    placements["previous_provision_id"] = first.where(~stays, placements["provision_id"])
    placements["change"] = np.where(is_new, "new", np.where(stays, "stays", "moves"))
    unplaced["previous_provision_id"] = unplaced["pupil_id"].map(was).map(min, na_action="ignore")
    return replace(plan, tables={**plan.tables, "placements": placements, "unplaced": unplaced})


def _with_capital(plan: Plan, year: int, sites: pd.DataFrame, classes: pd.DataFrame) -> Plan:
    """Return a plan in whose `use` capital stands where something opens or is built in the year."""
    use = plan.use
    of_sites, of_classes = (
        table[table["year"] == year].groupby("provision_id")["capital_gbp"].sum() for table in (sites, classes)
    )
    spent = [use["provision_id"].map(part).astype("float64").fillna(0.0) for part in (of_sites, of_classes)]
    return replace(plan, tables={**plan.tables, "use": use.assign(capital_gbp=(spent[0] + spent[1]).round(2))})
