"""Projection of pupils with plans: from snapshots, stated growth, migration and pending plans, as seeded futures."""

from placement_opt.demand.backtesting import Backtest, backtest, backtest_published
from placement_opt.demand.projection import Projection, project
from placement_opt.demand.published import compare_projection, growth_from_statistics
from placement_opt.demand.rules import DemandRules

__all__ = [
    "Backtest",
    "DemandRules",
    "Projection",
    "backtest",
    "backtest_published",
    "compare_projection",
    "growth_from_statistics",
    "project",
]
