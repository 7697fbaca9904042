"""Money and journeys by group, and which of them may be seen.

An amount is hidden with the number of pupils it is spent on: beside known prices, and beside the amount of another
plan, it would tell the number. Where a total is shown, the hidden amounts are of two groups or more with at least five
pupils together (`hidden_amounts`); where they are not, the total is hidden.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from placement_opt.compare import Comparison
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.report.published import GROUPINGS, phases
from placement_opt.suppression import LEAST_SHOWN, Mark, hidden_amounts, is_total_safe

COST_GROUPINGS = {
    "line": "What it is spent on",
    "payer": "Who pays",
    "kind": "Kind",
    "need": "Primary need",
    "locality": "Locality",
}
TRANSPORT, OVER = "transport", "places over the number"
_SPENT_ON_PLACED = ("need", "locality")
"""Groups of whom not all have a place: how many have one is hidden where it is hidden how many have none."""

Hidden = Mapping[tuple[str, str], frozenset[Hashable]]
"""Plan and grouping to the groups whose amounts are withheld."""


@dataclass(frozen=True, eq=False)
class Amounts:
    """Money and journeys of every plan by group.

    Parameters
    ----------
    spending
        A key of `COST_GROUPINGS` to pupils and £ by plan, as `Comparison.by` returns them.
    modes
        Plan to pupils (`count`) and £ (`gbp`) by mode of transport.
    journeys
        Plan and grouping to pupils (`count`), minutes (`sum`) and mean minutes (`mean`).
    hidden
        Groups of `spending` that are withheld, and under `journeys ...` those of `journeys`.
    hidden_modes
        Plan to the modes whose £ are withheld.
    hidden_costs, hidden_transport
        Plans whose whole cost, or whose £ and emissions of transport, would give a small group away.
    """

    spending: Mapping[str, pd.DataFrame]
    modes: Mapping[str, pd.DataFrame]
    journeys: Mapping[tuple[str, str], pd.DataFrame]
    hidden: Hidden
    hidden_modes: Mapping[str, frozenset[Hashable]]
    hidden_costs: frozenset[str]
    hidden_transport: frozenset[str]


def read_amounts(comparison: Comparison, marks: Mapping[Hashable, Mark], *, confidential: bool) -> Amounts:
    """Work out the amounts of plans and hide what has to be hidden.

    Parameters
    ----------
    comparison
        The plans side by side.
    marks
        How each count of pupils may be shown.
    confidential
        Hide nothing.
    """
    plans = comparison.plans
    spending = {grouping: comparison.by(grouping) for grouping in COST_GROUPINGS}
    modes = {name: _modes(plan) for name, plan in plans.items()}
    journeys = {(name, grouping): _journeys(plan, grouping) for name, plan in plans.items() for grouping in GROUPINGS}
    if confidential:
        return Amounts(spending, modes, journeys, {}, {}, frozenset(), frozenset())
    hidden_modes = {name: _hidden_modes(name, table, marks) for name, table in modes.items()}
    open_modes = frozenset(name for name in plans if _is_open(modes[name]["count"], hidden_modes[name]))
    hidden = {
        (name, grouping): _hidden_spending(plan, (name, grouping), table, marks, name in open_modes)
        for name, plan in plans.items()
        for grouping, table in spending.items()
    }
    no_transport = frozenset(name for name in plans if TRANSPORT in hidden[name, "line"]) | open_modes
    no_cost = frozenset(
        name
        for name, plan in plans.items()
        if 0 < plan.placed_pupils < LEAST_SHOWN
        or any(_is_open(table["pupils"][name], hidden[name, grouping]) for grouping, table in spending.items())
    )
    for (name, grouping), table in journeys.items():
        hidden[name, f"journeys {grouping}"] = hidden_amounts(_counts(table["count"]), _sums(table["sum"]))
    return Amounts(
        spending,
        modes,
        journeys,
        hidden,
        hidden_modes,
        no_cost,
        no_transport,
    )


def _hidden_spending(
    plan: Plan, of: tuple[str, str], table: pd.DataFrame, marks: Mapping[Hashable, Mark], are_modes_open: bool
) -> frozenset[Hashable]:
    name, grouping = of
    pupils, amounts = _counts(table["pupils"][name]), _sums(table["gbp"][name])
    hidden: list[Hashable] = []
    if grouping == "kind":
        hidden = [kind for kind in pupils if _is_hidden(marks, ("kind", name, kind))]
    if grouping in _SPENT_ON_PLACED:
        hidden = [
            label
            for label in pupils
            if _is_hidden(marks, (grouping, name, label)) or _is_hidden(marks, ("unplaced", grouping, name, label))
        ]
    if grouping == "line":
        hidden = [line for line in pupils if line == TRANSPORT] if are_modes_open else []
        places = _hidden_places_over(plan, name, marks)
        if places:
            hidden.append(OVER)
            pupils[OVER] = places
    return hidden_amounts(pupils, amounts, hidden)


def _hidden_places_over(plan: Plan, name: str, marks: Mapping[Hashable, Mark]) -> int:
    """Return the places over the number at provisions whose pupils are hidden: their price would tell them."""
    use = plan.use
    hidden = [_is_hidden(marks, ("provision", name, ident)) for ident in use["provision_id"]]
    return int(use.loc[hidden, "places_over"].sum())


def _is_hidden(marks: Mapping[Hashable, Mark], key: Hashable) -> bool:
    return marks.get(key, Mark.SHOWN) is not Mark.SHOWN


def _hidden_modes(name: str, table: pd.DataFrame, marks: Mapping[Hashable, Mark]) -> frozenset[Hashable]:
    hidden = [mode for mode in table.index if marks["mode", name, mode] is not Mark.SHOWN]
    return hidden_amounts(_counts(table["count"]), _sums(table["gbp"]), hidden)


def _is_open(pupils: "pd.Series[int]", hidden: frozenset[Hashable]) -> bool:
    """Say whether a total less the groups that are shown would give a small group away."""
    return not is_total_safe(_counts(pupils), hidden)


def _modes(plan: Plan) -> pd.DataFrame:
    placements = plan.placements
    carried = placements[placements["entitled"]]
    table = carried.groupby(carried["mode"].fillna(NOT_GIVEN))[["count", "transport_gbp"]].sum()
    return table.rename(columns={"transport_gbp": "gbp"})


def _journeys(plan: Plan, grouping: str) -> pd.DataFrame:
    placements = plan.placements
    labels = phases(placements) if grouping == "phase" else placements[grouping].fillna(NOT_GIVEN)
    minutes = placements.assign(sum=placements["count"] * placements["minutes"])
    sums = minutes.groupby(labels.astype("object"))[["count", "sum"]].sum()
    return sums.assign(mean=sums["sum"] / sums["count"])


def _counts(series: "pd.Series[int]") -> dict[Hashable, int]:
    return {str(label): int(value) for label, value in series.items()}


def _sums(series: "pd.Series[float]") -> dict[Hashable, float]:
    return {str(label): float(value) for label, value in series.items()}
