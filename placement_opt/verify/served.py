"""The links that a plan has, beside what each of them, and each hub, should be (C6)."""

import numpy as np
import pandas as pd

from placement_opt.verify.links import KEY
from placement_opt.verify.question import Question, Real, positions

_FIGURES = ("minutes", "miles", "visit_hours", "travel_gbp")


def served_of(question: Question, outreach: pd.DataFrame, links: pd.DataFrame, support_hours: Real) -> pd.DataFrame:
    """Return a plan's links between a known hub and a known spoke, each once.

    Parameters
    ----------
    question
        What was asked.
    outreach
        The plan's.
    links
        Of `links_of`.
    support_hours
        For each provision, the outreach that its pupils need.

    Returns
    -------
    DataFrame
        The columns of `outreach`; what they should be under the same names with `_wanted`; those of `links`.
    """
    wanted = links.rename(columns={name: f"{name}_wanted" for name in _FIGURES})
    served = outreach.drop_duplicates(KEY).join(wanted, on=KEY, how="inner").reset_index(drop=True)
    at = positions(question.provisions["provision_id"], served["spoke_id"])
    served["support_hours_wanted"] = support_hours[at]
    served["hours_wanted"] = served["support_hours_wanted"] + served["visit_hours_wanted"]
    return served


def hubs_of(question: Question, served: pd.DataFrame) -> pd.DataFrame:
    """Return the table `hubs` by its id, with the spokes that each serves, the hours and the travel that they need."""
    hubs = question.problem.hubs.set_index("provision_id")
    at = positions(hubs.index, served["hub_id"])
    return hubs.assign(
        spokes=np.bincount(at, minlength=len(hubs)),
        hours=np.bincount(at, weights=served["hours_wanted"], minlength=len(hubs)),
    )
