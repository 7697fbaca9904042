"""Figures that cannot be journeys: other units, signs for "none", zeros, less than the straight line, speeds."""

from dataclasses import dataclass

import numpy as np

from placement_opt.journey_checks.findings import Severity, TravelFinding
from placement_opt.journey_checks.known import Floats, Known, Marks, Positions
from placement_opt.journey_checks.limits import TravelLimits

_MILES_IN = {"metres": 1_609.344, "feet": 5_280.0, "kilometres": 1.609344}
_MINUTES_IN = {"seconds": 60.0, "milliseconds": 60_000.0, "hours": 1 / 60}
_USUAL_RATIO, _USUAL_MPH = 1.3, 20.0
"""Where a right figure is about; they only choose the name of the unit, not whether there is a fault."""

_SIGNS = frozenset(
    {999, 9_999, 99_999, 999_999, 9_999_999, 32_767, 65_535, 16_777_215, 2_147_483_647, 4_294_967_295}
    | {10**power for power in range(3, 13)}
)
"""Figures by which programs say "none": nines, powers of ten, the largest whole numbers of 15, 16, 24, 31, 32 bits;
also a thousandth of them (milliseconds as seconds) and with decimals of nines."""

_MOST_SIGNS = 5
_LEAST_REPEATS, _GAP = 3, 1.5
_CAP_REPEATS, _CAP_SHARE = 20, 10
_SPREAD = 1.25
"""A largest figure that stands 3 times, 1.5 times as large as the next one; or 20 times, and 10 times as often as the
next one; each time for straight lines that differ by more than a quarter."""

_SAMPLE = 200_000
_FEWEST = 5
_EXAMPLES = 20


@dataclass(frozen=True, eq=False)
class Figures:
    """What is known of the units before single journeys are looked at.

    Parameters
    ----------
    known, limits
        What is checked, against what.
    findings
        Units that are wrong.
    untested
        Why the units could not be tested, or nothing.
    medians
        Median of miles over straight miles, and of straight miles an hour; NaN where too few journeys tell.
    """

    known: Known
    limits: TravelLimits
    findings: tuple[TravelFinding, ...]
    untested: tuple[str, ...]
    medians: tuple[float, float]

    def is_sound(self, column: str) -> bool:
        """Whether a column has the unit it should have."""
        return all(finding.column != column or finding.severity is Severity.WARNING for finding in self.findings)


def check_units(known: Known, limits: TravelLimits) -> Figures:
    """Look at the median journey: miles against the straight line, and the straight line against minutes."""
    far = np.flatnonzero((known.straight_miles >= 0.5) & (known.miles > 0) & (known.minutes > 0))
    if len(far) < _FEWEST:
        sentence = f"units: fewer than {_FEWEST} journeys go half a mile and more"
        return Figures(known, limits, (), (sentence,), (np.nan, np.nan))
    sample = far[:: max(1, len(far) // _SAMPLE)]
    ratio = float(np.median(known.miles[sample] / known.straight_miles[sample]))
    speed = float(np.median(known.straight_miles[sample] / known.minutes[sample] * 60))
    findings = []
    if not limits.least_unit_ratio <= ratio <= limits.most_unit_ratio:
        unit = min(_MILES_IN, key=lambda name: abs(np.log(ratio / _MILES_IN[name] / _USUAL_RATIO)))
        hint = (
            f"They look like {unit}: divide by {_MILES_IN[unit]:g}."
            if ratio > 1
            else "Give whole miles as 1, not less."
        )
        message = (
            f"The median journey is {ratio:,.3g} times as long as the straight line: the unit is not miles. {hint}"
        )
        findings.append(_whole(known, len(far), Severity.ERROR, "miles", message))
    elif ratio > limits.most_median_ratio:
        message = (
            f"The median journey is {ratio:.2f} times as long as the straight line, which is unusual. "
            "If the figures are kilometres, divide by 1.609344."
        )
        findings.append(_whole(known, len(far), Severity.WARNING, "miles", message))
    if not limits.least_median_mph <= speed <= limits.most_median_mph:
        unit = min(_MINUTES_IN, key=lambda name: abs(np.log(speed * _MINUTES_IN[name] / _USUAL_MPH)))
        message = (
            f"At the median journey the straight line is covered at {speed:,.3g} miles an hour: the unit is not "
            f"minutes. They look like {unit}: {_cure(_MINUTES_IN[unit])}."
        )
        findings.append(_whole(known, len(far), Severity.ERROR, "minutes", message))
    return Figures(known, limits, tuple(findings), (), (ratio, speed))


def _cure(factor: float) -> str:
    return f"divide by {factor:g}" if factor > 1 else f"multiply by {1 / factor:g}"


def _whole(known: Known, pairs: int, severity: Severity, column: str, message: str) -> TravelFinding:
    return TravelFinding("units", severity, column, pairs, pairs, known.pupils, known.settings, message)


def check_figures(figures: Figures, explained: Marks) -> list[TravelFinding]:
    """Find single journeys that cannot be, each under one name only.

    Parameters
    ----------
    figures
        What is known of the units; a column of another unit is left alone.
    explained
        Pairs that have a finding already; those found are added.
    """
    known, limits = figures.known, figures.limits
    sound = [name for name in ("minutes", "miles") if figures.is_sound(name)]
    findings: list[TravelFinding] = []

    def note(check: str, severity: Severity, found: Marks, message: str, column: str) -> None:
        at = np.flatnonzero(found & ~explained)
        if len(at):
            explained[at] = True
            findings.append(found_at(known, check, severity, column, at, message))

    signs, long = _signs(known, limits, sound)
    message = 'holds a figure by which programs say "none" as if it were a journey. Leave such cells blank.'
    for column in sound:
        note("sentinel", Severity.ERROR, signs[column], f"The column {message}", column)
    for column in sound:
        most = limits.most_minutes if column == "minutes" else limits.most_miles
        message = f"Journeys of more than {most:g} {column} are no school runs. Correct them, or leave them blank."
        note("too long", Severity.ERROR, long[column], message, column)
    straight = known.straight_miles
    zero = np.zeros(len(straight), dtype=np.bool_)
    for column in sound:
        zero |= getattr(known, column) == 0
    message = "A journey of zero joins different places. Leave what is not known blank."
    note("zero", Severity.ERROR, zero & (straight >= limits.far_miles), message, ", ".join(sound))
    note("zero nearby", Severity.WARNING, zero & (straight >= limits.near_miles), message, ", ".join(sound))
    if "miles" in sound:
        far_below = known.miles < limits.far_share * straight - limits.far_slack_miles
        message = "The miles are far below the straight line. Check the points and the unit."
        note("far below straight line", Severity.ERROR, far_below, message, "miles")
        below = known.miles < straight - limits.slack_miles - 0.02 * straight
        message = "The miles are below the straight line. Check the points of both ends."
        note("below straight line", Severity.WARNING, below, message, "miles")
    if len(sound) == 2:
        fast = known.miles > limits.most_mph / 60 * (known.minutes + 1)
        message = f"The journey is faster than {limits.most_mph:g} miles an hour."
        note("too fast", Severity.WARNING, fast, message, "minutes, miles")
        slow = (known.miles >= 1) & (known.miles < limits.least_mph / 60 * known.minutes)
        message = f"The journey is slower than {limits.least_mph:g} miles an hour."
        note("too slow", Severity.WARNING, slow, message, "minutes, miles")
    return findings


def found_at(known: Known, check: str, severity: Severity, column: str, at: Positions, message: str) -> TravelFinding:
    """Return a finding about pairs at some positions."""
    pupil, _, last = known.ends(at)
    tested = int(np.count_nonzero(~np.isnan(known.minutes)))
    return TravelFinding(
        check,
        severity,
        column,
        len(at),
        tested,
        len(np.unique(pupil[pupil >= 0])),
        len(np.unique(last)),
        message,
        known.rows(at[:_EXAMPLES]),
    )


def _signs(known: Known, limits: TravelLimits, sound: list[str]) -> tuple[dict[str, Marks], dict[str, Marks]]:
    """Return, by column, which figures are signs for "none" and which others are longer than any school run."""
    signs, long = {}, {}
    for column, most in (("minutes", limits.most_minutes), ("miles", limits.most_miles)):
        if column not in sound:
            continue
        values: Floats = getattr(known, column)
        over = values > most
        marks = np.zeros(len(values), dtype=np.bool_)
        at = np.flatnonzero(over)
        marks[at] = [_is_sign(value) for value in values[at].tolist()]
        _mark_repeats(values, known.straight_miles, marks)
        signs[column], long[column] = marks, over & ~marks
    return signs, long


def _is_sign(value: float) -> bool:
    return any(abs(value * times - sign) < 0.011 * times for sign in _SIGNS for times in (1, 1_000)) or (
        str(value).replace(".", "").strip("0").strip("9") == ""
    )


def _mark_repeats(values: Floats, straight: Floats, marks: Marks) -> None:
    """Mark the largest figures where they repeat as journeys do not."""
    rest = np.where(marks, np.nan, values)
    for _ in range(_MOST_SIGNS):
        if np.isnan(rest).all():
            return
        largest = np.nanmax(rest)
        at = np.flatnonzero(rest == largest)
        smaller = rest[rest < largest]
        following = float(smaller.max()) if len(smaller) else 0.0
        often = len(at) >= _CAP_REPEATS and len(at) >= _CAP_SHARE * np.count_nonzero(smaller == following)
        apart = len(at) >= _LEAST_REPEATS and largest >= _GAP * following
        lines = straight[at]
        if not (often or apart) or lines.max() <= _SPREAD * lines.min() + 0.25:
            return
        marks[at] = True
        rest[at] = np.nan
