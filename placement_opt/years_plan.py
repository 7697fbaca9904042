"""The answer for several school years: a plan for each, and what ties them together. A frozen value."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import pandas as pd

from placement_opt.certificate import Certificate, certificate_from_dict
from placement_opt.errors import Status
from placement_opt.plan import GROUPS, Plan, plan_from_document
from placement_opt.policy import Policy
from placement_opt.saved import read_document, rows_of, typed_frame, write_document
from placement_opt.summaries import share_above, summary_table
from placement_opt.year_rules import YearRules

YEARS_FORMAT = 1
MONTHS, MONTHS_TO_MARCH = 12, 7
"""September to March: the months of a school year in the financial year in which it begins."""
YEAR_GROUPS = ("year", "financial_year", *GROUPS)
CAPITAL, WITHIN_PHASE = "capital", "moves within a phase"
"""Lines of money that no plan of one year has."""

YEARS_TABLES = {
    "years": {"year": "int64", "share": "float64", "price_factor": "float64", "discount_factor": "float64"},
    "spells": {
        "pupil_id": "str",
        "count": "int64",
        "provision_id": "str",
        "from_year": "int64",
        "to_year": "int64",
        "begins": "str",
    },
    "sites": {
        "provision_id": "str",
        "event": "str",
        "year": "int64",
        "paid_year": "int64",
        "capital_gbp": "float64",
    },
    "classes": {"provision_id": "str", "year": "int64", "classes": "int64", "capital_gbp": "float64"},
    "money": {"year": "int64", "line": "str", "payer": "str", "gbp": "float64", "discounted_gbp": "float64"},
}
"""What every table of a plan of years looks like: its columns and their types."""


@dataclass(frozen=True, eq=False, repr=False)
class YearsPlan:
    """A plan for each of several school years, in which pupils stay where they are placed until a phase ends.

    Parameters
    ----------
    status
        `OPTIMAL` or `FEASIBLE`.
    plans
        One for each year; their money is that of a whole year at the prices of the tables.
    tables
        Those of `YEARS_TABLES` by name. `spells`: who is where from which year to which; `begins` is stays (in the
        place of today), placed, phase (a phase begins, or the place takes the pupil no longer), moved (within a phase)
        or late (after years without a place). `sites`: what opens, closes, or is committed to open, and when its
        capital is paid. `classes`: how many are built at the start of a year. `money`: every year's sums, `gbp` at its
        share and prices, `discounted_gbp` at the rate of the rules.
    policy, rules
        What it keeps to.
    weighed_gbp
        What unmet wishes weigh, all years together, discounted. Not money.
    bound_gbp
        No plan of these years with as few pupil-years without a place has a lower `objective_gbp` than this.
    record, certificate
        How it came about, and what the bound can be worked out from.
    """

    status: Status
    plans: tuple[Plan, ...]
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    rules: YearRules
    weighed_gbp: float = 0.0
    bound_gbp: float | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = None

    def __post_init__(self) -> None:
        tables = {name: typed_frame(self.tables[name], columns) for name, columns in YEARS_TABLES.items()}
        object.__setattr__(self, "plans", tuple(self.plans))
        object.__setattr__(self, "tables", MappingProxyType(tables))
        object.__setattr__(self, "record", MappingProxyType(dict(self.record)))

    @property
    def years(self) -> tuple[int, ...]:
        """The school years, by the calendar year of their September."""
        return tuple(int(year) for year in self.tables["years"]["year"])

    def year(self, year: int) -> Plan:
        """Return the plan of a year.

        Raises
        ------
        KeyError
            When the plan has no such year.
        """
        if year not in self.years:
            raise KeyError(f"The plan has no year {year!r}; it has {self.years[0]} to {self.years[-1]}.")
        return self.plans[self.years.index(year)]

    @property
    def spells(self) -> pd.DataFrame:
        """Who is where from which year to which."""
        return self.tables["spells"].copy()

    @property
    def sites(self) -> pd.DataFrame:
        """What opens and closes, and when it is paid for."""
        return self.tables["sites"].copy()

    @property
    def classes(self) -> pd.DataFrame:
        """The classes that are built."""
        return self.tables["classes"].copy()

    @property
    def money(self) -> pd.DataFrame:
        """The sums of every year by line and payer."""
        return self.tables["money"].copy()

    @cached_property
    def unplaced_pupil_years(self) -> int:
        """Pupils without a place, added up over the years."""
        return sum(plan.unplaced_pupils for plan in self.plans)

    @cached_property
    def cost_gbp(self) -> float:
        """The running money of all years, not discounted."""
        money = self.tables["money"]
        return round(float(money.loc[money["line"] != CAPITAL, "gbp"].sum()), 2)

    @cached_property
    def capital_gbp(self) -> float:
        """What is spent once, all years together, not discounted."""
        money = self.tables["money"]
        return round(float(money.loc[money["line"] == CAPITAL, "gbp"].sum()), 2)

    @cached_property
    def present_value_gbp(self) -> float:
        """Running money and capital of all years, discounted at the rate of the rules to the first year."""
        return round(float(self.tables["money"]["discounted_gbp"].sum()), 2)

    @cached_property
    def objective_gbp(self) -> float:
        """What was made least: discounted money, with capital if the rules count it, and what unmet wishes weigh."""
        money = self.tables["money"]
        counted = money if self.rules.count_capital else money[money["line"] != CAPITAL]
        return round(float(counted["discounted_gbp"].sum()) + self.weighed_gbp, 2)

    @property
    def gap(self) -> float | None:
        """How far the plan can be from the best at most, as a share of `objective_gbp`."""
        return None if self.bound_gbp is None else share_above(self.objective_gbp, self.bound_gbp)

    def costs(self, by: str | Sequence[str] = "year") -> pd.DataFrame:
        """Return the money of all years, grouped.

        Parameters
        ----------
        by
            One or more of year, financial_year, line, payer, kind, need, year_group, locality, provision_id,
            setting_id.

        Returns
        -------
        DataFrame
            Indexed by the groups; columns gbp (at each year's share and prices, capital included) and discounted_gbp.

        Notes
        -----
        A financial year (2028 = April 2028 to March 2029) has 7/12 of the school year that begins in it and 5/12 of the
        one before; of the first and the last one only those months are counted that lie in the plan.

        Raises
        ------
        ValueError
            When a group is not one of those above.
        """
        groups = [by] if isinstance(by, str) else list(by)
        wrong = [group for group in groups if group not in YEAR_GROUPS]
        if wrong or not groups:
            raise ValueError(f"`by` is {by!r}; use one or more of {', '.join(YEAR_GROUPS)}.")
        rows = self._rows
        if "financial_year" in groups:
            rows = _by_financial_year(rows)
        keys = [rows[group].astype(object).where(rows[group].notna(), "(not given)") for group in groups]
        return rows.groupby(keys, sort=True)[["gbp", "discounted_gbp"]].sum().round(2)

    @cached_property
    def _rows(self) -> pd.DataFrame:
        """Every pound of every year as a row."""
        factors = self.tables["years"].set_index("year")
        parts = []
        for year, plan in zip(self.years, self.plans, strict=True):
            of_year = factors.loc[year]
            gbp = plan.money().assign(year=year)
            gbp["gbp"] *= of_year["share"] * of_year["price_factor"]
            parts.append(gbp.assign(discounted_gbp=gbp["gbp"] * of_year["discount_factor"]))
        money = self.tables["money"]
        parts.append(money[money["line"].isin([CAPITAL, WITHIN_PHASE])])
        return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)

    def with_record(self, **entries: Any) -> Self:
        """Return the plan with entries added to its record."""
        return replace(self, record={**self.record, **entries})

    def summary(self) -> str:
        """Return the plan in a few lines of text."""
        first, last = self.years[0], self.years[-1]
        lines = [
            f"status            {self.status}",
            f"school years      {first}/{(first + 1) % 100:02d} to {last}/{(last + 1) % 100:02d}",
            f"without a place   {self.unplaced_pupil_years:,} pupil-years",
            f"running cost      £{self.cost_gbp:,.2f} in all ({self.policy.cost_basis} basis)",
            f"capital           £{self.capital_gbp:,.2f}",
        ]
        if self.rules.discount_rate:
            rate = self.rules.discount_rate
            lines.append(f"present value     £{self.present_value_gbp:,.2f} at {rate:.1%} a year, capital included")
        if self.weighed_gbp:
            lines.append(f"wishes not met    weighed as £{self.weighed_gbp:,.2f} (not money)")
        if self.bound_gbp is not None and self.gap is not None:
            lines.append(f"no plan below     £{self.bound_gbp:,.2f} (proven; gap {self.gap:.4%})")
        for name, event, year, paid_year, gbp in self.tables["sites"].itertuples(index=False, name=None):
            paid = f", £{gbp:,.0f} paid in {paid_year}" if gbp else ""
            lines.append(f"{name:<17} {event} {year}{paid}")
        for year, plan in zip(self.years, self.plans, strict=True):
            placed, unplaced = f"{plan.placed_pupils:,} placed", f"{plan.unplaced_pupils:,} without a place"
            lines.append(f"{year}/{(year + 1) % 100:02d}           {placed}, {unplaced}, £{self._of_year(year):,.2f}")
        return "\n".join(lines)

    def _of_year(self, year: int) -> float:
        money = self.tables["money"]
        return float(money.loc[(money["year"] == year) & (money["line"] != CAPITAL), "gbp"].sum())

    def save(self, path: str | Path) -> Path:
        """Write the plan and its record as JSON. The file holds pupils' rows: keep it as you keep the tables.

        Returns
        -------
        Path
            Where it was written.
        """
        document = {
            "years_format": YEARS_FORMAT,
            "status": str(self.status),
            "plans": [plan.as_document() for plan in self.plans],
            "tables": rows_of(self.tables),
            "policy": self.policy.as_dict(),
            "rules": self.rules.as_dict(),
            "weighed_gbp": self.weighed_gbp,
            "bound_gbp": self.bound_gbp,
            "record": dict(self.record),
            "certificate": None if self.certificate is None else self.certificate.as_dict(),
        }
        return write_document(document, path)

    def __repr__(self) -> str:
        gap = "" if self.gap is None else f", gap {self.gap:.4%}"
        return (
            f"YearsPlan({self.status}, {self.years[0]} to {self.years[-1]}, {self.unplaced_pupil_years:,} pupil-years "
            f"unplaced, £{self.cost_gbp:,.2f}{gap})"
        )

    def _repr_html_(self) -> str:
        return summary_table("Plan of several years", self.summary())


def load_years_plan(path: str | Path) -> YearsPlan:
    """Read a plan that `YearsPlan.save` wrote.

    Raises
    ------
    InputError
        When the file is not a saved plan of years, or was changed or cut short.
    """
    return read_document(
        path,
        _years_plan_from,
        version=("years_format", YEARS_FORMAT),
        changed="The plan was changed after it was saved, or is of another version. Make it again.",
        damaged="The file is not a saved plan of years, or is damaged ({error}). Make it again.",
    )


def _years_plan_from(document: dict[str, Any]) -> YearsPlan:
    bound, certificate = document["bound_gbp"], document["certificate"]
    return YearsPlan(
        Status(document["status"]),
        tuple(plan_from_document(plan) for plan in document["plans"]),
        {name: pd.DataFrame(**document["tables"][name]) for name in YEARS_TABLES},
        Policy(**document["policy"]),
        YearRules(**document["rules"]),
        float(document["weighed_gbp"]),
        None if bound is None else float(bound),
        dict(document["record"]),
        None if certificate is None else certificate_from_dict(certificate),
    )


def _by_financial_year(rows: pd.DataFrame) -> pd.DataFrame:
    """Split every row over the two financial years that its school year lies in."""
    share = MONTHS_TO_MARCH / MONTHS
    parts = []
    for ahead, part in ((0, share), (1, 1 - share)):
        moneyed = rows.assign(financial_year=rows["year"] + ahead)
        parts.append(moneyed.assign(gbp=rows["gbp"] * part, discounted_gbp=rows["discounted_gbp"] * part))
    return pd.concat(parts, ignore_index=True)
