"""Three real registers with returns of invented persons, where they lie beside the project."""

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from placement_opt.registers import Outcome, Reading, read_registers_with_notes

AREAS = Path(__file__).parents[2] / "shared" / "data" / "areas"
NAMES = ("worcestershire", "west_northamptonshire", "north_northamptonshire")

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not AREAS.is_dir(), reason="needs the real registers in ../shared/data/areas"),
]


@cache
def read(name: str) -> Reading:
    folder = AREAS / name
    return read_registers_with_notes(
        register=folder / "edubasealldata.csv", sen2=folder, postcodes=folder / "codepoint_open.csv"
    )


def csv_rows(folder: Path, module: str) -> list[dict[str, str]]:
    with next(folder.glob(f"*_{module}.csv")).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(params=NAMES)
def area(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_row_is_kept_or_dropped_for_one_reason(area: str) -> None:
    counts = read(area).counts().groupby(["source", "outcome"])["rows"].sum().unstack(fill_value=0)
    assert (counts["read"] == counts["kept"] + counts["dropped"]).all()
    assert counts.loc["person", "kept"] == len(read(area).problem.pupils)
    assert counts.loc["register", "kept"] == len(read(area).problem.settings)


def test_pupils_are_those_born_in_the_right_years_who_look_for_a_school(area: str) -> None:
    folder = AREAS / area
    born = {row["NativeId"]: row["personbirthdate"] for row in csv_rows(folder, "person")}
    apart = {row["NativeId"] for row in csv_rows(folder, "placementdetail") if row["sensetting"] in {"EHE", "OLA"}}
    starts = [
        int(text[:4]) + (text[5:8] in {"Sep", "Oct", "Nov", "Dec"}) for key, text in born.items() if key not in apart
    ]
    # A child born in the school year that began in September y-1 enters Reception in September y+4.
    assert len(read(area).problem.pupils) == sum(2025 - 14 - 4 <= year <= 2025 - 4 for year in starts)


def test_present_places_are_found_for_nearly_every_pupil(area: str) -> None:
    pupils = read(area).problem.pupils
    unresolved = read(area).noted["source"].isin(["person", "placementdetail"]).sum()
    assert pupils["current_provision_id"].isna().sum() == unresolved
    assert unresolved < 0.02 * len(pupils)


def test_year_groups_are_those_of_school_age_and_of_the_schools(area: str) -> None:
    problem = read(area).problem
    pupils = problem.pupils.merge(
        problem.provisions, left_on="current_provision_id", right_on="provision_id", suffixes=("", "_there")
    )
    assert problem.pupils["year_group"].between(0, 14).all()
    assert problem.provisions["min_year"].between(-2, 12).all()
    assert problem.provisions["max_year"].between(6, 14).all()
    leaving = ~pupils["year_group"].between(pupils["min_year"], pupils["max_year"])
    assert 0.05 < leaving.mean() < 0.15  # a year group in seven at primary schools moves on


def test_bases_are_hubs_with_the_pupils_that_are_there(area: str) -> None:
    problem = read(area).problem
    hubs = problem.provisions[problem.provisions["kind"] == "hub"]
    assert set(hubs["kind_label"]) == {"SEN unit", "Resourced provision"}
    assert problem.pupils["current_provision_id"].isin(hubs["provision_id"]).sum() > 50


def test_no_name_number_birth_date_or_postcode_leaves_the_reader(area: str, tmp_path: Path) -> None:
    reading = read(area)
    for name in ("pupils", "settings", "provisions", "topups"):
        reading.problem.table(name).to_csv(tmp_path / f"{name}.csv")
    for outcome in ("dropped", "assumed", "noted"):
        getattr(reading, outcome).to_csv(tmp_path / f"{outcome}.csv")
    reading.counts().to_csv(tmp_path / "counts.csv")
    (tmp_path / "summary.txt").write_text(reading.summary() + repr(reading), encoding="utf-8")
    written = {path.name: path.read_text(encoding="utf-8") for path in tmp_path.iterdir()}
    words = {word for text in written.values() for word in re.split(r"[^\w]+", text)}
    secret = {row[column] for row in csv_rows(AREAS / area, "person") for column in ("upn", "surname")} - {""}
    assert secret.isdisjoint(words - settings_words(reading))
    everything = "\n".join(written.values())
    for pattern in (r"\d{4}-[A-Z][a-z]{2}-\d{2}", r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b"):
        assert re.search(pattern, everything) is None


def settings_words(reading: Reading) -> set[str]:
    """Return the words of school names, which may well be somebody's surname."""
    return {word for name in reading.problem.settings["name"] for word in re.split(r"[^\w]+", name)}


def test_rows_are_listed_by_line_and_made_up_id(area: str) -> None:
    notes = [note for note in read(area).notes if note.source == "person"]
    assert {note.outcome for note in notes} <= set(Outcome)
    assert all(note.line > 1 and re.fullmatch(r"P[0-9a-f]{12}", note.item) for note in notes)
