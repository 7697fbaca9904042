"""C2 and C4-C9 of docs/formulation.md for a given placement: what is open, linked and added, and what all of it costs.

Every amount is a row of whole pence: the money of a year, then what each budget counts of it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain, combinations, product
from typing import NamedTuple

from tests.oracle_pairs import Pair, Question, Row, exact, pence

Amounts = tuple[int, ...]
Placement = Counter[Pair]
"""Pupils of a row at a provision."""

DECIDED = {"candidate", "closable"}
"""A provision of this status is open or not, as the plan says."""


class Spending(NamedTuple):
    """Pence of one sort (revenue, transport or capital) with the payer and the locality that budgets ask for."""

    sort: str
    payer: str
    locality: str | None
    pence: int


class Sites:
    """The provisions of a question, asked for the least money with which a placement can be had."""

    def __init__(self, question: Question, kept: Placement, *, literal: bool = False) -> None:
        self.q = question
        self.literal = literal
        self.parameters = question.problem.parameters
        self.budgets = question.tables["budgets"]
        self.most_gbp = [int(exact(row["limit_gbp"]) * 100) for row in self.budgets]
        self.hours = {i: exact(row["support_hours"]) for i, row in question.pupils.items()}
        self.weight = {i: int(row["places"]) for i, row in question.pupils.items()}
        self.kept_places: Counter[str] = Counter()
        for (i, p), n in kept.items():
            self.kept_places[p] += self.weight[i] * n
        self.pair = {(i, p): self._of_pair(i, p) for i in question.pupils for p in question.allowed(i)}
        self.commissioned = {p: self._commissioned(p, int(row["places"])) for p, row in question.provisions.items()}
        self.opening = {p: self._opening(p) for p in question.provisions}
        self.always = self._sum(self.commissioned[p] for p, row in question.provisions.items() if self._is_open(row))

    @staticmethod
    def _is_open(p: Row) -> bool:
        return bool(p["status"] == "open")

    # C9
    def amounts(self, *spent: Spending) -> Amounts:
        """Return the money of a year, and what each budget counts."""
        money = sum(one.pence for one in spent if one.sort != "capital")
        return (money, *(sum(one.pence for one in spent if _counts(row, one)) for row in self.budgets))

    def _sum(self, parts: Iterable[Amounts]) -> Amounts:
        nothing = (0,) * (1 + len(self.budgets))
        return tuple(map(sum, zip(nothing, *parts, strict=True)))

    def _keeps_budgets(self, spent: Amounts) -> bool:
        return all(gbp <= most for gbp, most in zip(spent[1:], self.most_gbp, strict=True))

    # money
    def _of_pair(self, i: str, p: str) -> Amounts:
        cost, locality = self.q.pair_cost(i, p), self.q.pupils[i]["locality"]
        return self.amounts(
            Spending("revenue", self.q.topup_payer(i, p), locality, cost.topup),
            Spending("revenue", self.q.provisions[p]["place_payer"], locality, cost.place),
            Spending("transport", self.parameters.transport_payer, locality, cost.transport),
        )

    def _at_school(self, p: str, payer: str, amount: int, sort: str = "revenue") -> Spending:
        return Spending(sort, payer, self.q.settings[self.q.school(p)]["locality"], amount)

    def _commissioned(self, p: str, places: int) -> Amounts:
        """Return the place funding of so many places of a provision that is open, on the full basis."""
        row = self.q.provisions[p]
        is_full = self.q.policy.cost_basis == "full" and row["kind"] not in {"mainstream", "spoke"}
        amount = pence(exact(row["place_gbp"])) * places if is_full else 0
        return self.amounts(self._at_school(p, row["place_payer"], amount))

    def _opening(self, p: str) -> Amounts:
        """Return what being open costs a candidate or closable provision, and a candidate once."""
        row = self.q.provisions[p]
        running = pence(exact(row["open_gbp"])) if row["status"] in DECIDED else 0
        once = pence(exact(row["capital_gbp"])) if row["status"] == "candidate" else 0
        payer = self.parameters.opening_payer
        return self.amounts(self._at_school(p, payer, running), self._at_school(p, "", once, "capital"))

    # C2 and C8
    def most_places(self, p: str) -> int:
        """Return the places of a provision with all its classes and all places over the number."""
        row = self.q.provisions[p]
        return int(row["places"] + row["class_places"] * row["max_classes"]) + self._most_over(p)

    def _most_over(self, p: str) -> int:
        row = self.q.provisions[p]
        return int(max(row["overflow_places"], self.kept_places[p] - row["places"]))

    def _rooms(self, p: str, used: int) -> list[Amounts]:
        """Return the price of each number of classes with which the pupils find room."""
        row, found = self.q.provisions[p], []
        for classes in range(int(row["max_classes"]) + 1):
            added = int(row["class_places"]) * classes
            over = max(0, used - int(row["places"]) - added)
            if over <= self._most_over(p):
                found.append(self._sum([self._commissioned(p, added), self._of_room(p, classes, over)]))
        return found if self.literal else _undominated(found)

    def _of_room(self, p: str, classes: int, over: int) -> Amounts:
        row = self.q.provisions[p]
        running, once = pence(exact(row["class_gbp"])) * classes, pence(exact(row["class_capital_gbp"])) * classes
        return self.amounts(
            self._at_school(p, self.parameters.opening_payer, running),
            self._at_school(p, "", once, "capital"),
            self._at_school(p, self.parameters.overflow_payer, pence(exact(row["overflow_gbp"])) * over),
        )

    # C7
    def _is_viable(self, p: str, pupils_at: Counter[str]) -> bool:
        """Tell whether a provision may be in use: somebody stays, or as many come as are needed."""
        return bool(self.kept_places[p] or pupils_at[p] >= self.q.provisions[p]["min_pupils"])

    # C4
    def _keeps_site_limits(self, opened: set[str]) -> bool:
        return all(
            row["min_open"] <= sum(self._is_counted(row, p) for p in opened) <= row["max_open"]
            for row in self.q.tables["site_limits"]
        )

    def _is_counted(self, limit: Row, p: str) -> bool:
        row = self.q.provisions[p]
        facts = {
            "kind": row["kind"],
            "locality": self.q.settings[row["setting_id"]]["locality"],
            "status": row["status"],
            "provision_id": p,
        }
        return row["status"] in DECIDED and all(limit[name] is None or limit[name] == facts[name] for name in facts)

    def _openings(self, used: set[str], pupils_at: Counter[str]) -> Iterator[tuple[set[str], dict[str, str]]]:
        """Yield what is open, with the hub of each spoke, in every way that keeps C4, C5 and C7.

        Places with pupils are open, and the hubs of open spokes. More are opened only where a site limit asks for it:
        every price is at least 0 and no other rule gets easier, so no cheaper choice is left out.
        """
        spare: list[str] = []
        if self.literal or any(row["min_open"] for row in self.q.tables["site_limits"]):
            spare = [p for p, row in self.q.provisions.items() if row["status"] in DECIDED and p not in used]
        for extra in chain.from_iterable(combinations(spare, size) for size in range(len(spare) + 1)):
            open_before = used | set(extra)
            served = sorted(p for p in open_before if self.q.provisions[p]["kind"] == "spoke")
            for hubs in product(*([h for h, spoke in self.q.links if spoke == s] for s in served)):
                opened, spokes = open_before | set(hubs), Counter(hubs)
                if (
                    all(self._is_viable(p, pupils_at) for p in opened)
                    and all(spokes[h] <= self.q.hubs[h]["max_spokes"] for h in spokes)
                    and self._keeps_site_limits(opened)
                ):
                    yield opened, dict(zip(served, hubs, strict=True))

    # C5 and C6
    def _outreach(self, x: Placement, hub_of: dict[str, str]) -> Amounts | None:
        """Return the price of links and teams; None when the most teams of a hub are too few."""
        hours: dict[str, Fraction] = defaultdict(Fraction)
        spent = []
        payer = self.parameters.outreach_payer
        for s, h in hub_of.items():
            link = self.q.links[h, s]
            hours[h] += link.visit_hours + sum((self.hours[i] * n for (i, p), n in x.items() if p == s), Fraction(0))
            spent.append(self._at_school(h, payer, link.travel_pence))
        for h, needed in hours.items():
            teams = self._teams(h, needed)
            if teams is None:
                return None
            spent.append(self._at_school(h, payer, pence(exact(self.q.hubs[h]["team_gbp"]) * teams)))
        return self.amounts(*spent)

    def _teams(self, h: str, hours: Fraction) -> int | None:
        """Return the fewest teams that give the hours."""
        hub = self.q.hubs[h]
        enough = (k for k in range(int(hub["max_teams"]) + 1) if exact(hub["team_hours_per_week"]) * k >= hours)
        return next(enough, None)

    def least_pence(self, x: Placement) -> int | None:
        """Return the least money of a year for a complete placement; None when it breaks one of C2 and C4-C9."""
        pupils_at, places_at = Counter[str](), Counter[str]()
        for (i, p), n in x.items():
            pupils_at[p] += n
            places_at[p] += self.weight[i] * n
        rooms = [self._rooms(p, used) for p, used in places_at.items()]
        if not all(rooms):
            return None
        pairs = self._sum(tuple(n * amount for amount in self.pair[pair]) for pair, n in x.items())
        prices: list[int] = []
        for opened, hub_of in self._openings(set(pupils_at), pupils_at):
            outreach = self._outreach(x, hub_of)
            if outreach is None:
                continue
            new = (self.commissioned[p] for p in opened if not self._is_open(self.q.provisions[p]))
            fixed = self._sum([pairs, outreach, self.always, *new, *(self.opening[p] for p in opened)])
            totals = (self._sum([fixed, *room]) for room in product(*rooms))
            prices += [total[0] for total in totals if self._keeps_budgets(total)]
        return min(prices, default=None)


def _counts(budget: Row, one: Spending) -> bool:
    """Tell whether a budget counts a spending."""
    is_sort = one.sort == budget["type"] or (budget["type"] == "revenue" and one.sort == "transport")
    is_here = budget["locality"] is None or budget["locality"] == one.locality
    return bool(is_sort and is_here and (budget["payer"] is None or budget["payer"] == one.payer))


def _undominated(options: list[Amounts]) -> list[Amounts]:
    """Leave out what is nowhere cheaper than another option; of equals the first stays."""
    best: list[Amounts] = []
    for option in sorted(options):
        if not any(all(a <= b for a, b in zip(other, option, strict=True)) for other in best):
            best.append(option)
    return best
