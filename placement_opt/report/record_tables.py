"""The tables that say what a plan rests on: parameters, policy, and the record of the run."""

from collections.abc import Iterator, Mapping
from typing import Any

from placement_opt.report.audit import one_fingerprint
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.subject import Subject
from placement_opt.report.words import is_weighing_hidden
from placement_opt.suppression import Mark

POLICY_WORDS = {
    "moves": "Who may be given another place (due: pupils without one, at a change of phase, or refused by the rules)",
    "phase_years": "Year groups at whose start a pupil changes phase",
    "max_moves": "Most pupils who may leave a place that they could keep",
    "requests": "Families' requests for a school (hard: met where the rules allow; priced: weighed; off: ignored)",
    "missed_request_gbp": "What an unmet request weighs, £ a year",
    "mainstream": "Families' wishes for mainstream (hard, priced or off)",
    "missed_mainstream_gbp": "What an unmet wish for mainstream weighs, £ a year",
    "siblings": "Brothers and sisters at one school (hard, priced or off)",
    "split_siblings_gbp": "What a child apart from the family weighs, £ a year",
    "cost_basis": "What counts as cost",
    "max_minutes": "Longest journey for pupils without a limit of their own, minutes",
    "authorities": "Authorities whose schools may be used",
    "post16_transport": "Transport from Year 12 on (as under 16: by the same tests; none: where an officer decided so)",
    "match_secondary_needs": "A secondary need also makes a provision suitable",
}
_KNOWN = ("inputs", "travel", "parameters", "options", "solver", "stages", "versions", "notes")
_NEVER_SHARED = ("notes", "origin", "pairs")
"""Free words, paths and counts: they may name a pupil or a small group, so they stay in the confidential papers."""


def assumptions(subject: Subject) -> Grid:
    """Return every parameter with its value, year and source."""
    record = subject.plans[subject.main].record
    rows = record.get("parameters") or subject.problem.parameters.rows()
    cells = tuple(
        (
            text_cell(row.get("meaning") or row.get("parameter")),
            _value_cell(row.get("value")),
            *(text_cell(row.get(name)) for name in ("unit", "year", "source", "parameter")),
        )
        for row in rows
    )
    heads = ("Assumption", "Value", "Unit", "Year", "Source", "Parameter")
    return Grid("assumptions", "Parameters: every value with its year and source", heads, cells)


def policy(subject: Subject) -> Grid:
    """Return the policy of every plan."""
    policies = [plan.policy.as_dict() for plan in subject.plans.values()]
    rows = tuple(
        (
            text_cell(POLICY_WORDS.get(name, name)),
            *(text_cell(_policy_words(name, one)) for one in policies),
            text_cell(name),
        )
        for name in policies[0]
    )
    return Grid("policy", "Policy: what the council decided", ("Choice", *subject.plans, "Name"), rows)


def stages(subject: Subject) -> Grid:
    """Return the stages of the solve of the main plan with value and bound."""
    hidden = {
        "unplaced": subject.is_hidden(("unplaced", subject.main)),
        "cost": is_weighing_hidden(subject),
        # Beside an average of few pupils, the minutes of all of them tell how many they are.
        "minutes": subject.is_hidden(("placed", subject.main)),
    }
    rows = []
    for stage in subject.plans[subject.main].record.get("stages") or []:
        mark = Mark.WITHHELD if hidden.get(stage.get("name", ""), False) else Mark.SHOWN
        rows.append(
            (
                text_cell(stage.get("name")),
                Cell(stage.get("value"), Unit.NUMBER, mark),
                Cell(stage.get("bound"), Unit.NUMBER, mark),
                Cell(_gap(stage), Unit.NUMBER, mark),
                Cell(stage.get("seconds"), Unit.ONE_DECIMAL),
                text_cell(stage.get("status")),
            )
        )
    heads = ("Stage", "Value", "No plan below", "Gap", "Seconds", "Status")
    return Grid("stages", "Stages of the solve, in order of rank", heads, tuple(rows))


def run_record(subject: Subject) -> Grid:
    """Return the record of the main plan, flat: input hashes, travel, options, versions, solver, status.

    What may be shared has one hash over all tables: that of a table with few rows could be found by trying.
    """
    plan = subject.plans[subject.main]
    entries = [("status", str(plan.status)), ("cost basis", plan.policy.cost_basis)]
    if plan.gap is not None:
        entries.append(("proven gap", f"{plan.gap:.6%}"))
    inputs = plan.record.get("inputs")
    if subject.confidential:
        entries += flat_entries("inputs", inputs)
    elif inputs:
        entries.append(("inputs", one_fingerprint(inputs)))
    for name in ("travel", "options", "solver", "versions"):
        entries += flat_entries(name, plan.record.get(name))
    for name, value in plan.record.items():
        if name not in _KNOWN and (subject.confidential or name not in _NEVER_SHARED):
            entries += flat_entries(name, value)
    if subject.confidential:
        entries += flat_entries("notes", plan.record.get("notes"))
    rows = tuple((text_cell(_entry_name(name)), text_cell(value)) for name, value in entries)
    return Grid("record", f"Record of the run: {subject.main}", ("Entry", "Value"), rows)


def flat_entries(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Yield the entries of a record, however deep they lie, under names with full stops."""
    if isinstance(value, Mapping):
        for key, entry in value.items():
            yield from flat_entries(f"{name}.{key}", entry)
    elif isinstance(value, list | tuple):
        for number, entry in enumerate(value, start=1):
            yield from flat_entries(f"{name}.{number}", entry)
    elif value is not None and value != "":
        yield name, _words(value)


def _entry_name(name: str) -> str:
    if name.startswith("inputs."):
        return f"SHA-256 of the table {name.removeprefix('inputs.')}"
    if name == "inputs":
        return "SHA-256 of all tables together"
    return "SHA-256 of the travel matrix" if name == "travel.sha256" else name.replace(".", ": ")


def _gap(stage: Mapping[str, Any]) -> str | None:
    if isinstance(stage.get("gap"), int | float):
        return f"{stage['gap']:.4%}"
    value, bound = stage.get("value"), stage.get("bound")
    if value is None or bound is None:
        return None
    return f"{abs(value - bound) / max(abs(value), 1e-9) if value != bound else 0:.4%}"


def _value_cell(value: Any) -> Cell:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(value, Unit.NUMBER) if is_number else text_cell(value)


def _policy_words(name: str, policy: Mapping[str, Any]) -> str:
    return "any" if name == "authorities" and policy[name] is None else _words(policy[name])


def _words(value: Any) -> str:
    if value is None:
        return "no limit"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(_words(entry) for entry in value)
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
