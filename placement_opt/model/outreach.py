"""Families C5 and C6: spokes hang on hubs, and hubs' teams have hours for so many spokes."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import numpy as np

from placement_opt.facts import Floats
from placement_opt.model.draft import Draft
from placement_opt.model.linear import EQ, LE, NO_PAIRS, Terms


@dataclass(frozen=True)
class _Link:
    """A possible link: its hub, spoke, hours of visits, and the columns l and g."""

    hub: int
    spoke: int
    visit_hours: float
    used: int
    hours: int


def add_outreach(draft: Draft) -> None:
    """Add the columns l, g and k, row families C5 and C6, and the money of teams and their travel."""
    facts = draft.facts
    position = {name: place for place, name in enumerate(facts.provisions["provision_id"])}
    hubs = {position[row["provision_id"]]: row for row in facts.problem.hubs.to_dict("records")}
    of_spoke: dict[int, list[_Link]] = defaultdict(list)
    of_hub: dict[int, list[_Link]] = defaultdict(list)
    for row in facts.links.to_dict("records"):
        h, s = position[row["hub_id"]], position[row["spoke_id"]]
        link = _add_link(draft, h, s, {str(name): value for name, value in row.items()}, hubs[h])
        of_spoke[s].append(link)
        of_hub[h].append(link)
    for s in np.flatnonzero(facts.kinds == "spoke").tolist():
        if s in draft.is_open:
            _add_spoke(draft, s, of_spoke[s])
    for h, links in of_hub.items():
        _add_hub(draft, h, {str(name): value for name, value in hubs[h].items()}, links)


def _add_link(draft: Draft, h: int, s: int, row: dict[str, Any], hub: dict[Any, Any]) -> _Link:
    most_hours = _most_hours(draft, s, row["visit_hours"])
    if draft.enforced is None:  # otherwise this row would enforce the number of teams, which may be broken
        most_hours = min(most_hours, float(hub["team_hours_per_week"] * hub["max_teams"]))
    used = draft.column(f"l_{h}_{s}", 0, 1)
    hours = draft.column(f"g_{h}_{s}", 0, most_hours, whole=False)
    draft.links[h, s] = used
    draft.money.add(used, float(row["travel_gbp"]))
    draft.row(f"drawn_{h}_{s}", NO_PAIRS, 0, [(hours, 1.0), (used, -most_hours)], LE, 0)
    if h in draft.is_open:
        draft.row(f"hub_open_{h}_{s}", NO_PAIRS, 0, [(used, 1.0), (draft.is_open[h], -1.0)], LE, 0)
    return _Link(h, s, float(row["visit_hours"]), used, hours)


def _support(draft: Draft) -> Floats:
    return np.asarray(draft.facts.pupil_column("support_hours"), dtype=np.float64)


def _most_hours(draft: Draft, s: int, visit_hours: float) -> float:
    """Return the hours that the spoke would need if everybody who could came."""
    support, could_come = _support(draft), draft.pupil[draft.at_provision(s)]
    coming = float((support[could_come] * draft.count[could_come]).sum())
    return visit_hours + coming + draft.kept(support, draft.facts.current == s)


def _add_spoke(draft: Draft, s: int, links: list[_Link]) -> None:
    served: Terms = [(link.used, 1.0) for link in links]
    draft.row(f"served_{s}", NO_PAIRS, 0, [*served, (draft.is_open[s], -1.0)], EQ, 0)
    support, pairs = _support(draft), draft.at_provision(s)
    drawn: Terms = [(link.hours, 1.0) for link in links]
    visits: Terms = [(link.used, -link.visit_hours) for link in links]
    kept = draft.kept(support, draft.facts.current == s)
    sentence = (
        f"{draft.provision_id(s)} is where pupils stay who need {kept:g} hours of outreach a week." if kept else ""
    )
    draft.row(f"support_{s}", pairs, -support[draft.pupil[pairs]], [*drawn, *visits], EQ, kept, sentence)


def _add_hub(draft: Draft, h: int, hub: dict[str, Any], links: list[_Link]) -> None:
    name, most_teams = draft.provision_id(h), int(hub["max_teams"])
    teams = draft.column(f"k_{h}", 0, most_teams if draft.enforced is None else np.inf)
    draft.money.add(teams, float(hub["team_gbp"]))
    linked: Terms = [(link.used, 1.0) for link in links]
    most_spokes = int(hub["max_spokes"])
    sentence = f"{name} can serve at most {most_spokes} spokes."
    draft.row(f"spokes_{h}", NO_PAIRS, 0, linked, LE, most_spokes, sentence)
    for link in links:
        if link.visit_hours > 0:  # implied by the hours; said outright, it makes the LP bound much tighter
            draft.row(f"a_team_{h}_{link.spoke}", NO_PAIRS, 0, [(link.used, 1.0), (teams, -1.0)], LE, 0)
    drawn: Terms = [(link.hours, 1.0) for link in links]
    hours_each = float(hub["team_hours_per_week"])
    draft.row(f"team_hours_{h}", NO_PAIRS, 0, [*drawn, (teams, -hours_each)], LE, 0)
    sentence = f"{name} can have at most {most_teams} outreach teams of {hours_each:g} hours a week."
    if h in draft.is_open:
        terms = [(teams, 1.0), (draft.is_open[h], -float(most_teams))]
        draft.row(f"teams_{h}", NO_PAIRS, 0, terms, LE, 0, sentence)
    elif draft.enforced is not None:
        draft.row(f"teams_{h}", NO_PAIRS, 0, [(teams, 1.0)], LE, most_teams, sentence)
