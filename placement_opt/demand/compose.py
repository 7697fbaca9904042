"""Future pupils as rows: home, need, band and journey needs of one come from different pupils, never a whole record."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from placement_opt.demand.axes import GROUP_AXIS, NEED_AXIS, PHASE_OF_GROUP, Numbers, Positions
from placement_opt.demand.present import People, locality_names
from placement_opt.plan import NOT_GIVEN
from placement_opt.schema import ARRIVALS, EASTING_RANGE_M, NORTHING_RANGE_M

TOGETHER = (
    ("band", "places", "support_hours"),
    ("wheelchair", "solo", "assistant", "independent_travel", "board_minutes", "max_minutes"),
    ("secondary_needs",),
    ("mainstream",),
)
"""Columns that one pupil of the same need lends together, because they belong together: what support costs; how a pupil
travels; further needs; the family's wish. Each group comes from another draw."""
OF_HOME = ("low_income",)
"""Columns that come from another pupil of the same locality."""
LEAST_LENDERS = 5
"""Fewer pupils of the same need and phase: those of the need lend; fewer of the need: everybody."""


def compose(
    people: People,
    ids: Sequence[str],
    pupils: pd.DataFrame,
    homes: pd.DataFrame,
    localities: Sequence[str],
    jitter_m: float,
    generator: np.random.Generator,
) -> pd.DataFrame:
    """Return rows of the table `arrivals` for new pupils.

    Parameters
    ----------
    people
        The new pupils.
    ids
        Their ids.
    pupils
        Who lends, as `lending` returns them.
    homes
        Where new pupils may live, as `homes_of` returns them: `row` is the lender who lives there (-1 = nobody).
    localities
        The axis of localities.
    jitter_m
        How far a home may be moved, to the east and to the north.
    generator
        The source of chance.

    Notes
    -----
    Requests, siblings, decisions of officers about transport and pick-up times are those of one child; they stay blank.
    """
    home = _homes(people, homes, generator)
    living_there = homes["row"].to_numpy()[home]
    shift = generator.uniform(-jitter_m, jitter_m, size=(len(people), 2)).round()
    frame = pd.DataFrame(
        {
            "pupil_id": list(ids),
            "easting": np.clip(homes["easting"].to_numpy()[home] + shift[:, 0], *EASTING_RANGE_M),
            "northing": np.clip(homes["northing"].to_numpy()[home] + shift[:, 1], *NORTHING_RANGE_M),
            "year_group": people.group + GROUP_AXIS[0],
            "need": np.array(NEED_AXIS)[people.need],
            "locality": [None if name == NOT_GIVEN else name for name in np.array(localities)[people.place]],
            "arrives": people.base,
        }
    )
    for names in TOGETHER:
        lenders = _lenders(people, living_there, pupils, generator)
        for name in names:
            frame[name] = pupils[name].to_numpy()[lenders]
    neighbours = _of_place(people, pupils, generator)
    for name in OF_HOME:
        frame[name] = pupils[name].to_numpy()[neighbours]
    return frame[[name for name in ARRIVALS.names if name in frame]]


def lending(pupils: pd.DataFrame, localities: Sequence[str]) -> pd.DataFrame:
    """Return the pupils of a problem as lenders: with `at_need`, `phase` and `place` on the axes."""
    places = {name: at for at, name in enumerate(localities)}
    return pupils.assign(
        at_need=[NEED_AXIS.index(need) for need in pupils["need"]],
        phase=PHASE_OF_GROUP[pupils["year_group"].to_numpy() - GROUP_AXIS[0]],
        place=[places[name] for name in locality_names(pupils)],
    )


def homes_of(pupils: pd.DataFrame, given: pd.DataFrame, localities: Sequence[str]) -> pd.DataFrame:
    """Return where new pupils may live: the given homes, or else those of the pupils."""
    if given.empty:
        homes = pupils[["easting", "northing", "locality"]].assign(weight=pupils["count"], row=np.arange(len(pupils)))
    else:
        homes = given[["easting", "northing", "locality", "weight"]].assign(row=-1)
    places = {name: at for at, name in enumerate(localities)}
    return homes.assign(place=[places[name] for name in locality_names(homes)])


def _lenders(
    people: People, living_there: Positions, pupils: pd.DataFrame, generator: np.random.Generator
) -> Positions:
    """Draw for each new pupil a pupil of the same need and phase, of the need, or any; not the one whose home it is."""
    need, phase = pupils["at_need"].to_numpy(), pupils["phase"].to_numpy()
    weights = pupils["count"].to_numpy(dtype=float)
    rows = np.zeros(len(people), dtype=np.int64)
    cells = np.stack([people.need, PHASE_OF_GROUP[people.group]])
    for of_need, of_phase in np.unique(cells, axis=1).T:
        wanted = np.flatnonzero((cells[0] == of_need) & (cells[1] == of_phase))
        for fits in ((need == of_need) & (phase == of_phase), need == of_need, np.ones(len(need), dtype=bool)):
            if fits.sum() >= LEAST_LENDERS or fits.all():
                found = np.flatnonzero(fits)
                rows[wanted] = _choose(found, weights[found], len(wanted), generator)
                break
        for at in wanted[rows[wanted] == living_there[wanted]]:
            others = found[found != rows[at]] if len(found) > 1 else np.delete(np.arange(len(need)), rows[at])
            rows[at] = generator.choice(others) if len(others) else rows[at]
    return rows


def _homes(people: People, homes: pd.DataFrame, generator: np.random.Generator) -> Positions:
    """Draw a home in each new pupil's locality; anywhere, where the locality has none."""
    place, weight = homes["place"].to_numpy(), homes["weight"].to_numpy(dtype=float)
    chosen = np.zeros(len(people), dtype=np.int64)
    for of_place in np.unique(people.place):
        wanted, found = np.flatnonzero(people.place == of_place), np.flatnonzero(place == of_place)
        found = found if len(found) else np.arange(len(homes))
        chosen[wanted] = _choose(found, weight[found], len(wanted), generator)
    return chosen


def _of_place(people: People, pupils: pd.DataFrame, generator: np.random.Generator) -> Positions:
    rows = generator.integers(len(pupils), size=len(people))
    place = pupils["place"].to_numpy()
    for of_place in np.unique(people.place):
        wanted, found = np.flatnonzero(people.place == of_place), np.flatnonzero(place == of_place)
        if len(found):
            rows[wanted] = generator.choice(found, size=len(wanted))
    return rows


def _choose(
    found: Positions,
    weights: Numbers,
    size: int,
    generator: np.random.Generator,
) -> Positions:
    shares = weights / weights.sum() if weights.sum() > 0 else np.full(len(found), 1 / len(found))
    return np.asarray(generator.choice(found, size=size, p=shares), dtype=np.int64)
