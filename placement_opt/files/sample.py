"""A made-up handful of rows that shows how the tables hang together; none of its figures is real."""

from typing import Any

SAMPLE_ROWS: dict[str, tuple[dict[str, Any], ...]] = {
    "pupils": (
        {
            "pupil_id": "P0001",
            "easting": 460_250,
            "northing": 272_400,
            "year_group": 7,
            "need": "ASD",
            "secondary_needs": "SLCN",
            "band": "B2",
            "requested_setting_id": "900001",
            "mainstream": "wanted",
            "support_hours": 2,
        },
        {
            "pupil_id": "P0002",
            "easting": 461_900,
            "northing": 271_050,
            "year_group": 9,
            "need": "SLD",
            "band": "B3",
            "current_provision_id": "900002-special",
            "wheelchair": "yes",
            "travel_mode": "vehicle",
            "earliest_pickup": "07:40",
            "board_minutes": 6,
        },
    ),
    "settings": (
        {"setting_id": "900001", "name": "Alder Lane School", "easting": 460_900, "northing": 272_000},
        {
            "setting_id": "900002",
            "name": "Birch Hill School",
            "easting": 464_300,
            "northing": 274_800,
            "arrive_from": "08:30",
            "arrive_by": "08:45",
            "leave_from": "15:00",
            "leave_by": "15:15",
        },
    ),
    "provisions": (
        {
            "provision_id": "900001-base",
            "setting_id": "900001",
            "kind": "hub",
            "places": 8,
            "needs": "ASD;SLCN",
            "min_year": 7,
            "max_year": 11,
            "place_gbp": 6_000,
            "topup_gbp": 7_000,
        },
        {"provision_id": "900002-spoke", "setting_id": "900002", "kind": "spoke", "places": 4},
        {
            "provision_id": "900002-special",
            "setting_id": "900002",
            "kind": "special",
            "places": 20,
            "bands": "B2;B3",
            "place_gbp": 10_000,
        },
    ),
    "hubs": (
        {
            "provision_id": "900001-base",
            "team_hours_per_week": 30,
            "max_teams": 2,
            "team_gbp": 45_000,
            "max_spokes": 3,
            "max_link_minutes": 30,
        },
    ),
    "links": ({"hub_id": "900001-base", "spoke_id": "900002-spoke", "minutes": 12, "miles": 4.5},),
    "part_limits": ({"limit_id": "L1", "provision_id": "900002-special", "max_year": 6, "min_year": 0, "places": 8},),
    "topups": (
        {"need": "ASD", "band": "B2", "topup_gbp": 8_000},
        {"band": "B3", "kind": "special", "topup_gbp": 12_000},
    ),
    "pair_costs": ({"pupil_id": "P0002", "provision_id": "900002-special", "cost_gbp": 21_500},),
    "pair_rules": (
        {"pupil_id": "P0001", "provision_id": "900002-special", "rule": "never", "reason": "panel decision"},
    ),
    "resources": ({"resource": "speech therapy", "available": 40},),
    "resource_use": ({"resource": "speech therapy", "need": "ASD", "amount": 1.5},),
    "budgets": ({"budget": "transport", "type": "transport", "limit_gbp": 25_000},),
    "site_limits": ({"site_limit": "new places", "status": "candidate", "max_open": 1},),
    "totals": ({"total": "independent places", "measure": "pupils", "kind": "independent_special", "most": 40},),
    "modes": (
        {
            "mode": "minibus",
            "gbp_per_day": 60,
            "gbp_per_mile": 1.2,
            "riders": 5,
            "wheelchair": "yes",
            "assistant": "yes",
        },
    ),
    "journey_costs": ({"pupil_id": "P0002", "setting_id": "900002", "cost_gbp": 9_400},),
    "fleet": (
        {
            "vehicle": "minibus 16",
            "operator": "Made-up Coaches",
            "available": 4,
            "gbp_per_day": 120,
            "gbp_per_mile": 2.1,
            "gbp_per_hour": 30,
            "assistant_gbp_per_hour": 16,
            "pupils_per_assistant": 6,
            "co2e_kg_per_mile": 0.5,
            "source": "made up; your contracts",
        },
    ),
    "layouts": (
        {"vehicle": "minibus 16", "seats": 16},
        {"vehicle": "minibus 16", "seats": 14, "wheelchair_places": 1},
    ),
    "apart": ({"pupil_id": "P0001", "other_pupil_id": "P0002", "reason": "panel decision"},),
    "parameters": (
        {"parameter": "days_per_year", "value": "190", "year": "2026", "source": "made up; your school calendar"},
    ),
}
"""Rows by table. Read together they are a problem without faults."""
