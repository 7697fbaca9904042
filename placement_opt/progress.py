"""One line that says how far a long answer has come: rewritten in a terminal and in a notebook."""

import shutil
import sys
from importlib import import_module
from time import monotonic
from typing import Any, Self, TextIO

__all__ = ["ProgressLine"]

SHORTEST_PAUSE_S = 0.1
"""A line is not rewritten more often than this: a screen is slower than a solver of small questions."""

_CLEAR = "\r\x1b[K"
_FALLBACK = (80, 24)


class ProgressLine:
    """Where the lines of `progress` go while something long is worked out.

    In a terminal one line is rewritten, in a notebook one output; both are gone at the end, so that only the answer is
    left. Anywhere else (a file, a scheduler's log) every line is written, one below the other.

    Parameters
    ----------
    stream
        Where lines are written when this is no notebook; None = standard error.

    Notes
    -----
    It is for the main thread: no lock, no thread of its own, and no library besides IPython, where that runs already.

    Examples
    --------
    >>> import placement_opt as po
    >>> problem = po.examples.tiny()
    >>> with ProgressLine() as tell:
    ...     plan = po.solve(problem, po.crow_fly(problem), progress=tell)
    >>> plan.status
    <Status.OPTIMAL: 'optimal'>
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._output = _notebook_output() if stream is None else None
        self._is_terminal = self._output is None and self._stream.isatty()
        self._last_s = float("-inf")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __call__(self, line: str) -> None:
        """Show a line of text instead of the one before."""
        if self._output is None and not self._is_terminal:
            self._stream.write(f"{line}\n")
            self._stream.flush()
            return
        now_s = monotonic()
        if now_s - self._last_s >= SHORTEST_PAUSE_S:
            self._last_s = now_s
            self._show(" ".join(line.split()))

    def close(self) -> None:
        """Clear the line; another one may follow."""
        if self._last_s > float("-inf"):
            self._last_s = float("-inf")
            self._show("")

    def _show(self, line: str) -> None:
        if self._output is not None:
            self._output.update(_plain_text(line), raw=True)
            return
        columns = shutil.get_terminal_size(_FALLBACK).columns
        shown = "".join(sign for sign in line if sign.isprintable())
        self._stream.write(f"{_CLEAR}{shown[: columns - 1]}")
        self._stream.flush()


def _notebook_output() -> Any:
    """Return an output of this notebook's cell that can be rewritten; None where this is no notebook."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is None or not hasattr(shell, "kernel"):
        return None
    output = import_module("IPython.display").DisplayHandle()
    output.display(_plain_text(""), raw=True)
    return output


def _plain_text(line: str) -> dict[str, str]:
    return {"text/plain": line}
