"""What a choice of places costs in several years, written from section 4 of docs/planning_ahead.md, in whole pence."""

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from itertools import product

from tests.oracle_pairs import Pair, Row, exact, pence
from tests.oracle_sites import DECIDED, Amounts, Placement, Sites
from tests.oracle_year_questions import Opened, Years

MONTHS = 12
MONTHS_TO_MARCH = 7


class Money:
    """Section 4 of the page: what a choice of places costs, year by year, for sites that are open as they are."""

    def __init__(self, years: Years, opened: Opened) -> None:
        self.years, self.opened = years, opened
        self.rules = years.rules
        self.sites = [self._sites(number) for number in range(len(years.years))]
        self.openings = self._openings()
        self._known: dict[tuple[int, frozenset[tuple[Pair, int]]], list[tuple[dict[str, int], Amounts]]] = {}

    def age(self, p: str, number: int) -> int | None:
        """Return for how many years a provision that fills up has been open; None = it is not, or does not fill up."""
        if p not in self.years.filling:
            return None
        if p in self.opened:
            return sum(self.opened[p][: number + 1]) - 1 if self.opened[p][number] else None
        age = self.years.years[number] - self.years.sites[p][0]
        return age if age >= 0 else None

    def is_open(self, p: str, number: int) -> bool:
        if p in self.opened:
            return self.opened[p][number]
        return self.years.status(p, self.years.years[number]) == "open"

    def takes(self, pupil: str, p: str, number: int) -> bool:
        """Tell whether a provision is open for a pupil, as it fills up."""
        age = self.age(p, number)
        if age is None:
            return self.is_open(p, number)
        step, group = self.years.step(p, age), self.years.group(pupil, self.years.years[number])
        return bool(step["min_year"] <= group <= step["max_year"])

    def _sites(self, number: int) -> Sites:
        """Return the sites of a year, with the places that they have then."""
        ages = {p: self.age(p, number) for p in self.years.filling}
        filling = {p: int(self.years.step(p, age)["places"]) for p, age in ages.items() if age is not None}
        return self.years.sites_with(number, tuple(sorted(filling.items())))

    def _openings(self) -> list[tuple[int, str, int]]:
        """Return what is paid for openings, at the prices of the tables: the year's number, the provision, pence."""
        paid = []
        for p, row in self.years.provisions.items():
            first, _, lead = self.years.sites[p]
            if p in self.opened and row["status"] == "candidate" and any(self.opened[p]):
                at = self.opened[p].index(True) - lead
            elif row["status"] == "open" and p in self.years.opens_whatever:
                at = self.years.years.index(first) - lead
            else:
                continue
            if at >= 0:
                paid.append((at, p, pence(exact(row["capital_gbp"]))))
        return paid

    # -- one year ----------------------------------------------------------------------------------------------------

    def of_year(self, number: int, x: Placement) -> list[tuple[dict[str, int], Amounts]]:
        """Return every way to run the sites of a year with these placements: classes in use, and the running money."""
        key = (number, frozenset(x.items()))
        if key not in self._known:
            self._known[key] = self._ways(number, x)
        return self._known[key]

    def _ways(self, number: int, x: Placement) -> list[tuple[dict[str, int], Amounts]]:
        rules, sites = self.rules[number], self.sites[number]
        if not (rules.keeps_limits(x) and rules.keeps_moves(x) and rules.keeps_siblings(x)):
            return []
        pupils_at, places_at = Counter[str](), Counter[str]()
        for (i, p), n in x.items():
            pupils_at[p] += n
            places_at[p] += rules.weight[i] * n
        rooms = [self._rooms(number, p, used) for p, used in places_at.items()]
        pairs = sites._sum(tuple(n * amount for amount in sites.pair[pair]) for pair, n in x.items())
        decided = {p for p in self.opened if self.opened[p][number] and sites.q.provisions[p]["status"] in DECIDED}
        running = [*(self._opening(number, p) for p in decided), *(sites.commissioned[p] for p in decided)]
        ways = []
        for outreach in self._outreach(number, x, pupils_at, decided):
            fixed = sites._sum([pairs, outreach, sites.always, *running])
            for room in product(*rooms):
                classes = {p: number for p, (number, _) in zip(places_at, room, strict=True) if number}
                ways.append((classes, sites._sum([fixed, *(amounts for _, amounts in room)])))
        return ways

    def _rooms(self, number: int, p: str, used: int) -> list[tuple[int, Amounts]]:
        """Return the numbers of classes with which the pupils find room, with their running money."""
        sites, row, found = self.sites[number], self.sites[number].q.provisions[p], []
        for classes in range(int(row["max_classes"]) + 1):
            added = int(row["class_places"]) * classes
            over = max(0, used - int(row["places"]) - added)
            if over <= sites._most_over(p):
                of_classes = pence(exact(row["class_gbp"])) * classes
                of_over = pence(exact(row["overflow_gbp"])) * over
                amounts = sites.amounts(
                    sites._at_school(p, sites.parameters.opening_payer, of_classes),
                    sites._at_school(p, sites.parameters.overflow_payer, of_over),
                )
                found.append((classes, sites._sum([sites._commissioned(p, added), amounts])))
        return found

    def _opening(self, number: int, p: str) -> Amounts:
        sites = self.sites[number]
        running = pence(exact(self.years.provisions[p]["open_gbp"]))
        return sites.amounts(sites._at_school(p, sites.parameters.opening_payer, running))

    def _outreach(self, number: int, x: Placement, pupils_at: Counter[str], decided: set[str]) -> Iterator[Amounts]:
        """Yield the money of links and teams for every choice of hubs that keeps C4 to C7."""
        sites = self.sites[number]
        used = set(pupils_at) | decided
        served = sorted(p for p in used if sites.q.provisions[p]["kind"] == "spoke")
        for hubs in product(*([h for h, spoke in sites.q.links if spoke == s] for s in served)):
            in_use, spokes = used | set(hubs), Counter(hubs)
            if (
                all(self.is_open(h, number) for h in hubs)
                and all(sites._is_viable(p, pupils_at) for p in in_use)
                and all(spokes[h] <= sites.q.hubs[h]["max_spokes"] for h in spokes)
                and sites._keeps_site_limits(decided)
            ):
                amounts = sites._outreach(x, dict(zip(served, hubs, strict=True)))
                if amounts is not None:
                    yield amounts

    # -- all years ---------------------------------------------------------------------------------------------------

    def least(self, placements: list[Placement]) -> Fraction | None:
        """Return the least objective of a choice of places in all years, in pence; None = a rule is broken."""
        ways = []
        for number, x in enumerate(placements):
            ways.append(self.of_year(number, x))
            if not ways[-1]:
                return None
        weighed = [rules.weighed(x) for rules, x in zip(self.rules, placements, strict=True)]
        found = []
        for chosen in product(*ways):
            running = [amounts for _, amounts in chosen]
            capital = self._once([classes for classes, _ in chosen])
            if self._keeps_budgets(running, capital):
                money = [amounts[0] + wishes for amounts, wishes in zip(running, weighed, strict=True)]
                found.append(self._objective(money, capital))
        return min(found, default=None)

    def _once(self, classes: list[dict[str, int]]) -> list[list[tuple[str, int]]]:
        """Return for each year what is paid once: provisions with pence, for openings and for classes built."""
        most, paid = Counter[str](), []
        for number, built in enumerate(classes):
            now = [(p, amount) for at, p, amount in self.openings if at == number]
            for p, in_use in built.items():
                more = max(0, in_use - most[p])
                most[p] += more
                now.append((p, pence(exact(self.years.provisions[p]["class_capital_gbp"])) * more))
            paid.append(now)
        return paid

    def _counted(self, paid: list[tuple[str, int]]) -> Amounts:
        """Return what each budget counts of what is paid once."""
        sites = self.sites[0]
        return sites._sum(sites.amounts(sites._at_school(p, "", amount, "capital")) for p, amount in paid)

    def _keeps_budgets(self, running: list[Amounts], capital: list[list[tuple[str, int]]]) -> bool:
        years = self.years
        once = [self._counted(paid) for paid in capital]
        yearly = len(years.case.problem.table("budgets"))
        for at, row in enumerate(years.budgets):
            factors = [_once_factor(about) if row["type"] == "capital" else _factor(about) for about in years.rows]
            spent = [
                factor * amounts[1 + at]
                for factor, amounts in zip(factors, once if row["type"] == "capital" else running, strict=True)
            ]
            limit = exact(row["limit_gbp"]) * 100
            if at < yearly:
                shares = [Fraction(1) if row["type"] == "capital" else exact(about["share"]) for about in years.rows]
                is_kept = all(gbp <= limit * share for gbp, share in zip(spent, shares, strict=True))
            else:
                weights = [_weight(row, year) for year in years.years]
                is_kept = sum(w * gbp for w, gbp in zip(weights, spent, strict=True)) <= limit
            if not is_kept:
                return False
        return True

    def _objective(self, money: list[int], capital: list[list[tuple[str, int]]]) -> Fraction:
        years = self.years
        total = sum((worth(years, number) * gbp for number, gbp in enumerate(money)), Fraction(0))
        if years.case.rules.count_capital:
            for number, paid in enumerate(capital):
                factor = _discount(years, number) * _once_factor(years.rows[number])
                total += factor * sum(amount for _, amount in paid)
        return total


def _factor(about: Row) -> Fraction:
    """Return f: what a pound of running money of a year counts."""
    return exact(about["share"]) * exact(about["price_factor"])


def _once_factor(about: Row) -> Fraction:
    return exact(about["price_factor"])


def _discount(years: Years, number: int) -> Fraction:
    return 1 / (1 + exact(years.case.rules.discount_rate)) ** number


def worth(years: Years, number: int) -> Fraction:
    return _factor(years.rows[number]) * _discount(years, number)


def _weight(budget: Row, year: int) -> Fraction:
    """Return w: the part of a school year's money that a row of `year_budgets` counts."""
    if budget["year"] is None:
        return Fraction(1)
    if budget["basis"] == "school year":
        return Fraction(int(year == budget["year"]))
    from_april = {budget["year"]: MONTHS_TO_MARCH, budget["year"] - 1: MONTHS - MONTHS_TO_MARCH}
    return Fraction(from_april.get(year, 0), MONTHS)
