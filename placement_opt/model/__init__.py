"""The model: the only layer that writes PuLP expressions. One module for each family of decisions.

A family is a function that takes the draft and adds named rows, columns and objective terms. The families and their
numbers are those of `docs/formulation.md`, section 4.
"""

from collections.abc import Callable, Collection

from placement_opt.model.assignment import add_assignment
from placement_opt.model.budgets import add_budgets
from placement_opt.model.capacity import add_capacity
from placement_opt.model.draft import Draft
from placement_opt.model.outreach import add_outreach
from placement_opt.model.resources import add_resources
from placement_opt.model.sites import add_sites
from placement_opt.model.totals import add_totals
from placement_opt.model.wishes import add_wishes
from placement_opt.model.writing import Model, write_model
from placement_opt.pairs import Pairs

__all__ = ["FAMILIES", "Draft", "Model", "draft_model", "write_model"]

FAMILIES: tuple[Callable[[Draft], None], ...] = (
    add_assignment,
    add_sites,
    add_capacity,
    add_outreach,
    add_resources,
    add_wishes,
    add_totals,
    add_budgets,
)
"""The families in the order in which they are added: being open comes before what depends on it, money last."""


def draft_model(pairs: Pairs, *, enforced: Collection[str] | None = None) -> Draft:
    """Draft the model of a set of pairs.

    Parameters
    ----------
    pairs
        Who could go where, at what cost.
    enforced
        See `Draft`.
    """
    draft = Draft(pairs, enforced=enforced)
    for add_family in FAMILIES:
        add_family(draft)
    return draft
