"""The bound L of given multipliers (formulation, section 5), with nothing but sums."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.verify.kept import Kept
from placement_opt.verify.model_rows import Draft, PairRows, add_all
from placement_opt.verify.movers import Movers, wishes
from placement_opt.verify.program import MOST, NONE, Program, read_name
from placement_opt.verify.question import Question, Real, Truth, Whole
from placement_opt.verify.site_money import site_money

STAGE_ROW = "stage_unplaced"
_PUPIL = "pupil"
_UNKNOWN, _FIRST_PUPIL = -1, -2


@dataclass(frozen=True, eq=False, repr=False)
class Objective:
    """What is made small.

    Parameters
    ----------
    constant
        What no decision changes.
    pairs
        What one pupil costs in each pair of `Movers`; None = nothing.
    sites
        Share (0 or 1) of the costs of the other columns.
    unplaced
        What one pupil without a place costs.
    """

    constant: float = 0.0
    pairs: Real | None = None
    sites: float = 0.0
    unplaced: float = 0.0


@dataclass(frozen=True, eq=False, repr=False)
class Multipliers:
    """Those of the rows, by position, and those of pupils' rows, by position in `Movers`; NaN = not given."""

    rows: Real
    pupils: Real


class _Positions(dict[str, int]):
    """Where the row of a name is; a pupil's row below 0, from `_FIRST_PUPIL` down. Each name is read once."""

    def __init__(self, program: Program, pupil: Whole) -> None:
        super().__init__()
        self._program, self._pupil = program, pupil

    def __missing__(self, name: str) -> int:
        at = self._program.row(name)
        self[name] = self._of_pupil(name) if at is None else at
        return self[name]

    def _of_pupil(self, name: str) -> int:
        word, key = read_name(name)
        if word != _PUPIL or len(key) != 1:
            return _UNKNOWN
        at = int(np.searchsorted(self._pupil, key[0]))
        return _FIRST_PUPIL - at if at < len(self._pupil) and self._pupil[at] == key[0] else _UNKNOWN


@dataclass(frozen=True, eq=False, repr=False)
class Model:
    """The model of a question, and the pupils whom nothing can place."""

    question: Question
    program: Program
    pair_rows: PairRows
    movers: Movers
    kept: Kept
    is_decided: Truth
    without_pair: int
    most_unplaced: int

    @cached_property
    def count(self) -> Real:
        """How many pupils each row of `movers` stands for."""
        return self.question.of_pupils("count")[self.movers.pupil].astype(float)

    def column(self, name: str) -> int | None:
        """Return where the column of a name is; None = there is none."""
        return self.program.column(name)

    def multipliers(self, given: Mapping[str, float], *, has_stage_row: bool) -> tuple[Multipliers, list[str]]:
        """Return multipliers by position, and what is wrong with them."""
        rows, pupils = np.zeros(len(self.program.limit)), np.full(len(self.movers.pupil), np.nan)
        at = np.fromiter(map(self._positions.__getitem__, given), dtype=np.int64, count=len(given))
        value = np.fromiter(given.values(), dtype=float, count=len(given))
        if not has_stage_row:
            at[at == self._stage_row] = _UNKNOWN
        of_row = at >= 0
        sign = self.program.sense[at[of_row]]
        is_wrong = (at == _UNKNOWN) | ~np.isfinite(value)
        is_wrong[of_row] |= sign * value[of_row] < 0
        if is_wrong.any():
            names = list(given)
            return Multipliers(rows, pupils), [
                self._fault(names[one], int(at[one]), float(value[one])) for one in np.flatnonzero(is_wrong)
            ]
        rows[at[of_row]] = value[of_row]
        pupils[_FIRST_PUPIL - at[~of_row]] = value[~of_row]
        return Multipliers(rows, pupils), []

    def _fault(self, name: str, at: int, value: float) -> str:
        """Return what is wrong with a multiplier."""
        if at == _UNKNOWN:
            return f"{name} is not a row of this problem."
        if not np.isfinite(value):
            return f"the multiplier of {name} is {value}; it should be a number."
        is_most = self.program.sense[at] == MOST
        sign = "0 or less (the row says at most)" if is_most else "0 or more (the row says at least)"
        return f"the multiplier of {name} is {value:g}; it should be {sign}."

    @cached_property
    def _positions(self) -> "_Positions":
        return _Positions(self.program, self.movers.pupil)

    def bound(self, given: Multipliers, objective: Objective, least: Real, most: Real) -> float:
        """Return L: no plan whose columns are between their least and most has a lower objective.

        Parameters
        ----------
        given
            The multipliers.
        objective
            What is made small.
        least, most
            Of each column of the program, as a branch leaves them.
        """
        program = self.program
        y = np.full(len(self.is_decided), NONE)
        names = program.columns["y"]
        y[names.keys[:, 0]] = np.arange(names.first, names.first + len(names.keys))
        is_shut = self.is_decided & (most[y] <= 0)
        of_pupils, of_provisions = self._of_pairs(given, objective, is_shut)
        reduced = objective.sites * program.cost - program.taken(given.rows)
        decided = np.flatnonzero(self.is_decided)
        reduced[y[decided]] += of_provisions[decided]
        of_columns = np.minimum(reduced * least, reduced * most)
        return float(
            objective.constant
            + (given.rows * program.limit).sum()
            + of_pupils
            + of_provisions[~self.is_decided].sum()
            + of_columns.sum()
        )

    def _of_pairs(self, given: Multipliers, objective: Objective, is_shut: Truth) -> tuple[float, Real]:
        """Return what pupils' rows and unplaced pupils add, and what the pairs of each provision add."""
        movers, number = self.movers, len(self.is_decided)
        unplaced = np.full(len(movers.pupil), objective.unplaced - given.rows[self._stage_row])
        for row, is_counted in self.pair_rows.totals.unplaced:
            unplaced -= given.rows[row] * is_counted[movers.pupil]
        of_unplaced = np.where(self.question.must[movers.pupil] >= 0, np.inf, unplaced)
        total, of_provisions = 0.0, np.zeros(number)
        count = self.count
        reducer = Reducer(self, given.rows, is_shut)
        for part, pairs in movers.blocks():
            reduced = reducer.reduced(part, pairs, objective.pairs)
            cheapest = np.minimum.reduceat(reduced, movers.start[part] - pairs.start)
            cheapest = np.minimum(cheapest, of_unplaced[part])
            own = given.pupils[part]
            price = np.where(np.isnan(own), np.where(np.isfinite(cheapest), cheapest, 0.0), own)
            total += float(count[part] @ price)
            total += float(count[part] @ np.minimum(0, of_unplaced[part] - price))
            if (cheapest < price).any():
                each = np.diff(movers.start[part.start : part.stop + 1])
                short = np.minimum(0, reduced - np.repeat(price, each)) * np.repeat(count[part], each)
                of_provisions += np.bincount(movers.provision[pairs], weights=short, minlength=number)
        return total, of_provisions

    @cached_property
    def _stage_row(self) -> int:
        at = self.program.row(STAGE_ROW)
        assert at is not None  # noqa: S101 - every model has it
        return at


class Reducer:
    """What the pairs cost once their rows are paid for at given multipliers, the pupils' rows left out.

    Parameters
    ----------
    model
        The model.
    multiplier
        Of each row.
    is_shut
        Provisions that a branch has closed: nobody can go there, so that their pairs cost infinitely much.
    """

    def __init__(self, model: Model, multiplier: Real, is_shut: Truth) -> None:
        rows, question = model.pair_rows, model.question
        self._model = model
        self._question = question
        known = np.append(multiplier, 0.0)  # NONE finds the 0
        sorts = int(rows.sort.max()) + 1
        self._per_place = np.tile(known[rows.places] + known[rows.school], (sorts, 1))
        for row, is_sort, is_here in rows.parts:
            if known[row]:
                self._per_place += known[row] * np.outer(is_sort, is_here)
        self._per_pupil = known[rows.smallest] - np.where(is_shut, np.inf, 0.0)
        self._per_hour = known[rows.support]
        used = [known[row] * amounts for row, amounts in rows.resources if known[row]]
        self._place_row = rows.sort * len(self._per_pupil)
        self._resource = np.sum(used, axis=0) if used else None
        self._budgets = [(known[row], home, money) for row, home, money in rows.budgets if known[row]]
        self._totals = [(known[row], each) for row, each in rows.totals.pairs if known[row]]
        order = np.argsort(rows.listed[0], kind="stable")
        self._listed, self._of_listed = rows.listed[0][order], known[rows.listed[1][order]]

    def reduced(self, part: slice, pairs: slice, cost: Real | None) -> Real:
        """Return the reduced costs of some pairs: those of a block of pupils."""
        question, movers = self._question, self._model.movers
        pupil, provision = movers.pupils_of(part), movers.provision[pairs]
        paid = self._per_place.ravel()[self._place_row[pupil] + provision]
        paid *= question.of_pupils("places")[pupil]
        paid += self._per_pupil[provision]
        if self._per_hour.any():
            paid -= question.of_pupils("support_hours")[pupil] * self._per_hour[provision]
        if self._resource is not None:
            paid += self._resource[question.group[pupil], question.kind[provision]]
        for price, is_home, money in self._budgets:
            gbp = movers.money_gbp if money is None else movers.counted_gbp[money]
            paid += price * gbp[pairs] * is_home[pupil]
        for price, each in self._totals:
            paid += price * each[pairs]
        first, last = np.searchsorted(self._listed, [pairs.start, pairs.stop])
        if last > first:
            here = self._listed[first:last] - pairs.start
            paid += np.bincount(here, weights=self._of_listed[first:last], minlength=len(paid))
        return np.asarray(-paid if cost is None else cost[pairs] - paid)


def model_of(draft: Draft, unplaced: int) -> Model:
    """State the model of a question.

    Parameters
    ----------
    draft
        The question, laid out, without any row.
    unplaced
        How many pupils the plan leaves without a place.
    """
    question, movers = draft.question, draft.movers
    pair_rows = add_all(draft)
    count = question.of_pupils("count")
    without = int(count[draft.eligibility.may_move].sum() - count[movers.pupil].sum())
    draft.program.add_rows(STAGE_ROW, np.empty((1, 0), dtype=np.int64), MOST, [unplaced - without])
    return Model(
        question, draft.program, pair_rows, movers, draft.kept, draft.kept.is_decided, without, unplaced - without
    )


def cost_objective(model: Model, weights: Mapping[str, float] | None) -> Objective:
    """Return the objective of the stage *cost*: money and what is weighed, with weights the two other sums too."""
    question, movers, kept = model.question, model.movers, model.kept
    of_unplaced, of_minutes = ((weights or {}).get(name, 0.0) for name in ("unplaced", "minutes"))
    kept_gbp = kept.amounts["topup"] + kept.amounts["place"] + kept.amounts["transport"]
    constant = float(kept_gbp @ kept.count + site_money(question).commissioned.sum())
    constant += of_unplaced * model.without_pair
    if of_minutes:
        constant += of_minutes * float(kept.lines.minutes @ kept.count)
    weighed = wishes(question)
    if not of_minutes and not weighed:
        return Objective(constant, movers.money_gbp, 1.0, of_unplaced)
    pairs, count = movers.money_gbp.copy(), model.count
    for part, some in movers.blocks():
        lines = movers.lines_of(part, some)
        for price, meets in weighed:
            is_met = meets(lines.pupil, lines.provision)
            pairs[some] -= price * is_met
            has_wish = np.logical_or.reduceat(is_met, movers.start[part] - some.start)
            constant += price * float(count[part] @ has_wish)
        if of_minutes:
            pairs[some] += of_minutes * lines.minutes
    return Objective(constant, pairs, 1.0, of_unplaced)


def unplaced_objective(model: Model) -> Objective:
    """Return the objective of the stage *unplaced*: how many pupils have no place."""
    return Objective(float(model.without_pair), None, 0.0, 1.0)
