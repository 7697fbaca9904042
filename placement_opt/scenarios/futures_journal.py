"""The journal of many futures: one line for each plan, written when it is there, read again when the run goes on."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_whole
from placement_opt.saved import OTHER_FORM
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
    file_bytes
        How long the file is.
    """

    head: Head | None
    strategies: Mapping[str, str]
    records: Mapping[Key, Record]
    whole_bytes: int
    file_bytes: int


def read_journal(path: Path) -> Read:
    """Read a journal; a last line without an end is left out.

    Raises
    ------
    InputError
        When the file is no journal, or a line of it is damaged.
    """
    data = read_whole(path) if path.exists() else b""
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
        except OTHER_FORM as error:
            message = f"The line is not one of a journal of this version ({type(error).__name__}). Use another folder."
            raise InputError([Fault(path.name, "", str(number), "", message)]) from None
    return Read(head, strategies, records, whole, len(data))


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
    """Writes records to a file, each with one write that is on the disk before the next begins.

    Raises
    ------
    InputError
        When another program has written to the journal meanwhile; nothing of it is touched then.
    """

    def __init__(self, path: Path, read: Read, head: Head, strategies: Mapping[str, str]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path, self._bytes = path, read.file_bytes
        lines: list[Mapping[str, Any]] = []
        if read.head is None:
            lines.append({"what": _WORDS, "format": FORMAT, "question": head.question, "about": head.about})
        lines += [
            {"strategy": name, "sha256": digest} for name, digest in strategies.items() if name not in read.strategies
        ]
        self._write(lines, after=read.whole_bytes)

    def add(self, records: Mapping[Key, Record]) -> None:
        """Add what became of some plans."""
        lines = ({"draw": draw, "strategy": name, **record} for (draw, name), record in records.items())
        self._write(lines, after=self._bytes)

    def _write(self, lines: Iterable[Mapping[str, Any]], *, after: int) -> None:
        text = "".join(f"{json.dumps(line, ensure_ascii=False)}\n" for line in lines).encode()
        try:
            with self.path.open("ab") as file:
                if file.tell() != self._bytes:
                    message = "Another run is writing to this folder. Wait for it, or use another folder."
                    raise InputError([Fault(self.path.name, "", "", "", message)])
                file.truncate(after)
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            message = f"The futures so far are kept, this one cannot be written ({error.strerror})"
            raise OSError(error.errno, message, str(self.path)) from error
        self._bytes = after + len(text)
