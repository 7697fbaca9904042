"""Tiny random problems of several years: a tiny problem of one year, and who comes, who goes and what opens when.

Every part draws from a stream of its own. All persons, places and prices are made up.
"""

import zlib
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import zip_longest
from math import prod
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.travel import crow_fly
from placement_opt.year_rules import YearRules
from tests.oracle_pairs import records
from tests.oracle_years import YearsCase, everybody
from tests.strategies import random_case, random_families

FIRST_YEAR = 2027
MOST_WAYS = 300_000
"""Pupils are taken out until there are no more ways than these through the years."""

_OF_PUPILS = ("pair_costs", "pair_rules", "journey_costs")


def years_case(seed: int, *, families: Collection[str] | None = None) -> YearsCase:
    """Return a tiny problem of two or three years; the same seed and families give the same case.

    Parameters
    ----------
    seed
        Of all that is drawn.
    families
        Of the problem of one year (`strategies.FAMILIES`); None = a mixture.
    """
    start = random_case(seed, families=random_families(seed) if families is None else families)
    years = [FIRST_YEAR + number for number in range(_pick(_stream(seed, "years"), [2, 2, 3]))]
    tables = {name: records(start.problem.table(name)) for name in ("pupils", "provisions", "budgets", *_OF_PUPILS)}
    _grow_up(_stream(seed, "ages"), tables)
    _choose_sites(_stream(seed, "sites"), tables["provisions"])
    tables["years"] = _years(_stream(seed, "prices"), years)
    tables["arrivals"] = _arrivals(_stream(seed, "arrivals"), tables["pupils"], years)
    tables["leavers"] = _leavers(_stream(seed, "leavers"), tables["pupils"], tables["arrivals"], years)
    tables["site_years"] = _site_years(_stream(seed, "site years"), tables["provisions"], years)
    tables["fill_up"] = _fill_up(_stream(seed, "fill up"), _without_pupils(tables), tables["site_years"])
    tables["year_budgets"] = _year_budgets(_stream(seed, "year budgets"), years)
    committed_gbp = _commit(tables["provisions"], tables["site_years"])
    _ease(_stream(seed, "budgets"), tables["budgets"], tables["year_budgets"], committed_gbp)
    _shrink(tables, start.policy.phase_years)
    policy = replace(start.policy, moves=_pick(_stream(seed, "moves"), ["due", "due", "flagged", "all"]))
    problem = start.problem.replace(**{name: pd.DataFrame(rows) if rows else None for name, rows in tables.items()})
    return YearsCase(problem, crow_fly(everybody(problem)), policy, _rules(_stream(seed, "rules")))


def _grow_up(rng: np.random.Generator, tables: dict[str, list[dict[str, Any]]]) -> None:
    """Draw ages near a change of phase and near the end of school, so that something happens."""
    for row in tables["pupils"]:
        row["year_group"] = _pick(rng, [row["year_group"], -1, 5, 6, 6, 7, 8, 10, 11, 13, 14])


def _years(rng: np.random.Generator, years: list[int]) -> list[dict[str, Any]]:
    is_plain = _chance(rng, 0.5)
    return [
        {
            "year": year,
            "share": 1 if is_plain else _pick(rng, [1, 1, 0.5, 0.5833]),
            "price_factor": 1 if is_plain else _pick(rng, [1, 1.03, 0.98]),
        }
        for year in years
    ]


def _arrivals(rng: np.random.Generator, pupils: list[dict[str, Any]], years: list[int]) -> list[dict[str, Any]]:
    rows = []
    for number in range(_pick(rng, [0, 1, 1, 2])):
        like = {**_pick(rng, pupils), "pupil_id": f"A{number}", "count": _pick(rng, [1, 1, 2])}
        del like["current_provision_id"], like["movable"]
        if like["sibling_group"] is not None:
            like["count"] = 1
        like["easting"], like["northing"] = like["easting"] + int(rng.integers(-900, 900)), like["northing"]
        like["year_group"] = _pick(rng, [-1, 0, 6, 6, 7, 11, 13])
        rows.append(like | {"arrives": _pick(rng, [*years, *years[1:]])})
    return rows


def _leavers(
    rng: np.random.Generator, pupils: list[dict[str, Any]], arrivals: list[dict[str, Any]], years: list[int]
) -> list[dict[str, Any]]:
    rows = []
    for row in (*pupils, *arrivals):
        later = [year for year in years if year > row.get("arrives", years[0])]
        if later and _chance(rng, 0.2):
            rows.append({"pupil_id": row["pupil_id"], "leaves": _pick(rng, later)})
    return rows


def _choose_sites(rng: np.random.Generator, provisions: list[dict[str, Any]]) -> None:
    """Let one more provision or none be a decision, at most three of them in all; and let there be some room."""
    for row in provisions:
        row["places"] += _pick(rng, [0, 0, 1, 2])
    decided = [row for row in provisions if row["status"] in {"candidate", "closable"}]
    for row in decided[3:]:
        row["status"], row["capital_gbp"] = "open", 0
    still_open = [row for row in provisions if row["status"] == "open"]
    if len(decided) < 2 and still_open and _chance(rng, 0.8):
        row = _pick(rng, still_open)
        row["status"] = _pick(rng, ["candidate", "candidate", "closable"])
        row["open_gbp"] = _pick(rng, [0, 1_500, 6_000.5])
        row["capital_gbp"] = _pick(rng, [0, 80_000.5, 200_000]) if row["status"] == "candidate" else 0


def _site_years(rng: np.random.Generator, provisions: list[dict[str, Any]], years: list[int]) -> list[dict[str, Any]]:
    rows = []
    for about in provisions:
        if about["status"] == "closed" or not _chance(rng, 0.3 if about["status"] == "open" else 0.7):
            continue
        first = _pick(rng, [None, *years])
        last = _pick(rng, [None, None, *(year for year in years if year >= (first or years[0]))])
        row = {"provision_id": about["provision_id"], "first_year": first, "last_year": last, "lead_years": 0}
        opens = about["status"] == "candidate" or (about["status"] == "open" and first is not None)
        most = min(first or years[-1], last or years[-1]) - years[0]
        if opens and most > 0:
            row["lead_years"] = int(rng.integers(0, min(most, 1) + 1))
        rows.append(row)
    return rows


def _commit(provisions: list[dict[str, Any]], site_years: list[dict[str, Any]]) -> float:
    """Let provisions that open whatever is decided cost something once, and return what they cost together."""
    opens = {row["provision_id"] for row in site_years if row["first_year"] is not None}
    committed = [row for row in provisions if row["status"] == "open" and row["provision_id"] in opens]
    for number, row in enumerate(committed):
        row["capital_gbp"] = [40_000.5, 0][number % 2]
    return float(sum(row["capital_gbp"] for row in committed))


def _without_pupils(tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Return the provisions where nobody is today: what pupils are at already does not begin to fill up."""
    used = {row["current_provision_id"] for row in tables["pupils"]}
    return [row for row in tables["provisions"] if row["provision_id"] not in used]


def _fill_up(
    rng: np.random.Generator, provisions: list[dict[str, Any]], site_years: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    opens = {row["provision_id"] for row in site_years if row["first_year"] is not None}
    rows = []
    for about in provisions:
        if about["status"] != "candidate" and not (about["status"] == "open" and about["provision_id"] in opens):
            continue
        if not _chance(rng, 0.5):
            continue
        low, high, places = int(about["min_year"]), int(about["max_year"]), int(about["places"])
        most = min(high, _pick(rng, [7, 8, 11, high]))
        least = max(low, min(most, _pick(rng, [low, 0, 7])))
        has = min(places, _pick(rng, [0, 1, 1, 2]))
        for age in range(_pick(rng, [1, 1, 2])):
            step = {"provision_id": about["provision_id"], "years_open": age, "places": has}
            rows.append(step | {"min_year": least, "max_year": most})
            most, has = min(high, most + 1 + int(rng.integers(0, 2))), min(places, has + int(rng.integers(0, 2)))
    return rows


def _year_budgets(rng: np.random.Generator, years: list[int]) -> list[dict[str, Any]]:
    rows = []
    for number in range(_pick(rng, [0, 0, 1, 2])):
        kind = _pick(rng, ["revenue", "transport", "capital", "capital"])
        limit = {
            "revenue": [9_000, 25_000.5, 60_000],
            "transport": [2_000, 6_000.5],
            "capital": [41_000, 90_000, 210_000.5],
        }[kind]
        year, basis = _pick(rng, [None, *years]), _pick(rng, ["school year", "financial year"])
        rows.append(
            {
                "budget": f"of years {number}",
                "year": year,
                "basis": "school year" if year is None else basis,
                "type": kind,
                "limit_gbp": _pick(rng, limit),
            }
        )
    return rows


def _ease(
    rng: np.random.Generator,
    budgets: list[dict[str, Any]],
    year_budgets: list[dict[str, Any]],
    committed_gbp: float,
) -> None:
    """Raise limits that were drawn for one year and fewer pupils, and by what is committed, at all years' prices."""
    for row in budgets:
        row["limit_gbp"] *= _pick(rng, [1, 1.5, 2, 4])
    for row in (*budgets, *year_budgets):
        row["limit_gbp"] += 1.05 * committed_gbp if row["type"] == "capital" else 0


def _rules(rng: np.random.Generator) -> YearRules:
    return YearRules(
        last_year_group=_pick(rng, [14, 14, 11]),
        discount_rate=_pick(rng, [0.0, 0.0, 0.035]),
        count_capital=_chance(rng, 0.3),
    )


def _shrink(tables: dict[str, list[dict[str, Any]]], phase_years: Collection[int]) -> None:
    """Take pupils out until the case is small enough for exhaustive search."""
    years = [row["year"] for row in tables["years"]]
    open_to_all = sum(row["status"] != "closed" for row in tables["provisions"])
    decided = sum(row["status"] in {"candidate", "closable"} for row in tables["provisions"])
    ways, kept = (len(years) + 1) ** decided, set()
    pupils = [row for rows in zip_longest(tables["pupils"], tables["arrivals"]) for row in rows if row is not None]
    for row in pupils:
        first = row.get("arrives", years[0])
        turns = [row["year_group"] + year - first in phase_years for year in years if year > first]
        each = _turns(open_to_all, turns)
        of_row = prod(each + step for step in range(row["count"])) // prod(range(1, row["count"] + 1))
        if not kept or ways * of_row <= MOST_WAYS:
            kept.add(row["pupil_id"])
            ways *= of_row
    for name in ("pupils", "arrivals", "leavers", *_OF_PUPILS):
        tables[name] = [row for row in tables[name] if row["pupil_id"] in kept]


def _turns(places: int, changes: list[bool]) -> int:
    """Return about how many ways a pupil has through the years, who may change places where a phase changes."""
    ways, years = 1, 1
    for changes_phase in (*changes, True):
        if changes_phase:
            ways, years = ways * (1 + places * years), 0
        years += 1
    return ways


def _chance(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def _pick(rng: np.random.Generator, values: Sequence[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(f"years {name}".encode())])
