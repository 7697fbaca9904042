"""The columns of postcode files: ONSPD, NSPL and Code-Point Open, under all the names they have had."""

from collections.abc import Sequence

import pandas as pd

from placement_opt.registers.columns import plain_header

_DISTRICT_YEARS = range(30, 18, -1)

ALIASES = {
    "postcode": ("pcds", "pcd8", "pcd7", "pcd2", "pcd", "postcode", "pc"),
    "easting": ("oseast1m", "east1m", "easting", "eastings", "ea"),
    "northing": ("osnrth1m", "north1m", "northing", "northings", "no"),
    "quality": ("positional_quality_indicator", "positional_quality", "quality", "pq"),
    "grid_quality": ("osgrdind", "gridind"),
    "district": (
        *(f"lad{year}cd" for year in _DISTRICT_YEARS),
        "oslaua",
        "laua",
        "admin_district_code",
        "district",
        "dc",
    ),
    "terminated": ("doterm", "date_of_termination"),
}
"""Names of each column, the preferred one first: `oseast1m`, `oslaua` in the postcode directory (ONSPD) to 2026,
`east1m`, `lad26cd` from August 2026, `laua` in the statistics lookup (NSPL), words in Code-Point Open."""

NEEDED = ("postcode", "easting", "northing")

WITHOUT_HEADER = {0: "postcode", 1: "quality", 2: "easting", 3: "northing", 8: "district"}
"""Places of the columns of Code-Point Open, which has no header."""


def named_places(header: Sequence[str]) -> dict[str, str]:
    """Return which heading of a file is which column, by the file's own heading.

    Examples
    --------
    >>> named_places(["pcd", "pcds", "doterm", "east1m", "north1m", "lad26cd"])
    {'pcds': 'postcode', 'east1m': 'easting', 'north1m': 'northing', 'lad26cd': 'district', 'doterm': 'terminated'}
    """
    own = {plain_header(name): name for name in reversed(header)}
    found: dict[str, str] = {}
    for column, aliases in ALIASES.items():
        name = next((own[key] for key in map(plain_header, aliases) if key in own), None)
        if name is not None and name not in found:
            found[name] = column
    return found


def northern_ireland(plain: "pd.Series[str]") -> "pd.Series[bool]":
    """Say which plain postcodes lie in Northern Ireland, whose grid references are those of the Irish Grid."""
    return plain.str.match(r"BT\d")
