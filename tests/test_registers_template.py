"""The return as the Excel data-entry template holds it: one sheet, a sheet for each table, or CSV files of them."""

import csv
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from placement_opt.errors import InputError
from placement_opt.registers import Reading
from tests.register_files import SPECIAL, Child, Files, make_files, school

PERSON = "Person ID\n\n(This must match the relevant ID in the Person record table)"
REQUEST = "Requests record ID\n\n(This must match the relevant ID in the Requests table)"
LA = "LA\n(From Header Record)"

TABLES: dict[str, dict[str, str]] = {
    "Header Record": {"Record Type": "", "Reference Date": "referencedate", "LA Number": "lea"},
    "Person Record": {
        "Record Type": "",
        "Person ID\n\n(This must be a unique ID for each Person record)": "persontableid",
        LA: "",
        "Surname": "surname",
        "Forename": "forename",
        "Date of Birth \n(ccyy-mm-dd)": "personbirthdate",
        "Sex": "sex",
        "Post Code": "postcode",
        "UPN - Unique Pupil Number": "upn",
        "ULN - Young Persons Unique Learner Number": "uniquelearnernumber",
    },
    "Requests Records": {
        "Record Type": "",
        "Requests record ID\n\n(This must be a unique ID for each Requests record)": "requeststableid",
        LA: "",
        PERSON: "persontableid",
        "Request Outcome": "requestoutcome",
    },
    "Active Plan Records": {
        "Record Type": "",
        PERSON: "",
        LA: "",
        REQUEST: "requeststableid",
        "Residential Settings": "res",
    },
    "Placement Detail Records": {
        "Record Type": "",
        PERSON: "",
        REQUEST: "activeplanstableid",
        "URN - Unique Reference Number": "urn",
        "SEN Setting – Establishment type": "sensetting",
        "Placement Rank (1=Primary, 2=Secondary)": "placementrank",
        "Placement Start Date": "entrydate",
        "Placement Leaving Date": "leavingdate",
        "SEN Unit Indicator": "senunitindicator",
        "Resourced Provision Indicator": "resourcedprovisionindicator",
    },
    "SEN Need Records": {
        "Record Type": "",
        REQUEST: "activeplanstableid",
        "SEN Type of Need": "sentype",
        "SEN Type of Need rank  (1=Primary, 2=Secondary)": "sentyperank",
    },
}
MODULES = ("", "person", "requests", "activeplans", "placementdetail", "senneed")


@pytest.fixture
def files(tmp_path: Path) -> Files:
    schools = [school("900001", "Alder Lane"), school("900003", "Cedar Court", **SPECIAL)]
    children = [
        Child(needs=("SLCN", "ASD")),
        Child(urn="900003", needs=("SLD",), born="2012-Oct-01 00:00:00"),
        Child(urn="", code="NIEO"),
        Child(unit="1"),
    ]
    return make_files(tmp_path, schools, children)


def cell(column: str, text: str) -> object:
    """Return a cell as Excel would hold it: numbers as numbers, dates as dates."""
    if column in {"personbirthdate", "entrydate"} and text:
        return datetime.strptime(text[:11], "%Y-%b-%d")
    return float(text) if text.isdigit() else text or None


def lines_of(files: Files) -> dict[str, list[list[object]]]:
    """Return each table of the template with its header; plans are known by the request's number."""
    request_of = {row["activeplanstableid"]: row["requeststableid"] for row in files.tables["activeplans"]}
    found: dict[str, list[list[object]]] = {}
    for (title, columns), module in zip(TABLES.items(), MODULES, strict=True):
        rows = files.tables[module] if module else [{"referencedate": "2025-01-16", "lea": "999"}]
        found[title] = [list(columns)]
        for row in rows:
            changed = dict(row)
            if module in {"placementdetail", "senneed"}:
                changed["activeplanstableid"] = request_of[row["activeplanstableid"]]
            cells = [cell(name, changed.get(name, "")) if name else "Rec" for name in columns.values()]
            found[title].append(cells)
        found[title].append(["Rec"])  # rows that the template has filled beforehand
    return found


def one_sheet(files: Files, path: Path) -> Path:
    book = openpyxl.Workbook()
    book.active.title = "Guidance"
    sheet = book.create_sheet("Data Entry Template")
    for title, lines in lines_of(files).items():
        for line in ([title], *lines, [], []):
            sheet.append(line)
    book.save(path)
    return path


def sheet_each(files: Files, path: Path) -> Path:
    book = openpyxl.Workbook()
    for title, lines in lines_of(files).items():
        sheet = book.create_sheet(title)
        for line in lines:
            sheet.append(line)
    book.save(path)
    return path


def folder_of_csv(files: Files, path: Path) -> Path:
    path.mkdir()
    for title, lines in lines_of(files).items():
        with (path / f"{title}.csv").open("w", newline="", encoding="utf-8") as stream:
            texts = [
                [str(text.date() if isinstance(text, datetime) else "" if text is None else text) for text in line]
                for line in lines
            ]
            width = len(texts[0])
            csv.writer(stream).writerows([line + [""] * (width - len(line)) for line in texts[:-1]])
    return path


def same(one: Reading, other: Reading) -> bool:
    mine, theirs = (reading.problem.pupils.drop(columns="resident_authority") for reading in (one, other))
    return mine.equals(theirs) and one.problem.provisions.equals(other.problem.provisions)


@pytest.mark.parametrize(("write", "name"), [(one_sheet, "a.xlsx"), (sheet_each, "a.xlsx"), (folder_of_csv, "csv")])
def test_the_template_says_the_same_as_the_export(files: Files, tmp_path: Path, write: object, name: str) -> None:
    assert callable(write)
    path = write(files, tmp_path / name)
    found, expected = files.read(sen2=path), files.read()
    assert same(found, expected)
    assert found.rows_read["person"] == 4
    assert found.problem.pupils["resident_authority"].unique().tolist() == ["Exampleshire"]


def test_a_folder_with_the_workbook_alone_is_the_workbook(files: Files, tmp_path: Path) -> None:
    folder = tmp_path / "only"
    folder.mkdir()
    one_sheet(files, folder / "return.xlsx")
    assert same(files.read(sen2=folder), files.read())


def test_a_table_that_the_workbook_lacks_is_a_fault_that_names_it(files: Files, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(sheet_each(files, tmp_path / "a.xlsx"))
    del book["SEN Need Records"]
    book.save(tmp_path / "b.xlsx")
    with pytest.raises(InputError, match="no table or sheet senneed"):
        files.read(sen2=tmp_path / "b.xlsx")


def test_a_file_that_is_no_workbook_is_a_fault_without_its_cells(files: Files, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"Secretname" * 99)
    with pytest.raises(InputError, match="cannot be opened as a workbook") as caught:
        files.read(sen2=tmp_path / "a.xlsx")
    assert "Secretname" not in str(caught.value)
