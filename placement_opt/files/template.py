"""The blank workbook of all tables, for filling in."""

from pathlib import Path

import pandas as pd

from placement_opt.files.sample import SAMPLE_ROWS
from placement_opt.schema import TABLES
from placement_opt.whole_files import written_beside


def write_template(path: str | Path, *, sample: bool = False) -> Path:
    """Write a documented Excel workbook of all tables, ready to be filled in.

    Parameters
    ----------
    path
        The .xlsx file to write; an existing one is replaced.
    sample
        Fill in a few made-up rows that show how the tables hang together.

    Returns
    -------
    Path
        The path written to.

    Raises
    ------
    ValueError
        When the path does not end in .xlsx.
    """
    from placement_opt.files.sheets import save_workbook  # noqa: PLC0415 - openpyxl loads when used

    target = Path(path)
    if target.suffix.lower() != ".xlsx":
        raise ValueError(f"`path` is {target.name!r}; a template is an Excel workbook, so end it in .xlsx.")
    frames = {}
    for name, table in TABLES.items():
        rows = SAMPLE_ROWS[name] if sample else ()
        frames[name] = pd.DataFrame([[row.get(column) for column in table.names] for row in rows], columns=table.names)
        frames[name] = frames[name].astype(object).where(frames[name].notna(), None)
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_beside(target) as draft:
        save_workbook(frames, draft, is_template=True)
    return target
