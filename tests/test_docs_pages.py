"""The pages say what the library does: their examples run, and what they name is there."""

import argparse
import doctest
import re
from pathlib import Path

import pytest

import placement_opt as po
from placement_opt.arguments import build_parser

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [*sorted(DOCS.glob("**/*.md")), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
RUN = [page for page in PAGES if ">>> " in page.read_text(encoding="utf-8")]
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

QUESTIONS = 12
"""That councils ask again and again."""


def text_of(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", RUN, ids=name_of)
def test_the_examples_of_a_page_run_as_they_stand(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS, encoding="utf-8")
    assert (found.failed, found.attempted > 5) == (0, True)


def test_the_pages_that_hold_examples_are_still_those_that_ran() -> None:
    kept = {"answers", "demand", "fairness", "futures", "reasons", "robust", "route_review", "shortfall", "start"}
    assert kept | {"two_ways", "worth"} <= {page.stem for page in RUN}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_name_of_the_package_on_a_page_exists(page: Path) -> None:
    named = set(re.findall(r"\bpo\.([A-Za-z_]\w*)", text_of(page)))
    assert sorted(name for name in named if not hasattr(po, name)) == []
    within = set(re.findall(r"\bpo\.examples\.(\w+)", text_of(page)))
    assert sorted(name for name in within if not hasattr(po.examples, name)) == []


def commands() -> dict[str, argparse.ArgumentParser]:
    """Return the parser of each command."""
    actions = build_parser()._actions
    return next(action.choices for action in actions if isinstance(action, argparse._SubParsersAction))


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "changelog"], ids=name_of)
def test_every_command_and_option_on_a_page_exists(page: Path) -> None:
    known = commands()
    joined = re.sub(r"\\?\n\s*(?=--)", " ", text_of(page))
    for line in re.findall(r"(?:`|^\s*|bin/)placement-opt ([a-z][^`\n#]*)", joined, flags=re.MULTILINE):
        command, *words = line.split()
        assert command in known, f"placement-opt {command} is no command"
        options = {word.split("=")[0] for word in words if word.startswith("--")}
        assert options <= set(known[command]._option_string_actions), line


@pytest.mark.parametrize("page", [*PAGES, ROOT / "CHANGELOG.md"], ids=name_of)
def test_every_file_that_a_page_links_to_is_there(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text_of(page))
    files = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [file for file in files if not (page.parent / file).exists()] == []


def test_the_reference_has_every_public_name_once() -> None:
    pages = "\n".join(text_of(page) for page in sorted((DOCS / "api").glob("*.md")))
    named = re.findall(r"^\.\. auto(?:function|class|exception):: (\w+)$", pages, flags=re.MULTILINE)
    assert sorted(named) == sorted(set(po.__all__) - {"examples"})
    assert ".. automodule:: placement_opt.examples" in pages


def test_every_question_has_a_page_and_something_to_call() -> None:
    rows = re.findall(r"^\| (\d+) \| (.+\?) \| (.+) \| (.+) \|$", text_of(DOCS / "answers.md"), flags=re.MULTILINE)
    assert [int(number) for number, *_ in rows] == list(range(1, QUESTIONS + 1))
    assert all("](" in page and "`" in call for _, _, page, call in rows)


def test_the_readme_begins_with_its_two_commands() -> None:
    lines = [line for line in text_of(ROOT / "README.md").splitlines() if line.strip()]
    assert lines[0] == "# placement_opt"
    assert [line.split("#")[0].strip() for line in lines[2:4]] == ["make demo", "make test"]


def test_every_script_and_notebook_is_on_its_page() -> None:
    page = text_of(DOCS / "examples.md")
    there = {path.name for path in (ROOT / "examples").iterdir() if path.suffix in {".py", ".ipynb"}} - {
        "run_notebooks.py"
    }
    assert there == set(re.findall(r"^\| `([\w.]+)` \|", page, flags=re.MULTILINE))
