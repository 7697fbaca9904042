"""Cures by exhaustive search: every small set of changes, and for each every plan of the question so changed.

Written from docs/shortfall.md and docs/formulation.md; nothing of the library's model, solver or repairs is used.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from itertools import combinations_with_replacement, product
from typing import Any, NamedTuple

from placement_opt.policy import Policy
from tests.oracle_pairs import Pair, Question, exact, is_mainstream, pence
from tests.oracle_sites import Spending
from tests.oracles import Rules
from tests.strategies import Case

Lever = tuple[str, str]
"""A kind of change, and the row that it is about; no row for journeys, bought places and moves."""

Set = Counter[Lever]
"""How many changes of each lever a set has."""

JOURNEY, BOUGHT, MOVE = ("longer journey", ""), ("bought place", ""), ("move", "")
IN_ONE = {"budget", "resource", "total", "smaller group"}
NO_LIMIT = 10**15
ORDINARY = {"mainstream", "spoke"}


class Wide(Question):
    """A question in which every pair is allowed that only the length of its journey refuses."""

    @cached_property
    def narrow(self) -> Question:
        return Question(self.problem, self.travel, self.policy)

    @cached_property
    def longer(self) -> set[Pair]:
        refused = self.narrow.refused
        return {pair for pair, reason in refused.items() if reason == "time" and self._may_be_longer(*pair)}

    def _may_be_longer(self, i: str, p: str) -> bool:
        pupil, provision, journey = self.pupils[i], self.provisions[p], self.journey(i, p)
        assert journey is not None, "what is unreachable is refused before"
        authority = self.settings[provision["setting_id"]]["authority"]
        allowed_authorities = self.policy.authorities
        if allowed_authorities is not None and authority is not None and authority not in allowed_authorities:
            return False
        if self.is_entitled(i, p) and self.cheapest_mode_pence(pupil, journey[1]) is None:
            return False
        return i not in self.narrow.stayers and self._keeps_wishes(i, p) and not self._decides_more(i, p)

    def _keeps_wishes(self, i: str, p: str) -> bool:
        allowed = self.narrow.allowed(i)
        if self.policy.requests == "hard" and self.pupils[i]["requested_setting_id"] is not None:
            wanted = self.pupils[i]["requested_setting_id"]
            if self.school(p) != wanted and any(self.school(q) == wanted for q in allowed):
                return False
        if self.policy.mainstream == "hard" and self.pupils[i]["mainstream"] == "wanted":
            provisions = self.provisions
            return is_mainstream(provisions[p]) or not any(is_mainstream(provisions[q]) for q in allowed)
        return True

    def _decides_more(self, i: str, p: str) -> bool:
        limits_moves = self.policy.max_moves is not None
        limits_moves |= any(row["measure"] == "moves" for row in self.tables["totals"])
        if limits_moves and self.pupils[i]["current_provision_id"] == p:
            return True
        group = self.pupils[i]["sibling_group"]
        members = [j for j, row in self.pupils.items() if group is not None and row["sibling_group"] == group]
        if self.policy.siblings == "off" or len(members) < 2:
            return False
        return not set.intersection(*({self.school(q) for q in self.narrow.allowed(j)} for j in members))

    @cached_property
    def refused(self) -> dict[Pair, str]:
        return {pair: "" if pair in self.longer else reason for pair, reason in self.narrow.refused.items()}


class Found(NamedTuple):
    """The least pence with which a set of changes leaves so many pupils without a place."""

    changes: Set
    unplaced: int
    pence: int


class Cases:
    """A case with the levers that it has, each of which can be set."""

    def __init__(self, case: Case, bought_gbp: float | None = None) -> None:
        self.case, self.bought_gbp = case, bought_gbp
        self.before = Wide(*case)
        self.rules = Rules(self.before)
        self.levers = list(self._levers())

    def _levers(self) -> Iterator[Lever]:
        q, sites = self.before, self.rules.sites
        for p, row in q.provisions.items():
            over, room = row["overflow_places"], row["places"]
            is_used = any(p in q.allowed(i) and i not in q.stayers for i in q.pupils)
            if is_used and sites.kept_places[p] <= room + over:
                yield "place", p
                if over > 0 and over >= sites.kept_places[p] - room:
                    yield "over the number", p
            if row["min_pupils"] and not sites.kept_places[p]:
                yield "smaller group", p
        yield from (("part limit", row["limit_id"]) for row in q.tables["part_limits"])
        yield from (("school limit", s) for s, row in q.settings.items() if row["places"] is not None)
        yield from (("one more open", row["site_limit"]) for row in q.tables["site_limits"])
        yield from (("one fewer open", row["site_limit"]) for row in q.tables["site_limits"] if row["min_open"])
        yield from (("spoke", h) for h in q.hubs)
        yield from (("team", h) for h in q.hubs)
        for kind, table in (("budget", "budgets"), ("resource", "resources"), ("total", "totals")):
            yield from ((kind, row[kind]) for row in q.tables[table])
        if q.policy.max_moves is not None:
            yield MOVE

    def sets(self, most: int) -> Iterator[Set]:
        """Yield the sets of up to so many changes, journeys and bought places left out."""
        for size in range(most + 1):
            for some in combinations_with_replacement(self.levers, size):
                changes = Counter(some)
                if all(number == 1 or lever[0] not in IN_ONE for lever, number in changes.items()):
                    yield changes

    def changed(self, changes: Set) -> Rules:
        """Return the rules of the question with some changes."""
        policy: Policy = self.case.policy
        if MOVE in changes:
            policy = replace(policy, max_moves=(policy.max_moves or 0) + changes[MOVE])
        q = Wide(self.case.problem, self.case.travel, policy)
        for (kind, row), number in changes.items():
            _change(q, kind, row, number)
        rules = Rules(q)
        names = [("part limit", row["limit_id"]) for row in q.tables["part_limits"]]
        names += [("school limit", s) for s, row in q.settings.items() if row["places"] is not None]
        names += [("resource", row["resource"]) for row in q.tables["resources"]]
        for at, name in enumerate(names):
            if name in changes:
                each, most = rules.limits[at]
                rules.limits[at] = (each, NO_LIMIT if name[0] == "resource" else most + changes[name])
        return rules

    def outcomes(self, changes: Set, most: int) -> Iterator[Found]:
        """Yield, for each number of longer journeys and bought places up to `most`, what the plans can have."""
        rules = self.changed(changes)
        price = sum(self._price(lever) * number for lever, number in changes.items())
        options = [list(self._options(rules, i)) for i in rules.q.pupils]
        best: dict[tuple[int, int, int], int] = {}
        most_gbp = list(rules.sites.most_gbp)
        for chosen in product(*options):
            far, bought = sum(one[2] for one in chosen), sum(one[3] for one in chosen)
            if far + bought > most:
                continue
            x = Counter({pair: n for one in chosen for pair, n in one[0].items()})
            rules.sites.most_gbp = self._left(rules, most_gbp, [one[3] for one in chosen])
            money = rules.judge(x)
            if money is not None:
                key = (sum(one[1] for one in chosen), far, bought)
                bought_pence = pence(exact(self.bought_gbp or 0)) * bought
                best[key] = min(best.get(key, NO_LIMIT), money + price + bought_pence)
        for (unplaced, far, bought), total in best.items():
            more = Counter({JOURNEY: far, BOUGHT: bought})
            yield Found(+(changes + more), unplaced, total)

    def _left(self, rules: Rules, most_pence: list[int], bought: list[int]) -> list[int]:
        """Return what budgets have left when the bought places are paid: by the home, and the payer of top-ups."""
        left, payer = list(most_pence), rules.q.problem.parameters.topup_payer
        for row, number in zip(rules.q.pupils.values(), bought, strict=True):
            if number:
                spent = Spending("revenue", payer, row["locality"], pence(exact(self.bought_gbp or 0)) * number)
                left = [most - counted for most, counted in zip(left, rules.sites.amounts(spent)[1:], strict=True)]
        return left

    def _options(self, rules: Rules, i: str) -> Iterator[tuple[Counter[Pair], int, int, int]]:
        """Yield every way to place a row of pupils: where, how many not, how far, how many bought."""
        n, longer = rules.count[i], self.before.longer
        for option in rules.options(i):
            x = Counter({(i, p): number for p, number in option.placed})
            far = sum(number for pair, number in x.items() if pair in longer)
            can_buy = self.bought_gbp is not None and i not in rules.q.stayers and i not in rules.q.musts
            for bought in range(n - sum(x.values()) + 1) if can_buy else [0]:
                yield x, option.unplaced - bought, far, bought

    def _price(self, lever: Lever) -> int:
        """Return the pence of one change that the money of the changed question does not count."""
        row = self.before.provisions.get(lever[1])
        if lever[0] != "place" or row is None or self.case.policy.cost_basis != "marginal":
            return 0
        return 0 if row["kind"] in ORDINARY else pence(exact(row["place_gbp"]))

    def fewest_unplaced(self) -> int | None:
        """Return the pupils who are without a place when everything is changed as far as it goes; None = no plan."""
        everything = Counter({lever: 1 if lever[0] in IN_ONE else 99 for lever in self.levers})
        everything = Counter({lever: 0 if lever[0] == "one fewer open" else n for lever, n in everything.items()})
        for row in self.before.tables["site_limits"]:
            if row["min_open"]:
                everything["one fewer open", row["site_limit"]] = row["min_open"]
        return min((found.unplaced for found in self.outcomes(+everything, 10**6)), default=None)


def _change(q: Question, kind: str, row: str, number: int) -> None:
    """Change a cell of a question; limits that give way to those who stay are changed in the rules."""
    columns: dict[str, tuple[dict[str, Any], str, int]] = {}
    if row in q.provisions:
        columns |= {"place": (q.provisions[row], "places", number)}
        columns |= {"over the number": (q.provisions[row], "overflow_places", number)}
        columns |= {"smaller group": (q.provisions[row], "min_pupils", -q.provisions[row]["min_pupils"])}
    if row in q.hubs:
        columns |= {"spoke": (q.hubs[row], "max_spokes", number), "team": (q.hubs[row], "max_teams", number)}
    for limit in q.tables["site_limits"]:
        if limit["site_limit"] == row:
            columns |= {"one more open": (limit, "max_open", number), "one fewer open": (limit, "min_open", -number)}
    for name, table, column in (("budget", "budgets", "limit_gbp"), ("total", "totals", "most")):
        for limit in q.tables[table]:
            if limit[name] == row:
                columns[name] = (limit, column, NO_LIMIT)
    if kind in columns:
        cells, column, by = columns[kind]
        cells[column] = cells[column] + by


def ways(case: Case) -> int:
    """Return how many ways there are to place the pupils of a case with longer journeys: how long a search takes."""
    q = Wide(*case)
    rules = Rules(q)
    total = Fraction(1)
    for i in q.pupils:
        total *= len(rules.options(i))
    return int(total)
