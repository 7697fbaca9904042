"""Tiny random problems with any mixture of rule families, for the oracle and the library to agree on.

Every family draws from a stream of its own: taking one away leaves the rest of the problem as it was. All persons,
places and prices are made up.
"""

import zlib
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from placement_opt.cells import split_list
from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix, crow_fly

SIDE_M = 16_000
"""The made-up county is a square of this side."""

MOST_WAYS = 20_000
"""No more pupils are taken where the ways to place them would pass this."""

BANDS = ("A", "B")
LOCALITIES = ("North", "South")


class Case(NamedTuple):
    """A question that both the oracle and the library can answer."""

    problem: Problem
    travel: TravelMatrix
    policy: Policy


@dataclass
class Draft:
    """A problem in the making: rows as dictionaries, which families change one after the other."""

    pupils: list[dict[str, Any]] = field(default_factory=list)
    settings: list[dict[str, Any]] = field(default_factory=list)
    provisions: list[dict[str, Any]] = field(default_factory=list)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    policy: dict[str, Any] = field(default_factory=dict)
    parameters: dict[str, Any] = field(default_factory=dict)

    def problem(self) -> Problem:
        return Problem(
            pupils=pd.DataFrame(self.pupils),
            settings=pd.DataFrame(self.settings),
            provisions=pd.DataFrame(self.provisions),
            parameters=Parameters(**self.parameters),
            **{name: pd.DataFrame(rows) for name, rows in self.tables.items() if rows},
        )


def _chance(rng: np.random.Generator, probability: float) -> bool:
    return bool(rng.random() < probability)


def _pick(rng: np.random.Generator, values: Sequence[Any]) -> Any:
    return values[int(rng.integers(len(values)))]


def _some(rng: np.random.Generator, values: Sequence[Any], most: int) -> list[Any]:
    number = min(int(rng.integers(1, most + 1)), len(values))
    return [values[position] for position in sorted(rng.choice(len(values), number, replace=False))]


def _point(rng: np.random.Generator) -> dict[str, int]:
    east, north = rng.integers(SIDE_M, size=2)
    return {"easting": 450_000 + int(east), "northing": 260_000 + int(north)}


# -- the plain problem ------------------------------------------------------------------------------------------------


def _plain(rng: np.random.Generator, draft: Draft) -> None:
    """Single pupils, open provisions for everybody, prices of their own, often a penny to a pound apart."""
    for number in range(int(rng.integers(2, 5))):
        draft.settings.append({"setting_id": f"S{number}", "name": f"School {number}", **_point(rng)})
    schools = [row["setting_id"] for row in draft.settings]
    topups = [4_000, 4_000.4, 4_000.9, 4_002] if _chance(rng, 0.4) else [3_000, 4_750.25, 7_000, 12_000.1]
    for number in range(int(rng.integers(2, 5))):
        draft.provisions.append(
            {
                "provision_id": f"V{number}",
                "setting_id": _pick(rng, schools),
                "kind": _pick(rng, ["mainstream", "hub", "special", "independent_special", "alternative"]),
                "places": _pick(rng, [0, 1, 2, 2, 3]),
                "topup_gbp": _pick(rng, topups),
                "place_gbp": _pick(rng, [0, 6_000, 10_000]),
            }
        )
    for number in range(int(rng.integers(2, 7))):
        draft.pupils.append(
            {
                "pupil_id": f"P{number}",
                **_point(rng),
                "year_group": int(rng.integers(-1, 14)),
                "need": _pick(rng, ["ASD", "SEMH", "MLD"]),
            }
        )
    draft.policy["cost_basis"] = _pick(rng, ["marginal", "average", "full"])
    draft.policy["moves"] = "all"


# -- families that change the pupils and the places -------------------------------------------------------------------


def _cohorts(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["count"] = _pick(rng, [1, 1, 2, 3])
    for row in draft.provisions:
        row["places"] += int(rng.integers(0, 3))


def _places(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["places"] = _pick(rng, [1, 1, 2, 3, 4])
    for row in draft.provisions:
        row["places"] += int(rng.integers(0, 5))


def _overflow(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.provisions:
        row["overflow_places"] = _pick(rng, [0, 1, 2, 4])
        row["overflow_gbp"] = _pick(rng, [0, 500.5, 6_000])


def _suitability(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["band"] = _pick(rng, [None, *BANDS])
        row["secondary_needs"] = _pick(rng, [None, "SLCN", "MLD;SEMH", "ASD"])
    for row in draft.provisions:
        row["needs"] = _pick(rng, ["any", "any", "ASD;SLCN", "SEMH", "MLD;ASD"])
        row["bands"] = _pick(rng, ["any", "any", "any", "A", "A;B"])
        row["min_year"], row["max_year"] = _pick(rng, [(-4, 20), (-4, 20), (0, 6), (7, 13), (3, 9)])
    draft.policy["match_secondary_needs"] = _chance(rng, 0.5)


def _candidates(rng: np.random.Generator, draft: Draft) -> None:
    for row in _some(rng, draft.provisions, 3):
        row["status"] = _pick(rng, ["candidate", "candidate", "closable", "closable", "closed"])
        row["open_gbp"] = _pick(rng, [0, 2_500, 9_000.75])


def _present(rng: np.random.Generator, draft: Draft) -> None:
    """Present places, over-full and refused ones among them, and who may move."""
    ids = [row["provision_id"] for row in draft.provisions]
    favourite = _pick(rng, ids)
    for row in draft.pupils:
        row["current_provision_id"] = _pick(rng, [None, None, favourite, _pick(rng, ids), _pick(rng, ids)])
        row["movable"] = _chance(rng, 0.3)
    draft.policy["moves"] = _pick(rng, ["due", "flagged", "all"])


def _max_moves(rng: np.random.Generator, draft: Draft) -> None:
    ids = [row["provision_id"] for row in draft.provisions]
    for row in draft.pupils:
        row["current_provision_id"] = row.get("current_provision_id") or _pick(rng, ids)
    draft.policy["moves"] = _pick(rng, ["flagged", "all", "all"])
    draft.policy["max_moves"] = int(rng.integers(0, 4))


# -- families of limits -----------------------------------------------------------------------------------------------


def _part_limits(rng: np.random.Generator, draft: Draft) -> None:
    rows = draft.tables.setdefault("part_limits", [])
    for number in range(int(rng.integers(1, 4))):
        is_school = _chance(rng, 0.4)
        low, high = _pick(rng, [(-4, 20), (-4, 20), (0, 8)])
        rows.append(
            {
                "limit_id": f"L{number}",
                "provision_id": None if is_school else _pick(rng, draft.provisions)["provision_id"],
                "setting_id": _pick(rng, draft.settings)["setting_id"] if is_school else None,
                "needs": _pick(rng, ["any", "ASD", "SEMH;MLD"]),
                "min_year": low,
                "max_year": high,
                "places": int(rng.integers(0, 3)),
            }
        )


def _school_limits(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.settings:
        row["places"] = _pick(rng, [None, 1, 2, 3, 4])


def _resources(rng: np.random.Generator, draft: Draft) -> None:
    for name in _some(rng, ["speech therapy", "physiotherapy"], 2):
        draft.tables.setdefault("resources", []).append({"resource": name, "available": _pick(rng, [0, 1.5, 2, 3.5])})
        keys = [(None, None, None), ("ASD", None, None), (None, "A", None), (None, None, "special"), ("ASD", "A", None)]
        for need, band, kind in _some(rng, keys, 4):
            row = {"resource": name, "need": need, "band": band, "kind": kind, "amount": _pick(rng, [0, 0.5, 1, 1.5])}
            draft.tables.setdefault("resource_use", []).append(row)


# -- hubs and spokes --------------------------------------------------------------------------------------------------


def _spokes(rng: np.random.Generator, draft: Draft) -> None:
    schools = [row["setting_id"] for row in draft.settings]
    for number in range(_pick(rng, [1, 1, 2])):
        row = {"provision_id": f"H{number}", "setting_id": _pick(rng, schools), "kind": _pick(rng, ["hub", "special"])}
        draft.provisions.append(row | {"places": int(rng.integers(0, 2)), "topup_gbp": 9_000, "place_gbp": 6_000})
        draft.tables.setdefault("hubs", []).append(
            {
                "provision_id": f"H{number}",
                "team_hours_per_week": _pick(rng, [2, 3.5, 6]),
                "max_teams": _pick(rng, [0, 1, 1, 2]),
                "team_gbp": _pick(rng, [800, 2_500.5, 9_000]),
                "max_spokes": _pick(rng, [0, 1, 2, 2]),
                "max_link_minutes": _pick(rng, [5, 15, 25, 60]),
                "visits_per_week": _pick(rng, [0, 1, 1.5, 3]),
            }
        )
    for number in range(_pick(rng, [1, 2, 2, 3])):
        row = {"provision_id": f"K{number}", "setting_id": _pick(rng, schools), "kind": "spoke"}
        draft.provisions.append(row | {"places": int(rng.integers(1, 3)), "topup_gbp": _pick(rng, [0, 1_000.5])})
    for row in draft.pupils:
        row["support_hours"] = _pick(rng, [0, 1, 2.5, 5])


def _links(rng: np.random.Generator, draft: Draft) -> None:
    hubs = [row["provision_id"] for row in draft.tables.get("hubs", [])]
    spokes = [row["provision_id"] for row in draft.provisions if row["kind"] == "spoke"]
    if not hubs:
        return
    every = [(hub, spoke) for hub in hubs for spoke in spokes]
    for hub, spoke in _some(rng, every, len(every)):
        minutes, miles = _pick(rng, [(None, None), (None, None), (12.25, 4.5), (40, 15.125)])
        row = {"hub_id": hub, "spoke_id": spoke, "minutes": minutes, "miles": miles}
        draft.tables.setdefault("links", []).append(row)


# -- decisions and wishes ---------------------------------------------------------------------------------------------


def _decisions(rng: np.random.Generator, draft: Draft) -> None:
    ids = [row["provision_id"] for row in draft.provisions if row.get("status") != "closed"]
    rows = draft.tables.setdefault("pair_rules", [])
    for pupil in draft.pupils:
        chance = rng.random()
        if chance < 0.45 and ids:
            chosen = _some(rng, ids, 2)
            rows += [{"pupil_id": pupil["pupil_id"], "provision_id": p, "rule": "never"} for p in chosen]
        elif chance < 0.53 and ids:
            rows.append({"pupil_id": pupil["pupil_id"], "provision_id": _pick(rng, ids), "rule": "must"})


def _requests(rng: np.random.Generator, draft: Draft) -> None:
    in_use = sorted({row["setting_id"] for row in draft.provisions if row.get("status") != "closed"})
    for row in draft.pupils:
        row["requested_setting_id"] = _pick(rng, [None, *in_use])
    draft.policy["requests"] = _pick(rng, ["hard", "priced", "priced", "off"])
    draft.policy["missed_request_gbp"] = _pick(rng, [4_000, 12_345.67])


def _mainstream(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["mainstream"] = _pick(rng, [None, "wanted", "wanted", "against"])
    draft.policy["mainstream"] = _pick(rng, ["hard", "priced", "priced", "off"])
    draft.policy["missed_mainstream_gbp"] = _pick(rng, [4_000, 9_876.54])


def _siblings(rng: np.random.Generator, draft: Draft) -> None:
    order = [draft.pupils[position] for position in rng.permutation(len(draft.pupils))]
    first = int(rng.integers(2, 4))
    for group, members in (("f1", order[:first]), ("f2", order[first : first + 2])):
        for row in members:
            row["sibling_group"], row["count"] = group, 1
    draft.policy["siblings"] = _pick(rng, ["hard", "hard", "priced", "priced", "off"])
    draft.policy["split_siblings_gbp"] = _pick(rng, [1_500, 7_500.25])


# -- prices and journeys ----------------------------------------------------------------------------------------------


def _prices(rng: np.random.Generator, draft: Draft) -> None:
    """The price of a pair comes from every source in turn, a default included."""
    for row in draft.pupils:
        row["band"] = row.get("band") or _pick(rng, [None, *BANDS])
    for row in draft.provisions:
        row["topup_gbp"] = _pick(rng, [None, None, row["topup_gbp"]])
    keys = [
        ("ASD", None, None),
        (None, "A", None),
        (None, None, "special"),
        (None, None, "spoke"),
        ("ASD", "A", None),
        ("SEMH", None, "special"),
        (None, "A", "special"),
        ("ASD", "B", "mainstream"),
    ]
    topups = [(None, None, "hub"), *_some(rng, keys, len(keys))]
    draft.tables["topups"] = [
        {"need": need, "band": band, "kind": kind, "topup_gbp": 3_000 + int(rng.integers(90)) * 100.05}
        for need, band, kind in topups
    ]
    draft.tables["pair_costs"] = [
        {
            "pupil_id": pupil["pupil_id"],
            "provision_id": _pick(rng, draft.provisions)["provision_id"],
            "cost_gbp": _pick(rng, [0, 2_222.22, 30_000]),
        }
        for pupil in _some(rng, draft.pupils, 3)
    ]


def _transport(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["wheelchair"], row["solo"], row["assistant"] = (_chance(rng, 0.2) for _ in range(3))
        row["independent_travel"] = _chance(rng, 0.4)
        row["entitled"] = _pick(rng, [None, None, None, True, False])
    if _chance(rng, 0.3):
        return
    draft.tables["modes"] = [
        {"mode": "minibus", "gbp_per_day": 120, "gbp_per_mile": 1.5, "riders": 6, "assistant": True, "max_miles": 12},
        {"mode": "ramp taxi", "gbp_per_day": 40, "gbp_per_mile": 2.4, "riders": 2, "wheelchair": True}
        | {"assistant": _chance(rng, 0.5)},
        {"mode": "taxi", "gbp_per_day": 20, "gbp_per_mile": 1.9, "riders": 1.6},
        {"mode": "bus pass", "gbp_per_day": 4.75, "gbp_per_mile": 0, "independent_only": True, "wheelchair": True},
    ]
    draft.tables["modes"] = _some(rng, draft.tables["modes"], 4)
    draft.parameters["days_per_year"] = _pick(rng, [190, 195])


def _reach(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["max_minutes"] = _pick(rng, [None, None, 15, 30, 45.5])
    for row in draft.settings:
        row["authority"] = _pick(rng, [None, "Exampleshire", "Othershire"])
    draft.settings[0]["authority"] = "Exampleshire"
    draft.policy["max_minutes"] = _pick(rng, [None, 20, 35])
    draft.policy["authorities"] = _pick(rng, [None, ("Exampleshire",)])


def _low_income(rng: np.random.Generator, draft: Draft) -> None:
    """Pupils of all ages of the extended rights, and more schools, so that some are not of the nearest three.

    The walking distances are drawn far apart, so that many journeys lie between them.
    """
    for row in draft.pupils:
        row["low_income"] = _chance(rng, 0.7)
        row["year_group"] = _pick(rng, [row["year_group"], 3, 4, 6, 7, 9, 11, 12])
    for number in range(_pick(rng, [0, 1, 2])):
        row = {"provision_id": f"V{90 + number}", "setting_id": draft.settings[0]["setting_id"], "kind": "mainstream"}
        draft.provisions.append(row | {"places": 1, "topup_gbp": _pick(rng, [3_000, 4_000.9])})
    used = set()
    for row in draft.provisions:
        if row["setting_id"] in used and row["kind"] not in {"hub", "spoke"}:
            school = next(known for known in draft.settings if known["setting_id"] == row["setting_id"])
            row["setting_id"] = f"{row['setting_id']} {row['provision_id']}"
            draft.settings.append({**school, "setting_id": row["setting_id"], **_point(rng)})
        used.add(row["setting_id"])
    draft.parameters["walk_miles_from_8"] = _pick(rng, [3, 9, 15])
    draft.parameters["low_income_walk_miles"] = _pick(rng, [0.5, 1, 2, 4])
    draft.parameters["low_income_most_miles"] = _pick(rng, [6, 10, 15])


def _journey_costs(rng: np.random.Generator, draft: Draft) -> None:
    """Known prices of the transport of some pupils to some schools, dearer and cheaper than the estimate."""
    draft.tables["journey_costs"] = [
        {"pupil_id": pupil["pupil_id"], "setting_id": setting["setting_id"], "cost_gbp": gbp}
        for pupil in _some(rng, draft.pupils, 4)
        for setting in _some(rng, draft.settings, 3)
        for gbp in [_pick(rng, [0, 1_234.56, 8_000, 25_000.5])]
    ]
    for row in draft.pupils:
        row["entitled"] = True if row.get("entitled") is None and _chance(rng, 0.5) else row.get("entitled")


def _post16(rng: np.random.Generator, draft: Draft) -> None:
    for row in draft.pupils:
        row["year_group"] = _pick(rng, [row["year_group"], 11, 12, 13])
    draft.policy["post16_transport"] = _pick(rng, ["none", "none", "as under 16"])


# -- smallest groups, classes, capital, budgets and numbers of sites ---------------------------------------------------


def _smallest(rng: np.random.Generator, draft: Draft) -> None:
    """Open, candidate, closable and spoke provisions that nobody or several pupils go to."""
    for row in _some(rng, draft.provisions, 4):
        row["min_pupils"] = _pick(rng, [1, 2, 2, 3])


def _classes(rng: np.random.Generator, draft: Draft) -> None:
    for row in _some(rng, draft.provisions, 3):
        row["places"] = max(0, row["places"] - _pick(rng, [0, 1, 1, 2]))
        row["max_classes"] = _pick(rng, [1, 1, 2])
        row["class_places"] = _pick(rng, [1, 2, 2, 3])
        row["class_gbp"] = _pick(rng, [0, 1_500.5, 8_000])
        row["class_capital_gbp"] = _pick(rng, [0, 0, 50_000, 120_000.75])


def _capital(rng: np.random.Generator, draft: Draft) -> None:
    """What is spent once, up to a limit for all of it or for the schools of one locality."""
    _localities(rng, draft)
    candidates = _decided(rng, draft, ["candidate"])
    for row in candidates:
        row["capital_gbp"] = _pick(rng, [0, 100_000, 250_000.5])
        row["places"] += 1
    for number in range(_pick(rng, [1, 1, 2])):
        limit = _pick(rng, [0, 60_000, 100_000, 300_000])
        row = {"budget": f"capital {number}", "type": "capital", "locality": _pick(rng, [None, *LOCALITIES])}
        draft.tables.setdefault("budgets", []).append(row | {"limit_gbp": limit})


def _revenue(rng: np.random.Generator, draft: Draft) -> None:
    """Limits on the money of a year, or on a part of it by payer, locality or both; most leave a plan possible."""
    _localities(rng, draft)
    _payers(rng, draft)
    kept = sum(7_000 * row.get("count", 1) for row in draft.pupils if row.get("current_provision_id"))
    kept = 0 if draft.policy["moves"] == "all" else kept
    commissioned = sum(row.get("place_gbp", 0) * row["places"] for row in draft.provisions)
    kept += commissioned if draft.policy["cost_basis"] == "full" else 0
    payers = [None, None, "high needs", "schools block", "social care"]
    row = {"budget": "revenue", "type": "revenue", "locality": _pick(rng, [None, None, *LOCALITIES])}
    row |= {"payer": _pick(rng, payers), "limit_gbp": kept + _pick(rng, [7_000, 12_000, 17_000, 27_000.25])}
    draft.tables.setdefault("budgets", []).append(row)


def _journeys(rng: np.random.Generator, draft: Draft) -> None:
    """Limits on what journeys cost; pupils are carried, so that they cost something."""
    _localities(rng, draft)
    for row in draft.pupils:
        row["entitled"] = True if row.get("entitled") is None and _chance(rng, 0.7) else row.get("entitled")
    kept = sum(5_000 * row.get("count", 1) for row in draft.pupils if row.get("current_provision_id"))
    row = {"budget": "journeys", "type": "transport", "locality": _pick(rng, [None, None, *LOCALITIES])}
    row["payer"] = _pick(rng, [None, None, draft.parameters.get("transport_payer", "transport")])
    limit = _pick(rng, [1_500, 4_000, 9_000, 15_000.5]) + (kept if draft.policy["moves"] != "all" else 0)
    draft.tables.setdefault("budgets", []).append(row | {"limit_gbp": limit})


def _site_limits(rng: np.random.Generator, draft: Draft) -> None:
    """Exactly, at least or at most so many of some sites, which may then be open and empty."""
    _localities(rng, draft)
    decided = _decided(rng, draft, ["candidate", "closable"])
    if not decided:
        return
    schools = {row["setting_id"]: row["locality"] for row in draft.settings}
    for number in range(_pick(rng, [1, 1, 2])):
        one = _pick(rng, decided)
        scope = {"kind": one["kind"], "locality": schools[one["setting_id"]], "status": one["status"]}
        scope = {name: value if _chance(rng, 0.3) else None for name, value in scope.items()}
        counted = sum(
            all(
                value is None or value == {**row, "locality": schools[row["setting_id"]]}[name]
                for name, value in scope.items()
            )
            for row in decided
        )
        some = int(rng.integers(0, counted + 1))
        least, most = _pick(rng, [(0, some), (some, some), (some, counted), (min(1, some), counted)])
        row = {"site_limit": f"sites {number}", **scope, "min_open": least, "max_open": most}
        draft.tables.setdefault("site_limits", []).append(row)


def _totals(rng: np.random.Generator, draft: Draft) -> None:
    """Limits on what is counted over all pupils, each near what a plan has."""
    _localities(rng, draft)
    pupils = sum(row.get("count", 1) for row in draft.pupils)
    kinds = sorted({row["kind"] for row in draft.provisions})
    limits = {"pupils": pupils, "minutes": 12 * pupils, "miles": 5 * pupils, "co2e_kg": 400 * pupils}
    for number in range(_pick(rng, [1, 1, 2, 3])):
        measure = _pick(rng, ["pupils", "minutes", "miles", "co2e_kg", "moves", "unplaced"])
        kind = _pick(rng, [None, *kinds]) if measure != "unplaced" else None
        most = limits.get(measure, 2) * _pick(rng, [0, 0.5, 0.8, 1, 1.5])
        row = {"total": f"total {number}", "measure": measure, "kind": kind, "most": most}
        draft.tables.setdefault("totals", []).append(row | {"locality": _pick(rng, [None, None, *LOCALITIES])})


def _decided(rng: np.random.Generator, draft: Draft, statuses: list[str]) -> list[dict[str, Any]]:
    """Return the provisions of these statuses; where there are none, some of the open ones take them."""
    found = [row for row in draft.provisions if row.get("status") in statuses]
    if not found:
        found = _some(rng, [row for row in draft.provisions if row.get("status", "open") != "closed"], 3)
        for row in found:
            row["status"] = _pick(rng, statuses)
            row["open_gbp"] = _pick(rng, [0, 2_500, 9_000.75])
    return found


def _localities(rng: np.random.Generator, draft: Draft) -> None:
    """Give homes and schools a locality; every one has a school at least."""
    for row in draft.pupils:
        row.setdefault("locality", _pick(rng, [None, *LOCALITIES]))
    for number, row in enumerate(draft.settings):
        row.setdefault("locality", LOCALITIES[number] if number < len(LOCALITIES) else _pick(rng, [None, *LOCALITIES]))


def _payers(rng: np.random.Generator, draft: Draft) -> None:
    """Let others than the usual payers pay for something."""
    usual = _chance(rng, 0.5)
    draft.parameters["topup_payer"] = "high needs" if usual else "social care"
    draft.parameters["overflow_payer"] = "social care" if usual else "high needs"
    for name in ("outreach_payer", "opening_payer"):
        draft.parameters[name] = _pick(rng, ["high needs", "high needs", "social care"])
    draft.parameters["transport_payer"] = _pick(rng, ["transport", "social care"])
    for row in draft.provisions:
        row["place_payer"] = _pick(rng, ["high needs", "schools block"])
    draft.provisions[0]["place_payer"] = "schools block"
    for row in draft.tables.get("topups", []):
        row["payer"] = _pick(rng, ["high needs", "social care"])


# -- all of it --------------------------------------------------------------------------------------------------------

_CHANGES: dict[str, Callable[[np.random.Generator, Draft], None]] = {
    "cohorts": _cohorts,
    "places": _places,
    "spokes": _spokes,
    "overflow": _overflow,
    "suitability": _suitability,
    "candidates": _candidates,
    "links": _links,
    "present": _present,
    "max_moves": _max_moves,
    "part_limits": _part_limits,
    "school_limits": _school_limits,
    "resources": _resources,
    "decisions": _decisions,
    "requests": _requests,
    "mainstream": _mainstream,
    "siblings": _siblings,
    "prices": _prices,
    "transport": _transport,
    "reach": _reach,
    "classes": _classes,
    "smallest": _smallest,
    "capital": _capital,
    "revenue": _revenue,
    "journeys": _journeys,
    "site_limits": _site_limits,
}

_FREE_TRAVEL: dict[str, Callable[[np.random.Generator, Draft], None]] = {
    "low_income": _low_income,
    "journey_costs": _journey_costs,
    "post16": _post16,
}

_BY_NAME: dict[str, Callable[[np.random.Generator, Draft], None]] = {"totals": _totals}
"""Families that a case has only where they are asked for by name: the mixtures of the seeds stay as they are."""

FAMILIES = (*_CHANGES, "matrix", *_FREE_TRAVEL)
"""What a random problem may hold; `matrix` replaces straight lines by journeys at random, some of them missing.

The mixture of a seed is drawn in this order: a new family at the end leaves the choice of the others as it was."""


def random_case(seed: int, *, families: Collection[str] = FAMILIES) -> Case:
    """Return a tiny problem with its journeys and policy; the same seed and families give the same case."""
    draft = Draft()
    _plain(_stream(seed, "plain"), draft)
    for name, change in (_CHANGES | _FREE_TRAVEL | _BY_NAME).items():
        if name in families:
            change(_stream(seed, name), draft)
    _shrink(draft)
    _forget_unnamed_bands(draft)
    _forget_requests_of_shut_schools(draft)
    problem = draft.problem()
    travel = _random_travel(_stream(seed, "matrix"), problem) if "matrix" in families else crow_fly(problem)
    return Case(problem, travel, Policy(**draft.policy))


def random_families(seed: int) -> frozenset[str]:
    """Return a mixture of families: every one of them by turns alone with few and together with many others."""
    rng = _stream(seed, "families")
    share = _pick(rng, [0.1, 0.2, 0.3, 0.4, 0.7])
    return frozenset(name for name in FAMILIES if _chance(rng, share))


def mixed_case(seed: int) -> Case:
    """Return a tiny problem with a mixture of families that the seed chooses."""
    return random_case(seed, families=random_families(seed))


def cases(families: Collection[str] = FAMILIES, *, always: Collection[str] = ()) -> st.SearchStrategy[Case]:
    """Return a Hypothesis strategy of cases, whose failures shrink to few families."""
    optional = st.sets(st.sampled_from(sorted(families))) if families else st.just(set())
    return st.builds(
        lambda seed, chosen: random_case(seed, families=chosen | set(always)), st.integers(0, 9_999), optional
    )


def _stream(seed: int, name: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(name.encode())])


def _forget_requests_of_shut_schools(draft: Draft) -> None:
    """Clear the requests for schools at which every provision has come to be closed: a problem refuses them."""
    in_use = {row["setting_id"] for row in draft.provisions if row.get("status") != "closed"}
    for row in draft.pupils:
        if "requested_setting_id" in row and row["requested_setting_id"] not in in_use:
            row["requested_setting_id"] = None


def _forget_unnamed_bands(draft: Draft) -> None:
    """Clear the bands that no other table names: a problem refuses them."""
    cells = [row.get("bands", "") for row in draft.provisions]
    cells += [row["band"] or "" for name in ("topups", "resource_use") for row in draft.tables.get(name, [])]
    named = {band for cell in cells for band in split_list(cell)}
    for row in draft.pupils:
        row["band"] = row["band"] if row.get("band") in named else None


def _shrink(draft: Draft) -> None:
    """Keep the case small enough for exhaustive search."""
    bins = len(draft.provisions) + 1
    ways, kept = 1, []
    for row in draft.pupils:
        row["count"] = row.get("count", 1)
        while row["count"] > 0 and ways * _ways(row["count"], bins) > MOST_WAYS:
            row["count"] -= 1
        if row["count"]:
            ways *= _ways(row["count"], bins)
            kept.append(row)
    draft.pupils = kept
    ids = {row["pupil_id"] for row in kept}
    for name in ("pair_rules", "pair_costs", "journey_costs"):
        draft.tables[name] = [row for row in draft.tables.get(name, []) if row["pupil_id"] in ids]


def _ways(count: int, bins: int) -> int:
    product = 1
    for step in range(count):
        product = product * (bins + step) // (step + 1)
    return product


def _random_travel(rng: np.random.Generator, problem: Problem) -> TravelMatrix:
    pupils, settings = tuple(problem.pupils["pupil_id"]), tuple(problem.settings["setting_id"])
    shape = (len(pupils), len(settings))
    minutes, miles = rng.uniform(1, 60, shape), rng.uniform(0.1, 18, shape)
    lost = rng.random(shape) < 0.15
    minutes[lost] = miles[lost] = np.nan
    between = pd.DataFrame(
        [
            {"from_setting_id": start, "to_setting_id": end, "minutes": rng.uniform(1, 40), "miles": rng.uniform(1, 15)}
            for start in settings
            for end in settings
            if start != end and not _chance(rng, 0.1)
        ],
        columns=["from_setting_id", "to_setting_id", "minutes", "miles"],
    )
    order = rng.permutation(len(pupils))
    walk_miles = miles * rng.uniform(0.3, 1.3, shape)
    walk_miles[rng.random(shape) < 0.1] = np.nan
    return TravelMatrix(
        tuple(pupils[position] for position in order),
        settings,
        minutes[order],
        miles[order],
        between,
        "at random",
        walk_miles=walk_miles[order] if _chance(rng, 0.5) else None,
    )
