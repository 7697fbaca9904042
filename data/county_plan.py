"""What the made-up county is to have: towns, numbers of schools, places of specialist schools. All example values."""

from dataclasses import dataclass

COUNTY = "Exampleshire"
NEIGHBOURS = ("Sampleshire", "Specimenshire")
CENTRE = (456_000, 276_000)
SECONDARY_YEARS, SIXTH_FORM_YEARS = (7, 11), (7, 14)

FIRST_HALVES = (
    *("Gossamer", "Lantern", "Marigold", "Dapple", "Quill", "Velvet", "Indigo", "Opal", "Jasper", "Umber"),
    *("Pepper", "Zephyr", "Russet", "Tansy", "Saffron", "Cinder", "Thimble", "Bobbin", "Feather", "Ribbon"),
)
SECOND_HALVES = ("combe", "den", "fold", "garth", "holt", "low", "mere", "sted", "wick", "wold")
TRUSTS = ("Lantern Learning Trust", "Quill Schools Trust", "Marigold Partnership Trust", "")
"""Owners of academies; a blank one is a single academy."""

SPOKE_NEEDS = "ASD;HI;MLD;PD;SLCN;SPLD;VI"


@dataclass(frozen=True)
class Town:
    """A locality: its town, the share of the county's pupils, and the quarter of the county it fills."""

    name: str
    easting: int
    northing: int
    share: float


TOWNS = (
    Town("Lanternmere", 446_500, 283_500, 0.32),
    Town("Quillsted", 465_500, 284_000, 0.27),
    Town("Thimblewick", 447_500, 268_000, 0.22),
    Town("Velvetholt", 465_000, 268_500, 0.19),
)
VILLAGES_EACH, PRIMARIES_IN_TOWN, SECONDARIES_EACH = 13, 14, 5
TOWN_PUPIL_SHARE = 0.6
"""Share of a locality's pupils who live in its town: an example value."""

QUARTER_M = (8_500, 7_500)
"""Half the width and height of a quarter of the county."""


SPECIAL_SCHOOLS = (
    # locality, needs, years, places: example values, together a little below today's rolls (the Department's 2024 count
    # found about two thirds of special schools full or over-full)
    (0, "ASD;MSI;OTH;PD;PMLD;SLD", (0, 14), 160),
    (2, "ASD;MSI;OTH;PD;PMLD;SLD;VI", (0, 14), 140),
    (1, "ASD;SLCN", (0, 13), 138),
    (3, "ASD;HI;MLD;OTH;PD;SLCN;SPLD;VI", (7, 14), 172),
    (0, "SEMH", (5, 13), 48),
    (1, "ASD;HI;MLD;OTH;PD;SEMH;SLCN;SPLD;VI", (0, 6), 92),
    (3, "ASD;SEMH;SLCN", (4, 13), 76),
)
INDEPENDENT_INSIDE = (
    (0, "ASD;SEMH;SLCN", (2, 13), 44),
    (2, "ASD;MLD;OTH;SEMH;SPLD", (5, 14), 38),
    (3, "any", (0, 14), 34),
)
INDEPENDENT_OUTSIDE = (
    # neighbour, metres east and north of the county's centre (15 to 40 miles away), needs, years, places offered
    (0, (-27_000, 9_000), "ASD;SEMH", (4, 14), 20),
    (0, (-41_000, -16_000), "any", (0, 14), 14),
    (0, (4_000, 30_000), "HI;MLD;PD;SLCN;SPLD;VI", (0, 14), 16),
    (1, (33_000, -10_000), "ASD;SLCN", (2, 14), 20),
    (1, (26_000, 24_000), "SEMH", (5, 12), 22),
    (1, (-8_000, -55_000), "ASD;MSI;PD;PMLD;SLD", (0, 14), 12),
)
PRIMARY_HUBS = (
    # locality, place in the list of the locality's primary schools, words for the base, needs, places
    (0, 0, "resourced provision", "ASD;SLCN", 12),
    (0, 4, "SEN unit", "ASD;MLD;SLCN", 10),
    (0, 9, "resourced provision", "HI;SLCN;VI", 8),
    (1, 1, "inclusion base", "ASD;SLCN", 10),
    (1, 5, "SEN unit", "ASD;OTH;PD;SEMH;SLD;SPLD", 10),
    (2, 2, "resourced provision", "ASD;SLCN", 10),
    (2, 6, "inclusion base", "MLD;SLCN;SPLD", 8),
    (3, 3, "SEN unit", "ASD;SLCN", 10),
    (3, 7, "resourced provision", "ASD;MSI;PD;PMLD;SLCN;SLD;VI", 8),
)
SECONDARY_HUBS = (
    (0, 0, "resourced provision", "ASD;SLCN", 16),
    (0, 2, "SEN unit", "HI;MLD;OTH;SLCN;SPLD;VI", 8),
    (1, 0, "inclusion base", "ASD;SEMH;SLCN", 12),
    (2, 1, "SEN unit", "ASD;MLD;SLCN;SLD", 12),
    (3, 0, "resourced provision", "ASD;MSI;PD;PMLD;SEMH;SLCN", 12),
)
CANDIDATE_HUBS = ((1, 9, "inclusion base", "ASD;SLCN", 10), (3, 10, "inclusion base", "ASD;MLD;SLCN", 10))
"""Bases that the council may open in primary schools."""

SECONDARY_CANDIDATE_HUBS = ((2, 3, "inclusion base", "ASD;SEMH;SLCN", 10),)
SPOKES = ((0, 2), (0, 16), (0, 21), (1, 3), (1, 17), (1, 22), (2, 4), (2, 18), (2, 24), (3, 5), (3, 19), (3, 23))
"""Locality and place in the list of its primary schools (town schools first, then villages)."""

SECONDARY_SPOKES = ((0, 3), (1, 2), (3, 1))
CANDIDATE_OPEN_GBP = 45_000
OVERFLOW_GBP = 8_000
"""Running cost of a new base, and price of a place over the number: example values."""
