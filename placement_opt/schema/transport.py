"""The tables of home to school transport: vehicles, their layouts, who must ride apart, known prices."""

from placement_opt.schema.columns import (
    Cell,
    Column,
    Table,
    gbp_column,
    id_column,
    refers_column,
    text_column,
    time_column,
    whole_column,
)

FLEET = Table(
    "fleet",
    "a type of vehicle that routes may be given to; prices are yours, from contracts or quotations",
    (
        id_column("vehicle", "Name of the type of vehicle.", "minibus 16"),
        text_column("operator", "Who runs it."),
        whole_column("available", "How many there are; blank = as many as needed.", unit="vehicles"),
        Column("gbp_per_day", Cell.NUMBER, "Price of a vehicle for a day.", True, unit="£", least=0, most=10_000),
        Column(
            "gbp_per_mile",
            Cell.NUMBER,
            "Price of each mile between the first stop and the last.",
            True,
            unit="£",
            least=0,
            most=1_000,
        ),
        Column(
            "gbp_per_hour",
            Cell.NUMBER,
            "Price of each hour between the first stop and the last.",
            True,
            unit="£",
            least=0,
            most=1_000,
        ),
        Column(
            "assistant_gbp_per_hour",
            Cell.NUMBER,
            "Price of a passenger assistant for each such hour; blank = carries no assistants.",
            unit="£",
            least=0,
            most=1_000,
        ),
        Column(
            "pupils_per_assistant",
            Cell.INTEGER,
            "Pupils in need of an assistant whom one can escort; needed where assistants are carried.",
            unit="pupils",
            least=1,
            most=100,
        ),
        Column(
            "empty_miles_per_mile",
            Cell.NUMBER,
            "Miles driven empty for each mile of a run; blank = as vehicle_miles_per_loaded_mile says.",
            unit="miles",
            least=0,
            most=10,
        ),
        Column(
            "co2e_kg_per_mile",
            Cell.NUMBER,
            "Emissions for each mile, empty ones included.",
            True,
            unit="kg CO2e",
            least=0,
            most=10,
        ),
        text_column("source", "Where the prices come from."),
    ),
    key=("vehicle",),
)

LAYOUTS = Table(
    "layouts",
    "a way in which a type of vehicle can be laid out; a route uses one of them",
    (
        refers_column("vehicle", "fleet.vehicle", "The type of vehicle.", required=True, example="minibus 16"),
        whole_column("seats", "Seats for pupils and passenger assistants; the driver's is not counted.", required=True),
        whole_column("wheelchair_places", "Places for pupils who travel in a wheelchair.", default=0),
    ),
    key=("vehicle", "seats", "wheelchair_places"),
)

APART = Table(
    "apart",
    "two pupils who must never be in a vehicle together",
    (
        refers_column("pupil_id", "pupils.pupil_id", "One pupil.", required=True),
        refers_column("other_pupil_id", "pupils.pupil_id", "The other.", required=True),
        text_column("reason", "Why, for the record; it is not shown on route sheets."),
    ),
    key=("pupil_id", "other_pupil_id"),
)

JOURNEY_COSTS = Table(
    "journey_costs",
    "a known price of a year's transport of one pupil to one school, in place of the estimate",
    (
        refers_column("pupil_id", "pupils.pupil_id", "The pupil.", required=True),
        refers_column("setting_id", "settings.setting_id", "The school.", required=True),
        gbp_column("cost_gbp", "Price for one pupil, where transport is owed.", required=True),
    ),
    key=("pupil_id", "setting_id"),
)

TODAY_ROUTES = Table(
    "today_routes",
    "a pupil who is picked up, in the order of the morning; or, without a pupil, a school where pupils are set down",
    (
        id_column("route_id", "Name of the route.", "R014"),
        whole_column("stop", "Place in the order of the morning, from 1.", least=1, required=True),
        refers_column(
            "pupil_id", "pupils.pupil_id", "Who is picked up; blank = a set-down at the school of setting_id."
        ),
        refers_column(
            "setting_id",
            "settings.setting_id",
            "The school; with a pupil it may be left blank: the plan knows where the pupil goes.",
        ),
        whole_column("pupils", "How many of the pupils of a row for several board; blank = all.", least=1),
        refers_column(
            "vehicle", "fleet.vehicle", "The type of vehicle; on one row of the route, or the same on all of them."
        ),
        whole_column("seats", "Seats of the layout in use; blank = the smallest layout that fits."),
        whole_column("wheelchair_places", "Places for wheelchairs of the layout in use; blank as for seats."),
        whole_column("assistants", "Passenger assistants aboard; blank = as many as the pupils need."),
        time_column("pickup", "Time of the pick-up, as it is recorded; it is only compared."),
        time_column("arrival", "Time of arrival at school, as it is recorded; it is only compared."),
        gbp_column("contract_gbp", "What the contract of the route costs a year, both runs; blank = not known."),
        Column(
            "contract_gbp_per_day",
            Cell.NUMBER,
            "What the contract of the route costs a school day, in place of contract_gbp.",
            unit="£ a day",
            least=0,
            most=100_000,
        ),
    ),
    key=("route_id", "stop"),
)
"""Today's routes, as `read_routes` reads them; no table of a problem."""
