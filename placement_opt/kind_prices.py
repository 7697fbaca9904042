"""What pupils pay at a kind of provision where it has no price of its own, and that price list with other prices."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from placement_opt.prices import DEFAULT_TOPUP_PARAMETERS
from placement_opt.problem import Problem
from placement_opt.tariff import KIND_POSITION, best_rows

_KEY = ["need", "band", "kind"]


def listed_prices(problem: Problem, kind: str) -> pd.DataFrame:
    """Return what pupils of each need and band pay at a kind where a provision has no price: topup_gbp and payer."""
    pupils = pd.concat([problem.table(name)[["need", "band"]] for name in ("pupils", "arrivals")])
    classes = pupils.assign(band=pupils["band"].fillna("")).drop_duplicates().sort_values(["need", "band"])
    classes = classes.reset_index(drop=True)
    table, parameters = problem.table("topups"), problem.parameters
    row = best_rows(table, classes)[:, KIND_POSITION[kind]]
    default = getattr(parameters, DEFAULT_TOPUP_PARAMETERS.get(kind, ""), np.nan)
    gbp = np.append(table["topup_gbp"].to_numpy(dtype=float), default)[row]
    payer = np.append(table["payer"].to_numpy(dtype=object), parameters.topup_payer)[row]
    return classes.assign(topup_gbp=gbp, payer=payer)


def with_prices(
    topups: pd.DataFrame, kind: str, listed: pd.DataFrame, new_gbp: Callable[[float], float]
) -> pd.DataFrame:
    """Return the table `topups` with a row for each need and band at a kind, in place of what they paid there before.

    A row with need, band and kind outranks all others, so that nobody else's price changes.
    """
    rows: list[dict[str, Any]] = [
        {"need": need, "band": band or None, "kind": kind, "topup_gbp": new_gbp(gbp), "payer": payer}
        for need, band, gbp, payer in listed[["need", "band", "topup_gbp", "payer"]].itertuples(index=False)
        if not np.isnan(new_gbp(gbp))
    ]
    both = pd.concat([topups.astype("object"), pd.DataFrame(rows, columns=topups.columns, dtype="object")])
    keys = both[_KEY].fillna("").apply(tuple, axis=1)
    return both[~keys.duplicated(keep="last")].reset_index(drop=True)
