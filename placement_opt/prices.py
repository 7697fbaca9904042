"""What a place costs for one pupil: top-up or fee, place funding, and who pays the top-up."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.errors import Fault, InputError
from placement_opt.facts import NOBODY, Facts, Floats, Ints
from placement_opt.schema import ORDINARY_CLASS_KINDS
from placement_opt.tariff import KIND_POSITION, best_rows

DEFAULT_TOPUP_PARAMETERS = {
    "mainstream": "default_topup_gbp_mainstream",
    "spoke": "default_topup_gbp_mainstream",
    "special": "default_topup_gbp_special",
    "independent_special": "default_topup_gbp_independent_special",
    "alternative": "default_topup_gbp_alternative",
}
"""The parameter that prices a kind where nothing else does. A hub has none: no national figure was found."""


@dataclass(frozen=True, eq=False)
class Prices:
    """The price list of a problem, by position.

    Parameters
    ----------
    facts
        What is known.
    """

    facts: Facts

    @cached_property
    def _topups(self) -> tuple[Floats, NDArray[Any]]:
        """Top-up and payer for each combination of need and band, and each provision."""
        facts, parameters = self.facts, self.facts.problem.parameters
        table = facts.problem.table("topups")
        classes, _ = facts.needs_bands
        kind = np.array([KIND_POSITION[name] for name in facts.kinds], dtype=np.int64)
        row = best_rows(table, classes)[:, kind] if len(kind) else np.zeros((len(classes), 0), dtype=np.int64)
        default = np.array(
            [getattr(parameters, DEFAULT_TOPUP_PARAMETERS.get(name, ""), np.nan) for name in facts.kinds], dtype=float
        )
        own = facts.provision_column("topup_gbp").astype(float)
        listed = np.append(table["topup_gbp"].to_numpy(dtype=float), np.nan)[row]
        gbp = np.where(np.isnan(listed), default[None, :], listed)
        gbp = np.where(np.isnan(own)[None, :], gbp, own[None, :])
        payers = np.append(table["payer"].to_numpy(dtype=object), parameters.topup_payer)[row]
        payers = np.where(np.isnan(own)[None, :], payers, parameters.topup_payer)
        return gbp, payers

    @cached_property
    def _known(self) -> tuple[Ints, Floats]:
        """The pairs with a known price as ascending numbers, and their prices."""
        table, facts = self.facts.problem.table("pair_costs"), self.facts
        pupil = pd.Index(facts.pupils["pupil_id"]).get_indexer(pd.Index(table["pupil_id"]))
        provision = pd.Index(facts.provisions["provision_id"]).get_indexer(pd.Index(table["provision_id"]))
        number = (pupil * len(facts.provisions) + provision).astype(np.int64)
        order = np.argsort(number)
        return number[order], table["cost_gbp"].to_numpy(dtype=float)[order]

    def known_gbp(self, pupil: Ints, provision: Ints) -> Floats:
        """Return the known price of each pair, NaN where there is none."""
        numbers, gbp = self._known
        if not len(numbers):
            return np.full(len(pupil), np.nan)
        wanted = pupil * len(self.facts.provisions) + provision
        at = np.minimum(np.searchsorted(numbers, wanted), len(numbers) - 1)
        return np.where(numbers[at] == wanted, gbp[at], np.nan)

    def topup(self, pupil: Ints, provision: Ints) -> Floats:
        """Return the top-up or fee of one pupil of each pair.

        Raises
        ------
        InputError
            When a pair has no price: no `pair_costs`, `topup_gbp`, `topups` row or default fits.
        """
        _, of_pupil = self.facts.needs_bands
        gbp = self._topups[0][of_pupil[pupil], provision]
        if len(self._known[0]):
            known = self.known_gbp(pupil, provision)
            gbp = np.where(np.isnan(known), gbp, known)
        self._check_priced(pupil, provision, gbp)
        return np.round(gbp, 2)

    def topup_payer(self, pupil: Ints, provision: Ints) -> NDArray[Any]:
        """Return who pays the top-up or fee of each pair."""
        _, of_pupil = self.facts.needs_bands
        payers = self._topups[1][of_pupil[pupil], provision]
        known = self.known_gbp(pupil, provision)
        return np.asarray(np.where(np.isnan(known), payers, self.facts.problem.parameters.topup_payer), dtype=object)

    def place(self, pupil: Ints, provision: Ints) -> Floats:
        """Return the place funding of one pupil of each pair: what is counted for each place taken.

        On the average basis that is every kind, on the full basis only places in ordinary classes, which nobody
        commissions; a known price holds the place funding already.
        """
        facts = self.facts
        if facts.policy.cost_basis == "marginal":
            return np.zeros(len(pupil))
        gbp = np.round(facts.provision_column("place_gbp")[provision] * facts.pupil_column("places")[pupil], 2)
        in_class = np.isin(facts.kinds, ORDINARY_CLASS_KINDS)[provision]
        follows = (in_class | (facts.policy.cost_basis == "average")) & np.isnan(self.known_gbp(pupil, provision))
        return np.asarray(np.where(follows, gbp, 0.0), dtype=np.float64)

    def _check_priced(self, pupil: Ints, provision: Ints, gbp: Floats) -> None:
        blank = np.isnan(gbp)
        if not blank.any():
            return
        facts = self.facts
        needs = facts.pupil_column("need")[pupil[blank]]
        ids = facts.provision_column("provision_id")[provision[blank]]
        kinds = facts.kinds[provision[blank]]
        message = "has no top-up price and no national figure exists for it. Fill topup_gbp, or add a row to topups."
        faults = {
            (str(where), str(kind), str(need)): Fault(
                "provisions", "topup_gbp", "", f"{where} ({kind}, {need})", message
            )
            for where, kind, need in zip(ids, kinds, needs, strict=True)
        }
        raise InputError(faults[key] for key in sorted(faults))


def best_amounts(facts: Facts, resource: str) -> Floats:
    """Return what one pupil uses of a resource: shape (combinations of need and band, kinds); 0 where no row fits."""
    table = facts.problem.table("resource_use")
    table = table[table["resource"] == resource].reset_index(drop=True)
    classes, _ = facts.needs_bands
    rows = best_rows(table, classes)
    amounts = np.append(table["amount"].to_numpy(dtype=float), 0.0)
    return np.asarray(amounts[np.where(rows == NOBODY, len(table), rows)], dtype=np.float64)
