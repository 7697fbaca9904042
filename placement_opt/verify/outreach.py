"""Hubs, the spokes that they serve, and their teams (formulation, section 3; C5 and C6)."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers, wrong_words
from placement_opt.verify.links import KEY
from placement_opt.verify.question import plain, positions

HOURS_TOLERANCE = 1e-4
"""A solver's whole numbers are whole to about a millionth; a team of 40 hours may be short by less than this."""
_ROUNDING = 0.005
"""Minutes and hours may be rounded to two decimals."""
_LINK_FIGURES = {
    "minutes": _ROUNDING,
    "miles": _ROUNDING / 10,
    "support_hours": _ROUNDING,
    "visit_hours": _ROUNDING,
    "hours": _ROUNDING,
    "travel_gbp": HALF_PENNY_GBP,
}


def links(case: Case) -> Iterator[str]:
    """Find links that are not listed where links are, not known, too long, or closed at one end."""
    served = case.served
    for _, link in served[~served["is_possible"]].iterrows():
        yield f"{link['hub_id']} to {link['spoke_id']}: this link is not possible; {_impossible(link)}"


def served_once(case: Case) -> Iterator[str]:
    """Find spokes with more than one hub (C5)."""
    hubs = case.plan.outreach.groupby("spoke_id")["hub_id"].nunique()
    for spoke_id, number in hubs[hubs > 1].items():
        yield f"{spoke_id}: {number} hubs serve it; 1 is the most."


def hubs_open(case: Case) -> Iterator[str]:
    """Find hubs that serve a spoke but are not open, or, where they have to have a group, have none (C5)."""
    hub = positions(case.question.provisions["provision_id"], case.plan.outreach["hub_id"])
    for at in np.unique(hub[hub >= 0]):
        if not (case.is_open[at] and case.is_in_use[at]):
            why = "it has no pupils, and should have its smallest group" if case.is_open[at] else "is not open"
            yield f"{case.question.of_provisions('provision_id')[at]}: it serves a spoke but {why}."


def spokes_per_hub(case: Case) -> Iterator[str]:
    """Find hubs that serve more spokes than they can (C5)."""
    hubs = case.hubs
    for hub_id, most, number in hubs[["max_spokes", "spokes"]].itertuples():
        if number > most:
            yield f"{hub_id}: it serves {number} spokes; {most} is the most."


def link_figures(case: Case) -> Iterator[str]:
    """Find links whose journey, hours, money or payer do not follow from their pupils and visits."""
    served = case.served
    where = [f"{hub_id} to {spoke_id}" for hub_id, spoke_id in served[KEY].itertuples(index=False)]
    for column, tolerance in _LINK_FIGURES.items():
        yield from wrong_numbers(where, column, plain(served[column]), plain(served[f"{column}_wanted"]), tolerance)
    yield from _payers(case, where, served)


def team_hours(case: Case) -> Iterator[str]:
    """Find hubs with too few teams for their hours, or more than they can hire (C6)."""
    hubs = case.hubs
    teams = case.plan.teams.drop_duplicates("hub_id").set_index("hub_id")["teams"].reindex(hubs.index).fillna(0)
    for hub_id, hub in hubs.assign(teams=teams.astype("int64")).iterrows():
        most_hours = hub["teams"] * hub["team_hours_per_week"]
        if hub["hours"] > most_hours + HOURS_TOLERANCE:
            needed = f"its spokes need {hub['hours']:,.2f} hours a week"
            yield f"{hub_id}: {needed}; {hub['teams']:g} teams have {most_hours:,.2f}."
        if hub["teams"] > hub["max_teams"]:
            yield f"{hub_id}: it has {hub['teams']:g} teams; {hub['max_teams']:g} is the most."


def team_figures(case: Case) -> Iterator[str]:
    """Find hubs whose row of `teams` is missing, idle, or does not follow from their spokes and teams."""
    hubs = case.hubs
    teams = case.plan.teams.drop_duplicates("hub_id").set_index("hub_id")
    for hub_id in hubs.index[hubs["spokes"] > 0].difference(teams.index):
        yield f"{hub_id}: it serves spokes but has no row in teams."
    for hub_id in teams.index.intersection(hubs.index[hubs["spokes"] == 0]):
        yield f"{hub_id}: it has a row in teams but serves no spoke."
    both = teams.join(hubs.add_suffix("_wanted"), how="inner")
    where = [str(hub_id) for hub_id in both.index]
    number = plain(both["teams"])
    for row in np.flatnonzero(number < 0):
        yield f"{where[row]}: it has {number[row]} teams."
    yield from wrong_numbers(where, "spokes", plain(both["spokes"]), plain(both["spokes_wanted"]))
    yield from wrong_numbers(where, "hours", plain(both["hours"]), plain(both["hours_wanted"]), _ROUNDING)
    week_hours = number * plain(both["team_hours_per_week_wanted"])
    yield from wrong_numbers(where, "team_hours", plain(both["team_hours"]), week_hours, _ROUNDING)
    team_gbp = number * plain(both["team_gbp_wanted"])
    yield from wrong_numbers(where, "team_gbp", plain(both["team_gbp"]), team_gbp, HALF_PENNY_GBP)
    yield from _payers(case, where, both)


def links_gbp(case: Case) -> "pd.Series[float]":
    """Return what the travel of each link should cost for a year, under the hub's id."""
    return case.served.set_index("hub_id")["travel_gbp_wanted"].round(2)


def teams_gbp(case: Case) -> "pd.Series[float]":
    """Return what the teams of each hub that serves a spoke should cost for a year, under the hub's id."""
    hubs = case.hubs
    teams = case.plan.teams.drop_duplicates("hub_id").set_index("hub_id")["teams"]
    number = teams.reindex(hubs.index).fillna(0).where(hubs["spokes"] > 0, 0)
    return number * hubs["team_gbp"]


def outreach_gbp(case: Case) -> float:
    """Return what teams and their travel should cost for a year."""
    return float(teams_gbp(case).sum() + links_gbp(case).sum())


def _payers(case: Case, where: list[str], frame: pd.DataFrame) -> Iterator[str]:
    wanted: NDArray[Any] = np.full(len(frame), case.question.parameters.outreach_payer, dtype=object)
    yield from wrong_words(where, "payer", plain(frame["payer"]), wanted)


def _impossible(link: "pd.Series[Any]") -> str:
    if not link["is_listed"]:
        return "the table links does not list it."
    if np.isnan(link["minutes_wanted"]) or np.isnan(link["miles_wanted"]):
        return "its journey is not known."
    if link["minutes_wanted"] > link["max_link_minutes"]:
        return f"it takes {link['minutes_wanted']:,.2f} minutes, {link['max_link_minutes']:,.2f} is the most."
    return "one of its ends is closed."


CHECKS = (
    Check("links", links, of_baseline=False),
    Check("served once", served_once, of_baseline=False),
    Check("hubs open", hubs_open, of_baseline=False),
    Check("spokes per hub", spokes_per_hub, of_baseline=False),
    Check("link figures", link_figures),
    Check("team hours", team_hours, of_baseline=False),
    Check("team figures", team_figures),
)
