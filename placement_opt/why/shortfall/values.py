"""What would cure a shortfall: sets of changes, proven smallest or cheapest. Frozen values."""

import math
from collections import Counter
from dataclasses import dataclass

import pandas as pd

from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.summaries import summary_table
from placement_opt.why.shortfall.made import with_changes
from placement_opt.why.shortfall.rows import words_of


@dataclass(frozen=True, eq=False, repr=False)
class Cure:
    """A set of changes after which the pupils who are without a place have one.

    Parameters
    ----------
    table
        The changes; see `shortfall_rows.CHANGE_COLUMNS`. For officers: it holds pupils' ids.
    placed
        Who goes where in the plan that the changes make possible; see `placements`.
    unplaced_pupils
        Pupils who are without a place all the same.
    cost_gbp
        Money of a year of that plan, the price of the changes included.
    price_gbp
        How much of it is the price of the changes, besides what the pupils cost at their places.
    weighed_gbp
        What unmet wishes weigh in that plan. Not money.
    is_proven
        Of a smallest set: no set has fewer changes, and none with as few costs less. Of the cheapest: none costs less
        (what is weighed included in both).
    """

    table: pd.DataFrame
    placed: pd.DataFrame
    unplaced_pupils: int
    cost_gbp: float
    price_gbp: float
    weighed_gbp: float
    is_proven: bool

    @property
    def changes(self) -> pd.DataFrame:
        """The changes: one row for each kind at one place; see `shortfall_rows.CHANGE_COLUMNS`."""
        return self.table.copy()

    @property
    def placements(self) -> pd.DataFrame:
        """Who goes where of those whose place is decided: pupil_id, provision_id, count, minutes, is_longer."""
        return self.placed.copy()

    @property
    def number(self) -> int:
        """How many changes it is: one place, one pupil's journey, one budget and so on."""
        return int(self.table["number"].sum())

    @property
    def objective_gbp(self) -> float:
        """Money and what is weighed with it: what is least among the sets of as few changes."""
        return round(self.cost_gbp + self.weighed_gbp, 2)

    @property
    def words(self) -> str:
        """The changes in words, without pupils' ids."""
        return words_of(self.table)

    def apply(self, problem: Problem, policy: Policy | None = None) -> tuple[Problem, Policy]:
        """Return the question with the changes made in its tables; the one that is given stays as it is.

        A longer journey becomes an officer's decision (`pair_rules`, must) where all pupils of a row make it, else the
        row's `max_minutes`. Bought places are at no school of the tables: those pupils stay without a place in it.

        Parameters
        ----------
        problem, policy
            The question that the cure was found for; None = the default policy.
        """
        return with_changes(problem, policy or Policy(), self.table)

    def __repr__(self) -> str:
        return f"Cure({self.number} changes: {self.words})"


@dataclass(frozen=True, eq=False, repr=False)
class Cures:
    """What would cure a shortfall. Make one with `cures`.

    Parameters
    ----------
    fewest
        Sets of fewest changes, the smallest first and of equal ones the cheapest; none holds all of one before it.
    cheapest
        The set whose plan costs least, among those of a limited number of changes; None where none has so few.
    before
        The plan without any change; None where there is none.
    clashes
        The rules that clash, where there is no plan without a change.
    unplaced_pupils, is_fewest
        Pupils without a place after every cure, and whether it is proven that no changes of the kinds looked at do
        better (or as many as were to be left).
    """

    fewest: tuple[Cure, ...]
    cheapest: Cure | None
    before: Plan | None
    clashes: tuple[str, ...]
    unplaced_pupils: int
    is_fewest: bool

    @property
    def table(self) -> pd.DataFrame:
        """One row for each set: order, changes, price_gbp, cost_gbp, more_gbp (than without changes), proven, words."""
        sets = [("fewest changes", cure) for cure in self.fewest]
        sets += [("least £", self.cheapest)] if self.cheapest is not None else []
        before_gbp = float("nan") if self.before is None else self.before.cost_gbp
        rows = [
            {
                "order": order,
                "changes": cure.number,
                "price_gbp": cure.price_gbp,
                "cost_gbp": cure.cost_gbp,
                "more_gbp": round(cure.cost_gbp - before_gbp, 2),
                "is_proven": cure.is_proven,
                "words": cure.words,
            }
            for order, cure in sets
        ]
        return pd.DataFrame(rows)

    def shortage(self) -> str:
        """Return in words who is without a place today: how many of which need, and where they live."""
        if self.before is None:
            return "No plan keeps all the rules: " + " ".join(self.clashes)
        without = self.before.tables["unplaced"]
        total = self.before.unplaced_pupils
        if not total:
            return "Every pupil has a place."
        groups: Counter[tuple[str, str]] = Counter()
        for row in without.to_dict("records"):
            groups[row["need"], row["locality"] if isinstance(row["locality"], str) else ""] += row["count"]
        parts = [f"{number} with {need}{_in(where)}" for (need, where), number in groups.most_common()]
        verb = "pupil has" if total == 1 else "pupils have"
        return f"{total:,} {verb} no place: {', '.join(parts)}."

    def summary(self) -> str:
        """Return the shortage and its cures in a few lines of text. Numbers are not hidden: keep it inside."""
        lines = [f"shortage          {self.shortage()}"]
        if self.unplaced_pupils:
            why = "proven" if self.is_fewest else "not proven to be fewest"
            lines.append(f"left all the same {self.unplaced_pupils:,} without a place ({why})")
        for at, row in enumerate(self.table.to_dict("records")):
            label = "fewest changes" if not at else "least £" if row["order"] == "least £" else "or"
            proof = "" if row["is_proven"] else ", not proven"
            lines.append(f"{label:<18}{row['words']}")
            lines.append(
                f"{'':<18}{_changes(row['changes'])}, £{row['cost_gbp']:,.0f} a year{_more(row['more_gbp'])}{proof}"
            )
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Cures({len(self.fewest)} sets, the smallest of {self.fewest[0].number} changes)"

    def _repr_html_(self) -> str:
        return summary_table("Cures", self.summary())


def _in(locality: str) -> str:
    return f" in {locality}" if locality else ""


def _changes(number: int) -> str:
    return f"{number:,} change{'' if number == 1 else 's'}"


def _more(more_gbp: float) -> str:
    if math.isnan(more_gbp):
        return ""
    return f", £{abs(more_gbp):,.0f} {'less' if more_gbp < 0 else 'more'} than without"
