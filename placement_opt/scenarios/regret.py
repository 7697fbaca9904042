"""How strategies do against each other in the same futures: regret, and what a year's waiting could be worth."""

import numpy as np
import pandas as pd

from placement_opt.given import is_whole
from placement_opt.scenarios.futures_estimates import LEVEL, check_shares, share_row

GROUPS = 3
"""Groups of futures that a year's growth is told apart by."""

_GOALS = ("unplaced", "cost_gbp")


def complete_runs(runs: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of those draws in which every strategy has a plan, sorted by draw."""
    strategies = runs["scenario"].nunique()
    planned = runs[runs["cost_gbp"].notna()]
    number = planned.groupby("draw")["scenario"].transform("nunique")
    return planned[number == strategies].sort_values("draw", kind="stable")


def regret_table(runs: pd.DataFrame, *, level: float = LEVEL) -> pd.DataFrame:
    """Return the regret of each strategy; see `Futures.regret`.

    Parameters
    ----------
    runs
        Columns draw, scenario, unplaced, cost_gbp, bound_gbp and gap, such as `Futures.runs`.
    level
        Of the interval.

    Examples
    --------
    >>> runs = pd.DataFrame({"draw": [0, 0, 1, 1], "scenario": ["base", "school"] * 2, "unplaced": 0,
    ...                      "cost_gbp": [100.0, 130.0, 300.0, 220.0], "bound_gbp": [100.0, 130.0, 300.0, 220.0],
    ...                      "gap": 0.0})
    >>> regret_table(runs)[["cost_regret_gbp_mean", "cost_regret_gbp_most"]].to_dict("index")
    {'school': {'cost_regret_gbp_mean': 15.0, 'cost_regret_gbp_most': 30.0},
     'base': {'cost_regret_gbp_mean': 40.0, 'cost_regret_gbp_most': 80.0}}
    """
    check_shares((), level)
    complete = complete_runs(runs)
    order = list(dict.fromkeys(runs["scenario"]))
    unplaced, cost_gbp = (_by_draw(complete, goal, order) for goal in _GOALS)
    unsure_gbp = _by_draw(complete.assign(unsure=complete["gap"] * complete["cost_gbp"]), "unsure", order)
    fewest = unplaced.min(axis=1)
    is_fewest = unplaced.eq(fewest, axis=0)
    least_gbp = cost_gbp.where(is_fewest).min(axis=1)
    is_best = is_fewest & cost_gbp.eq(least_gbp, axis=0)
    rows = {}
    for name in order:
        more = (unplaced[name] - fewest).to_numpy()
        dearer = (cost_gbp[name] - least_gbp)[is_fewest[name]].to_numpy()
        tried = runs.loc[runs["scenario"] == name, "cost_gbp"]
        best = share_row(int(is_best[name].sum()), len(complete) // max(len(order), 1), level)
        rows[name] = {
            "draws": best["draws"],
            "without_plan": int(tried.isna().sum()),
            **_of("unplaced_regret", more),
            "comparable": len(dearer),
            **_of("cost_regret_gbp", dearer),
            "unsure_gbp": float(unsure_gbp[name].max()) if len(unsure_gbp) else np.nan,
            **{f"best_{part}": best[part] for part in ("share", "low", "high")},
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("scenario")
    return table.sort_values(["unplaced_regret_most", "cost_regret_gbp_most"], kind="stable")


def waiting_table(runs: pd.DataFrame, *, groups: int = GROUPS) -> pd.DataFrame:
    """Return what to expect of deciding now, after a year, and with all known; see `Futures.value_of_waiting`.

    Parameters
    ----------
    runs
        As for `regret_table`, and `next_year`: what will be known of a draw after a year.
    groups
        How finely that is told apart.

    Raises
    ------
    ValueError
        When `groups` is no whole number from 1, or there are fewer than two draws for each group and half.
    """
    if not is_whole(groups) or groups < 1:
        raise ValueError(f"`groups` is {groups!r}; use a whole number from 1.")
    complete = complete_runs(runs)
    order = list(dict.fromkeys(runs["scenario"]))
    unplaced, cost_gbp = (_by_draw(complete, goal, order).to_numpy() for goal in _GOALS)
    number = len(unplaced)
    if number < 4 * groups:
        raise ValueError(
            f"{number} draws in which every strategy has a plan are too few for {groups} groups; at least {4 * groups} "
            "are needed. Draw more, or use fewer groups."
        )
    known = complete.groupby("draw")["next_year"].first().to_numpy()
    half = np.arange(number) % 2
    chosen = {
        "now": _choose(unplaced, cost_gbp, np.zeros(number, dtype=np.int64), half),
        "after a year": _choose(unplaced, cost_gbp, _grouped(known, groups), half),
        "knowing everything": _best(unplaced, cost_gbp),
    }
    rows = {}
    at = np.arange(number)
    for name, which in chosen.items():
        rows[name] = {
            "draws": number,
            **_saving("unplaced", unplaced[at, which], unplaced[at, chosen["now"]]),
            **_saving("cost_gbp", cost_gbp[at, which], cost_gbp[at, chosen["now"]]),
            "choices": len(set(which.tolist())),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("decided")


def _by_draw(runs: pd.DataFrame, figure: str, order: list[str]) -> pd.DataFrame:
    return runs.pivot_table(index="draw", columns="scenario", values=figure, dropna=False).reindex(columns=order)


def _of(name: str, values: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> dict[str, float]:
    number = len(values)
    return {
        f"{name}_mean": float(values.mean()) if number else np.nan,
        f"{name}_standard_error": float(values.std(ddof=1) / np.sqrt(number)) if number > 1 else np.nan,
        f"{name}_most": float(values.max()) if number else np.nan,
    }


_Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]
_Ints = np.ndarray[tuple[int, ...], np.dtype[np.int64]]


def _best(unplaced: _Array, cost_gbp: _Array) -> _Ints:
    """Return the best strategy of each row: fewest unplaced, then least cost, then the first."""
    is_fewest = unplaced == unplaced.min(axis=1, keepdims=True)
    return np.asarray(np.argmin(np.where(is_fewest, cost_gbp, np.inf), axis=1), dtype=np.int64)


def _choose(unplaced: _Array, cost_gbp: _Array, group: _Ints, half: _Ints) -> _Ints:
    """Return for each draw the strategy that is best on average in the draws of its group in the other half."""
    which = np.zeros(len(unplaced), dtype=np.int64)
    for one in np.unique(group):
        for part in (0, 1):
            learnt, used = (group == one) & (half != part), (group == one) & (half == part)
            if learnt.any():
                means = (values[learnt].mean(axis=0, keepdims=True) for values in (unplaced, cost_gbp))
                which[used] = _best(*means)[0]
    return which


def _grouped(known: _Array, groups: int) -> _Ints:
    """Return groups of about the same size by what is known; the same figure is always in the same group."""
    ends = np.quantile(known, np.arange(1, groups) / groups, method="inverted_cdf")
    return np.asarray(np.searchsorted(ends, known, side="left"), dtype=np.int64)


def _saving(name: str, values: _Array, now: _Array) -> dict[str, float]:
    saved = now - values
    return {
        name: float(values.mean()),
        f"{name}_saved": float(saved.mean()),
        f"{name}_standard_error": float(saved.std(ddof=1) / np.sqrt(len(saved))),
    }
