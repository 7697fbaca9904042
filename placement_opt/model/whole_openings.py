"""Family C18: how many sites of each price a budget of capital can open, in whole sites.

The rows follow from those of the budgets (C16), because a site opens or does not: they take nothing from any plan, but
an LP that opens 1.3 schools of £7.5m for £10m breaks them (rounding of Chvátal and Gomory; Nemhauser and Wolsey,
"Integer and Combinatorial Optimization", 1988, section II.1.2).
"""

from collections.abc import Sequence
from math import floor

import numpy as np

from placement_opt.model.linear import LE, NO_PAIRS, Terms
from placement_opt.model.years import YearsDraft

SHARE, ROOM = 1e-9, 1e-6
"""What floating point may take from a ratio of two prices, and from that of a limit and a price."""


def add_whole_openings(draft: YearsDraft, name: str, capital: Terms, limit_gbp: float) -> None:
    """Add row family C18 for one budget of capital.

    Parameters
    ----------
    draft
        The model.
    name
        The row of the budget.
    capital
        What openings cost: columns of being open with £, a site's year less the year before.
    limit_gbp
        Of the budget, less what is committed.
    """
    word, _, numbers = name.rpartition("budget_")
    for place, price_gbp in enumerate(_prices(capital)):
        sites = [(column, float(np.sign(gbp)) * floor(abs(gbp) / price_gbp + SHARE)) for column, gbp in capital]
        most = floor(limit_gbp / price_gbp + ROOM)
        draft.row(f"{word}openings_{numbers}_{place}", NO_PAIRS, 0, sites, LE, most)


def _prices(capital: Sequence[tuple[int, float]]) -> list[float]:
    """Return the different prices of sites, ascending; of those with the same pennies the least."""
    dearest_first = sorted((gbp for _, gbp in capital if round(gbp, 2) > 0), reverse=True)
    return sorted({round(gbp, 2): gbp for gbp in dearest_first}.values())
