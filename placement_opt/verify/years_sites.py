"""Sites and classes over several years: opened, closed and paid for once, filling up (planning ahead, section 4)."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers
from placement_opt.verify.question import Real, Whole, plain, positions
from placement_opt.verify.years_case import NEVER, YearsCase, YearsCheck

OPENS, CLOSES, COMMITTED = "opens", "closes", "committed"
SITE_COLUMNS = ("provision_id", "event", "year", "paid_year", "capital_gbp")
CLASS_COLUMNS = ("provision_id", "year", "classes", "capital_gbp")


def opened_once(case: YearsCase) -> Iterator[str]:
    """Find sites that close again, open again, or do so after their last year (C13)."""
    status = case.ahead.problem.provisions["status"]
    spans = case.ahead.spans
    for p, name in enumerate(case.provision_ids):
        if status[p] not in {"candidate", "closable"}:
            continue
        starts_open = status[p] == "closable"
        was = starts_open
        for number in np.flatnonzero(case.is_decided[:, p]):
            now, year = bool(case.is_open[number, p]), case.years[number]
            if now != was:
                turns = "opens" if now else "closes"
                if now == starts_open:
                    yield f"{name} {turns} in {year}: it turns back, but opens or closes once."
                elif year > spans["last"].iloc[p]:
                    yield f"{name} {turns} in {year}; {spans['last'].iloc[p]} is the last year in which it may."
            was = now


def filled_up(case: YearsCase) -> Iterator[str]:
    """Find pupils of year groups that a provision does not take yet, so many years after it opened (C17)."""
    for p, steps in case.ahead.steps.items():
        opened = int(case.opens[p])
        if opened == NEVER:
            continue
        for number, of_year in enumerate(case.cases):
            age = number - opened
            if not 0 <= age < len(steps):
                continue
            low, high = int(steps["min_year"].iloc[age]), int(steps["max_year"].iloc[age])
            group = of_year.question.of_pupils("year_group")[of_year.pupil]
            for at in np.flatnonzero((of_year.provision == p) & ((group < low) | (group > high))):
                yield (
                    f"{case.years[number]}: {of_year.where[at]}: year group {group[at]}; {age} years after opening it "
                    f"takes {low} to {high}."
                )


def site_table(case: YearsCase) -> Iterator[str]:
    """Find rows of `sites` that are missing, too many, or say another year or amount."""
    wanted = pd.DataFrame(list(_events(case)), columns=list(SITE_COLUMNS))
    yield from _compared("sites", case.plan.tables["sites"], wanted, ["provision_id", "event"], SITE_COLUMNS[2:])


def class_table(case: YearsCase) -> Iterator[str]:
    """Find rows of `classes` that are missing, too many, or say another number or amount (C15)."""
    wanted = pd.DataFrame(list(_classes(case)), columns=list(CLASS_COLUMNS))
    yield from _compared("classes", case.plan.tables["classes"], wanted, ["provision_id", "year"], CLASS_COLUMNS[2:])


def capital_of_use(case: YearsCase) -> Iterator[str]:
    """Find a `capital_gbp` in a year's use that is not that of what opens, or of the classes built, in that year."""
    for number, year in enumerate(case.years):
        use = case.plan.plans[number].use
        wanted = np.zeros(len(case.provision_ids))
        for events, at in ((_events(case), 2), (_classes(case), 1)):
            for event in events:
                if event[at] == year:
                    wanted[case.provision_ids.tolist().index(event[0])] += float(event[-1])
        row = positions(case.provision_ids, use["provision_id"])
        use, row = use[row >= 0], row[row >= 0]
        where = [f"{year}: use of {name}" for name in use["provision_id"]]
        yield from wrong_numbers(where, "capital_gbp", plain(use["capital_gbp"]), wanted[row], 2 * HALF_PENNY_GBP)


def capital_gbp(case: YearsCase) -> Real:
    """Return the capital that each provision is paid in each year: shape (years, provisions)."""
    paid = np.zeros((len(case.years), len(case.provision_ids)))
    at = {name: p for p, name in enumerate(case.provision_ids)}
    for name, _, _, paid_year, gbp in _events(case):
        if paid_year in case.years:
            paid[case.years.index(paid_year), at[name]] += gbp
    for name, year, _, gbp in _classes(case):
        paid[case.years.index(year), at[name]] += gbp
    return paid


def _events(case: YearsCase) -> Iterator[tuple[str, str, int, int, float]]:
    """Yield what opens and closes, and what is committed to open, with the year and the amount of its capital."""
    provisions, spans = case.ahead.problem.provisions, case.ahead.spans
    opens_whatever = set(case.ahead.problem.table("site_years").dropna(subset="first_year")["provision_id"])
    for p, name in enumerate(case.provision_ids):
        status, lead = provisions["status"].iloc[p], int(spans["lead"].iloc[p])
        decided = np.flatnonzero(case.is_decided[:, p])
        if status == "candidate" and case.opens[p] != NEVER:
            event, year = OPENS, case.years[int(case.opens[p])]
        elif status == "closable" and not case.is_open[decided, p].all():
            event, lead = CLOSES, 0
            year = case.years[int(decided[np.argmin(case.is_open[decided, p])])]
        elif status == "open" and name in opens_whatever:
            event, year = COMMITTED, int(spans["first"].iloc[p])
        else:
            continue
        gbp = 0.0
        if event != CLOSES and year - lead in case.years:
            gbp = float(provisions["capital_gbp"].iloc[p]) * float(case.ahead.price[case.years.index(year - lead)])
        yield name, event, year, year - lead, gbp


def _classes(case: YearsCase) -> Iterator[tuple[str, int, int, float]]:
    """Yield the classes that are built: those in use beyond what was in use in any year before."""
    each = case.ahead.problem.provisions["class_capital_gbp"].to_numpy(dtype=float)
    in_use = np.array([of_year.classes for of_year in case.cases])
    for p, number in zip(*(at.tolist() for at in np.nonzero(built(in_use).T)), strict=True):
        classes = int(built(in_use)[number, p])
        yield case.provision_ids.iloc[p], case.years[number], classes, classes * each[p] * case.ahead.price[number]


def built(in_use: Whole) -> Whole:
    """Return for each year and provision the classes that are built.

    Examples
    --------
    >>> built(np.array([[1], [0], [3]])).tolist()
    [[1], [0], [2]]
    """
    most = np.maximum.accumulate(np.vstack([np.zeros_like(in_use[:1]), in_use]))
    return np.diff(most, axis=0)


def _compared(
    name: str, given: pd.DataFrame, wanted: pd.DataFrame, key: list[str], columns: tuple[str, ...]
) -> Iterator[str]:
    """Say where a table of a plan differs from what it should be."""
    for values in given.loc[given.duplicated(key), key].itertuples(index=False):
        yield f"{name}: {' '.join(map(str, values))} has more than one row."
    both = given.drop_duplicates(key).merge(wanted, "outer", key, suffixes=("", "_wanted"), indicator=True)
    for row in both.to_dict("records"):
        where = f"{name}: {' '.join(str(row[part]) for part in key)}"
        if row["_merge"] != "both":
            yield f"{where}: the row is {'missing' if row['_merge'] == 'right_only' else 'there but should not be'}."
            continue
        for column in columns:
            if abs(row[column] - row[f"{column}_wanted"]) > HALF_PENNY_GBP + 1e-6:
                yield f"{where}: {column} is {row[column]:,.2f}; it should be {row[f'{column}_wanted']:,.2f}."


CHECKS = (
    YearsCheck("opened once", opened_once),
    YearsCheck("filling up", filled_up),
    YearsCheck("sites", site_table),
    YearsCheck("classes built", class_table),
    YearsCheck("capital of use", capital_of_use),
)
