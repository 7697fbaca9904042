"""Tables in and out: a folder of CSV files, an Excel workbook or a GeoPackage, and files of journeys and drives."""

from placement_opt.files.guide import table_docs
from placement_opt.files.journeys import read_travel, write_travel
from placement_opt.files.legs import read_legs, write_legs
from placement_opt.files.store import read_problem, write_problem
from placement_opt.files.template import write_template

__all__ = [
    "read_legs",
    "read_problem",
    "read_travel",
    "table_docs",
    "write_legs",
    "write_problem",
    "write_template",
    "write_travel",
]
