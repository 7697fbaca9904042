"""What a plan spends of each budget (C9)."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP
from placement_opt.verify.journeys import transport_gbp
from placement_opt.verify.money import place_gbp, topup_gbp, topup_payer
from placement_opt.verify.outreach import links_gbp, teams_gbp
from placement_opt.verify.question import Real, positions
from placement_opt.verify.use import amounts_gbp, capital_gbp

_PAYER_OF_USE = {"overflow_gbp": "overflow_payer", "opening_gbp": "opening_payer", "classes_gbp": "opening_payer"}
"""The parameter that names the payer; of what is not here, the provision's `place_payer` pays."""


@dataclass(frozen=True, eq=False, repr=False)
class Spent:
    """Some of the money of a plan, amount by amount.

    Parameters
    ----------
    types
        The types of budgets that count it.
    locality, payer
        Of each amount.
    """

    types: tuple[str, ...]
    gbp: Real
    locality: NDArray[Any]
    payer: NDArray[Any]


def budgets(case: Case) -> Iterator[str]:
    """Find budgets that are overspent (C9)."""
    table = case.question.problem.table("budgets")
    every = list(ledger(case)) if len(table) else []
    for _, budget in table.iterrows():
        spent, amounts = counted(every, budget)
        if spent > budget["limit_gbp"] + HALF_PENNY_GBP * (amounts + 1):
            yield f"budget {budget['budget']}: £{spent:,.2f} is spent; its limit is £{budget['limit_gbp']:,.2f}."


def counted(every: "list[Spent]", budget: "pd.Series[Any]") -> tuple[float, int]:
    """Return what a budget counts, and of how many amounts."""
    spent, amounts = 0.0, 0
    for part in every:
        if budget["type"] in part.types:
            is_counted = np.ones(len(part.gbp), dtype=bool)
            for column, cells in (("locality", part.locality), ("payer", part.payer)):
                if pd.notna(budget[column]):
                    is_counted &= cells == budget[column]
            spent += float(part.gbp[is_counted].sum())
            amounts += int((is_counted & (part.gbp != 0)).sum())
    return spent, amounts


def ledger(case: Case) -> Iterator[Spent]:
    """Yield all money of a plan, worked out again."""
    question, parameters = case.question, case.question.parameters
    home = question.of_pupils("locality")[case.pupil]
    for types, each, payer in (
        (("revenue",), topup_gbp(case), topup_payer(case)),
        (("revenue",), place_gbp(case), question.of_provisions("place_payer")[case.provision]),
        (("revenue", "transport"), transport_gbp(case), _one(parameters.transport_payer, len(home))),
    ):
        yield Spent(types, np.asarray(np.round(each, 2) * case.count, dtype=np.float64), home, payer)
    at_school = question.of_schools("locality")
    for name, amount in amounts_gbp(case).items():
        by = _one(getattr(parameters, _PAYER_OF_USE[name]), len(amount)) if name in _PAYER_OF_USE else None
        yield Spent(("revenue",), amount, at_school, question.of_provisions("place_payer") if by is None else by)
    yield Spent(("capital",), capital_gbp(case), at_school, _one(None, len(at_school)))
    for outreach in (links_gbp(case), teams_gbp(case)):
        hub = positions(question.provisions["provision_id"], outreach.index.to_series())
        payer = _one(parameters.outreach_payer, len(hub))
        yield Spent(("revenue",), np.asarray(outreach, dtype=np.float64), at_school[hub], payer)


def _one(name: str | None, number: int) -> NDArray[Any]:
    return np.full(number, name, dtype=object)


CHECKS = (Check("budgets", budgets, of_baseline=False),)
