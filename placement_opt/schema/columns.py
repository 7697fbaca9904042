"""How a table and its columns are described, and the sorts of column that come up again and again."""

from dataclasses import dataclass, field
from enum import StrEnum

from placement_opt.schema.words import (
    ANY,
    EASTING_RANGE_M,
    KIND_ALIASES,
    KIND_WORDS,
    KINDS,
    NEED_WORDS,
    NEEDS,
    NORTHING_RANGE_M,
    YEAR_RANGE,
)


class Cell(StrEnum):
    """What a cell of a column holds."""

    ID = "identifier"
    TEXT = "text"
    INTEGER = "whole number"
    NUMBER = "number"
    FLAG = "yes or no"
    MAYBE = "yes, no or blank"
    CODE = "one of a list"
    CODES = "several of a list"
    LABELS = "a list of words"
    TIME = "time of day"
    EXTRA = "text that is only kept"


@dataclass(frozen=True)
class Column:
    """One column of a table: what a cell holds, what is allowed, what a blank means."""

    name: str
    cell: Cell
    meaning: str
    required: bool = False
    default: float | str | bool | None = None
    unit: str = ""
    least: float | None = None
    most: float | None = None
    allowed: tuple[str, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    meanings: dict[str, str] = field(default_factory=dict)
    """What each code stands for."""
    near: dict[str, str] = field(default_factory=dict)
    """Words that are refused, with the code that each may be meant to be."""
    refers_to: str = ""
    """`table.column` that every value must appear in."""
    example: str = ""


@dataclass(frozen=True)
class Table:
    """One table: what a row is, its columns, and the columns that together may not repeat."""

    name: str
    row_is: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    required: bool = False
    located: bool = False
    """Rows are points: easting and northing, a geometry, or a postcode."""

    def column(self, name: str) -> Column:
        """Return the column called `name`.

        Raises
        ------
        KeyError
            When the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the columns, in order."""
        return tuple(column.name for column in self.columns)


NEED_CODES = tuple(NEEDS)
KIND_CODES = tuple(KINDS)
_TEN_MILLION = 10_000_000.0
_TEN_BILLION = 10_000_000_000.0
LOW_YEAR, HIGH_YEAR = YEAR_RANGE


def id_column(name: str, meaning: str, example: str = "") -> Column:
    """Describe the identifier of a row."""
    return Column(name, Cell.ID, meaning, required=True, example=example)


def refers_column(name: str, to: str, meaning: str, *, required: bool = False, example: str = "") -> Column:
    """Describe an identifier that has to be in another table (`table.column`)."""
    return Column(name, Cell.ID, meaning, required=required, refers_to=to, example=example)


def text_column(
    name: str, meaning: str, *, required: bool = False, default: str | None = None, example: str = ""
) -> Column:
    """Describe a column of text."""
    return Column(name, Cell.TEXT, meaning, required=required, default=default, example=example)


def gbp_column(
    name: str, meaning: str, *, required: bool = False, default: float | None = None, example: str = ""
) -> Column:
    """Describe an amount of pounds a year."""
    return Column(
        name, Cell.NUMBER, meaning, required, default, "£ a year", least=0, most=_TEN_MILLION, example=example
    )


def capital_column(name: str, meaning: str) -> Column:
    """Describe an amount of pounds that is spent once; blank = 0."""
    return Column(name, Cell.NUMBER, meaning, default=0.0, unit="£, once", least=0, most=_TEN_BILLION)


def flag_column(name: str, meaning: str) -> Column:
    """Describe a yes or no; blank = no."""
    return Column(name, Cell.FLAG, meaning, default=False)


def whole_column(
    name: str, meaning: str, *, least: float = 0, required: bool = False, default: int | None = None, unit: str = ""
) -> Column:
    """Describe a count."""
    return Column(name, Cell.INTEGER, meaning, required, default, unit, least=least, most=1_000_000)


def number_column(
    name: str, meaning: str, unit: str, *, default: float | None = None, required: bool = False
) -> Column:
    """Describe a quantity of 0 or more."""
    return Column(name, Cell.NUMBER, meaning, required, default, unit, least=0, most=1_000_000)


def year_column(name: str, meaning: str, *, required: bool = False, default: int | None = None) -> Column:
    """Describe a national curriculum year."""
    return Column(
        name,
        Cell.INTEGER,
        meaning,
        required,
        default,
        "national curriculum year: Reception is 0, Year 1 is 1",
        least=LOW_YEAR,
        most=HIGH_YEAR,
    )


def time_column(name: str, meaning: str, *, example: str = "08:45") -> Column:
    """Describe a time of day, kept as text: 08:45."""
    return Column(name, Cell.TIME, meaning, unit="hh:mm", example=example)


def kind_column(meaning: str, *, required: bool) -> Column:
    """Describe a kind of provision."""
    return Column(
        "kind",
        Cell.CODE,
        meaning,
        required,
        allowed=KIND_CODES,
        aliases=KIND_ALIASES,
        meanings=KINDS,
        near=KIND_WORDS,
        example="special",
    )


def need_column(meaning: str, *, required: bool) -> Column:
    """Describe a primary need."""
    return Column(
        "need", Cell.CODE, meaning, required, allowed=NEED_CODES, meanings=NEEDS, near=NEED_WORDS, example="ASD"
    )


def needs_column(name: str, meaning: str, *, default: str | None = None, or_any: bool = False) -> Column:
    """Describe several needs."""
    allowed = (*NEED_CODES, ANY) if or_any else NEED_CODES
    return Column(name, Cell.CODES, meaning, default=default, allowed=allowed, meanings=NEEDS, near=NEED_WORDS)


def point_columns(what: str) -> tuple[Column, ...]:
    """Describe where something is: by coordinates, or by postcode."""
    return (
        Column(
            "easting",
            Cell.NUMBER,
            f"Where {what}, British National Grid. May be left out where a geometry or a postcode is given.",
            unit="metres",
            least=EASTING_RANGE_M[0],
            most=EASTING_RANGE_M[1],
            example="460250",
        ),
        Column(
            "northing",
            Cell.NUMBER,
            f"Where {what}, British National Grid.",
            unit="metres",
            least=NORTHING_RANGE_M[0],
            most=NORTHING_RANGE_M[1],
            example="272400",
        ),
        Column(
            "postcode",
            Cell.TEXT,
            "Instead of easting and northing; read only together with a postcode file, and not kept.",
        ),
    )
