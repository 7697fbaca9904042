"""Tables and figures as Markdown."""

from collections.abc import Iterable, Sequence


def rows_as_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return rows of text as a table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def figure(value: float | None, form: str) -> str:
    """Return a figure in a format, or nothing where there is none."""
    return "" if value is None else format(value, form)


def plain(text: str) -> str:
    """Return a text that does not break a table."""
    return text.replace("|", "/").replace("\n", " ")
