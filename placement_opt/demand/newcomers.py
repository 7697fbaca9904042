"""Pupils who move into the area: who they are is drawn where the table leaves it open."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from placement_opt.demand.axes import GROUP_AXIS, KIND_AXIS, NEED_AXIS, NO_PLACE, PHASE_OF_GROUP, Numbers, Positions
from placement_opt.demand.present import NEVER, People
from placement_opt.phases import PHASE_NAMES


def draw_migrants(
    table: pd.DataFrame,
    years: Sequence[int],
    mix: Numbers,
    at_home: tuple[Sequence[str], Numbers],
    generator: np.random.Generator,
) -> tuple[People, Positions]:
    """Draw those who move in, each a row of one pupil, and return them with their row of the table.

    Parameters
    ----------
    table
        The table migration.
    years
        The school years of the projection.
    mix
        Weights from which a blank need or phase is drawn: need x year group.
    at_home
        Localities, and the share of each from which a blank one is drawn.
    generator
        The source of chance.
    """
    localities, shares = at_home
    rows: list[int] = []
    base: list[int] = []
    for at, (arrives, count) in enumerate(zip(table["arrives"], table["count"], strict=True)):
        for year in years[1:] if pd.isna(arrives) else [int(arrives)]:
            rows.extend([at] * int(count))
            base.extend([year] * int(count))
    need, group = np.zeros(len(rows), dtype=np.int64), np.zeros(len(rows), dtype=np.int64)
    for place, at in enumerate(rows):
        weights = _weights(table["need"].iloc[at], table["phase"].iloc[at], mix)
        cell = int(generator.choice(weights.size, p=weights.ravel() / weights.sum()))
        need[place], group[place] = divmod(cell, len(GROUP_AXIS))
    drawn = generator.choice(len(localities), size=len(rows), p=shares)
    given = [table["locality"].iloc[at] for at in rows]
    places = [
        other if pd.isna(name) else list(localities).index(name) for name, other in zip(given, drawn, strict=True)
    ]
    people = People(
        need=need,
        kind=np.full(len(rows), KIND_AXIS.index(NO_PLACE)),
        group=group,
        place=np.array(places, dtype=np.int64),
        count=np.ones(len(rows), dtype=np.int64),
        base=np.array(base, dtype=np.int64),
        leaves=np.full(len(rows), NEVER),
    )
    return people, np.array(rows, dtype=np.int64)


def _weights(need: object, phase: object, mix: Numbers) -> Numbers:
    """Return the weights of the cells that fit; even ones where no pupil is in them."""
    fits = np.ones_like(mix)
    if isinstance(need, str):
        fits[np.arange(len(NEED_AXIS)) != NEED_AXIS.index(need)] = 0
    if isinstance(phase, str):
        fits[:, PHASE_NAMES.index(phase) != PHASE_OF_GROUP] = 0
    of_group = mix.sum(axis=0)  # a need that nobody has here: the year groups of everybody
    for weights in (fits * mix, fits * of_group):
        if weights.any():
            return weights
    return fits
