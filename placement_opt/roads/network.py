"""A road network as arrays: nodes, the edges between them, who may use them, and where they come from."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any

import networkx as nx
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from placement_opt.schema import CRS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Texts = NDArray[np.object_]

SHARES = ("node_ids", "easting", "northing", "is_through")
_OF_EDGES = ("start", "end", "metres", "seconds_forth", "seconds_back", "is_walked", "is_kerb", "lines")


@dataclass(frozen=True, eq=False, repr=False)
class Roads:
    """A road network, ready to be travelled on.

    Parameters
    ----------
    node_ids
        What the source calls each node, as text.
    easting, northing
        Of each node, metres on British National Grid.
    is_through
        Whether a vehicle may pass through each node (not at a bollard, nor at a zone of a traffic model).
    start, end
        Of each edge, positions of nodes. An edge is a piece of road, both directions of it.
    metres
        The length of each edge.
    seconds_forth, seconds_back
        Driving time of each edge from its start to its end, and back; NaN = may not be driven that way.
    is_walked
        Whether each edge may be walked along, in both directions. Nowhere = it is not known who may walk where.
    is_kerb
        Whether a journey by vehicle may begin or end along each edge: not on a motorway.
    lines
        The shape of each edge, from its start to its end, on British National Grid.
    source
        Where the network comes from, in words.
    recipe
        File, SHA-256, speeds and other arguments that made it.
    notes
        What was read, left out and assumed, each as a sentence.

    Raises
    ------
    ValueError
        When arrays differ in length, a position is no node's, or a length or time is negative or no number.

    Notes
    -----
    Not to be written to: the arrays are read-only.
    """

    node_ids: Texts
    easting: Floats
    northing: Floats
    is_through: Bools
    start: Ints
    end: Ints
    metres: Floats
    seconds_forth: Floats
    seconds_back: Floats
    is_walked: Bools
    is_kerb: Bools
    lines: Texts
    source: str = "unknown roads"
    recipe: Mapping[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for names, number in ((SHARES, len(self.node_ids)), (_OF_EDGES, len(self.start))):
            for name in names:
                values = np.array(getattr(self, name))
                if values.shape != (number,):
                    raise ValueError(f"`{name}` has shape {values.shape}; ({number},) is needed.")
                values.setflags(write=False)
                object.__setattr__(self, name, values)
        ends = np.append(self.start, self.end)
        if len(ends) and (ends.min() < 0 or ends.max() >= len(self.node_ids)):
            raise ValueError("`start` or `end` holds a position that no node has.")
        seconds = np.append(self.seconds_forth, self.seconds_back)
        if not (self.metres >= 0).all() or (seconds < 0).any() or np.isinf([*seconds, *self.metres]).any():
            raise ValueError("`metres` and seconds have to be 0 or more; NaN seconds = may not be driven that way.")
        object.__setattr__(self, "recipe", MappingProxyType(dict(self.recipe)))

    @property
    def knows_walking(self) -> bool:
        """Whether the network says where people may walk."""
        return bool(self.is_walked.any())

    @cached_property
    def is_drivable(self) -> Bools:
        """Whether each edge may be driven in any direction, between nodes that a vehicle may pass through."""
        driven = ~(np.isnan(self.seconds_forth) & np.isnan(self.seconds_back))
        return np.asarray(driven & self.is_through[self.start] & self.is_through[self.end])

    @cached_property
    def is_connected(self) -> Bools:
        """Whether each node is in the largest part in which every node can be driven to from every other."""
        usable = np.flatnonzero(self.is_drivable)
        forth = usable[~np.isnan(self.seconds_forth[usable])]
        back = usable[~np.isnan(self.seconds_back[usable])]
        tails, heads = np.append(self.start[forth], self.end[back]), np.append(self.end[forth], self.start[back])
        return self._largest(tails, heads, "strong")

    @cached_property
    def is_connected_on_foot(self) -> Bools:
        """Whether each node is in the largest part that can be walked."""
        return self._largest(self.start[self.is_walked], self.end[self.is_walked], "weak")

    def _largest(self, tails: Ints, heads: Ints, connection: str) -> Bools:
        number = len(self.node_ids)
        touched = np.unique(np.append(tails, heads))
        inside = np.zeros(number, dtype=np.bool_)
        if not len(touched):
            return inside
        links = coo_array((np.ones(len(tails), dtype=np.int8), (tails, heads)), shape=(number, number)).tocsr()
        part = connected_components(links, connection=connection)[1]
        largest = np.bincount(part[touched]).argmax()
        inside[touched] = part[touched] == largest
        return inside

    @cached_property
    def cut_off(self) -> tuple[str, ...]:
        """The nodes on drivable roads that cannot be driven to from the largest part, or not back."""
        usable = self.is_drivable
        touched = np.unique(np.append(self.start[usable], self.end[usable]))
        return tuple(sorted(self.node_ids[touched[~self.is_connected[touched]]].tolist()))

    def fingerprint(self) -> str:
        """Return the SHA-256 of the network: of what journeys depend on, not of names."""
        digest = hashlib.sha256()
        for name in (*SHARES[1:], *_OF_EDGES[:-1]):
            digest.update(name.encode() + np.ascontiguousarray(getattr(self, name)).tobytes())
        digest.update(b"".join(shapely.to_wkb(self.lines).tolist()))
        return digest.hexdigest()

    def to_networkx(self) -> "nx.MultiDiGraph[str]":
        """Return the drivable network under the names of OSMnx: x, y, length (metres), travel_time (seconds), geometry.

        Nodes that no vehicle may pass through are left out.
        """
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(crs=CRS)
        for node in np.flatnonzero(self.is_through).tolist():
            graph.add_node(self.node_ids[node], x=float(self.easting[node]), y=float(self.northing[node]))
        for edge in np.flatnonzero(self.is_drivable).tolist():
            tail, head = self.node_ids[self.start[edge]], self.node_ids[self.end[edge]]
            for seconds, ends, line in (
                (self.seconds_forth[edge], (tail, head), self.lines[edge]),
                (self.seconds_back[edge], (head, tail), shapely.reverse(self.lines[edge])),
            ):
                if not np.isnan(seconds):
                    length = float(self.metres[edge])
                    graph.add_edge(*ends, length=length, travel_time=float(seconds), geometry=line)
        return graph

    def __repr__(self) -> str:
        return f"Roads({len(self.node_ids):,} nodes, {len(self.start):,} edges, {self.source})"


def straight_lines(easting: Floats, northing: Floats, start: Ints, end: Ints) -> Texts:
    """Return a straight line for each edge."""
    points = np.column_stack([easting, northing])
    return np.asarray(shapely.linestrings(np.stack([points[start], points[end]], axis=1)), dtype=object)
