"""What one pupil costs at one provision, for any list of lines (formulation, section 2)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.schema import KINDS
from placement_opt.verify.free_travel import FreeTravel
from placement_opt.verify.known import Known, known_of
from placement_opt.verify.lines import Lines
from placement_opt.verify.modes import Mode, modes_of, prices_gbp
from placement_opt.verify.question import Question, Real, Whole, plain

NO_ROW = -1
_FITTED = ("need", "band", "kind")
_WEIGHTS = {"need": 12, "band": 10, "kind": 9}
"""More filled cells win, whichever they are; of equally many, need before band before kind."""


@dataclass(frozen=True, eq=False, repr=False)
class Prices:
    """The prices of a question, laid out by group of pupils (need and band) and provision.

    Parameters
    ----------
    topup_gbp
        Of `topups`, provisions and defaults; NaN = no price.
    topup_row
        The row of `topups` that sets the price, hence the payer; -1 = none does.
    place_gbp
        Of one place, for each provision, where the cost basis counts it.
    topup_payers
        Of the rows of `topups`, the parameter's last, so that position -1 finds it.
    pair_costs, journey_costs
        The prices of the tables of these names.
    free
        Who travels free.
    """

    question: Question
    modes: tuple[Mode, ...]
    topup_gbp: Real
    topup_row: Whole
    place_gbp: Real
    topup_payers: NDArray[Any]
    pair_costs: Known
    journey_costs: Known
    free: FreeTravel

    def of_topup(self, lines: Lines) -> Real:
        """Return for each line the top-up of one pupil, unrounded; NaN = no price."""
        amount = self.topup_gbp[self.question.group[lines.pupil], lines.provision]
        at, known = self.pair_costs.find(lines.pupil, lines.provision)
        amount[at] = known
        return amount

    def topup_payer(self, lines: Lines) -> Whole:
        """Return for each line who pays the top-up, as a position in `topup_payers`."""
        row = self.topup_row[self.question.group[lines.pupil], lines.provision]
        row[self.pair_costs.find(lines.pupil, lines.provision)[0]] = NO_ROW
        return row

    def of_place(self, lines: Lines) -> Real:
        """Return for each line the place funding of one pupil, unrounded."""
        amount = np.asarray(self.place_gbp[lines.provision] * self.question.of_pupils("places")[lines.pupil])
        amount[self.pair_costs.find(lines.pupil, lines.provision)[0]] = 0.0
        return amount

    def of_transport(self, lines: Lines) -> Real:
        """Return for each line the price of the transport of one pupil for a year, unrounded.

        It is the known price, else that of the cheapest mode.
        """
        miles = lines.miles
        least = prices_gbp(self.question, self.modes, lines.pupil, miles).min(axis=0)
        is_carried = self.free.is_owed(lines.pupil, self.question.school[lines.provision], miles) & np.isfinite(least)
        return self.with_known_journeys(lines, np.where(is_carried, least, 0.0))

    def with_known_journeys(self, lines: Lines, estimate_gbp: Real) -> Real:
        """Return for each line the price of transport: the known one where it is owed and known, else the estimate."""
        school = self.question.school[lines.provision]
        at, known_gbp = self.journey_costs.find(lines.pupil, school)
        is_owed = self.free.is_owed(lines.pupil[at], school[at], lines.miles[at])
        gbp = estimate_gbp.copy()
        gbp[at[is_owed]] = known_gbp[is_owed]
        return gbp


def prices_of(question: Question, free: FreeTravel) -> Prices:
    """Lay out the prices of a question, in which these pupils travel free."""
    table, parameters = question.problem.table("topups"), question.parameters
    defaults = [
        getattr(parameters, f"default_topup_gbp_{'mainstream' if kind == 'spoke' else kind}", np.nan) for kind in KINDS
    ]
    best = best_rows(question, table)
    of_kind = np.where(best == NO_ROW, defaults, np.array([*table["topup_gbp"], np.nan], dtype=float)[best])
    of_place = question.of_provisions("topup_gbp").astype(float)
    basis = question.policy.cost_basis
    counts = question.is_ordinary if basis == "full" else np.full(len(of_place), basis == "average")
    return Prices(
        question,
        modes_of(question),
        topup_gbp=np.where(np.isnan(of_place), of_kind[:, question.kind], of_place),
        topup_row=np.where(np.isnan(of_place), best[:, question.kind], NO_ROW),
        place_gbp=np.where(counts, question.of_provisions("place_gbp"), 0.0),
        topup_payers=np.array([*plain(table["payer"]), parameters.topup_payer], dtype=object),
        pair_costs=known_of(question, "pair_costs", "provision_id", question.provisions["provision_id"]),
        journey_costs=known_of(question, "journey_costs", "setting_id", question.settings["setting_id"]),
        free=free,
    )


def best_rows(question: Question, table: pd.DataFrame) -> Whole:
    """Return for each group of pupils and each kind the position of the row that wins; -1 = none fits.

    Parameters
    ----------
    question
        What was asked.
    table
        `topups` or `resource_use`; its columns need, band and kind may be blank, which fits everything.
    """
    wanted = {name: cells[:, None] for name, cells in question.groups.items()}
    wanted["kind"] = np.array(list(KINDS), dtype=object)[None, :]
    cells = {name: plain(table[name]) for name in _FITTED}
    best = np.full((len(wanted["need"]), len(KINDS)), NO_ROW, dtype=np.int64)
    best_score = np.full(best.shape, -1)
    for row in range(len(table)):
        filled = [name for name in _FITTED if cells[name][row] is not None]
        score = sum(_WEIGHTS[name] for name in filled)
        fits = np.ones(best.shape, dtype=bool)
        for name in filled:
            fits &= wanted[name] == cells[name][row]
        wins = fits & (score > best_score)
        best[wins], best_score[wins] = row, score
    return best


def amounts_used(question: Question, resource: str) -> Real:
    """Return for each group of pupils and each kind what one pupil uses of a resource."""
    use = question.problem.table("resource_use")
    rows = use[use["resource"] == resource]
    return np.array([*rows["amount"], 0.0], dtype=float)[best_rows(question, rows)]
