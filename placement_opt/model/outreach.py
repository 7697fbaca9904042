"""Families C5 and C6: spokes hang on hubs, and hubs' teams have hours for so many spokes."""

from collections import defaultdict
from typing import Any

import numpy as np
import pulp

from placement_opt.model.draft import EQ, LE, Draft, Terms


def add_outreach(draft: Draft) -> None:
    """Add the columns l, g and k, row families C5 and C6, and the money of teams and their travel."""
    facts = draft.facts
    position = {name: place for place, name in enumerate(facts.provisions["provision_id"])}
    hubs = {position[row["provision_id"]]: row for row in facts.problem.hubs.to_dict("records")}
    of_spoke: dict[int, list[tuple[int, dict[str, Any]]]] = defaultdict(list)
    of_hub: dict[int, dict[int, float]] = defaultdict(dict)
    hours: dict[tuple[int, int], pulp.LpVariable] = {}
    for row in facts.links.to_dict("records"):
        h, s = position[row["hub_id"]], position[row["spoke_id"]]
        most_hours = _most_hours(draft, s, row["visit_hours"])
        if draft.enforced is None:  # otherwise this row would enforce the number of teams, which may be broken
            most_hours = min(most_hours, float(hubs[h]["team_hours_per_week"] * hubs[h]["max_teams"]))
        link = draft.column(f"l_{h}_{s}", 1)
        drawn = draft.column(f"g_{h}_{s}", None, whole=False)
        draft.links[h, s], hours[h, s] = link, drawn
        draft.money.add(link, float(row["travel_gbp"]))
        draft.row(f"drawn_{h}_{s}", [(drawn, 1.0), (link, -most_hours)], LE, 0)
        if h in draft.is_open:
            draft.row(f"hub_open_{h}_{s}", [(link, 1.0), (draft.is_open[h], -1.0)], LE, 0)
        of_spoke[s].append((h, {str(key): value for key, value in row.items()}))
        of_hub[h][s] = float(row["visit_hours"])
    for s in np.flatnonzero(facts.kinds == "spoke").tolist():
        if s in draft.is_open:
            _add_spoke(draft, s, of_spoke[s], hours)
    for h, spokes in of_hub.items():
        _add_hub(draft, h, {str(key): value for key, value in hubs[h].items()}, spokes, hours)


def _most_hours(draft: Draft, s: int, visit_hours: float) -> float:
    """Return the hours that the spoke would need if everybody who could came."""
    support = draft.facts.pupil_column("support_hours").astype(float)
    could_come = np.unique(draft.pupil[draft.provision == s])
    coming = float((support[could_come] * draft.count[could_come]).sum())
    return visit_hours + coming + draft.kept(support, draft.facts.current == s)


def _add_spoke(
    draft: Draft, s: int, links: list[tuple[int, dict[str, Any]]], hours: dict[tuple[int, int], pulp.LpVariable]
) -> None:
    served: Terms = [(draft.links[h, s], 1.0) for h, _ in links]
    draft.row(f"served_{s}", [*served, (draft.is_open[s], -1.0)], EQ, 0)
    support = draft.facts.pupil_column("support_hours").astype(float)
    drawn: Terms = [(hours[h, s], 1.0) for h, _ in links]
    visits: Terms = [(draft.links[h, s], -float(row["visit_hours"])) for h, row in links]
    used = [(column, -hours_each) for column, hours_each in draft.terms(draft.provision == s, support[draft.pupil])]
    kept = draft.kept(support, draft.facts.current == s)
    sentence = (
        f"{draft.provision_id(s)} is where pupils stay who need {kept:g} hours of outreach a week." if kept else ""
    )
    draft.row(f"support_{s}", [*drawn, *used, *visits], EQ, kept, sentence)


def _add_hub(
    draft: Draft, h: int, hub: dict[str, Any], spokes: dict[int, float], hours: dict[tuple[int, int], pulp.LpVariable]
) -> None:
    name, most_teams = draft.provision_id(h), int(hub["max_teams"])
    teams = draft.column(f"k_{h}", None)
    draft.money.add(teams, float(hub["team_gbp"]))
    linked: Terms = [(draft.links[h, s], 1.0) for s in spokes]
    most_spokes = int(hub["max_spokes"])
    draft.row(f"spokes_{h}", linked, LE, most_spokes, f"{name} can serve at most {most_spokes} spokes.")
    for s, visit_hours in spokes.items():
        if visit_hours > 0:  # implied by the hours; said outright, it makes the LP bound much tighter
            draft.row(f"a_team_{h}_{s}", [(draft.links[h, s], 1.0), (teams, -1.0)], LE, 0)
    drawn: Terms = [(hours[h, s], 1.0) for s in spokes]
    draft.row(f"team_hours_{h}", [*drawn, (teams, -float(hub["team_hours_per_week"]))], LE, 0)
    sentence = f"{name} can have at most {most_teams} outreach teams of {hub['team_hours_per_week']:g} hours a week."
    if h in draft.is_open:
        draft.row(f"teams_{h}", [(teams, 1.0), (draft.is_open[h], -float(most_teams))], LE, 0, sentence)
    else:
        draft.row(f"teams_{h}", [(teams, 1.0)], LE, most_teams, sentence)
