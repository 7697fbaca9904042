"""The rows and columns of hubs, links and teams (C5 and C6), stated again from the formulation (section 5)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.verify.kept import Kept
from placement_opt.verify.movers import Movers
from placement_opt.verify.program import EXACTLY, MOST, NONE, Program
from placement_opt.verify.question import Question, Real, Whole, positions


@dataclass(frozen=True, eq=False, repr=False)
class _Links:
    """Possible links and hubs, as positions of provisions; `hub_at` is the link's row of the table `hubs`."""

    hub: Whole
    spoke: Whole
    hub_at: Whole
    visit_hours: Real
    travel_gbp: Real


def add_outreach(program: Program, links: pd.DataFrame, kept: Kept, movers: Movers, y: Whole) -> Whole:
    """Add the rows and columns of outreach, and return for each provision its row of support; NONE = none.

    Parameters
    ----------
    program
        What they are added to.
    links
        Of `links_of`.
    kept, movers
        Those who stay, and those who do not.
    y
        For each provision the column of being open; NONE = it is not decided.
    """
    question = kept.question
    hubs = question.problem.hubs
    hub_at = positions(question.provisions["provision_id"], hubs["provision_id"])
    some = _possible(question, links)
    number, link_keys = len(some.hub), np.column_stack([some.hub, some.spoke])
    team_hours, max_teams = (hubs[name].to_numpy(dtype=float) for name in ("team_hours_per_week", "max_teams"))
    is_closed = question.of_provisions("status")[hub_at] == "closed"
    most_hours = np.minimum(
        (team_hours * max_teams)[some.hub_at], some.visit_hours + _coming_hours(kept, movers)[some.spoke]
    )
    link = program.add_columns("l", link_keys, 0, 1, some.travel_gbp)
    hours = program.add_columns("g", link_keys, 0, most_hours, 0)
    teams = program.add_columns("k", hub_at, 0, np.where(is_closed, 0, max_teams), hubs["team_gbp"])
    spokes = np.flatnonzero(question.of_provisions("kind") == "spoke")
    at_spoke = np.full(len(y), NONE)
    at_spoke[spokes] = program.add_rows("served", spokes, EXACTLY, np.zeros(len(spokes)))
    program.put(at_spoke[some.spoke], link, 1)
    program.put(at_spoke[spokes], y[spokes], -1)
    _open_hubs(program, link_keys, link, y)
    rows = program.add_rows("spokes", hub_at, MOST, hubs["max_spokes"].to_numpy(dtype=float))
    program.put(rows[some.hub_at], link, 1)
    hours_kept = kept.per_provision(question.of_pupils("support_hours")[kept.lines.pupil] * kept.count)
    support = np.full(len(y), NONE)
    support[spokes] = program.add_rows("support", spokes, EXACTLY, hours_kept[spokes])
    program.put(support[some.spoke], hours, 1)
    program.put(support[some.spoke], link, -some.visit_hours)
    drawn = program.add_rows("drawn", link_keys, MOST, np.zeros(number))
    program.put(drawn, hours, 1)
    program.put(drawn, link, -most_hours)
    visited = np.flatnonzero(some.visit_hours > 0)
    a_team = program.add_rows("a_team", link_keys[visited], MOST, np.zeros(len(visited)))
    program.put(a_team, link[visited], 1)
    program.put(a_team, teams[some.hub_at[visited]], -1)
    week = program.add_rows("team_hours", hub_at, MOST, np.zeros(len(hub_at)))
    program.put(week[some.hub_at], hours, 1)
    program.put(week, teams, -team_hours)
    decided = np.flatnonzero(y[hub_at] != NONE)
    rows = program.add_rows("teams", hub_at[decided], MOST, np.zeros(len(decided)))
    program.put(rows, teams[decided], 1)
    program.put(rows, y[hub_at[decided]], -max_teams[decided])
    return support


def _open_hubs(program: Program, link_keys: Whole, link: Whole, y: Whole) -> None:
    at = np.flatnonzero(y[link_keys[:, 0]] != NONE)
    rows = program.add_rows("hub_open", link_keys[at], MOST, np.zeros(len(at)))
    program.put(rows, link[at], 1)
    program.put(rows, y[link_keys[at, 0]], -1)


def _possible(question: Question, links: pd.DataFrame) -> _Links:
    some = links[links["is_possible"]].reset_index()
    provision_ids = question.provisions["provision_id"]
    return _Links(
        positions(provision_ids, some["hub_id"]),
        positions(provision_ids, some["spoke_id"]),
        positions(question.problem.hubs["provision_id"], some["hub_id"]),
        some["visit_hours"].to_numpy(dtype=float),
        some["travel_gbp"].to_numpy(dtype=float).round(2),
    )


def _coming_hours(kept: Kept, movers: Movers) -> Real:
    """Return for each provision the hours of support of all who could come, or stay."""
    question = kept.question
    each = question.of_pupils("support_hours") * question.of_pupils("count")
    total = kept.per_provision(each[kept.lines.pupil])
    for part, pairs in movers.blocks():
        total += np.bincount(movers.provision[pairs], weights=each[movers.pupils_of(part)], minlength=len(total))
    return total
