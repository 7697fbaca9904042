"""Good raw tables as an officer would type them, and the three forms of file that hold them."""

import atexit
import copy
import csv
import shutil
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pyogrio
import pytest

from placement_opt.errors import Fault, InputError
from placement_opt.files import read_problem
from placement_opt.problem import Problem
from placement_opt.schema import TABLES

Row = dict[str, Any]
Raw = dict[str, list[Row]]
FORMS = ("folder", "workbook", "geopackage")

_PUPILS = [
    ("P1", 460_000, 270_000, 7, "ASD", "B1", None, "900001"),
    ("P2", 460_500, 270_500, 3, "SLD", "B2", "900002-special", None),
    ("P3", 461_000, 271_000, 9, "SEMH", None, "900003-ap", None),
    ("P4", 461_500, 271_500, 0, "SLCN", "B1", None, "900002"),
    ("P5", 462_000, 272_000, 12, "HI", "B2", "900001-main", None),
]
_PROVISIONS = [
    ("900001-base", "900001", "Inclusion base", 8, "ASD;SLCN", "any"),
    ("900001-main", "900001", "mainstream", 10, "any", "any"),
    ("900002-special", "900002", "special", 20, "any", "B1;B2"),
    ("900002-spoke", "900002", "spoke", 4, "any", "any"),
    ("900003-ap", "900003", "alternative provision", 6, "SEMH", "any"),
    ("900004-old", "900004", "special", 5, "any", "any"),
]
_STATUSES = {
    "900001-base": "candidate",
    "900001-main": "closable",
    "900002-special": "candidate",
    "900004-old": "closed",
}
_WINDOWS = {"arrive_from": "08:30", "arrive_by": "08:50:00", "leave_from": "15:00", "leave_by": "15:20"}


def good_tables() -> Raw:
    """Return all tables of a made-up problem without a fault."""
    pupils = [
        {
            "pupil_id": pupil,
            "easting": east,
            "northing": north,
            "year_group": year,
            "need": need,
            "secondary_needs": "SLCN" if need == "ASD" else None,
            "band": band,
            "count": 1,
            "places": 1,
            "current_provision_id": current,
            "requested_setting_id": requested,
            "support_hours": 1.5,
            "max_minutes": 75,
            "wheelchair": "yes" if pupil == "P2" else "no",
            "solo": "no",
            "assistant": "no",
            "entitled": None if pupil == "P3" else "yes",
            "locality": "North" if year < 8 else "South",
            "low_income": "yes" if pupil == "P4" else None,
            "travel_mode": {"P1": "vehicle", "P5": "pass"}.get(pupil),
            "earliest_pickup": "7:40" if pupil == "P2" else None,
            "board_minutes": 4.5 if pupil == "P2" else None,
            "ward": f"Ward {pupil[1:]}",
        }
        for pupil, east, north, year, need, band, current, requested in _PUPILS
    ]
    settings = [
        {
            "setting_id": f"90000{n}",
            "name": name,
            "easting": 460_000 + 900 * n,
            "northing": 270_000 + 700 * n,
            "places": 40,
            **(_WINDOWS if n < 4 else dict.fromkeys(_WINDOWS)),
        }
        for n, name in enumerate(("Alder Lane", "Birch Hill", "Cedar Way", "Dale Court"), start=1)
    ]
    provisions = [
        {
            "provision_id": name,
            "setting_id": setting,
            "kind": kind,
            "places": places,
            "needs": needs,
            "min_year": -1,
            "max_year": 14,
            "bands": bands,
            "place_gbp": 6_000,
            "topup_gbp": 7_000.5,
            "status": _STATUSES.get(name, "open"),
            "capital_gbp": 250_000 if _STATUSES.get(name) == "candidate" else 0,
            "min_pupils": 2 if name == "900003-ap" else 0,
            "max_classes": 1 if kind == "special" else 0,
            "class_places": 8 if kind == "special" else 0,
            "class_gbp": 60_000 if kind == "special" else 0,
        }
        for name, setting, kind, places, needs, bands in _PROVISIONS
    ]
    hub = {"team_hours_per_week": 30, "max_teams": 2, "team_gbp": 45_000, "max_spokes": 3, "max_link_minutes": 30}
    prices = {"gbp_per_day": 62.5, "gbp_per_hour": 30, "co2e_kg_per_mile": 0.5, "source": "made up"}
    primary, entry = {"min_year": 0, "max_year": 6}, {"min_year": 7, "max_year": 7}
    return copy.deepcopy(
        {
            "pupils": pupils,
            "settings": settings,
            "provisions": provisions,
            "hubs": [{"provision_id": "900001-base", **hub}, {"provision_id": "900002-special", **hub}],
            "links": [
                {"hub_id": "900001-base", "spoke_id": "900002-spoke", "minutes": 12, "miles": 4.5},
                {"hub_id": "900002-special", "spoke_id": "900002-spoke", "minutes": None, "miles": None},
            ],
            "part_limits": [
                {"limit_id": "L1", "provision_id": "900002-special", "setting_id": None, **primary, "places": 9},
                {"limit_id": "L2", "provision_id": None, "setting_id": "900001", **entry, "places": 6},
            ],
            "topups": [
                {"need": "ASD", "band": "B1", "kind": None, "topup_gbp": 8_000},
                {"need": None, "band": "B2", "kind": "special", "topup_gbp": 12_000},
            ],
            "pair_costs": [
                {"pupil_id": "P2", "provision_id": "900002-special", "cost_gbp": 21_500},
                {"pupil_id": "P3", "provision_id": "900003-ap", "cost_gbp": 11_000},
            ],
            "pair_rules": [
                {"pupil_id": "P1", "provision_id": "900001-base", "rule": "must"},
                {"pupil_id": "P3", "provision_id": "900002-special", "rule": "never"},
            ],
            "resources": [{"resource": "therapy", "available": 40}, {"resource": "physiotherapy", "available": 12.5}],
            "resource_use": [
                {"resource": "therapy", "need": "ASD", "band": "B1", "kind": None, "amount": 1.5},
                {"resource": "physiotherapy", "need": None, "band": "B2", "kind": None, "amount": 0.5},
            ],
            "budgets": [
                {"budget": "capital", "type": "capital", "locality": "North", "payer": None, "limit_gbp": 500_000},
                {"budget": "top-ups", "type": "revenue", "locality": None, "payer": "high needs", "limit_gbp": 900_000},
            ],
            "site_limits": [
                {"site_limit": "any", "kind": None, "locality": None, "status": None, "min_open": 1, "max_open": 3},
                {"site_limit": "new", "kind": None, "locality": "North", "status": "candidate", "min_open": 0}
                | {"max_open": 1},
            ],
            "modes": [
                {"mode": "minibus", "gbp_per_day": 60, "gbp_per_mile": 1.2, "riders": 5, "wheelchair": "yes"},
                {"mode": "bus pass", "gbp_per_day": 4.5, "gbp_per_mile": 0, "riders": 1, "wheelchair": "no"},
            ],
            "journey_costs": [
                {"pupil_id": "P1", "setting_id": "900001", "cost_gbp": 9_400.25},
                {"pupil_id": "P1", "setting_id": "900002", "cost_gbp": 12_000},
            ],
            "fleet": [
                {"vehicle": "minibus", "operator": "Made-up Coaches", "available": 4, **prices, "gbp_per_mile": 2.1}
                | {"assistant_gbp_per_hour": 16, "pupils_per_assistant": 6, "empty_miles_per_mile": 0.8},
                {"vehicle": "taxi", "operator": None, "available": None, **prices, "gbp_per_mile": 2.6}
                | {"assistant_gbp_per_hour": None, "pupils_per_assistant": None, "empty_miles_per_mile": None},
            ],
            "layouts": [
                {"vehicle": "minibus", "seats": 16, "wheelchair_places": 0},
                {"vehicle": "minibus", "seats": 14, "wheelchair_places": 1},
                {"vehicle": "taxi", "seats": 4, "wheelchair_places": 0},
            ],
            "apart": [
                {"pupil_id": "P1", "other_pupil_id": "P3", "reason": "panel decision"},
                {"pupil_id": "P3", "other_pupil_id": "P2", "reason": None},
            ],
        }
    )  # fmt: skip


def row_label(form: str, row: int) -> str:
    """Say how a reader of the file sees the row at a position: by line, by row number, by feature id."""
    return str(row + 1 if form == "geopackage" else row + 2)


def columns_of(rows: list[Row]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def store(raw: Raw, form: str, folder: Path) -> Path:
    """Write raw tables as they are, faults and all."""
    writers: dict[str, Callable[[Raw, Path], Path]] = {
        "folder": store_folder,
        "workbook": store_workbook,
        "geopackage": store_geopackage,
    }
    return writers[form](raw, folder)


def store_folder(raw: Raw, folder: Path) -> Path:
    path = folder / "tables"
    path.mkdir(exist_ok=True)
    for name, rows in raw.items():
        with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns_of(rows), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    return path


def store_workbook(raw: Raw, folder: Path) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in raw.items():
        sheet = book.create_sheet(name)
        columns = columns_of(rows)
        sheet.append(columns)
        for row in rows:
            sheet.append([row.get(column) for column in columns])
    path = folder / "tables.xlsx"
    book.save(path)
    return path


def store_geopackage(raw: Raw, folder: Path) -> Path:
    """Pupils and settings become points where all coordinates are numbers; else they keep their columns."""
    path = folder / "tables.gpkg"
    good = good_tables()
    changed = raw
    if raw.keys() == good.keys():  # writing a layer is slow: copy what is as it was
        shutil.copyfile(_good_geopackage(), path)
        changed = {name: rows for name, rows in raw.items() if rows != good[name]}
    _write_layers(changed, path)
    return path


@cache
def _good_geopackage() -> Path:
    path = Path(tempfile.mkdtemp(prefix="good-")) / "tables.gpkg"
    atexit.register(shutil.rmtree, path.parent)
    _write_layers(good_tables(), path)
    return path


def _write_layers(raw: Raw, path: Path) -> None:
    for name, rows in raw.items():
        frame = pd.DataFrame(rows, columns=columns_of(rows), dtype=object)
        typed = pd.DataFrame({column: _layer_column(frame[column].tolist()) for column in frame.columns})
        if TABLES[name].located and {"easting", "northing"} <= set(typed.select_dtypes("number").columns):
            points = gpd.points_from_xy(typed.pop("easting"), typed.pop("northing"))
            typed = gpd.GeoDataFrame(typed, geometry=points, crs="EPSG:27700")
        pyogrio.write_dataframe(typed, path, layer=name, driver="GPKG")


def _layer_column(values: list[Any]) -> "pd.Series[Any]":
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return pd.Series(values)
    return pd.Series([None if value is None else str(value) for value in values], dtype="str")


def faults_in(path: Path, **options: Any) -> tuple[Fault, ...]:
    """Read a problem that has to be refused, and return why."""
    with pytest.raises(InputError) as caught:
        read_problem(path, **options)
    return caught.value.faults


def as_problem(raw: Raw) -> Problem:
    return Problem(**{name: pd.DataFrame(rows, columns=columns_of(rows), dtype=object) for name, rows in raw.items()})
