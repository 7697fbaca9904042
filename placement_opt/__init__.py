"""Places for children with education, health and care plans: a proven allocation by need, capacity and travel.

>>> import placement_opt as po
>>> problem = po.examples.tiny()
>>> travel = po.crow_fly(problem)
>>> plan = po.solve(problem, travel)
>>> po.verify(problem, travel, plan).raise_if_wrong()
>>> print(f"£{plan.cost_gbp:,.2f}, {plan.status}")
£32,035.03, optimal
"""

from importlib.metadata import version as _version

from placement_opt import examples
from placement_opt.compare import Comparison, compare
from placement_opt.errors import AssumptionWarning, Fault, InputError, NoPlanError, PlacementError, PlanError, Status
from placement_opt.files import read_problem, read_travel, write_problem, write_template, write_travel
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.registers import RegisterAssumptions, read_registers, read_registers_with_notes
from placement_opt.report import write_report, write_workbook
from placement_opt.solve import baseline, solve
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import Verification, verify

__all__ = [
    "AssumptionWarning",
    "Comparison",
    "Fault",
    "InputError",
    "NoPlanError",
    "Pairs",
    "Parameters",
    "PlacementError",
    "Plan",
    "PlanError",
    "Policy",
    "Problem",
    "RegisterAssumptions",
    "SolveOptions",
    "Status",
    "TravelMatrix",
    "Verification",
    "baseline",
    "candidate_pairs",
    "compare",
    "crow_fly",
    "examples",
    "load_plan",
    "read_problem",
    "read_registers",
    "read_registers_with_notes",
    "read_travel",
    "solve",
    "verify",
    "write_problem",
    "write_report",
    "write_template",
    "write_travel",
    "write_workbook",
]

__version__ = _version("placement_opt")
