"""The map of a plan: schools by kind and size, and, in confidential papers only, the lines from home to school."""

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.plan import Plan
from placement_opt.report.names import KIND_NAMES
from placement_opt.report.subject import Subject
from placement_opt.schema import KINDS
from placement_opt.travel import METRES_PER_MILE

MARKERS: Mapping[str, str] = {
    "mainstream": "o",
    "hub": "s",
    "spoke": "^",
    "special": "D",
    "independent_special": "P",
    "alternative": "X",
}
"""Shapes, so that kinds can be told apart without colour."""

COLOURS: Mapping[str, str] = {
    "mainstream": "#5f6b7a",
    "hub": "#005ea5",
    "spoke": "#2b8cc4",
    "special": "#00703c",
    "independent_special": "#b10e1e",
    "alternative": "#6f3a8f",
}
_SIZE_STEPS = ((5, 24.0), (10, 44.0), (25, 80.0), (50, 130.0), (100, 200.0))
_LARGEST = 290.0
_HIDDEN_SIZE = 16.0
_FEW = 10
WIDTH_INCHES, _DOTS_PER_INCH = 8.2, 140


def draw_map(subject: Subject) -> bytes:
    """Draw the main plan: one mark for each provision in use, its shape by kind and its size by pupils.

    Parameters
    ----------
    subject
        Homes are drawn only when it is confidential. Otherwise provisions whose count is hidden are small and hollow.

    Returns
    -------
    bytes
        A PNG picture.
    """
    sites = _in_view(_sites(subject))
    figure, axes = new_figure(float(np.clip(WIDTH_INCHES * aspect_of(sites), 4.0, 10.0)))
    if subject.confidential:
        _draw_homes(axes, subject.plans[subject.main])
    for kind in KINDS:
        _draw_kind(axes, kind, sites[sites["kind"] == kind])
    finish_map(axes, sites)
    return png_of(figure)


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


def map_words(subject: Subject) -> str:
    """Say in words what the map shows, for those who cannot see it."""
    sites = _sites(subject)
    counts = sites.groupby("kind")["provision_id"].size()
    kinds = ", ".join(f"{int(counts[kind])} {KIND_NAMES[kind].lower()}" for kind in KINDS if kind in counts.index)
    beyond = len(sites) - len(_in_view(sites))
    edge = f"{beyond} of them lie beyond the edge. " if beyond else ""
    homes = "Lines lead from each home to its school. " if subject.confidential else "No homes are shown. "
    return (
        f"Map of the provisions that {subject.main} uses: {kinds or 'none'}. {edge}{homes}"
        "The table of provisions holds the same figures."
    )


def _sites(subject: Subject) -> pd.DataFrame:
    """Return the provisions in use with their points, pupils, and whether the number is hidden."""
    use, settings = subject.plans[subject.main].use, subject.problem.settings
    sites = use[use["pupils"] > 0].merge(settings[["setting_id", "easting", "northing"]], on="setting_id")
    keys = [("provision", subject.main, ident) for ident in sites["provision_id"]]
    return sites.assign(hidden=np.array([subject.is_hidden(key) for key in keys], dtype=bool))


def _in_view(sites: pd.DataFrame) -> pd.DataFrame:
    """Leave out the few provisions that are so far away that the others would shrink to a spot."""
    inside = pd.Series(True, sites.index)
    for column in ("easting", "northing") if len(sites) > _FEW else ():
        low, high = sites[column].quantile([0.05, 0.95])
        inside &= sites[column].between(low - (high - low) / 2, high + (high - low) / 2)
    return sites[inside]


def aspect_of(sites: pd.DataFrame) -> float:
    """Return how much higher than wide the ground is that points cover."""
    if sites.empty:
        return 1.0
    wide, high = (float(np.ptp(sites[column].to_numpy())) for column in ("easting", "northing"))
    return (high + 1_000) / (wide + 1_000)


def _size(pupils: int) -> float:
    return next((size for below, size in _SIZE_STEPS if pupils < below), _LARGEST)


def _draw_kind(axes: Any, kind: str, sites: pd.DataFrame) -> None:
    shown, hidden = sites[~sites["hidden"]], sites[sites["hidden"]]
    about = {"marker": MARKERS[kind], "linewidths": 0.7}
    if not sites.empty:
        axes.scatter([], [], s=60, color=COLOURS[kind], edgecolors="white", label=KIND_NAMES[kind], **about)
    sizes = [_size(int(pupils)) for pupils in shown["pupils"]]
    axes.scatter(shown["easting"], shown["northing"], s=sizes, color=COLOURS[kind], edgecolors="white", **about)
    axes.scatter(
        hidden["easting"], hidden["northing"], s=_HIDDEN_SIZE, facecolors="white", edgecolors=COLOURS[kind], **about
    )


def _draw_homes(axes: Any, plan: Plan) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - loads when used

    placements = plan.placements
    ends = placements[["easting", "northing", "setting_easting", "setting_northing"]].to_numpy().reshape(-1, 2, 2)
    axes.add_collection(LineCollection(list(ends), colors="#b4bcc6", linewidths=0.4, zorder=0))
    axes.scatter(placements["easting"], placements["northing"], s=2, color="#8a94a0", zorder=0, label="Home")


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
