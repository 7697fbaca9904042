"""Plans on paper: an HTML page, an Excel workbook, statutory tables; small groups hidden in what is to be shared."""

from placement_opt.report.html import write_report
from placement_opt.report.plan_files import write_tables
from placement_opt.report.workbook import write_workbook

__all__ = ["write_report", "write_tables", "write_workbook"]
