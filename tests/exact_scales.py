"""Tiny questions at any scale of money, and their answers by trying every plan in fractions.

Nothing of the library's rules, prices, pairs, model or answer is used: a question is a grid of prices in pence, and an
answer is found by counting.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import pandas as pd
from hypothesis import strategies as st

from placement_opt.problem import Problem

DEAREST_PENCE = 10**9
"""The schema's most of a price, £10 million."""
SCALES = (0, 1, 100, 10**5, 10**7, DEAREST_PENCE - 5)


@dataclass(frozen=True)
class Site:
    """A provision: places, places over the number with their price, and what being open costs where it is decided."""

    places: int
    over: int = 0
    over_pence: int = 0
    is_decided: bool = False
    open_pence: int = 0


@dataclass(frozen=True)
class Scaled:
    """Rows of pupils, sites, and the price in pence of one pupil of each row at each site."""

    counts: tuple[int, ...]
    sites: tuple[Site, ...]
    pence: tuple[tuple[int, ...], ...]
    limit_pence: int | None = None
    easting: int = 450_000

    def problem(self) -> Problem:
        """Return the question as tables; nobody is carried, everybody is new."""
        pupil = {"year_group": 5, "need": "ASD", "entitled": False, "easting": self.easting}
        school = {"easting": self.easting, "kind": "special", "topup_gbp": 0}
        tables: dict[str, Any] = {
            "pair_costs": [
                {"pupil_id": f"P{i}", "provision_id": f"V{p}", "cost_gbp": pence / 100}
                for i, row in enumerate(self.pence)
                for p, pence in enumerate(row)
            ]
        }
        if self.limit_pence is not None:
            tables["budgets"] = [{"budget": "all", "type": "revenue", "limit_gbp": self.limit_pence / 100}]
        sites = list(enumerate(self.sites))
        return Problem(
            pupils=pd.DataFrame(
                [{"pupil_id": f"P{i}", "count": n, "northing": 260_000 + i, **pupil} for i, n in enumerate(self.counts)]
            ),
            settings=pd.DataFrame(
                [
                    {"setting_id": f"S{p}", "name": f"S{p}", "northing": 270_000 + 7 * p, "easting": self.easting}
                    for p, _ in sites
                ]
            ),
            provisions=pd.DataFrame(
                [
                    {
                        "provision_id": f"V{p}",
                        "setting_id": f"S{p}",
                        "places": site.places,
                        "overflow_places": site.over,
                        "overflow_gbp": site.over_pence / 100,
                        "status": "closable" if site.is_decided else "open",
                        "open_gbp": site.open_pence / 100 if site.is_decided else 0,
                        **{name: school[name] for name in ("kind", "topup_gbp")},
                    }
                    for p, site in sites
                ]
            ),
            **{name: pd.DataFrame(rows) for name, rows in tables.items()},
        )

    def limited_to(self, pence: int) -> "Scaled":
        return replace(self, limit_pence=pence)

    def plans(self) -> Iterator[tuple[int, Fraction]]:
        """Yield unplaced pupils and £ of every plan that keeps the rules."""
        for ways in product(*(_ways(count, len(self.sites)) for count in self.counts)):
            pence = self._pence(ways)
            if pence is not None and (self.limit_pence is None or pence <= self.limit_pence):
                yield sum(self.counts) - sum(map(sum, ways)), Fraction(pence, 100)

    def best(self) -> tuple[int, Fraction] | None:
        """Return the fewest unplaced, and the least £ of the plans with as few; None = no plan keeps the rules."""
        return min(self.plans(), default=None)

    def weighed(self, unplaced_gbp: int) -> Fraction:
        """Return the least £ with so many more for each unplaced pupil."""
        return min(gbp + unplaced_gbp * unplaced for unplaced, gbp in self.plans())

    def _pence(self, ways: tuple[tuple[int, ...], ...]) -> int | None:
        total = sum(
            price * n for row, way in zip(self.pence, ways, strict=True) for price, n in zip(row, way, strict=True)
        )
        for p, site in enumerate(self.sites):
            taken = sum(way[p] for way in ways)
            if taken > site.places + site.over:
                return None
            total += max(0, taken - site.places) * site.over_pence
            total += site.open_pence if site.is_decided and taken else 0
        return total


def _ways(count: int, bins: int) -> Iterator[tuple[int, ...]]:
    return (way for way in product(range(count + 1), repeat=bins) if sum(way) <= count)


@st.composite
def amounts_in_pence(draw: st.DrawFn) -> int:
    """Draw a price of any scale, often a penny or two beside another one."""
    return min(draw(st.sampled_from(SCALES)) + draw(st.integers(0, 4)), DEAREST_PENCE)


@st.composite
def scaled(draw: st.DrawFn, *, sites_are_decided: bool) -> Scaled:
    """Draw a question: prices of one scale, of many scales, all the same, or all 0."""
    counts = tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=3)))
    sites = tuple(
        Site(
            draw(st.integers(0, 3)),
            draw(st.integers(0, 1)),
            draw(amounts_in_pence()),
            sites_are_decided and draw(st.booleans()),
            draw(amounts_in_pence()),
        )
        for _ in range(draw(st.integers(1, 3)))
    )
    if sites_are_decided:
        sites = (replace(sites[0], is_decided=True), *sites[1:])
    everywhere = draw(st.none() | amounts_in_pence())
    prices = amounts_in_pence() if everywhere is None else st.just(everywhere)
    grid = tuple(tuple(draw(prices) for _ in sites) for _ in counts)
    return Scaled(counts, sites, grid, easting=draw(st.sampled_from([100_000, 450_000, 650_000])))
