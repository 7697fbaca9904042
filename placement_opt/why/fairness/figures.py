"""Journeys, unmet need and £ by groups of pupils, as they are: nothing hidden yet."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.inequality import equal_minutes, gini, share_within
from placement_opt.made_from import other_tables
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.problem import Problem

ALL = "all"
MOST_GROUPS = 100
NAMES_A_PUPIL = ("pupil_id", "easting", "northing")
COUNTS = (
    "pupils",
    "placed",
    "unplaced",
    "over_guide",
    "independent",
    "other_authority",
    "asked",
    "request_missed",
)
"""Whole pupils; `PARTS` says which are parts of which."""
PARTS = {
    "unplaced": "pupils",
    "asked": "pupils",
    "over_guide": "placed",
    "independent": "placed",
    "other_authority": "placed",
    "request_missed": "asked",
}
MEASURES = (
    "mean_minutes",
    "median_minutes",
    "minutes_of_90_percent",
    "longest_minutes",
    "equal_minutes",
    "gini",
    "placement_gbp",
    "gbp_each",
)
"""Worked out from the pupils with a place."""
DECIMALS = {name: 1 for name in MEASURES if name.endswith(("_minutes", "_percent"))} | {"gini": 3}


def check_by(problem: Problem, by: str) -> None:
    """Find what is wrong with a column of groups.

    Raises
    ------
    ValueError
        When pupils have no such column, or it has a value for nearly each of them.
    """
    columns = [name for name in problem.pupils.columns if name not in NAMES_A_PUPIL]
    if by not in columns:
        raise ValueError(f"`by` is {by!r}; use a column of pupils that groups them: {', '.join(columns)}.")
    groups = problem.pupils[by].nunique()
    if groups > MOST_GROUPS:
        raise ValueError(
            f"`by` is {by!r}, which has {groups:,} values; use a column with at most {MOST_GROUPS} groups, such as "
            "need, locality or a band of your own."
        )


def check_same(problem: Problem, plan: Plan, travel_sha256: str) -> None:
    """Find tables or journeys that are not those that a plan was made from.

    Raises
    ------
    InputError
        When there are any.
    """
    message = "The table is not the one that the plan was made from. Give the problem that it answers."
    faults = [Fault(name, "", "", "", message) for name in other_tables(plan, problem)]
    if plan.record.get("travel", {}).get("sha256") != travel_sha256:
        message = "The journeys are not those that the plan was made from. Give the travel that it was made with."
        faults.append(Fault("travel", "", "", "", message))
    if faults:
        raise InputError(faults)


def figures_by(problem: Problem, plan: Plan, by: str, kappa: float, home_authority: str | None) -> pd.DataFrame:
    """Return the figures of every group, and last of all pupils.

    Parameters
    ----------
    problem, plan
        The plan is of the problem.
    by
        A column of pupils.
    kappa
        Of `equal_minutes`.
    home_authority
        The authority whose schools are its own; None = not known.

    Returns
    -------
    DataFrame
        Indexed by the group, those not given under `NOT_GIVEN`. `COUNTS` and `MEASURES`; without `other_authority`
        where the home authority is not known.
    """
    placed, unplaced = _labelled(problem, plan.placements, by), _labelled(problem, plan.unplaced, by)
    placed = placed.assign(other_authority=_is_elsewhere(problem, placed, home_authority))
    labels = sorted({*placed["group"], *unplaced["group"]}, key=lambda label: (label == NOT_GIVEN, _order(label)))
    rows = {
        label: _figures(placed[placed["group"] == label], unplaced[unplaced["group"] == label], kappa)
        for label in labels
    }
    table = pd.DataFrame.from_dict({**rows, ALL: _figures(placed, unplaced, kappa)}, orient="index")
    table = table.astype(dict.fromkeys(COUNTS, "int64")).rename_axis(by)
    return table if home_authority is not None else table.drop(columns="other_authority")


def _figures(placed: pd.DataFrame, unplaced: pd.DataFrame, kappa: float) -> Mapping[str, float]:
    count, minutes = placed["count"].to_numpy(dtype=float), placed["minutes"].to_numpy(dtype=float)
    pupils, left = int(count.sum()), int(unplaced["count"].sum())
    asked_left = int(unplaced.loc[unplaced["is_asked"], "count"].sum())
    gbp = float(placed["cost_gbp"].sum())
    missed = int(placed.loc[placed["request"] == "missed", "count"].sum())
    return {
        "pupils": pupils + left,
        "placed": pupils,
        "unplaced": left,
        "over_guide": placed.loc[placed["over_guide"], "count"].sum(),
        "independent": placed.loc[placed["kind"] == "independent_special", "count"].sum(),
        "other_authority": placed.loc[placed["other_authority"], "count"].sum(),
        "asked": int(placed.loc[placed["request"] != "none", "count"].sum()) + asked_left,
        "request_missed": missed + asked_left,
        "mean_minutes": equal_minutes(minutes, count, 0.0),
        "median_minutes": share_within(minutes, count, 0.5),
        "minutes_of_90_percent": share_within(minutes, count, 0.9),
        "longest_minutes": float(minutes.max()) if pupils else np.nan,
        "equal_minutes": equal_minutes(minutes, count, kappa),
        "gini": gini(minutes, count),
        "placement_gbp": round(gbp, 2),
        "gbp_each": gbp / pupils if pupils else np.nan,
    }


def _labelled(problem: Problem, frame: pd.DataFrame, by: str) -> pd.DataFrame:
    """Return rows of a plan with their group, and whether the family asked for a school."""
    pupils = problem.pupils.set_index("pupil_id")
    groups, asked = pupils[by].reindex(frame["pupil_id"]), pupils["requested_setting_id"].reindex(frame["pupil_id"])
    labels = [str(label) if is_given else NOT_GIVEN for label, is_given in zip(groups, groups.notna(), strict=True)]
    return frame.assign(group=labels, is_asked=asked.notna().to_numpy())


def _is_elsewhere(problem: Problem, placed: pd.DataFrame, home_authority: str | None) -> "pd.Series[bool]":
    """Return which placements are at a school of another authority; of a school without one it is not known."""
    authority = problem.settings.set_index("setting_id")["authority"].reindex(placed["setting_id"])
    if home_authority is None:
        return pd.Series(data=False, index=placed.index)
    if not (problem.settings["authority"] == home_authority).any():
        known = ", ".join(sorted(problem.settings["authority"].dropna().unique())) or "none; fill the column"
        message = f"is the authority of no school. Use one of those given ({known})."
        raise InputError([Fault("settings", "authority", "", home_authority, message)])
    is_elsewhere = (authority.notna() & (authority != home_authority)).to_numpy(dtype=bool)
    return pd.Series(is_elsewhere, placed.index)


def _order(label: str) -> tuple[int, float, str]:
    """Return what groups are sorted by: numbers as numbers, words by the alphabet."""
    try:
        return 0, float(label), label
    except ValueError:
        return 1, 0.0, label


def rounded(value: Any, name: str) -> Any:
    """Return a figure as it is shown: further digits of an average would tell how many pupils it is of."""
    return value if pd.isna(value) else round(float(value), DECIMALS.get(name, 2))
