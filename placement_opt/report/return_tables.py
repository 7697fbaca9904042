"""The statutory tables on a confidential page: categories by age, and the share in special schools."""

from placement_opt.report.grid import Cell, Grid, Unit, text_cell
from placement_opt.report.subject import Subject
from placement_opt.statutory import AGE_GROUPS, StatutoryTables, statutory_tables


def returns(subject: Subject) -> tuple[Grid, ...]:
    """Return the statutory tables of the main plan; only for a confidential report: nothing in them is hidden."""
    tables = statutory_tables(subject.problem, subject.plans[subject.main])
    return (_categories(tables), _special(tables))


def _categories(tables: StatutoryTables) -> Grid:
    """Return pupils by category and age group, with the £ of each category."""
    ages = [name for _, name in AGE_GROUPS]
    by_age = tables.table("categories_by_age")
    pupils = by_age.pivot_table(index="category_name", columns="age_group", values="pupils", aggfunc="sum", sort=False)
    gbp = by_age.groupby("category_name", sort=False)["gbp"].sum()
    shown = pupils[ages].fillna(0)

    def cells(counts: list[float], money: float) -> tuple[Cell, ...]:
        return (*(Cell(int(count), Unit.COUNT) for count in (*counts, sum(counts))), Cell(money, Unit.GBP))

    rows = tuple((text_cell(name), *cells(shown.loc[name].tolist(), float(gbp[name]))) for name in gbp.index)
    total = (text_cell("All pupils"), *cells(shown.sum().tolist(), float(gbp.sum())))
    heads = ("Category", *(f"Age {name}" if name[0].isdigit() else name for name in ages), "Pupils", "£ a year")
    note = " ".join(tables.notes)
    return Grid(
        "categories", "Pupils by category of the DSG management plan, and age on 31 August", heads, rows, total, note
    )


def _special(tables: StatutoryTables) -> Grid:
    special = tables.special
    if special is None:
        return Grid("special_share", "Share in special schools", ("Figure", "Value"), ())
    rows = (
        (text_cell("Pupils in special schools"), Cell(special.pupils_in_special, Unit.COUNT)),
        (text_cell("All pupils"), Cell(special.all_pupils, Unit.COUNT)),
        (text_cell("Share, %"), Cell(special.share * 100, Unit.ONE_DECIMAL)),
        (
            text_cell(f"National share, %, {special.national.year}"),
            Cell(special.national.share * 100, Unit.ONE_DECIMAL),
        ),
        (text_cell("Pupils above the national rate"), Cell(special.difference_pupils, Unit.CHANGE)),
    )
    caption = "Share in special schools against the national rate"
    return Grid("special_share", caption, ("Figure", "Value"), rows, note=f"{special.national.source}.")
