"""What pictures of routes share: an empty picture as wide as the page, the frame of a map, its bar of miles."""

import io
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.travel import METRES_PER_MILE

WIDTH_INCHES, _DOTS_PER_INCH = 8.2, 140


def new_figure(height_inches: float) -> tuple[Any, Any]:
    """Return an empty picture as wide as the page, and its axes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - loads when used
    from matplotlib.figure import Figure  # noqa: PLC0415

    size = (WIDTH_INCHES, height_inches)
    figure = Figure(figsize=size, dpi=_DOTS_PER_INCH, layout="constrained", facecolor="white")
    FigureCanvasAgg(figure)
    return figure, figure.add_subplot()


def png_of(figure: Any) -> bytes:
    """Return a picture as PNG, the same for the same figure."""
    picture = io.BytesIO()
    figure.savefig(picture, format="png", metadata={"Software": None})
    return picture.getvalue()


def aspect_of(sites: pd.DataFrame) -> float:
    """Return how much higher than wide the ground is that points cover."""
    if sites.empty:
        return 1.0
    wide, high = (float(np.ptp(sites[column].to_numpy())) for column in ("easting", "northing"))
    return (high + 1_000) / (wide + 1_000)


def finish_map(axes: Any, sites: pd.DataFrame) -> None:
    """Fit a map around its points, with its legend below and a bar of miles."""
    axes.set_aspect("equal")
    if not sites.empty:
        for limit, column in ((axes.set_xlim, "easting"), (axes.set_ylim, "northing")):
            low, high = sites[column].min(), sites[column].max()
            margin = 1_000 + 0.06 * (high - low)
            limit(low - margin, high + margin)
    axes.set_xticks([])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_color("#c5ccd3")
    if sites.empty:
        return
    axes.legend(loc="upper left", bbox_to_anchor=(0, -0.01), ncols=3, frameon=False, fontsize=9, borderpad=0.2)
    _draw_scale(axes)


def _draw_scale(axes: Any) -> None:
    """Draw a bar of a round number of miles."""
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    miles = next((step for step in (10, 5, 2, 1) if step * METRES_PER_MILE < (right - left) / 3), 0.5)
    end = right - 0.03 * (right - left)
    y = bottom + 0.03 * (top - bottom)
    axes.plot([end - miles * METRES_PER_MILE, end], [y, y], color="#2b3036", linewidth=2, solid_capstyle="butt")
    axes.annotate(f"{miles:g} miles", (end, y), xytext=(0, 4), textcoords="offset points", ha="right", fontsize=8)
