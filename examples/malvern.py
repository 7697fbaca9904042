"""A new school for autistic pupils in Malvern: what it saves, and what journeys, empty places and time do to it.

    python examples/malvern.py

docs/malvern.md explains the figures: prices are published, homes and the schools of today are made up.
"""

from dataclasses import replace

import pandas as pd

from placement_opt.malvern import CANCEL_GBP, PLACE_FUNDING_GBP, PLACES, PLANNED_GBP, SCHOOL, Today, malvern
from placement_opt.policy import CostBasis, Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change
from placement_opt.scenarios.questions.grant import GrantOrBuild
from placement_opt.scenarios.verbs import close, open_site
from placement_opt.solve import baseline, solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone
from placement_opt.travel import crow_fly
from placement_opt.year_rules import YearRules
from placement_opt.years_plan import YearsPlan

FIRST_YEAR, YEARS = 2026, 9
DISCOUNT_RATE = 0.035
"""HM Treasury, Green Book, 2022: 3.5 % a year in real terms."""
HORIZONS = (9, 15, 25)
AT_PHASES, AT_ONCE = "at the end of a phase", "as soon as there is room"
RULES = {
    AT_PHASES: YearRules(last_year_group=11),
    AT_ONCE: YearRules(last_year_group=11, mid_phase_move_gbp=0.0),
}
FULL = Policy(cost_basis="full")
BASES: tuple[tuple[str, CostBasis, dict[str, float]], ...] = (
    ("average: the published sum", "average", {}),
    ("marginal: place funding is sunk", "marginal", {}),
    (f"full: all {PLACES} places are funded", "full", {}),
    (f"full, all £{PLANNED_GBP:,.0f} paid for every place", "full", {"place_funding_gbp": PLANNED_GBP}),
    (f"full, with {PLACES} pupils instead of 83", "full", {"pupils": PLACES}),
)
TRAVEL = ("mean_minutes", "longest_minutes", "pupils_over_guide", "mean_miles", "transport_gbp", "co2e_kg")
TODAY: tuple[Today, ...] = ("spread", "nearest")


def one_year() -> pd.DataFrame:
    """Return what a year costs less when everybody is at the new school.

    Returns
    -------
    DataFrame
        A row for each way to count; columns: saving on places, saving on transport (below 0: it costs more) and both,
        with the pupils of today spread over the independent schools and each at the nearest.
    """
    return pd.DataFrame({name: _one_year(basis, figures) for name, basis, figures in BASES}).T


def _one_year(basis: CostBasis, figures: dict[str, float]) -> dict[str, float]:
    policy, row = Policy(moves="all", cost_basis=basis), {}
    new = _changed(malvern(**figures), open_site(SCHOOL))
    after = solve(new, crow_fly(new), policy=policy)
    for today in TODAY:
        problem = malvern(today=today, **figures)
        before = baseline(problem, crow_fly(problem), policy=policy)
        saved = before.costs()["gbp"].sub(after.costs()["gbp"], fill_value=0.0)
        row["places"] = round(float(saved.drop("transport").sum()), 2)
        row[f"transport, {today}"] = round(float(saved["transport"]), 2)
        row[f"both, {today}"] = round(before.cost_gbp - after.cost_gbp, 2)
    return row


def journeys() -> pd.DataFrame:
    """Return the journeys of today, in both ways of assuming them, and those to the new school."""
    policy, columns = Policy(moves="all"), {}
    for today in TODAY:
        problem = malvern(today=today)
        columns[f"today, {today}"] = baseline(problem, crow_fly(problem), policy=policy).travel()
    columns["new school"] = solve(_changed(problem, open_site(SCHOOL)), crow_fly(problem), policy=policy).travel()
    return pd.DataFrame(columns)


def several_years() -> dict[str, GrantOrBuild]:
    """Return the school, opened in some year, against the offer for not building it, on the full cost basis."""
    problem = malvern(today="nearest", years=YEARS, first_year=FIRST_YEAR)
    without = _plan(_changed(problem, close(SCHOOL)), AT_PHASES)
    answers = {}
    for opens, how in ((2027, AT_PHASES), (2028, AT_PHASES), (2027, AT_ONCE)):
        opened = malvern(today="nearest", years=YEARS, first_year=FIRST_YEAR, opens=opens)
        build = _plan(_changed(opened, open_site(SCHOOL)), how)
        answers[f"opens {opens}, pupils move {how}"] = GrantOrBuild(
            SCHOOL, CANCEL_GBP, FIRST_YEAR, build, without, YEARS, DISCOUNT_RATE
        )
    return answers


def _plan(problem: Problem, how: str) -> YearsPlan:
    return plan_years(problem, crow_fly(everyone(problem)), policy=FULL, rules=RULES[how])


def _changed(problem: Problem, change: Change) -> Problem:
    return change.apply(problem, Policy())[0]


def year_by_year(answers: dict[str, GrantOrBuild]) -> pd.DataFrame:
    """Return, for each way and year, pupils at the school, empty places, what these cost, and what is saved in all."""
    rows = []
    for name, answer in answers.items():
        for year, plan in zip(answer.build.years, answer.build.plans, strict=True):
            use = plan.use.set_index("provision_id").loc[[SCHOOL]].to_dict("records")[0]
            empty = use["places_free"] if use["is_open"] else 0
            saving_gbp = answer.table.to_dict("index")[year]["saving_gbp"]
            rows.append((name, year, use["pupils"], empty, empty * PLACE_FUNDING_GBP, saving_gbp))
    return pd.DataFrame(rows, columns=["way", "year", "pupils", "empty", "empty_gbp", "saving_gbp"])


def worth(answers: dict[str, GrantOrBuild]) -> pd.DataFrame:
    """Return what building is worth more than the offer, for each way and number of years, and when it has paid."""
    rows = {}
    for name, answer in answers.items():
        by_horizon = {years: replace(answer, horizon_years=years) for years in HORIZONS}
        row = {f"{years} years": one.present_value_gbp for years, one in by_horizon.items()}
        rows[name] = row | {"paid by": by_horizon[HORIZONS[-1]].break_even_year}
    return pd.DataFrame.from_dict(rows, orient="index")


def main() -> None:
    """Print the tables."""
    print("A year with everybody at the new school: £ saved\n" + as_text(one_year()))
    print("\nJourneys\n" + as_text(journeys().loc[list(TRAVEL)].round(1)))
    answers = several_years()
    by_year = year_by_year(answers)
    for name, column in (("Pupils at the school", "pupils"), ("Empty places", "empty"), ("£ saved", "saving_gbp")):
        table = by_year.pivot_table(index="year", columns="way", values=column)[list(answers)]
        numbered = table.set_axis([f"way {number}" for number in range(1, len(answers) + 1)], axis=1)
        numbered.loc["all"] = numbered.sum()
        print(f"\n{name}\n" + as_text(numbered.round()))
    print(f"\nBuilding is worth more than the offer of £{CANCEL_GBP:,.0f} by £")
    print(as_text(worth(answers)))


def as_text(table: pd.DataFrame) -> str:
    """Return a table as text."""
    width = 4 + max(len(str(name)) for name in table.index)
    rows = [
        [str(name).ljust(width), *(_cell(value).rjust(20) for value in row)]
        for name, row in zip(table.index, table.to_numpy(), strict=True)
    ]
    head = [" " * width, *(str(name).rjust(20) for name in table.columns)]
    return "\n".join("".join(row).rstrip() for row in [head, *rows])


def _cell(value: float) -> str:
    if pd.isna(value):
        return "not yet"
    year = 2000 <= value <= 2100 and float(value).is_integer()
    return (
        f"{value:.0f}"
        if year
        else f"{value:,.0f}"
        if float(value).is_integer() or abs(value) > 1_000
        else f"{value:,.1f}"
    )


if __name__ == "__main__":
    main()
