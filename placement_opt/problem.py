"""The question: which pupils, which places, which limits. Validated at the door, never changed."""

import hashlib
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Self

import geopandas as gpd
import numpy as np
import pandas as pd

from placement_opt.cells import read_table, spelling_of
from placement_opt.consistency import check_tables
from placement_opt.drawing import by_kind
from placement_opt.errors import Fault, InputError
from placement_opt.headers import plain
from placement_opt.parameters import Parameters
from placement_opt.schema import CRS, KINDS, TABLES, Table
from placement_opt.summaries import small_table

_FRAMES = tuple(name for name in TABLES if name != "parameters")
_POINT_TOLERANCE_M = 1.0
_LABELS = ("kindlabel", "kind")
_RANK = {kind: rank for rank, kind in enumerate(KINDS)}
_NOTHING: Mapping[str, pd.DataFrame] = MappingProxyType({})


class Problem:
    """Pupils, settings, provisions and the limits between them: a frozen value.

    Parameters
    ----------
    pupils, settings, provisions
        Required tables, as `placement_opt.schema` describes them. `pupils` and `settings` may be GeoDataFrames of
        points in British National Grid (EPSG:27700) instead of having easting and northing.
    hubs, links, part_limits, topups, pair_costs, pair_rules, resources, resource_use, budgets, site_limits, totals
        Optional tables.
    modes, journey_costs, fleet, layouts, apart
        Optional tables of home to school transport.
    years, arrivals, leavers, site_years, fill_up, year_budgets
        Optional tables of several school years.
    parameters
        Days, limits, prices and factors; None = the defaults with their years and sources.

    Raises
    ------
    InputError
        When anything is wrong with the tables; it lists every fault with its table, column, row and value.

    Notes
    -----
    Tables are copied in, sorted by their key, and handed out as copies: nothing done to a frame reaches the problem.
    Columns that are not described are kept as text, for grouping.

    Examples
    --------
    >>> import pandas as pd
    >>> problem = Problem(
    ...     pupils=pd.DataFrame(
    ...         {"pupil_id": ["P1"], "easting": [460000], "northing": [270000], "year_group": [7], "need": ["ASD"]}
    ...     ),
    ...     settings=pd.DataFrame(
    ...         {"setting_id": ["S1"], "name": ["Alder Lane"], "easting": [461000], "northing": [270000]}
    ...     ),
    ...     provisions=pd.DataFrame(
    ...         {"provision_id": ["S1-base"], "setting_id": ["S1"], "kind": ["inclusion base"], "places": [10]}
    ...     ),
    ... )
    >>> problem.provisions.loc[0, ["kind", "kind_label"]].tolist()
    ['hub', 'inclusion base']
    >>> problem
    Problem(1 pupil, 1 setting, 1 provision with 10 places)
    """

    __slots__ = ("_digests", "_frames", "_parameters")

    def __init__(
        self,
        *,
        pupils: pd.DataFrame,
        settings: pd.DataFrame,
        provisions: pd.DataFrame,
        parameters: Parameters | None = None,
        **tables: pd.DataFrame | None,
    ) -> None:
        unknown = sorted(set(tables) - set(_FRAMES))
        if unknown:
            raise TypeError(f"{', '.join(unknown)} is not a table of a problem; use {', '.join(_FRAMES)}.")
        given = {"pupils": pupils, "settings": settings, "provisions": provisions, **tables}
        self._parameters = parameters if parameters is not None else Parameters()
        self._frames: Mapping[str, pd.DataFrame] = MappingProxyType(_validated(given, self._parameters))
        self._digests: dict[str, str] = {}

    @property
    def pupils(self) -> pd.DataFrame:
        """The pupils, sorted by `pupil_id`."""
        return self.table("pupils")

    @property
    def settings(self) -> pd.DataFrame:
        """The schools, sorted by `setting_id`."""
        return self.table("settings")

    @property
    def provisions(self) -> pd.DataFrame:
        """The groups of places, sorted by `provision_id`; `kind_label` holds the kind as the user wrote it."""
        return self.table("provisions")

    @property
    def hubs(self) -> pd.DataFrame:
        """The outreach of hubs, sorted by `provision_id`."""
        return self.table("hubs")

    @property
    def parameters(self) -> Parameters:
        """Days, limits, prices and factors."""
        return self._parameters

    def table(self, name: str) -> pd.DataFrame:
        """Return a copy of a table.

        Raises
        ------
        KeyError
            When a problem has no table of that name.
        """
        return self._frames[name].copy()

    def replace(self, *, parameters: Parameters | None = None, **tables: pd.DataFrame | None) -> Self:
        """Return a changed problem, validated anew; this one stays as it is.

        Parameters
        ----------
        parameters
            New parameters; None keeps the present ones.
        tables
            New tables by name; None empties an optional table.

        Raises
        ------
        InputError
            When the changed tables are at fault.
        """
        unknown = sorted(set(tables) - set(_FRAMES))
        if unknown:
            raise TypeError(f"{', '.join(unknown)} is not a table of a problem; use {', '.join(_FRAMES)}.")
        known = {name: frame for name, frame in self._frames.items() if name not in tables}
        changed = object.__new__(type(self))
        changed._parameters = parameters or self._parameters
        changed._frames = MappingProxyType(_validated(tables, changed._parameters, known))
        changed._digests = {}
        return changed

    def points(self, name: str) -> gpd.GeoDataFrame:
        """Return the pupils or the settings as points on British National Grid (EPSG:27700).

        Parameters
        ----------
        name
            `pupils` or `settings`.
        """
        frame = self.table(name)
        return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame["easting"], frame["northing"]), crs=CRS)

    def sites(self) -> gpd.GeoDataFrame:
        """Return the provisions as points at their schools on British National Grid (EPSG:27700).

        Returns
        -------
        GeoDataFrame
            Columns provision_id, setting_id, name, kind, places, status, geometry; mainstream first, so that what
            stands at the same school is drawn above it.
        """
        schools = self._frames["settings"][["setting_id", "name", "easting", "northing"]]
        both = self._frames["provisions"].merge(schools, on="setting_id", validate="many_to_one")
        both = both.sort_values("kind", kind="stable", key=lambda kinds: kinds.map(_RANK), ignore_index=True)
        points = gpd.points_from_xy(both["easting"], both["northing"])
        about = both[["provision_id", "setting_id", "name", "kind", "places", "status"]]
        return gpd.GeoDataFrame(about, geometry=points, crs=CRS)

    def plot(self, *, ax: Any = None, **kwargs: Any) -> Any:
        """Draw the provisions by kind at their schools; arguments go to `GeoDataFrame.plot`. No home is drawn.

        Returns
        -------
        Axes
            Matplotlib's axes.
        """
        return self.sites().plot(ax=ax, **by_kind(kwargs, markersize=12))

    def explore(self, **kwargs: Any) -> Any:
        """Draw the provisions on an interactive map; arguments go to `GeoDataFrame.explore`. No home is drawn."""
        shown = ["provision_id", "name", "kind", "places", "status"]
        return self.sites().explore(**{"column": "kind", "tooltip": shown, **kwargs})

    def fingerprints(self) -> dict[str, str]:
        """Return the SHA-256 of every table that has rows and of the parameters, for the record of a run."""
        if not self._digests:
            texts = {name: frame.to_csv(index=False) for name, frame in self._frames.items() if not frame.empty}
            texts["parameters"] = pd.DataFrame(self._parameters.rows()).to_csv(index=False)
            self._digests = {name: hashlib.sha256(text.encode()).hexdigest() for name, text in texts.items()}
        return dict(self._digests)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Problem):
            return NotImplemented
        return self._parameters == other._parameters and self.fingerprints() == other.fingerprints()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        parts = [
            _counted(int(self._frames["pupils"]["count"].sum()), "pupil"),
            _counted(len(self._frames["settings"]), "setting"),
            _counted(len(self._frames["provisions"]), "provision"),
        ]
        places = int(self._frames["provisions"]["places"].sum())
        return f"Problem({', '.join(parts)} with {_counted(places, 'place')})"

    def _repr_html_(self) -> str:
        provisions = self._frames["provisions"]
        by_kind = provisions.groupby("kind")["places"].agg(["size", "sum"]).reindex(list(KINDS)).dropna().astype(int)
        rows = [(str(kind), [f"{row['size']:,}", f"{row['sum']:,}"]) for kind, row in by_kind.iterrows()]
        optional = [name for name in _FRAMES if not TABLES[name].required and not self._frames[name].empty]
        more = "; ".join(f"{name}: {_counted(len(self._frames[name]), 'row')}" for name in optional)
        table = small_table(repr(self), ["provisions", "places"], rows)
        return f"{table}<p>{more}</p>" if more else table


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def examine_tables(
    given: Mapping[str, pd.DataFrame | None],
    unknown: Collection[str] = (),
    parameters: Parameters | None = None,
    known: Mapping[str, pd.DataFrame] = _NOTHING,
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Read every cell of the tables, hold the tables against each other, and return what is wrong with them.

    Parameters
    ----------
    given
        The tables by name; optional ones may be absent or None.
    unknown
        Tables whose rows are not known, because their file cannot be read: nothing is held against them.
    parameters
        The parameters; None = not known, so that nothing is held against them.
    known
        Tables of a problem, whose cells were read before.

    Returns
    -------
    frames, faults
        The tables with the types of their description and their rows' labels as index, and every fault.
    """
    faults: list[Fault] = []
    frames: dict[str, pd.DataFrame] = {}
    for name in _FRAMES:
        if name in known:
            frames[name] = known[name].assign(postcode=None) if TABLES[name].located else known[name]
            continue
        table, raw = TABLES[name], None if name in unknown else given.get(name)
        if raw is None and not table.required:
            frames[name] = _empty(name).copy()
            continue
        if raw is None:
            raw = pd.DataFrame(columns=list(table.names))
        if table.located:
            raw = _with_coordinates(table, raw, faults)
        frame = read_table(table, raw, faults)
        if name == "provisions":
            frame["kind_label"] = _kind_labels(raw, frame)
        frames[name] = frame
    unread: dict[tuple[str, str], set[str]] = {}
    for fault in faults:
        for column in _columns_of(fault):
            unread.setdefault((fault.table, column), set()).add(fault.row)
    payers = None if parameters is None else parameters.payers
    faults.extend(fault for fault in check_tables(frames, unknown, payers, known) if not _is_known(fault, unread))
    return frames, faults


def _validated(
    given: Mapping[str, pd.DataFrame | None],
    parameters: Parameters,
    known: Mapping[str, pd.DataFrame] = _NOTHING,
) -> dict[str, pd.DataFrame]:
    frames, faults = examine_tables(given, parameters=parameters, known=known)
    if faults:
        raise InputError(faults)
    return {name: known[name] if name in known else _sealed(TABLES[name], frame) for name, frame in frames.items()}


@cache
def _empty(name: str) -> pd.DataFrame:
    return read_table(TABLES[name], pd.DataFrame(columns=list(TABLES[name].names)), [])


def _columns_of(fault: Fault) -> tuple[str, ...]:
    return ("easting", "northing") if fault.column == "geometry" else tuple(fault.column.split(", "))


def _is_known(fault: Fault, unread: Mapping[tuple[str, str], set[str]]) -> bool:
    # A cell that could not be read is blank; that it is blank is no second fault.
    for column in _columns_of(fault):
        rows = unread.get((fault.table, column), set())
        if rows and (not fault.row or fault.row in rows or "" in rows):
            return True
    return False


def _sealed(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    drop = [name for name in ("postcode", "geometry") if name in frame.columns and table.located]
    if frame.empty:
        return frame.drop(columns=drop) if drop else frame
    return frame.drop(columns=drop).sort_values(list(table.key), kind="stable").reset_index(drop=True)


def _kind_labels(raw: pd.DataFrame, frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the kinds as the user wrote them; a word for another kind (a label that was left behind) gives way."""
    kind = TABLES["provisions"].column("kind")
    header = next((name for name in ("kind_label", *raw.columns) if name in raw and plain(name) in _LABELS), None)
    if header is None or raw.columns.has_duplicates:
        return frame["kind"]
    labels = [
        str(label).strip() if spelling_of(kind, label) == code else code
        for label, code in zip(raw[header], frame["kind"], strict=True)
    ]
    return pd.Series(labels, index=frame.index, dtype="str")


def _with_coordinates(table: Table, raw: pd.DataFrame, faults: list[Fault]) -> pd.DataFrame:
    """Put easting and northing in place of a geometry, whose coordinate system has to be British National Grid."""
    if not isinstance(raw, gpd.GeoDataFrame):
        return raw
    frame = pd.DataFrame(raw.drop(columns=raw.geometry.name))
    if raw.crs is None:
        message = "The geometry has no coordinate reference system. Use set_crs(27700) if it is British National Grid."
        faults.append(Fault(table.name, "geometry", "", "", message))
        return frame.assign(easting=np.nan, northing=np.nan)
    if not raw.crs.equals(CRS):
        message = "is not British National Grid (EPSG:27700). Convert the layer with to_crs(27700)."
        faults.append(Fault(table.name, "geometry", "", str(raw.crs.to_string()), message))
        return frame.assign(easting=np.nan, northing=np.nan)
    is_point = (raw.geometry.geom_type == "Point") & ~raw.geometry.is_empty
    for label in raw.index[~is_point]:
        message = "The geometry is not a point. Give one point for each row."
        faults.append(Fault(table.name, "geometry", str(label), "", message))
    points = raw.geometry.where(is_point)
    for column, values in (("easting", points.x), ("northing", points.y)):
        given = pd.to_numeric(frame[column], errors="coerce") if column in frame.columns else values
        apart = (given - values).abs() > _POINT_TOLERANCE_M
        for label, value in given[apart].items():
            message = "lies elsewhere than the row's geometry. Correct one of them or drop the column."
            faults.append(Fault(table.name, column, str(label), str(value), message))
        frame[column] = values
    return frame
