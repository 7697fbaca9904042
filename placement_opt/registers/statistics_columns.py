"""The columns of the Department's open statistics on plans, and which of them mean the same kind of place."""

from collections.abc import Mapping

from placement_opt.schema import NEEDS

PLACEMENT_GROUPS: Mapping[str, str] = {
    "mainstream_la_maintained": "mainstream",
    "mainstream_academy": "mainstream",
    "mainstream_free_school": "mainstream",
    "mainstream_independent": "mainstream",
    "mainstream_general": "mainstream",
    "mainstream_la_maintained_resourced_provision": "resourced_provision",
    "mainstream_academy_resourced_provision": "resourced_provision",
    "mainstream_free_school_resourced_provision": "resourced_provision",
    "resourced_provision": "resourced_provision",
    "mainstream_la_maintained_senunit": "sen_unit",
    "mainstream_academy_senunit": "sen_unit",
    "mainstream_free_school_senunit": "sen_unit",
    "sen_unit": "sen_unit",
    "special_la_maintained": "state_special",
    "special_academy_free": "state_special",
    "special_academy": "state_special",
    "special_free_school": "state_special",
    "state_special": "state_special",
    "special_independent": "independent_special",
    "independent_special": "independent_special",
    "special_non_maintained": "non_maintained_special",
    "non_maintained_special": "non_maintained_special",
    "ap_pru_academy": "alternative",
    "ap_pru_free_school": "alternative",
    "ap_pru_la_maintained": "alternative",
    "ap_pru": "alternative",
    "general_fe_tertiary_colleges": "college",
    "specialist_post_16_institutions": "college",
    "ukrlp_provider": "college",
    "fe_post16": "college",
    "elective_home_education": "home_educated",
    "other_arrangements_la": "other_arrangements",
    "la_other_arrangements_eotas": "other_arrangements",
    "other_arrangements_parents": "other_arrangements_parents",
    "neet": "not_in_education",
    "neet_ntci": "not_in_education",
    "neet_other": "not_in_education",
    "neet_other_csa": "not_in_education",
    "not_in_education": "not_in_education",
    "nm_early_years": "early_years",
    "early_years": "early_years",
    "online_provider": "elsewhere",
    "w_settings": "elsewhere",
    "other_schools": "elsewhere",
    "other_placement_settings": "elsewhere",
    "placement_unknown": "not_recorded",
    "not_recorded": "not_recorded",
    "await_prov_2022": "not_in_education",
    "perm_ex_2022": "not_in_education",
}
"""Groups that a problem can be held against, by published column: `caseload` of 2025 and of 2026 (where special
academies and free schools are apart) and extracts with one column for each group."""

AT_SCHOOL = (
    "mainstream",
    "resourced_provision",
    "sen_unit",
    "state_special",
    "independent_special",
    "non_maintained_special",
    "alternative",
    "college",
)
"""The groups that are places at a school or college."""

TOTALS = ("ehcplans", "ehc_plans")
"""All plans."""

SUMS = frozenset({"mainstream_total", "special_total", "ap_pru_total", "fe_total", "ed_elsewhere"})
"""Sums of other columns."""

NEED_COLUMNS: Mapping[str, str] = {
    **{f"number_{code.lower()}": code for code in NEEDS},
    **{code.lower(): code for code in NEEDS},
    "number_need_unknown": "unknown",
    "need_unknown": "unknown",
}
"""Need codes by published column; `number_ds` since 2026."""

AREA_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "time_period": ("time_period",),
    "la_code": ("old_la_code", "la_code"),
    "gss_code": ("new_la_code", "gss_code"),
    "la_name": ("la_name", "area"),
    "region_name": ("region_name",),
    "country_name": ("country_name",),
    "breakdown_topic": ("breakdown_topic",),
    "breakdown": ("breakdown", "placement"),
    "age": ("age",),
}
"""What says of which area and group of pupils a row is, with the names that it has had."""

WHOLE = frozenset({"", "total", "all ehc plans", "all"})
"""What a breakdown says where the row is about all plans."""

MARKERS = {
    "x": "unavailable",
    "z": "not applicable",
    "c": "suppressed",
    "low": "rounds to nought",
    ":": "not available",
}
"""What stands in place of a figure (Explore education statistics)."""
