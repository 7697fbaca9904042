"""The tables of a plan of several years: spells, sites, classes, money."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.model.years import YearsDraft
from placement_opt.plan import Plan
from placement_opt.solve.fitting import Fitted
from placement_opt.solve.years.openings import OPEN, SHUT, States
from placement_opt.years_plan import CAPITAL, WITHIN_PHASE, YEARS_TABLES

CAPITAL_PAYER = WITHIN_PHASE_PAYER = "council"
"""Who pays what no table names a payer of."""


@dataclass(frozen=True, eq=False)
class Told:
    """What the tables are made from: the model, the values of its columns, what is open when, the years' plans."""

    draft: YearsDraft
    fitted: Fitted
    states: States
    plans: list[Plan]

    @property
    def years(self) -> tuple[int, ...]:
        """The school years."""
        return self.draft.timeline.years

    @property
    def provision_ids(self) -> list[str]:
        """The provisions in order."""
        return list(self.draft.timeline.provisions["provision_id"])


def spell_table(told: Told) -> pd.DataFrame:
    """Return who is where from which year to which."""
    rows = [*_kept(told), *_chosen(told)]
    table = pd.DataFrame(rows, columns=["person", "count", "provision", "first", "last", "begins"])
    ends = set(zip(table["person"], table["last"], strict=True))
    follows = [(person, first - 1) in ends for person, first in zip(table["person"], table["first"], strict=True)]
    people, base = told.draft.timeline.people, told.years[0]
    came = (people["base"].to_numpy() - base)[table["person"].to_numpy(dtype=np.int64)]
    begins = np.where(table["first"] == came, "placed", np.where(follows, "phase", "late"))
    ids = people["pupil_id"].to_numpy(dtype=object)[table["person"].to_numpy(dtype=np.int64)]
    provisions = np.array(told.provision_ids, dtype=object)[table["provision"].to_numpy(dtype=np.int64)]
    return pd.DataFrame(
        {
            "pupil_id": ids,
            "count": table["count"],
            "provision_id": provisions,
            "from_year": table["first"] + base,
            "to_year": table["last"] + base,
            "begins": table["begins"].where(table["begins"] != "", begins),
        }
    ).sort_values(["pupil_id", "from_year", "provision_id"], ignore_index=True)


def _kept(told: Told) -> Iterator[tuple[Any, ...]]:
    """Yield the stays of those whose place is no decision."""
    running: dict[int, list[int]] = {}
    for t, year in enumerate(told.draft.years):
        rows = np.flatnonzero(year.pairs.stays)
        counts = year.facts.pupil_column("count")[rows]
        for person, count, provision in zip(
            year.question.person[rows].tolist(), counts.tolist(), year.facts.current[rows].tolist(), strict=True
        ):
            running.setdefault(person, [count, provision, t, t])[3] = t
    for person, (count, provision, first, last) in running.items():
        yield person, count, provision, first, last, "stays"


def _chosen(told: Told) -> Iterator[tuple[Any, ...]]:
    draft, fitted = told.draft, told.fitted
    chosen = fitted.pairs
    first, last = draft.spells.first[chosen], draft.spells.last[chosen]
    person = np.zeros(len(chosen), dtype=np.int64)
    is_today = np.zeros(len(chosen), dtype=bool)
    for t, year in enumerate(draft.years):
        rows = np.flatnonzero(first == t)
        at = draft.pupil[chosen[rows]] - draft.first_node[t]
        person[rows] = year.question.person[at]
        today = draft.provision[chosen[rows]] == year.facts.current[at]
        is_today[rows] = today & (year.question.stays & ~year.pairs.stays)[at]
    begins = np.where(draft.spells.is_move[chosen], "moved", np.where(is_today, "stays", ""))
    columns = (person, fitted.pupils, draft.provision[chosen], first, last, begins)
    yield from zip(*(column.tolist() for column in columns), strict=True)


def site_table(told: Told) -> pd.DataFrame:
    """Return what opens and closes, what is committed to open, and when its capital is paid."""
    rows = [row for p in range(len(told.provision_ids)) for row in _site_rows(told, p)]
    return pd.DataFrame(rows, columns=list(YEARS_TABLES["sites"]))


def _site_rows(told: Told, p: int) -> Iterator[tuple[Any, ...]]:
    timeline, name = told.draft.timeline, told.provision_ids[p]
    site, span = timeline.provisions.iloc[p], timeline.site_spans.iloc[p]
    states, base, lead = told.states[:, p], told.years[0], int(span["lead_years"])
    if site["status"] == "candidate" and (states == OPEN).any():
        year = base + int(np.argmax(states == OPEN))
        yield name, "opens", year, year - lead, _priced(told, float(site["capital_gbp"]), year - lead)
    elif site["status"] == "closable" and (states == SHUT).any():
        year = base + int(np.argmax(states == SHUT))
        yield name, "closes", year, year, 0.0
    elif site["status"] == "open" and _is_committed(told, p):
        year = int(span["first_year"])
        yield name, "committed", year, year - lead, _priced(told, float(site["capital_gbp"]), year - lead)


def _is_committed(told: Told, p: int) -> bool:
    given = told.draft.timeline.problem.table("site_years")
    return bool((given["first_year"].notna() & (given["provision_id"] == told.provision_ids[p])).any())


def _priced(told: Told, gbp: float, year: int) -> float:
    """Return capital at the prices of the year in which it is paid; nothing where that is before the plan."""
    return round(gbp * told.draft.price_factor(year - told.years[0]), 2) if year in told.years else 0.0


def class_table(told: Told) -> pd.DataFrame:
    """Return the classes that are built, at the start of the first year in which so many are in use."""
    each = told.draft.timeline.provisions.set_index("provision_id")["class_capital_gbp"]
    built: dict[str, int] = {}
    rows = []
    for year, plan in zip(told.years, told.plans, strict=True):
        use = plan.use
        for name, classes in use.loc[use["classes"] > 0, ["provision_id", "classes"]].itertuples(index=False):
            more = classes - built.get(name, 0)
            if more > 0:
                rows.append((name, year, more, _priced(told, float(each[name]) * more, year)))
                built[name] = classes
    return pd.DataFrame(rows, columns=list(YEARS_TABLES["classes"]))


def money_table(told: Told, sites: pd.DataFrame, classes: pd.DataFrame) -> pd.DataFrame:
    """Return the sums of every year: running money by line and payer, moves within a phase, capital."""
    parts = [_running(told, t) for t in range(len(told.years))]
    draft, rules = told.draft, told.draft.timeline.rules
    moves = told.fitted.pupils * draft.spells.is_move[told.fitted.pairs]
    for t, year in enumerate(told.years):
        number = int(moves[draft.spells.first[told.fitted.pairs] == t].sum())
        gbp = number * (rules.mid_phase_move_gbp or 0.0)
        parts.append(_line(year, WITHIN_PHASE, WITHIN_PHASE_PAYER, gbp))
        spent = sites.loc[sites["paid_year"] == year, "capital_gbp"].sum()
        spent += classes.loc[classes["year"] == year, "capital_gbp"].sum()
        parts.append(_line(year, CAPITAL, CAPITAL_PAYER, float(spent)))
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    factor = {year: draft.discount(t) for t, year in enumerate(told.years)}
    table["discounted_gbp"] = (table["gbp"] * table["year"].map(factor)).round(2)
    order = ["year", "line", "payer"]
    return table.sort_values(order, ignore_index=True)[list(YEARS_TABLES["money"])]


def _running(told: Told, t: int) -> pd.DataFrame:
    money = told.plans[t].costs(by=["line", "payer"]).reset_index()
    gbp = (money["gbp"] * told.draft.year_factor(t)).round(2)
    table = pd.DataFrame({"year": told.years[t], "line": money["line"], "payer": money["payer"], "gbp": gbp})
    return table[table["gbp"] != 0]


def _line(year: int, line: str, payer: str, gbp: float) -> pd.DataFrame:
    row = {"year": [year], "line": [line], "payer": [payer], "gbp": [round(gbp, 2)]}
    return pd.DataFrame(row) if gbp else pd.DataFrame(row).iloc[:0]
