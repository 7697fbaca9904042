"""Everything that stands in files, whatever looks at them shows: names, parts of archives, tables of databases."""

import sqlite3
import zipfile
from collections.abc import Iterator
from pathlib import Path

ARCHIVES, DATABASES = {".xlsx"}, {".gpkg"}


def everything_in(folder: Path) -> Iterator[str]:
    """Yield the name and all text of every file below a folder, hidden sheets and stored values among it."""
    for path in sorted(folder.rglob("*")):
        yield path.name
        if path.suffix in ARCHIVES:
            with zipfile.ZipFile(path) as archive:
                for name in archive.namelist():
                    yield name
                    yield archive.read(name).decode("utf-8", errors="replace")
        elif path.suffix in DATABASES:
            yield from _rows_of(path)
        elif path.is_file():
            yield path.read_text(encoding="utf-8")


def _rows_of(path: Path) -> Iterator[str]:
    with sqlite3.connect(path) as database:
        names = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for name in names:
            for row in database.execute(f'SELECT * FROM "{name}"'):  # noqa: S608 - names come from the file itself
                yield " ".join(str(cell) for cell in row)
    database.close()
