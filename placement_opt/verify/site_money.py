"""What places over the number, open provisions, classes, links and teams cost, by locality and payer (C9)."""

from dataclasses import dataclass

import numpy as np

from placement_opt.verify.question import Question, Real, Truth


@dataclass(frozen=True, eq=False, repr=False)
class SiteMoney:
    """What one unit of each decision about sites costs, for each provision, or for each hub's provision.

    Parameters
    ----------
    over, opened, added
        Of a place over the number, of being open, of an added class.
    commissioned
        What a provision of status open costs whatever is decided.
    travel, team
        Shares (0 or 1) of the travel and the teams of each provision that is a hub.
    each_place
        Of a place of a provision that is open, filled or not.
    """

    over: Real
    opened: Real
    added: Real
    commissioned: Real
    travel: Real
    team: Real
    each_place: Real


def site_money(question: Question, locality: str | None = None, payer: str | None = None) -> SiteMoney:
    """Return the running costs of sites that one payer pays in one locality; None = all."""
    cell, parameters = question.of_provisions, question.parameters
    here = of_locality(question, locality).astype(float)
    is_full = (question.policy.cost_basis == "full") & ~question.is_ordinary
    by_place_payer = np.ones(len(here)) if payer is None else (cell("place_payer") == payer).astype(float)
    each_place = here * by_place_payer * is_full * cell("place_gbp")
    by = {name: here * (payer in {None, getattr(parameters, f"{name}_payer")}) for name in _PAYERS}
    is_decided = question.is_decided_status
    return SiteMoney(
        over=by["overflow"] * cell("overflow_gbp"),
        opened=is_decided * (by["opening"] * cell("open_gbp") + each_place * cell("places")),
        added=by["opening"] * cell("class_gbp") + each_place * cell("class_places"),
        commissioned=(cell("status") == "open") * each_place * cell("places"),
        travel=by["outreach"],
        team=by["outreach"],
        each_place=each_place.astype(float),
    )


def site_capital(question: Question, locality: str | None) -> SiteMoney:
    """Return what sites of a locality cost once."""
    here = of_locality(question, locality)
    nothing = np.zeros(len(here))
    opened = here * (question.of_provisions("status") == "candidate") * question.of_provisions("capital_gbp")
    added = here * question.of_provisions("class_capital_gbp")
    return SiteMoney(nothing, opened.astype(float), added.astype(float), nothing, nothing, nothing, nothing)


def of_locality(question: Question, locality: str | None) -> Truth:
    """Return for each provision whether its school is in a locality; None = all are."""
    cells = question.of_schools("locality")
    return np.full(len(cells), True) if locality is None else np.asarray(cells == locality, dtype=bool)


_PAYERS = ("overflow", "opening", "outreach")
