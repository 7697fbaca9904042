"""Journeys priced by routes: what each pupil's transport to each school would add to the routes of a plan."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from placement_opt.duties import mode_gbp, travel_modes
from placement_opt.facts import Floats
from placement_opt.legs import Legs
from placement_opt.pairs import CostedPairs, Pairs
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.route_plan import RoutePlan
from placement_opt.route_rules import RouteRules
from placement_opt.routing.case import BY_VEHICLE, RouteCase, case_of_parties
from placement_opt.routing.marginal import marginal_gbp

KEYS = ["pupil_id", "setting_id"]


class Routed(NamedTuple):
    """A plan with its routes, and what they were planned with."""

    problem: Problem
    plan: Plan
    routes: RoutePlan
    legs: Legs
    rules: RouteRules


def routed_prices(routed: Routed, pairs: Pairs, share: float) -> pd.DataFrame:
    """Return rows of `journey_costs` for the pairs of pupils who may move and to whom transport would be owed.

    Parameters
    ----------
    routed
        The routes that there are.
    pairs
        The allowed pairs.
    share
        How much the price of a year is what the pupil adds to the routes (1), and how much the mean of the school's
        pupils, or the price of a vehicle of its own where nobody is carried there (0).
    """
    movable = np.flatnonzero(~pairs.stays[pairs.pupil]).astype(np.int64)
    owed = _owed(pairs, pairs.costed(movable))
    rows = [owed.loc[~owed["is_carried"], [*KEYS, "cost_gbp"]]]
    for setting_id, wanted in owed[owed["is_carried"]].groupby("setting_id", sort=True):
        rows.append(_priced(routed, str(setting_id), wanted, share))
    found = pd.concat(rows, ignore_index=True)
    found["cost_gbp"] = found["cost_gbp"].clip(lower=0).round(2)
    is_possible = np.isfinite(found["cost_gbp"].to_numpy(dtype=float))
    return pd.DataFrame(found[is_possible]).reset_index(drop=True)


def _owed(pairs: Pairs, costed: CostedPairs) -> pd.DataFrame:
    """Return pupil, school and mode of the pairs to which transport is owed, each school of a pupil once."""
    facts = pairs.facts
    chosen = np.flatnonzero(costed.entitled)
    pupil, setting = costed.pupil[chosen], facts.setting_of[costed.provision[chosen]]
    mode = travel_modes(facts, pupil, np.ones(len(pupil), dtype=np.bool_))
    return pd.DataFrame(
        {
            "pupil_id": facts.pupils["pupil_id"].to_numpy()[pupil],
            "setting_id": facts.settings["setting_id"].to_numpy()[setting],
            "is_carried": np.isin(mode, BY_VEHICLE),
            "cost_gbp": mode_gbp(facts, mode, costed.miles[chosen]),
        }
    ).drop_duplicates(KEYS)


def _priced(routed: Routed, setting_id: str, wanted: pd.DataFrame, share: float) -> pd.DataFrame:
    """Price the pupils who might go to one school."""
    riders = routed.routes.riders
    is_near = (riders["setting_id"] == setting_id) | (routed.rules.together == "mixed")
    near = set(riders.loc[is_near, "route_id"])
    aboard = riders[riders["route_id"].isin(near)]
    carried = set(aboard.loc[aboard["setting_id"] == setting_id, "pupil_id"])
    others = wanted.loc[~wanted["pupil_id"].isin(carried), KEYS].assign(pupils=1)
    parties = pd.concat([aboard[[*KEYS, "pupils"]], others], ignore_index=True)
    case = case_of_parties(routed.problem, routed.plan, routed.legs, routed.rules, parties, routed.routes.duties)
    gbp = marginal_gbp(case, list(_sequences(case, routed.routes, aboard))) / parties["pupils"].to_numpy()
    is_here = parties["setting_id"] == setting_id
    by_pupil = pd.Series(gbp[is_here], index=parties.loc[is_here, "pupil_id"]).groupby(level=0).max()
    marginal = by_pupil.reindex(wanted["pupil_id"]).to_numpy(dtype=float)
    mean = _mean_gbp(routed.routes, near, marginal)
    return wanted[KEYS].assign(cost_gbp=share * marginal + (1 - share) * mean)


def _mean_gbp(routes: RoutePlan, near: set[str], marginal: Floats) -> Floats:
    """Return what a pupil on the school's routes costs on average; the pupil's own price where there are none."""
    table = routes.routes
    of_school = table[table["route_id"].isin(near)]
    pupils = of_school["pupils"].sum()
    return np.full(len(marginal), of_school["cost_gbp"].sum() / pupils) if pupils else marginal


def _sequences(case: RouteCase, routes: RoutePlan, aboard: pd.DataFrame) -> Iterator[tuple[int, ...]]:
    """Yield the mornings of routes as events of a case whose first parties are the riders, in their order."""
    stops = routes.stops
    stops = stops[(stops["run"] == "morning") & stops["route_id"].isin(set(aboard["route_id"]))]
    number = len(case.parties)
    school = {setting: number + at for at, setting in enumerate(case.settings["setting_id"])}
    waiting: dict[tuple[str, str, str], list[int]] = {}
    for at, key in enumerate(zip(aboard["route_id"], aboard["pupil_id"], aboard["setting_id"], strict=True)):
        waiting.setdefault(key, []).append(at)
    for route_id, rows in stops.sort_values(["route_id", "sequence"]).groupby("route_id", sort=True):
        yield tuple(
            waiting[str(route_id), pupil, setting].pop(0) if action == "board" else school[setting]
            for action, pupil, setting in zip(rows["action"], rows["pupil_id"], rows["setting_id"], strict=True)
        )
