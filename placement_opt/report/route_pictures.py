"""The pictures of the report on routes: where they go, and how long pupils ride."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.parameters import Parameters
from placement_opt.problem import Problem
from placement_opt.report.maps import WIDTH_INCHES, aspect_of, finish_map, new_figure, png_of
from placement_opt.route_plan import RoutePlan

_COLOURS = ("#005ea5", "#00703c", "#b10e1e", "#6f3a8f", "#b58800", "#2b8cc4", "#5f6b7a")
_DASHES = ("-", "--", "-.", ":")
"""Vehicles differ in colour, and in dashes from the eighth on and for those who see no colour."""
_BAR_MINUTES = 5
_CHART_INCHES = 3.4
_HEADROOM = 1.12
"""Room above the tallest bar for the words of the guides."""


def draw_routes(plan: RoutePlan, problem: Problem) -> bytes:
    """Draw the morning runs as straight lines from stop to stop, by type of vehicle, and the schools they go to."""
    lines = plan.lines()
    lines = lines[lines["run"] == "morning"]
    stops = plan.stops
    at_schools = problem.settings[problem.settings["setting_id"].isin(stops["setting_id"])]
    figure, axes = new_figure(float(np.clip(WIDTH_INCHES * aspect_of(stops), 4.0, 10.0)))
    for number, (vehicle, part) in enumerate(lines.groupby("vehicle")):
        _draw_lines(axes, part, str(vehicle), number)
    homes = stops.loc[(stops["run"] == "morning") & (stops["action"] == "board"), ["easting", "northing"]]
    axes.scatter(homes["easting"], homes["northing"], s=5, color="#5f6b7a", zorder=2)
    schools = at_schools[["easting", "northing"]]
    about = {"s": 36, "marker": "s", "color": "#1b2126", "edgecolors": "white", "linewidths": 0.7, "zorder": 3}
    if not schools.empty:
        axes.scatter(schools["easting"], schools["northing"], label="School", **about)
    finish_map(axes, stops)
    return png_of(figure)


def map_words(plan: RoutePlan) -> str:
    """Say in words what the map of routes shows."""
    counts = plan.routes["vehicle"].value_counts().sort_index()
    kinds = ", ".join(f"{count:,} by {vehicle}" for vehicle, count in counts.items())
    return (
        f"Map of {len(plan.routes):,} morning runs: {kinds or 'none'}. Lines are straight from stop to stop; dots are "
        "pick-ups, squares schools. The table of routes holds the same runs."
    )


def draw_rides(plans: Mapping[str, RoutePlan], parameters: Parameters) -> bytes:
    """Draw how many pupils ride how long to school: bars for the last route plan, outlines for the others."""
    figure, axes = new_figure(_CHART_INCHES)
    minutes = {name: ride_minutes(plan) for name, plan in plans.items()}
    guides = (parameters.guide_minutes_primary, parameters.guide_minutes_secondary)
    longest = max([*guides, *(float(values.max()) for values in minutes.values() if len(values))])
    edges = np.arange(0, longest + 2 * _BAR_MINUTES, _BAR_MINUTES)
    *others, main = minutes
    axes.hist(minutes[main], edges, color=_COLOURS[5], edgecolor="white", linewidth=0.6, label=main)
    for number, name in enumerate(others):
        outline = {
            "histtype": "step",
            "color": "#1b2126",
            "linewidth": 1.4,
            "linestyle": _DASHES[number % len(_DASHES)],
        }
        axes.hist(minutes[name], edges, label=name, **outline)
    for guide, phase in zip(guides, ("primary", "secondary"), strict=True):
        axes.axvline(guide, color=_COLOURS[2], linewidth=1.0, linestyle="--")
        axes.annotate(
            f"guide, {phase}",
            (guide, 1),
            (-3, -3),
            ("data", "axes fraction"),
            "offset points",
            ha="right",
            va="top",
            fontsize=8,
        )
    axes.set_ylim(top=axes.get_ylim()[1] * _HEADROOM)
    axes.set_xlabel("Minutes aboard in the morning")
    axes.set_ylabel("Pupils")
    axes.yaxis.get_major_locator().set_params(integer=True)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if others:
        axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
    return png_of(figure)


def ride_minutes(plan: RoutePlan) -> "np.ndarray[Any, np.dtype[np.float64]]":
    """Return the minutes that each pupil rides to school."""
    riders: pd.DataFrame = plan.riders
    return np.repeat(riders["ride_minutes"].to_numpy(dtype=np.float64), riders["pupils"].to_numpy())


def _draw_lines(axes: Any, lines: Any, vehicle: str, number: int) -> None:
    from matplotlib.collections import LineCollection  # noqa: PLC0415 - loads when used

    dashes = _DASHES[number % len(_DASHES)] if number else "-"
    colour = _COLOURS[number % len(_COLOURS)]
    paths = [np.asarray(line.coords) for line in lines.geometry]
    axes.add_collection(
        LineCollection(paths, colors=colour, linewidths=1.0, linestyles=dashes, label=vehicle, zorder=1)
    )
