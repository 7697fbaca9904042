"""The points of a problem that journeys start from and lead to."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.problem import Problem
from placement_opt.roads.network import Floats, Ints
from placement_opt.travel import outreach_sites


@dataclass(frozen=True, eq=False, repr=False)
class Places:
    """The points of a problem: the distinct homes first, the settings after them.

    Parameters
    ----------
    points
        Easting and northing.
    home
        For each pupil, the position of the home.
    setting
        For each setting, the position of its point.
    hubs, spokes
        Positions of the points that outreach starts from and goes to, and their setting_ids.
    """

    points: Floats
    home: Ints
    setting: Ints
    hubs: Ints
    spokes: Ints
    hub_ids: tuple[str, ...]
    spoke_ids: tuple[str, ...]

    @property
    def homes(self) -> Ints:
        """Positions of the distinct homes."""
        return np.arange(len(self.points) - len(self.setting), dtype=np.int64)


def places_of(problem: Problem) -> Places:
    """Return the points of a problem."""
    homes, schools = (
        table[["easting", "northing"]].to_numpy(dtype=np.float64) for table in (problem.pupils, problem.settings)
    )
    distinct, home = np.unique(homes, axis=0, return_inverse=True)
    at = pd.Series(np.arange(len(schools)) + len(distinct), problem.settings["setting_id"])
    hubs, spokes = (tuple(sites["setting_id"]) for sites in outreach_sites(problem))
    return Places(
        np.vstack([distinct, schools]),
        home.ravel().astype(np.int64),
        at.to_numpy(dtype=np.int64),
        at[list(hubs)].to_numpy(dtype=np.int64),
        at[list(spokes)].to_numpy(dtype=np.int64),
        hubs,
        spokes,
    )
