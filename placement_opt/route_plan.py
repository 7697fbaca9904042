"""The answer about vehicles: who is picked up when, by which vehicle, at what cost. A frozen value."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_opt.errors import Status
from placement_opt.route_rules import RouteRules
from placement_opt.route_tables import ROUTE_TABLES
from placement_opt.saved import read_document, rows_of, typed_frame, write_document
from placement_opt.schema import CRS
from placement_opt.summaries import summary_table

ROUTES_FORMAT = 1


@dataclass(frozen=True, eq=False, repr=False)
class RoutePlan:
    """Routes with their stops, riders and cost, who has no route and why, and who travels in another way.

    Parameters
    ----------
    status
        `OPTIMAL` where no routes can cost less, by `bound_gbp`; else `FEASIBLE`; `BASELINE` for routes that were read.
    tables
        The tables of `ROUTE_TABLES` by name.
    rules
        The rules that the routes keep to.
    bound_gbp
        No routes for as many pupils cost less a year than this; None where nothing is proven.
    record
        How the routes came about.
    """

    status: Status
    tables: Mapping[str, pd.DataFrame]
    rules: RouteRules
    bound_gbp: float | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tables = {name: typed_route_table(name, self.tables[name]) for name in ROUTE_TABLES}
        object.__setattr__(self, "tables", MappingProxyType(tables))
        object.__setattr__(self, "record", MappingProxyType(dict(self.record)))

    @property
    def routes(self) -> pd.DataFrame:
        """One row for each route; see `route_tables.ROUTE_COLUMNS`."""
        return self.tables["routes"].copy()

    @property
    def stops(self) -> pd.DataFrame:
        """One row for each time that pupils board or leave; see `route_tables.STOP_COLUMNS`."""
        return self.tables["stops"].copy()

    @property
    def riders(self) -> pd.DataFrame:
        """One row for each pupil with a route; see `route_tables.RIDER_COLUMNS`."""
        return self.tables["riders"].copy()

    @property
    def unrouted(self) -> pd.DataFrame:
        """One row for each pupil who should have a route and has none; see `route_tables.UNROUTED_COLUMNS`."""
        return self.tables["unrouted"].copy()

    @property
    def duties(self) -> pd.DataFrame:
        """One row for each placement: whether transport is owed, why, and how; see `route_tables.DUTY_COLUMNS`."""
        return self.tables["duties"].copy()

    @property
    def routes_gbp(self) -> float:
        """What the routes cost a year, by the prices of the fleet."""
        return round(float(self.tables["routes"]["cost_gbp"].sum()), 2)

    @property
    def cost_gbp(self) -> float:
        """What all transport costs a year: routes, passes and personal budgets."""
        return round(self.routes_gbp + float(self.tables["duties"]["mode_gbp"].sum()), 2)

    @property
    def routed_pupils(self) -> int:
        """How many pupils have a route."""
        return int(self.tables["riders"]["pupils"].sum())

    @property
    def unrouted_pupils(self) -> int:
        """How many pupils should have a route and have none."""
        return int(self.tables["unrouted"]["pupils"].sum())

    @property
    def gap(self) -> float | None:
        """How far the routes can be from the cheapest at most, as a share; None where nothing is proven."""
        if self.bound_gbp is None:
            return None
        return max(0.0, self.routes_gbp - self.bound_gbp) / max(self.routes_gbp, 1e-9)

    def lines(self) -> gpd.GeoDataFrame:
        """Return straight lines from stop to stop, one for each route and run, on British National Grid.

        A line leads through homes: keep it as you keep the tables.
        """
        stops = self.tables["stops"].sort_values(["route_id", "run", "sequence"], kind="stable")
        line = stops.groupby(["route_id", "run"]).ngroup().to_numpy()
        shapes = shapely.linestrings(stops[["easting", "northing"]].to_numpy(), indices=line)
        runs = stops[["route_id", "run"]].drop_duplicates()
        runs = gpd.GeoDataFrame(runs, geometry=np.asarray(shapes, dtype=object), crs=CRS)
        found = runs.merge(self.tables["routes"], on="route_id", how="left")
        return found.sort_values(["run", "route_id"], ascending=[False, True], ignore_index=True)

    def plot(self, *, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the morning runs as straight lines from stop to stop; arguments go to `GeoDataFrame.plot`.

        Returns
        -------
        Axes
            Matplotlib's axes.
        """
        return self._mornings().plot(ax=ax, **{"column": "route_id", "linewidth": 1.0, "legend": False, **kwargs})

    def explore(self, **kwargs: Any) -> Any:
        """Draw the morning runs on an interactive map; arguments go to `GeoDataFrame.explore`.

        Home points are shown: keep such a map inside the council.
        """
        shown = {"column": "route_id", "tooltip": ["route_id", "vehicle", "pupils", "minutes"], "legend": False}
        return self._mornings().explore(**{**shown, **kwargs})

    def _mornings(self) -> gpd.GeoDataFrame:
        lines = self.lines()
        return lines[lines["run"] == "morning"]

    def summary(self) -> str:
        """Return the routes in a few lines of text."""
        routes, riders = self.tables["routes"], self.tables["riders"]
        rides = np.repeat(riders["ride_minutes"].to_numpy(), riders["pupils"].to_numpy())
        aboard = riders["pupils"].sum() / len(routes) if len(routes) else 0.0
        lines = [
            f"status            {self.status}",
            f"routes            {len(routes):,}, {aboard:.1f} pupils each",
            f"pupils routed     {self.routed_pupils:,}",
            f"pupils unrouted   {self.unrouted_pupils:,}{self._why_unrouted()}",
            f"cost              £{self.cost_gbp:,.2f} a year (routes £{self.routes_gbp:,.2f})",
        ]
        if self.bound_gbp is not None and self.gap is not None:
            lines.append(f"no routes below   £{self.bound_gbp:,.2f} (proven; gap {self.gap:.4%})")
        elif "groups" in self.record:
            whole, some = self.record["groups"], self.record["groups_where_not_every_run_was_looked_at"]
            lines.append(f"not proven        {some:,} of {whole:,} groups of pupils are too large to look at every run")
        if len(rides):
            over = int(riders.loc[riders["over_guide"], "pupils"].sum())
            lines.append(
                f"ride              mean {rides.mean():.1f} minutes, longest {rides.max():.1f}, {over:,} over the guide"
            )
        lines.append(f"emissions         {routes['co2e_kg'].sum() / 1000:,.1f} t CO2e a year")
        return "\n".join(lines)

    def _why_unrouted(self) -> str:
        """Return how many have no route for which reason, in brackets."""
        reasons = self.tables["unrouted"].groupby("reason")["pupils"].sum()
        said = "; ".join(f"{reason}: {pupils:,}" for reason, pupils in reasons.items())
        return f" ({said})" if said else ""

    def with_record(self, **entries: Any) -> Self:
        """Return the route plan with entries added to its record."""
        return replace(self, record={**self.record, **entries})

    def save(self, path: str | Path) -> Path:
        """Write the routes as JSON. The file holds pupils' rows: keep it as you keep the tables.

        Returns
        -------
        Path
            Where it was written.
        """
        document = {
            "format": ROUTES_FORMAT,
            "status": str(self.status),
            "rules": self.rules.as_dict(),
            "bound_gbp": self.bound_gbp,
            "tables": rows_of(self.tables),
            "record": dict(self.record),
        }
        return write_document(document, path)

    def __repr__(self) -> str:
        return (
            f"RoutePlan({self.status}, {len(self.tables['routes']):,} routes, {self.routed_pupils:,} pupils, "
            f"{self.unrouted_pupils:,} unrouted, £{self.cost_gbp:,.2f})"
        )

    def _repr_html_(self) -> str:
        return summary_table("Routes", self.summary())


def load_routes(path: str | Path) -> RoutePlan:
    """Read routes that `RoutePlan.save` wrote.

    Raises
    ------
    InputError
        When the file is not a saved route plan, or was changed or cut short.
    """
    return read_document(
        path,
        _route_plan_from,
        version=("format", ROUTES_FORMAT),
        changed="The routes were changed after they were saved, or are of another version. Plan them again.",
        damaged="The file is not a saved route plan, or is damaged ({error}). Plan the routes again.",
    )


def _route_plan_from(document: dict[str, Any]) -> RoutePlan:
    tables = {name: pd.DataFrame(**document["tables"][name]) for name in ROUTE_TABLES}
    rules, bound = RouteRules(**document["rules"]), document["bound_gbp"]
    return RoutePlan(
        Status(document["status"]), tables, rules, None if bound is None else float(bound), dict(document["record"])
    )


def typed_route_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns, order and types of a route plan's table.

    Parameters
    ----------
    name
        A key of `ROUTE_TABLES`.
    frame
        At least the columns of that table.
    """
    return typed_frame(frame, ROUTE_TABLES[name])
