"""Whether a plan was made from the tables at hand, by the fingerprints in its record."""

from placement_opt.plan import Plan
from placement_opt.problem import Problem


def other_tables(plan: Plan, problem: Problem) -> list[str]:
    """Return the names of the tables that are not those that a plan was made from, sorted.

    All of them when the record of the plan does not tell.
    """
    was, now = plan.record.get("inputs") or {}, problem.fingerprints()
    return sorted(name for name in {*was, *now} if was.get(name) != now.get(name))


def is_made_from(plan: Plan, problem: Problem) -> bool:
    """Return whether a plan was made from the tables of a problem; one whose record does not tell is believed."""
    return plan.record.get("inputs") is None or not other_tables(plan, problem)
