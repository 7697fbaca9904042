"""The answer: who goes where, what it costs, how good it is. A frozen value without any solver object."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from placement_opt.certificate import Certificate, certificate_from_dict
from placement_opt.drawing import by_kind
from placement_opt.errors import Fault, InputError, Status
from placement_opt.file_limits import read_whole
from placement_opt.plan_tables import MONEY, TABLE_COLUMNS, typed_table
from placement_opt.policy import Policy, SolveOptions
from placement_opt.saved import OTHER_FORM, digest_of, rows_of, write_document
from placement_opt.schema import CRS, KINDS
from placement_opt.summaries import share_above, summary_table

RUN_FORMAT = 2
NOT_PER_PUPIL = "(not per pupil)"
NOT_GIVEN = "(not given)"
_MONEY_TYPES = dict.fromkeys(
    ("line", "payer", "pupil_id", "need", "locality", "kind", "provision_id", "setting_id"), "str"
)
_MONEY_TYPES |= {"gbp": "float64", "year_group": "Int64"}
GROUPS = ("line", "payer", "kind", "need", "year_group", "locality", "provision_id", "setting_id")


@dataclass(frozen=True, eq=False, repr=False)
class Plan:
    """Who goes where, with cost, proof of quality and the record of the run.

    Parameters
    ----------
    status
        `OPTIMAL`, `FEASIBLE` or `BASELINE`.
    tables
        The tables of `TABLE_COLUMNS` by name.
    policy
        The policy that the plan keeps to.
    weighed_gbp
        What unmet requests, unmet wishes for mainstream and split families weigh. Not money: never part of `cost_gbp`.
    bound_gbp
        No plan with as few unplaced pupils (and, with weights, as few minutes) has a lower `objective_gbp` than this;
        None for a baseline.
    record
        How the plan came about: hashes of the input, parameters, options, versions, stages.
    certificate
        Multipliers from which `verify` works out, without a solver, what no plan can be below; None for a baseline.
    """

    status: Status
    tables: Mapping[str, pd.DataFrame]
    policy: Policy
    weighed_gbp: float = 0.0
    bound_gbp: float | None = None
    record: Mapping[str, Any] = field(default_factory=dict)
    certificate: Certificate | None = None

    def __post_init__(self) -> None:
        tables = {name: typed_table(name, self.tables[name]) for name in TABLE_COLUMNS}
        object.__setattr__(self, "tables", MappingProxyType(tables))
        object.__setattr__(self, "record", MappingProxyType(dict(self.record)))

    @property
    def placements(self) -> pd.DataFrame:
        """One row for each placed pupil or part of a cohort row; see `plan_tables.PLACEMENT_COLUMNS`."""
        return self.tables["placements"].copy()

    @property
    def unplaced(self) -> pd.DataFrame:
        """One row for each pupil without a place, with the reasons; see `plan_tables.UNPLACED_COLUMNS`."""
        return self.tables["unplaced"].copy()

    @property
    def use(self) -> pd.DataFrame:
        """One row for each provision: how full it is; see `plan_tables.USE_COLUMNS`."""
        return self.tables["use"].copy()

    @property
    def outreach(self) -> pd.DataFrame:
        """One row for each spoke that a hub serves; see `plan_tables.OUTREACH_COLUMNS`."""
        return self.tables["outreach"].copy()

    @property
    def teams(self) -> pd.DataFrame:
        """One row for each hub with outreach; see `plan_tables.TEAM_COLUMNS`."""
        return self.tables["teams"].copy()

    @property
    def placed_pupils(self) -> int:
        """How many pupils have a place."""
        return int(self.tables["placements"]["count"].sum())

    @property
    def unplaced_pupils(self) -> int:
        """How many pupils have no place."""
        return int(self.tables["unplaced"]["count"].sum())

    @cached_property
    def cost_gbp(self) -> float:
        """Money for a year, in £ and pence, on the policy's cost basis."""
        return round(sum(float(self.tables[table][column].sum()) for _, table, column, _ in MONEY), 2)

    @property
    def capital_gbp(self) -> float:
        """What is spent once, on opening provisions and adding classes; never part of `cost_gbp`."""
        return round(float(self.tables["use"]["capital_gbp"].sum()), 2)

    @property
    def objective_gbp(self) -> float:
        """Money and what is weighed with it: what was minimised once as few pupils as possible were unplaced."""
        return round(self.cost_gbp + self.weighed_gbp, 2)

    @property
    def gap(self) -> float | None:
        """How far the plan can be from the best at most, as a share of `objective_gbp`; None for a baseline."""
        return None if self.bound_gbp is None else share_above(self.objective_gbp, self.bound_gbp)

    def money(self) -> pd.DataFrame:
        """Return every pound as a row: line, payer, gbp, and the pupil and place that it is spent on.

        Returns
        -------
        DataFrame
            Columns line, payer, gbp, pupil_id, need, year_group, locality, kind, provision_id, setting_id. Lines that
            belong to a provision and not to a pupil have no pupil, need, year group and locality.
        """
        return self._money.copy()

    @cached_property
    def _money(self) -> pd.DataFrame:
        about = ["pupil_id", "need", "year_group", "locality", "kind", "provision_id", "setting_id"]
        placements, use = self.tables["placements"], self.tables["use"]
        kinds = use[["provision_id", "setting_id", "kind"]].rename(columns={"provision_id": "hub_id"})
        outreach, teams = (self.tables[name].merge(kinds, on="hub_id") for name in ("outreach", "teams"))
        tables = {"placements": placements, "use": use, "teams": _at_hub(teams), "outreach": _at_hub(outreach)}
        parts = [_line(line, tables[table], column, payer, about) for line, table, column, payer in MONEY]
        money = pd.concat([part for part in parts if not part.empty] or parts[:1], ignore_index=True)
        return money.astype(_MONEY_TYPES)

    def costs(self, by: str | Sequence[str] = "line") -> pd.DataFrame:
        """Return the money for a year, grouped.

        Parameters
        ----------
        by
            One or more of line, payer, kind, need, year_group, locality, provision_id, setting_id.

        Returns
        -------
        DataFrame
            Indexed by the groups; columns gbp and pupils (those that money is spent on, where the groups tell).

        Raises
        ------
        ValueError
            When a group is not one of those above.
        """
        groups = [by] if isinstance(by, str) else list(by)
        wrong = [group for group in groups if group not in GROUPS]
        if wrong or not groups:
            raise ValueError(f"`by` is {by!r}; use one or more of {', '.join(GROUPS)}.")
        money = self._money
        of_pupil = money["pupil_id"].notna()
        keys = [_labels(money[group], of_pupil) for group in groups]
        table = money.groupby(keys, sort=True)["gbp"].sum().round(2).to_frame()
        if set(groups) & {"line", "payer"}:
            return table
        placements = self.tables["placements"]
        everybody = pd.Series(data=True, index=placements.index)
        pupils = placements.groupby([_labels(placements[group], everybody) for group in groups])["count"].sum()
        both = table.join(pupils.rename("pupils"), how="outer")
        return both.assign(gbp=both["gbp"].fillna(0.0), pupils=both["pupils"].fillna(0).astype("int64"))

    def travel(self) -> "pd.Series[float]":
        """Return the travel of the placed pupils: pupils, pupils with transport, minutes, miles, £, CO2e.

        Returns
        -------
        Series
            Minutes and miles are one way; `pupil_miles_per_year` is both ways on all days; `transport_gbp` and
            `co2e_kg` are for a year.
        """
        placements = self.tables["placements"]
        count = placements["count"]
        placed = int(count.sum())
        minutes, miles = float((count * placements["minutes"]).sum()), float((count * placements["miles"]).sum())
        return pd.Series(
            {
                "pupils": placed,
                "pupils_with_transport": int(count[placements["entitled"]].sum()),
                "mean_minutes": minutes / placed if placed else np.nan,
                "longest_minutes": float(placements["minutes"].max()) if placed else np.nan,
                "pupils_over_guide": int(count[placements["over_guide"]].sum()),
                "mean_miles": miles / placed if placed else np.nan,
                "pupil_miles_per_year": float(placements["pupil_miles_per_year"].sum()),
                "transport_gbp": float(placements["transport_gbp"].sum()),
                "co2e_kg": float(placements["co2e_kg"].sum()),
            },
            dtype="float64",
            name="travel",
        )

    def lines(self) -> gpd.GeoDataFrame:
        """Return the placements as straight lines from home to school on British National Grid."""
        placements = self.placements
        ends = placements[["easting", "northing", "setting_easting", "setting_northing"]].to_numpy()
        return gpd.GeoDataFrame(
            placements, geometry=gpd.GeoSeries(shapely.linestrings(ends.reshape(-1, 2, 2))), crs=CRS
        )

    def plot(self, *, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the placements as lines from home to school; arguments go to `GeoDataFrame.plot`.

        Returns
        -------
        Axes
            Matplotlib's axes.
        """
        return self.lines().plot(ax=ax, **by_kind(kwargs, linewidth=0.5))

    def explore(self, **kwargs: Any) -> Any:
        """Draw the placements on an interactive map; arguments go to `GeoDataFrame.explore`.

        Home points are shown: keep such a map inside the council.
        """
        return self.lines().explore(**{"column": "kind", "tooltip": ["provision_id", "kind", "minutes"], **kwargs})

    def summary(self) -> str:
        """Return the plan in a few lines of text."""
        travel = self.travel()
        lines = [
            f"status            {self.status}",
            f"pupils placed     {self.placed_pupils:,}",
            f"pupils unplaced   {self.unplaced_pupils:,}",
            f"cost              £{self.cost_gbp:,.2f} a year ({self.policy.cost_basis} basis)",
        ]
        if self.weighed_gbp:
            lines.append(f"wishes not met    weighed as £{self.weighed_gbp:,.2f} (not money)")
            lines.append(f"cost and wishes   £{self.objective_gbp:,.2f}")
        if self.bound_gbp is not None and self.gap is not None:
            lines.append(f"no plan below     £{self.bound_gbp:,.2f} (proven; gap {self.gap:.4%})")
        kinds = self.tables["placements"].groupby("kind")["count"].sum()
        by_kind = ", ".join(f"{kind} {int(kinds[kind]):,}" for kind in KINDS if kind in kinds.index)
        lines += [
            f"by kind           {by_kind or 'nobody'}",
            f"transport         £{travel['transport_gbp']:,.2f}, {int(travel['pupils_with_transport']):,} pupils, "
            f"{travel['co2e_kg'] / 1000:,.1f} t CO2e a year",
            f"journey           mean {travel['mean_minutes']:.1f} minutes, longest {travel['longest_minutes']:.1f}, "
            f"{int(travel['pupils_over_guide']):,} over the guidance",
        ]
        return "\n".join(lines)

    def save(self, path: str | Path) -> Path:
        """Write the plan and its record as JSON. The file holds pupils' rows: keep it as you keep the tables.

        Returns
        -------
        Path
            Where it was written.
        """
        return write_document(self.as_document(), path)

    def as_document(self) -> dict[str, Any]:
        """Return the plan as plain values, for a file."""
        return {
            "format": RUN_FORMAT,
            "status": str(self.status),
            "policy": self.policy.as_dict(),
            "weighed_gbp": self.weighed_gbp,
            "bound_gbp": self.bound_gbp,
            "cost_gbp": self.cost_gbp,
            "tables": rows_of(self.tables),
            "record": dict(self.record),
            "certificate": None if self.certificate is None else self.certificate.as_dict(),
        }

    def with_record(self, **entries: Any) -> Self:
        """Return the plan with entries added to its record."""
        return replace(self, record={**self.record, **entries})

    def __repr__(self) -> str:
        gap = "" if self.gap is None else f", gap {self.gap:.4%}"
        placed = f"{self.placed_pupils:,} placed, {self.unplaced_pupils:,} unplaced"
        return f"Plan({self.status}, {placed}, £{self.cost_gbp:,.2f}{gap})"

    def _repr_html_(self) -> str:
        return summary_table("Plan", self.summary())


def plan_from_document(document: Mapping[str, Any]) -> Plan:
    """Read what `Plan.as_document` gave.

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is something else.
    """
    policy = Policy(**document["policy"])
    tables = {
        name: pd.DataFrame(document["tables"][name]["data"], columns=document["tables"][name]["columns"])
        for name in TABLE_COLUMNS
    }
    return Plan(
        Status(document["status"]),
        tables,
        policy,
        float(document["weighed_gbp"]),
        None if document["bound_gbp"] is None else float(document["bound_gbp"]),
        _well_formed(document["record"]),
        None if document["certificate"] is None else certificate_from_dict(document["certificate"]),
    )


def load_plan(path: str | Path) -> Plan:
    """Read a plan that `Plan.save` wrote.

    Raises
    ------
    InputError
        When the file is not a saved plan, or is cut short.
    """
    source = Path(path)
    try:
        document = json.loads(read_whole(source).decode())
        if document["format"] != RUN_FORMAT:
            message = f"The run has format {document['format']}; this version reads format {RUN_FORMAT}."
            raise InputError([Fault(source.name, "", "", "", message)])
        if document.pop("sha256") != digest_of(document):
            message = "The run was changed after it was saved. Run `placement-opt solve` again."
            raise InputError([Fault(source.name, "", "", "", message)])
        plan = plan_from_document(document)
        if plan.cost_gbp != document["cost_gbp"]:
            message = f"The run says that it costs {document['cost_gbp']}, but its rows add up to {plan.cost_gbp}."
            raise InputError([Fault(source.name, "", "", "", f"{message} Run `placement-opt solve` again.")])
        return plan
    except FileNotFoundError:
        raise InputError([Fault(source.name, "", "", "", "The file does not exist.")]) from None
    except IsADirectoryError:
        message = "This is a folder. Give the run.json in the folder that `placement-opt solve` wrote."
        raise InputError([Fault(str(path), "", "", "", message)]) from None
    except OTHER_FORM as error:
        if isinstance(error, InputError):
            raise
        message = (
            f"The file is not a saved plan, or is damaged ({type(error).__name__}). Run `placement-opt solve` again."
        )
        raise InputError([Fault(source.name, "", "", "", message)]) from None


def _well_formed(record: Any) -> dict[str, Any]:
    """Return the record of a run whose entries that are read again have their form.

    Raises
    ------
    TypeError, ValueError
        When one has not.
    """
    entries: dict[str, Any] = dict(record)
    named = {name: entries.get(name, {}) for name in ("inputs", "travel", "origin", "options")}
    named["recipe"] = dict(named["travel"]).get("recipe", {})
    for name, entry in named.items():
        if not isinstance(entry, dict):
            raise TypeError(f"{name} is not a table of entries")
    SolveOptions(**named["options"])
    if not all(isinstance(entry, str | bool) for entry in named["origin"].values()):
        raise TypeError("origin holds something else than words")
    return entries


def _at_hub(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(provision_id=frame["hub_id"])


def _line(line: str, frame: pd.DataFrame, column: str, payer: str, about: Sequence[str]) -> pd.DataFrame:
    spent = frame[frame[column] != 0]
    known = {name: spent[name] for name in about if name in spent.columns}
    blank = {name: pd.Series([None] * len(spent), spent.index, dtype="object") for name in about if name not in known}
    return pd.DataFrame({"line": line, "payer": spent[payer], "gbp": spent[column], **known, **blank})[
        ["line", "payer", "gbp", *about]
    ]


def _labels(values: "pd.Series[Any]", of_pupil: "pd.Series[bool]") -> "pd.Series[Any]":
    """Return groups in which a blank says whether it is a pupil's or a line without a pupil."""
    blank = pd.Series(np.where(of_pupil, NOT_GIVEN, NOT_PER_PUPIL), values.index, dtype="object")
    return values.astype("object").where(values.notna(), blank)
