"""A new user's first quarter of an hour: the workbook of docs/start.md filled in, checked, solved and read."""

import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from placement_opt.cli import main

PAGE = (Path(__file__).parents[1] / "docs" / "start.md").read_text(encoding="utf-8")

TRIED = ("check", "solve", "report", "cure", "explain", "worth", "verify")


def table_of(sheet: str) -> list[dict[str, str]]:
    """Return the first table of the page after the name of a sheet."""
    lines = PAGE.split(f"Sheet `{sheet}`")[1].splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("|"))
    rows = []
    for line in lines[start:]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return [dict(zip(rows[0], row, strict=True)) for row in rows[2:]]


def typed(cell: str) -> Any:
    """Return what Excel makes of what a person types."""
    return int(cell) if cell.isdigit() else cell or None


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    """Fill in the blank workbook as the page says, heading by heading."""
    path = tmp_path / "places.xlsx"
    assert main(["template", str(path)]) == 0
    book = openpyxl.load_workbook(path)
    for sheet in ("pupils", "settings", "provisions"):
        columns = {cell.value: cell.column for cell in book[sheet][1]}
        for number, row in enumerate(table_of(sheet), start=2):
            for name, cell in row.items():
                book[sheet].cell(number, columns[name], typed(cell))
    book.save(path)
    return path


def test_the_page_has_ten_pupils() -> None:
    assert [len(table_of(sheet)) for sheet in ("pupils", "settings", "provisions")] == [10, 3, 3]


def test_the_commands_of_the_page_say_what_the_page_says(
    workbook: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(workbook.parent)
    own = PAGE.split("## Ten pupils of your own")[1].split("(grid-references)=")[0]
    lines = re.findall(r"^    (.+)$", own, flags=re.MULTILINE)
    commands = [line.split("#")[0].split()[1:] for line in lines if line.startswith("placement-opt ")]
    assert [words[0] for words in commands] == ["template", *TRIED]
    codes = [main(words) for words in commands if words[0] != "template"]
    assert codes == [0] * len(TRIED)
    printed = {" ".join(line.split()) for line in capsys.readouterr().out.splitlines()}
    shown = [" ".join(line.split()) for line in lines if not line.startswith("placement-opt ")]
    assert len(shown) == 12
    assert [line for line in shown if line not in printed] == []
    written = {str(path.relative_to(workbook.parent)) for path in workbook.parent.glob("*/*")}
    assert {"out/report.html", "out/workbook.xlsx", "out/run.json", "inside/report.html"} <= written
