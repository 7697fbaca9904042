"""The site builds without a warning, and the check of the built site sees what is wrong with one."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.amounts import IS_NIGHT

DOCS = Path(__file__).parents[1] / "docs"
FRAME = "<html><body>{}</body></html>"


@pytest.fixture(scope="module")
def faults_of() -> Callable[[Path], list[str]]:
    found: Callable[[Path], list[str]] = runpy.run_path(str(DOCS / "check_site.py"))["faults_of"]
    return found


def build(kind: str, out: Path) -> str:
    """Build the site as `make docs` does, warnings being errors; return what is said, nothing when all is well."""
    strict = ["--quiet", "--fail-on-warning", "--keep-going"]
    command = [sys.executable, "-m", "sphinx", *strict, "--builder", kind, str(DOCS), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - our own builder and folders
    return done.stdout + done.stderr if done.returncode else ""


@pytest.mark.skipif(not IS_NIGHT, reason="half a minute: in the night run, and by `make docs`")
def test_every_page_is_read_and_every_reference_resolved_without_a_warning(tmp_path: Path) -> None:
    assert build("dummy", tmp_path) == ""


@pytest.mark.skipif(not IS_NIGHT, reason="writes all pages: in the night run, and by `make docs`")
def test_the_built_site_has_no_dead_link_and_loads_nothing_from_elsewhere(
    tmp_path: Path, faults_of: Callable[[Path], list[str]]
) -> None:
    assert build("html", tmp_path) == ""
    assert faults_of(tmp_path) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<a href="gone.html">x</a>', "the link gone.html leads nowhere"),
        ('<a href="other.html#gone">x</a>', "the link other.html#gone leads nowhere"),
        ('<a href="#gone">x</a>', "the link #gone leads nowhere"),
        ('<script src="https://cdn.example/x.js"></script>', "https://cdn.example/x.js is loaded from elsewhere"),
        ('<link rel="stylesheet" href="//fonts.example/a.css">', "//fonts.example/a.css is loaded from elsewhere"),
        ('<img src="gone.png" alt="a map">', "the file gone.png is not there"),
        ('<img src="here.png" alt=" ">', "1 pictures without a text"),
    ],
)
def test_the_check_says_what_is_wrong_with_a_page(
    tmp_path: Path, faults_of: Callable[[Path], list[str]], body: str, said: str
) -> None:
    (tmp_path / "here.png").touch()
    (tmp_path / "other.html").write_text(FRAME.format('<p id="there">x</p>'), encoding="utf-8")
    (tmp_path / "page.html").write_text(FRAME.format(body), encoding="utf-8")
    assert faults_of(tmp_path) == [f"page.html: {said}"]


def test_the_check_finds_nothing_wrong_with_a_sound_page(
    tmp_path: Path, faults_of: Callable[[Path], list[str]]
) -> None:
    (tmp_path / "here.png").touch()
    body = (
        '<p id="there">x</p><a href="#there">x</a><a href="https://example.org">x</a><img src="here.png" alt="a map">'
    )
    (tmp_path / "page.html").write_text(FRAME.format(body), encoding="utf-8")
    assert faults_of(tmp_path) == []


def test_the_check_sees_a_font_that_a_style_sheet_would_fetch(
    tmp_path: Path, faults_of: Callable[[Path], list[str]]
) -> None:
    (tmp_path / "page.html").write_text(FRAME.format(""), encoding="utf-8")
    (tmp_path / "a.css").write_text('@import "https://fonts.example/a.css";', encoding="utf-8")
    assert faults_of(tmp_path) == ["a.css: https://fonts.example/a.css is loaded from elsewhere"]


def test_a_folder_without_pages_is_a_fault(tmp_path: Path, faults_of: Callable[[Path], list[str]]) -> None:
    assert len(faults_of(tmp_path)) == 1
