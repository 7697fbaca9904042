"""The modules of a SEN2 return, found in a folder of CSV files or in one workbook."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from placement_opt.errors import Fault
from placement_opt.registers.columns import absent, plain_header
from placement_opt.registers.csv_rows import Rows, read_rows, sheet_rows
from placement_opt.registers.packed import Sheet, is_workbook, read_workbook
from placement_opt.registers.reading import Note, Outcome
from placement_opt.registers.sen2_columns import MODULE_NAMES, MODULES, NEEDED_MODULES

_CSV_ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True)
class Modules:
    """The rows of a return by module, where it was found, and what could not be used."""

    rows: Mapping[str, Rows] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    def __getitem__(self, name: str) -> Rows:
        return self.rows.get(name, Rows())


def label(module: str, name: str) -> str:
    """Return what to call a module of one of several returns.

    Examples
    --------
    >>> label("person", ""), label("person", "North")
    ('person', 'person (North)')
    """
    return f"{module} ({name})" if name else module


def read_modules(path: Path, name: str, faults: list[Fault]) -> Modules:
    """Read the modules of a return.

    Parameters
    ----------
    path
        A folder with one CSV file for each module, named `..._<module>.csv`; or the data-entry template: a workbook
        whose tables stand below one another on a sheet or each on its own, or a folder with that workbook alone.
    name
        What to call the return in messages and notes; blank where there is only one.
    faults
        Every fault found is added to this list.
    """
    if path.is_dir():
        files = _module_files(path, name, faults)
        books = [file for file in sorted(path.iterdir()) if is_workbook(file) and not file.name.startswith("~$")]
        if files or len(books) != 1:
            _missing(set(files), str(path), name, faults)
            return _from_files(files, name, faults)
        path = books[0]
    if is_workbook(path):
        return _from_workbook(path, name, faults)
    message = (
        "is not a folder. Give the folder that holds the modules of the SEN2 export, or the workbook of the template."
    )
    faults.append(Fault(label("sen2", name), "", "", str(path), message))
    return Modules()


def _module_files(folder: Path, name: str, faults: list[Fault]) -> dict[str, Path]:
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        stem = next((path.name[: -len(end)] for end in _CSV_ENDINGS if path.name.lower().endswith(end)), None)
        if stem is None:
            continue
        module = MODULE_NAMES.get(plain_header(stem)) or MODULE_NAMES.get(plain_header(stem.rsplit("_", 1)[-1]))
        if module in MODULES:
            found.setdefault(module, []).append(path)
    for module, paths in found.items():
        if len(paths) > 1:
            names = ", ".join(path.name for path in paths)
            message = f"The folder has more than one file of the module {module}: {names}. Leave one."
            faults.append(Fault(label(module, name), "", "", "", message))
    return {module: paths[0] for module, paths in found.items()}


def _missing(found: set[str], where: str, name: str, faults: list[Fault]) -> None:
    for module in NEEDED_MODULES:
        if module not in found:
            message = f"The module is missing: the folder has no file whose name ends in _{module}.csv."
            faults.append(Fault(label(module, name), "", "", where, message))


def _from_files(files: Mapping[str, Path], name: str, faults: list[Fault]) -> Modules:
    rows: dict[str, Rows] = {}
    notes: list[Note] = []
    for module, path in files.items():
        own: list[Fault] = []
        rows[module] = read_rows(path, label(module, name), own, MODULES[module])
        _keep(module, name, own, rows, faults, notes)
    return Modules(rows, tuple(path.name for path in files.values()), tuple(notes))


def _keep(
    module: str, name: str, own: list[Fault], rows: dict[str, Rows], faults: list[Fault], notes: list[Note]
) -> None:
    """Pass on the faults of a module that is needed; do without one that is not."""
    source = label(module, name)
    if module in NEEDED_MODULES:
        faults.extend(own)
        notes.extend(Note(source, line, "", Outcome.DROPPED, "blank row") for line in rows[module].blank_lines)
        missing = absent(rows[module].columns, MODULES[module]) if rows[module].columns else {}
        texts = (f"no column {', '.join(names)}: needed for {purpose}" for purpose, names in missing.items())
        notes.extend(Note(source, 0, "", Outcome.NOTED, text) for text in texts)
    elif own:
        del rows[module]
        text = "the module cannot be read and is left out; no other needs it"
        notes.append(Note(source, 0, "", Outcome.NOTED, text))


def _from_workbook(path: Path, name: str, faults: list[Fault]) -> Modules:
    broken: list[Fault] = []
    tables = _tables(read_workbook(path, label("sen2", name), broken))
    faults.extend(broken)
    rows: dict[str, Rows] = {}
    notes: list[Note] = []
    for module in MODULES:
        found = [table for key, table in tables if key == module]
        if len(found) == 1:
            own: list[Fault] = []
            rows[module] = sheet_rows(found[0], label(module, name), path.name, own, MODULES[module])
            _keep(module, name, own, rows, faults, notes)
        elif found:
            message = f"The workbook has {len(found)} tables of the module {module}. Leave one."
            faults.append(Fault(label(module, name), "", "", path.name, message))
        elif module in NEEDED_MODULES and not broken:
            title = next(key for key, value in MODULE_NAMES.items() if value == module)
            message = f"The module is missing: the workbook has no table or sheet {module} ({title})."
            faults.append(Fault(label(module, name), "", "", path.name, message))
    return Modules(rows, (path.name,), tuple(notes))


def _tables(sheets: tuple[Sheet, ...]) -> list[tuple[str, Sheet]]:
    """Return the tables of a workbook by module: below a title that names the module, or a sheet of that name."""
    found: list[tuple[str, Sheet]] = []
    for sheet in sheets:
        titles = [(place, MODULE_NAMES[key]) for place, (_, cells) in enumerate(sheet.lines) if (key := _title(cells))]
        if titles:
            ends = [place for place, _ in titles[1:]] + [len(sheet.lines)]
            for (start, module), end in zip(titles, ends, strict=True):
                if end > start + 1:
                    found.append((module, Sheet(sheet.name, sheet.lines[start + 1 : end])))
        elif sheet.lines and plain_header(sheet.name) in MODULE_NAMES:
            found.append((MODULE_NAMES[plain_header(sheet.name)], sheet))
    return found


def _title(cells: tuple[str, ...]) -> str:
    """Return the name of a module where a line holds nothing else; blank = it holds something else."""
    filled = [cell for cell in cells if cell]
    key = plain_header(filled[0]) if len(filled) == 1 else ""
    return key if key in MODULE_NAMES else ""
