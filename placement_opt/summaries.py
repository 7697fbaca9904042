"""What answers say of themselves: how far from the best, and small tables for a notebook.

The tables bring no colours of their own, so that they are read in light and in dark notebooks alike.
"""

from collections.abc import Iterable, Sequence
from html import escape

_LEFT = " style='text-align:left'"


def summary_table(caption: str, summary: str) -> str:
    """Return lines of a summary, what it is in the first 18 characters, as an HTML table for a notebook."""
    rows = "".join(
        f"<tr><th{_LEFT}>{escape(line[:18].strip())}</th><td{_LEFT}>{escape(line[18:])}</td></tr>"
        for line in summary.splitlines()
    )
    return f"<table><caption>{escape(caption)}</caption>{rows}</table>"


def small_table(caption: str, columns: Sequence[str], rows: Iterable[tuple[str, Sequence[str]]]) -> str:
    """Return rows, each with its heading, as an HTML table for a notebook.

    Examples
    --------
    >>> small_table("Plans", ["A & B"], [("Pupils", ["3"])])
    "<table><caption>Plans</caption><thead><tr><td></td><th scope='col'>A &amp; B</th></tr></thead><tbody><tr><th
    scope='row' style='text-align:left'>Pupils</th><td>3</td></tr></tbody></table>"
    """
    head = "".join(f"<th scope='col'>{escape(name)}</th>" for name in columns)
    body = "".join(
        f"<tr><th scope='row'{_LEFT}>{escape(label)}</th>{''.join(f'<td>{escape(cell)}</td>' for cell in cells)}</tr>"
        for label, cells in rows
    )
    top = f"<caption>{escape(caption)}</caption><thead><tr><td></td>{head}</tr></thead>"
    return f"<table>{top}<tbody>{body}</tbody></table>"


def share_above(value: float, bound: float) -> float:
    """Return how far a value is above a bound, as a share of the value; 0 where it is not above it.

    Examples
    --------
    >>> share_above(200.0, 199.0), share_above(0.0, 0.0)
    (0.005, 0.0)
    """
    distance = max(0.0, value - bound)
    return 0.0 if distance == 0 else distance / max(abs(value), 1e-9)
