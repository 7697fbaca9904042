"""What every input table must look like, described once as data.

The same description drives validation, the blank template and the documentation page.
"""

from dataclasses import dataclass, field
from enum import StrEnum

CRS = "EPSG:27700"
"""British National Grid, metres: the one coordinate system of every point in a problem."""

EASTING_RANGE_M = (0.0, 700_000.0)
NORTHING_RANGE_M = (0.0, 1_300_000.0)
YEAR_RANGE = (-4, 20)
"""National curriculum years that can hold a plan (0-25 years old): Reception is 0."""

ANY = "any"

NEEDS = {
    "SPLD": "Specific learning difficulty",
    "MLD": "Moderate learning difficulty",
    "SLD": "Severe learning difficulty",
    "PMLD": "Profound and multiple learning difficulty",
    "SEMH": "Social, emotional and mental health",
    "SLCN": "Speech, language and communication needs",
    "HI": "Hearing impairment",
    "VI": "Vision impairment",
    "MSI": "Multi-sensory impairment",
    "PD": "Physical disability",
    "ASD": "Autistic spectrum disorder",
    "OTH": "Other difficulty",
    "DS": "Down syndrome",
}
"""The Department for Education's need codes (SEN2 guide 2025; DS is collected from 2025)."""

KINDS = {
    "mainstream": "A place in an ordinary class of a mainstream school",
    "hub": "A base at a mainstream school: specialist staff and reserved places",
    "spoke": "A place at a mainstream school that a hub's specialists visit",
    "special": "A place at a state special school",
    "independent_special": "A place at an independent or non-maintained special school",
    "alternative": "A place in alternative provision or a pupil referral unit",
}

KIND_ALIASES = {
    "resourced provision": "hub",
    "sen unit": "hub",
    "resourced provision and sen unit": "hub",
    "inclusion base": "hub",
    "specialist base": "hub",
    "support base": "hub",
    "independent special": "independent_special",
    "non-maintained special": "independent_special",
    "alternative provision": "alternative",
    "pupil referral unit": "alternative",
}
"""Other words for a kind that are accepted and shown as the user wrote them ("inclusion base" is the Department's
word for units and resourced provision since February 2026)."""

MAINSTREAM_KINDS = ("mainstream", "hub", "spoke")
"""Kinds that are at a mainstream school, for the presumption of section 33, Children and Families Act 2014."""


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


_NEEDS = tuple(NEEDS)
_KINDS = tuple(KINDS)
_TEN_MILLION = 10_000_000.0
_LOW_YEAR, _HIGH_YEAR = YEAR_RANGE


def _id(name: str, meaning: str, example: str = "") -> Column:
    return Column(name, Cell.ID, meaning, required=True, example=example)


def _refers(name: str, to: str, meaning: str, *, required: bool = False, example: str = "") -> Column:
    return Column(name, Cell.ID, meaning, required=required, refers_to=to, example=example)


def _text(name: str, meaning: str, *, required: bool = False, default: str | None = None, example: str = "") -> Column:
    return Column(name, Cell.TEXT, meaning, required=required, default=default, example=example)


def _gbp(name: str, meaning: str, *, required: bool = False, default: float | None = None, example: str = "") -> Column:
    return Column(
        name, Cell.NUMBER, meaning, required, default, "£ a year", least=0, most=_TEN_MILLION, example=example
    )


def _flag(name: str, meaning: str) -> Column:
    return Column(name, Cell.FLAG, meaning, default=False)


def _whole(
    name: str, meaning: str, *, least: float = 0, required: bool = False, default: int | None = None, unit: str = ""
) -> Column:
    return Column(name, Cell.INTEGER, meaning, required, default, unit, least=least, most=1_000_000)


def _number(name: str, meaning: str, unit: str, *, default: float | None = None, required: bool = False) -> Column:
    return Column(name, Cell.NUMBER, meaning, required, default, unit, least=0, most=1_000_000)


def _year(name: str, meaning: str, *, required: bool = False, default: int | None = None) -> Column:
    return Column(
        name, Cell.INTEGER, meaning, required, default, "national curriculum year", least=_LOW_YEAR, most=_HIGH_YEAR
    )


def _kind(meaning: str, *, required: bool) -> Column:
    return Column("kind", Cell.CODE, meaning, required, allowed=_KINDS, aliases=KIND_ALIASES, example="special")


def _need(meaning: str, *, required: bool) -> Column:
    return Column("need", Cell.CODE, meaning, required, allowed=_NEEDS, example="ASD")


def _point(what: str) -> tuple[Column, ...]:
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


PUPILS = Table(
    "pupils",
    "a pupil, or `count` identical pupils at one point",
    (
        _id("pupil_id", "The council's own reference. Do not use names or unique pupil numbers.", "P0001"),
        *_point("the pupil lives"),
        _year("year_group", "National curriculum year in the year planned for; Reception is 0.", required=True),
        _need("Primary need.", required=True),
        Column("secondary_needs", Cell.CODES, "Further needs, separated by semicolons.", allowed=_NEEDS),
        _text("band", "Funding or need band of the local scheme."),
        _whole("count", "How many identical pupils the row stands for; they may be placed apart.", least=1, default=1),
        _whole("places", "Places that one pupil of the row takes up; never split.", least=1, default=1),
        _text("locality", "Area for reports and local limits."),
        _refers("current_provision_id", "provisions.provision_id", "Where the pupil is now; blank = no place."),
        _flag("movable", "May be moved, when the policy says that only flagged pupils move."),
        _refers("requested_setting_id", "settings.setting_id", "The school that the parent or young person asked for."),
        Column(
            "mainstream",
            Cell.CODE,
            "wanted: the family wants a mainstream school; against: it does not, or mainstream is incompatible with "
            "the efficient education of others; blank: not recorded.",
            allowed=("wanted", "against"),
        ),
        _text("sibling_group", "Pupils with the same word here belong to one family."),
        _flag("wheelchair", "Travels in a wheelchair."),
        _flag("solo", "Has to travel alone."),
        _flag("assistant", "Needs a passenger assistant."),
        _flag("independent_travel", "Can use public transport alone."),
        _number("support_hours", "Outreach that the pupil needs at a spoke.", "hours a week", default=0),
        Column("max_minutes", Cell.NUMBER, "Longest journey allowed, one way.", unit="minutes", least=1, most=600),
        Column(
            "entitled", Cell.MAYBE, "Free travel decided by an officer; blank = the distance and need tests decide."
        ),
    ),
    key=("pupil_id",),
    required=True,
    located=True,
)

SETTINGS = Table(
    "settings",
    "a school or college",
    (
        _id("setting_id", "Unique reference number (URN) where there is one.", "900001"),
        _text("name", "Name of the school.", required=True, example="Alder Lane Primary School"),
        *_point("the school is"),
        _text("authority", "Local authority that the school stands in."),
        _text("sector", "Maintained, academy, independent, and so on."),
        _text("trust", "Multi-academy trust or owner."),
        _text("locality", "Area for reports and local limits."),
        _whole("places", "Limit over all provisions of the school; blank = none.", unit="places"),
    ),
    key=("setting_id",),
    required=True,
    located=True,
)

PROVISIONS = Table(
    "provisions",
    "a group of places at a school",
    (
        _id("provision_id", "Reference of the group of places.", "900001-base"),
        _refers("setting_id", "settings.setting_id", "The school it is at.", required=True, example="900001"),
        _kind("What sort of places these are.", required=True),
        _whole("places", "Places for pupils with plans.", required=True, unit="places"),
        Column(
            "needs",
            Cell.CODES,
            "Primary needs it takes, separated by semicolons, or any.",
            default=ANY,
            allowed=(*_NEEDS, ANY),
        ),
        _year("min_year", "Lowest year group taken.", default=_LOW_YEAR),
        _year("max_year", "Highest year group taken.", default=_HIGH_YEAR),
        Column("bands", Cell.LABELS, "Bands it takes, separated by semicolons, or any.", default=ANY),
        _gbp("place_gbp", "Place funding, paid for a commissioned place whether or not it is filled.", default=0),
        _text("place_payer", "Who pays the place funding.", default="high needs"),
        _gbp("topup_gbp", "Top-up (or fee) for one pupil here; blank = the topups table decides."),
        _whole("overflow_places", "Places over the number that may be used at a price.", default=0, unit="places"),
        _gbp("overflow_gbp", "Price of one place over the number.", default=0),
        Column(
            "status",
            Cell.CODE,
            "open: in use; candidate: may be opened; closable: in use, may be closed; closed: out of use.",
            default="open",
            allowed=("open", "candidate", "closable", "closed"),
        ),
        _gbp("open_gbp", "Running cost of being open at all, for a candidate or closable provision.", default=0),
    ),
    key=("provision_id",),
    required=True,
)

HUBS = Table(
    "hubs",
    "the outreach of a provision of kind hub or special",
    (
        _refers("provision_id", "provisions.provision_id", "The hub.", required=True, example="900001-base"),
        _number(
            "team_hours_per_week", "Hours that one outreach team has for its spokes.", "hours a week", required=True
        ),
        _whole("max_teams", "Most teams that can be hired.", required=True, unit="teams"),
        _gbp("team_gbp", "Cost of one team.", required=True),
        _whole("max_spokes", "Most spokes that the hub can serve.", required=True, unit="spokes"),
        Column(
            "max_link_minutes",
            Cell.NUMBER,
            "Longest journey from the hub to a spoke, one way.",
            required=True,
            unit="minutes",
            least=0,
            most=600,
        ),
        _number(
            "visits_per_week",
            "Visits to each spoke; their travelling time is taken from the team.",
            "visits",
            default=1,
        ),
    ),
    key=("provision_id",),
)

LINKS = Table(
    "links",
    "a hub and a spoke that may be linked; where the table has rows, only these links are possible",
    (
        _refers("hub_id", "provisions.provision_id", "The hub.", required=True),
        _refers("spoke_id", "provisions.provision_id", "The spoke.", required=True),
        Column(
            "minutes",
            Cell.NUMBER,
            "Journey, one way; blank = from the travel table.",
            unit="minutes",
            least=0,
            most=600,
        ),
        Column(
            "miles", Cell.NUMBER, "Journey, one way; blank = from the travel table.", unit="miles", least=0, most=400
        ),
    ),
    key=("hub_id", "spoke_id"),
)

PART_LIMITS = Table(
    "part_limits",
    "a limit on part of a provision, or of a whole school",
    (
        _id("limit_id", "Reference of the limit.", "L1"),
        _refers("provision_id", "provisions.provision_id", "The provision; blank = a whole school."),
        _refers("setting_id", "settings.setting_id", "The school; blank = one provision."),
        Column("needs", Cell.CODES, "Primary needs counted, or any.", default=ANY, allowed=(*_NEEDS, ANY)),
        _year("min_year", "Lowest year group counted.", default=_LOW_YEAR),
        _year("max_year", "Highest year group counted.", default=_HIGH_YEAR),
        _whole("places", "Most places that these pupils may take up.", required=True, unit="places"),
    ),
    key=("limit_id",),
)

TOPUPS = Table(
    "topups",
    "a price; the row with the most filled cells that fits a pupil wins (need before band before kind)",
    (
        _need("Primary need; blank = any.", required=False),
        _text("band", "Band; blank = any."),
        _kind("Kind of provision; blank = any.", required=False),
        _gbp("topup_gbp", "Top-up for one pupil.", required=True, example="8662"),
        _text("payer", "Who pays.", default="high needs"),
    ),
    key=("need", "band", "kind"),
)

PAIR_COSTS = Table(
    "pair_costs",
    "a known price of one pupil at one provision, in place of top-up and place funding; transport is added",
    (
        _refers("pupil_id", "pupils.pupil_id", "The pupil.", required=True),
        _refers("provision_id", "provisions.provision_id", "The provision.", required=True),
        _gbp("cost_gbp", "Price for one pupil.", required=True),
    ),
    key=("pupil_id", "provision_id"),
)

PAIR_RULES = Table(
    "pair_rules",
    "an officer's decision about one pupil and one provision",
    (
        _refers("pupil_id", "pupils.pupil_id", "The pupil.", required=True),
        _refers("provision_id", "provisions.provision_id", "The provision.", required=True),
        Column(
            "rule",
            Cell.CODE,
            "must: the pupil goes there; never: the pupil does not go there.",
            required=True,
            allowed=("must", "never"),
        ),
        _text("reason", "Why, for the record."),
    ),
    key=("pupil_id", "provision_id", "rule"),
)

RESOURCES = Table(
    "resources",
    "a scarce thing that provisions share, such as therapy hours",
    (
        _id("resource", "Name of the resource.", "speech therapy"),
        _number("available", "How much there is.", "of the resource's unit", required=True),
        _text("unit", "What it is counted in.", default="hours a week"),
    ),
    key=("resource",),
)

RESOURCE_USE = Table(
    "resource_use",
    "what one pupil uses of a resource; the row with the most filled cells that fits wins",
    (
        _refers("resource", "resources.resource", "The resource.", required=True),
        _need("Primary need; blank = any.", required=False),
        _text("band", "Band; blank = any."),
        _kind("Kind of provision; blank = any.", required=False),
        _number("amount", "Use by one pupil.", "of the resource's unit", required=True),
    ),
    key=("resource", "need", "band", "kind"),
)

MODES = Table(
    "modes",
    "a way to travel that the council pays for; each entitled pupil gets the cheapest that is permitted",
    (
        _id("mode", "Name of the mode.", "shared vehicle"),
        Column(
            "gbp_per_day",
            Cell.NUMBER,
            "Price of the vehicle (or pass) for a day.",
            True,
            unit="£",
            least=0,
            most=10_000,
        ),
        Column(
            "gbp_per_mile", Cell.NUMBER, "Price of each mile with pupils aboard.", True, unit="£", least=0, most=1_000
        ),
        Column("riders", Cell.NUMBER, "Pupils who share the price.", default=1.0, unit="pupils", least=1, most=100),
        _flag("wheelchair", "Can carry a wheelchair."),
        _flag("assistant", "Carries a passenger assistant where one is needed."),
        _flag("independent_only", "Only for pupils who can travel alone."),
        Column(
            "max_miles", Cell.NUMBER, "Longest journey it is used for; blank = any.", unit="miles", least=0, most=400
        ),
        Column(
            "vehicle_miles_per_mile",
            Cell.NUMBER,
            "Miles that the vehicle drives for each mile with pupils aboard (2 = it comes and leaves empty).",
            default=1.0,
            unit="miles",
            least=0,
            most=10,
        ),
        Column(
            "co2e_kg_per_mile",
            Cell.NUMBER,
            "Emissions of the vehicle for each mile.",
            default=0.0,
            unit="kg CO2e",
            least=0,
            most=10,
        ),
    ),
    key=("mode",),
)

PARAMETERS = Table(
    "parameters",
    "a number with its year and source, in place of the default",
    (
        _id("parameter", "Name of the parameter.", "days_per_year"),
        _text("value", "Its value.", required=True),
        _text("year", "Year it belongs to."),
        _text("source", "Where it comes from."),
    ),
    key=("parameter",),
)

TABLES = {
    table.name: table
    for table in (
        PUPILS,
        SETTINGS,
        PROVISIONS,
        HUBS,
        LINKS,
        PART_LIMITS,
        TOPUPS,
        PAIR_COSTS,
        PAIR_RULES,
        RESOURCES,
        RESOURCE_USE,
        MODES,
        PARAMETERS,
    )
}
"""Every table of a problem by name, in the order in which the template shows them."""
