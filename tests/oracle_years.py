"""The best plan of several years by exhaustive search, written from docs/planning_ahead.md: slow, small, no solver.

Nothing of rules, prices, pairs, model, solve or timeline is used. The rules and prices of one year are those of the
oracle of one year.
"""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations_with_replacement, product
from math import lcm
from typing import NamedTuple

import pandas as pd

from placement_opt.problem import Problem
from tests.oracle_sites import DECIDED, Placement
from tests.oracle_year_money import Money, worth
from tests.oracle_year_questions import ALONE, Opened, Stay, Years, YearsCase

__all__ = ["Best", "YearsCase", "best_years", "everybody"]


class Best(NamedTuple):
    """The three stages of the best plan; `minutes` is the least of all plans at the least objective."""

    unplaced: int
    objective_gbp: float
    minutes: float


class Option(NamedTuple):
    """One way through the years for the pupils of a row: places by year, and what they add to the three stages."""

    placed: tuple[tuple[int, str, str], ...]
    unplaced: int
    cost: int
    centiminutes: int


def _openings(years: Years) -> Iterator[Opened]:
    """Yield every choice of when candidates open and closable provisions close, each once at most."""
    decided = [p for p, row in years.provisions.items() if row["status"] in DECIDED]
    choices = []
    for p in decided:
        first, last, _ = years.sites[p]
        turns = [number for number, year in enumerate(years.years) if first <= year <= last]
        opens = years.provisions[p]["status"] == "candidate"
        patterns = [tuple((number >= turn) == opens for number in range(len(years.years))) for turn in turns]
        choices.append([tuple(not opens for _ in years.years), *patterns])
    for chosen in product(*choices):
        opened = dict(zip(decided, chosen, strict=True))
        if all(opened[p][number] for number, p in _kept(years) if p in opened):
            yield opened


def _kept(years: Years) -> set[tuple[int, str]]:
    """Return the places, by year, at which somebody stays."""
    return {
        (number, str(question.pupils[i]["current_provision_id"]))
        for number, question in enumerate(years.questions)
        for i in question.stayers
    }


def best_years(case: YearsCase) -> Best | None:
    """Return the stages of the best plan of several years; None = no plan keeps the rules.

    Raises
    ------
    InputAtFaultError
        When a place that a pupil must have cannot be had.
    """
    years = Years(case)
    unit = lcm(*(worth(years, number).denominator for number in range(len(years.years))))
    search = _Search(years, unit)
    for opened in _openings(years):
        search.run(Money(years, opened))
    if not search.found:
        return None
    unplaced, least, _ = min(search.found)
    minutes = min(centi for alone, cost, centi in search.found if (alone, cost) == (unplaced, least))
    return Best(unplaced, float(least / 100), minutes / 100)


class _Search:
    """A depth-first search over the rows of pupils, for one choice of sites after the other.

    It turns back only where no plan can be among the best: what is chosen so far, with every row to come at its best,
    leaves more pupils unplaced than the best plan known, or costs more.
    """

    def __init__(self, years: Years, unit: int) -> None:
        self.years, self.unit = years, unit
        self.stays = {i: years.stays(i) for i in years.people}
        self.found: list[tuple[int, Fraction, int]] = []
        self.best: tuple[int, Fraction] | None = None

    def run(self, money: Money) -> None:
        options = [self._options(money, i) for i in self.years.people]
        if all(options):
            options.sort(key=len)
            rest = [(0, 0)]
            for some in reversed(options):
                rest.append((rest[-1][0] + some[0].unplaced, rest[-1][1] + some[0].cost))
            self._choose(money, options, rest[::-1], [])

    def _options(self, money: Money, pupil: str) -> list[Option]:
        """Return what the pupils of a row can do, the most placed and then the cheapest first."""
        present = [number for number, options in enumerate(self.years.options_of) if pupil in options]
        possible = [
            stay
            for stay in self.stays[pupil]
            if all(p == ALONE or money.takes(pupil, p, number) for number, p in zip(present, stay, strict=True))
        ]
        each = [self._option(money, pupil, present, stay) for stay in possible]
        found = [
            Option(
                tuple(place for one in some for place in one.placed),
                sum(one.unplaced for one in some),
                sum(one.cost for one in some),
                sum(one.centiminutes for one in some),
            )
            for some in combinations_with_replacement(each, int(self.years.people[pupil]["count"]))
        ]
        return sorted(found, key=lambda option: (option.unplaced, option.cost))

    def _option(self, money: Money, pupil: str, present: list[int], stay: Stay) -> Option:
        placed, cost, centi = [], 0, 0
        for number, p in zip(present, stay, strict=True):
            if p != ALONE:
                placed.append((number, pupil, p))
                cost += int(money.rules[number].cost[pupil, p] * worth(self.years, number) * self.unit)
                centi += money.rules[number].centiminutes(pupil, p)
        return Option(tuple(placed), stay.count(ALONE), cost, centi)

    def _choose(
        self, money: Money, options: list[list[Option]], rest: list[tuple[int, int]], chosen: list[Option]
    ) -> None:
        unplaced = sum(option.unplaced for option in chosen) + rest[len(chosen)][0]
        cost = sum(option.cost for option in chosen) + rest[len(chosen)][1]
        if self.best is not None and (unplaced, Fraction(cost, self.unit)) > self.best:
            return
        if len(chosen) == len(options):
            self._keep(money, chosen)
            return
        for option in options[len(chosen)]:
            self._choose(money, options, rest, [*chosen, option])

    def _keep(self, money: Money, chosen: list[Option]) -> None:
        placements: list[Placement] = [Counter() for _ in self.years.years]
        for option in chosen:
            for number, pupil, p in option.placed:
                placements[number][pupil, p] += 1
        least = money.least(placements)
        if least is None:
            return
        unplaced = sum(option.unplaced for option in chosen)
        self.found.append((unplaced, least, sum(option.centiminutes for option in chosen)))
        self.best = min(self.best or (unplaced, least), (unplaced, least))


def everybody(problem: Problem) -> Problem:
    """Return a problem with pupils and arrivals as its pupils, to make journeys for them."""
    arrivals = problem.table("arrivals").drop(columns="arrives")
    pupils = pd.concat([problem.pupils, arrivals], ignore_index=True) if len(arrivals) else problem.pupils
    return problem.replace(pupils=pupils, arrivals=None, leavers=None)
