"""What a report holds, in order: sections of sentences and tables, for the page and the workbook alike."""

from dataclasses import dataclass

from placement_opt.report import (
    budget_tables,
    money_tables,
    place_tables,
    pupil_tables,
    record_tables,
    return_tables,
    words,
)
from placement_opt.report.amounts import COST_GROUPINGS
from placement_opt.report.grid import Grid
from placement_opt.report.subject import Subject


@dataclass(frozen=True)
class Section:
    """A part of the report under one heading."""

    key: str
    heading: str
    sentences: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()


def sections_before_map(subject: Subject) -> tuple[Section, ...]:
    """Return what the plan does, and every table about pupils, places, money and travel."""
    return tuple(
        section
        for section in (
            _summary(subject),
            _today(subject),
            _places(subject),
            _costs(subject),
            _transport(subject),
            _outreach(subject),
            _unplaced(subject),
            _wishes(subject),
        )
        if section.grids or section.sentences
    )


def sections_after_map(subject: Subject) -> tuple[Section, ...]:
    """Return what the plan rests on, and in confidential papers the pupils."""
    plan = subject.plans[subject.main]
    pupils = Section("pupils", "Pupils", (), (pupil_tables.pupil_list(plan),))
    return (
        *([_returns(subject), pupils] if subject.confidential else []),
        Section("assumptions", "Assumptions", (), (record_tables.policy(subject), record_tables.assumptions(subject))),
    )


def record_section(subject: Subject) -> Section:
    """Return the record of the run."""
    grids = tuple(grid for grid in (record_tables.stages(subject), record_tables.run_record(subject)) if grid.rows)
    sentences = (
        "With these fingerprints, versions and options anyone who holds the same tables can make the plan again.",
    )
    return Section("record", "Record of the run", sentences, grids)


def _returns(subject: Subject) -> Section:
    sentences = ("All statutory tables, also as they may be shared, come from `placement-opt tables`.",)
    return Section("returns", "Statutory tables", sentences, return_tables.returns(subject))


def _summary(subject: Subject) -> Section:
    sentences = (*words.what_the_plan_does(subject), *words.proof(subject))
    return Section("summary", "What the plan does", sentences)


def _today(subject: Subject) -> Section:
    names, others = list(subject.plans), subject.comparison.others
    heading = "Key figures" if not others else f"{names[0][:1].upper()}{names[0][1:]} against {' and '.join(others)}"
    flows = tuple(place_tables.flows(subject, name) for name in others)
    return Section("comparison", heading, (), (place_tables.headline(subject), *flows))


def _places(subject: Subject) -> Section:
    grids = (place_tables.kinds(subject), place_tables.provisions(subject))
    return Section("places", "Places by kind and provision", (), grids)


def _costs(subject: Subject) -> Section:
    grids = [money_tables.costs(subject, grouping) for grouping in COST_GROUPINGS]
    if not subject.problem.table("budgets").empty:
        grids.append(budget_tables.budgets(subject))
    return Section("costs", "Costs", (), tuple(grids))


def _transport(subject: Subject) -> Section:
    by_group = (money_tables.journeys_by(subject, grouping) for grouping in ("locality", "need", "phase"))
    return Section(
        "transport", "Transport", (), (place_tables.journeys(subject), money_tables.modes(subject), *by_group)
    )


def _outreach(subject: Subject) -> Section:
    grids = tuple(grid for grid in (money_tables.hubs(subject), money_tables.spokes(subject)) if grid.rows)
    sentences = () if grids else ("The plan has no hubs with outreach.",)
    return Section("outreach", "Hubs and outreach", sentences, grids)


def _unplaced(subject: Subject) -> Section:
    if not any(subject.counts["unplaced", name] for name in subject.plans):
        return Section("unplaced", "Pupils without a place", ("Every pupil has a place.",))
    groups = tuple(place_tables.unplaced_by(subject, grouping) for grouping in ("need", "locality", "phase"))
    reasons = tuple(grid for grid in place_tables.unplaced_reasons(subject) if grid.rows)
    plan = subject.plans[subject.main]
    listed = (pupil_tables.unplaced_list(plan),) if subject.confidential and plan.unplaced_pupils else ()
    return Section("unplaced", "Pupils without a place", (), (*groups, *reasons, *listed))


def _wishes(subject: Subject) -> Section:
    return Section("wishes", "Requests and wishes", (), (place_tables.wishes(subject),))
