"""Tables of papers as they are read back: from a page, from a workbook."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

from openpyxl import load_workbook

Value = str | float | None


@dataclass(frozen=True)
class Figure:
    """A cell of the page: what is read, and the exact value behind it."""

    text: str
    value: float | None

    def content(self) -> Value:
        """Return the exact value, or the words where there is none."""
        return self.text if self.value is None else self.value


@dataclass
class Table:
    """A table as it was read back, with its total as a last row."""

    heads: list[str] = field(default_factory=list)
    rows: list[list[Value]] = field(default_factory=list)

    def column(self, head: str) -> dict[str, Value]:
        """Return a column by the first cell of each row."""
        at = self.heads.index(head)
        return {str(row[0]): row[at] for row in self.rows}


class Page(HTMLParser):
    """Every table of a page by the end of its id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: dict[str, Table] = {}
        self.figures: list[Figure] = []
        self._table: Table | None = None
        self._words: list[str] | None = None
        self._value: float | None = None
        self._is_head = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        if tag == "table":
            self._table = self.tables[str(known.get("id")).removeprefix("table-")] = Table()
        elif tag == "tr" and self._table is not None:
            self._table.rows.append([])
        elif tag in {"td", "th"} and self._table is not None:
            self._words, self._is_head = [], known.get("scope") == "col"
            value = known.get("data-value")
            self._value = None if value is None else _number(value)

    def handle_data(self, data: str) -> None:
        if self._words is not None:
            self._words.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"} and self._table is not None and self._words is not None:
            figure = Figure("".join(self._words).strip(), self._value)
            if self._is_head:
                self._table.heads.append(figure.text)
            else:
                self._table.rows[-1].append(figure.content())
                self.figures.append(figure)
            self._words = None
        elif tag == "table" and self._table is not None:
            self._table.rows = [row for row in self._table.rows if row]
            self._table = None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:  # words in a column of figures
        return None


def read_book(path: Path) -> dict[str, Table]:
    """Return every Excel table of a workbook by the end of its name, the values of totals as they are stored."""
    found = {}
    for sheet in load_workbook(path, data_only=True):
        for name, ref in sheet.tables.items():
            cells = [[cell.value for cell in row] for row in sheet[ref]]
            below = sheet[int(re.findall(r"\d+", ref)[-1]) + 1]
            total = [[cell.value for cell in below[: len(cells[0])]]] if str(below[0].value).startswith("All") else []
            rows = [row for row in (*cells[1:], *total) if any(value is not None for value in row)]
            found[name.removeprefix("plan_")] = Table([str(head) for head in cells[0]], rows)
    return found
