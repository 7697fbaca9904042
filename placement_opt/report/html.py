"""The report as one HTML page that needs no network."""

from collections.abc import Mapping
from pathlib import Path

from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.extras import ReportExtras
from placement_opt.report.first_screen import tiles
from placement_opt.report.page import render_page, templates
from placement_opt.report.plan_map import SHAPES, plan_map
from placement_opt.report.section import Section
from placement_opt.report.sections import first_section, reading_notes, sections_after_map, sections_before_map
from placement_opt.report.subject import Subject
from placement_opt.report.words import SHARED_NOTE, TOO_FEW_NOTE
from placement_opt.travel import TravelMatrix
from placement_opt.whole_files import written_beside

TITLE = "Places for pupils with education, health and care plans"
BANNER = "This report holds rows about single pupils and small groups. Keep it inside the council."


def write_report(
    path: str | Path,
    plans: Mapping[str, Plan],
    problem: Problem,
    travel: TravelMatrix,
    *,
    confidential: bool = False,
    title: str | None = None,
    extras: ReportExtras | None = None,
) -> Path:
    """Write plans as one HTML page: first screen, figures, actions, charts, tables, map, assumptions, glossary, record.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    plans
        Plans by name. The first is the reference, often today's placements; the last is reported in full.
    problem, travel
        What the plans were made from.
    confidential
        Show small groups, every pupil, homes and catchments, and say so on top. Otherwise counts of 1 to 4 pupils are
        hidden, and whatever would give them away (see `placement_opt.suppression`), and no pupil or home is shown.
        Where so few pupils are left that small groups can be worked out all the same, the page says so on top.
    title
        Heading of the page.
    extras
        Thresholds of indicators, owners of actions, cures of a shortfall, changes since an earlier run, routes.

    Returns
    -------
    Path
        The file. It loads nothing, and may run only its own script, which the page can do without.

    Raises
    ------
    ValueError
        When there is no plan, plans are on different cost bases, the last plan was made from other tables, or
        something of `extras` is not about it or is given twice.
    InputError
        When routes hold pupils or schools that the problem does not know.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    return write_page(path, Subject(dict(plans), problem, travel, confidential), title=title, extras=extras)


def write_page(
    path: str | Path, subject: Subject, *, title: str | None = None, extras: ReportExtras | None = None
) -> Path:
    """Write what `write_report` writes, for a subject that is known; arguments, return value and errors are its own."""
    target = Path(path)
    page = render_report(subject, title or TITLE, extras or ReportExtras())
    with written_beside(target) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return target


def _banner(subject: Subject) -> str:
    """Return why a page is not for sharing; blank = it is."""
    if subject.confidential:
        return BANNER
    return TOO_FEW_NOTE if subject.gives_away else ""


def render_report(subject: Subject, title: str, extras: ReportExtras) -> str:
    """Return the page as text.

    Parameters
    ----------
    subject
        What is reported.
    title
        Heading of the page.
    extras
        What it shows besides.
    """
    extras.check(subject.problem)
    first, before, after = first_section(subject), sections_before_map(subject, extras), sections_after_map(subject)
    body = (
        templates()
        .get_template("body.html.j2")
        .render(
            first=first,
            tiles=tiles(subject),
            details=reading_notes(subject),
            before=before,
            after=after,
            view=plan_map(subject, extras.routes),
            shapes=SHAPES,
        )
    )
    plan = subject.plans[subject.main]
    return render_page(
        title,
        body,
        [first, *before, Section("map", "Map"), *after],
        status=str(plan.status),
        banner=_banner(subject),
        note="" if subject.confidential else SHARED_NOTE,
        made_by=plan.record.get("versions", {}).get("placement_opt", ""),
    )
