"""The time that is left, and whether anybody asked to stop."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import perf_counter

Progress = Callable[[str], None]
"""Called with a line of text now and then."""


def silent(line: str) -> None:
    """Say nothing."""


class Clock:
    """The time that is left of a limit.

    Parameters
    ----------
    limit_s
        Seconds from now; None = no limit.
    """

    def __init__(self, limit_s: float | None) -> None:
        self._start, self._limit_s = perf_counter(), limit_s
        self.is_stopped = False

    def left_s(self) -> float | None:
        """Return the seconds that are left; None = no limit."""
        if self.is_stopped:
            return 0.0
        return None if self._limit_s is None else max(0.0, self._limit_s - self.used_s())

    def used_s(self) -> float:
        """Return the seconds since the start."""
        return perf_counter() - self._start

    def may_go_on(self) -> bool:
        """Return whether there is time left."""
        left_s = self.left_s()
        return left_s is None or left_s > 0

    def stop(self) -> None:
        """Leave no more time."""
        self.is_stopped = True

    @contextmanager
    def stopped_by_hand(self) -> Iterator[None]:
        """Take Ctrl-C as the wish to stop with what is found so far."""
        try:
            yield
        except KeyboardInterrupt:
            self.stop()
