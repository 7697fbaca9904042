"""Places for children with education, health and care plans: a proven allocation by need, capacity and travel.

>>> import placement_opt as po
>>> problem = po.examples.tiny()
>>> travel = po.crow_fly(problem)
>>> plan = po.solve(problem, travel)
>>> po.verify(problem, travel, plan).raise_if_wrong()
>>> print(f"£{plan.cost_gbp:,.2f}, {plan.status}")
£32,035.03, optimal
"""

import sys
from importlib import import_module
from importlib.metadata import version as _version
from types import ModuleType
from typing import TYPE_CHECKING, Any

from placement_opt import examples
from placement_opt.compare import Comparison, compare
from placement_opt.delivery import DeliveryCosts, delivery_costs
from placement_opt.demand import (
    Backtest,
    DemandRules,
    Projection,
    backtest,
    backtest_published,
    compare_projection,
    growth_from_statistics,
    project,
)
from placement_opt.duties import travel_duties
from placement_opt.errors import AssumptionWarning, Fault, InputError, NoPlanError, PlacementError, PlanError, Status
from placement_opt.files import (
    read_legs,
    read_problem,
    read_travel,
    write_legs,
    write_problem,
    write_template,
    write_travel,
)
from placement_opt.journey_checks import TravelCheck, TravelLimits, check_travel
from placement_opt.legs import Legs, straight_legs
from placement_opt.localities import Localities, find_localities, with_localities
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.registers import (
    RegisterAssumptions,
    compare_with_statistics,
    read_registers,
    read_registers_with_notes,
    read_schools,
    read_statistics,
)
from placement_opt.route_plan import RoutePlan, load_routes
from placement_opt.route_rules import RouteRules
from placement_opt.timeline import everyone, problem_in
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import RouteCheck, RouteFinding, Verification, check_routes, verify, verify_years
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan, load_years_plan

if TYPE_CHECKING:
    from placement_opt.report import write_report, write_route_sheets, write_routes, write_tables, write_workbook
    from placement_opt.report.panel import panel_pack
    from placement_opt.report.route_report import write_routes_report
    from placement_opt.report.scenario_files import write_scenarios
    from placement_opt.roads import Roads, read_roads, road_access, road_legs, road_route, road_travel
    from placement_opt.routing.compare_routes import RouteComparison, compare_routes
    from placement_opt.routing.planner import plan_routes
    from placement_opt.routing.review import RouteReview, review_routes
    from placement_opt.routing.today import read_routes
    from placement_opt.routing.together import RouteAwarePlan, route_aware_plan
    from placement_opt.scenarios.change import Change, Scenario
    from placement_opt.scenarios.frontier import frontier, moves_ladder
    from placement_opt.scenarios.frontier_result import Frontier
    from placement_opt.scenarios.futures import load_futures, many_futures
    from placement_opt.scenarios.futures_result import Futures
    from placement_opt.scenarios.jobs import Job, solve_many
    from placement_opt.scenarios.questions.forms import Forms, hubs_or_special_school
    from placement_opt.scenarios.questions.grant import GrantOrBuild, grant_or_build
    from placement_opt.scenarios.questions.homecoming import Homecoming, who_could_come_home
    from placement_opt.scenarios.questions.localities import LocalityOrder, which_localities_first
    from placement_opt.scenarios.questions.sizes import Sizes, how_big
    from placement_opt.scenarios.questions.withdrawal import Withdrawal, provider_withdraws
    from placement_opt.scenarios.scenario_files import read_scenarios
    from placement_opt.scenarios.scenario_set import ScenarioSet, solve_scenarios
    from placement_opt.solve import baseline, solve
    from placement_opt.solve.fair import solve_fair
    from placement_opt.solve.years import plan_years
    from placement_opt.statutory import (
        CategoryRule,
        NationalRate,
        SpecialShare,
        StatutoryTables,
        special_share,
        statutory_tables,
    )
    from placement_opt.why.fairness import Fairness, fairness
    from placement_opt.why.fairness.price import PriceOfFairness, price_of_fairness
    from placement_opt.why.reasons import Explanation, Reasons, explain, reasons
    from placement_opt.why.robust import Robust, what_if
    from placement_opt.why.robust.shifts import Shift
    from placement_opt.why.runs import WhatChanged, what_changed
    from placement_opt.why.shortfall import CureRules, cures
    from placement_opt.why.shortfall.values import Cure, Cures
    from placement_opt.why.two_ways import TwoWays, two_ways
    from placement_opt.why.two_ways.lines import Way
    from placement_opt.why.two_ways.prices import Ways, ways_from, years_left_in_phase
    from placement_opt.why.witness import check_witness, witness
    from placement_opt.why.witness_values import Witness
    from placement_opt.why.worth import reserved_places, value_of_places
    from placement_opt.why.worth.result import PlacesWorth
    from placement_opt.workers.tasks import Failure

__all__ = [
    "AssumptionWarning",
    "Backtest",
    "CategoryRule",
    "Change",
    "Comparison",
    "Cure",
    "CureRules",
    "Cures",
    "DeliveryCosts",
    "DemandRules",
    "Explanation",
    "Failure",
    "Fairness",
    "Fault",
    "Forms",
    "Frontier",
    "Futures",
    "GrantOrBuild",
    "Homecoming",
    "InputError",
    "Job",
    "Legs",
    "Localities",
    "LocalityOrder",
    "NationalRate",
    "NoPlanError",
    "Pairs",
    "Parameters",
    "PlacementError",
    "PlacesWorth",
    "Plan",
    "PlanError",
    "Policy",
    "PriceOfFairness",
    "Problem",
    "Projection",
    "Reasons",
    "RegisterAssumptions",
    "Roads",
    "Robust",
    "RouteAwarePlan",
    "RouteCheck",
    "RouteComparison",
    "RouteFinding",
    "RoutePlan",
    "RouteReview",
    "RouteRules",
    "Scenario",
    "ScenarioSet",
    "Shift",
    "Sizes",
    "SolveOptions",
    "SpecialShare",
    "Status",
    "StatutoryTables",
    "TravelCheck",
    "TravelLimits",
    "TravelMatrix",
    "TwoWays",
    "Verification",
    "Way",
    "Ways",
    "WhatChanged",
    "Withdrawal",
    "Witness",
    "YearRules",
    "YearsPlan",
    "backtest",
    "backtest_published",
    "baseline",
    "candidate_pairs",
    "check_routes",
    "check_travel",
    "check_witness",
    "compare",
    "compare_projection",
    "compare_routes",
    "compare_with_statistics",
    "crow_fly",
    "cures",
    "delivery_costs",
    "everyone",
    "examples",
    "explain",
    "fairness",
    "find_localities",
    "frontier",
    "grant_or_build",
    "growth_from_statistics",
    "how_big",
    "hubs_or_special_school",
    "load_futures",
    "load_plan",
    "load_routes",
    "load_years_plan",
    "many_futures",
    "moves_ladder",
    "panel_pack",
    "plan_routes",
    "plan_years",
    "price_of_fairness",
    "problem_in",
    "project",
    "provider_withdraws",
    "read_legs",
    "read_problem",
    "read_registers",
    "read_registers_with_notes",
    "read_roads",
    "read_routes",
    "read_scenarios",
    "read_schools",
    "read_statistics",
    "read_travel",
    "reasons",
    "reserved_places",
    "review_routes",
    "road_access",
    "road_legs",
    "road_route",
    "road_travel",
    "route_aware_plan",
    "solve",
    "solve_fair",
    "solve_many",
    "solve_scenarios",
    "special_share",
    "statutory_tables",
    "straight_legs",
    "travel_duties",
    "two_ways",
    "value_of_places",
    "verify",
    "verify_years",
    "ways_from",
    "what_changed",
    "what_if",
    "which_localities_first",
    "who_could_come_home",
    "with_localities",
    "witness",
    "write_legs",
    "write_problem",
    "write_report",
    "write_route_sheets",
    "write_routes",
    "write_routes_report",
    "write_scenarios",
    "write_tables",
    "write_template",
    "write_travel",
    "write_workbook",
    "years_left_in_phase",
]

__version__ = _version("placement_opt")

_LAZY = {
    "Forms": "placement_opt.scenarios.questions.forms",
    "hubs_or_special_school": "placement_opt.scenarios.questions.forms",
    "GrantOrBuild": "placement_opt.scenarios.questions.grant",
    "grant_or_build": "placement_opt.scenarios.questions.grant",
    "Homecoming": "placement_opt.scenarios.questions.homecoming",
    "who_could_come_home": "placement_opt.scenarios.questions.homecoming",
    "LocalityOrder": "placement_opt.scenarios.questions.localities",
    "which_localities_first": "placement_opt.scenarios.questions.localities",
    "Sizes": "placement_opt.scenarios.questions.sizes",
    "how_big": "placement_opt.scenarios.questions.sizes",
    "Withdrawal": "placement_opt.scenarios.questions.withdrawal",
    "provider_withdraws": "placement_opt.scenarios.questions.withdrawal",
    "route_aware_plan": "placement_opt.routing.together",
    "RouteAwarePlan": "placement_opt.routing.together",
    "plan_routes": "placement_opt.routing.planner",
    "CategoryRule": "placement_opt.statutory",
    "NationalRate": "placement_opt.statutory",
    "Roads": "placement_opt.roads",
    "RouteComparison": "placement_opt.routing.compare_routes",
    "RouteReview": "placement_opt.routing.review",
    "SpecialShare": "placement_opt.statutory",
    "StatutoryTables": "placement_opt.statutory",
    "baseline": "placement_opt.solve",
    "compare_routes": "placement_opt.routing.compare_routes",
    "read_roads": "placement_opt.roads",
    "read_routes": "placement_opt.routing.today",
    "review_routes": "placement_opt.routing.review",
    "road_access": "placement_opt.roads",
    "road_legs": "placement_opt.roads",
    "road_route": "placement_opt.roads",
    "road_travel": "placement_opt.roads",
    "Change": "placement_opt.scenarios.change",
    "Failure": "placement_opt.workers.tasks",
    "Frontier": "placement_opt.scenarios.frontier_result",
    "frontier": "placement_opt.scenarios.frontier",
    "moves_ladder": "placement_opt.scenarios.frontier",
    "Futures": "placement_opt.scenarios.futures_result",
    "load_futures": "placement_opt.scenarios.futures",
    "many_futures": "placement_opt.scenarios.futures",
    "Job": "placement_opt.scenarios.jobs",
    "Scenario": "placement_opt.scenarios.change",
    "ScenarioSet": "placement_opt.scenarios.scenario_set",
    "read_scenarios": "placement_opt.scenarios.scenario_files",
    "solve_many": "placement_opt.scenarios.jobs",
    "solve_scenarios": "placement_opt.scenarios.scenario_set",
    "write_scenarios": "placement_opt.report.scenario_files",
    "plan_years": "placement_opt.solve.years",
    "solve": "placement_opt.solve",
    "Explanation": "placement_opt.why.reasons",
    "Reasons": "placement_opt.why.reasons",
    "explain": "placement_opt.why.reasons",
    "panel_pack": "placement_opt.report.panel",
    "reasons": "placement_opt.why.reasons",
    "Fairness": "placement_opt.why.fairness",
    "fairness": "placement_opt.why.fairness",
    "PriceOfFairness": "placement_opt.why.fairness.price",
    "price_of_fairness": "placement_opt.why.fairness.price",
    "solve_fair": "placement_opt.solve.fair",
    "Robust": "placement_opt.why.robust",
    "what_if": "placement_opt.why.robust",
    "Shift": "placement_opt.why.robust.shifts",
    "WhatChanged": "placement_opt.why.runs",
    "what_changed": "placement_opt.why.runs",
    "CureRules": "placement_opt.why.shortfall",
    "cures": "placement_opt.why.shortfall",
    "Cure": "placement_opt.why.shortfall.values",
    "Cures": "placement_opt.why.shortfall.values",
    "Witness": "placement_opt.why.witness_values",
    "check_witness": "placement_opt.why.witness",
    "witness": "placement_opt.why.witness",
    "PlacesWorth": "placement_opt.why.worth.result",
    "reserved_places": "placement_opt.why.worth",
    "value_of_places": "placement_opt.why.worth",
    "TwoWays": "placement_opt.why.two_ways",
    "two_ways": "placement_opt.why.two_ways",
    "Way": "placement_opt.why.two_ways.lines",
    "Ways": "placement_opt.why.two_ways.prices",
    "ways_from": "placement_opt.why.two_ways.prices",
    "years_left_in_phase": "placement_opt.why.two_ways.prices",
    "special_share": "placement_opt.statutory",
    "statutory_tables": "placement_opt.statutory",
    "write_report": "placement_opt.report",
    "write_route_sheets": "placement_opt.report",
    "write_routes": "placement_opt.report",
    "write_routes_report": "placement_opt.report.route_report",
    "write_tables": "placement_opt.report",
    "write_workbook": "placement_opt.report",
}
"""Names whose modules need a solver or the report's libraries, loaded when they are first used: checking a plan needs
neither, and works where they are not even installed."""


class _Package(ModuleType):
    """The package itself. `solve`, `verify` and `compare` are functions here, and modules of the same names too.

    Whenever Python loads a sub-module, it writes it into the package under its name, which would hide the function:
    `import placement_opt.solve.run` alone would make `placement_opt.solve` a module. So a sub-module is not written
    where a public name is that of something else. `from placement_opt.solve import ...` does not need it there.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _SHARED):
            super().__setattr__(name, value)


_SHARED = frozenset({"compare", "solve", "verify"})
sys.modules[__name__].__class__ = _Package

if not TYPE_CHECKING:  # type checkers know every name from the imports above

    def __getattr__(name: str) -> Any:
        """Load a name of `_LAZY` when it is first asked for."""
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_LAZY[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
