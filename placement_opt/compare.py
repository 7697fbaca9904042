"""Plans side by side: what changes in places, money and travel, and who changes place."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import pandas as pd

from placement_opt.flows import flows_between, school_lines
from placement_opt.plan import GROUPS, NOT_GIVEN, NOT_PER_PUPIL, Plan
from placement_opt.schema import KINDS, LAST_PRIMARY_YEAR
from placement_opt.summaries import small_table

HEADLINE = {
    "pupils": "Pupils",
    "placed": "Pupils with a place",
    "unplaced": "Pupils without a place",
    "cost_gbp": "Cost, £ a year",
    "transport_gbp": "of which transport, £ a year",
    "capital_gbp": "Capital, £ once",
    "classes": "Added classes",
    "pupils_with_transport": "Pupils with transport",
    "pupil_miles_per_year": "Pupil miles a year, both ways",
    "mean_minutes": "Mean journey, minutes one way",
    "longest_minutes": "Longest journey, minutes one way",
    "over_guide_primary": "Pupils up to Year 6 over the guidance on journeys",
    "over_guide_secondary": "Pupils from Year 7 over the guidance on journeys",
    "co2e_kg": "Emissions of transport, kg CO2e a year",
    "moves": "Pupils who move to another place",
    "places_over": "Places used over the number",
}
"""The rows of `Comparison.headline` and what they mean; some are there only where a plan has any (`ONLY_WHERE_ANY`)."""

ONLY_WHERE_ANY = ("capital_gbp", "classes")

_TRAVEL = (
    "pupils_with_transport",
    "transport_gbp",
    "pupil_miles_per_year",
    "mean_minutes",
    "longest_minutes",
    "over_guide_primary",
    "over_guide_secondary",
    "co2e_kg",
)
_WITH_UNPLACED = ("need", "year_group", "locality")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison:
    """Plans on one cost basis, side by side; the first is the reference. Make one with `compare`.

    Parameters
    ----------
    plans
        The plans by name.
    """

    plans: Mapping[str, Plan]

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", MappingProxyType(dict(self.plans)))

    @property
    def reference(self) -> str:
        """The name of the plan that the others are held against."""
        return next(iter(self.plans))

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the other plans, in the order given."""
        return tuple(self.plans)[1:]

    def headline(self) -> pd.DataFrame:
        """Return the key figures: a row each (see `HEADLINE`), a column for each plan and for each change."""
        table = pd.DataFrame({name: _headline(plan) for name, plan in self.plans.items()}).rename_axis("figure")
        return self._with_changes(table.drop(index=[name for name in ONLY_WHERE_ANY if not table.loc[name].any()]))

    def transport(self) -> pd.DataFrame:
        """Return the travel rows of the headline: pupils, £, miles, minutes, guidance, emissions."""
        return self.headline().loc[list(_TRAVEL)]

    def by(self, group: str) -> pd.DataFrame:
        """Return pupils and £ for each group and plan, with the differences.

        Parameters
        ----------
        group
            One of line, payer, kind, need, year_group, locality, provision_id, setting_id.

        Returns
        -------
        DataFrame
            Indexed by the group. Columns have two levels: the measure (`pupils`: placed pupils on whom money of the
            group is spent or who are of the group; `gbp`; for need, year group and locality also `unplaced`), then
            the plan or the change.

        Raises
        ------
        ValueError
            When the group is not one of those above.
        """
        if group not in GROUPS:
            raise ValueError(f"`group` is {group!r}; use one of {', '.join(GROUPS)}.")
        measures: dict[str, dict[str, pd.Series[Any]]] = {
            "pupils": {name: _pupils_by(plan, self._money[name], group) for name, plan in self.plans.items()},
            "gbp": {name: _gbp_by(money, group) for name, money in self._money.items()},
        }
        if group in _WITH_UNPLACED:
            measures["unplaced"] = {name: _unplaced_by(plan, group) for name, plan in self.plans.items()}
        index = _ordered({label for series in measures.values() for one in series.values() for label in one.index})
        frames = {}
        for measure, series in measures.items():
            table = pd.DataFrame({name: one.reindex(index) for name, one in series.items()}, index=index).fillna(0)
            table = table.round(2) if measure == "gbp" else table.astype("int64")
            frames[measure] = self._with_changes(table)
        return pd.concat(frames, axis=1).rename_axis(group)

    def moves(self, before: str | None = None, after: str | None = None) -> pd.DataFrame:
        """Return the pupils who are elsewhere in one plan than in another.

        Parameters
        ----------
        before
            Name of a plan; None = the reference.
        after
            Name of a plan; None = the last one.

        Returns
        -------
        DataFrame
            A row for each pupil, or for each part of a row of identical pupils that goes from one provision to one
            other: pupil_id, count, need, year_group, from_provision_id, from_kind, to_provision_id, to_kind. A blank
            provision means no place. Pupils who are in one plan only are left out.

        Raises
        ------
        KeyError
            When there is no plan of that name.
        """
        flows = self.flows(before, after)
        changed = flows["from_provision_id"].fillna("") != flows["to_provision_id"].fillna("")
        return flows[changed].reset_index(drop=True)

    def flows(self, before: str | None = None, after: str | None = None) -> pd.DataFrame:
        """Return where every pupil is in one plan and in another, those who stay included; see `moves`."""
        return flows_between(*self._two(before, after))

    def lines(self, before: str | None = None, after: str | None = None) -> gpd.GeoDataFrame:
        """Return the moves between schools as straight lines on British National Grid.

        Parameters
        ----------
        before, after
            As in `moves`.

        Returns
        -------
        GeoDataFrame
            A row for each two schools: from_setting_id, from_name, to_setting_id, to_name, pupils. Pupils who had or
            have no place, and those who change within a school, have no line: `moves` has them all. A line may stand
            for one pupil: keep it as you keep the tables.
        """
        return school_lines(self.moves(before, after), *self._two(before, after))

    def plot(self, *, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the moves as lines from school to school; arguments go to `GeoDataFrame.plot`.

        Returns
        -------
        Axes
            Matplotlib's axes.
        """
        return self.lines().plot(ax=ax, **{"column": "pupils", "linewidth": 1.0, "legend": True, **kwargs})

    def explore(self, **kwargs: Any) -> Any:
        """Draw the moves on an interactive map; arguments go to `GeoDataFrame.explore`.

        A line may stand for one pupil: keep such a map inside the council.
        """
        return self.lines().explore(**{"column": "pupils", "tooltip": ["from_name", "to_name", "pupils"], **kwargs})

    def summary(self) -> str:
        """Return the comparison in a few lines of text."""
        table = self.headline()
        width = max(len(label) for label in HEADLINE.values())
        columns = [str(name) for name in table.columns]
        widths = [max(14, len(name)) for name in columns]
        head = " ".join([" " * width, *(name.rjust(size) for name, size in zip(columns, widths, strict=True))])
        basis = self.plans[self.reference].policy.cost_basis
        lines = [f"{len(self.plans)} plans, costs on the {basis} basis", head]
        for figure, row in table.iterrows():
            cells = [_number_text(str(figure), value).rjust(size) for value, size in zip(row, widths, strict=True)]
            lines.append(" ".join([HEADLINE[str(figure)].ljust(width), *cells]))
        return "\n".join(lines)

    @cached_property
    def _money(self) -> dict[str, pd.DataFrame]:
        return {name: plan.money() for name, plan in self.plans.items()}

    def _two(self, before: str | None, after: str | None) -> tuple[Plan, Plan]:
        names = (self.reference if before is None else before, list(self.plans)[-1] if after is None else after)
        return self.plans[names[0]], self.plans[names[1]]

    def _with_changes(self, table: pd.DataFrame) -> pd.DataFrame:
        changes = {change_name(name): (table[name] - table[self.reference]).round(6) for name in self.others}
        return table.assign(**changes)

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.plans)})"

    def _repr_html_(self) -> str:
        table = self.headline()
        rows = [
            (HEADLINE[str(figure)], [_number_text(str(figure), value) for value in row])
            for figure, row in table.iterrows()
        ]
        return small_table("Comparison", [str(name) for name in table.columns], rows)


def compare(plans: Mapping[str, Plan]) -> Comparison:
    """Set plans side by side.

    Parameters
    ----------
    plans
        Plans by name; the first is the reference, often today's placements.

    Raises
    ------
    ValueError
        When there is no plan, or costs were counted on different bases and so cannot be compared.

    Examples
    --------
    >>> from placement_opt.errors import Status
    >>> from placement_opt.plan_tables import TABLE_COLUMNS
    >>> from placement_opt.policy import Policy
    >>> nobody = {name: pd.DataFrame() for name in TABLE_COLUMNS}
    >>> compare({"today": Plan(Status.BASELINE, nobody, Policy()), "plan": Plan(Status.OPTIMAL, nobody, Policy())})
    Comparison(today, plan)
    """
    if not plans:
        raise ValueError("There is no plan to compare; give at least one, by name.")
    bases = {name: plan.policy.cost_basis for name, plan in plans.items()}
    if len(set(bases.values())) > 1:
        shown = ", ".join(f"{name}: {basis}" for name, basis in bases.items())
        raise ValueError(f"Plans on different cost bases cannot be compared ({shown}). Make them on one `cost_basis`.")
    return Comparison(plans)


def change_name(name: str) -> str:
    """Return the heading of the column that holds a plan's change from the reference."""
    return f"change: {name}"


def _headline(plan: Plan) -> "pd.Series[float]":
    travel, placements = plan.travel(), plan.placements
    over, primary = placements["over_guide"], placements["year_group"] <= LAST_PRIMARY_YEAR
    figures = {
        "pupils": plan.placed_pupils + plan.unplaced_pupils,
        "placed": plan.placed_pupils,
        "unplaced": plan.unplaced_pupils,
        "cost_gbp": plan.cost_gbp,
        "capital_gbp": plan.capital_gbp,
        "classes": plan.use["classes"].sum(),
        "over_guide_primary": placements.loc[over & primary, "count"].sum(),
        "over_guide_secondary": placements.loc[over & ~primary, "count"].sum(),
        "moves": placements.loc[placements["change"] == "moves", "count"].sum(),
        "places_over": plan.use["places_over"].sum(),
    }
    figures |= {name: travel[name] for name in _TRAVEL if name in travel.index}
    return pd.Series(figures, dtype="float64").reindex(list(HEADLINE)).round(6)


def _groups_of(frame: pd.DataFrame, group: str) -> "pd.Series[str]":
    labels = frame[group].astype("object")
    blank = pd.Series(NOT_GIVEN, frame.index, dtype="object")
    if "pupil_id" in frame.columns:
        blank = blank.where(frame["pupil_id"].notna(), NOT_PER_PUPIL)
    return labels.where(labels.notna(), blank).rename(group)


def _gbp_by(money: pd.DataFrame, group: str) -> "pd.Series[float]":
    return money.groupby(_groups_of(money, group))["gbp"].sum()


def _pupils_by(plan: Plan, money: pd.DataFrame, group: str) -> "pd.Series[int]":
    placements = plan.placements
    if group in placements.columns:
        return placements.groupby(_groups_of(placements, group))["count"].sum()
    spent = money.dropna(subset=["pupil_id"])[[group, "pupil_id", "provision_id"]].drop_duplicates()
    counts = placements[["pupil_id", "provision_id", "count"]]
    return spent.merge(counts, on=["pupil_id", "provision_id"]).groupby(group)["count"].sum()


def _unplaced_by(plan: Plan, group: str) -> "pd.Series[int]":
    unplaced = plan.unplaced
    return unplaced.groupby(_groups_of(unplaced, group))["count"].sum()


def _ordered(labels: set[object]) -> list[object]:
    kinds = {kind: rank for rank, kind in enumerate(KINDS)}

    def key(label: object) -> tuple[int, float, str]:
        if label in (NOT_GIVEN, NOT_PER_PUPIL):
            return (3, 0, str(label))
        if isinstance(label, int | float):
            return (0, float(label), "")
        return (1, kinds[str(label)], "") if str(label) in kinds else (2, 0, str(label))

    return sorted(labels, key=key)


def _number_text(figure: str, value: float) -> str:
    if pd.isna(value):
        return "none"
    if figure.endswith("_gbp"):
        return f"{value:,.2f}"
    return f"{value:,.1f}" if figure.endswith(("_minutes", "_kg", "_per_year")) else f"{value:,.0f}"
