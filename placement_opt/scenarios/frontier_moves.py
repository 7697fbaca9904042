"""Who moves first: pupils who leave a place that they could keep, plan by plan."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from placement_opt.pairs import Pairs
from placement_opt.plan import Plan

COLUMNS = ("point", "moves", "saves_gbp", "pupil_id", "count", "previous_provision_id", "provision_id", "is_new")


def first_moves(pairs: Pairs, plans: Sequence[Plan]) -> pd.DataFrame:
    """Return who leaves a place that they could keep in each plan, and where they go.

    Parameters
    ----------
    pairs
        Of the problem.
    plans
        In ascending order of moves.

    Returns
    -------
    DataFrame
        See `Frontier.first_moves`.
    """
    parts: list[pd.DataFrame] = []
    before: set[tuple[str, str]] = set()
    for point, plan in enumerate(plans):
        left = _left(pairs, plan)
        keys = list(zip(left["pupil_id"], left["provision_id"], strict=True))
        saves = np.nan if point == 0 else round(plans[point - 1].objective_gbp - plan.objective_gbp, 2)
        is_new = [key not in before for key in keys]
        moves = int(left["count"].sum())
        parts.append(left.assign(point=point, moves=moves, saves_gbp=saves, is_new=is_new))
        before = set(keys)
    return pd.concat(parts, ignore_index=True)[list(COLUMNS)]


def _left(pairs: Pairs, plan: Plan) -> pd.DataFrame:
    """Return where those go who could keep their present place; a blank provision = without a place."""
    pupils = pairs.facts.pupils
    could_keep = pupils.loc[pairs.could_keep, ["pupil_id", "current_provision_id", "count"]]
    columns = ["pupil_id", "provision_id", "count"]
    placed = plan.placements[columns]
    left = pd.concat([placed, plan.unplaced[["pupil_id", "count"]].assign(provision_id="")[columns]])
    present = could_keep.rename(columns={"current_provision_id": "previous_provision_id"}).drop(columns="count")
    moved = left.merge(present, on="pupil_id")
    moved = moved[moved["provision_id"] != moved["previous_provision_id"]]
    return moved.sort_values(["pupil_id", "provision_id"], ignore_index=True)
