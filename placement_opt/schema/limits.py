"""The optional tables: outreach, limits, prices, decisions, resources, modes and parameters."""

from placement_opt.schema.columns import (
    HIGH_YEAR,
    LOW_YEAR,
    Cell,
    Column,
    Table,
    flag_column,
    gbp_column,
    id_column,
    kind_column,
    need_column,
    needs_column,
    number_column,
    refers_column,
    text_column,
    whole_column,
    year_column,
)
from placement_opt.schema.words import ANY

HUBS = Table(
    "hubs",
    "the outreach of a provision of kind hub or special",
    (
        refers_column("provision_id", "provisions.provision_id", "The hub.", required=True, example="900001-base"),
        number_column(
            "team_hours_per_week", "Hours that one outreach team has for its spokes.", "hours a week", required=True
        ),
        whole_column("max_teams", "Most teams that can be hired.", required=True, unit="teams"),
        gbp_column("team_gbp", "Cost of one team.", required=True),
        whole_column("max_spokes", "Most spokes that the hub can serve.", required=True, unit="spokes"),
        Column(
            "max_link_minutes",
            Cell.NUMBER,
            "Longest journey from the hub to a spoke, one way.",
            required=True,
            unit="minutes",
            least=0,
            most=600,
        ),
        number_column(
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
        refers_column("hub_id", "provisions.provision_id", "The hub.", required=True),
        refers_column("spoke_id", "provisions.provision_id", "The spoke.", required=True),
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
    "a limit on part of a provision, of a whole school, or of all schools of an owner",
    (
        id_column("limit_id", "Reference of the limit.", "L1"),
        refers_column("provision_id", "provisions.provision_id", "The provision. Fill one of these three cells."),
        refers_column("setting_id", "settings.setting_id", "The school, all its provisions together."),
        Column("trust", Cell.TEXT, "The owner, all its schools together.", refers_to="settings.trust"),
        needs_column("needs", "Primary needs counted, or any.", default=ANY, or_any=True),
        year_column("min_year", "Lowest year group counted.", default=LOW_YEAR),
        year_column("max_year", "Highest year group counted.", default=HIGH_YEAR),
        whole_column("places", "Most places that these pupils may take up.", required=True, unit="places"),
    ),
    key=("limit_id",),
)

TOPUPS = Table(
    "topups",
    "a price; the row with the most filled cells that fits a pupil wins (need before band before kind)",
    (
        need_column("Primary need; blank = any.", required=False),
        text_column("band", "Band; blank = any."),
        kind_column("Kind of provision; blank = any.", required=False),
        gbp_column("topup_gbp", "Top-up for one pupil.", required=True, example="8662"),
        text_column("payer", "Who pays.", default="high needs"),
    ),
    key=("need", "band", "kind"),
)

PAIR_COSTS = Table(
    "pair_costs",
    "a known price of one pupil at one provision, in place of top-up and place funding; transport is added",
    (
        refers_column("pupil_id", "pupils.pupil_id", "The pupil.", required=True),
        refers_column("provision_id", "provisions.provision_id", "The provision.", required=True),
        gbp_column("cost_gbp", "Price for one pupil.", required=True),
    ),
    key=("pupil_id", "provision_id"),
)

PAIR_RULES = Table(
    "pair_rules",
    "an officer's decision about one pupil and one provision",
    (
        refers_column("pupil_id", "pupils.pupil_id", "The pupil.", required=True),
        refers_column("provision_id", "provisions.provision_id", "The provision.", required=True),
        Column(
            "rule",
            Cell.CODE,
            "must: the pupil goes there; never: the pupil does not go there.",
            required=True,
            allowed=("must", "never"),
        ),
        text_column("reason", "Why, for the record."),
    ),
    key=("pupil_id", "provision_id", "rule"),
)

RESOURCES = Table(
    "resources",
    "a scarce thing that provisions share, such as therapy hours",
    (
        id_column("resource", "Name of the resource.", "speech therapy"),
        number_column("available", "How much there is.", "of the resource's unit", required=True),
        text_column("unit", "What it is counted in.", default="hours a week"),
    ),
    key=("resource",),
)

RESOURCE_USE = Table(
    "resource_use",
    "what one pupil uses of a resource; the row with the most filled cells that fits wins",
    (
        refers_column("resource", "resources.resource", "The resource.", required=True),
        need_column("Primary need; blank = any.", required=False),
        text_column("band", "Band; blank = any."),
        kind_column("Kind of provision; blank = any.", required=False),
        number_column("amount", "Use by one pupil.", "of the resource's unit", required=True),
    ),
    key=("resource", "need", "band", "kind"),
)

BUDGETS = Table(
    "budgets",
    "a limit on money",
    (
        id_column("budget", "Name of the budget.", "capital north"),
        Column(
            "type",
            Cell.CODE,
            "revenue: all money of a year; transport: the journeys of pupils in a year; capital: what is spent once.",
            required=True,
            allowed=("revenue", "transport", "capital"),
        ),
        text_column("locality", "Counts this locality only: of the home for a pupil, of the school else; blank = all."),
        text_column("payer", "Counts what this payer pays only; blank = all. Capital has no payer."),
        Column("limit_gbp", Cell.NUMBER, "Most that may be spent.", True, unit="£", least=0, most=1_000_000_000_000),
    ),
    key=("budget",),
)

SITE_LIMITS = Table(
    "site_limits",
    "how many of the provisions that may be opened, or closed, are open",
    (
        id_column("site_limit", "Reference of the limit.", "new schools"),
        kind_column("Counts this kind only; blank = any.", required=False),
        text_column("locality", "Counts schools of this locality only; blank = all."),
        Column(
            "status",
            Cell.CODE,
            "candidate: counts those that may be opened; closable: those that may be closed; blank = both.",
            allowed=("candidate", "closable"),
        ),
        refers_column("provision_id", "provisions.provision_id", "Counts this provision only; blank = any."),
        whole_column("min_open", "Fewest that are open; the same as max_open = exactly so many.", default=0),
        whole_column("max_open", "Most that are open.", default=1_000_000),
    ),
    key=("site_limit",),
)

TOTALS = Table(
    "totals",
    "a limit on something counted over all pupils of a plan",
    (
        id_column("total", "Reference of the limit.", "independent places"),
        Column(
            "measure",
            Cell.CODE,
            "What is counted. pupils: those with a place; minutes, miles: their journeys, one way; co2e_kg: emissions "
            "of a year from transport that the council pays for; moves: pupils who leave a place that they could keep; "
            "unplaced: pupils without a place.",
            required=True,
            allowed=("pupils", "minutes", "miles", "co2e_kg", "moves", "unplaced"),
            example="pupils",
        ),
        kind_column(
            "Counts this kind of provision only (for moves: the one that is left); blank = any.", required=False
        ),
        text_column("locality", "Counts pupils whose home is in this locality only; blank = all."),
        Column("most", Cell.NUMBER, "Most that there may be.", True, least=0, most=1_000_000_000_000, example="40"),
    ),
    key=("total",),
)

MODES = Table(
    "modes",
    "a way to travel that the council pays for; each entitled pupil gets the cheapest that is permitted",
    (
        id_column("mode", "Name of the mode.", "shared vehicle"),
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
        flag_column("wheelchair", "Can carry a wheelchair."),
        flag_column("assistant", "Carries a passenger assistant where one is needed."),
        flag_column("independent_only", "Only for pupils who can travel alone."),
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
        id_column("parameter", "Name of the parameter.", "days_per_year"),
        text_column("value", "Its value.", required=True),
        text_column("year", "Year it belongs to."),
        text_column("source", "Where it comes from."),
    ),
    key=("parameter",),
)
