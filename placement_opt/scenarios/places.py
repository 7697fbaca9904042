"""Changes to how many places there are: more places, classes at a price, a limit on a provider."""

from functools import partial
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number, is_whole
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change
from placement_opt.scenarios.editing import limit_pupils, with_cells, with_rows
from placement_opt.scenarios.selecting import Where, chosen_ids, one_row, where_of, words_of
from placement_opt.schema import ORDINARY_CLASS_KINDS

Changed = tuple[Problem, Policy]
MOST_GBP = 10_000_000_000.0


def add_places(provision_id: str, places: int) -> Change:
    """Give a provision more places, or fewer, without asking what they cost.

    Their place funding is counted as that of the places it has: by the cost basis. Use `expand` to have the plan decide
    whether they are worth their price. A limit on the whole school stays as it is.

    Parameters
    ----------
    provision_id
        The provision.
    places
        Places to add; negative = to take away. Nobody who stays is pushed out.

    Raises
    ------
    ValueError
        When `places` is no whole number other than 0.

    Examples
    --------
    >>> add_places("A-base", 10).describe()
    'add 10 places to A-base'
    """
    if not is_whole(places) or places == 0:
        raise ValueError(f"`places` is {places!r}; use a whole number other than 0.")
    verb, link = ("add", "to") if places > 0 else ("take", "from")
    noun = "place" if abs(places) == 1 else "places"
    words = f"{verb} {abs(places)} {noun} {link} {provision_id}"
    return Change(words, partial(_add_places, provision_id=provision_id, places=places))


def expand(
    provision_id: str, places: int, *, yearly_gbp: float | None = None, capital_gbp: float = 0.0, classes: int = 1
) -> Change:
    """Offer a provision more places at a price: one or more classes that the plan adds where they are worth it.

    Parameters
    ----------
    provision_id
        The provision; it has no classes on offer yet.
    places
        Places of each class.
    yearly_gbp
        Running cost of a class that is added. None = the provision's place funding for its places: on the marginal
        basis, where only new spending counts, as the price of a class; on the others by the cost basis itself, except
        that nobody commissions places in ordinary classes.
    capital_gbp
        One-off cost of a class that is added.
    classes
        Most classes that may be added.

    Raises
    ------
    ValueError
        When a number is out of its range.

    Examples
    --------
    >>> expand("B-special", 8, yearly_gbp=180_000, capital_gbp=600_000).describe()
    'offer B-special 8 more places for £180,000 a year and £600,000 once'
    """
    for name, number in (("places", places), ("classes", classes)):
        if not is_whole(number) or number < 1:
            raise ValueError(f"`{name}` is {number!r}; use a whole number from 1.")
    for name, amount in (("yearly_gbp", yearly_gbp), ("capital_gbp", capital_gbp)):
        if amount is not None and not is_number(amount, 0, MOST_GBP):
            raise ValueError(f"`{name}` is {amount!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}.")
    running = "its place funding" if yearly_gbp is None else f"£{yearly_gbp:,.0f} a year"
    once = f" and £{capital_gbp:,.0f} once" if capital_gbp else ""
    times = f"{classes} times " if classes > 1 else ""
    return Change(
        f"offer {provision_id} {times}{places} more places for {running}{once}",
        partial(
            _expand,
            provision_id=provision_id,
            row={"max_classes": classes, "class_places": places, "class_capital_gbp": float(capital_gbp)},
            yearly_gbp=yearly_gbp,
        ),
    )


def cap(
    places: int,
    *,
    provision_id: str | None = None,
    setting_id: str | None = None,
    trust: str | None = None,
    kind: str | None = None,
) -> Change:
    """Take up no more than some places of a provider, or of a kind: an independent provider, say.

    A row of `part_limits` says so for a provision, a school or all schools of a trust together; for a kind a row of
    `resources`, which counts pupils. Those who stay are never pushed out: while more of them are there, nobody new
    comes.

    Parameters
    ----------
    places
        Most places (for a kind: pupils).
    provision_id, setting_id, trust, kind
        One of them: what is limited.

    Raises
    ------
    ValueError
        When `places` is no whole number from 0, or not exactly one of the others is given.

    Examples
    --------
    >>> cap(40, kind="independent special").describe()
    'at most 40 places at all of kind independent_special'
    """
    if not is_whole(places) or places < 0:
        raise ValueError(f"`places` is {places!r}; use a whole number from 0.")
    where = where_of(provision_id=provision_id, setting_id=setting_id, trust=trust, kind=kind)
    if len(where) != 1:
        raise ValueError("Cap one thing at a time; give one of provision_id, setting_id, trust, kind.")
    return Change(f"at most {places} places at {words_of(where)}", partial(_cap, where=where, places=places))


def _add_places(problem: Problem, policy: Policy, *, provision_id: str, places: int) -> Changed:
    row = _in_use(problem, provision_id)
    number = int(row["places"]) + places
    if number < 0:
        message = f"are the places of {provision_id}; {-places} cannot be taken away."
        raise InputError([Fault("provisions", "places", "", str(row["places"]), message)])
    return problem.replace(provisions=with_cells(problem.provisions, [provision_id], {"places": number})), policy


def _expand(
    problem: Problem, policy: Policy, *, provision_id: str, row: dict[str, Any], yearly_gbp: float | None
) -> Changed:
    known = _in_use(problem, provision_id)
    if known["max_classes"]:
        message = f"are the classes that {provision_id} may add already. Change the table, or leave the change out."
        raise InputError([Fault("provisions", "max_classes", "", str(known["max_classes"]), message)])
    if yearly_gbp is None:
        is_new_spending = policy.cost_basis == "marginal" and known["kind"] not in ORDINARY_CLASS_KINDS
        yearly_gbp = float(known["place_gbp"]) * row["class_places"] if is_new_spending else 0.0
    changed = with_cells(problem.provisions, [provision_id], {**row, "class_gbp": float(yearly_gbp)})
    return problem.replace(provisions=changed), policy


def _cap(problem: Problem, policy: Policy, *, where: Where, places: int) -> Changed:
    chosen_ids(problem, where)
    [(column, word)] = where
    if column == "kind":
        name = f"at most {places} at kind {word}"
        return limit_pupils(problem, name, places, (None,), (word,)), policy
    row = {"limit_id": f"cap {column} {word}", column: word, "places": places}
    return problem.replace(part_limits=with_rows(problem.table("part_limits"), row)), policy


def _in_use(problem: Problem, provision_id: str) -> dict[str, Any]:
    row = dict(one_row(problem, provision_id))
    if row["status"] == "closed":
        raise InputError([Fault("provisions", "status", "", provision_id, "is closed. Choose one that is in use.")])
    return row
