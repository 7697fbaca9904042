"""Damaged files: a fault that says so or a reading that counts everybody; never a traceback, never a name."""

import re
from pathlib import Path

import pytest

from placement_opt.errors import InputError
from placement_opt.registers import Outcome, Reading, read_registers_with_notes
from tests.amounts import how_many
from tests.damage import DAMAGES, JUNK, PERSONAL, Bytes, damaged, good_files, persons_in
from tests.register_files import SALT

SAMPLE = how_many(10_000, in_ci=60)
PERSON_FILE = "Blade-Export_16-01-2025_person.csv"
LOOKS_PERSONAL = re.compile(
    r"\bZ\d{12}\b|\bZZ1 ?1A[A-C]\b|\b\d{4}-[A-Z][a-z]{2}-\d{2}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{2}/\d{2}/\d{4}\b"
)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Bytes:
    return good_files(tmp_path_factory.mktemp("good"))


def put(folder: Path, files: Bytes) -> None:
    """Make a folder hold these files and nothing else."""
    folder.mkdir(exist_ok=True)
    for path in folder.iterdir():
        path.unlink()
    for name, data in files.items():
        (folder / name).write_bytes(data)


def outcome(folder: Path, files: Bytes) -> Reading | InputError:
    """Read files; anything but a reading or an `InputError` is a bug and goes up."""
    put(folder, files)
    try:
        return read_registers_with_notes(
            register=folder / "edubasealldata.csv", sen2=folder, postcodes=folder / "codepoint.csv", salt=SALT
        )
    except InputError as error:
        return error


def shown(found: Reading | InputError) -> str:
    """Return everything that a reading or its faults would print."""
    if isinstance(found, InputError):
        return str(found)
    tables = (found.problem.pupils, found.dropped, found.assumed, found.noted, found.counts(), found.checks)
    return "\n".join([found.summary(), repr(found), *(table.to_csv() for table in tables)])


def assert_sound(found: Reading | InputError, files: Bytes) -> None:
    """Check that everybody is counted and nobody named."""
    text = shown(found)
    assert not any(name in text for name in PERSONAL)
    assert set(LOOKS_PERSONAL.findall(text)) <= set(JUNK)
    if isinstance(found, InputError):
        assert found.faults
        return
    for source, read in found.rows_read.items():
        dropped = sum(note.rows for note in found.notes if (note.source, note.outcome) == (source, Outcome.DROPPED))
        assert read == found.rows_kept[source] + dropped
    lines = [note.line for note in found.notes if (note.source, note.outcome) == ("person", Outcome.DROPPED)]
    everybody = sorted([*lines, *found.person_lines.values()])
    assert len(everybody) == len(set(everybody)) == found.rows_read["person"] == persons_in(files[PERSON_FILE])
    assert len(found.problem.pupils) == found.rows_kept["person"] == len(found.person_lines)


def test_the_good_files_are_read_with_everybody(good: Bytes, tmp_path: Path) -> None:
    found = outcome(tmp_path / "files", good)
    assert_sound(found, good)
    assert isinstance(found, Reading)
    assert (found.rows_read["person"], len(found.problem.pupils)) == (14, 13)


def test_damaged_files_never_lose_a_pupil_uncounted(good: Bytes, tmp_path: Path) -> None:
    readings = 0
    for seed in range(SAMPLE):
        files = damaged(good, seed)
        found = outcome(tmp_path / "files", files)
        try:
            assert_sound(found, files)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}: {str(error)[:300]}") from error
        readings += isinstance(found, Reading)
    assert 0.1 * SAMPLE < readings < 0.9 * SAMPLE, "the damages are all harmless, or all fatal"


def test_every_sort_of_damage_is_in_the_sample() -> None:
    assert len(DAMAGES) == 20


def test_rows_that_stray_quotes_have_made_one_are_a_fault(good: Bytes, tmp_path: Path) -> None:
    lines = good[PERSON_FILE].decode("cp1252").split("\r\n")
    cells_1, cells_4 = lines[1].split(","), lines[4].split(",")
    cells_1[5] = f'"{cells_1[5]}'
    cells_4[5] = f'{cells_4[5]}"'
    lines[1], lines[4] = ",".join(cells_1), ",".join(cells_4)
    found = outcome(tmp_path / "files", {**good, PERSON_FILE: "\r\n".join(lines).encode("cp1252")})
    assert isinstance(found, InputError)
    assert "rows have become one" in str(found)
