"""Tables by need, band and kind in which the row with the most filled cells that fits wins."""

import numpy as np
import pandas as pd

from placement_opt.facts import NOBODY, Ints
from placement_opt.schema import KINDS

KIND_POSITION = {kind: place for place, kind in enumerate(KINDS)}

_WEIGHT_OF_A_FILLED_CELL = 8
_WEIGHTS = {"need": 4, "band": 2, "kind": 1}
"""Among rows with equally many filled cells, need counts before band before kind."""


def best_rows(table: pd.DataFrame, classes: pd.DataFrame) -> Ints:
    """Return the row that fits best for each combination of need and band, and each kind.

    Parameters
    ----------
    table
        With columns need, band and kind; a blank fits anything.
    classes
        Combinations of need and band, as `Facts.needs_bands` gives them.

    Returns
    -------
    array of shape (classes, kinds)
        Positions of rows of `table`, or NOBODY where none fits; kinds in the order of `schema.KINDS`.
    """
    best = np.full((len(classes), len(KINDS)), NOBODY, dtype=np.int64)
    weight = np.zeros(best.shape, dtype=np.int64)
    need, band = classes["need"].to_numpy(dtype=object), classes["band"].to_numpy(dtype=object)
    for place, row in enumerate(table[["need", "band", "kind"]].to_dict("records")):
        filled = {str(name): value for name, value in row.items() if isinstance(value, str)}
        fits = np.ones(best.shape, dtype=bool)
        if "need" in filled:
            fits &= (need == filled["need"])[:, None]
        if "band" in filled:
            fits &= (band == filled["band"])[:, None]
        if "kind" in filled:
            fits &= np.arange(len(KINDS)) == KIND_POSITION[filled["kind"]]
        score = 1 + sum(_WEIGHT_OF_A_FILLED_CELL + _WEIGHTS[name] for name in filled)
        better = fits & (score > weight)
        best[better], weight[better] = place, score
    return best
