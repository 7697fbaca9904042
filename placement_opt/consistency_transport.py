"""Checks across cells, rows and tables of transport: vehicles, who rides apart, times of schools, how pupils travel."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from placement_opt.errors import Fault

Frames = Mapping[str, pd.DataFrame]

_WINDOWS = (
    ("arrive_from", "arrive_by", "in the morning"),
    ("leave_from", "leave_by", "in the afternoon"),
)
_NO_PASS = {"wheelchair": "travels in a wheelchair", "solo": "has to travel alone", "assistant": "needs an assistant"}
"""Flags of pupils that a pass is at odds with, in words."""


def _vehicles_without_layout(frames: Frames) -> Iterable[Fault]:
    laid_out = set(frames["layouts"]["vehicle"].dropna())
    vehicles = frames["fleet"]["vehicle"].dropna()
    for label, vehicle in vehicles[~vehicles.isin(laid_out)].items():
        message = (
            "has no row in the table layouts. Add one with its seats and wheelchair_places, or remove the vehicle."
        )
        yield Fault("fleet", "vehicle", str(label), vehicle, message)


def _layouts_without_room(frames: Frames) -> Iterable[Fault]:
    layouts = frames["layouts"]
    for label in layouts.index[(layouts["seats"] == 0) & (layouts["wheelchair_places"] == 0)]:
        message = "is what both columns say: the layout has room for nobody. Give its places, or remove the row."
        yield Fault("layouts", "seats, wheelchair_places", str(label), "0", message)


def _prices_of_assistants(frames: Frames) -> Iterable[Fault]:
    columns = ("assistant_gbp_per_hour", "pupils_per_assistant")
    for given, blank in (columns, columns[::-1]):
        fleet = frames["fleet"]
        for label, value in fleet.loc[fleet[given].notna() & fleet[blank].isna(), given].items():
            message = f"is given but {blank} is blank. Give both where assistants are carried, or clear both."
            yield Fault("fleet", f"{given}, {blank}", str(label), f"{float(value):.15g}", message)


def _pairs_apart(frames: Frames) -> Iterable[Fault]:
    """Find a pupil with himself, and pairs that repeat in the other order; the key finds those in the same order."""
    apart = frames["apart"]
    first_row: dict[tuple[str, str], Any] = {}
    for label, one, other in apart[["pupil_id", "other_pupil_id"]].dropna().itertuples(name=None):
        if one == other:
            message = "is the pupil of pupil_id too. Give the other pupil, or remove the row; who rides alone is solo."
            yield Fault("apart", "other_pupil_id, pupil_id", str(label), other, message)
            continue
        if (other, one) in first_row:
            message = f"appears already in row {first_row[other, one]}, in the other order. Keep one of the rows."
            yield Fault("apart", "pupil_id, other_pupil_id", str(label), f"{one} and {other}", message)
        first_row.setdefault((one, other), label)


def _windows(frames: Frames) -> Iterable[Fault]:
    settings = frames["settings"]
    for first, last, when in _WINDOWS:
        for label, earliest, latest in settings[[first, last]].itertuples(name=None):
            if pd.isna(earliest) and pd.isna(latest):
                continue
            if pd.isna(earliest) or pd.isna(latest):
                given, blank = (last, first) if pd.isna(earliest) else (first, last)
                message = (
                    f"is given but {blank} is blank. Give both times {when}, or clear both: what the rules of routes "
                    "assume for a blank one may contradict the other."
                )
                yield Fault("settings", f"{given}, {blank}", str(label), latest if given == last else earliest, message)
            elif earliest > latest:  # texts like 08:45 sort as times do
                yield Fault(
                    "settings", f"{first}, {last}", str(label), earliest, f"is later than {last} {latest}. Swap them."
                )


def _passes(frames: Frames) -> Iterable[Fault]:
    pupils = frames["pupils"]
    for label, row in pupils[(pupils["travel_mode"] == "pass") & pupils[list(_NO_PASS)].any(axis="columns")].iterrows():
        flags = [flag for flag in _NO_PASS if row[flag]]
        message = (
            f"is at odds with {', '.join(flags)}: the pupil {' and '.join(_NO_PASS[flag] for flag in flags)}. "
            f"Set travel_mode to vehicle, or clear {', '.join(flags)}."
        )
        yield Fault("pupils", ", ".join(("travel_mode", *flags)), str(label), "pass", message)


def _modes_without_duty(frames: Frames) -> Iterable[Fault]:
    pupils = frames["pupils"]
    refused = pupils["entitled"].eq(False).fillna(value=False)
    for label, mode in pupils.loc[refused, "travel_mode"].dropna().items():
        message = "is how an entitled pupil travels, but entitled is no. Clear travel_mode, or correct entitled."
        yield Fault("pupils", "travel_mode, entitled", str(label), mode, message)


TRANSPORT_CHECKS: Mapping[Callable[[Frames], Iterable[Fault]], frozenset[str]] = {
    _vehicles_without_layout: frozenset({"fleet", "layouts"}),
    _layouts_without_room: frozenset({"layouts"}),
    _prices_of_assistants: frozenset({"fleet"}),
    _pairs_apart: frozenset({"apart"}),
    _windows: frozenset({"settings"}),
    _passes: frozenset({"pupils"}),
    _modes_without_duty: frozenset({"pupils"}),
}
"""Each check with the tables that it reads."""
