"""Sections 1-3 of docs/formulation.md, line by line: who could go where, at what cost, which hubs reach which spokes.

Nothing of the library's rules, prices or pairs is used. Money is counted in whole pence, hours exactly.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from placement_opt.cells import split_list
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import TravelMatrix

Row = dict[str, Any]
Pair = tuple[str, str]


class InputAtFaultError(Exception):
    """The page calls the input wrong: a pupil must have a pair that cannot be."""


class PairCost(NamedTuple):
    """What one pupil costs at one provision, in pence."""

    topup: int
    place: int
    transport: int

    @property
    def total(self) -> int:
        return self.topup + self.place + self.transport


class Link(NamedTuple):
    """A hub and a spoke that may be linked."""

    visit_hours: Fraction
    travel_pence: int


def exact(number: float) -> Fraction:
    """Read a cell as the decimal that was written, not as its nearest binary number."""
    return Fraction(repr(float(number)))


def pence(gbp: Fraction) -> int:
    return round(gbp * 100)


def records(frame: pd.DataFrame) -> list[Row]:
    """Return the rows as dictionaries, blanks as None."""
    return [
        {str(name): None if pd.isna(value) else value for name, value in row.items()}
        for row in frame.to_dict(orient="records")
    ]


@dataclass(frozen=True)
class Question:
    """A problem, its journeys and a policy, with every line of sections 1-3 of the page as a small function."""

    problem: Problem
    travel: TravelMatrix
    policy: Policy

    # -- tables ------------------------------------------------------------------------------------------------------

    @cached_property
    def pupils(self) -> dict[str, Row]:
        return {row["pupil_id"]: row for row in records(self.problem.pupils)}

    @cached_property
    def settings(self) -> dict[str, Row]:
        return {row["setting_id"]: row for row in records(self.problem.settings)}

    @cached_property
    def provisions(self) -> dict[str, Row]:
        return {row["provision_id"]: row for row in records(self.problem.provisions)}

    @cached_property
    def hubs(self) -> dict[str, Row]:
        return {row["provision_id"]: row for row in records(self.problem.hubs)}

    @cached_property
    def tables(self) -> dict[str, list[Row]]:
        limits = ("part_limits", "resources", "resource_use", "budgets", "site_limits", "totals")
        names = ("links", "topups", "pair_costs", "journey_costs", "pair_rules", *limits)
        return {name: records(self.problem.table(name)) for name in names}

    @cached_property
    def journeys(self) -> dict[Pair, tuple[float, float]]:
        """Minutes and miles by pupil and school, where there is a journey."""
        matrix = self.travel
        return {
            (pupil, setting): (matrix.minutes[row, column], matrix.miles[row, column])
            for row, pupil in enumerate(matrix.pupil_ids)
            for column, setting in enumerate(matrix.setting_ids)
            if not np.isnan(matrix.minutes[row, column])
        }

    def walk(self, pupil: str, provision: str) -> float:
        """Return the miles that entitlement is measured by, for a pair with a journey."""
        matrix = self.travel
        row, column = matrix.pupil_ids.index(pupil), matrix.setting_ids.index(self.school(provision))
        if matrix.walk_miles is None:
            return float(matrix.miles[row, column])
        on_foot = float(matrix.walk_miles[row, column])
        return float("inf") if np.isnan(on_foot) else on_foot

    def school(self, provision: str) -> str:
        return str(self.provisions[provision]["setting_id"])

    def journey(self, pupil: str, provision: str) -> tuple[float, float] | None:
        return self.journeys.get((pupil, self.school(provision)))

    # -- section 1: who could go where -------------------------------------------------------------------------------

    @cached_property
    def musts(self) -> dict[str, str]:
        return {row["pupil_id"]: row["provision_id"] for row in self.tables["pair_rules"] if row["rule"] == "must"}

    @cached_property
    def nevers(self) -> set[Pair]:
        return {(row["pupil_id"], row["provision_id"]) for row in self.tables["pair_rules"] if row["rule"] == "never"}

    def refused_by_rules_1_to_11(self, pupil: str, provision: str) -> str:
        """Return the first of the rules 1-11 that refuses the pair, or an empty string."""
        reason, journey = self.refused_by_rules_1_to_10(pupil, provision), self.journey(pupil, provision)
        if reason or journey is None:
            return reason
        is_carried = self.cheapest_mode_pence(self.pupils[pupil], journey[1]) is not None
        return "no transport" if self.is_entitled(pupil, provision) and not is_carried else ""

    def refused_by_rules_1_to_10(self, pupil: str, provision: str) -> str:
        """Return the first of the rules 1-10 that refuses the pair, or an empty string."""
        i, p, journey = self.pupils[pupil], self.provisions[provision], self.journey(pupil, provision)
        first_rules = {
            "must": self.musts.get(pupil, provision) != provision,
            "never": (pupil, provision) in self.nevers,
            "closed": p["status"] == "closed",
            "unreachable": journey is None,
            "no hub": p["kind"] == "spoke" and all(spoke != provision for _, spoke in self.links),
        }
        reason = next((name for name, is_refused in first_rules.items() if is_refused), "")
        if reason or journey is None:
            return reason
        return "" if pupil in self.musts else self._refused_by_rules_6_to_10(i, p, journey[0])

    def _refused_by_rules_6_to_10(self, i: Row, p: Row, minutes: float) -> str:
        if not p["min_year"] <= i["year_group"] <= p["max_year"]:
            return "year group"
        wants_mainstream = i["mainstream"] == "wanted" and self.policy.mainstream != "off"
        if not (wants_mainstream and p["kind"] in {"mainstream", "spoke"}):
            if not self._suits_need(i, p):
                return "need"
            if p["bands"] != "any" and i["band"] not in split_list(p["bands"]):
                return "band"
        limit = i["max_minutes"] if i["max_minutes"] is not None else self.policy.max_minutes
        if limit is not None and minutes > limit:
            return "time"
        authority = self.settings[p["setting_id"]]["authority"]
        if self.policy.authorities is not None and authority is not None and authority not in self.policy.authorities:
            return "authority"
        return ""

    def _suits_need(self, i: Row, p: Row) -> bool:
        needs = {i["need"]}
        if self.policy.match_secondary_needs and i["secondary_needs"] is not None:
            needs |= set(split_list(i["secondary_needs"]))
        return p["needs"] == "any" or bool(needs & set(split_list(p["needs"])))

    @cached_property
    def refused_early(self) -> dict[Pair, str]:
        """The reason of rules 1-11 by pair."""
        return {(i, p): self.refused_by_rules_1_to_11(i, p) for i in self.pupils for p in self.provisions}

    @cached_property
    def stayers(self) -> set[str]:
        """The pupils who stay: the present pair passes rules 1-11, and the policy or an officer keeps them there."""
        return {
            pupil
            for pupil, i in self.pupils.items()
            if i["current_provision_id"] is not None
            and not self.refused_early[pupil, i["current_provision_id"]]
            and (
                self.musts[pupil] == i["current_provision_id"] if pupil in self.musts else not self._policy_lets_move(i)
            )
        }

    def _policy_lets_move(self, i: Row) -> bool:
        if self.policy.moves == "all":
            return True
        is_due = i["year_group"] in self.policy.phase_years
        return is_due or (self.policy.moves == "flagged" and bool(i["movable"]))

    @cached_property
    def refused(self) -> dict[Pair, str]:
        """The reason of all fourteen rules by pair; an empty string where the pair is allowed."""
        reasons = dict(self.refused_early)
        for pupil, provision in self.musts.items():
            if reasons[pupil, provision]:
                raise InputAtFaultError(f"{pupil} must go to {provision}: {reasons[pupil, provision]}")
        for pupil, i in self.pupils.items():
            if pupil in self.stayers:
                self._refuse(reasons, pupil, "stays", keep=[i["current_provision_id"]])
            elif pupil not in self.musts:
                at_requested = [p for p, about in self.provisions.items() if self._is_requested(i, about)]
                if self.policy.requests == "hard":
                    self._refuse(reasons, pupil, "requested elsewhere", keep=at_requested)
                mainstream = [p for p, about in self.provisions.items() if is_mainstream(about)]
                if self.policy.mainstream == "hard" and i["mainstream"] == "wanted":
                    self._refuse(reasons, pupil, "mainstream wanted", keep=mainstream)
        return reasons

    def _refuse(self, reasons: dict[Pair, str], pupil: str, reason: str, *, keep: Iterable[str]) -> None:
        """Refuse all allowed pairs of a pupil but those to keep, where one of those is allowed."""
        kept = set(keep)
        allowed = [p for p in self.provisions if not reasons[pupil, p]]
        if kept & set(allowed):
            reasons.update({(pupil, p): reason for p in allowed if p not in kept})

    def _is_requested(self, i: Row, p: Row) -> bool:
        return i["requested_setting_id"] is not None and i["requested_setting_id"] == p["setting_id"]

    def allowed(self, pupil: str) -> list[str]:
        return [provision for provision in self.provisions if not self.refused[pupil, provision]]

    # -- section 2: what a pair costs --------------------------------------------------------------------------------

    def pair_cost(self, pupil: str, provision: str) -> PairCost:
        i, p = self.pupils[pupil], self.provisions[provision]
        known = [
            row["cost_gbp"]
            for row in self.tables["pair_costs"]
            if (row["pupil_id"], row["provision_id"]) == (pupil, provision)
        ]
        if known:
            topup, place = exact(known[0]), Fraction(0)
        else:
            topup = self._topup(i, p)
            is_in_class = p["kind"] in {"mainstream", "spoke"}
            is_counted = self.policy.cost_basis == "average" or (self.policy.cost_basis == "full" and is_in_class)
            place = exact(p["place_gbp"]) * int(i["places"]) if is_counted else Fraction(0)
        journey = self.journey(pupil, provision)
        assert journey is not None, "only pairs with a journey have a price"
        transport = self._transport_pence(pupil, provision) if self.is_entitled(pupil, provision) else 0
        assert transport is not None, "only pairs with transport have a price"
        return PairCost(pence(topup), pence(place), transport)

    def _topup(self, i: Row, p: Row) -> Fraction:
        if p["topup_gbp"] is not None:
            return exact(p["topup_gbp"])
        row = most_specific(self.tables["topups"], i, p)
        if row is not None:
            return exact(row["topup_gbp"])
        kind = "mainstream" if p["kind"] == "spoke" else p["kind"]
        return exact(getattr(self.problem.parameters, f"default_topup_gbp_{kind}"))

    def topup_payer(self, pupil: str, provision: str) -> str:
        """Return who pays the top-up: the payer of the row of topups where it sets the price."""
        i, p = self.pupils[pupil], self.provisions[provision]
        known = {(row["pupil_id"], row["provision_id"]) for row in self.tables["pair_costs"]}
        row = most_specific(self.tables["topups"], i, p)
        if (pupil, provision) in known or p["topup_gbp"] is not None or row is None:
            return str(self.problem.parameters.topup_payer)
        return str(row["payer"])

    def _transport_pence(self, pupil: str, provision: str) -> int | None:
        for row in self.tables["journey_costs"]:
            if (row["pupil_id"], row["setting_id"]) == (pupil, self.school(provision)):
                return pence(exact(row["cost_gbp"]))
        journey = self.journey(pupil, provision)
        return None if journey is None else self.cheapest_mode_pence(self.pupils[pupil], journey[1])

    def is_entitled(self, pupil: str, provision: str) -> bool:
        """Return whether transport is owed for a pair with a journey."""
        i, walk = self.pupils[pupil], self.walk(pupil, provision)
        if i["entitled"] is not None:
            return bool(i["entitled"])
        if i["year_group"] >= 12 and self.policy.post16_transport == "none":
            return False
        if i["wheelchair"] or i["solo"] or i["assistant"]:
            return True
        parameters = self.problem.parameters
        if walk > (parameters.walk_miles_under_8 if i["year_group"] <= 3 else parameters.walk_miles_from_8):
            return True
        if not i["low_income"] or not 4 <= i["year_group"] <= 11 or walk <= parameters.low_income_walk_miles:
            return False
        return i["year_group"] <= 6 or self._is_of_three_nearest(pupil, provision)

    def _is_of_three_nearest(self, pupil: str, provision: str) -> bool:
        journey = self.journey(pupil, provision)
        nearer = {
            self.school(p)
            for p in self.provisions
            if not self.refused_by_rules_1_to_10(pupil, p) and self.walk(pupil, p) < self.walk(pupil, provision)
        }
        most_miles = self.problem.parameters.low_income_most_miles
        return journey is not None and journey[1] <= most_miles and len(nearer) < 3

    @cached_property
    def modes(self) -> list[Row]:
        """The modes of the problem, else the two that the parameters make."""
        given = records(self.problem.table("modes"))
        if given:
            return given
        parameters = self.problem.parameters
        days, riders = exact(parameters.days_per_year), exact(parameters.shared_vehicle_riders)
        share, price = exact(parameters.shared_vehicle_fixed_share), exact(parameters.shared_vehicle_gbp)
        miles_a_year = days * 2 * exact(parameters.shared_vehicle_mean_miles)
        blank = {"max_miles": None}
        shared = {
            "gbp_per_day": price * share * riders / days,
            "gbp_per_mile": price * (1 - share) * riders / miles_a_year,
            "riders": riders,
            "wheelchair": True,
            "assistant": True,
            "independent_only": False,
        }
        ticket = {
            "gbp_per_day": exact(parameters.pass_gbp) / days,
            "gbp_per_mile": Fraction(0),
            "riders": Fraction(1),
            "wheelchair": False,
            "assistant": False,
            "independent_only": True,
        }
        return [shared | blank, ticket | blank]

    def cheapest_mode_pence(self, i: Row, miles: float) -> int | None:
        """Return the price of the cheapest permitted mode; None when no mode is permitted."""
        days = exact(self.problem.parameters.days_per_year)
        prices = []
        for mode in self.modes:
            if is_permitted(mode, i, miles):
                per_day, per_mile, riders = (
                    value if isinstance(value, Fraction) else exact(value)
                    for value in (mode["gbp_per_day"], mode["gbp_per_mile"], mode["riders"])
                )
                vehicle = days * (per_day + per_mile * 2 * exact(miles))
                prices.append(pence(vehicle / (1 if i["solo"] else riders)))
        return min(prices, default=None)

    # -- section 3: hubs and spokes ----------------------------------------------------------------------------------

    @cached_property
    def links(self) -> dict[Pair, Link]:
        """The possible links by hub and spoke."""
        listed = {(row["hub_id"], row["spoke_id"]): row for row in self.tables["links"]}
        parameters = self.problem.parameters
        possible = {}
        for h, s in product(self.hubs, self.provisions):
            hub, spoke = self.provisions[h], self.provisions[s]
            if hub["status"] == "closed" or spoke["status"] == "closed" or spoke["kind"] != "spoke":
                continue
            if listed and (h, s) not in listed:
                continue
            minutes, miles = self._link_journey(h, s, listed.get((h, s), {}))
            if minutes is None or miles is None or minutes > self.hubs[h]["max_link_minutes"]:
                continue
            visits = exact(self.hubs[h]["visits_per_week"])
            weeks, rate = exact(parameters.outreach_weeks_per_year), exact(parameters.outreach_gbp_per_mile)
            possible[h, s] = Link(visits * 2 * exact(minutes) / 60, pence(visits * weeks * 2 * exact(miles) * rate))
        return possible

    def _link_journey(self, h: str, s: str, row: Row) -> tuple[float | None, float | None]:
        minutes, miles = self._between(self.school(h), self.school(s))
        given = (row.get("minutes"), row.get("miles"))
        return (minutes if given[0] is None else given[0], miles if given[1] is None else given[1])

    def _between(self, start: str, end: str) -> tuple[float | None, float | None]:
        if start == end:
            return 0.0, 0.0
        for row in records(self.travel.between):
            if (row["from_setting_id"], row["to_setting_id"]) == (start, end):
                return row["minutes"], row["miles"]
        return None, None


def is_mainstream(p: Row) -> bool:
    return p["kind"] in {"mainstream", "hub", "spoke"}


def is_permitted(mode: Row, i: Row, miles: float) -> bool:
    """Tell whether a pupil may travel by a mode."""
    if (i["wheelchair"] and not mode["wheelchair"]) or (i["assistant"] and not mode["assistant"]):
        return False
    if mode["independent_only"] and (not i["independent_travel"] or i["solo"]):
        return False
    return mode["max_miles"] is None or miles <= mode["max_miles"]


def most_specific(rows: Iterable[Row], i: Row, p: Row) -> Row | None:
    """Return the row with the most filled cells that fits need, band and kind; need counts before band before kind."""
    facts = {"need": i["need"], "band": i["band"], "kind": p["kind"]}
    fitting = [row for row in rows if all(row[name] is None or row[name] == facts[name] for name in facts)]
    filled = [[row[name] is not None for name in facts] for row in fitting]
    return max(zip(filled, fitting, strict=True), key=lambda pair: (sum(pair[0]), pair[0]), default=(None, None))[1]
