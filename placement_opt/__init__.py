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

if TYPE_CHECKING:
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
    from placement_opt.errors import (
        AssumptionWarning,
        Fault,
        InputError,
        NoPlanError,
        PlacementError,
        PlanError,
        SolverError,
        Status,
    )
    from placement_opt.file_limits import FileLimits, file_limits
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
    from placement_opt.progress import ProgressLine
    from placement_opt.registers import (
        RegisterAssumptions,
        compare_with_statistics,
        read_registers,
        read_registers_with_notes,
        read_schools,
        read_statistics,
    )
    from placement_opt.report import write_report, write_route_sheets, write_routes, write_tables, write_workbook
    from placement_opt.report.actions import Owner, read_owners
    from placement_opt.report.extras import ReportExtras
    from placement_opt.report.indicators import Threshold, read_thresholds
    from placement_opt.report.panel import panel_pack
    from placement_opt.report.route_report import write_routes_report
    from placement_opt.report.scenario_files import write_scenarios
    from placement_opt.roads import Roads, read_roads, road_access, road_legs, road_route, road_travel
    from placement_opt.route_plan import RoutePlan, load_routes
    from placement_opt.route_rules import RouteRules
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
    from placement_opt.timeline import everyone, problem_in
    from placement_opt.travel import TravelMatrix, crow_fly
    from placement_opt.verify import RouteCheck, RouteFinding, Verification, check_routes, verify, verify_years
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
    from placement_opt.year_rules import YearRules
    from placement_opt.years_plan import YearsPlan, load_years_plan

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
    "FileLimits",
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
    "Owner",
    "Pairs",
    "Parameters",
    "PlacementError",
    "PlacesWorth",
    "Plan",
    "PlanError",
    "Policy",
    "PriceOfFairness",
    "Problem",
    "ProgressLine",
    "Projection",
    "Reasons",
    "RegisterAssumptions",
    "ReportExtras",
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
    "SolverError",
    "SpecialShare",
    "Status",
    "StatutoryTables",
    "Threshold",
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
    "file_limits",
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
    "read_owners",
    "read_problem",
    "read_registers",
    "read_registers_with_notes",
    "read_roads",
    "read_routes",
    "read_scenarios",
    "read_schools",
    "read_statistics",
    "read_thresholds",
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
    "AssumptionWarning": "placement_opt.errors",
    "Backtest": "placement_opt.demand",
    "CategoryRule": "placement_opt.statutory",
    "Change": "placement_opt.scenarios.change",
    "Comparison": "placement_opt.compare",
    "Cure": "placement_opt.why.shortfall.values",
    "CureRules": "placement_opt.why.shortfall",
    "Cures": "placement_opt.why.shortfall.values",
    "DeliveryCosts": "placement_opt.delivery",
    "DemandRules": "placement_opt.demand",
    "Explanation": "placement_opt.why.reasons",
    "Failure": "placement_opt.workers.tasks",
    "Fairness": "placement_opt.why.fairness",
    "Fault": "placement_opt.errors",
    "FileLimits": "placement_opt.file_limits",
    "Forms": "placement_opt.scenarios.questions.forms",
    "Frontier": "placement_opt.scenarios.frontier_result",
    "Futures": "placement_opt.scenarios.futures_result",
    "GrantOrBuild": "placement_opt.scenarios.questions.grant",
    "Homecoming": "placement_opt.scenarios.questions.homecoming",
    "InputError": "placement_opt.errors",
    "Job": "placement_opt.scenarios.jobs",
    "Legs": "placement_opt.legs",
    "Localities": "placement_opt.localities",
    "LocalityOrder": "placement_opt.scenarios.questions.localities",
    "NationalRate": "placement_opt.statutory",
    "NoPlanError": "placement_opt.errors",
    "Owner": "placement_opt.report.actions",
    "Pairs": "placement_opt.pairs",
    "Parameters": "placement_opt.parameters",
    "PlacementError": "placement_opt.errors",
    "PlacesWorth": "placement_opt.why.worth.result",
    "Plan": "placement_opt.plan",
    "PlanError": "placement_opt.errors",
    "Policy": "placement_opt.policy",
    "PriceOfFairness": "placement_opt.why.fairness.price",
    "Problem": "placement_opt.problem",
    "ProgressLine": "placement_opt.progress",
    "Projection": "placement_opt.demand",
    "Reasons": "placement_opt.why.reasons",
    "RegisterAssumptions": "placement_opt.registers",
    "ReportExtras": "placement_opt.report.extras",
    "Roads": "placement_opt.roads",
    "Robust": "placement_opt.why.robust",
    "RouteAwarePlan": "placement_opt.routing.together",
    "RouteCheck": "placement_opt.verify",
    "RouteComparison": "placement_opt.routing.compare_routes",
    "RouteFinding": "placement_opt.verify",
    "RoutePlan": "placement_opt.route_plan",
    "RouteReview": "placement_opt.routing.review",
    "RouteRules": "placement_opt.route_rules",
    "Scenario": "placement_opt.scenarios.change",
    "ScenarioSet": "placement_opt.scenarios.scenario_set",
    "Shift": "placement_opt.why.robust.shifts",
    "Sizes": "placement_opt.scenarios.questions.sizes",
    "SolveOptions": "placement_opt.policy",
    "SolverError": "placement_opt.errors",
    "SpecialShare": "placement_opt.statutory",
    "Status": "placement_opt.errors",
    "StatutoryTables": "placement_opt.statutory",
    "Threshold": "placement_opt.report.indicators",
    "TravelCheck": "placement_opt.journey_checks",
    "TravelLimits": "placement_opt.journey_checks",
    "TravelMatrix": "placement_opt.travel",
    "TwoWays": "placement_opt.why.two_ways",
    "Verification": "placement_opt.verify",
    "Way": "placement_opt.why.two_ways.lines",
    "Ways": "placement_opt.why.two_ways.prices",
    "WhatChanged": "placement_opt.why.runs",
    "Withdrawal": "placement_opt.scenarios.questions.withdrawal",
    "Witness": "placement_opt.why.witness_values",
    "YearRules": "placement_opt.year_rules",
    "YearsPlan": "placement_opt.years_plan",
    "backtest": "placement_opt.demand",
    "backtest_published": "placement_opt.demand",
    "baseline": "placement_opt.solve",
    "candidate_pairs": "placement_opt.pairs",
    "check_routes": "placement_opt.verify",
    "check_travel": "placement_opt.journey_checks",
    "check_witness": "placement_opt.why.witness",
    "compare": "placement_opt.compare",
    "compare_projection": "placement_opt.demand",
    "compare_routes": "placement_opt.routing.compare_routes",
    "compare_with_statistics": "placement_opt.registers",
    "crow_fly": "placement_opt.travel",
    "cures": "placement_opt.why.shortfall",
    "delivery_costs": "placement_opt.delivery",
    "everyone": "placement_opt.timeline",
    "explain": "placement_opt.why.reasons",
    "fairness": "placement_opt.why.fairness",
    "file_limits": "placement_opt.file_limits",
    "find_localities": "placement_opt.localities",
    "frontier": "placement_opt.scenarios.frontier",
    "grant_or_build": "placement_opt.scenarios.questions.grant",
    "growth_from_statistics": "placement_opt.demand",
    "how_big": "placement_opt.scenarios.questions.sizes",
    "hubs_or_special_school": "placement_opt.scenarios.questions.forms",
    "load_futures": "placement_opt.scenarios.futures",
    "load_plan": "placement_opt.plan",
    "load_routes": "placement_opt.route_plan",
    "load_years_plan": "placement_opt.years_plan",
    "many_futures": "placement_opt.scenarios.futures",
    "moves_ladder": "placement_opt.scenarios.frontier",
    "panel_pack": "placement_opt.report.panel",
    "plan_routes": "placement_opt.routing.planner",
    "plan_years": "placement_opt.solve.years",
    "price_of_fairness": "placement_opt.why.fairness.price",
    "problem_in": "placement_opt.timeline",
    "project": "placement_opt.demand",
    "provider_withdraws": "placement_opt.scenarios.questions.withdrawal",
    "read_legs": "placement_opt.files",
    "read_owners": "placement_opt.report.actions",
    "read_problem": "placement_opt.files",
    "read_registers": "placement_opt.registers",
    "read_registers_with_notes": "placement_opt.registers",
    "read_roads": "placement_opt.roads",
    "read_routes": "placement_opt.routing.today",
    "read_scenarios": "placement_opt.scenarios.scenario_files",
    "read_schools": "placement_opt.registers",
    "read_statistics": "placement_opt.registers",
    "read_thresholds": "placement_opt.report.indicators",
    "read_travel": "placement_opt.files",
    "reasons": "placement_opt.why.reasons",
    "reserved_places": "placement_opt.why.worth",
    "review_routes": "placement_opt.routing.review",
    "road_access": "placement_opt.roads",
    "road_legs": "placement_opt.roads",
    "road_route": "placement_opt.roads",
    "road_travel": "placement_opt.roads",
    "route_aware_plan": "placement_opt.routing.together",
    "solve": "placement_opt.solve",
    "solve_fair": "placement_opt.solve.fair",
    "solve_many": "placement_opt.scenarios.jobs",
    "solve_scenarios": "placement_opt.scenarios.scenario_set",
    "special_share": "placement_opt.statutory",
    "statutory_tables": "placement_opt.statutory",
    "straight_legs": "placement_opt.legs",
    "travel_duties": "placement_opt.duties",
    "two_ways": "placement_opt.why.two_ways",
    "value_of_places": "placement_opt.why.worth",
    "verify": "placement_opt.verify",
    "verify_years": "placement_opt.verify",
    "ways_from": "placement_opt.why.two_ways.prices",
    "what_changed": "placement_opt.why.runs",
    "what_if": "placement_opt.why.robust",
    "which_localities_first": "placement_opt.scenarios.questions.localities",
    "who_could_come_home": "placement_opt.scenarios.questions.homecoming",
    "with_localities": "placement_opt.localities",
    "witness": "placement_opt.why.witness",
    "write_legs": "placement_opt.files",
    "write_problem": "placement_opt.files",
    "write_report": "placement_opt.report",
    "write_route_sheets": "placement_opt.report",
    "write_routes": "placement_opt.report",
    "write_routes_report": "placement_opt.report.route_report",
    "write_scenarios": "placement_opt.report.scenario_files",
    "write_tables": "placement_opt.report",
    "write_template": "placement_opt.files",
    "write_travel": "placement_opt.files",
    "write_workbook": "placement_opt.report",
    "years_left_in_phase": "placement_opt.why.two_ways.prices",
}
"""Every public name and where it is, loaded when it is first used: importing the package is quick, and what needs no
solver and no report works where their libraries are not even installed."""


class _Package(ModuleType):
    """The package itself. `solve`, `verify` and `compare` are functions here, and modules of the same names too.

    Whenever Python loads a sub-module, it writes it into the package under its name, which would hide the function:
    `import placement_opt.solve.run` alone would make `placement_opt.solve` a module. So a sub-module is not written
    where a public name is that of something else. `from placement_opt.solve import ...` does not need it there.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (isinstance(value, ModuleType) and name in _SHARED):
            super().__setattr__(name, value)


_SHARED = frozenset({"compare", "file_limits", "solve", "verify"})
sys.modules[__name__].__class__ = _Package

if not TYPE_CHECKING:  # type checkers know every name from the imports above

    def __getattr__(name: str) -> Any:
        """Load a name of `_LAZY`, or the module of examples, when it is first asked for."""
        if name == "examples":
            return import_module("placement_opt.examples")
        if name not in _LAZY:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        found = getattr(import_module(_LAZY[name]), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
