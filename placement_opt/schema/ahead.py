"""The tables of several school years: which years, who arrives and leaves, when sites open and close, money by year."""

from dataclasses import replace

from placement_opt.schema.columns import (
    Cell,
    Column,
    Table,
    id_column,
    refers_column,
    text_column,
    whole_column,
    year_column,
)
from placement_opt.schema.question import PUPILS

EARLIEST, LATEST = 2000, 2100
_NOT_OF_ARRIVALS = ("current_provision_id", "movable")


def school_year_column(name: str, meaning: str, *, required: bool = False) -> Column:
    """Describe a school year, named by the calendar year of its September."""
    return Column(name, Cell.INTEGER, meaning, required, unit="school year", least=EARLIEST, most=LATEST)


YEARS = Table(
    "years",
    "a school year that is planned; the first is the one that the other tables describe",
    (
        school_year_column("year", "The calendar year of its September: 2027 is 2027/28.", required=True),
        Column(
            "share",
            Cell.NUMBER,
            "The part of the year whose running money counts: 0.5833 = 7 months of 12.",
            default=1.0,
            unit="of a year",
            least=0,
            most=1,
        ),
        Column(
            "price_factor",
            Cell.NUMBER,
            "Prices of the year over those of the tables: 1.03 = 3 % dearer.",
            default=1.0,
            least=0.1,
            most=10,
        ),
    ),
    key=("year",),
)

ARRIVALS = Table(
    "arrivals",
    "a pupil, or `count` identical pupils at one point, who will come in a later year",
    (
        *(
            replace(column, meaning="National curriculum year on arriving; Reception is 0.")
            if column.name == "year_group"
            else column
            for column in PUPILS.columns
            if column.name not in _NOT_OF_ARRIVALS
        ),
        school_year_column("arrives", "The first school year that a place is needed for.", required=True),
    ),
    key=("pupil_id",),
    located=True,
)

LEAVERS = Table(
    "leavers",
    "a pupil who will no longer be here: the plan ends, or the family moves away",
    (
        id_column("pupil_id", "The pupil, of the table pupils or arrivals.", "P0001"),
        school_year_column("leaves", "The first school year that no place is needed for.", required=True),
    ),
    key=("pupil_id",),
)

SITE_YEARS = Table(
    "site_years",
    "when a provision may open or close; a provision that is not listed may at the start of every year",
    (
        refers_column("provision_id", "provisions.provision_id", "The provision.", required=True),
        school_year_column(
            "first_year",
            "candidate: the first year it can open; closable: the first it can close; open: the first it is in use.",
        ),
        school_year_column(
            "last_year",
            "candidate: the last year it can open; closable: the last it can close; open: the last it is in use.",
        ),
        whole_column("lead_years", "Years from paying the capital to opening.", default=0, unit="years"),
    ),
    key=("provision_id",),
)

FILL_UP = Table(
    "fill_up",
    "how a new provision fills, year after year; after the last row it has all its places and year groups",
    (
        refers_column("provision_id", "provisions.provision_id", "The provision.", required=True),
        whole_column("years_open", "Years since it opened: 0 in its first.", required=True, unit="years"),
        whole_column("places", "Places that it has then.", required=True, unit="places"),
        year_column("min_year", "Lowest year group taken then.", required=True),
        year_column("max_year", "Highest year group taken then.", required=True),
    ),
    key=("provision_id", "years_open"),
)

YEAR_BUDGETS = Table(
    "year_budgets",
    "a limit on the money of one year, or of all years together",
    (
        id_column("budget", "Name of the budget.", "capital programme"),
        school_year_column("year", "The year; blank = all years of the plan together."),
        Column(
            "basis",
            Cell.CODE,
            "school year: September to August; financial year: April of `year` to March, 7/12 of the school year that "
            "begins in it and 5/12 of the one before.",
            default="school year",
            allowed=("school year", "financial year"),
        ),
        Column(
            "type",
            Cell.CODE,
            "revenue: all running money; transport: the journeys of pupils; capital: what is spent once.",
            required=True,
            allowed=("revenue", "transport", "capital"),
        ),
        text_column("locality", "Counts this locality only: of the home for a pupil, of the school else; blank = all."),
        text_column("payer", "Counts what this payer pays only; blank = all. Capital has no payer."),
        Column("limit_gbp", Cell.NUMBER, "Most that may be spent.", True, unit="£", least=0, most=1_000_000_000_000),
    ),
    key=("budget", "year"),
)
