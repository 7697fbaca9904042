"""The tables with a row for each pupil: only ever in papers that are marked confidential."""

from placement_opt.plan import Plan
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.names import KIND_NAMES


def pupil_list(plan: Plan) -> Grid:
    """Return a row for each pupil with a place; only for a confidential report."""
    who = ("Pupil", "Pupils", "Need", "Year", "Locality")
    heads = (*who, "School", "Provision", "Kind", "Change", "Request", "Minutes", "Miles", "Transport", "£ a year")
    rows = tuple(
        (
            text_cell(row["pupil_id"]),
            Cell(int(row["count"]), Unit.COUNT),
            text_cell(row["need"]),
            Cell(int(row["year_group"]), Unit.COUNT),
            *(text_cell(row[name]) for name in ("locality", "setting_name", "provision_id")),
            text_cell(KIND_NAMES[row["kind"]]),
            text_cell(row["change"]),
            text_cell(row["request"]),
            Cell(float(row["minutes"]), Unit.ONE_DECIMAL),
            Cell(float(row["miles"]), Unit.ONE_DECIMAL),
            text_cell(row["mode"]),
            Cell(float(row["cost_gbp"]), Unit.GBP),
        )
        for row in plan.placements.sort_values(["pupil_id", "provision_id"], kind="stable").to_dict("records")
    )
    return Grid("pupils", "Every pupil with a place", heads, rows)


def unplaced_list(plan: Plan) -> Grid:
    """Return a row for each pupil without a place; only for a confidential report."""
    heads = ("Pupil", "Pupils", "Need", "Year", "Locality", "Present provision", "Reasons")
    rows = tuple(
        (
            text_cell(row["pupil_id"]),
            Cell(int(row["count"]), Unit.COUNT),
            text_cell(row["need"]),
            Cell(int(row["year_group"]), Unit.COUNT),
            *(text_cell(row[name]) for name in ("locality", "previous_provision_id", "reasons")),
        )
        for row in plan.unplaced.to_dict("records")
    )
    return Grid("unplaced", "Every pupil without a place", heads, rows)
