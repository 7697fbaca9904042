"""What the council decides before routes are planned: who may share, how long a ride may be, when schools open."""

import re
from dataclasses import asdict, dataclass
from numbers import Real
from typing import Any, Literal, get_args

import pandas as pd

Together = Literal["single", "mixed"]
Afternoon = Literal["mirrored", "solved"]
MINUTE_MS = 60_000
_TIMES = ("arrive_from", "arrive_by", "leave_from", "leave_by")
_CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d", re.ASCII)


def clock_ms(times: "pd.Series[str]") -> "pd.Series[float]":
    """Return times of day as milliseconds after midnight; blank = NaN.

    Parameters
    ----------
    times
        As the tables hold them: 08:45.

    Examples
    --------
    >>> clock_ms(pd.Series(["08:45"])).tolist()
    [31500000.0]
    """
    parts = times.astype("str").str.split(":", expand=True).reindex(columns=[0, 1])
    numbers = parts.apply(pd.to_numeric, errors="coerce")
    return pd.Series((numbers[0] * 60 + numbers[1]).to_numpy(dtype="float64") * MINUTE_MS, times.index)


@dataclass(frozen=True)
class RouteRules:
    """The rules of routes that are a choice.

    Parameters
    ----------
    together
        `single`: a vehicle carries pupils of one school; `mixed`: of several, at once or one after the other.
    afternoon
        `mirrored`: the way home is the way to school turned round; `solved`: the same vehicle and pupils, in the order
        that is best for the way home.
    detour
        Where even the direct drive is longer than the guide of `Parameters`, the ride may be so many times the direct
        drive. An assumption, not a published figure. None = the guide is a wall: such a pupil gets no route.
    most_pupils
        Most pupils on a route, whatever the vehicle; None = as many as fit.
    arrive_from, arrive_by, leave_from, leave_by
        When schools take vehicles in, for those whose own times are blank in `settings`. Assumptions: ask the schools.

    Raises
    ------
    ValueError
        When a value is not one of those above.

    Examples
    --------
    >>> RouteRules(together="mixed").afternoon
    'mirrored'
    """

    together: Together = "single"
    afternoon: Afternoon = "mirrored"
    detour: float | None = 1.25
    most_pupils: int | None = None
    arrive_from: str = "08:30"
    arrive_by: str = "08:50"
    leave_from: str = "15:10"
    leave_by: str = "15:30"

    def __post_init__(self) -> None:
        for name, allowed in (("together", get_args(Together)), ("afternoon", get_args(Afternoon))):
            if getattr(self, name) not in allowed:
                raise ValueError(f"`{name}` is {getattr(self, name)!r}; use one of {', '.join(allowed)}.")
        if self.detour is not None and not (isinstance(self.detour, Real) and 1 <= self.detour <= 10):
            raise ValueError(f"`detour` is {self.detour!r}; use 1 to 10 times the direct drive, or None.")
        most = self.most_pupils
        if most is not None and not (isinstance(most, Real) and float(most).is_integer() and most >= 1):
            raise ValueError(f"`most_pupils` is {self.most_pupils!r}; use a whole number from 1, or None.")
        for name in _TIMES:
            if not _CLOCK.fullmatch(str(getattr(self, name))):
                raise ValueError(f"`{name}` is {getattr(self, name)!r}; write a time of day like 08:45.")
        for first, last in (_TIMES[:2], _TIMES[2:]):
            if clock_ms(pd.Series([getattr(self, first)]))[0] > clock_ms(pd.Series([getattr(self, last)]))[0]:
                raise ValueError(f"`{first}` {getattr(self, first)} is later than `{last}` {getattr(self, last)}.")

    def as_dict(self) -> dict[str, Any]:
        """Return the rules as plain values, for a record."""
        return asdict(self)
