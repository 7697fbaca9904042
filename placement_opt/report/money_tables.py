"""The tables about money, journeys and outreach, and which of their amounts may be seen.

An amount is hidden with the pupils it is spent on. Where a total is shown, the hidden amounts are of two groups or more
with at least five pupils together (`hidden_amounts`).
"""

from collections.abc import Hashable, Mapping

import pandas as pd

from placement_opt.compare import NOT_GIVEN
from placement_opt.report.grid import (
    Cell,
    Grid,
    Unit,
    count_cells,
    figures,
    plan_heads,
    text_cell,
    withheld_if,
)
from placement_opt.report.names import GROUPING_NAMES, KIND_NAMES, group_name
from placement_opt.report.published import Subject, group_labels, phases
from placement_opt.report.suppression import Mark, hidden_amounts, is_total_safe

COST_GROUPINGS = {
    "line": "What it is spent on",
    "payer": "Who pays",
    "kind": "Kind",
    "need": "Primary need",
    "locality": "Locality",
}


def hidden_groups(subject: Subject, name: str, grouping: str) -> frozenset[Hashable]:
    """Return the groups of a plan's costs whose amounts are withheld.

    Parameters
    ----------
    subject
        What is reported.
    name
        The plan.
    grouping
        A key of `COST_GROUPINGS`.
    """
    if subject.confidential:
        return frozenset()
    pupils, amounts = _spending(subject, name, grouping)
    hidden: set[Hashable] = set()
    if grouping == "kind":
        hidden = {
            kind
            for kind in pupils
            if ("kind", name, kind) in subject.counts and subject.is_hidden(("kind", name, kind))
        }
    if grouping == "line" and _are_modes_open(subject, name):
        hidden = {label for label in pupils if label == "transport"}
    return hidden_amounts(pupils, amounts, hidden)


def is_cost_hidden(subject: Subject, name: str) -> bool:
    """Say whether a plan's whole cost would give away what a small group costs."""
    if subject.confidential:
        return False
    if subject.is_small(subject.plans[name].placed_pupils):
        return True
    return any(
        not is_total_safe(_spending(subject, name, grouping)[0], hidden_groups(subject, name, grouping))
        for grouping in COST_GROUPINGS
    )


def is_transport_hidden(subject: Subject, name: str) -> bool:
    """Say whether the £ and the emissions of a plan's transport are withheld."""
    return "transport" in hidden_groups(subject, name, "line") or _are_modes_open(subject, name)


def costs(subject: Subject, grouping: str) -> Grid:
    """Return £ a year by line, payer, kind, need or locality for every plan."""
    table = subject.comparison.by(grouping)["gbp"]
    names = list(subject.plans)
    hidden = {name: hidden_groups(subject, name, grouping) for name in names}
    rows = tuple(
        (
            text_cell(_label(grouping, str(label))),
            *figures(row[names].tolist(), Unit.GBP, withheld_if(label in hidden[name] for name in names)),
        )
        for label, row in table.iterrows()
    )
    totals = [plan.cost_gbp for plan in subject.plans.values()]
    marks = withheld_if(is_cost_hidden(subject, name) for name in names)
    basis = subject.plans[subject.main].policy.cost_basis
    caption = f"£ a year by {COST_GROUPINGS[grouping].lower()} ({basis} basis)"
    heads = (COST_GROUPINGS[grouping], *plan_heads(subject))
    return Grid(f"costs_{grouping}", caption, heads, rows, (text_cell("All"), *figures(totals, Unit.GBP, marks)))


def modes(subject: Subject) -> Grid:
    """Return pupils and £ by mode of transport."""
    names = list(subject.plans)
    tables = {name: _mode_table(subject, name) for name in names}
    hidden = {name: _hidden_modes(subject, name) for name in names}
    labels = sorted({str(mode) for table in tables.values() for mode in table.index})
    rows = []
    for mode in labels:
        gbp = [float(tables[name]["gbp"].get(mode, 0.0)) for name in names]
        marks = withheld_if(mode in hidden[name] for name in names)
        counts = count_cells(subject, [("mode", name, mode) for name in names])
        rows.append((text_cell(mode), *counts, *figures(gbp, Unit.GBP, marks)))
    total = (
        text_cell("All with transport"),
        *count_cells(subject, [("with transport", name) for name in names]),
        *figures(
            [float(subject.plans[name].travel()["transport_gbp"]) for name in names],
            Unit.GBP,
            withheld_if(is_transport_hidden(subject, name) for name in names),
        ),
    )
    heads = ("Mode", *plan_heads(subject, "Pupils"), *plan_heads(subject, "£ a year"))
    return Grid("modes", "Transport by mode", heads, tuple(rows), total)


def journeys_by(subject: Subject, grouping: str) -> Grid:
    """Return the mean journey, one way, by locality, need or phase."""
    names = list(subject.plans)
    tables = {name: _minutes_table(subject, name, grouping) for name in names}
    rows = []
    for label in group_labels(subject, grouping):
        means, marks = [], []
        for name in names:
            table = tables[name]
            means.append(float(table["mean"].get(label, float("nan"))))
            marks.append(label in _hidden_journeys(subject, table))
        cells = figures(means, Unit.ONE_DECIMAL, withheld_if(marks))
        rows.append((text_cell(group_name(grouping, label)), *cells))
    heads = (GROUPING_NAMES[grouping], *plan_heads(subject, "Minutes"))
    return Grid(f"journeys_{grouping}", f"Mean journey by {GROUPING_NAMES[grouping].lower()}", heads, tuple(rows))


def hubs(subject: Subject) -> Grid:
    """Return the outreach of every hub of the main plan."""
    plan = subject.plans[subject.main]
    schools = _school_names(subject)
    open_hubs = _hubs_to_withhold(subject)
    rows = tuple(
        (
            text_cell(schools.get(row["hub_id"])),
            text_cell(row["hub_id"]),
            Cell(int(row["spokes"]), Unit.COUNT),
            Cell(float(row["hours"]), Unit.ONE_DECIMAL, *withheld_if([row["hub_id"] in open_hubs])),
            Cell(int(row["teams"]), Unit.COUNT),
            Cell(float(row["team_hours"]), Unit.ONE_DECIMAL),
            Cell(float(row["team_gbp"]), Unit.GBP),
            text_cell(row["payer"]),
        )
        for _, row in plan.teams.iterrows()
    )
    heads = ("School", "Hub", "Spokes", "Hours a week used", "Teams", "Hours a week of the teams", "£ a year", "Payer")
    return Grid("hubs", f"Hubs and their outreach teams, {subject.main}", heads, rows)


def spokes(subject: Subject) -> Grid:
    """Return every spoke that a hub of the main plan serves."""
    schools, hidden = _school_names(subject), _hidden_spokes(subject)
    rows = []
    for _, row in subject.plans[subject.main].outreach.iterrows():
        mark = Mark.WITHHELD if row["spoke_id"] in hidden else Mark.SHOWN
        rows.append(
            (
                *(text_cell(schools.get(row[end])) for end in ("hub_id", "spoke_id")),
                text_cell(row["spoke_id"]),
                *count_cells(subject, [("provision", subject.main, row["spoke_id"])]),
                Cell(float(row["minutes"]), Unit.ONE_DECIMAL),
                Cell(float(row["support_hours"]), Unit.ONE_DECIMAL, mark),
                Cell(float(row["visit_hours"]), Unit.ONE_DECIMAL),
                Cell(float(row["hours"]), Unit.ONE_DECIMAL, mark),
                Cell(float(row["travel_gbp"]), Unit.GBP),
            )
        )
    ends = ("Hub", "Spoke", "Provision", "Pupils", "Minutes apart")
    hours = ("Hours with pupils", "Hours on the road", "Hours a week", "Travel, £ a year")
    return Grid("spokes", f"Spokes and the hub that serves each, {subject.main}", (*ends, *hours), tuple(rows))


def _label(grouping: str, label: str) -> str:
    if grouping == "kind":
        return KIND_NAMES.get(label, label)
    return group_name(grouping, label) if grouping == "need" else label[:1].upper() + label[1:]


def _spending(subject: Subject, name: str, grouping: str) -> tuple[dict[Hashable, int], dict[Hashable, float]]:
    table = subject.comparison.by(grouping)
    return _as_counts(table["pupils"][name]), _as_amounts(table["gbp"][name])


def _mode_table(subject: Subject, name: str) -> pd.DataFrame:
    placements = subject.plans[name].placements
    carried = placements[placements["entitled"]]
    return (
        carried.groupby(carried["mode"].fillna(NOT_GIVEN))[["count", "transport_gbp"]]
        .sum()
        .rename(columns={"transport_gbp": "gbp"})
    )


def _hidden_modes(subject: Subject, name: str) -> frozenset[Hashable]:
    if subject.confidential:
        return frozenset()
    table = _mode_table(subject, name)
    hidden = [mode for mode in table.index if subject.is_hidden(("mode", name, mode))]
    return hidden_amounts(_as_counts(table["count"]), _as_amounts(table["gbp"]), hidden)


def _are_modes_open(subject: Subject, name: str) -> bool:
    """Say whether the total of transport less the modes that are shown would give a small group away."""
    if subject.confidential:
        return False
    counts = _as_counts(_mode_table(subject, name)["count"])
    return subject.is_small(sum(counts.values())) or not is_total_safe(counts, _hidden_modes(subject, name))


def _minutes_table(subject: Subject, name: str, grouping: str) -> pd.DataFrame:
    placements = subject.plans[name].placements
    labels = phases(placements) if grouping == "phase" else placements[grouping].fillna(NOT_GIVEN)
    table = placements.assign(sum=placements["count"] * placements["minutes"]).groupby(labels.astype("object"))
    sums = table[["count", "sum"]].sum()
    return sums.assign(mean=sums["sum"] / sums["count"])


def _hidden_journeys(subject: Subject, table: pd.DataFrame) -> frozenset[Hashable]:
    return (
        frozenset() if subject.confidential else hidden_amounts(_as_counts(table["count"]), _as_amounts(table["sum"]))
    )


def _hidden_spokes(subject: Subject) -> frozenset[Hashable]:
    """Return the spokes whose hours would say how many pupils they are for."""
    outreach = subject.plans[subject.main].outreach
    return frozenset(spoke for spoke in outreach["spoke_id"] if subject.is_hidden(("provision", subject.main, spoke)))


def _hubs_to_withhold(subject: Subject) -> frozenset[Hashable]:
    """Return the hubs whose hours, less those of the spokes that are shown, would give a hidden spoke away."""
    outreach, hidden = subject.plans[subject.main].outreach, _hidden_spokes(subject)
    hidden_rows = outreach[outreach["spoke_id"].isin(list(hidden))]
    counts: Mapping[Hashable, int] = {
        spoke: subject.counts["provision", subject.main, spoke] for spoke in outreach["spoke_id"]
    }
    return frozenset(
        hub for hub, rows in hidden_rows.groupby("hub_id") if not is_total_safe(counts, rows["spoke_id"].tolist())
    )


def _school_names(subject: Subject) -> dict[str, str]:
    use = subject.plans[subject.main].use
    return dict(zip(use["provision_id"], use["setting_name"], strict=True))


def _as_counts(series: "pd.Series[int]") -> dict[Hashable, int]:
    return {str(label): int(value) for label, value in series.items()}


def _as_amounts(series: "pd.Series[float]") -> dict[Hashable, float]:
    return {str(label): float(value) for label, value in series.items()}
