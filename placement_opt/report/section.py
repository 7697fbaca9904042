"""A part of a report under one heading."""

from dataclasses import dataclass

from placement_opt.report.charts import Chart
from placement_opt.report.grid import Grid


@dataclass(frozen=True)
class Section:
    """A part of a report under one heading: sentences, then charts, then tables."""

    key: str
    heading: str
    sentences: tuple[str, ...] = ()
    grids: tuple[Grid, ...] = ()
    charts: tuple[Chart, ...] = ()
