"""The tables of a projection, described as data: snapshots, growth, migration, pending plans, early years, homes."""

from dataclasses import replace

from placement_opt.phases import PHASE_NAMES
from placement_opt.schema import Cell, Column, Table
from placement_opt.schema.ahead import school_year_column
from placement_opt.schema.columns import (
    gbp_column,
    id_column,
    kind_column,
    need_column,
    point_columns,
    text_column,
    whole_column,
    year_column,
)

_EAST, _NORTH, _ = point_columns("it is")
_POINT = (replace(_EAST, meaning="Where the home is, British National Grid."), _NORTH)
_FIXED_POINT = tuple(replace(column, required=True) for column in _POINT)


def _phase_column(meaning: str) -> Column:
    aliases = {
        "nursery": PHASE_NAMES[0],
        "primary": PHASE_NAMES[1],
        "secondary": PHASE_NAMES[2],
        "post-16": PHASE_NAMES[3],
    }
    return Column("phase", Cell.CODE, meaning, allowed=PHASE_NAMES, aliases=aliases)


SNAPSHOT = Table(
    "snapshot",
    "a pupil with a plan in one school year",
    (
        id_column("pupil_id", "The same reference for a pupil in every snapshot."),
        year_column("year_group", "National curriculum year in the year of the snapshot.", required=True),
        need_column("Primary need.", required=True),
        kind_column("Setting kind; blank = that of current_provision_id, or no place.", required=False),
        Column("current_provision_id", Cell.ID, "Where the pupil is; blank = no place."),
        Column("count", Cell.INTEGER, "Always 1: only single pupils can be followed.", default=1, least=1, most=1),
        text_column("locality", "Area of the home."),
    ),
    key=("pupil_id",),
    required=True,
)

GROWTH = Table(
    "growth",
    "how the number of pupils with plans grows; the most specific row that fits decides",
    (
        school_year_column("year", "Growth from the year before to this one; blank = every year."),
        need_column("Primary need; blank = any.", required=False),
        _phase_column("Phase; blank = any."),
        text_column("locality", "Locality of the home; blank = any."),
        Column("percent", Cell.NUMBER, "Growth.", required=True, unit="% a year", least=-100, most=1_000),
        Column(
            "percent_sd",
            Cell.NUMBER,
            "How unsure the percentage is: one standard deviation.",
            default=0.0,
            unit="percentage points",
            least=0,
            most=100,
        ),
    ),
    key=("year", "need", "phase", "locality"),
)

MIGRATION = Table(
    "migration",
    "pupils who move into the area with a plan",
    (
        id_column("source", "Where they come from.", "a neighbouring council"),
        whole_column("count", "Pupils in each such year.", least=1, required=True, unit="pupils"),
        need_column("Primary need; blank = as the pupils of the problem.", required=False),
        _phase_column("Phase; blank = as the pupils of the problem."),
        school_year_column("arrives", "The year they come; blank = every year after the first."),
        text_column("locality", "Where they come to live; blank = as the pupils of the problem."),
        gbp_column("gbp_each", "Funding that follows each child.", default=0),
        whole_column("years_paid", "Years for which it is paid.", default=0, unit="years"),
        text_column("payer", "Who pays it.", default="(not given)"),
    ),
    key=("source", "need", "phase", "arrives", "locality"),
)

PENDING = Table(
    "pending",
    "a child who is being assessed",
    (
        id_column("pending_id", "The council's own reference.", "N0001"),
        need_column("Primary need.", required=True),
        year_column("year_group", "National curriculum year on arriving.", required=True),
        *_POINT,
        text_column("locality", "Area of the home."),
        text_column("band", "Funding or need band; blank = as another pupil of that need."),
        Column("probability", Cell.NUMBER, "That a plan is issued.", required=True, least=0, most=1),
        school_year_column("arrives", "The first school year that a place would be needed for.", required=True),
    ),
    key=("pending_id",),
)

EARLY_YEARS = Table(
    "early_years",
    "pressure in nursery and Reception",
    (
        school_year_column("year", "The year.", required=True),
        need_column("Primary need; blank = any.", required=False),
        Column(
            "factor",
            Cell.NUMBER,
            "Joiners up to Reception over what they would have been: 1.1 = a tenth more.",
            required=True,
            least=0,
            most=10,
        ),
    ),
    key=("year", "need"),
)

HOMES = Table(
    "homes",
    "a point where new pupils may live, in place of the homes of the pupils of the problem",
    (
        *_FIXED_POINT,
        text_column("locality", "Area of the home."),
        Column("weight", Cell.NUMBER, "How likely it is, against other rows.", default=1.0, least=0, most=1_000_000),
    ),
    key=("easting", "northing"),
)

TABLES = {table.name: table for table in (GROWTH, MIGRATION, PENDING, EARLY_YEARS, HOMES)}
"""Every optional table of a projection by name."""
