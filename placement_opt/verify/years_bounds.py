"""The bound of given multipliers over several years, with nothing but sums (planning ahead, section 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placement_opt.verify.bounds import STAGE_ROW, Model, Objective, Reducer, cost_objective, unplaced_objective
from placement_opt.verify.program import MOST, NONE, read_name
from placement_opt.verify.question import Real, Whole
from placement_opt.verify.years_case import YearsCase
from placement_opt.verify.years_merged import Merged
from placement_opt.verify.years_money import worth
from placement_opt.verify.years_pairs import NO_PAIR
from placement_opt.verify.years_spells import Listing, Spells

_PUPIL = "pupil"


@dataclass(frozen=True, eq=False, repr=False)
class YearsObjective:
    """What is made small.

    Parameters
    ----------
    constant
        What no decision changes.
    pairs
        For each year what one pupil costs in each pair; empty = nothing.
    moves
        For each year what a move within a phase costs.
    columns
        What each column costs; None = nothing.
    unplaced
        What one pupil without a place costs for a year.
    """

    constant: float = 0.0
    pairs: Sequence[Real] = ()
    moves: Real = field(default_factory=lambda: np.zeros(0))
    columns: Real | None = None
    unplaced: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class YearsMultipliers:
    """Those of the rows by position, and for each year those of the pupils' rows, by position in `Movers`."""

    rows: Real
    pupils: list[Real]


@dataclass(frozen=True, eq=False, repr=False)
class YearsModel:
    """The model of several years: rows, columns and spells.

    Parameters
    ----------
    merged
        Rows and columns of all years.
    spells
        Those that may be chosen.
    site
        For each spell the column of being open that it asks for; NONE = none.
    most
        For each row of C14, the pupils who may be there.
    """

    merged: Merged
    spells: Spells
    site: Whole
    most: Real

    @property
    def models(self) -> Sequence[Model]:
        """The model of each year by itself."""
        return self.merged.models

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""
        return self.merged.column(name)

    def multipliers(self, given: Mapping[str, float], *, has_stage_row: bool) -> tuple[YearsMultipliers, list[str]]:
        """Return multipliers by position, and what is wrong with them."""
        rows = np.zeros(len(self.merged.limit))
        pupils = [np.zeros(len(model.movers.pupil)) for model in self.models]
        wrong = []
        for name, value in given.items():
            at, of_pupil = self.merged.row(name), self._of_pupil(name)
            if (at is None and of_pupil is None) or (name == STAGE_ROW and not has_stage_row):
                wrong.append(f"{name} is not a row of this problem.")
            elif not np.isfinite(value):
                wrong.append(f"the multiplier of {name} is {value}; it should be a number.")
            elif at is not None and self.merged.sense[at] * value < 0:
                is_most = self.merged.sense[at] == MOST
                sign = "0 or less (the row says at most)" if is_most else "0 or more (the row says at least)"
                wrong.append(f"the multiplier of {name} is {value:g}; it should be {sign}.")
            elif at is not None:
                rows[at] = value
            elif of_pupil is not None:
                pupils[of_pupil[0]][of_pupil[1]] = value
        return YearsMultipliers(rows, pupils), wrong

    def _of_pupil(self, name: str) -> tuple[int, int] | None:
        """Return the number of the year and the position in `Movers` of a pupil's row."""
        word, key = read_name(name)
        if word != _PUPIL or len(key) != 2 or not 1 <= key[1] <= len(self.models):
            return None
        movers = self.models[key[1] - 1].movers.pupil
        at = int(np.searchsorted(movers, key[0]))
        return (key[1] - 1, at) if at < len(movers) and movers[at] == key[0] else None

    def bound(self, given: YearsMultipliers, objective: YearsObjective, least: Real, most: Real) -> float:
        """Return what no plan whose columns are between their least and most has a lower objective than."""
        merged, spells = self.merged, self.spells
        reduced = -merged.taken(given.rows)
        if objective.columns is not None:
            reduced = reduced + objective.columns
        total = objective.constant + float(given.rows @ merged.limit)
        of_spells = (
            objective.moves[spells.first] * spells.is_move if len(objective.moves) else np.zeros(len(spells.first))
        )
        for number, (model, price) in enumerate(zip(self.models, given.pupils, strict=True)):
            of_pairs = self._of_pairs(number, given, objective)
            there = spells.pair[:, number] != NO_PAIR
            of_spells[there] += of_pairs[spells.pair[there, number]]
            total += float(model.count @ price) + self._of_unplaced(number, given, objective.unplaced)
        for one, pupils in zip(merged.in_use, self.most.tolist(), strict=True):
            reduced[one.column] += given.rows[one.row] * pupils
        gains = np.minimum(0.0, of_spells) * spells.count
        asks = self.site != NONE
        total += float(gains[~asks].sum())
        reduced = reduced + np.bincount(self.site[asks], weights=gains[asks], minlength=len(reduced))
        return total + float(np.minimum(reduced * least, reduced * most).sum())

    def _of_pairs(self, number: int, given: YearsMultipliers, objective: YearsObjective) -> Real:
        """Return what the pairs of a year cost once their rows are paid for, the pupils' rows too."""
        model, merged = self.models[number], self.merged
        nothing_shut = np.zeros(len(model.is_decided), dtype=bool)
        everybody = slice(0, len(model.movers.pupil)), slice(0, len(model.movers.provision))
        cost = objective.pairs[number] if objective.pairs else np.zeros(len(model.movers.provision))
        reducer = Reducer(model, given.rows[merged.rows_of(number)], nothing_shut)
        reduced = reducer.reduced(*everybody, cost) - merged.of_pairs(number, given.rows)
        return np.asarray(reduced - np.repeat(given.pupils[number], np.diff(model.movers.start)))

    def _of_unplaced(self, number: int, given: YearsMultipliers, of_one: float) -> float:
        """Return what pupils without a place add in a year."""
        model, merged = self.models[number], self.merged
        rows = given.rows[merged.rows_of(number)]
        cost = np.full(len(model.movers.pupil), of_one - given.rows[merged.stage_row])
        for row, is_counted in model.pair_rows.totals.unplaced:
            cost -= rows[row] * is_counted[model.movers.pupil]
        may_be = model.question.must[model.movers.pupil] < 0
        gains = model.count * np.minimum(0, cost - given.pupils[number])
        return float(gains[may_be].sum())


@dataclass(frozen=True, eq=False, repr=False)
class Provable:
    """The model of a case, and what can be made small in it."""

    case: YearsCase
    merged: Merged

    @cached_property
    def _listing(self) -> Listing:
        return Listing(self.case)

    @cached_property
    def without_pair(self) -> int:
        """Pupil-years of pupils whom nothing can place."""
        return sum(model.without_pair for model in self.merged.models)

    def model(self, *, late: bool) -> YearsModel:
        """Return the model.

        Parameters
        ----------
        late
            Also with spells that begin after a year in which the pupil could have been placed and was not.
        """
        spells = self._listing.every if late else self._listing.prompt
        most = [self._pupils(spells, one.year, one.provision) for one in self.merged.in_use]
        return YearsModel(self.merged, spells, self._sites(spells), np.array(most, dtype=float))

    def _pupils(self, spells: Spells, number: int, provision: int) -> float:
        """Return how many pupils have a spell at a provision in a year."""
        pair = spells.pair[(spells.provision == provision) & (spells.pair[:, number] != NO_PAIR), number]
        who = np.unique(self.case.pairs[number].pupil[pair])
        return float(self.case.cases[number].question.of_pupils("count")[who].sum())

    def _sites(self, spells: Spells) -> Whole:
        """Return the column of being open that each spell asks for."""
        status = self.case.ahead.problem.provisions["status"].to_numpy(dtype=object)[spells.provision]
        year = np.where(status == "candidate", self._listing.opened_by(spells), spells.first)
        year = np.where(status == "closable", spells.last, year)
        return self.merged.y[year, spells.provision]

    def unplaced_objective(self) -> YearsObjective:
        """Return the objective of the stage *unplaced*."""
        return YearsObjective(
            float(sum(unplaced_objective(model).constant for model in self.merged.models)), unplaced=1.0
        )

    def cost_objective(self, weights: Mapping[str, float] | None) -> YearsObjective:
        """Return the objective of the stage *cost*: money and what is weighed, with weights the two other sums too."""
        of_unplaced, of_minutes = ((weights or {}).get(name, 0.0) for name in ("unplaced", "minutes"))
        constant = self.merged.fixed_gbp + of_unplaced * self.without_pair
        pairs = []
        for model, factor in zip(self.merged.models, worth(self.case).tolist(), strict=True):
            of_year: Objective = cost_objective(model, None)
            constant += factor * of_year.constant
            each = factor * (np.zeros(0) if of_year.pairs is None else of_year.pairs)
            if of_minutes:
                kept = model.kept
                constant += of_minutes * float(kept.lines.minutes @ kept.count)
                everybody = slice(0, len(model.movers.pupil)), slice(0, len(model.movers.provision))
                each = each + of_minutes * model.movers.lines_of(*everybody).minutes
            pairs.append(each)
        price = self.case.ahead.rules.mid_phase_move_gbp or 0.0
        return YearsObjective(constant, pairs, price * self.case.ahead.discount, self.merged.cost, of_unplaced)
