"""What the command line prints: answers on standard output, faults and progress on standard error."""

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from placement_opt.errors import InputError

MOST_FAULTS = 100
"""More faults than this are summed up by column: a table in degrees has two in each row."""


class Voice:
    """How a command speaks: how much, and as text or as one JSON document.

    Parameters
    ----------
    is_json
        Answers are not printed as they come: the command's reply is printed at the end, as JSON.
    is_quiet
        No progress and no notes.
    is_verbose
        Details too, and how many seconds have passed.
    """

    def __init__(self, *, is_json: bool = False, is_quiet: bool = False, is_verbose: bool = False) -> None:
        self.is_json, self.is_quiet, self.is_verbose = is_json, is_quiet, is_verbose
        self.written: list[dict[str, str]] = []
        self._began_s = time.monotonic()

    def say(self, text: str) -> None:
        """Print an answer."""
        if not self.is_json:
            sys.stdout.write(f"{text}\n")

    def wrote(self, what: str, path: Path, note: str = "") -> None:
        """Say where something was written, and who may see it."""
        self.written.append({"what": what, "path": str(path), "note": note})
        self.say(f"{what:<10}{path}{f' ({note})' if note else ''}")

    def tell(self, text: str) -> None:
        """Print how far a command has come, or what is to be known of it."""
        if not self.is_quiet:
            passed = f"[{time.monotonic() - self._began_s:7.1f} s] " if self.is_verbose else ""
            sys.stderr.write(f"{passed}{text}\n")

    def detail(self, text: str) -> None:
        """Print what only who asks for details wants to know."""
        if self.is_verbose:
            self.tell(text)

    def fault(self, error: BaseException) -> None:
        """Print what is wrong, whatever else is left out."""
        sys.stderr.write(f"{fault_text(error)}\n")

    def document(self, content: dict[str, Any]) -> None:
        """Print the document that stands for the whole answer, where one is asked for."""
        if self.is_json:
            sys.stdout.write(f"{json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)}\n")


def fault_text(error: BaseException) -> str:
    """Return what is wrong; where faults are very many, the first ones and how many more each column has."""
    if isinstance(error, KeyboardInterrupt):
        return "Stopped. Nothing more was written."
    if isinstance(error, MemoryError):
        return "There is too little memory for this. Close other programs, or plan fewer pupils at once."
    if isinstance(error, OSError):
        return f"{error.filename or 'A file'}: {error.strerror or error}."
    if not isinstance(error, InputError) or len(error.faults) <= MOST_FAULTS:
        return str(error)
    shown = str(InputError(error.faults[:MOST_FAULTS]))
    lines = [shown.replace(f"{MOST_FAULTS} faults", f"{len(error.faults):,} faults", 1)]
    more = Counter(f"{fault.table}, column {fault.column}" for fault in error.faults[MOST_FAULTS:])
    lines += [f"  ... and {number:,} more in {where}" for where, number in more.items()]
    return "\n".join(lines)
