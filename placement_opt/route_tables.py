"""What every table of a route plan looks like: its columns and their types."""

from collections.abc import Mapping
from types import MappingProxyType

ROUTE_COLUMNS = {
    "route_id": "str",
    "vehicle": "str",
    "operator": "str",
    "seats": "int64",
    "wheelchair_places": "int64",
    "assistants": "int64",
    "pupils": "int64",
    "most_aboard": "int64",
    "settings": "int64",
    "begins_ms": "int64",
    "ends_ms": "int64",
    "minutes": "float64",
    "miles": "float64",
    "afternoon_minutes": "float64",
    "afternoon_miles": "float64",
    "empty_miles": "float64",
    "vehicle_gbp": "float64",
    "miles_gbp": "float64",
    "hours_gbp": "float64",
    "assistants_gbp": "float64",
    "cost_gbp": "float64",
    "contract_gbp": "float64",
    "co2e_kg": "float64",
}
"""One row for each route: one vehicle on its run to school and its run home. `seats` and `wheelchair_places` are the
layout that it uses. Times are milliseconds after midnight; `minutes` and `miles` are those between the first stop and
the last of one run; `empty_miles` are those of both runs. £ and CO2e are for a year. `contract_gbp` is what a contract
is known to cost a year (NaN = not known); it is never part of `cost_gbp`."""

STOP_COLUMNS = {
    "route_id": "str",
    "run": "str",
    "sequence": "int64",
    "action": "str",
    "pupil_id": "str",
    "setting_id": "str",
    "pupils": "int64",
    "wheelchairs": "int64",
    "aboard": "int64",
    "arrives_ms": "int64",
    "begins_ms": "int64",
    "departs_ms": "int64",
    "miles": "float64",
    "easting": "float64",
    "northing": "float64",
}
"""One row for each time that pupils board or leave, in order. `run` is morning or afternoon; `action` is board or
leave. In the morning a row of board is one row of the placements at its home, and a row of leave all pupils aboard for
one school (no pupil_id); in the afternoon the other way round. `pupils` holds who board or leave, `wheelchairs` those
of them in a wheelchair, `aboard` who are aboard afterwards; `miles` are those since the row before."""

RIDER_COLUMNS = {
    "route_id": "str",
    "pupil_id": "str",
    "setting_id": "str",
    "pupils": "int64",
    "wheelchair": "bool",
    "assistant": "bool",
    "solo": "bool",
    "pickup_ms": "int64",
    "arrival_ms": "int64",
    "ride_minutes": "float64",
    "afternoon_ride_minutes": "float64",
    "limit_minutes": "float64",
    "direct_minutes": "float64",
    "over_guide": "bool",
}
"""One row for each row of `stops` in which pupils board in the morning. A ride is from the moment the pupil has boarded
to the moment the vehicle stops where the pupil leaves; `over_guide` says that either ride, to school or home, is longer
than the guide."""

UNROUTED_COLUMNS = {
    "pupil_id": "str",
    "setting_id": "str",
    "pupils": "int64",
    "reason": "str",
    "message": "str",
}
"""One row for each pupil who should have a vehicle and has none: a word for the reason, and what would help."""

DUTY_COLUMNS = {
    "pupil_id": "str",
    "setting_id": "str",
    "pupils": "int64",
    "year_group": "int64",
    "entitled": "bool",
    "duty": "str",
    "why": "str",
    "mode": "str",
    "miles": "float64",
    "walk_miles": "float64",
    "limit_miles": "float64",
    "nearest_setting_id": "str",
    "nearest_miles": "float64",
    "is_nearest": "bool",
    "mode_gbp": "float64",
}
"""One row for each row of the placements: whether transport is owed, the reason as a word (`duty`) and in words
(`why`), and how the pupil travels: none, pass, personal_budget, training, vehicle, solo. `mode_gbp` is the price of a
pass or a personal budget for all pupils of the row and a year; vehicles are priced by route, so theirs is 0."""

ROUTE_TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "routes": ROUTE_COLUMNS,
        "stops": STOP_COLUMNS,
        "riders": RIDER_COLUMNS,
        "unrouted": UNROUTED_COLUMNS,
        "duties": DUTY_COLUMNS,
    }
)
