"""The tables about money, journeys and outreach."""

from collections.abc import Hashable

from placement_opt.report.amounts import COST_GROUPINGS
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
from placement_opt.report.published import group_labels
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark


def costs(subject: Subject, grouping: str) -> Grid:
    """Return £ a year by line, payer, kind, need or locality for every plan."""
    table = subject.amounts.spending[grouping]["gbp"]
    names = list(subject.plans)
    hidden = [subject.amounts.hidden.get((name, grouping), frozenset()) for name in names]
    rows = tuple(
        (
            text_cell(_label(grouping, str(label))),
            *figures(row[names].tolist(), Unit.GBP, withheld_if(label in groups for groups in hidden)),
        )
        for label, row in table.iterrows()
    )
    totals = [plan.cost_gbp for plan in subject.plans.values()]
    marks = withheld_if(name in subject.amounts.hidden_costs for name in names)
    total = (text_cell("All"), *figures(totals, Unit.GBP, marks))
    basis = subject.plans[subject.main].policy.cost_basis
    caption = f"£ a year by {COST_GROUPINGS[grouping].lower()} ({basis} basis)"
    return Grid(f"costs_{grouping}", caption, (COST_GROUPINGS[grouping], *plan_heads(subject)), rows, total)


def modes(subject: Subject) -> Grid:
    """Return pupils and £ by mode of transport."""
    names, amounts = list(subject.plans), subject.amounts
    rows = []
    for mode in sorted({str(mode) for table in amounts.modes.values() for mode in table.index}):
        gbp = [float(amounts.modes[name]["gbp"].get(mode, 0.0)) for name in names]
        marks = withheld_if(mode in amounts.hidden_modes.get(name, ()) for name in names)
        counts = count_cells(subject, [("mode", name, mode) for name in names])
        rows.append((text_cell(mode), *counts, *figures(gbp, Unit.GBP, marks)))
    gbp = [float(amounts.modes[name]["gbp"].sum()) for name in names]
    marks = withheld_if(name in amounts.hidden_transport for name in names)
    counts = count_cells(subject, [("with transport", name) for name in names])
    total = (text_cell("All with transport"), *counts, *figures(gbp, Unit.GBP, marks))
    heads = ("Mode", *plan_heads(subject, "Pupils"), *plan_heads(subject, "£ a year"))
    return Grid("modes", "Transport by mode", heads, tuple(rows), total)


def journeys_by(subject: Subject, grouping: str) -> Grid:
    """Return the mean journey, one way, by locality, need or phase."""
    names, amounts = list(subject.plans), subject.amounts
    hidden = [amounts.hidden.get((name, f"journeys {grouping}"), frozenset()) for name in names]
    rows = []
    for label in group_labels(subject.plans, grouping):
        means = [float(amounts.journeys[name, grouping]["mean"].get(label, float("nan"))) for name in names]
        cells = figures(means, Unit.ONE_DECIMAL, withheld_if(label in groups for groups in hidden))
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


def _hidden_spokes(subject: Subject) -> frozenset[Hashable]:
    """Return the spokes whose hours would say how many pupils they are for."""
    outreach = subject.plans[subject.main].outreach
    return frozenset(spoke for spoke in outreach["spoke_id"] if subject.is_hidden(("provision", subject.main, spoke)))


def _hubs_to_withhold(subject: Subject) -> frozenset[Hashable]:
    """Return the hubs with a hidden spoke: its pupils have about as many hours each, so hours tell how many."""
    outreach = subject.plans[subject.main].outreach
    return frozenset(outreach.loc[outreach["spoke_id"].isin(list(_hidden_spokes(subject))), "hub_id"])


def _school_names(subject: Subject) -> dict[str, str]:
    use = subject.plans[subject.main].use
    return dict(zip(use["provision_id"], use["setting_name"], strict=True))
