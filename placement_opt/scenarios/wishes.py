"""Changes to what the council decides: inclusion, requests, any other field of the policy, any table."""

import math
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import partial
from typing import Any

import pandas as pd

from placement_opt.cells import spelling_of
from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change
from placement_opt.scenarios.editing import limit_pupils
from placement_opt.schema import KINDS, MAINSTREAM_KINDS, TABLES

OUTSIDE_KINDS = tuple(kind for kind in KINDS if kind not in MAINSTREAM_KINDS)
"""Kinds that are not at a mainstream school."""

_REPLACEABLE = tuple(name for name in TABLES if name != "parameters")


def raise_mainstream(points: float, *, needs: Sequence[str] = ()) -> Change:
    """Have a larger share of pupils at mainstream schools: in their classes, bases there included.

    Of the pupils of these needs who have a place today, a share s is outside mainstream: at a provision of kind
    special, independent_special or alternative. In the plan at most s less `points` percentage points of *all* pupils
    of these needs may be (rounded down to whole pupils). Which ones is for the plan to decide. It is a limit that the
    plan keeps exactly, a row of `resources`, except that nobody who stays is moved out for it: while those who stay are
    more than the limit, nobody else goes there. Who finds no mainstream place remains without one, and the comparison
    shows it.

    Parameters
    ----------
    points
        Percentage points, above 0 and at most 100.
    needs
        Codes of primary needs; none = all.

    Raises
    ------
    ValueError
        When `points` is out of its range or a need is not one.

    Examples
    --------
    >>> raise_mainstream(5, needs=["SEMH", "ASD"]).describe()
    '5 percentage points more of pupils with SEMH, ASD at mainstream schools'
    """
    if not is_number(points, 0, 100) or points == 0:
        raise ValueError(f"`points` is {points!r}; use percentage points above 0 and at most 100.")
    codes = _needs(needs)
    who = f"pupils with {', '.join(codes)}" if codes else "all pupils"
    words = f"{points:g} percentage points more of {who} at mainstream schools"
    return Change(words, partial(_raise_mainstream, points=float(points), needs=codes))


def honour_requests() -> Change:
    """Meet every request for a school wherever the rules allow the place.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> honour_requests().apply(tiny(), Policy())[1].requests
    'hard'
    """
    return Change("honour all requests", partial(_set_policy, fields_={"requests": "hard"}))


def set_policy(**changed: Any) -> Change:
    """Change fields of the policy.

    Parameters
    ----------
    changed
        New values by the name of the field.

    Raises
    ------
    ValueError
        When a name is no field of `Policy`, or it does not allow the value.

    Examples
    --------
    >>> set_policy(moves="all", max_moves=50).describe()
    'policy: moves = all, max_moves = 50'
    """
    known = [field.name for field in fields(Policy)]
    unknown = [name for name in changed if name not in known]
    if unknown or not changed:
        raise ValueError(f"{', '.join(unknown) or 'Nothing'} is no field of a policy; use {', '.join(known)}.")
    Policy(**changed)
    shown = ", ".join(f"{name} = {value}" for name, value in changed.items())
    return Change(f"policy: {shown}", partial(_set_policy, fields_=dict(changed)))


def replace_table(name: str, frame: pd.DataFrame | None) -> Change:
    """Put another table in place of one.

    Parameters
    ----------
    name
        A table of a problem.
    frame
        The table; it is copied. None empties an optional one.

    Raises
    ------
    ValueError
        When a problem has no table of that name.

    Examples
    --------
    >>> replace_table("budgets", None).describe()
    'table budgets: none'
    """
    if name not in _REPLACEABLE:
        raise ValueError(f"{name!r} is not a table of a problem; use one of {', '.join(_REPLACEABLE)}.")
    kept = None if frame is None else frame.copy()
    rows = "none" if kept is None else f"{len(kept):,} {'row' if len(kept) == 1 else 'rows'}"
    return Change(f"table {name}: {rows}", partial(_replace_table, name=name, frame=kept))


def _raise_mainstream(
    problem: Problem, policy: Policy, *, points: float, needs: tuple[str, ...]
) -> tuple[Problem, Policy]:
    pupils = problem.pupils
    asked = pupils[pupils["need"].isin(needs)] if needs else pupils
    kinds = dict(zip(problem.provisions["provision_id"], problem.provisions["kind"], strict=True))
    now = asked["current_provision_id"].map(kinds)
    number, placed = int(asked["count"].sum()), int(asked.loc[now.notna(), "count"].sum())
    if not placed:
        message = "No pupil of these needs has a place today, so there is no share to raise. Use cap(...) instead."
        raise InputError([Fault("pupils", "current_provision_id", "", "", message)])
    outside = int(asked.loc[now.isin(OUTSIDE_KINDS), "count"].sum())
    share = outside / placed - points / 100
    if share < 0:
        message = f"Only {outside / placed:.1%} of these pupils are outside mainstream today. Ask for fewer points."
        raise InputError([Fault("pupils", "current_provision_id", "", "", message)])
    who = ";".join(needs) or "all needs"
    most = math.floor(round(share * number, 9))
    name = f"outside mainstream, {who}"
    return limit_pupils(problem, name, most, needs or (None,), OUTSIDE_KINDS), policy


def _set_policy(problem: Problem, policy: Policy, *, fields_: dict[str, Any]) -> tuple[Problem, Policy]:
    return problem, replace(policy, **fields_)


def _replace_table(
    problem: Problem, policy: Policy, *, name: str, frame: pd.DataFrame | None
) -> tuple[Problem, Policy]:
    tables: dict[str, Any] = {name: frame}
    return problem.replace(**tables), policy


def _needs(given: Sequence[str]) -> tuple[str, ...]:
    column = TABLES["pupils"].column("need")
    words = [given] if isinstance(given, str) else list(given)
    codes = [spelling_of(column, word) for word in words]
    wrong = [repr(word) for word, code in zip(words, codes, strict=True) if code is None]
    if wrong:
        raise ValueError(f"{', '.join(wrong)} is not a need; use {', '.join(column.allowed)}.")
    return tuple(code for code in column.allowed if code in codes)
