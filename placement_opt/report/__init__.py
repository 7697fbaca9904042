"""Plans and routes on paper: HTML pages, Excel workbooks, files; small groups hidden in what is to be shared."""

from placement_opt.report.html import write_report
from placement_opt.report.plan_files import write_tables
from placement_opt.report.route_files import write_routes
from placement_opt.report.route_sheets import write_route_sheets
from placement_opt.report.workbook import write_workbook

__all__ = ["write_report", "write_route_sheets", "write_routes", "write_tables", "write_workbook"]
