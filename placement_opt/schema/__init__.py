"""What every input table must look like, described once as data.

The same description drives validation, the blank template and the documentation page.
"""

from placement_opt.schema.ahead import ARRIVALS, FILL_UP, LEAVERS, SITE_YEARS, YEAR_BUDGETS, YEARS
from placement_opt.schema.columns import Cell, Column, Table
from placement_opt.schema.limits import (
    BUDGETS,
    HUBS,
    LINKS,
    MODES,
    PAIR_COSTS,
    PAIR_RULES,
    PARAMETERS,
    PART_LIMITS,
    RESOURCE_USE,
    RESOURCES,
    SITE_LIMITS,
    TOPUPS,
    TOTALS,
)
from placement_opt.schema.question import PROVISIONS, PUPILS, SETTINGS
from placement_opt.schema.transport import APART, FLEET, JOURNEY_COSTS, LAYOUTS, TODAY_ROUTES
from placement_opt.schema.words import (
    ANY,
    CRS,
    EASTING_RANGE_M,
    KIND_ALIASES,
    KINDS,
    LAST_PRIMARY_YEAR,
    MAINSTREAM_KINDS,
    NEEDS,
    NORTHING_RANGE_M,
    ORDINARY_CLASS_KINDS,
    YEAR_RANGE,
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
        BUDGETS,
        SITE_LIMITS,
        TOTALS,
        MODES,
        JOURNEY_COSTS,
        FLEET,
        LAYOUTS,
        APART,
        YEARS,
        ARRIVALS,
        LEAVERS,
        SITE_YEARS,
        FILL_UP,
        YEAR_BUDGETS,
        PARAMETERS,
    )
}
"""Every table of a problem by name, in the order in which the template shows them."""

__all__ = [
    "ANY",
    "APART",
    "ARRIVALS",
    "BUDGETS",
    "CRS",
    "EASTING_RANGE_M",
    "FILL_UP",
    "FLEET",
    "HUBS",
    "JOURNEY_COSTS",
    "KINDS",
    "KIND_ALIASES",
    "LAST_PRIMARY_YEAR",
    "LAYOUTS",
    "LEAVERS",
    "LINKS",
    "MAINSTREAM_KINDS",
    "MODES",
    "NEEDS",
    "NORTHING_RANGE_M",
    "ORDINARY_CLASS_KINDS",
    "PAIR_COSTS",
    "PAIR_RULES",
    "PARAMETERS",
    "PART_LIMITS",
    "PROVISIONS",
    "PUPILS",
    "RESOURCES",
    "RESOURCE_USE",
    "SETTINGS",
    "SITE_LIMITS",
    "SITE_YEARS",
    "TABLES",
    "TODAY_ROUTES",
    "TOPUPS",
    "TOTALS",
    "YEARS",
    "YEAR_BUDGETS",
    "YEAR_RANGE",
    "Cell",
    "Column",
    "Table",
]
