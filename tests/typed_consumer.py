"""A script as a user would write it: a type checker has to know every value in it from the installed package."""

from typing import assert_type

import placement_opt as po


def main() -> None:
    problem = po.examples.tiny()
    travel = po.crow_fly(problem)
    plan = po.solve(problem, travel, policy=po.Policy(moves="all"), options=po.SolveOptions(gap=0.0))
    assert_type(problem, po.Problem)
    assert_type(travel, po.TravelMatrix)
    assert_type(plan, po.Plan)
    assert_type(plan.cost_gbp, float)
    assert_type(plan.unplaced_pupils, int)
    assert_type(po.verify(problem, travel, plan), po.Verification)
    assert_type(po.compare({"today": po.baseline(problem, travel), "plan": plan}), po.Comparison)


if __name__ == "__main__":
    main()
