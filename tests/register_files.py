"""Small made-up files in the layout of the school register, a SEN2 export and Code-Point Open."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from placement_opt.registers import Reading, read_registers_with_notes

SALT = "a salt for tests only"

REGISTER_COLUMNS = (
    "URN",
    "LA (code)",
    "LA (name)",
    "EstablishmentName",
    "TypeOfEstablishment (code)",
    "TypeOfEstablishment (name)",
    "EstablishmentTypeGroup (name)",
    "EstablishmentStatus (name)",
    "PhaseOfEducation (name)",
    "StatutoryLowAge",
    "StatutoryHighAge",
    "SchoolCapacity",
    "NumberOfPupils",
    "Trusts (name)",
    "UKPRN",
    "Postcode",
    "PlacesPRU",
    "EstablishmentNumber",
    "Section41Approved (name)",
    *(f"SEN{number} (name)" for number in range(1, 14)),
    "TypeOfResourcedProvision (name)",
    "ResourcedProvisionOnRoll",
    "ResourcedProvisionCapacity",
    "SenUnitOnRoll",
    "SenUnitCapacity",
    "DistrictAdministrative (code)",
    "DistrictAdministrative (name)",
    "Easting",
    "Northing",
)

MODULE_COLUMNS = {
    "person": (
        "persontableid,NativeId,personorderseqcolumn,sourceid,sen2tableid,surname,forename,personbirthdate,sex,"
        "ethnicity,postcode,upn,uniquelearnernumber,upnunknown"
    ),
    "requests": (
        "requeststableid,NativeId,requestsorderseqcolumn,sourceid,persontableid,receiveddate,requestsource,rya,"
        "requestoutcomedate,requestoutcome,requestmediation,requesttribunal,exported"
    ),
    "activeplans": (
        "activeplanstableid,NativeId,activeplansorderseqcolumn,sourceid,requeststableid,transferla,lastreview,"
        "reviewmeeting,reviewoutcome,reviewdraft,phasetransferduedate,phasetransferfinaldate"
    ),
    "placementdetail": (
        "placementdetailtableid,NativeId,placementdetailorderseqcolumn,sourceid,activeplanstableid,urn,ukprn,sensetting,"
        "sensettingother,placementrank,entrydate,leavingdate,senunitindicator,resourcedprovisionindicator,res,wbp"
    ),
    "senneed": "senneedtableid,NativeId,senneedorderseqcolumn,sourceid,activeplanstableid,sentype,sentyperank",
}


def school(urn: str, name: str, **cells: str) -> dict[str, str]:
    """Return a row of the register: an open primary school unless `cells` say otherwise."""
    row = {
        "URN": urn,
        "LA (code)": "999",
        "LA (name)": "Exampleshire",
        "EstablishmentName": name,
        "TypeOfEstablishment (name)": "Community school",
        "EstablishmentTypeGroup (name)": "Local authority maintained schools",
        "EstablishmentStatus (name)": "Open",
        "PhaseOfEducation (name)": "Primary",
        "StatutoryLowAge": "4",
        "StatutoryHighAge": "11",
        "SchoolCapacity": "200",
        "NumberOfPupils": "180",
        "DistrictAdministrative (code)": "E07000900",
        "DistrictAdministrative (name)": "Westfield",
        "Easting": "460000",
        "Northing": "270000",
    }
    return row | {name.replace("__", " "): value for name, value in cells.items()}


SPECIAL = {
    "TypeOfEstablishment (name)": "Community special school",
    "PhaseOfEducation (name)": "Not applicable",
    "StatutoryLowAge": "2",
    "StatutoryHighAge": "19",
    "SchoolCapacity": "100",
    "NumberOfPupils": "90",
    "SEN1 (name)": "SLD - Severe Learning Difficulty",
    "SEN2 (name)": "ASD - Autistic Spectrum Disorder",
}
SECONDARY = {"PhaseOfEducation (name)": "Secondary", "StatutoryLowAge": "11", "StatutoryHighAge": "18"}


@dataclass(frozen=True)
class Child:
    """One made-up child of the return, with one plan."""

    born: str = "2016-May-02 00:00:00"
    urn: str = "900001"
    needs: tuple[str, ...] = ("ASD",)
    postcode: str = "ZZ1 1AA"
    code: str = ""
    unit: str = "0"
    rp: str = "0"
    upn: str | None = None
    cells: Mapping[str, str] = field(default_factory=dict)
    """Further cells of the module placementdetail."""


@dataclass
class Files:
    """A folder with the three inputs."""

    folder: Path
    register: Path
    postcodes: Path
    tables: dict[str, list[dict[str, str]]]

    def read(self, **options: Any) -> Reading:
        """Read the folder with a fixed salt."""
        paths = {"register": self.register, "sen2": self.folder, "postcodes": self.postcodes}
        return read_registers_with_notes(**{**paths, "salt": SALT, **options})

    def module(self, name: str) -> Path:
        """Return the file of a module."""
        return self.folder / f"Blade-Export_16-01-2025_{name}.csv"

    def write(self, name: str, **columns: str) -> None:
        """Write a module again after its rows were changed; `columns` renames columns."""
        header = [columns.get(column, column) for column in MODULE_COLUMNS[name].split(",")]
        rows = [{columns.get(column, column): cell for column, cell in row.items()} for row in self.tables[name]]
        write_csv(self.module(name), header, rows)


def write_csv(path: Path, header: Iterable[str], rows: Iterable[Mapping[str, str]], encoding: str = "cp1252") -> None:
    """Write rows, blank where a row has no such cell, and only the columns of the header."""
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.DictWriter(stream, list(header), restval="", extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)


def write_register(path: Path, schools: Iterable[Mapping[str, str]], columns: Iterable[str] = REGISTER_COLUMNS) -> None:
    """Write a register, Windows-1252."""
    write_csv(path, columns, schools)


def make_files(folder: Path, schools: Iterable[Mapping[str, str]], children: Iterable[Child]) -> Files:
    """Write a register, a return of the given children and a postcode file."""
    register, postcodes = folder / "edubasealldata.csv", folder / "codepoint.csv"
    write_register(register, schools)
    postcodes.write_text(
        "ZZ1 1AA,10,461234,271234,E92000001,E1,E1,E1,E07000900,E05000001\n"
        "ZZ1 1AB,10,465678,275678,E92000001,E1,E1,E1,E07000901,E05000002\n"
        "ZZ1 1AC,90,0,0,E92000001,E1,E1,E1,E07000901,E05000002\n",
        encoding="utf-8",
    )
    files = Files(folder, register, postcodes, {name: [] for name in MODULE_COLUMNS})
    for number, child in enumerate(children, start=1):
        for name, rows in _child_rows(number, child).items():
            files.tables[name].extend(rows)
    for name in MODULE_COLUMNS:
        files.write(name)
    return files


def _child_rows(number: int, child: Child) -> dict[str, list[dict[str, str]]]:
    table_id = str(number)
    return {
        "person": [
            {
                "persontableid": table_id,
                "NativeId": f"native-{number}",
                "surname": f"Madeupsurname{number}",
                "forename": f"Madeupforename{number}",
                "personbirthdate": child.born,
                "sex": "F",
                "ethnicity": "REFU",
                "postcode": child.postcode,
                "upn": f"Z{number:012d}" if child.upn is None else child.upn,
            }
        ],
        "requests": [{"requeststableid": f"1{number:04d}", "persontableid": table_id}],
        "activeplans": [{"activeplanstableid": f"2{number:04d}", "requeststableid": f"1{number:04d}"}],
        "placementdetail": [
            {
                "activeplanstableid": f"2{number:04d}",
                "urn": child.urn,
                "sensetting": child.code,
                "placementrank": "1",
                "entrydate": "2023-Sep-04 00:00:00",
                "senunitindicator": child.unit,
                "resourcedprovisionindicator": child.rp,
                **child.cells,
            }
        ],
        "senneed": [
            {"activeplanstableid": f"2{number:04d}", "sentype": need, "sentyperank": str(rank)}
            for rank, need in enumerate(child.needs, start=1)
        ],
    }
