"""Look through the built site: `python docs/check_site.py FOLDER` ends with 1 when a link is dead or a file is missing.

Sphinx checks what it understands as a link. This reads the pages as a browser does: every link and the place on a page
that it leads to, and everything that a page would load. Nothing may be loaded from the network.
"""

import re
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from os.path import normpath
from pathlib import Path
from urllib.parse import unquote, urlsplit

LOADING = {
    "script": "src",
    "img": "src",
    "link": "href",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
}
"""Elements whose file a browser fetches by itself, and the attribute that names it."""

FETCHED_BY_STYLE = re.compile(r"""(?:@import\s+|url\()\s*["']?((?:https?:)?//[^"')\s]+)""")


@dataclass
class Page(HTMLParser):
    """What a page has and what it asks for."""

    places: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    images_without_text: int = 0

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the places, links and files of one element."""
        given = {name: value or "" for name, value in attrs}
        if "id" in given:
            self.places.add(given["id"])
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in LOADING and LOADING[tag] in given:
            self.loads.append(given[LOADING[tag]])
        self.images_without_text += tag == "img" and not given.get("alt", "").strip()


def faults_of(folder: Path) -> list[str]:
    """Return a sentence for each fault of a built site, in the order of its pages.

    Parameters
    ----------
    folder
        Of the built pages.
    """
    folder = folder.resolve()
    pages = {path: read(path) for path in sorted(folder.rglob("*.html"))}
    if not pages:
        return [f"{folder}: there are no pages. Build the site first."]
    faults = []
    for path, page in pages.items():
        name = path.relative_to(folder)
        faults += [f"{name}: the link {link} leads nowhere" for link in page.links if not _leads_on(path, link, pages)]
        faults += [f"{name}: {file} is loaded from elsewhere" for file in page.loads if urlsplit(file).netloc]
        faults += [f"{name}: the file {file} is not there" for file in page.loads if not _is_here(path, file)]
        if page.images_without_text:
            faults.append(f"{name}: {page.images_without_text} pictures without a text")
    for path in sorted(folder.rglob("*.css")):
        found = FETCHED_BY_STYLE.findall(path.read_text(encoding="utf-8"))
        faults += [f"{path.relative_to(folder)}: {file} is loaded from elsewhere" for file in found]
    return faults


def read(path: Path) -> Page:
    """Return what one page has."""
    page = Page()
    page.feed(path.read_text(encoding="utf-8"))
    return page


def _leads_on(path: Path, link: str, pages: dict[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return True
    target = _beside(path, parts.path)
    if target not in pages:
        return target.is_file() and not parts.fragment
    return parts.fragment in {"", "top"} or unquote(parts.fragment) in pages[target].places


def _is_here(path: Path, file: str) -> bool:
    parts = urlsplit(file)
    return bool(parts.scheme or parts.netloc) or _beside(path, parts.path).is_file()


def _beside(path: Path, name: str) -> Path:
    return Path(normpath(path.parent / unquote(name))) if name else path


if __name__ == "__main__":
    sys.exit("\n".join(faults_of(Path(sys.argv[1]))) or 0)
