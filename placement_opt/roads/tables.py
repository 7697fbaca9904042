"""Roads from a table of edges and one of nodes: CSV, or the TNTP format of traffic models."""

import csv
import io
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_whole
from placement_opt.files.delimited import read_csv
from placement_opt.headers import plain
from placement_opt.roads.grid import on_grid
from placement_opt.roads.network import Bools, Floats, Ints, Roads, Texts, straight_lines
from placement_opt.roads.speeds import MILE_METRES
from placement_opt.roads.twins import Directed, pair_directions

EDGE_COLUMNS = ("from", "to", "length", "time")
NODE_COLUMNS = ("node", "x", "y")
_YES, _NO = frozenset({"yes", "y", "true", "1"}), frozenset({"", "no", "n", "false", "0"})
_MOST_FAULTS = 100
_SHORTEST, _LONGEST = 0.5, 50.0
"""The median edge has to be between so many times its straight line: else the unit is another."""
_SLOWEST_MPH, _FASTEST_MPH = 1.0, 100.0


@dataclass(frozen=True)
class Units:
    """How many metres and seconds the units of a table are."""

    metres: float = 1.0
    seconds: float = 1.0

    def __post_init__(self) -> None:
        for name in ("metres", "seconds"):
            if not (np.isfinite(getattr(self, name)) and getattr(self, name) > 0):
                raise ValueError(f"A unit of {getattr(self, name)!r} {name} cannot be; give a number above 0.")


def read_edge_table(
    path: Path, nodes: Path, crs: str, units: Units, no_through: Collection[str], recipe: Mapping[str, Any]
) -> Roads:
    """Read a CSV file of edges and one of nodes.

    Parameters
    ----------
    path
        Columns from, to, length, time; one_way and walk (yes or no; a blank is no) where there are any.
    nodes
        Columns node, x, y; through (no = no vehicle passes through; a blank is yes) where there is one.
    crs
        The reference system of x and y.
    units
        Of length and time.
    no_through
        More nodes that no vehicle passes through.
    recipe
        What the network is made from, kept with it.

    Raises
    ------
    InputError
        Every fault of both tables at once.
    """
    faults: list[Fault] = []
    edge_table = _columns(path, EDGE_COLUMNS, ("oneway", "walk"), faults)
    node_table = _columns(nodes, NODE_COLUMNS, ("through",), faults)
    if edge_table is None or node_table is None:
        raise InputError(faults)
    flags = [_flags(edge_table, name, path.name, faults) for name in ("oneway", "walk")]
    through = _flags(node_table, "through", nodes.name, faults, blank=True)
    figures = {name: _numbers(edge_table, name, path.name, faults) for name in ("length", "time")}
    places = {name: _numbers(node_table, name, nodes.name, faults, least=-np.inf) for name in ("x", "y")}
    doubled = node_table["node"].duplicated()
    _blame(faults, nodes.name, node_table["node"], doubled, "node", "has a row already. Keep one of them.")
    index = pd.Index(node_table["node"].drop_duplicates())
    ends = []
    for name in ("from", "to"):
        at = index.get_indexer(pd.Index(edge_table[name]))
        message = f"is not a node of {nodes.name}. Correct it or add the node."
        _blame(faults, path.name, edge_table[name], pd.Series(at < 0, edge_table.index), name, message)
        ends.append(at.astype(np.int64))
    if faults:
        raise InputError(faults)
    return _network(
        _Table(path.name, node_table["node"].to_numpy(dtype=object), ends[0], ends[1], crs, recipe),
        (places["x"], places["y"]),
        (figures["length"] * units.metres, figures["time"] * units.seconds),
        through & ~np.isin(node_table["node"].to_numpy(dtype=str), sorted(no_through)),
        ~flags[0],
        flags[1],
    )


def read_tntp(
    path: Path, nodes: Path, crs: str, units: Units, no_through: Collection[str], recipe: Mapping[str, Any]
) -> Roads:
    """Read a network of the TNTP format, whose zones no vehicle passes through.

    Parameters
    ----------
    path
        The file of links: init_node, term_node, length, free_flow_time. Nodes below its FIRST THRU NODE are zones.
    nodes
        The file of nodes: number, x, y.
    crs, units, no_through, recipe
        As for `read_edge_table`.

    Raises
    ------
    InputError
        When the file is cut off or is of another format, or a link's node has no coordinates.
    """
    links, stated = _tntp_links(path)
    places = _tntp_nodes(nodes)
    faults = [*_tntp_figures(path.name, links), *_tntp_places(nodes.name, places)]
    if faults:
        raise InputError(faults)
    if stated["NUMBER OF LINKS"] != len(links):
        message = f"The file says that it has {stated['NUMBER OF LINKS']:,} links, but {len(links):,} are there."
        faults.append(Fault(path.name, "", "", "", f"{message} It is cut off: copy it again."))
    index = pd.Index(places["node"])
    ends = [index.get_indexer(pd.Index(links[name])).astype(np.int64) for name in ("init_node", "term_node")]
    for name, at in zip(("init_node", "term_node"), ends, strict=True):
        missing = sorted(set(links.loc[at < 0, name].astype(int).tolist()))
        message = f"has no coordinates in {nodes.name}. Add it."
        faults += [Fault(path.name, name, "", str(node), message) for node in missing[:_MOST_FAULTS]]
    if faults:
        raise InputError(faults)
    numbers = places["node"].to_numpy(dtype=np.int64)
    is_through = (numbers >= stated["FIRST THRU NODE"]) & ~np.isin(numbers.astype(str), sorted(no_through))
    return _network(
        _Table(path.name, numbers.astype(str).astype(object), ends[0], ends[1], crs, recipe),
        (places["x"].to_numpy(dtype=np.float64), places["y"].to_numpy(dtype=np.float64)),
        (
            links["length"].to_numpy(dtype=np.float64) * units.metres,
            links["free_flow_time"].to_numpy(dtype=np.float64) * units.seconds,
        ),
        is_through,
        np.zeros(len(links), dtype=np.bool_),
        np.zeros(len(links), dtype=np.bool_),
    )


@dataclass(frozen=True)
class _Table:
    """The ends of the edges of a file."""

    name: str
    node_ids: Texts
    start: Ints
    end: Ints
    crs: str
    recipe: Mapping[str, Any]


def _network(
    table: _Table,
    places: tuple[Floats, Floats],
    figures: tuple[Floats, Floats],
    is_through: Bools,
    both_ways: Bools,
    is_walked: Bools,
) -> Roads:
    easting, northing = on_grid(*places, table.crs, table.name)
    metres, seconds = figures
    lines = straight_lines(easting, northing, table.start, table.end)
    joins_roads = is_through[table.start] & is_through[table.end]
    straight = np.hypot(easting[table.start] - easting[table.end], northing[table.start] - northing[table.end])
    _check_units(table.name, metres[joins_roads], seconds[joins_roads], straight[joins_roads])
    one_way = Directed(table.start, table.end, metres, seconds, lines)
    pairs = pair_directions(one_way, both_ways=False)
    back = pairs.seconds_back.copy()
    alone = np.isnan(back) & both_ways[pairs.first]
    back[alone] = pairs.seconds_forth[alone]
    notes = [f"{len(easting):,} nodes and {len(metres):,} edges read; every edge is a straight line."]
    if not is_through.all():
        notes.append(f"{(~is_through).sum():,} nodes that no vehicle passes through; nobody starts or ends there.")
    if not is_walked.any():
        notes.append("The table does not say who may walk where.")
    return Roads(
        table.node_ids,
        easting,
        northing,
        is_through,
        pairs.start,
        pairs.end,
        pairs.metres,
        pairs.seconds_forth,
        back,
        is_walked[pairs.first],
        np.ones(len(pairs.first), dtype=np.bool_),
        pairs.lines,
        source=f"edges of {table.name}",
        recipe=table.recipe,
        notes=tuple(notes),
    )


def _check_units(name: str, metres: Floats, seconds: Floats, straight: Floats) -> None:
    """Refuse lengths that cannot be metres between these points, and times that cannot be seconds."""
    faults = []
    some = (straight > 0) & (metres > 0) & (seconds > 0)
    if some.any():
        ratio = float(np.median(metres[some] / straight[some]))
        if not _SHORTEST <= ratio <= _LONGEST:
            message = (
                f"The median edge is {ratio:.3g} times as long as its straight line. Say how many metres one unit of "
                "length is with `length_metres` (1000 for kilometres, 1609.344 for miles), or correct `crs`."
            )
            faults.append(Fault(name, "length", "", "", message))
        mph = float(np.median(metres[some] / seconds[some])) * 3_600 / MILE_METRES
        if not faults and not _SLOWEST_MPH <= mph <= _FASTEST_MPH:
            message = (
                f"The median edge would be driven at {mph:.3g} miles an hour. Say how many seconds one unit of time "
                "is with `time_seconds` (60 for minutes, 3600 for hours)."
            )
            faults.append(Fault(name, "time", "", "", message))
    if faults:
        raise InputError(faults)


def _columns(path: Path, needed: tuple[str, ...], more: tuple[str, ...], faults: list[Fault]) -> pd.DataFrame | None:
    read = read_csv(path, path.name)
    faults.extend(read.faults)
    if read.frame is None:
        return None
    headers = [plain(header) for header in read.frame.columns]
    missing = [name for name in needed if headers.count(name) != 1]
    for name in missing:
        message = "The column is missing, or there twice." + f" Columns are {', '.join((*needed, *more))}."
        faults.append(Fault(path.name, name, "", "", message))
    if missing:
        return None
    if not len(read.frame):
        faults.append(Fault(path.name, "", "", "", "The table has no rows."))
        return None
    kept = {name: read.frame.iloc[:, headers.index(name)] for name in (*needed, *more) if name in headers}
    return pd.DataFrame({name: cells.astype(str).str.strip() for name, cells in kept.items()})


def _blame(
    faults: list[Fault], table: str, cells: "pd.Series[Any]", wrong: "pd.Series[bool]", column: str, message: str
) -> None:
    found = cells[wrong]
    faults += [Fault(table, column, str(row), str(cell), message) for row, cell in found[:_MOST_FAULTS].items()]
    if len(found) > _MOST_FAULTS:
        faults.append(Fault(table, column, "", "", f"{len(found) - _MOST_FAULTS:,} more rows: the value {message}"))


def _numbers(frame: pd.DataFrame, name: str, table: str, faults: list[Fault], *, least: float = 0.0) -> Floats:
    values = pd.to_numeric(frame[name], errors="coerce")
    wrong = ~(np.isfinite(values) & (values >= least))
    limit = " from 0 up" if least == 0 else ""
    _blame(faults, table, frame[name], wrong, name, f"is not a number{limit}. Correct it or remove the row.")
    return values.to_numpy(dtype=np.float64)


def _flags(frame: pd.DataFrame, name: str, table: str, faults: list[Fault], *, blank: bool = False) -> Bools:
    if name not in frame:
        return np.full(len(frame), blank, dtype=np.bool_)
    texts = frame[name].str.lower()
    _blame(faults, table, frame[name], ~texts.isin(_YES | _NO), name, "is neither yes nor no.")
    return np.asarray(texts.isin(_YES) | ((texts == "") & blank), dtype=np.bool_)


def _tntp_links(path: Path) -> tuple[pd.DataFrame, dict[str, int]]:
    text = read_whole(path).decode(errors="replace")
    head, _, body = text.partition("<END OF METADATA>")
    stated = {name: int(value) for name, value in re.findall(r"<([A-Z ]+)>\s*(\d{1,15})\b", head, re.ASCII)}
    missing = [name for name in ("NUMBER OF LINKS", "FIRST THRU NODE") if name not in stated]
    header = re.search(r"^~([^\n]*)", body, re.MULTILINE)
    if missing or header is None:
        message = "The file is no TNTP network: it lacks <NUMBER OF LINKS>, <FIRST THRU NODE> or the row of names (~)."
        raise InputError([Fault(path.name, "", "", "", message)])
    names = header[1].replace(";", " ").split()
    try:
        rows = body[header.end() :].replace(";", " ")
        links = pd.read_csv(io.StringIO(rows), sep=r"\s+", names=names, index_col=False)
        return links[["init_node", "term_node", "length", "free_flow_time"]].astype(float), stated
    except (LookupError, ValueError, OverflowError) as error:
        message = f"The links cannot be read ({error}). Columns are init_node, term_node, length, free_flow_time."
        raise InputError([Fault(path.name, "", "", "", message)]) from None


def _tntp_figures(name: str, links: pd.DataFrame) -> list[Fault]:
    """Return what cannot be of the links, each by its place among them."""
    return [
        Fault(name, column, f"link {at + 1}", f"{links[column].iloc[at]:g}", "is not a number from 0 up. Correct it.")
        for column in ("init_node", "term_node", "length", "free_flow_time")
        for at in np.flatnonzero(~(np.isfinite(links[column]) & (links[column] >= 0)))[:_MOST_FAULTS]
    ]


def _tntp_places(name: str, places: pd.DataFrame) -> list[Fault]:
    faults = [
        Fault(name, column, f"node {places['node'].iloc[at]}", "", "The coordinate is missing. Add it.")
        for column in ("x", "y")
        for at in np.flatnonzero(~np.isfinite(places[column]))[:_MOST_FAULTS]
    ]
    doubled = places.loc[places["node"].duplicated(), "node"].head(_MOST_FAULTS)
    return faults + [Fault(name, "node", "", str(node), "has a row already. Keep one of them.") for node in doubled]


def _tntp_nodes(path: Path) -> pd.DataFrame:
    try:
        text = io.StringIO(read_whole(path).decode())
        frame = pd.read_csv(text, sep=r"[\s;]+", engine="python", usecols=[0, 1, 2]).set_axis(
            list(NODE_COLUMNS), axis="columns"
        )
        return frame.astype({"node": np.int64, "x": float, "y": float})
    except (ValueError, LookupError, OverflowError, csv.Error) as error:
        if isinstance(error, InputError):
            raise
        message = f"The nodes cannot be read ({error}). The first three columns are the node's number, x and y."
        raise InputError([Fault(path.name, "", "", "", message)]) from None
