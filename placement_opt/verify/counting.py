"""Every pupil once, and every row about the pupil and the place that it names (C1)."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import Labels, wrong_numbers, wrong_words
from placement_opt.verify.question import Whole, plain, positions


def known_rows(case: Case) -> Iterator[str]:
    """Find rows that name no pupil or provision of the problem, or stand for fewer than one pupil."""
    pupil_ids, provision_ids = case.question.pupils["pupil_id"], case.question.provisions["provision_id"]
    for table, column, known in (
        ("placements", "pupil_id", pupil_ids),
        ("placements", "provision_id", provision_ids),
        ("unplaced", "pupil_id", pupil_ids),
        ("use", "provision_id", provision_ids),
        ("outreach", "hub_id", case.question.problem.hubs["provision_id"]),
        ("outreach", "spoke_id", provision_ids[case.question.provisions["kind"] == "spoke"]),
        ("teams", "hub_id", case.question.problem.hubs["provision_id"]),
    ):
        named = case.plan.tables[table][column]
        for row, value in named[(positions(known, named) < 0)].items():
            yield f"{table}, row {row}: {column} {value} is not one that the problem has for it."
    for table in ("placements", "unplaced"):
        frame = case.plan.tables[table]
        for row, count in frame.loc[frame["count"] < 1, "count"].items():
            yield f"{table}, row {row}: stands for {count} pupils; 1 is the least."


def repeated_rows(case: Case) -> Iterator[str]:
    """Find pupils with two rows for one provision, and provisions, links and hubs with two rows."""
    for table, key in (
        ("placements", ["pupil_id", "provision_id"]),
        ("unplaced", ["pupil_id"]),
        ("use", ["provision_id"]),
        ("outreach", ["hub_id", "spoke_id"]),
        ("teams", ["hub_id"]),
    ):
        frame = case.plan.tables[table]
        for values in frame.loc[frame.duplicated(key), key].itertuples(index=False):
            yield f"{table}: {' at '.join(str(value) for value in values)} has more than one row."


def pupils_counted(case: Case) -> Iterator[str]:
    """Find rows of pupils that placed and unplaced together do not add up to (C1)."""
    placed, unplaced = _placed(case), _unplaced(case)
    wanted = case.question.of_pupils("count")
    for row in np.flatnonzero(placed + unplaced != wanted):
        yield (
            f"{case.question.of_pupils('pupil_id')[row]}: {placed[row]} placed and {unplaced[row]} unplaced; "
            f"together they should be {wanted[row]}."
        )


def musts_placed(case: Case) -> Iterator[str]:
    """Find pupils who must go somewhere but are without a place (C1)."""
    unplaced, must = _unplaced(case), case.question.must
    for row in np.flatnonzero((unplaced > 0) & (must >= 0)):
        provision_id = case.question.of_provisions("provision_id")[must[row]]
        yield f"{case.question.of_pupils('pupil_id')[row]} must go to {provision_id} but is unplaced."


def unplaced_rows(case: Case) -> Iterator[str]:
    """Find unplaced rows that differ from their pupil's data, or give no reason."""
    unplaced = case.plan.unplaced
    row = positions(case.question.pupils["pupil_id"], unplaced["pupil_id"])
    unplaced, row = unplaced[row >= 0], row[row >= 0]
    where = [f"{name} unplaced" for name in unplaced["pupil_id"]]
    yield from _copied(case, unplaced, row, where, ("need", "locality"))
    yield from wrong_numbers(
        where, "year_group", plain(unplaced["year_group"]), case.question.of_pupils("year_group")[row]
    )
    for name, reasons in zip(where, unplaced["reasons"].fillna(""), strict=True):
        if not reasons.strip():
            yield f"{name}: no reason is given."


def pupil_columns(case: Case) -> Iterator[str]:
    """Find placed rows that differ from their pupil's data."""
    yield from _copied(case, case.placed, case.pupil, case.where, ("need", "band", "locality"))
    for column in ("year_group", "places", "easting", "northing"):
        wanted = case.question.of_pupils(column)[case.pupil]
        yield from wrong_numbers(case.where, column, plain(case.placed[column]), wanted)


def school_columns(case: Case) -> Iterator[str]:
    """Find placed rows that differ from the data of their provision and its school."""
    for column in ("setting_id", "kind", "kind_label"):
        wanted = case.question.of_provisions(column)[case.provision]
        yield from wrong_words(case.where, column, plain(case.placed[column]), wanted)
    name = case.question.of_schools("name")[case.provision]
    yield from wrong_words(case.where, "setting_name", plain(case.placed["setting_name"]), name)
    for column in ("easting", "northing"):
        wanted = case.question.of_schools(column)[case.provision]
        yield from wrong_numbers(case.where, f"setting_{column}", plain(case.placed[f"setting_{column}"]), wanted)


def changes(case: Case) -> Iterator[str]:
    """Find a `change` that is not stays at the present provision, moves from another, new without one."""
    present = case.question.present[case.pupil]
    wanted = np.where(present < 0, "new", np.where(present == case.provision, "stays", "moves"))
    yield from wrong_words(case.where, "change", plain(case.placed["change"]), wanted)


def requests(case: Case) -> Iterator[str]:
    """Find a `request` that is not none without one, met at the requested school, missed elsewhere."""
    requested = case.question.requested[case.pupil]
    is_met = requested == case.question.school[case.provision]
    wanted = np.where(requested < 0, "none", np.where(is_met, "met", "missed"))
    yield from wrong_words(case.where, "request", plain(case.placed["request"]), wanted)


def present_places(case: Case) -> Iterator[str]:
    """Find pupils of a baseline who are elsewhere than now, or unplaced though their journey is known."""
    if not case.is_baseline:
        return
    question, placed = case.question, _placed(case)
    has_journey = ~np.isnan(question.minutes_at(np.arange(len(question.pupils)), question.school[question.present]))
    wanted = np.where((question.present >= 0) & has_journey, question.of_pupils("count"), 0)
    for row in np.flatnonzero(placed != wanted):
        yield f"{question.of_pupils('pupil_id')[row]}: {placed[row]} placed; today it is {wanted[row]}."
    for at in np.flatnonzero(case.provision != question.present[case.pupil]):
        yield f"{case.where[at]}: this is not the present provision."


def _placed(case: Case) -> Whole:
    total = np.zeros(len(case.question.pupils), dtype=np.int64)
    np.add.at(total, case.pupil, case.count)
    return total


def _unplaced(case: Case) -> Whole:
    unplaced = case.plan.tables["unplaced"]
    row = positions(case.question.pupils["pupil_id"], unplaced["pupil_id"])
    total = np.zeros(len(case.question.pupils), dtype=np.int64)
    np.add.at(total, row[row >= 0], unplaced["count"].to_numpy(dtype=np.int64)[row >= 0])
    return total


def _copied(case: Case, frame: pd.DataFrame, row: Whole, where: Labels, columns: Sequence[str]) -> Iterator[str]:
    for column in columns:
        yield from wrong_words(where, column, plain(frame[column]), case.question.of_pupils(column)[row])
    present = case.question.of_pupils("current_provision_id")[row]
    yield from wrong_words(where, "previous_provision_id", plain(frame["previous_provision_id"]), present)


CHECKS = (
    Check("known rows", known_rows),
    Check("repeated rows", repeated_rows),
    Check("pupils counted", pupils_counted),
    Check("musts placed", musts_placed, of_baseline=False),
    Check("present places", present_places),
    Check("unplaced rows", unplaced_rows),
    Check("pupil columns", pupil_columns),
    Check("school columns", school_columns),
    Check("changes", changes),
    Check("requests", requests),
)
