"""Route plans side by side: routes, vehicles, money, miles, rides, and what changes for each pupil."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal, get_args

import numpy as np
import pandas as pd

from placement_opt.route_plan import RoutePlan
from placement_opt.routing.compare_riders import changes_between

ROUTE_HEADLINE = {
    "routes": "Routes",
    "pupils_routed": "Pupils with a route",
    "pupils_unrouted": "Pupils who should have a route and have none",
    "cost_gbp": "Cost of all transport, £ a year",
    "routes_gbp": "of which routes, £ a year",
    "contract_gbp": "Contracts, where known, £ a year",
    "routes_with_contract": "Routes whose contract is known",
    "assistants": "Passenger assistants",
    "run_miles": "Miles from first stops to last, both runs of a day",
    "empty_miles": "Miles driven empty, both runs of a day",
    "co2e_kg": "Emissions, kg CO2e a year",
    "occupancy": "Places for pupils taken where vehicles are fullest, share",
    "solo_pupils": "Pupils alone on their route",
    "mean_ride_minutes": "Mean ride to school, minutes",
    "longest_ride_minutes": "Longest ride to school, minutes",
    "over_guide": "Pupils whose ride is over the guide",
}
"""The rows of `RouteComparison.headline` and what they mean."""

LINES = {
    "vehicle_gbp": "Vehicles, by the day",
    "miles_gbp": "Miles",
    "hours_gbp": "Hours",
    "assistants_gbp": "Passenger assistants",
    "mode_gbp": "Passes and personal budgets",
}
"""The rows of `RouteComparison.money`; together they are the cost of all transport."""

RIDES = {
    "mean": "Mean",
    "lower_quartile": "A quarter ride no longer than",
    "median": "Half ride no longer than",
    "upper_quartile": "Three quarters ride no longer than",
    "ninetieth": "Nine in ten ride no longer than",
    "longest": "Longest",
}
"""The rows of `RouteComparison.rides`, in minutes."""

ReviewedRun = Literal["morning", "afternoon"]
_RIDE_COLUMN = {"morning": "ride_minutes", "afternoon": "afternoon_ride_minutes"}
_QUANTILES = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75, "ninetieth": 0.9}


@dataclass(frozen=True, eq=False, repr=False)
class RouteComparison:
    """Route plans side by side; the first is the reference. Make one with `compare_routes`.

    Parameters
    ----------
    plans
        The route plans by name.
    """

    plans: Mapping[str, RoutePlan]

    def __post_init__(self) -> None:
        object.__setattr__(self, "plans", MappingProxyType(dict(self.plans)))

    @property
    def reference(self) -> str:
        """The name of the route plan that the others are held against."""
        return next(iter(self.plans))

    @property
    def others(self) -> tuple[str, ...]:
        """The names of the other route plans, in the order given."""
        return tuple(self.plans)[1:]

    def headline(self) -> pd.DataFrame:
        """Return the key figures: a row each (see `ROUTE_HEADLINE`), a column for each plan and for each change."""
        figures = {name: _headline(plan) for name, plan in self.plans.items()}
        return self._with_changes(pd.DataFrame(figures).reindex(list(ROUTE_HEADLINE)).rename_axis("figure"))

    def vehicles(self) -> pd.DataFrame:
        """Return how many routes use each type of vehicle, a row each."""
        counts = {name: plan.routes["vehicle"].value_counts() for name, plan in self.plans.items()}
        types = sorted({str(vehicle) for count in counts.values() for vehicle in count.index})
        table = pd.DataFrame({name: count.reindex(types) for name, count in counts.items()}, index=types)
        return self._with_changes(table.fillna(0).astype("int64").rename_axis("vehicle"))

    def money(self) -> pd.DataFrame:
        """Return what a year costs by line, in £: a row each (see `LINES`)."""
        figures = {}
        for name, plan in self.plans.items():
            spent = plan.routes.reindex(columns=list(LINES)).sum()
            spent["mode_gbp"] = plan.duties["mode_gbp"].sum()
            figures[name] = spent.astype("float64").round(2)
        return self._with_changes(pd.DataFrame(figures).rename_axis("line"))

    def rides(self, run: ReviewedRun = "morning") -> pd.DataFrame:
        """Return how long pupils ride, each pupil counted, in minutes: a row each (see `RIDES`).

        Parameters
        ----------
        run
            `morning` or `afternoon`.

        Raises
        ------
        ValueError
            When the run is neither of them.
        """
        if run not in get_args(ReviewedRun):
            raise ValueError(f"`run` is {run!r}; use one of {', '.join(get_args(ReviewedRun))}.")
        figures = {name: _rides(plan, _RIDE_COLUMN[run]) for name, plan in self.plans.items()}
        return self._with_changes(pd.DataFrame(figures).reindex(list(RIDES)).rename_axis("ride"))

    def pupils(self, before: str | None = None, after: str | None = None) -> pd.DataFrame:
        """Return how every pupil travels in one route plan and in another.

        Parameters
        ----------
        before
            Name of a plan; None = the reference.
        after
            Name of a plan; None = the last one.

        Returns
        -------
        DataFrame
            A row for each pupil, or for each part of a row of identical pupils: pupil_id, pupils, then for both plans
            `travel` (vehicle, no route, pass, personal_budget, none, not in the plan), `setting_id`, `route_id`,
            `vehicle`, `pickup` (like 08:05) and `ride_minutes`, with the prefixes `from_` and `to_`; then
            `school_changes`, `vehicle_changes`, `pickup_minutes_later` and `ride_minutes_longer` (NaN where one of the
            plans has no ride).

        Raises
        ------
        KeyError
            When there is no plan of that name.
        """
        start = self.plans[self.reference if before is None else before]
        end = self.plans[list(self.plans)[-1] if after is None else after]
        return changes_between(start, end)

    def to_frame(self) -> pd.DataFrame:
        """Return headline, vehicles, money and rides as one table, indexed by part and row."""
        parts = {"headline": self.headline(), "vehicles": self.vehicles(), "money": self.money()}
        parts |= {f"{run} rides": self.rides(run) for run in get_args(ReviewedRun)}
        return pd.concat(parts, names=["part", "row"])

    def summary(self) -> str:
        """Return the comparison in a few lines of text."""
        rows = [(ROUTE_HEADLINE[str(figure)], str(figure), row) for figure, row in self.headline().iterrows()]
        rows += [(f"  routes by {vehicle}", "routes", row) for vehicle, row in self.vehicles().iterrows()]
        columns = list(rows[0][2].index)
        width, widths = max(len(label) for label, _, _ in rows), [max(14, len(str(name))) for name in columns]
        lines = [f"{len(self.plans)} route plans"]
        lines.append(
            " ".join([" " * width, *(str(name).rjust(size) for name, size in zip(columns, widths, strict=True))])
        )
        for label, figure, row in rows:
            cells = [_number_text(figure, value).rjust(size) for value, size in zip(row, widths, strict=True)]
            lines.append(" ".join([label.ljust(width), *cells]))
        return "\n".join(lines)

    def _with_changes(self, table: pd.DataFrame) -> pd.DataFrame:
        changes = {f"change: {name}": (table[name] - table[self.reference]).round(6) for name in self.others}
        return table.assign(**changes)

    def __repr__(self) -> str:
        return f"RouteComparison({', '.join(self.plans)})"


def compare_routes(plans: Mapping[str, RoutePlan]) -> RouteComparison:
    """Set route plans side by side.

    Parameters
    ----------
    plans
        Route plans by name; the first is the reference, often today's routes.

    Raises
    ------
    ValueError
        When there is no route plan.

    Examples
    --------
    >>> from placement_opt.errors import Status
    >>> from placement_opt.route_rules import RouteRules
    >>> from placement_opt.route_tables import ROUTE_TABLES
    >>> nobody = RoutePlan(Status.BASELINE, {name: pd.DataFrame() for name in ROUTE_TABLES}, RouteRules())
    >>> compare_routes({"today": nobody, "plan": nobody})
    RouteComparison(today, plan)
    """
    if not plans:
        raise ValueError("There is no route plan to compare; give at least one, by name.")
    return RouteComparison(plans)


def places_for_pupils(routes: pd.DataFrame) -> "pd.Series[int]":
    """Return the places of each route's layout that pupils can take: assistants sit in seats."""
    return routes["seats"] + routes["wheelchair_places"] - routes["assistants"]


def _headline(plan: RoutePlan) -> "pd.Series[float]":
    routes, riders = plan.routes, plan.riders
    rides = _rides(plan, "ride_minutes")
    places = places_for_pupils(routes).sum()
    figures = {
        "routes": len(routes),
        "pupils_routed": plan.routed_pupils,
        "pupils_unrouted": plan.unrouted_pupils,
        "cost_gbp": plan.cost_gbp,
        "routes_gbp": plan.routes_gbp,
        "contract_gbp": routes["contract_gbp"].sum(min_count=1),
        "routes_with_contract": routes["contract_gbp"].notna().sum(),
        "assistants": routes["assistants"].sum(),
        "run_miles": (routes["miles"] + routes["afternoon_miles"]).sum(),
        "empty_miles": routes["empty_miles"].sum(),
        "co2e_kg": routes["co2e_kg"].sum(),
        "occupancy": routes["most_aboard"].sum() / places if places else np.nan,
        "solo_pupils": (routes["pupils"] == 1).sum(),
        "mean_ride_minutes": rides["mean"],
        "longest_ride_minutes": rides["longest"],
        "over_guide": riders.loc[riders["over_guide"], "pupils"].sum(),
    }
    return pd.Series(figures, dtype="float64").round(6)


def _rides(plan: RoutePlan, column: str) -> "pd.Series[float]":
    riders = plan.riders
    minutes = np.repeat(riders[column].to_numpy(), riders["pupils"].to_numpy())
    if not len(minutes):
        return pd.Series(np.nan, index=list(RIDES), dtype="float64")
    quantiles = {name: np.quantile(minutes, share) for name, share in _QUANTILES.items()}
    figures = {"mean": minutes.mean(), "longest": minutes.max(), **quantiles}
    return pd.Series(figures, dtype="float64").round(6)


def _number_text(figure: str, value: float) -> str:
    if pd.isna(value):
        return "none"
    if figure.endswith("_gbp"):
        return f"{value:,.2f}"
    if figure == "occupancy":
        return f"{value:.1%}"
    return f"{value:,.1f}" if figure.endswith(("_minutes", "_miles", "_kg")) else f"{value:,.0f}"
