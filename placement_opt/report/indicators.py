"""Indicators with the council's own thresholds: green, amber or red, in words as well as in colour."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from placement_opt.given import is_number
from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.place_tables import headline_rows, places_over_cells
from placement_opt.report.small_tables import read_small_table
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark

INDICATORS: Mapping[str, str] = {
    "unplaced": "Pupils without a place",
    "moves": "Pupils who move from a present place",
    "over_primary": "Pupils up to Year 6 over the guidance on journeys",
    "over_secondary": "Pupils from Year 7 over the guidance on journeys",
    "mean_minutes": "Mean journey, minutes one way",
    "places_over": "Places used over the number",
    "cost_gbp": "Cost, £ a year",
    "cost_each_gbp": "Cost for each pupil with a place, £ a year",
    "transport_gbp": "Transport, £ a year",
    "gap_percent": "Proven gap, %",
}
"""What can be rated, by the name that thresholds use."""

_ROWS = {
    "unplaced": "unplaced",
    "moves": "moves",
    "over_primary": "over primary",
    "over_secondary": "over secondary",
    "mean_minutes": "mean",
    "cost_gbp": "cost",
    "cost_each_gbp": "each",
    "transport_gbp": "transport",
}
GREEN, AMBER, RED = "Green", "Amber", "Red"
_THRESHOLD_HEADS = ("Threshold", "Source", "Since")
_RATED = (
    "Thresholds are the council's own or come with their source; no national ones are assumed. Green, amber and red "
    "stand in words and have different signs. Not rated: no threshold was given."
)
_UNRATED = (
    "No thresholds were given, so nothing is rated green, amber or red. No national ones are assumed: they are the "
    "council's to set, each with its source."
)


@dataclass(frozen=True)
class Threshold:
    """From which value on an indicator is green, amber or red: data with a source, the council's own or a law's.

    Parameters
    ----------
    indicator
        A name of `INDICATORS`.
    green, amber
        Green is up to and including `green`, amber up to and including `amber`, red beyond. Where `green` is the larger
        one, more is better, and the same holds downwards.
    source
        Where the threshold comes from.
    date
        Since when it holds, as YYYY-MM-DD.

    Raises
    ------
    ValueError
        When the indicator is not known, a value is no number, the source is blank, or the date is no day.

    Examples
    --------
    >>> Threshold("mean_minutes", 20, 30, "Transport plan, page 4", "2026-04-01").rating(25)
    'Amber'
    """

    indicator: str
    green: float
    amber: float
    source: str
    date: str

    def __post_init__(self) -> None:
        if self.indicator not in INDICATORS:
            raise ValueError(f"`indicator` is {self.indicator!r}; use one of {', '.join(INDICATORS)}.")
        for name in ("green", "amber"):
            if not is_number(getattr(self, name)) or not math.isfinite(getattr(self, name)):
                raise ValueError(f"`{name}` of {self.indicator} is {getattr(self, name)!r}; use a number.")
        if not self.source.strip():
            raise ValueError(f"`source` of {self.indicator} is blank; say where the threshold comes from.")
        try:
            date.fromisoformat(self.date)
        except ValueError:
            raise ValueError(f"`date` of {self.indicator} is {self.date!r}; use a day as YYYY-MM-DD.") from None

    def rating(self, value: float) -> str:
        """Return Green, Amber or Red."""
        sign = 1 if self.green <= self.amber else -1
        if sign * value <= sign * self.green:
            return GREEN
        return AMBER if sign * value <= sign * self.amber else RED

    @property
    def words(self) -> str:
        """The threshold in words."""
        way = "up to" if self.green <= self.amber else "from"
        return f"green {way} {self.green:,.10g}, amber {way} {self.amber:,.10g}"


def read_thresholds(path: str | Path) -> tuple[Threshold, ...]:
    r"""Read thresholds from a CSV table: indicator, green, amber, source, date.

    Parameters
    ----------
    path
        The table, in UTF-8. `INDICATORS` has the names of indicators.

    Raises
    ------
    InputError
        When the file cannot be read, or says something that is not understood; it lists every fault.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "thresholds.csv"
    ...     _ = table.write_text("indicator,green,amber,source,date\nunplaced,0,5,Cabinet,2026-03-01\n")
    ...     read_thresholds(table)[0].words
    'green up to 0, amber up to 5'
    """
    return read_small_table(Path(path), Threshold, numbers=("green", "amber"), key="indicator")


def indicators(subject: Subject, thresholds: Sequence[Threshold]) -> Grid:
    """Return every indicator of the main plan with its rating and the threshold it is rated by.

    Parameters
    ----------
    subject
        What is reported. The rating of a figure that is hidden is hidden too.
    thresholds
        At most one for each indicator.
    """
    given = {one.indicator: one for one in thresholds}
    at = list(subject.plans).index(subject.main)
    rows = []
    for name, label in INDICATORS.items():
        cells = _cells(subject, name)
        if cells is not None:
            before = () if at == 0 else (cells[0],)
            rated = _rated(cells[at], given.get(name)) if given else ()
            rows.append((text_cell(label), cells[at], *rated[:1], *before, *rated[1:], text_cell(name)))
    reference = () if at == 0 else (subject.reference,)
    rated_heads, about_heads = (("Rating",), _THRESHOLD_HEADS) if given else ((), ())
    heads = ("Indicator", subject.main, *rated_heads, *reference, *about_heads, "Name in thresholds")
    return Grid("indicators", f"Indicators, {subject.main}", heads, tuple(rows), note=_RATED if given else _UNRATED)


def _cells(subject: Subject, name: str) -> tuple[Cell, ...] | None:
    """Return the cells of an indicator, one for each plan."""
    plans = subject.plans
    if name == "places_over":
        return places_over_cells(subject)
    if name == "gap_percent":
        gaps = [None if plan.gap is None else round(100 * plan.gap, 4) for plan in plans.values()]
        return None if gaps[-1] is None else tuple(Cell(gap, Unit.NUMBER) for gap in gaps)
    return headline_rows(subject)[_ROWS[name]][1 : 1 + len(plans)]


def _rated(cell: Cell, threshold: Threshold | None) -> tuple[Cell, ...]:
    if threshold is None:
        return text_cell("not rated"), text_cell(""), text_cell(""), text_cell("")
    about = text_cell(threshold.words), text_cell(threshold.source), text_cell(threshold.date)
    if cell.mark is not Mark.SHOWN:
        return Cell(None, Unit.TEXT, Mark.WITHHELD), *about
    if not isinstance(cell.value, int | float) or math.isnan(cell.value):
        return text_cell("not rated"), *about
    return text_cell(threshold.rating(float(cell.value))), *about
