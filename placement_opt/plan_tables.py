"""What every table of a plan looks like: its columns and their types."""

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from placement_opt.saved import typed_frame

PLACEMENT_COLUMNS = {
    "pupil_id": "str",
    "count": "int64",
    "places": "int64",
    "need": "str",
    "year_group": "int64",
    "band": "str",
    "locality": "str",
    "provision_id": "str",
    "setting_id": "str",
    "setting_name": "str",
    "kind": "str",
    "kind_label": "str",
    "previous_provision_id": "str",
    "change": "str",
    "request": "str",
    "minutes": "float64",
    "miles": "float64",
    "over_guide": "bool",
    "entitled": "bool",
    "mode": "str",
    "topup_gbp": "float64",
    "place_gbp": "float64",
    "transport_gbp": "float64",
    "cost_gbp": "float64",
    "topup_payer": "str",
    "place_payer": "str",
    "transport_payer": "str",
    "pupil_miles_per_year": "float64",
    "co2e_kg": "float64",
    "easting": "float64",
    "northing": "float64",
    "setting_easting": "float64",
    "setting_northing": "float64",
}
"""One row for each pupil, or for each part of a cohort row: `count` pupils at one provision. `minutes` and `miles` are
one way for one pupil; £, pupil miles and CO2e are for all pupils of the row and a year. `change` is stays, moves or
new; `request` is none, met or missed."""

UNPLACED_COLUMNS = {
    "pupil_id": "str",
    "count": "int64",
    "need": "str",
    "year_group": "int64",
    "locality": "str",
    "previous_provision_id": "str",
    "reasons": "str",
}
"""One row for each pupil, or part of a cohort row, without a place, with the reasons in words."""

USE_COLUMNS = {
    "provision_id": "str",
    "setting_id": "str",
    "setting_name": "str",
    "kind": "str",
    "kind_label": "str",
    "status": "str",
    "is_open": "bool",
    "places": "int64",
    "pupils": "int64",
    "places_used": "int64",
    "places_over": "int64",
    "places_free": "int64",
    "overflow_gbp": "float64",
    "overflow_payer": "str",
    "opening_gbp": "float64",
    "opening_payer": "str",
    "classes": "int64",
    "classes_gbp": "float64",
    "capital_gbp": "float64",
    "commissioned_gbp": "float64",
    "place_payer": "str",
}
"""One row for each provision. `places` counts those of the added `classes`; `capital_gbp` is spent once;
`commissioned_gbp` is the place funding of all places, on the full cost basis only."""

OUTREACH_COLUMNS = {
    "hub_id": "str",
    "spoke_id": "str",
    "minutes": "float64",
    "miles": "float64",
    "support_hours": "float64",
    "visit_hours": "float64",
    "hours": "float64",
    "travel_gbp": "float64",
    "payer": "str",
}
"""One row for each spoke that is served: hours a week that its hub spends on it, the travelling included."""

TEAM_COLUMNS = {
    "hub_id": "str",
    "spokes": "int64",
    "hours": "float64",
    "teams": "int64",
    "team_hours": "float64",
    "team_gbp": "float64",
    "payer": "str",
}
"""One row for each hub that serves a spoke: its teams, their hours a week, and what they cost."""

TABLE_COLUMNS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "placements": PLACEMENT_COLUMNS,
        "unplaced": UNPLACED_COLUMNS,
        "use": USE_COLUMNS,
        "outreach": OUTREACH_COLUMNS,
        "teams": TEAM_COLUMNS,
    }
)


MONEY = (
    ("top-up or fee", "placements", "topup_gbp", "topup_payer"),
    ("place funding", "placements", "place_gbp", "place_payer"),
    ("transport", "placements", "transport_gbp", "transport_payer"),
    ("place funding", "use", "commissioned_gbp", "place_payer"),
    ("places over the number", "use", "overflow_gbp", "overflow_payer"),
    ("opening", "use", "opening_gbp", "opening_payer"),
    ("added classes", "use", "classes_gbp", "opening_payer"),
    ("outreach teams", "teams", "team_gbp", "payer"),
    ("outreach travel", "outreach", "travel_gbp", "payer"),
)
"""Where every pound stands: line, table, column of the amount, column of who pays."""


def typed_table(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with the columns, order and types of a plan's table.

    Parameters
    ----------
    name
        A key of `TABLE_COLUMNS`.
    frame
        At least the columns of that table.
    """
    return typed_frame(frame, TABLE_COLUMNS[name])
