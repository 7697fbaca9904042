"""The report as one HTML page that needs no network."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from placement_opt.files.raw import written_beside
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.report.glossary import page_text, terms_used
from placement_opt.report.maps import draw_map, map_words
from placement_opt.report.sections import Section, record_section, sections_after_map, sections_before_map
from placement_opt.report.subject import Subject
from placement_opt.report.words import SHARED_NOTE
from placement_opt.travel import TravelMatrix

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
) -> Path:
    """Write plans as one HTML page: figures, tables, map, assumptions, glossary and record.

    Parameters
    ----------
    path
        The file to write; an existing one is replaced when the new one is complete.
    plans
        Plans by name. The first is the reference, often today's placements; the last is reported in full.
    problem, travel
        What the plans were made from.
    confidential
        Show small groups and every pupil, and say so on top. Otherwise counts of 1 to 4 pupils are hidden, and
        whatever would give them away (see `placement_opt.suppression`), and no pupil or home is shown.
    title
        Heading of the page.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    ValueError
        When there is no plan, plans are on different cost bases, or the last plan was made from other tables.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    target = Path(path)
    subject = Subject(dict(plans), problem, travel, confidential)
    page = render_report(subject, title or TITLE)
    with written_beside(target) as draft:
        draft.write_text(page, encoding="utf-8", newline="\n")
    return target


def render_report(subject: Subject, title: str) -> str:
    """Return the page as text.

    Parameters
    ----------
    subject
        What is reported.
    title
        Heading of the page.
    """
    before, after, record = sections_before_map(subject), sections_after_map(subject), record_section(subject)
    body = (
        templates()
        .get_template("body.html.j2")
        .render(
            subject=subject,
            before=before,
            after=after,
            record=record,
            map_picture=base64.b64encode(draw_map(subject)).decode("ascii"),
            map_words=map_words(subject),
        )
    )
    plan = subject.plans[subject.main]
    headings = [*before, Section("map", "Map"), *after, record]
    return render_page(
        title,
        body,
        headings,
        status=str(plan.status),
        banner=BANNER if subject.confidential else "",
        note="" if subject.confidential else SHARED_NOTE,
        made_by=plan.record.get("versions", {}).get("placement_opt", ""),
    )


def render_page(
    title: str, body: str, headings: Sequence[Section], *, status: str, banner: str, note: str, made_by: str
) -> str:
    """Return a whole page: the body between its heading and contents and the glossary of the words it uses.

    Parameters
    ----------
    title
        Heading of the page.
    body
        What `main` holds, escaped already.
    headings
        The sections of the body, for the contents.
    status
        How good the plan is proven to be.
    banner
        Why the page is confidential; blank = it may be shared.
    note
        What a reader has to know about its figures.
    made_by
        The version of the library that made the plan.
    """
    page: str = (
        templates()
        .get_template("page.html.j2")
        .render(
            title=title,
            body=body,
            headings=[*headings, Section("glossary", "Glossary")],
            terms=terms_used(f"{title} {page_text(body)}"),
            status=status,
            banner=banner,
            note=note,
            made_by=made_by,
        )
    )
    return page


def templates() -> Any:
    """Return the templates of the papers, with everything escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined  # noqa: PLC0415 - loads when used
    from markupsafe import Markup  # noqa: PLC0415

    environment = Environment(
        loader=PackageLoader("placement_opt.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["as_markup"] = Markup  # only ever for what another template has escaped already
    return environment
