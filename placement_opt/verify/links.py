"""Which hub could serve which spoke, and what the visits take (formulation, section 3)."""

import pandas as pd

from placement_opt.verify.question import Question, Real, Truth

KEY = ["hub_id", "spoke_id"]
_COLUMNS = ("minutes", "miles", "visit_hours", "travel_gbp", "max_link_minutes", "is_listed", "is_possible")


def links_of(question: Question) -> pd.DataFrame:
    """Return every hub with every spoke.

    Returns
    -------
    DataFrame
        Indexed by hub_id and spoke_id: minutes, miles, visit_hours a week, travel_gbp a year, max_link_minutes,
        is_listed, is_possible.
    """
    hubs = question.problem.hubs
    provisions = question.provisions
    spokes = provisions[provisions["kind"] == "spoke"]
    pairs = (
        hubs.rename(columns={"provision_id": "hub_id"})
        .merge(
            spokes[["provision_id", "setting_id", "status"]].rename(columns={"provision_id": "spoke_id"}), how="cross"
        )
        .merge(
            provisions[["provision_id", "setting_id", "status"]].rename(columns={"provision_id": "hub_id"}),
            on="hub_id",
            suffixes=("", "_of_hub"),
        )
    )
    pairs["minutes"], pairs["miles"], pairs["is_listed"] = _journeys(question, pairs)
    visits = pairs["visits_per_week"]
    parameters = question.parameters
    pairs["visit_hours"] = visits * 2 * pairs["minutes"] / 60
    yearly_miles = visits * parameters.outreach_weeks_per_year * 2 * pairs["miles"]
    pairs["travel_gbp"] = yearly_miles * parameters.outreach_gbp_per_mile
    pairs["is_possible"] = (
        (pairs["status"] != "closed")
        & (pairs["status_of_hub"] != "closed")
        & pairs["is_listed"]
        & pairs["miles"].notna()
        & (pairs["minutes"] <= pairs["max_link_minutes"])
    )
    return pairs.set_index(KEY)[list(_COLUMNS)]


def linkable(question: Question, links: pd.DataFrame) -> Truth:
    """Return for each provision whether some hub can be linked to it."""
    possible = links.index[links["is_possible"]].get_level_values("spoke_id")
    return question.provisions["provision_id"].isin(possible).to_numpy()


def _journeys(question: Question, pairs: pd.DataFrame) -> tuple[Real, Real, Truth]:
    """Return minutes and miles (of the row of `links`, else 0 within a school, else `between`), and what is listed."""
    given = question.problem.table("links").rename(columns={"minutes": "own_minutes", "miles": "own_miles"})
    between = question.between.drop_duplicates(["from_setting_id", "to_setting_id"]).rename(
        columns={"minutes": "known_minutes", "miles": "known_miles"}
    )
    found = (
        pairs[[*KEY, "setting_id", "setting_id_of_hub"]]
        .merge(given[[*KEY, "own_minutes", "own_miles"]].assign(is_row=1.0), on=KEY, how="left")
        .merge(
            between,
            left_on=["setting_id_of_hub", "setting_id"],
            right_on=["from_setting_id", "to_setting_id"],
            how="left",
        )
    )
    is_same = (found["setting_id"] == found["setting_id_of_hub"]).to_numpy()
    minutes, miles = (
        found[f"own_{name}"].fillna(found[f"known_{name}"].where(~is_same, 0.0)).to_numpy(dtype=float)
        for name in ("minutes", "miles")
    )
    return minutes, miles, found["is_row"].notna().to_numpy() | given.empty
