"""What a bad input is, and how what is said of it is held against what was stored."""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError

MESSAGES = Path(__file__).with_name("messages.txt")
_SHOWN = 3


@dataclass(frozen=True)
class Case:
    """A file that has to be refused, and where its fault has to be."""

    name: str
    read: Callable[[Path], Any]
    """Makes the file in an empty folder and reads it."""
    says: str
    table: str
    column: str = ""
    row: str = ""
    value: str | None = None
    """None = the message need not repeat it."""
    is_ours: bool = True
    """The message holds no words of another library, which may change with it."""

    def __str__(self) -> str:
        return self.name


def faults_of(case: Case, folder: Path) -> tuple[Fault, ...]:
    """Return what is said of an input; only the library's own error may come out."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            case.read(folder)
    except InputError as error:
        return error.faults
    raise AssertionError(f"{case.name} was taken")


def is_blamed(case: Case, fault: Fault, folder: Path) -> bool:
    same_place = (fault.table.replace(str(folder), "FOLDER"), fault.row) == (case.table, case.row)
    same_column = case.column in {fault.column, *fault.column.split(", ")}
    return same_place and same_column and case.says in fault.message and case.value in {None, fault.value}


def told(case: Case, faults: tuple[Fault, ...], folder: Path) -> str:
    """Return the first faults as they are printed, and how many there are; only ours, where others' words follow."""
    if not case.is_ours:
        return case.says
    lines = [str(fault).replace(str(folder), "FOLDER") for fault in faults[:_SHOWN]]
    more = [f"... {len(faults)} faults"] if len(faults) > _SHOWN else []
    return "\n".join([*lines, *more])


def stored_messages() -> dict[str, str]:
    found: dict[str, str] = {}
    for part in MESSAGES.read_text(encoding="utf-8").removesuffix("\n").split("\n\n"):
        name, _, text = part.partition("\n")
        found[name] = text
    return found


def store_messages(messages: Mapping[str, str]) -> None:
    MESSAGES.write_text("\n\n".join(f"{name}\n{text}" for name, text in messages.items()) + "\n", encoding="utf-8")
