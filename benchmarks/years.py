"""Several school years of the embedded county together: who arrives and leaves, and twelve sites that could open."""

from time import perf_counter

import numpy as np
import pandas as pd
from numpy.random import Generator, default_rng

import placement_opt as po
from benchmarks.public_instances import Question
from benchmarks.rivals import Outcome
from placement_opt.timeline import everyone

YEARS = tuple(range(2027, 2032))
CANDIDATES = 12
ARRIVE_EACH_YEAR = 300
GROUPS_OF_ARRIVALS = (0, 0, 0, 1, 2, 3, 4, 5, 7, 7, 8, 9, 10)
LEAVE_AFTER_YEAR_11 = 0.65
"""Arrivals of a year, their year groups and the share of Year 11 who leave: example values that keep the county at
about 2,500 pupils."""

BASE = {"places": 20, "needs": "ASD;SLCN;MLD;SEMH", "topup_gbp": 8_000, "place_gbp": 6_000, "open_gbp": 60_000}
SCHOOL = {"places": 80, "needs": "ASD;SLD;SEMH;PMLD;MLD", "topup_gbp": 15_000, "place_gbp": 10_000, "open_gbp": 400_000}
CAPITAL_GBP = {"hub": 60_000 * 20, "special": 92_000 * 80}
"""£60,000 a base place and £92,000 a special place, in round figures; example values."""

LEAD_YEARS = {"hub": 1, "special": 2}
PLACES_OF_FIRST_YEARS = (30, 50, 65)
CAPITAL_A_YEAR_GBP = 10_000_000


def county(seed: int) -> Question:
    """Return the embedded county over five school years.

    Parameters
    ----------
    seed
        Of every draw.

    Notes
    -----
    Arrivals are like pupils of the county but for their year group, and live where others live. Candidates are bases of
    20 places and special schools of 80, which fill up over four years; £10m of capital a year.
    """
    example, rng = po.examples.exampleshire(), default_rng(seed)
    arrivals = pd.concat([_arrivals(example.pupils, year, rng) for year in YEARS[1:]], ignore_index=True)
    sites = _sites(example, rng)
    schools = sites.loc[sites["kind"] == "special", "provision_id"]
    steps = pd.DataFrame({"years_open": range(len(PLACES_OF_FIRST_YEARS)), "places": PLACES_OF_FIRST_YEARS})
    lead = pd.DataFrame({"provision_id": sites["provision_id"], "lead_years": sites["kind"].map(LEAD_YEARS)})
    budget = {"budget": "capital", "year": YEARS, "type": "capital", "limit_gbp": CAPITAL_A_YEAR_GBP}
    problem = example.replace(
        provisions=pd.concat([example.provisions, sites], ignore_index=True),
        years=pd.DataFrame({"year": YEARS}),
        arrivals=arrivals,
        leavers=_leavers(example.pupils, arrivals, rng),
        site_years=lead,
        fill_up=schools.to_frame().merge(steps.assign(min_year=-4, max_year=20), how="cross"),
        year_budgets=pd.DataFrame(budget),
    )
    return Question(problem, po.crow_fly(everyone(problem)), po.Policy())


def _arrivals(pupils: pd.DataFrame, year: int, rng: Generator) -> pd.DataFrame:
    alike = pupils.iloc[rng.choice(len(pupils), ARRIVE_EACH_YEAR, replace=False)].drop(
        columns=["current_provision_id", "movable", "requested_setting_id", "sibling_group"]
    )
    homes = pupils.iloc[rng.choice(len(pupils), ARRIVE_EACH_YEAR, replace=False)]
    where = {name: homes[name].to_numpy() for name in ("easting", "northing", "locality")}
    ids = [f"N{year}-{place:03d}" for place in range(ARRIVE_EACH_YEAR)]
    groups = rng.choice(GROUPS_OF_ARRIVALS, ARRIVE_EACH_YEAR)
    return alike.assign(pupil_id=ids, year_group=groups, arrives=year, count=1, **where)


def _leavers(pupils: pd.DataFrame, arrivals: pd.DataFrame, rng: Generator) -> pd.DataFrame:
    people = pd.concat([pupils.assign(arrives=YEARS[0]), arrivals], ignore_index=True)
    leaves = people["arrives"] + 12 - people["year_group"]
    could = people.index[(leaves > people["arrives"]) & (leaves <= YEARS[-1])]
    gone = could[rng.random(len(could)) < LEAVE_AFTER_YEAR_11]
    return pd.DataFrame({"pupil_id": people.loc[gone, "pupil_id"], "leaves": leaves[gone]})


def _sites(example: po.Problem, rng: Generator) -> pd.DataFrame:
    provisions = example.provisions
    mainstream = provisions.loc[provisions["kind"] == "mainstream", "setting_id"].unique()
    settings = rng.choice(mainstream, CANDIDATES, replace=False)
    rows = []
    for place, (setting_id, is_base) in enumerate(zip(settings, rng.random(CANDIDATES) < 0.5, strict=True)):
        kind, figures = ("hub", BASE) if is_base else ("special", SCHOOL)
        row = {"provision_id": f"NEW-{place:02d}", "setting_id": setting_id, "kind": kind, "status": "candidate"}
        rows.append({**row, **figures, "capital_gbp": CAPITAL_GBP[kind]})
    return pd.DataFrame(rows)


def plan_years(question: Question, options: po.SolveOptions, _seconds: float) -> Outcome:
    """Plan all years together with the library.

    Returns
    -------
    Outcome
        Money is that of all years, unplaced pupils are pupil-years; `verify` is timed by verifying once more.
    """
    lines: list[str] = []
    before = perf_counter()
    plan = po.plan_years(
        question.problem, question.travel, policy=question.policy, options=options, progress=lines.append
    )
    total_s, again = perf_counter() - before, perf_counter()
    po.verify_years(question.problem, question.travel, plan).raise_if_wrong()
    verify_s = perf_counter() - again
    sites = [f"{row.provision_id} {row.event} {row.year}" for row in plan.sites.itertuples()]
    present = [len(one.placements) + one.unplaced_pupils for one in plan.plans]
    return Outcome(
        {"solve": total_s - verify_s, "verify": verify_s},
        None,
        str(plan.status),
        plan.objective_gbp,
        plan.bound_gbp,
        plan.unplaced_pupil_years,
        notes={"progress": lines, "pupils of each year": _range(present), "sites": "; ".join(sites)},
    )


def _range(numbers: list[int]) -> str:
    return f"{np.min(numbers):,} to {np.max(numbers):,}"
