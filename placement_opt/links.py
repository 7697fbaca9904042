"""Which hub can serve which spoke, how long the visits take and what their travel costs."""

import numpy as np
import pandas as pd

from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

LINK_COLUMNS = ("hub_id", "spoke_id", "minutes", "miles", "visit_hours", "travel_gbp")


def possible_links(problem: Problem, travel: TravelMatrix) -> pd.DataFrame:
    """Return every possible link of a hub and a spoke.

    Returns
    -------
    DataFrame
        hub_id, spoke_id, minutes and miles one way, visit_hours a week, travel_gbp a year; sorted by hub and spoke.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> possible_links(tiny(), crow_fly(tiny())).empty
    True
    """
    in_use = problem.provisions.loc[problem.provisions["status"] != "closed", ["provision_id", "setting_id", "kind"]]
    hubs = problem.hubs.merge(in_use, on="provision_id").rename(columns={"provision_id": "hub_id"})
    spokes = in_use[in_use["kind"] == "spoke"].rename(columns={"provision_id": "spoke_id"})
    links = hubs.merge(spokes[["spoke_id", "setting_id"]], how="cross", suffixes=("_from", "_to"))
    links = _with_journeys(_with_listed(links, problem.table("links")), travel)
    links = links[links["minutes"].notna() & links["miles"].notna()]
    links = links[links["minutes"] <= links["max_link_minutes"]]
    visits, parameters = links["visits_per_week"], problem.parameters
    yearly_visits = visits * parameters.outreach_weeks_per_year
    links = links.assign(
        visit_hours=visits * 2 * links["minutes"] / 60,
        travel_gbp=(yearly_visits * 2 * links["miles"] * parameters.outreach_gbp_per_mile).round(2),
    )
    return links[list(LINK_COLUMNS)].sort_values(["hub_id", "spoke_id"]).reset_index(drop=True)


def _with_listed(links: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    if listed.empty:
        return links.assign(minutes=np.nan, miles=np.nan)
    return links.merge(listed[["hub_id", "spoke_id", "minutes", "miles"]], on=["hub_id", "spoke_id"])


def _with_journeys(links: pd.DataFrame, travel: TravelMatrix) -> pd.DataFrame:
    """Fill blank minutes and miles from the travel matrix; a school is no distance from itself."""
    between = travel.between.rename(
        columns={
            "from_setting_id": "setting_id_from",
            "to_setting_id": "setting_id_to",
            "minutes": "between_minutes",
            "miles": "between_miles",
        }
    )
    joined = links.merge(between, on=["setting_id_from", "setting_id_to"], how="left")
    same = joined["setting_id_from"] == joined["setting_id_to"]
    for name in ("minutes", "miles"):
        travelled = joined[f"between_{name}"].astype(float).where(~same, 0.0)
        joined[name] = joined[name].astype(float).fillna(travelled)
    return joined
