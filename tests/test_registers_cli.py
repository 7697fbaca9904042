"""The command `registers`: from an authority's files to tables that can be planned, without personal data anywhere."""

import logging
import re
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

from placement_opt.cli import main
from tests.register_files import SPECIAL, Child, Files, make_files, school

LOOKS_PERSONAL = re.compile(r"\b\d{4}-[A-Z][a-z]{2}-\d{2}\b|\b\d{4}-\d{2}-\d{2}\b|\b\d{2}/\d{2}/\d{4}\b")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    folder = tmp_path / "in"
    folder.mkdir()
    schools = [
        school("900001", "Alder Lane", **{"SenUnitCapacity": "12", "TypeOfResourcedProvision (name)": "SEN unit"}),
        school("900003", "Cedar Court", **SPECIAL),
    ]
    children = [
        Child(postcode=f"ZZ1 1A{letter}", born=f"201{number}-May-0{number + 1} 00:00:00", urn=urn)
        for number, (letter, urn) in enumerate([("A", "900001"), ("B", "900003"), ("C", "900001"), ("B", "")], start=2)
    ]
    return make_files(folder, schools, [*children, Child(urn="", code="EHE"), Child(born="nonsense")])


def command(files: Files, out: Path, *more: str) -> list[str]:
    inputs = ["--register", str(files.register), "--sen2", str(files.folder), "--postcodes", str(files.postcodes)]
    return ["registers", *inputs, "--out", str(out), *more]


def secrets(files: Files) -> set[str]:
    """Return every name, number, postcode and birthday of the return, as they might be written."""
    found: set[str] = set()
    for row in files.tables["person"]:
        found |= {row[column] for column in ("surname", "forename", "upn", "NativeId")}
        found |= {row["postcode"], row["postcode"].replace(" ", ""), row["personbirthdate"][:11]}
    return found - {""}


def texts(folder: Path) -> dict[str, str]:
    """Return what a person could read in every file that was written; a workbook is a zip of XML."""
    found = {}
    for path in folder.rglob("*"):
        if path.suffix == ".xlsx":
            with ZipFile(path) as book:
                found[path.name] = "\n".join(book.read(name).decode("utf-8", "replace") for name in book.namelist())
        elif path.is_file():
            found[path.name] = path.read_text(encoding="utf-8")
    return found


def test_no_personal_data_in_tables_plans_reports_or_logs(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    out = tmp_path / "out"
    assert main(command(files, out)) == 0
    assert main(["solve", str(out / "tables"), "--out", str(out / "plan")]) == 0
    assert main(["report", str(out / "plan" / "run.json"), "--confidential", "--out", str(out / "shown")]) == 0
    printed = capsys.readouterr()
    everything = texts(out) | {"output": printed.out, "errors": printed.err, "log": caplog.text}
    assert {"run.json", "report.html", "workbook.xlsx", "reading.csv", "checks.csv", "pupils.csv"} <= set(everything)
    for where, text in everything.items():
        hidden = [secret for secret in secrets(files) if secret in text]
        assert hidden == [], f"{where} holds {len(hidden)} values of the return"
        birthdays = {row["personbirthdate"][:4] for row in files.tables["person"]}
        assert not [found for found in LOOKS_PERSONAL.findall(text) if found[:4] in birthdays], where


def test_the_search_for_personal_data_would_find_it(files: Files) -> None:
    text = files.module("person").read_text()
    assert all(secret in text for secret in secrets(files) if " " in secret or secret.startswith("Z0"))


def test_what_was_dropped_is_written_with_its_line(files: Files, tmp_path: Path) -> None:
    assert main(command(files, tmp_path / "out")) == 0
    listed = pd.read_csv(tmp_path / "out" / "reading.csv")
    dropped = listed[(listed["outcome"] == "dropped") & (listed["source"] == "person")]
    assert dropped["line"].tolist() == [4, 6, 7]
    assert pd.read_csv(tmp_path / "out" / "checks.csv")["pupils"].min() == 0


def test_ids_stay_the_same_with_a_secret_and_can_be_kept(files: Files, tmp_path: Path) -> None:
    (tmp_path / "salt").write_text("a secret of this test only\n")
    ids = []
    for name, more in (("a", ["--salt-file", str(tmp_path / "salt")]), ("b", ["--salt-file", str(tmp_path / "salt")])):
        assert main(command(files, tmp_path / name, *more)) == 0
        ids.append(set(pd.read_csv(tmp_path / name / "tables" / "pupils.csv")["pupil_id"]))
    assert ids[0] == ids[1]
    assert main(command(files, tmp_path / "c", "--keep-ids")) == 0
    assert set(pd.read_csv(tmp_path / "c" / "tables" / "pupils.csv")["pupil_id"]) == {1, 2, 4}


def test_statistics_are_set_beside_on_request(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "statistics.csv"
    path.write_text("time_period,area,ehcplans,mainstream_general,state_special\n202425,Exampleshire,100,60,40\n")
    assert main(command(files, tmp_path / "out", "--statistics", str(path))) == 0
    table = pd.read_csv(tmp_path / "out" / "statistics.csv").set_index("category")
    assert table.loc["state_special", "published_share"] == 0.4


def test_faults_end_with_code_1_and_wrong_use_with_2(
    files: Files, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    several = command(files, tmp_path / "out", "--sen2", str(files.folder))
    with pytest.raises(SystemExit) as ended:
        main(several)
    assert ended.value.code == 2
    assert "--sen2 NAME=FOLDER" in capsys.readouterr().err
    files.module("senneed").unlink()
    assert main(command(files, tmp_path / "out")) == 1
    assert "senneed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_several_returns_are_named(files: Files, tmp_path: Path) -> None:
    arguments = command(files, tmp_path / "out")
    arguments[arguments.index(str(files.folder))] = f"Exampleshire={files.folder}"
    assert main(arguments) == 0
    pupils = pd.read_csv(tmp_path / "out" / "tables" / "pupils.csv")
    assert pupils["resident_authority"].unique().tolist() == ["Exampleshire"]


def test_a_salt_that_is_no_text_is_refused_without_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    salt = tmp_path / "salt"
    salt.write_bytes(bytes(range(128, 160)))
    with pytest.raises(SystemExit) as caught:
        main(["registers", "--register", "a", "--sen2", "b", "--postcodes", "c", "--salt-file", str(salt)])
    assert caught.value.code == 2
    assert "--salt-file is no text in UTF-8" in capsys.readouterr().err
