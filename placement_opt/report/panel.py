"""The pack for a panel as one HTML file that needs no network: a printed page for each pupil, nobody else in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from placement_opt.plan import Plan
from placement_opt.policy import SolveOptions
from placement_opt.problem import Problem
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.page import locked, templates
from placement_opt.schema import NEEDS
from placement_opt.suitability import REASON_TEXTS
from placement_opt.travel import TravelMatrix
from placement_opt.whole_files import written_beside
from placement_opt.why.reasons import Explanation, reasons
from placement_opt.why.reasons.letter import OTHER_LIMIT, SAFE
from placement_opt.why.reasons.values import Alternative
from placement_opt.why.reasons.words import kind_words, rounded_gbp, year_words

TITLE = "Options for the placement panel"
BANNER = "Each page is about one child. Give it only to those who decide about that child, and to the family."
NOTES = (
    "Own cost: top-up or fee, place funding and transport of this child for a year, on the basis named. To the "
    "council: what everything would cost more for a year if this child were there and all else were decided anew, to "
    "the nearest £100, so that it cannot be traced to another child; what unmet wishes weigh is counted with it.",
)
_HEADS = ("Place", "Kind", "Minutes", "Miles", "Own cost, £", "To the council", "What stands in the way")
MOST_OPTIONS = 12
"""So many places are listed for a pupil; how many more there are is said."""


@dataclass(frozen=True)
class Page:
    """What the page of one pupil shows."""

    key: str
    pupil_id: str
    about: str
    letter: tuple[str, ...]
    options: Grid
    refused: Grid


def panel_pack(
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan,
    pupil_ids: Sequence[str],
    path: str | Path,
    *,
    options: SolveOptions | None = None,
) -> Path:
    """Write a page for each of some pupils: the place proposed, why, and what the other places would mean.

    Parameters
    ----------
    problem, travel, plan
        The question, and a plan that `solve` made for it without weights.
    pupil_ids
        Whom the panel decides about, in the order of the pages.
    path
        The file to write; an existing one is replaced when the new one is complete.
    options
        Threads, seed, and the time for each forced placement; None = the default options.

    Returns
    -------
    Path
        The file. A page holds nothing about any other pupil; it proposes, and people decide.

    Raises
    ------
    InputError
        When the problem lacks a pupil, or the plan is not one of the problem's, a baseline, or made with weights.
    ValueError
        When no pupil is given, or one twice.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    if not pupil_ids or len(set(pupil_ids)) < len(pupil_ids):
        raise ValueError("`pupil_ids` is empty or names a pupil twice; give each pupil_id once.")
    found = reasons(problem, travel, plan, options=options).explain_all(pupil_ids)
    text = render_panel(found, str(plan.status), plan.record.get("versions", {}).get("placement_opt", ""))
    with written_beside(Path(path)) as draft:
        draft.write_text(text, encoding="utf-8", newline="\n")
    return Path(path)


def render_panel(explanations: Sequence[Explanation], status: str, made_by: str) -> str:
    """Return the pack as text.

    Parameters
    ----------
    explanations
        One for each page.
    status
        How good the plan is proven to be.
    made_by
        The version of the library that made the plan.
    """
    pages = [_page(number, one) for number, one in enumerate(explanations, start=1)]
    text: str = (
        templates()
        .get_template("panel.html.j2")
        .render(title=TITLE, banner=BANNER, notes=NOTES, pages=pages, status=status, made_by=made_by)
    )
    return locked(text)


def _page(number: int, one: Explanation) -> Page:
    need = NEEDS.get(one.need, one.need)
    row = f", {one.count} pupils of one row" if one.count > 1 else ""
    return Page(
        f"pupil-{number}",
        one.pupil_id,
        f"{year_words(one.year_group)}, {need}{row}. Costs on the {one.cost_basis} basis.",
        tuple(one.letter().split("\n\n")),
        _options(number, one),
        _refused(number, one),
    )


def _options(number: int, one: Explanation) -> Grid:
    shown = [*one.given, *one.others[:MOST_OPTIONS]]
    more = len(one.others) - MOST_OPTIONS
    note = f"{more} more places are allowed; they come after these." if more > 0 else ""
    rows = tuple(_row(place) for place in shown)
    return Grid(f"options-{number}", "The place proposed, and the others that are allowed", _HEADS, rows, note=note)


def _row(place: Alternative) -> tuple[Cell, ...]:
    proposed = " (proposed)" if place.given else ""
    return (
        text_cell(f"{place.setting_name}{proposed}"),
        text_cell(kind_words(place)),
        _figure(place.minutes, Unit.ONE_DECIMAL),
        _figure(place.miles, Unit.ONE_DECIMAL),
        _figure(place.cost_gbp, Unit.GBP),
        text_cell(_to_the_council(place)),
        text_cell(_against(place)),
    )


def _figure(value: float, unit: Unit) -> Cell:
    return text_cell("not known") if np.isnan(value) else Cell(value, unit)


def _to_the_council(place: Alternative) -> str:
    if place.extra_gbp is None:
        return ""
    if np.isnan(place.extra_gbp):
        return "not possible"
    if place.more_unplaced:
        return "fewer children would have a place"
    return "nothing more" if round(place.extra_gbp, 2) == 0 else f"{rounded_gbp(place.extra_gbp)} more"


def _against(place: Alternative) -> str:
    kinds = dict.fromkeys(SAFE.get(limit.kind, OTHER_LIMIT) for limit in place.limits if limit.kind != "wish")
    return "; ".join(kinds)


def _refused(number: int, one: Explanation) -> Grid:
    reasons_of = dict.fromkeys(place.reason for place in one.refused)
    rows = tuple(
        (
            text_cell(REASON_TEXTS[reason].capitalize()),
            Cell(sum(place.reason == reason for place in one.refused), Unit.COUNT),
        )
        for reason in reasons_of
    )
    return Grid(f"refused-{number}", "Places that a rule rules out", ("Rule", "Places"), rows)
