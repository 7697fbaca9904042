"""Why transport is owed or not, in sentences that an officer can put in a letter."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from placement_opt.facts import FIRST_YEAR_POST_16, Facts
from placement_opt.parameters import Parameters
from placement_opt.transport import FIRST_SECONDARY_YEAR, LAST_COMPULSORY_YEAR

_MOBILITY = {
    "wheelchair": "travels in a wheelchair",
    "solo": "has to travel alone",
    "assistant": "needs a passenger assistant",
}

_WITHOUT_FIGURES = {
    "officer_yes": "An officer has decided that transport is provided.",
    "officer_no": "An officer has decided that no transport is provided.",
    "post16_not_offered": "From Year 12 on the council provides transport only where an officer has decided so.",
}


class _Journey(NamedTuple):
    """What the sentences about a placement say."""

    duty: str
    year_group: int
    miles: float
    walk_miles: float
    limit_miles: float
    nearest_name: str
    nearest_miles: float
    nearest_road_miles: float
    is_nearest: bool
    asked: bool
    mobility: str
    low_income: bool


def reasons(duties: pd.DataFrame, pupils: pd.DataFrame, facts: Facts) -> list[str]:
    """Say in words why transport is owed or not.

    Parameters
    ----------
    duties
        One row for each placement: the columns of `route_tables.DUTY_COLUMNS` but `why`, and `nearest_name`,
        `nearest_road_miles` and `asked` (the family asked for the school).
    pupils
        The row of each one's pupil.
    facts
        What is known.
    """
    flags = zip(*(pupils[name] for name in _MOBILITY), strict=True)
    said = [_listed([words for words, holds in zip(_MOBILITY.values(), row, strict=True) if holds]) for row in flags]
    mobility = np.array(said, dtype=object)
    rows = duties.assign(mobility=mobility, low_income=pupils["low_income"].to_numpy())[list(_Journey._fields)]
    way = "journey" if facts.travel.walk_miles is None else "walk"
    parameters = facts.problem.parameters
    return [
        " ".join(filter(None, (_duty(row, way, parameters), _age(row), _preference(row, way))))
        for row in map(_Journey._make, rows.itertuples(index=False, name=None))
    ]


def _duty(row: _Journey, way: str, parameters: Parameters) -> str:
    if row.duty in _WITHOUT_FIGURES:
        return _WITHOUT_FIGURES[row.duty]
    if row.duty == "mobility":
        return f"The pupil {row.mobility}, and cannot reasonably be expected to walk at any distance."
    limit, year = _miles(row.limit_miles), _year(row.year_group)
    if row.duty == "distance":
        return f"{_walked(row, way)}, more than the walking distance of {limit} in {year}."
    if row.duty == "low_income_2_miles":
        return f"{_walked(row, way)}, more than the {limit} that hold in {year} for a family on a low income."
    if row.duty == "low_income_nearest_three":
        most = _miles(parameters.low_income_most_miles)
        return (
            f"{_walked(row, way)}, more than the {limit} that hold in {year} for a family on a low income; by road it "
            f"is {_miles(row.miles)}, not more than {most}; and fewer than three suitable schools are nearer."
        )
    return f"{_walked(row, way)}, not more than the walking distance of {limit} in {year}.{_extended(row, parameters)}"


def _extended(row: _Journey, parameters: Parameters) -> str:
    """Say why the rights of a family on a low income from 11 to 16 do not hold."""
    is_asked = row.low_income and FIRST_SECONDARY_YEAR <= row.year_group <= LAST_COMPULSORY_YEAR
    if not is_asked or row.walk_miles <= parameters.low_income_walk_miles:
        return ""
    most = parameters.low_income_most_miles
    is_far = row.miles > most
    because = f"by road it is {_miles(row.miles)}, more than {_miles(most)}"
    return (
        " The rights of a family on a low income do not hold: "
        f"{because if is_far else 'three suitable schools or more are nearer'}."
    )


def _age(row: _Journey) -> str:
    is_of_policy = row.year_group >= FIRST_YEAR_POST_16 and row.duty in {"mobility", "distance", "within_distance"}
    return "From Year 12 on this is the council's own policy." if is_of_policy else ""


def _preference(row: _Journey, way: str) -> str:
    if row.is_nearest:
        return ""
    if np.isnan([row.walk_miles, row.nearest_miles]).any():
        near, more, by = row.nearest_road_miles, row.miles - row.nearest_road_miles, " by road"
    else:
        near, more, by = row.nearest_miles, row.walk_miles - row.nearest_miles, " on foot" if way == "walk" else ""
    nearer = f"{row.nearest_name} is a nearer suitable school ({_miles(near)}{by})"
    if not row.asked:
        return f"{nearer}; the family did not ask for this one, so that is not counted against them."
    return (
        f"{nearer}; the family asked for this one, {_miles(more)} farther. Where the council named it on condition"
        " that the parents see to the journey, they may be asked to."
    )


def _walked(row: _Journey, way: str) -> str:
    if np.isnan(row.walk_miles):
        return "There is no way to walk to the school"
    return f"The {way} is {_miles(row.walk_miles)}"


def _miles(miles: float) -> str:
    number = f"{miles:,.3f}".rstrip("0").rstrip(".")
    return f"{number} mile" if number == "1" else f"{number} miles"


def _year(year_group: int) -> str:
    return "Reception" if year_group == 0 else "the years before Reception" if year_group < 0 else f"Year {year_group}"


def _listed(words: list[str]) -> str:
    return " and ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)
