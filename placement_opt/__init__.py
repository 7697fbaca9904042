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
from placement_opt.errors import AssumptionWarning, Fault, InputError, NoPlanError, PlacementError, PlanError, Status
from placement_opt.files import read_problem, read_travel, write_problem, write_template, write_travel
from placement_opt.pairs import Pairs, candidate_pairs
from placement_opt.parameters import Parameters
from placement_opt.plan import Plan, load_plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.registers import RegisterAssumptions, read_registers, read_registers_with_notes
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import Verification, verify

if TYPE_CHECKING:
    from placement_opt.report import write_report, write_workbook
    from placement_opt.solve import baseline, solve

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

_LAZY = {
    "baseline": "placement_opt.solve",
    "solve": "placement_opt.solve",
    "write_report": "placement_opt.report",
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
