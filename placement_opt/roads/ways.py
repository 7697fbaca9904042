"""Journeys between points along a network, by vehicle or on foot, with the legs from door to road."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from placement_opt.roads.network import Bools, Floats, Ints, Roads
from placement_opt.roads.shortest import Arcs, Matrix, arcs_of, least
from placement_opt.roads.snapping import NO_EDGE, Cut, Snapped, cut_at, drivable, snap, walkable
from placement_opt.travel import METRES_PER_MILE


@dataclass(frozen=True, eq=False, repr=False)
class Ways:
    """Points on a network, and the ways between them.

    Parameters
    ----------
    roads
        The network.
    points
        Easting and northing, one row for each point.
    most_metres
        Points farther from every road are not on the network.
    on_foot
        Shortest ways along what may be walked; else quickest ways by vehicle.
    """

    roads: Roads
    points: Floats
    most_metres: float
    on_foot: bool

    @cached_property
    def usable(self) -> Bools:
        """The edges that ways lead along."""
        return walkable(self.roads) if self.on_foot else drivable(self.roads)

    @cached_property
    def snapped(self) -> Snapped:
        """Where each point meets the network."""
        begins = self.usable if self.on_foot else self.usable & self.roads.is_kerb
        return snap(self.roads, begins, self.points[:, 0], self.points[:, 1], self.most_metres)

    @cached_property
    def cut(self) -> Cut:
        """The network cut at the points."""
        return cut_at(self.roads, self.usable, self.snapped)

    @cached_property
    def arcs(self) -> Arcs:
        """The arcs of the cut network."""
        return arcs_of(self.roads, self.cut, on_foot=self.on_foot)

    @property
    def is_on_road(self) -> Bools:
        """Whether each point has a road near enough."""
        return np.asarray(self.snapped.edge != NO_EDGE)

    def between(self, starts: Ints, ends: Ints) -> tuple[Matrix, Matrix]:
        """Return seconds and metres along the network, from each of some points to each of some others; NaN = no way.

        Each node is looked at once, however many points are there.
        """
        node = self.cut.node
        (tails, start_at), (heads, end_at) = (np.unique(node[at], return_inverse=True) for at in (starts, ends))
        found = least(self.arcs, *(nodes[nodes != NO_EDGE] for nodes in (tails, heads)))
        rows, columns = start_at - (tails == NO_EDGE).sum(), end_at - (heads == NO_EDGE).sum()
        whole = []
        for values in found:
            padded = np.pad(values, ((0, 1), (0, 1)), constant_values=np.nan)
            whole.append(padded[np.ix_(rows, columns)])
        return whole[0], whole[1]

    def legs(self, starts: Ints, ends: Ints) -> Floats:
        """Return the metres from door to road at both ends, from each start to each end."""
        metres = self.snapped.metres
        return np.asarray(metres[starts][:, None] + metres[ends][None, :])

    def driven(self, starts: Ints, ends: Ints, access_miles_per_hour: float) -> tuple[Floats, Floats]:
        """Return minutes and miles by vehicle, from door to door; from a road to a door at a speed of its own."""
        seconds, metres = self.between(starts, ends)
        legs = self.legs(starts, ends)
        minutes = seconds / 60 + legs * 60 / (access_miles_per_hour * METRES_PER_MILE)
        return minutes, (metres + legs) / METRES_PER_MILE

    @cached_property
    def nearer_cut_off(self) -> Bools:
        """Whether a drivable road that cannot be reached lies at least a metre nearer to each point."""
        outside = self.roads.is_drivable & self.roads.is_kerb & ~self.usable
        nearest = snap(self.roads, outside, self.points[:, 0], self.points[:, 1], self.most_metres).metres
        return np.asarray(nearest < np.nan_to_num(self.snapped.metres, nan=np.inf) - 1)
