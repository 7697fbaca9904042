"""Tables in the shape of the returns that a council makes: categories, planning areas, use of places, needs."""

from placement_opt.statutory.benchmark import SPECIAL_OF_PLANS, NationalRate, SpecialShare, special_share
from placement_opt.statutory.categories import CATEGORY_RULES, CategoryRule, classify
from placement_opt.statutory.tables import StatutoryTables, statutory_tables
from placement_opt.statutory.words import AGE_GROUPS, CATEGORIES, PLANNING_AREAS

__all__ = [
    "AGE_GROUPS",
    "CATEGORIES",
    "CATEGORY_RULES",
    "PLANNING_AREAS",
    "SPECIAL_OF_PLANS",
    "CategoryRule",
    "NationalRate",
    "SpecialShare",
    "StatutoryTables",
    "classify",
    "special_share",
    "statutory_tables",
]
