"""What a report holds, in order: sections of sentences, charts and tables."""

from collections.abc import Iterable

from placement_opt.report import (
    budget_tables,
    change_tables,
    fairness_tables,
    first_screen,
    money_tables,
    place_tables,
    pupil_tables,
    record_tables,
    return_tables,
    words,
)
from placement_opt.report.actions import actions
from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.report.charts import Chart, chart_of
from placement_opt.report.extras import ReportExtras
from placement_opt.report.grid import Grid
from placement_opt.report.indicators import indicators
from placement_opt.report.published import OVER_GROUPINGS
from placement_opt.report.section import Section
from placement_opt.report.shortfall_tables import shortfall
from placement_opt.report.subject import Subject

_CHARTED_COSTS = ("payer", "kind")


def first_section(subject: Subject) -> Section:
    """Return the first screen: the plan in five sentences."""
    return Section("summary", "What the plan does", first_screen.sentences(subject))


def reading_notes(subject: Subject) -> tuple[str, ...]:
    """Return how the proof is known, and what has to be known to read the money rightly.

    That no plan leaves fewer without a place stands in the five sentences already.
    """
    told = [sentence for sentence in words.proof(subject) if sentence != words.FEWEST]
    return (*told, *words.beside(subject))


def sections_before_map(subject: Subject, extras: ReportExtras) -> tuple[Section, ...]:
    """Return every table about pupils, places, money and travel, and what people have to do."""
    return tuple(
        section
        for section in (
            _today(subject),
            Section("indicators", "Indicators", (), (indicators(subject, extras.thresholds),)),
            Section("actions", "Actions", (), (actions(subject, extras.owners),)),
            _changes(subject, extras),
            _places(subject),
            _costs(subject),
            _transport(subject),
            _outreach(subject),
            _fairness(subject),
            _unplaced(subject, extras),
            _wishes(subject),
        )
        if section.grids or section.sentences
    )


def sections_after_map(subject: Subject) -> tuple[Section, ...]:
    """Return in confidential papers the pupils, then what the plan rests on, and the record of the run."""
    return (
        *([_returns(subject), _pupils(subject)] if subject.confidential else []),
        Section("assumptions", "Assumptions", (), (record_tables.policy(subject), record_tables.assumptions(subject))),
        _record(subject),
    )


def _pupils(subject: Subject) -> Section:
    return Section("pupils", "Pupils", (), (pupil_tables.pupil_list(subject.plans[subject.main]),))


def _record(subject: Subject) -> Section:
    grids = tuple(grid for grid in (record_tables.stages(subject), record_tables.run_record(subject)) if grid.rows)
    sentences = (
        "With these fingerprints, versions and options anyone who holds the same tables can make the plan again.",
    )
    return Section("record", "Record of the run", sentences, grids)


def _returns(subject: Subject) -> Section:
    sentences = ("All statutory tables, also as they may be shared, come from `placement-opt tables`.",)
    return Section("returns", "Statutory tables", sentences, return_tables.returns(subject))


def _today(subject: Subject) -> Section:
    names, others = list(subject.plans), subject.comparison.others
    heading = "Key figures" if not others else f"{names[0][:1].upper()}{names[0][1:]} against {' and '.join(others)}"
    flows = tuple(place_tables.flows(subject, name) for name in others)
    return Section("comparison", heading, (), (place_tables.headline(subject), *flows))


def _changes(subject: Subject, extras: ReportExtras) -> Section:
    if extras.changed is None:
        return Section("changes", "Changes since the last run")
    return Section("changes", "Changes since the last run", *change_tables.changes(subject, extras.changed))


def _places(subject: Subject) -> Section:
    kinds = place_tables.kinds(subject)
    grids = (kinds, place_tables.provisions(subject))
    return Section("places", "Places by kind and provision", (), grids, _charts(subject, [(kinds, 2)]))


def _costs(subject: Subject) -> Section:
    grids = {grouping: money_tables.costs(subject, grouping) for grouping in COST_GROUPINGS}
    charts = _charts(subject, [(grids[grouping], 1) for grouping in _CHARTED_COSTS])
    budgets = [] if subject.problem.table("budgets").empty else [budget_tables.budgets(subject)]
    return Section("costs", "Costs", (), (*grids.values(), *budgets), charts)


def _transport(subject: Subject) -> Section:
    by_phase = money_tables.journeys_by(subject, "phase")
    modes = money_tables.modes(subject)
    grids = (place_tables.journeys(subject), modes, by_phase)
    return Section("transport", "Transport", (), grids, _charts(subject, [(modes, 1), (by_phase, 1)]))


def _outreach(subject: Subject) -> Section:
    grids = tuple(grid for grid in (money_tables.hubs(subject), money_tables.spokes(subject)) if grid.rows)
    sentences = () if grids else ("The plan has no hubs with outreach.",)
    return Section("outreach", "Hubs and outreach", sentences, grids)


def _fairness(subject: Subject) -> Section:
    grids = [fairness_tables.by_group(subject, grouping) for grouping in OVER_GROUPINGS]
    charts = _charts(subject, [(grid, 5) for grid in grids], "Mean minutes one way")
    if subject.confidential:
        grids += [fairness_tables.inside(subject, grouping) for grouping in OVER_GROUPINGS]
    parameters = subject.problem.parameters
    sentences = (
        "Whether some groups of pupils fare worse than others. A difference is a question to ask, and proves nothing.",
        f"The guidance on journeys is {parameters.guide_minutes_primary:g} minutes one way up to Year 6 and "
        f"{parameters.guide_minutes_secondary:g} minutes from Year 7.",
    )
    return Section("fairness", "Fairness", sentences, tuple(grids), charts)


def _unplaced(subject: Subject, extras: ReportExtras) -> Section:
    if not any(subject.counts["unplaced", name] for name in subject.plans):
        return Section("unplaced", "Pupils without a place", ("Every pupil has a place.",))
    groups = tuple(place_tables.unplaced_by(subject, grouping) for grouping in ("need", "locality", "phase"))
    reasons = tuple(grid for grid in place_tables.unplaced_reasons(subject) if grid.rows)
    plan = subject.plans[subject.main]
    listed = (pupil_tables.unplaced_list(plan),) if subject.confidential and plan.unplaced_pupils else ()
    sentences, cures = shortfall(subject, extras)
    return Section("unplaced", "Pupils without a place", sentences, (*cures, *groups, *reasons, *listed))


def _wishes(subject: Subject) -> Section:
    return Section("wishes", "Requests and wishes", (), (place_tables.wishes(subject),))


def _charts(subject: Subject, parts: Iterable[tuple[Grid, int]], what: str = "") -> tuple[Chart, ...]:
    """Return a chart of each table, whose figures of the plans begin at a column."""
    found = []
    for grid, first in parts:
        columns = {name: first + number for number, name in enumerate(subject.plans)}
        caption = f"{what} by {grid.heads[0].lower()}" if what else grid.caption
        found.append(chart_of(grid, columns, caption))
    return tuple(chart for chart in found if chart is not None)
