"""What to fill in, in words: the same for the template and for the documentation page."""

from placement_opt.parameters import Parameters
from placement_opt.schema import KINDS, NEEDS, TABLES, Cell, Column, Table

COLUMN_HEADINGS = ("Table", "Column", "Required", "What to fill in", "Unit", "Allowed", "Blank means", "Example")

_DOCS_HEADING = """# The input tables

A problem is a folder of CSV files, one Excel workbook with a sheet for each table, or one GeoPackage with a layer for
each table, all with the names below. In a folder the parameters stand in `parameters.toml`. `placement-opt template`
writes a blank workbook of these tables. Headers are compared without case, spaces and underscores. Further columns are
kept as text, for grouping. Rows that are wholly blank are passed over.

Files, sheets and layers whose name begins with an underscore, a dot, `Guide`, `Read me`, or `Plan` and a space hold no
table and are not read. So a plan's workbook can be solved again: its sheets of results all begin with `Plan`, and the
tables that the plan was made from stand behind them, with the names and headers of the template. Change places or
decisions there and run `placement-opt solve` with that workbook, with the journeys and the policy of before, which no
sheet holds. In a workbook a formula counts by the value that was stored with it, and rows that a filter hides are read.

Where any row of `provisions`, `topups` or `resource_use` names bands, each band of a pupil has to be named by one of
them: a band that nothing names is taken for a slip, because it would fit only what takes any band.

This page is made from `placement_opt/schema` by `placement_opt.files.table_docs()`; a test keeps the two the same.
"""


def allowed_words(column: Column) -> str:
    """Say what a cell of a column may hold."""
    if column.refers_to:
        table, name = column.refers_to.split(".")
        return f"a {name} of {table}"
    if column.cell is Cell.CODE:
        others = f" (also: {', '.join(column.aliases)})" if column.aliases else ""
        return f"one of {', '.join(column.allowed)}{others}"
    if column.cell is Cell.CODES:
        return f"{', '.join(column.allowed)}; several with semicolons between"
    if column.cell is Cell.LABELS:
        return "words, with semicolons between, or any"
    if column.least is not None and column.most is not None:
        return f"{column.cell} from {column.least:,.12g} to {column.most:,.12g}"
    words = {Cell.FLAG: "yes or no", Cell.MAYBE: "yes, no or blank", Cell.TIME: f"a time of day, like {column.example}"}
    return words.get(column.cell, str(column.cell))


def blank_words(column: Column) -> str:
    """Say what a blank cell of a column means."""
    if column.required:
        return "not allowed"
    if column.default is None:
        return "not given"
    if isinstance(column.default, bool):
        return "yes" if column.default else "no"
    return f"{column.default:g}" if isinstance(column.default, int | float) else column.default


def column_note(column: Column) -> str:
    """Describe a column in a few lines, as a note at its header."""
    lines = ["REQUIRED" if column.required else "Optional", column.meaning, f"Allowed: {allowed_words(column)}"]
    if column.unit:
        lines.append(f"Unit: {column.unit}")
    if not column.required:
        lines.append(f"Blank means: {blank_words(column)}")
    if column.example:
        lines.append(f"Example: {column.example}")
    return "\n".join(lines)


def column_rows(table: Table) -> list[tuple[str, ...]]:
    """Return a row of words for each column, under `COLUMN_HEADINGS`."""
    return [
        (
            table.name,
            column.name,
            "required" if column.required else "optional",
            column.meaning,
            column.unit,
            allowed_words(column),
            blank_words(column),
            column.example,
        )
        for column in table.columns
    ]


def parameter_words() -> list[tuple[str, ...]]:
    """Return name, default, unit, year, source and meaning of each parameter."""
    rows = Parameters().rows()
    names = ("parameter", "value", "unit", "year", "source", "meaning")
    return [tuple(f"{row[n]:,g}" if isinstance(row[n], float) else str(row[n]) for n in names) for row in rows]


def table_docs() -> str:
    """Return the documentation page of the input tables, as Markdown.

    Examples
    --------
    >>> print(table_docs().splitlines()[0])
    # The input tables
    """
    parts = [_DOCS_HEADING, "\n".join(_contents())]
    parts += [_table_section(table) for table in TABLES.values()]
    parts.append("## Codes of needs\n\n" + _markdown(("Code", "Meaning"), list(NEEDS.items())))
    parts.append("## Kinds of provision\n\n" + _markdown(("Kind", "Meaning"), list(KINDS.items())))
    headings = ("Parameter", "Default", "Unit", "Year", "Source", "Meaning")
    parts.append("## Parameters and their defaults\n\n" + _markdown(headings, parameter_words()))
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _contents() -> list[str]:
    return [
        f"* [{table.name}](#{table.name}){' (required)' if table.required else ''}: a row is {table.row_is}"
        for table in TABLES.values()
    ]


def _table_section(table: Table) -> str:
    need = "Required." if table.required else "Optional."
    rows = [(f"`{row[1]}`", *row[2:]) for row in column_rows(table)]
    key = " and ".join(f"`{name}`" for name in table.key)
    return f"## {table.name}\n\n{need} A row is {table.row_is}. No two rows have the same {key}.\n\n" + _markdown(
        COLUMN_HEADINGS[1:], rows
    )


def _markdown(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [headings, tuple("---" for _ in headings), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
