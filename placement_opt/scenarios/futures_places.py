"""Places by draw, strategy and group, and how they spread over the draws."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from placement_opt.scenarios.futures_estimates import as_table, share_row, spread

Planned = Mapping[str, Sequence[int]]
"""The draws in which each strategy has a plan."""


def places_by_draw(frame: pd.DataFrame, planned: Planned, groups: Sequence[str]) -> pd.DataFrame:
    """Return places by draw, strategy and group, 0 where a draw has none of a group that any draw has.

    Parameters
    ----------
    frame
        Columns draw, scenario, the groups, places.
    planned
        Which draws count.
    groups
        Columns; none for the whole.
    """
    summed = frame.groupby(["scenario", "draw", *groups])["places"].sum()
    seen = frame[list(groups)].drop_duplicates().sort_values(list(groups)) if groups else pd.DataFrame(index=[0])
    draws = [(name, draw) for name, numbers in planned.items() for draw in numbers]
    every = pd.DataFrame(draws, columns=["scenario", "draw"]).merge(seen, how="cross")
    found = every.merge(summed.rename("places").reset_index(), on=["scenario", "draw", *groups], how="left")
    return found.assign(places=found["places"].fillna(0).astype("int64"))


def spread_over(
    frame: pd.DataFrame, planned: Planned, groups: Sequence[str], at: tuple[float, ...], level: float
) -> pd.DataFrame:
    """Return mean and quantiles of the places of each strategy and group; parameters as for `places_by_draw`."""
    keys = ["scenario", *groups]
    rows = [
        {**dict(zip(keys, _each(key), strict=True)), **spread(part.tolist(), at, level)}
        for key, part in places_by_draw(frame, planned, groups).groupby(keys, sort=False)["places"]
    ]
    return as_table(rows, keys, [*spread([], at, level)])


def chances(frame: pd.DataFrame, planned: Planned, groups: Sequence[str], level: float) -> pd.DataFrame:
    """Return how often there is any place in each strategy and group; parameters as for `places_by_draw`."""
    keys = ["scenario", *groups]
    rows = [
        {**dict(zip(keys, _each(key), strict=True)), **share_row(int((part > 0).sum()), len(part), level)}
        for key, part in places_by_draw(frame, planned, groups).groupby(keys, sort=False)["places"]
    ]
    return as_table(rows, keys, [*share_row(0, 0, level)])


def groups_of(by: Sequence[str], allowed: Sequence[str]) -> list[str]:
    """Return groups as a list.

    Raises
    ------
    ValueError
        When one is not allowed.
    """
    groups = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    wrong = [name for name in groups if name not in allowed]
    if wrong:
        raise ValueError(f"`by` has {wrong[0]!r}; use some of {', '.join(allowed)}.")
    return groups


def _each(key: Any) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
