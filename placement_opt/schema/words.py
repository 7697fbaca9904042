"""The words and the limits that every table shares."""

CRS = "EPSG:27700"
"""British National Grid, metres: the one coordinate system of every point in a problem."""

EASTING_RANGE_M = (0.0, 700_000.0)
NORTHING_RANGE_M = (0.0, 1_300_000.0)
YEAR_RANGE = (-4, 20)
"""National curriculum years that can hold a plan (0-25 years old): Reception is 0."""

LAST_PRIMARY_YEAR = 6

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

NEED_WORDS = {meaning: code for code, meaning in NEEDS.items()} | {
    "autism": "ASD",
    "autistic": "ASD",
    "autism spectrum disorder": "ASD",
    "autistic spectrum condition": "ASD",
    "autism spectrum condition": "ASD",
    "asc": "ASD",
    "asperger's": "ASD",
    "speech": "SLCN",
    "speech and language": "SLCN",
    "adhd": "SEMH",
    "dyslexia": "SPLD",
    "dyscalculia": "SPLD",
    "dyspraxia": "SPLD",
    "deaf": "HI",
    "hearing": "HI",
    "blind": "VI",
    "visual impairment": "VI",
    "vision": "VI",
    "deafblind": "MSI",
    "physical": "PD",
    "down's": "DS",
    "down's syndrome": "DS",
    "other": "OTH",
}
"""Words in which people name a need. They are not accepted, for a plan may name another need first: who writes them is
asked whether the code is meant (SEND code of practice, 2015, 6.28 to 6.35, says which conditions belong where)."""

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

KIND_WORDS = {
    "unit": "hub",
    "base": "hub",
    "resource base": "hub",
    "resourced base": "hub",
    "resourced unit": "hub",
    "enhanced provision": "hub",
    "specially resourced provision": "hub",
    "special school": "special",
    "special academy": "special",
    "mainstream school": "mainstream",
    "independent": "independent_special",
    "independent school": "independent_special",
    "independent special school": "independent_special",
    "non-maintained": "independent_special",
    "non-maintained special school": "independent_special",
    "nmss": "independent_special",
    "inmss": "independent_special",
    "pru": "alternative",
    "ap": "alternative",
}
"""Words that are near a kind but not sure enough to be taken for it: who writes them is asked whether it is meant."""

ORDINARY_CLASS_KINDS = ("mainstream", "spoke")
"""Kinds whose places are in ordinary classes: nobody commissions them, so their place funding follows the pupil."""

MAINSTREAM_KINDS = ("mainstream", "hub", "spoke")
"""Kinds that are at a mainstream school, for the presumption of section 33, Children and Families Act 2014."""
