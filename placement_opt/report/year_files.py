"""A plan of several years as files: the run, and a CSV table of each kind."""

from pathlib import Path

import pandas as pd

from placement_opt.whole_files import write_csv_files
from placement_opt.years_plan import YearsPlan

RUN_FILE = "years.json"
TABLE_FILES = ("spells.csv", "sites.csv", "classes.csv", "money.csv", "financial_years.csv", "use.csv", "unplaced.csv")


def write_years(folder: str | Path, plan: YearsPlan) -> tuple[Path, ...]:
    """Write a plan of several years: `years.json`, and tables to open in Excel.

    Parameters
    ----------
    folder
        Made if need be; files of these names are replaced.
    plan
        What `plan_years` returned.

    Returns
    -------
    tuple of Path
        The run first. `spells.csv` and `unplaced.csv` hold pupils' ids: keep them inside the council.

    Raises
    ------
    OSError
        When a file cannot be written; then the one that was there is left as it was.
    """
    out = Path(folder)
    out.mkdir(parents=True, exist_ok=True)
    run = plan.save(out / RUN_FILE)
    by_year = {
        name: pd.concat(
            [getattr(one, name).assign(year=year) for year, one in zip(plan.years, plan.plans, strict=True)]
        )
        for name in ("use", "unplaced")
    }
    frames = (
        plan.spells,
        plan.sites,
        plan.classes,
        plan.money,
        plan.costs(["financial_year", "line"]).reset_index(),
        by_year["use"],
        by_year["unplaced"],
    )
    write_csv_files(out, dict(zip(TABLE_FILES, frames, strict=True)))
    return (run, *(out / name for name in TABLE_FILES))
