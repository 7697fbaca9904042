"""The changes of a cure as rows of a table, each with its words."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.facts import Facts
from placement_opt.solve.repair import Made, Repair
from placement_opt.solve.repair.levers import Kind

CHANGE_COLUMNS = {
    "kind": "str",
    "number": "int64",
    "table": "str",
    "row": "str",
    "from": "float64",
    "to": "float64",
    "pupil_id": "str",
    "provision_id": "str",
    "price_gbp": "float64",
    "words": "str",
}
"""One row for each change at one place. `number` is how many changes it counts as; `table` and `row` say what is
changed, `from` its value today and `to` the value that it needs (minutes for a longer journey). `pupil_id` stands only
where one row of pupils is meant; `words` hold no pupil's id."""

TABLE_OF = {
    Kind.PLACE: ("provisions", "provision_id", "places"),
    Kind.OVER: ("provisions", "provision_id", "overflow_places"),
    Kind.GROUP: ("provisions", "provision_id", "min_pupils"),
    Kind.PART: ("part_limits", "limit_id", "places"),
    Kind.SCHOOL: ("settings", "setting_id", "places"),
    Kind.SITES_MOST: ("site_limits", "site_limit", "max_open"),
    Kind.SITES_LEAST: ("site_limits", "site_limit", "min_open"),
    Kind.SPOKES: ("hubs", "provision_id", "max_spokes"),
    Kind.TEAMS: ("hubs", "provision_id", "max_teams"),
    Kind.BUDGET: ("budgets", "budget", "limit_gbp"),
    Kind.RESOURCE: ("resources", "resource", "available"),
    Kind.TOTAL: ("totals", "total", "most"),
}
"""The table, key and column that a change is made in; hubs are counted by their row of provisions."""

OF_PROVISIONS = frozenset({Kind.PLACE, Kind.OVER, Kind.GROUP, Kind.SPOKES, Kind.TEAMS})
LOWERED = frozenset({Kind.GROUP, Kind.SITES_LEAST})
FINE = {Kind.BUDGET: 100.0, Kind.RESOURCE: 1_000_000.0, Kind.TOTAL: 1_000_000.0}
"""Amounts are rounded up to pennies, and to millionths of what has no smallest unit."""
A_LITTLE = 1e-6
HUNDREDTHS = 100.0


def change_rows(facts: Facts, repair: Repair) -> pd.DataFrame:
    """Return the table of `CHANGE_COLUMNS`.

    Parameters
    ----------
    facts
        Of the question.
    repair
        The changes, by position.
    """
    rows: list[dict[str, Any]] = []
    for made in repair.made:
        if made.lever.kind is Kind.JOURNEY:
            rows += _journeys(facts, repair)
        elif made.lever.kind is Kind.BOUGHT:
            rows += _bought(facts, repair, made)
        else:
            rows.append(_row(facts, made))
    return pd.DataFrame(rows, columns=list(CHANGE_COLUMNS)).astype(CHANGE_COLUMNS)


def _row(facts: Facts, made: Made) -> dict[str, Any]:
    kind, at = made.lever.kind, made.lever.at
    if kind is Kind.MOVES:
        table, key, column, row, now = "policy", "", "max_moves", "", float(facts.policy.max_moves or 0)
    else:
        table, key, column = TABLE_OF[kind]
        frame = facts.problem.table("provisions" if kind in OF_PROVISIONS else table)
        row = str(frame[key].iloc[at])
        held = facts.problem.table(table)
        now = float(held.loc[held[key] == row, column].iloc[0])
    step = _rounded_up(kind, made.amount)
    binding = made.lever.limit if kind in {Kind.PART, Kind.SCHOOL, Kind.RESOURCE} else now
    return {
        "kind": kind.value,
        "number": made.number,
        "table": table,
        "row": row,
        "from": now,
        "to": binding - step if kind in LOWERED else binding + step,
        "provision_id": row if kind in OF_PROVISIONS else None,
        "price_gbp": round(made.lever.price_gbp * made.number, 2),
        "words": WORDS[kind](facts, at, step),
    }


def _rounded_up(kind: Kind, amount: float) -> float:
    fine = FINE.get(kind, 1.0)
    return float(np.ceil(amount * fine - A_LITTLE) / fine)


def _journeys(facts: Facts, repair: Repair) -> list[dict[str, Any]]:
    rows = []
    for at in np.flatnonzero(repair.is_longer).tolist():
        pupil, provision, count = int(repair.pupil[at]), int(repair.provision[at]), int(repair.count[at])
        minutes = float(np.ceil(facts.minutes(repair.pupil, repair.provision)[at] * HUNDREDTHS - A_LITTLE) / HUNDREDTHS)
        limit = float(facts.most_minutes[pupil])
        words = (
            f"{_counted(count, 'pupil')} may travel {minutes:g} minutes to {_name(facts, provision)} "
            f"instead of at most {limit:g}"
        )
        ids = str(facts.pupils["pupil_id"].iloc[pupil]), str(facts.provisions["provision_id"].iloc[provision])
        row = {"kind": Kind.JOURNEY.value, "number": count, "table": "pupils", "row": ids[0], "from": limit}
        rows.append(row | {"to": minutes, "pupil_id": ids[0], "provision_id": ids[1], "price_gbp": 0.0, "words": words})
    return rows


def _bought(facts: Facts, repair: Repair, made: Made) -> list[dict[str, Any]]:
    price_gbp = made.lever.price_gbp
    rows = []
    for pupil, count in repair.bought:
        words = f"{_counted(count, 'place')} bought elsewhere at £{price_gbp:,.0f} a year"
        pupil_id = str(facts.pupils["pupil_id"].iloc[pupil])
        row = {"kind": Kind.BOUGHT.value, "number": count, "table": "", "row": "", "from": 0.0, "to": float(count)}
        rows.append(row | {"pupil_id": pupil_id, "price_gbp": round(price_gbp * count, 2), "words": words})
    return rows


def words_of(rows: pd.DataFrame) -> str:
    """Return the changes in one line; journeys and bought places are counted together.

    Parameters
    ----------
    rows
        Of `change_rows`.
    """
    parts = rows.loc[~rows["kind"].isin([Kind.JOURNEY, Kind.BOUGHT]), "words"].tolist()
    for kind, together in ((Kind.JOURNEY, _journeys_together), (Kind.BOUGHT, _bought_together)):
        some = rows[rows["kind"] == kind]
        if len(some) == 1:
            parts.append(some["words"].iloc[0])
        elif len(some):
            parts.append(together(some))
    return "; ".join(parts) or "nothing has to be changed"


def _journeys_together(rows: pd.DataFrame) -> str:
    pupils, longest = _counted(int(rows["number"].sum()), "pupil"), rows["to"].max()
    return f"{pupils} may travel longer than their limits, up to {longest:g} minutes"


def _bought_together(rows: pd.DataFrame) -> str:
    number = int(rows["number"].sum())
    return f"{_counted(number, 'place')} bought elsewhere at £{rows['price_gbp'].sum() / number:,.0f} a year each"


def _counted(number: float, noun: str) -> str:
    return f"{number:,.0f} {noun}{'' if number == 1 else 's'}"


def _name(facts: Facts, provision: int) -> str:
    row = facts.provisions.iloc[provision]
    return f"{row['provision_id']} ({facts.settings['name'].iloc[facts.setting_of[provision]]})"


def _place(facts: Facts, at: int, step: float) -> str:
    kind = "independent " if facts.kinds[at] == "independent_special" else ""
    return f"{_counted(step, f'{kind}place')} more at {_name(facts, at)}"


def _label(facts: Facts, table: str, column: str, at: int) -> str:
    return str(facts.problem.table(table)[column].iloc[at])


def _resource(facts: Facts, at: int, step: float) -> str:
    row = facts.problem.table("resources").iloc[at]
    return f"{step:,.6g} {row['unit']} more of {row['resource']}"


WORDS: Mapping[Kind, Callable[[Facts, int, float], str]] = MappingProxyType(
    {
        Kind.PLACE: _place,
        Kind.OVER: lambda facts, at, step: f"{_counted(step, 'place')} more over the number at {_name(facts, at)}",
        Kind.PART: lambda facts, at, step: (
            f"the limit {_label(facts, 'part_limits', 'limit_id', at)} raised by {_counted(step, 'place')}"
        ),
        Kind.SCHOOL: lambda facts, at, step: (
            f"the limit of the whole school {_label(facts, 'settings', 'name', at)} raised by {_counted(step, 'place')}"
        ),
        Kind.SITES_MOST: lambda facts, at, step: (
            f"{_counted(step, 'provision')} more open than {_label(facts, 'site_limits', 'site_limit', at)} allows"
        ),
        Kind.SITES_LEAST: lambda facts, at, step: (
            f"{_counted(step, 'provision')} fewer open than {_label(facts, 'site_limits', 'site_limit', at)} demands"
        ),
        Kind.GROUP: lambda facts, at, step: (
            f"{_name(facts, at)} run for {_counted(step, 'pupil')} fewer than its smallest group"
        ),
        Kind.SPOKES: lambda facts, at, step: f"{_counted(step, 'spoke')} more served by {_name(facts, at)}",
        Kind.TEAMS: lambda facts, at, step: f"{_counted(step, 'outreach team')} more at {_name(facts, at)}",
        Kind.MOVES: lambda facts, at, step: (  # noqa: ARG005 - asked as the others are
            f"{_counted(step, 'pupil')} more may leave a place that could be kept"
        ),
        Kind.BUDGET: lambda facts, at, step: (
            f"the budget {_label(facts, 'budgets', 'budget', at)} raised by £{step:,.2f}"
        ),
        Kind.RESOURCE: _resource,
        Kind.TOTAL: lambda facts, at, step: f"the total {_label(facts, 'totals', 'total', at)} raised by {step:,.6g}",
    }
)
"""What an officer reads of each kind of change, for the position that it is at and the amount."""
