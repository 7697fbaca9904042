"""The journal of many futures: one line for each plan, written when it is there, read again when the run goes on."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.scenarios.futures_rows import Record

JOURNAL = "futures.jsonl"
FORMAT = 1
_WORDS = "placement_opt: many futures"

Key = tuple[int, str]
"""A draw and the name of a strategy."""


@dataclass(frozen=True)
class Head:
    """What a run is about.

    Parameters
    ----------
    question
        The digest of everything that the figures follow from, by part.
    about
        Year, years, sites: what the tables of the result need to know.
    """

    question: Mapping[str, str]
    about: Mapping[str, Any]


@dataclass(frozen=True)
class Read:
    """A journal as it was read.

    Parameters
    ----------
    head
        Of the run; None where the file is empty.
    strategies
        The digest of every strategy by name, in the order in which they came.
    records
        By draw and strategy.
    whole_bytes
        So much of the file is whole lines; what follows was being written when the run ended.
    """

    head: Head | None
    strategies: Mapping[str, str]
    records: Mapping[Key, Record]
    whole_bytes: int


def read_journal(path: Path) -> Read:
    """Read a journal; a last line without an end is left out.

    Raises
    ------
    InputError
        When the file is no journal, or a line of it is damaged.
    """
    data = path.read_bytes() if path.exists() else b""
    whole = data.rfind(b"\n") + 1
    head: Head | None = None
    strategies: dict[str, str] = {}
    records: dict[Key, Record] = {}
    for number, line in enumerate(data[:whole].splitlines(), start=1):
        try:
            entry = json.loads(line)
            if number == 1:
                if entry["what"] != _WORDS or entry["format"] != FORMAT:
                    raise ValueError("another file")
                head = Head(dict(entry["question"]), dict(entry["about"]))
            elif "sha256" in entry:
                strategies.setdefault(str(entry["strategy"]), str(entry["sha256"]))
            else:
                record = {name: entry[name] for name in ("figures", "sites", "places", "next_year")}
                records.setdefault((int(entry["draw"]), str(entry["strategy"])), record)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            message = f"The line is not one of a journal of this version ({type(error).__name__}). Use another folder."
            raise InputError([Fault(path.name, "", str(number), "", message)]) from None
    return Read(head, strategies, records, whole)


def check_journal(read: Read, head: Head, strategies: Mapping[str, str], name: str) -> None:
    """Refuse a journal that was begun with something else.

    Raises
    ------
    InputError
        With every part of the question, and every strategy, that is not what it was.
    """
    if read.head is None:
        return
    known = read.head.question
    changed = [part for part in (*known, *head.question) if known.get(part) != head.question.get(part)]
    message = "is not what this run was begun with. Use another folder, or the input of then."
    faults = [Fault(name, "", "", part, message) for part in dict.fromkeys(changed)]
    faults += [
        Fault(name, "", "", f"strategy {strategy}", message)
        for strategy, digest in strategies.items()
        if read.strategies.get(strategy, digest) != digest
    ]
    if faults:
        raise InputError(faults)


class Journal:
    """Writes records to a file, each with one write that is on the disk before the next begins."""

    def __init__(self, path: Path, read: Read, head: Head, strategies: Mapping[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists():
            with path.open("r+b") as file:
                file.truncate(read.whole_bytes)
        self.path = path
        lines: list[Mapping[str, Any]] = []
        if read.head is None:
            lines.append({"what": _WORDS, "format": FORMAT, "question": head.question, "about": head.about})
        lines += [
            {"strategy": name, "sha256": digest} for name, digest in strategies.items() if name not in read.strategies
        ]
        self._write(lines)

    def add(self, records: Mapping[Key, Record]) -> None:
        """Add what became of some plans."""
        self._write({"draw": draw, "strategy": name, **record} for (draw, name), record in records.items())

    def _write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines)
        if text:
            with self.path.open("ab") as file:
                file.write(text.encode())
                file.flush()
                os.fsync(file.fileno())
