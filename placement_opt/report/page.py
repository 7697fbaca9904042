"""A whole page of HTML that loads nothing and runs only its own script: what all papers share."""

import base64
import hashlib
import re
from collections.abc import Sequence
from typing import Any

from placement_opt.report.glossary import page_text, terms_used
from placement_opt.report.section import Section

NOTHING = "'none'"
_INLINE = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)
_LOCK = "<!-- content security policy -->"
"""Where the page's head says what may run; a page without it is left as it is."""


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
    return locked(page)


def locked(page: str) -> str:
    """Return a page that may run and show only what stands in it: a policy with a fingerprint of each style and script.

    Parameters
    ----------
    page
        With the comment "content security policy" in its head. Styles in attributes, scripts in attributes and
        anything from a network are refused by the browser.

    Examples
    --------
    >>> page = locked("<!-- content security policy --><style>p{}</style>")
    >>> "style-src 'sha256-gG2yISYereRMiG2lMXrbiUgi0Ubw9p7QCeWcroOvy9Y='; script-src 'none'" in page
    True
    """
    prints: dict[str, list[str]] = {"style": [], "script": []}
    for kind, text in _INLINE.findall(page):
        digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
        prints[kind].append(f"'sha256-{digest}'")
    allowed = "; ".join(f"{kind}-src {' '.join(found) or NOTHING}" for kind, found in prints.items())
    policy = f"default-src 'none'; img-src data:; {allowed}; base-uri 'none'; form-action 'none'"
    return page.replace(_LOCK, f'<meta http-equiv="Content-Security-Policy" content="{policy}">', 1)


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
