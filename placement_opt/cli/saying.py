"""What the command line prints: answers on standard output, faults and progress on standard error."""

import sys
from collections import Counter

from placement_opt.errors import InputError

MOST_FAULTS = 100
"""More faults than this are summed up by column: a table in degrees has two in each row."""


def say(text: str) -> None:
    """Print an answer."""
    sys.stdout.write(f"{text}\n")


def tell(text: str) -> None:
    """Print a fault, or how far a command has come."""
    sys.stderr.write(f"{text}\n")


def tell_faults(error: InputError) -> None:
    """Print the faults; where there are very many, the first ones and how many more each column has."""
    if len(error.faults) <= MOST_FAULTS:
        tell(str(error))
        return
    shown = str(InputError(error.faults[:MOST_FAULTS]))
    tell(shown.replace(f"{MOST_FAULTS} faults", f"{len(error.faults):,} faults", 1))
    more = Counter(f"{fault.table}, column {fault.column}" for fault in error.faults[MOST_FAULTS:])
    for where, number in more.items():
        tell(f"  ... and {number:,} more in {where}")
