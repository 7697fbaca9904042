"""The journal of many futures: one writer at a time, and whole lines only, whatever happens while one is written."""

import errno
import os
from pathlib import Path

import pytest

from placement_opt.errors import InputError
from placement_opt.scenarios.futures_journal import JOURNAL, Head, Journal, Read, read_journal

HEAD = Head({"policy": "as it was"}, {"year": 2027})
RECORD = {"figures": {"status": "optimal"}, "sites": [], "places": {}, "next_year": None}


def _begun(path: Path) -> Journal:
    return Journal(path, read_journal(path), HEAD, {"plan": "digest"})


def _draws(path: Path) -> list[int]:
    return [draw for draw, _ in read_journal(path).records]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return the path of a journal that holds one draw."""
    path = tmp_path / "futures" / JOURNAL
    _begun(path).add({(0, "plan"): RECORD})
    return path


def test_a_second_run_in_the_folder_is_refused_and_the_first_goes_on(path: Path) -> None:
    first, read = _begun(path), read_journal(path)
    first.add({(1, "plan"): RECORD})
    before = path.read_bytes()
    with pytest.raises(InputError, match="Another run is writing to this folder"):
        Journal(path, read, HEAD, {"plan": "digest", "never": "digest"})
    assert path.read_bytes() == before
    first.add({(2, "plan"): RECORD})
    assert _draws(path) == [0, 1, 2]


def test_a_run_that_another_has_overtaken_writes_nothing_more(path: Path) -> None:
    slow, quick = _begun(path), _begun(path)
    quick.add({(1, "plan"): RECORD})
    with pytest.raises(InputError, match="Another run"):
        slow.add({(1, "plan"): RECORD})
    assert _draws(path) == [0, 1]


@pytest.mark.parametrize("cut", [1, 20])
def test_a_line_in_part_is_cut_off_before_the_next(path: Path, cut: int) -> None:
    data = path.read_bytes()
    path.write_bytes(data[:-cut])
    _begun(path).add({(1, "plan"): RECORD})
    assert _draws(path) == [1]
    assert path.read_bytes().count(b"\n") == data.count(b"\n")


def test_a_full_disk_is_said_and_what_was_written_is_kept(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = _begun(path)

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="The futures so far are kept") as caught:
            journal.add({(1, "plan"): RECORD})
    assert caught.value.filename == str(path)
    assert 0 in _draws(path)
    _begun(path).add({(2, "plan"): RECORD})


def test_an_empty_journal_is_begun_anew(path: Path) -> None:
    path.write_bytes(b"")
    assert read_journal(path) == Read(None, {}, {}, 0, 0)
    _begun(path)
    assert read_journal(path).head == HEAD
