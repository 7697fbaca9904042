"""Family C9: budgets of revenue, of transport and of capital, by locality and payer."""

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement_opt.facts import Bools, Floats
from placement_opt.model.draft import Draft
from placement_opt.model.linear import LE, Terms
from placement_opt.model.sites import CHOSEN, commissioned_gbp, place_funding_gbp
from placement_opt.pairs import CostedPairs


def add_budgets(draft: Draft) -> None:
    """Add row family C9, one row for each budget; the money of those who stay counts too."""
    for place, budget in enumerate(draft.facts.problem.table("budgets").to_dict("records")):
        count = Counter(draft, budget["locality"], budget["payer"])
        amounts, terms, constant_gbp = getattr(count, budget["type"])()
        pairs = np.flatnonzero(amounts)
        kept = f", of which £{constant_gbp:,.2f} are spent whatever is decided" if constant_gbp else ""
        sentence = f"The budget {budget['budget']} is £{budget['limit_gbp']:,.2f}{kept}."
        right = float(budget["limit_gbp"]) - constant_gbp
        draft.row(f"budget_{place}", pairs, amounts[pairs], terms, LE, right, sentence)


class Counter:
    """What a budget with a locality and a payer (neither a text = any) counts: pairs, columns, and what is fixed."""

    def __init__(self, draft: Draft, locality: object, payer: object) -> None:
        self.draft, self.locality, self.payer = draft, locality, payer

    def transport(self) -> tuple[Floats, Terms, float]:
        """Count the journeys of pupils."""
        gbp, kept_gbp = (self._transport_gbp(pairs) for pairs in (self._decided, self._kept))
        return gbp, [], float((kept_gbp * self._kept_count).sum())

    def revenue(self) -> tuple[Floats, Terms, float]:
        """Count all money of a year."""
        gbp, kept_gbp = (self._pupil_gbp(pairs) for pairs in (self._decided, self._kept))
        return gbp, self._column_terms(), float((kept_gbp * self._kept_count).sum()) + self._fixed_gbp()

    def capital(self) -> tuple[Floats, Terms, float]:
        """Count what is spent once."""
        provisions, draft = self.draft.facts.provisions, self.draft
        here = self.schools_here()
        terms = [
            (column, float(provisions["capital_gbp"].iloc[p]))
            for p, column in draft.is_open.items()
            if here[p] and provisions["status"].iloc[p] == "candidate"
        ]
        terms += [
            (column, float(provisions["class_capital_gbp"].iloc[p])) for p, column in draft.classes.items() if here[p]
        ]
        return np.zeros(len(draft.decided)), terms, 0.0

    @cached_property
    def _decided(self) -> CostedPairs:
        return self.draft.pairs.costed(self.draft.decided)

    @cached_property
    def _kept(self) -> CostedPairs:
        return self.draft.pairs.costed(np.flatnonzero(self.draft.pairs.stays[self.draft.pairs.pupil]))

    @property
    def _kept_count(self) -> Floats:
        return self.draft.count[self._kept.pupil].astype(np.float64)

    def _transport_gbp(self, pairs: CostedPairs) -> Floats:
        payer = self.draft.facts.problem.parameters.transport_payer
        return np.where(self._homes_here(pairs) & self.pays(payer), pairs.transport_gbp, 0.0)

    def _pupil_gbp(self, pairs: CostedPairs) -> Floats:
        place_payer = self.draft.facts.provision_column("place_payer")[pairs.provision]
        gbp = np.where(self.pays(pairs.topup_payer), pairs.topup_gbp, 0.0)
        gbp += np.where(self.pays(place_payer), pairs.place_gbp, 0.0)
        return np.where(self._homes_here(pairs), gbp, 0.0) + self._transport_gbp(pairs)

    def _column_terms(self) -> Terms:
        draft, parameters = self.draft, self.draft.facts.problem.parameters
        provisions, here = draft.facts.provisions, self.schools_here()
        opening, outreach, over = (
            bool(self.pays(payer))
            for payer in (parameters.opening_payer, parameters.outreach_payer, parameters.overflow_payer)
        )
        funding = self.pays(provisions["place_payer"].to_numpy(dtype=object))
        terms: Terms = []
        for p, column in draft.is_open.items():
            row = provisions.iloc[p]
            if here[p] and row["status"] in CHOSEN:
                terms.append((column, float(row["open_gbp"]) * opening))
                terms.append((column, place_funding_gbp(draft, p, int(row["places"])) * float(funding[p])))
        for p, column in draft.classes.items():
            row = provisions.iloc[p]
            added_gbp = place_funding_gbp(draft, p, int(row["class_places"])) * float(funding[p])
            terms.append((column, (float(row["class_gbp"]) * opening + added_gbp) * bool(here[p])))
        for number, column_ in enumerate(draft.columns):
            family, _, position = column_.name.partition("_")
            if family == "o":
                p = int(position)
                terms.append((number, float(provisions["overflow_gbp"].iloc[p]) * (over and bool(here[p]))))
            elif family in {"k", "l"}:
                h = int(position.partition("_")[0])
                terms.append((number, draft.money.terms.get(number, 0.0) * (outreach and bool(here[h]))))
        return terms

    def _fixed_gbp(self) -> float:
        """Return the place funding that is paid whatever is decided."""
        facts = self.draft.facts
        paid = (facts.provision_column("status") == "open") & self.schools_here()
        paid &= self.pays(facts.provisions["place_payer"].to_numpy(dtype=object))
        return float(commissioned_gbp(self.draft)[paid].sum())

    def pays(self, payer: "str | NDArray[Any]") -> Bools:
        """Return for which payers the budget counts."""
        return np.asarray(
            (payer == self.payer) if isinstance(self.payer, str) else np.ones(np.shape(payer)), dtype=bool
        )

    def _homes_here(self, pairs: CostedPairs) -> Bools:
        if not isinstance(self.locality, str):
            return np.ones(len(pairs), dtype=bool)
        return np.asarray((self.draft.facts.pupils["locality"] == self.locality).to_numpy()[pairs.pupil], dtype=bool)

    def schools_here(self) -> Bools:
        """Return the provisions whose school is in the budget's locality."""
        facts = self.draft.facts
        if not isinstance(self.locality, str):
            return np.ones(len(facts.provisions), dtype=bool)
        return np.asarray((facts.settings["locality"] == self.locality).to_numpy()[facts.setting_of], dtype=bool)
