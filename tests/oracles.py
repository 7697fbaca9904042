"""The answer by exhaustive search, written from docs/formulation.md alone: slow, small and without a solver.

Nothing of rules, prices, pairs, model or solve is used, so that the library and this line-by-line reading of the page
can only agree by both being right. Money is counted in whole pence, minutes in hundredths, hours exactly.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import NamedTuple

from placement_opt.cells import split_list
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix
from tests.oracle_pairs import (
    InputAtFaultError,
    Pair,
    PairCost,
    Question,
    Row,
    exact,
    is_mainstream,
    most_specific,
    pence,
)
from tests.oracle_sites import Placement, Sites
from tests.oracle_totals import keeps_totals

__all__ = ["Best", "InputAtFaultError", "PairCost", "allowed_pairs", "best_plan", "every_plan", "pair_cost"]


class Best(NamedTuple):
    """The three stages of the best plan; `minutes` is the least of all plans at the least objective."""

    unplaced: int
    objective_gbp: float
    minutes: float


class Option(NamedTuple):
    """One way to place the pupils of a row."""

    placed: tuple[tuple[str, int], ...]
    unplaced: int
    pence: int
    centiminutes: int


class Outcome(NamedTuple):
    """A plan that keeps every rule, by its three stages."""

    unplaced: int
    pence: int
    centiminutes: int


def allowed_pairs(problem: Problem, travel: TravelMatrix, policy: Policy) -> dict[Pair, str]:
    """Return the reason why a pair is refused, by pupil and provision; an empty string where it is allowed."""
    return Question(problem, travel, policy).refused


def pair_cost(problem: Problem, travel: TravelMatrix, policy: Policy, pupil: str, provision: str) -> PairCost:
    """Return what one pupil costs at one provision, in pence."""
    return Question(problem, travel, policy).pair_cost(pupil, provision)


class Rules:
    """The families and the money of one question, each asked of a complete placement."""

    def __init__(self, question: Question, *, literal: bool = False) -> None:
        self.q = question
        self.count = {pupil: int(row["count"]) for pupil, row in question.pupils.items()}
        self.weight = {pupil: int(row["places"]) for pupil, row in question.pupils.items()}
        self.allowed = {pupil: question.allowed(pupil) for pupil in question.pupils}
        self.cost = {(i, p): question.pair_cost(i, p).total for i, ps in self.allowed.items() for p in ps}
        self.kept: Placement = Counter(
            {(i, str(question.pupils[i]["current_provision_id"])): self.count[i] for i in question.stayers}
        )
        self.sites = Sites(question, self.kept, literal=literal)
        self.limits = [self._limit(*limit) for limit in (*self._place_limits(), *self._resource_limits())]
        self.families = self._families()
        self.wishes = self._wishes()

    # C3
    def _place_limits(self) -> Iterator[tuple[dict[Pair, Fraction], Fraction]]:
        """Yield the places that one pupil of a pair takes of a limit, and the limit: part limits, then schools'."""
        for limit in self.q.tables["part_limits"]:
            taken = {
                (i, p): Fraction(self.weight[i])
                for i, p in product(self.q.pupils, self.q.provisions)
                if self._is_in_scope(limit, p) and self._is_counted(limit, i)
            }
            yield taken, Fraction(limit["places"])
        for setting, row in self.q.settings.items():
            if row["places"] is not None:
                at = [p for p in self.q.provisions if self.q.school(p) == setting]
                taken = {(i, p): Fraction(self.weight[i]) for i, p in product(self.q.pupils, at)}
                yield taken, Fraction(row["places"])

    def _is_in_scope(self, limit: Row, provision: str) -> bool:
        school = self.q.school(provision)
        owner = self.q.settings[school]["trust"]
        is_of_owner = limit["trust"] is not None and owner == limit["trust"]
        return bool(provision == limit["provision_id"] or school == limit["setting_id"] or is_of_owner)

    def _is_counted(self, limit: Row, pupil: str) -> bool:
        i = self.q.pupils[pupil]
        has_need = limit["needs"] == "any" or i["need"] in split_list(limit["needs"])
        return bool(has_need and limit["min_year"] <= i["year_group"] <= limit["max_year"])

    # C10
    def _resource_limits(self) -> Iterator[tuple[dict[Pair, Fraction], Fraction]]:
        """Yield what one pupil of a pair uses of a resource, and how much there is."""
        for resource in self.q.tables["resources"]:
            rows = [row for row in self.q.tables["resource_use"] if row["resource"] == resource["resource"]]
            amounts = {}
            for (i, about), (p, provision) in product(self.q.pupils.items(), self.q.provisions.items()):
                row = most_specific(rows, about, provision)
                amounts[i, p] = Fraction(0) if row is None else exact(row["amount"])
            yield amounts, exact(resource["available"])

    # C3 and C10
    def _limit(self, each: dict[Pair, Fraction], most: Fraction) -> tuple[dict[Pair, int], int]:
        """Return a limit, which gives way to those who stay, in units small enough for whole numbers."""
        unit = math.lcm(most.denominator, *(amount.denominator for amount in each.values()))
        whole = {pair: int(amount * unit) for pair, amount in each.items() if amount}
        return whole, max(int(most * unit), _taken(whole, self.kept))

    def keeps_limits(self, x: Placement) -> bool:
        return all(_taken(each, x) <= most for each, most in self.limits)

    # C11
    def keeps_moves(self, x: Placement) -> bool:
        if self.q.policy.max_moves is None:
            return True
        leaving = 0
        for i, row in self.q.pupils.items():
            if row["current_provision_id"] in self.allowed[i]:
                leaving += self.count[i] - x[i, row["current_provision_id"]]
        return leaving <= self.q.policy.max_moves

    def _families(self) -> list[list[str]]:
        """Return the sibling groups for which one school is possible for every member."""
        groups: dict[str, list[str]] = defaultdict(list)
        for i, row in self.q.pupils.items():
            if row["sibling_group"] is not None:
                groups[row["sibling_group"]].append(i)
        return [
            group
            for group in groups.values()
            if set.intersection(*({self.q.school(p) for p in self.allowed[i]} for i in group))
        ]

    def children_apart(self, x: Placement) -> list[int]:
        """Return for each such group the placed members less the most members at one school."""
        apart = []
        for group in self.families:
            schools = Counter(self.q.school(p) for i, p in x if i in group)
            apart.append(schools.total() - max(schools.values(), default=0))
        return apart

    def keeps_siblings(self, x: Placement) -> bool:
        return self.q.policy.siblings != "hard" or not any(self.children_apart(x))

    # wishes
    def _wishes(self) -> list[tuple[int, str, list[str]]]:
        """Return for each wish that is weighed: the pence of missing it, the pupils, the provisions that meet it."""
        policy, wishes = self.q.policy, []
        for i, row in self.q.pupils.items():
            if i in self.q.stayers:
                continue
            requested = [p for p in self.allowed[i] if self.q.school(p) == row["requested_setting_id"]]
            if policy.requests == "priced" and requested:
                wishes.append((pence(exact(policy.missed_request_gbp)), i, requested))
            mainstream = [p for p in self.allowed[i] if is_mainstream(self.q.provisions[p])]
            if policy.mainstream == "priced" and row["mainstream"] == "wanted" and mainstream:
                wishes.append((pence(exact(policy.missed_mainstream_gbp)), i, mainstream))
        return wishes

    def weighed(self, x: Placement) -> int:
        total = sum(price * (self.count[i] - sum(x[i, p] for p in meeting)) for price, i, meeting in self.wishes)
        if self.q.policy.siblings == "priced":
            total += pence(exact(self.q.policy.split_siblings_gbp)) * sum(self.children_apart(x))
        return total

    def judge(self, x: Placement) -> int | None:
        """Return money + weighed in pence; None when the placement breaks a rule."""
        if not (self.keeps_limits(x) and self.keeps_moves(x) and self.keeps_siblings(x) and keeps_totals(self.q, x)):
            return None
        money = self.sites.least_pence(x)
        return None if money is None else money + self.weighed(x)

    # C1
    def options(self, pupil: str) -> list[Option]:
        """Return every way to place the pupils of a row, the most placed and then the cheapest first."""
        if pupil in self.q.stayers:
            ways: Iterable[tuple[int, ...]] = [(self.count[pupil],)]
        else:
            ways = _ways(self.count[pupil], len(self.allowed[pupil]))
        options = []
        for way in ways:
            placed = tuple((p, n) for p, n in zip(self.allowed[pupil], way, strict=True) if n)
            unplaced = self.count[pupil] - sum(way)
            if unplaced and pupil in self.q.musts:
                continue
            money = sum(self.cost[pupil, p] * n for p, n in placed)
            options.append(Option(placed, unplaced, money, sum(self.centiminutes(pupil, p) * n for p, n in placed)))
        return sorted(options, key=lambda option: (option.unplaced, option.pence))

    def centiminutes(self, pupil: str, provision: str) -> int:
        journey = self.q.journey(pupil, provision)
        assert journey is not None, "only pairs with a journey are allowed"
        return round(exact(journey[0]) * 100)


def _taken(each: dict[Pair, int], x: Placement) -> int:
    return sum(each.get(pair, 0) * n for pair, n in x.items())


def _ways(count: int, bins: int) -> Iterator[tuple[int, ...]]:
    """Yield every way to put at most `count` alike things into bins."""
    if bins == 0:
        yield ()
        return
    for first in range(count + 1):
        for rest in _ways(count - first, bins - 1):
            yield (first, *rest)


def every_plan(problem: Problem, travel: TravelMatrix, policy: Policy) -> Iterator[Outcome]:
    """Yield every plan that keeps the rules, one after the other, without any shortcut."""
    rules = Rules(Question(problem, travel, policy), literal=True)
    pupils = list(rules.q.pupils)
    for chosen in product(*(rules.options(pupil) for pupil in pupils)):
        x: Placement = Counter({(i, p): n for i, way in zip(pupils, chosen, strict=True) for p, n in way.placed})
        price = rules.judge(x)
        if price is not None:
            yield Outcome(sum(way.unplaced for way in chosen), price, sum(way.centiminutes for way in chosen))


def best_plan(problem: Problem, travel: TravelMatrix, policy: Policy) -> Best | None:
    """Return the stages of the best plan; None = no plan keeps the rules.

    The search goes row by row and turns back only where no plan can be among the best: a provision is over-full, or
    what is chosen so far, with every row to come at its best, leaves more pupils unplaced than the best plan known or
    costs more.
    """
    rules = Rules(Question(problem, travel, policy))
    return _best(_Search(rules).outcomes())


def _best(outcomes: Iterable[Outcome]) -> Best | None:
    found = list(outcomes)
    if not found:
        return None
    unplaced, least, _ = min(found)
    minutes = min(o.centiminutes for o in found if (o.unplaced, o.pence) == (unplaced, least))
    return Best(unplaced, least / 100, minutes / 100)


class _Search:
    """A depth-first search over the rows of pupils; the rows with the fewest options come first."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        options = {pupil: rules.options(pupil) for pupil in rules.q.pupils}
        self.pupils = sorted(options, key=lambda pupil: len(options[pupil]))
        self.options = options
        self.at_best = self._at_best()
        self.room = {p: rules.sites.most_places(p) for p in rules.q.provisions}
        self.best: tuple[int, int] | None = None
        self.found: list[Outcome] = []

    def _at_best(self) -> list[tuple[int, int]]:
        """Return for each depth what the rows to come, and the sites, add at least: unplaced pupils and pence."""
        at_best = [(0, self.rules.sites.always[0])]
        for pupil in reversed(self.pupils):
            first = next(iter(self.options[pupil]))
            at_best.append((at_best[-1][0] + first.unplaced, at_best[-1][1] + first.pence))
        return at_best[::-1]

    def outcomes(self) -> list[Outcome]:
        self._choose(0, Outcome(0, 0, 0), Counter())
        return self.found

    def _choose(self, depth: int, so_far: Outcome, x: Placement) -> None:
        if self._is_beaten(depth, so_far):
            return
        if depth == len(self.pupils):
            self._keep(so_far, x)
            return
        pupil = self.pupils[depth]
        for way in self.options[pupil]:
            if self._takes(pupil, way):
                new = Counter(x) | Counter({(pupil, p): n for p, n in way.placed})
                total = Outcome(*(a + b for a, b in zip(so_far, way[1:], strict=True)))
                self._choose(depth + 1, total, new)
            self._give_back(pupil, way)

    def _takes(self, pupil: str, way: Option) -> bool:
        for p, n in way.placed:
            self.room[p] -= self.rules.weight[pupil] * n
        return all(self.room[p] >= 0 for p, _ in way.placed)

    def _give_back(self, pupil: str, way: Option) -> None:
        for p, n in way.placed:
            self.room[p] += self.rules.weight[pupil] * n

    def _is_beaten(self, depth: int, so_far: Outcome) -> bool:
        if self.best is None:
            return False
        at_least = (so_far.unplaced + self.at_best[depth][0], so_far.pence + self.at_best[depth][1])
        return at_least > self.best

    def _keep(self, so_far: Outcome, x: Placement) -> None:
        price = self.rules.judge(x)
        if price is None:
            return
        self.found.append(Outcome(so_far.unplaced, price, so_far.centiminutes))
        stages = (so_far.unplaced, price)
        self.best = stages if self.best is None else min(self.best, stages)
