"""Small questions of the future whose answers are known, and draws that worker processes can make."""

import os
import signal
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change, Scenario
from placement_opt.scenarios.sites import close, open_site

PLACES, OPEN_GBP, TOPUP_GBP = 3, 1_000.0, 100.0
YEARS = (2027, 2028, 2029)


def processes(workers: int = 2) -> ProcessPoolExecutor:
    """Return workers that begin afresh: nothing of this process reaches them but what is sent."""
    return ProcessPoolExecutor(workers, mp_context=get_context("forkserver"))


@cache
def town() -> Problem:
    """Return one pupil, a special school with three places, and another of five that may open, all at one point."""
    point = {"easting": 460_000, "northing": 270_000}
    pupils = pd.DataFrame([{"pupil_id": "T0", **point, "year_group": 3, "need": "ASD", "current_provision_id": "old"}])
    settings = pd.DataFrame([{"setting_id": name, "name": name, **point} for name in ("Oldschool", "Newschool")])
    both = {"kind": "special", "topup_gbp": TOPUP_GBP, "place_gbp": 0.0}
    provisions = pd.DataFrame(
        [
            {"provision_id": "old", "setting_id": "Oldschool", **both, "places": PLACES, "status": "open"},
            {"provision_id": "new", "setting_id": "Newschool", **both, "places": 5, "status": "candidate"},
        ]
    ).assign(open_gbp=[0.0, OPEN_GBP])
    return Problem(pupils=pupils, settings=settings, provisions=provisions, years=pd.DataFrame({"year": list(YEARS)}))


def newcomers(number: int) -> int:
    """Return how many pupils arrive in a draw: 0 to 5, in an order that repeats."""
    return (0, 3, 1, 5, 2, 4)[number % 6]


def future_of_town(number: int) -> Problem:
    """Return a draw: some arrive in 2028; in draw 4 the first pupil leaves."""
    point = {"easting": 460_000, "northing": 270_000}
    rows = [
        {"pupil_id": f"N{place}", **point, "year_group": 1, "need": "ASD" if place % 2 else "SLD", "arrives": 2028}
        for place in range(newcomers(number))
    ]
    leavers = pd.DataFrame({"pupil_id": ["T0"], "leaves": [2029]}) if number == 4 else None
    return town().replace(arrivals=pd.DataFrame(rows) if rows else None, leavers=leavers)


def demand(number: int) -> int:
    """Return how many pupils a draw has in 2029."""
    return newcomers(number) + (number != 4)


def strategies() -> list[Scenario | str]:
    return ["plan", Scenario("never", [close("new")]), Scenario("at once", [open_site("new")])]


def future_that_kills_once(number: int, marks: Path) -> Problem:
    """Return a draw of the town; the first worker that comes to draw 2 is killed."""
    mark = marks / "killed"
    if number == 2 and not mark.exists():
        mark.write_text(str(os.getpid()), encoding="ascii")
        os.kill(os.getpid(), signal.SIGKILL)
    return future_of_town(number)


def noted_future(number: int, marks: Path, parent: int) -> Problem:
    """Return a draw of the town, and note which worker made it."""
    if os.getpid() != parent:
        (marks / str(os.getpid())).touch()
    return future_of_town(number)


def unlucky_future(number: int) -> Problem:
    """Return a draw that cannot be planned for one reason or another."""
    if number == 1:
        raise ZeroDivisionError("a defect")
    if number == 2:
        raise InputError([Fault("pupils", "pupil_id", "1", "T0", "cannot be.")])
    return future_of_town(number)


def by_arrivals(problem: Problem, policy: Policy) -> tuple[Problem, Policy]:
    """Give the old school a place more for each pupil who arrives: another change in every draw."""
    more = len(problem.table("arrivals"))
    provisions = problem.provisions
    is_old = provisions["provision_id"] == "old"
    return problem.replace(provisions=provisions.assign(places=provisions["places"] + is_old * (more + 1))), policy


OWN_CHANGE = Scenario("grows", [Change("as many places as come", by_arrivals)])
