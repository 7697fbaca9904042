"""What answers say of themselves: how far from the best, and their lines as a table for a notebook."""


def summary_table(caption: str, summary: str) -> str:
    """Return lines of a summary, what it is in the first 18 characters, as an HTML table for a notebook."""
    rows = "".join(
        f"<tr><th style='text-align:left'>{line[:18].strip()}</th><td style='text-align:left'>{line[18:]}</td></tr>"
        for line in summary.splitlines()
    )
    return f"<table><caption>{caption}</caption>{rows}</table>"


def share_above(value: float, bound: float) -> float:
    """Return how far a value is above a bound, as a share of the value; 0 where it is not above it.

    Examples
    --------
    >>> share_above(200.0, 199.0), share_above(0.0, 0.0)
    (0.005, 0.0)
    """
    distance = max(0.0, value - bound)
    return 0.0 if distance == 0 else distance / max(abs(value), 1e-9)
