"""A problem from files, and to files."""

from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.files.delimited import read_folder, write_folder
from placement_opt.files.geopackage import read_geopackage, write_geopackage
from placement_opt.files.located import Unlocated, put_points
from placement_opt.files.parameter_table import parameter_rows, parameters_of
from placement_opt.files.raw import RawTables
from placement_opt.headers import is_blank
from placement_opt.problem import Problem, examine_tables
from placement_opt.schema import PARAMETERS, TABLES
from placement_opt.whole_files import written_beside

_WORKBOOKS = frozenset({".xlsx", ".xlsm"})
_FORMS = "Give a folder of CSV files, an Excel workbook (.xlsx) or a GeoPackage (.gpkg)."


def read_problem(path: str | Path, *, postcodes: str | Path | None = None) -> Problem:
    """Read a problem from a folder of CSV files, an Excel workbook or a GeoPackage.

    Parameters
    ----------
    path
        A folder with `pupils.csv`, `settings.csv`, `provisions.csv`, the optional tables and `parameters.toml`; or an
        .xlsx file with a sheet for each table; or a .gpkg file with a layer for each table. docs/tables.md lists them.
    postcodes
        A Code-Point Open CSV file, or a folder of them, for rows that give a postcode in place of easting and
        northing. The postcodes are not kept.

    Returns
    -------
    Problem
        What the files hold.

    Raises
    ------
    InputError
        When anything is wrong with the files or with what they hold: every fault at once, each with its table, column,
        value and row, which is the line of a CSV file, the row number of a sheet or the feature id of a layer.

    Examples
    --------
    >>> import tempfile
    >>> from placement_opt.examples import tiny
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_problem(write_problem(tiny(), folder + "/tables"))
    Problem(3 pupils, 2 settings, 4 provisions with 7 places)
    """
    raw = _read_raw(Path(path))
    faults = list(raw.faults)
    frames, unlocated = dict(raw.frames), Unlocated()
    if postcodes is not None:
        frames, unlocated = put_points(frames, Path(postcodes), faults)
    parameters = parameters_of(frames.pop("parameters", None), faults)
    if not faults:
        return Problem(**frames, parameters=parameters)
    is_known = "parameters" not in {*raw.unknown, *(fault.table for fault in faults)}
    _, found = examine_tables(frames, raw.unknown, parameters if is_known else None)
    follows = [unlocated.explains(fault) or (fault.table, fault.row) in raw.broken for fault in found]
    raise InputError([*faults, *(fault for fault, known in zip(found, follows, strict=True) if not known)])


def write_problem(problem: Problem, path: str | Path) -> Path:
    """Write a problem so that `read_problem` gives it back exactly.

    Parameters
    ----------
    problem
        What to write.
    path
        A folder (made if need be), an .xlsx file or a .gpkg file. Files of the same names are replaced, nothing else
        in the folder is touched. If anything fails, nothing is left behind.

    Returns
    -------
    Path
        The path written to.

    Raises
    ------
    ValueError
        When the path ends in something that is no folder, workbook or GeoPackage.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    frames = plain_tables(problem)
    if target.is_dir() or suffix not in {".xlsx", ".gpkg"}:
        if suffix in {".csv", ".xls", ".xlsm", ".ods", ".json", ".parquet", ".zip"} and not target.is_dir():
            raise ValueError(f"`path` ends in {suffix}. {_FORMS}")
        del frames["parameters"]  # in a folder they stand in a file of their own form
        write_folder(frames, parameter_rows(problem.parameters), target)
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(target) as draft:
        if suffix == ".xlsx":
            _save_workbook(frames, draft)
        else:
            write_geopackage(frames, draft)
    return target


def plain_tables(problem: Problem) -> dict[str, pd.DataFrame]:
    """Return every table of a problem as plain Python values, the parameters too, as they are written to a workbook.

    Parameters
    ----------
    problem
        Whose tables.
    """
    frames = {name: _plain_frame(problem, name) for name in TABLES if name != "parameters"}
    rows = parameter_rows(problem.parameters)
    return {**frames, "parameters": pd.DataFrame(rows, columns=list(PARAMETERS.names), dtype=object)}


_HINTS = {
    ".csv": " Give the folder that the file is in.",
    ".json": " A saved run holds no tables: give those that it was made from.",
}


def _read_raw(path: Path) -> RawTables:
    if path.is_dir():
        return read_folder(path)
    if not path.exists():
        complaint = f"There is no such file or folder. {_FORMS}"
    elif path.suffix.lower() not in {*_WORKBOOKS, ".gpkg"}:
        hint = _HINTS.get(path.suffix.lower(), "")
        complaint = f"A problem cannot be read from a file of this kind.{hint} {_FORMS}"
    else:
        raw = _read_workbook(path) if path.suffix.lower() in _WORKBOOKS else read_geopackage(path)
        if raw.frames or raw.unknown:
            return raw
        raise InputError(raw.faults)
    raise InputError([Fault(str(path), "", "", "", complaint)])


def _read_workbook(path: Path) -> RawTables:
    from placement_opt.files.workbook import read_workbook  # noqa: PLC0415 - openpyxl loads when used

    return read_workbook(path)


def _save_workbook(frames: dict[str, pd.DataFrame], path: Path) -> None:
    from placement_opt.files.sheets import save_workbook  # noqa: PLC0415 - openpyxl loads when used

    save_workbook(frames, path)


def _plain_frame(problem: Problem, name: str) -> pd.DataFrame:
    """Return a table as plain Python values, with kinds as the user wrote them."""
    frame = problem.table(name)
    if "kind_label" in frame.columns:
        frame["kind"] = frame["kind_label"]
        frame = frame.drop(columns="kind_label")
    columns = {header: [_plain_value(value) for value in frame[header].tolist()] for header in frame.columns}
    return pd.DataFrame(columns, dtype=object)


def _plain_value(value: Any) -> str | bool | int | float | None:
    if is_blank(value):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | bool | int | float) else str(value)
