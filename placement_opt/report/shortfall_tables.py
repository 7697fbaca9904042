"""Why pupils have no place and what would cure it: for confidential papers only, since the numbers are small."""

from placement_opt.report.extras import ReportExtras
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.subject import Subject
from placement_opt.why.shortfall.values import Cures
from placement_opt.why.witness_values import Witness

ELSEWHERE = "Which pupils share too few places, and what would give them one, stands in the confidential report only."


def shortfall(subject: Subject, extras: ReportExtras) -> tuple[tuple[str, ...], tuple[Grid, ...]]:
    """Return the sentences and tables about a shortfall; none where nothing was given."""
    if extras.witness is None and extras.cures is None:
        return (), ()
    if not subject.confidential:
        return (ELSEWHERE,), ()
    grids = [] if extras.witness is None else [_groups(extras.witness)]
    grids += [] if extras.cures is None else [_cures(extras.cures)]
    return _sentences(extras), tuple(grids)


def _sentences(extras: ReportExtras) -> tuple[str, ...]:
    said = []
    if extras.witness is not None:
        found = extras.witness
        said.append(f"{_pupils(found.unplaced_pupils)} no place, {found.explained:,} of them for want of places.")
        said += [f"These rules stand in the way of the others: {' '.join(found.clashes)}"] if found.clashes else []
    if extras.cures is not None:
        left, is_fewest = extras.cures.unplaced_pupils, extras.cures.is_fewest
        proof = "proved to be as few as such changes can reach" if is_fewest else "not proved to be fewest"
        who = f"{_pupils(left)} no place ({proof})" if left else "every pupil has a place"
        said.append(f"After each set of changes below, {who}.")
    return tuple(said)


def _pupils(number: int) -> str:
    return "1 pupil has" if number == 1 else f"{number:,} pupils have"


def _groups(found: Witness) -> Grid:
    rows = tuple(
        (
            text_cell(f"Group {number}"),
            Cell(group.pupils, Unit.COUNT),
            Cell(group.asked, Unit.COUNT),
            Cell(group.places, Unit.COUNT),
            Cell(group.unplaced, Unit.COUNT),
            text_cell(", ".join(group.provision_ids) or "nowhere at all"),
        )
        for number, group in enumerate(found.groups, start=1)
    )
    heads = ("Group", "Pupils", "Places they take", "Places there are", "Left without", "Where they may go")
    return Grid("witness", "Pupils who share too few places", heads, rows)


def _cures(found: Cures) -> Grid:
    rows = tuple(
        (
            text_cell(row["words"]),
            Cell(row["changes"], Unit.COUNT),
            Cell(float(row["price_gbp"]), Unit.GBP),
            Cell(float(row["cost_gbp"]), Unit.GBP),
            Cell(float(row["more_gbp"]), Unit.GBP_CHANGE),
            text_cell("yes" if row["is_proven"] else "no"),
            text_cell(row["order"]),
        )
        for row in found.table.to_dict("records")
    )
    heads = ("Changes", "How many", "Their price, £ a year", "The plan, £ a year", "More, £ a year", "Proved", "For")
    note = "Proved: no set has fewer changes, or none costs less, as the last column says. People decide which to make."
    who = "more pupils" if found.unplaced_pupils else "everybody"
    return Grid("cures", f"Changes that would give {who} a place", heads, rows, note=note)
