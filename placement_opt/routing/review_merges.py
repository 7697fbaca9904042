"""Two routes that one vehicle could drive, and which of these merges can be done together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.routing.review_bounds import ROUNDING_GBP, least_gbp
from placement_opt.routing.review_case import ReviewCase
from placement_opt.routing.review_runs import MERGE_TRIES, Effect, Runs, effect_of
from placement_opt.routing.runs import Run

MERGE_COLUMNS = {
    "route_id": "str",
    "other_route_id": "str",
    "vehicle": "str",
    "seats": "int64",
    "wheelchair_places": "int64",
    "assistants": "int64",
    "pupils": "int64",
    "saving_gbp": "float64",
    "basis": "str",
    "tariff_saving_gbp": "float64",
    "cost_gbp": "float64",
    "longer_pupils": "int64",
    "most_longer_minutes": "float64",
    "earlier_pupils": "int64",
    "most_earlier_minutes": "float64",
    "together": "bool",
    "words": "str",
}
"""One row for each two routes that one run within all limits can replace for less. `saving_gbp` is what both cost now
(their contract where it is known, else the tariff: see `basis`) less `cost_gbp`, the tariff of the one;
`tariff_saving_gbp` leaves contracts out of it. `together` marks a set of merges that can all be done: each route is in
one of them at most."""


@dataclass(frozen=True)
class Merge:
    """Two routes, by position, and the cheapest run for the pupils of both."""

    one: int
    other: int
    run: Run
    saving_gbp: float
    tariff_saving_gbp: float
    effect: Effect


@dataclass(frozen=True)
class Looked:
    """What came of looking at pairs of routes.

    Parameters
    ----------
    merges
        Those that the limits allow, also some that save nothing.
    cannot_save
        Pairs for which no run was looked for: whatever it is, it costs as much as the two routes.
    cannot_be
        How many pairs no vehicle can carry, which was seen without looking for a run.
    """

    merges: tuple[Merge, ...]
    cannot_save: tuple[tuple[int, int], ...]
    cannot_be: int


def look_at(review: ReviewCase, runs: Runs, pairs: Iterable[tuple[int, int]]) -> Looked:
    """Return the merges of pairs of routes; a run is looked for only where one can save anything."""
    merges: list[Merge] = []
    cannot_save: list[tuple[int, int]] = []
    cannot_be = 0
    for one, other in pairs:
        least = _least_gbp(review, one, other)
        if np.isinf(least):
            cannot_be += 1
        elif least - ROUNDING_GBP >= review.price_gbp[[one, other]].sum():
            cannot_save.append((one, other))
        elif (merge := merge_of(review, runs, one, other)) is not None:
            merges.append(merge)
    return Looked(tuple(merges), tuple(cannot_save), cannot_be)


def _least_gbp(review: ReviewCase, one: int, other: int) -> float:
    spare = review.spare(one, other)
    gbp = least_gbp(review.case, (*review.members[one], *review.members[other]))
    return float(gbp[spare].min(initial=np.inf))


def merge_of(review: ReviewCase, runs: Runs, one: int, other: int) -> Merge | None:
    """Return the cheapest way to carry the pupils of two routes in one vehicle; None where none was found."""
    parties = (*review.members[one], *review.members[other])
    run = runs.best(parties, review.spare(one, other), tries=MERGE_TRIES)
    if run is None:
        return None
    both = [one, other]
    return Merge(
        one,
        other,
        run,
        round(float(review.price_gbp[both].sum()) - run.cost_gbp, 2),
        round(float(review.tariff_gbp[both].sum()) - run.cost_gbp, 2),
        effect_of(review.case, run, review.pickup_ms, review.ride_ms),
    )


def done_together(review: ReviewCase, merges: Sequence[Merge]) -> list[Merge]:
    """Return the merges that together save the most: a matching of greatest weight.

    Parameters
    ----------
    merges
        Only those that save anything are looked at.

    Notes
    -----
    The matching is exact. Where there would be too few vehicles of a type for all of its merges, the merge of that type
    that saves least is given up and the rest is matched again, which need not be the best then.
    """
    left = [merge for merge in merges if merge.saving_gbp > 0]
    while True:
        chosen = _matching(left)
        short = _short_of(review, chosen)
        if short is None:
            return chosen
        of_type = [merge for merge in chosen if merge.run.vehicle == short]
        given_up = min(of_type, key=lambda merge: (merge.saving_gbp, merge.one, merge.other))
        left = [merge for merge in left if merge is not given_up]


def _matching(merges: Sequence[Merge]) -> list[Merge]:
    import networkx as nx  # noqa: PLC0415 - loaded when used

    graph: nx.Graph[int] = nx.Graph()
    graph.add_weighted_edges_from((merge.one, merge.other, round(100 * merge.saving_gbp)) for merge in merges)
    pairs = {frozenset(pair) for pair in nx.max_weight_matching(graph)}
    return [merge for merge in merges if frozenset((merge.one, merge.other)) in pairs]


def _short_of(review: ReviewCase, merges: Sequence[Merge]) -> int | None:
    """Return a type of vehicle of which the merges take more than there are; None where there is none."""
    types = len(review.case.fleet)
    gone = [route for merge in merges for route in (merge.one, merge.other)]
    before = np.bincount(review.vehicle, minlength=types)
    used = before - np.bincount(review.vehicle[gone], minlength=types)
    used += np.bincount(np.array([merge.run.vehicle for merge in merges], dtype=np.int64), minlength=types)
    short = np.flatnonzero((used > review.case.available) & (used > before))
    return int(short[0]) if len(short) else None


def merge_table(review: ReviewCase, merges: Sequence[Merge], together: Sequence[Merge]) -> pd.DataFrame:
    """Return merges that save anything as a table, the greatest saving first."""
    names = review.routes["route_id"]
    rows = []
    for merge in sorted(merges, key=lambda merge: (-merge.saving_gbp, names[merge.one], names[merge.other])):
        if merge.saving_gbp <= 0:
            continue
        arrays, run, effect = review.case.arrays, merge.run, merge.effect
        vehicle = str(review.case.fleet["vehicle"].iat[run.vehicle])
        seats, places = int(arrays.layout_seats[run.layout]), int(arrays.layout_wheelchairs[run.layout])
        rows.append(
            {
                "route_id": names[merge.one],
                "other_route_id": names[merge.other],
                "vehicle": vehicle,
                "seats": seats,
                "wheelchair_places": places,
                "assistants": run.assistants,
                "pupils": int(arrays.pupils[list(run.parties)].sum()),
                "saving_gbp": merge.saving_gbp,
                "basis": review.basis(merge.one, merge.other),
                "tariff_saving_gbp": merge.tariff_saving_gbp,
                "cost_gbp": run.cost_gbp,
                "longer_pupils": effect.longer_pupils,
                "most_longer_minutes": effect.most_longer_minutes,
                "earlier_pupils": effect.earlier_pupils,
                "most_earlier_minutes": effect.most_earlier_minutes,
                "together": merge in together,
                "words": (
                    f"Routes {names[merge.one]} and {names[merge.other]} can merge into one {vehicle} "
                    f"({_room(seats, places)}): {effect.words()}, -£{merge.saving_gbp:,.0f} a year."
                ),
            }
        )
    return pd.DataFrame(rows, columns=list(MERGE_COLUMNS)).astype(MERGE_COLUMNS)


def _room(seats: int, wheelchair_places: int) -> str:
    seated = f"{seats} seat{'' if seats == 1 else 's'}"
    return f"{seated}, {wheelchair_places} for wheelchairs" if wheelchair_places else seated
