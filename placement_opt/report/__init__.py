"""Plans on paper: one HTML page and one Excel workbook, with small groups hidden in what is meant to be shared."""

from placement_opt.report.html import write_report
from placement_opt.report.workbook import write_workbook

__all__ = ["write_report", "write_workbook"]
