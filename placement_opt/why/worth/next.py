"""Where the next places should go: one after the other, each where it is worth most; and all at once, proven."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from placement_opt.solve.again import Again, Change
from placement_opt.solve.again.added import places_added, with_growing
from placement_opt.why.worth.steps import HALF_A_PENNY_GBP, NOTHING, Worth, worth_of


@dataclass(frozen=True)
class NextPlace:
    """One place of several that are given one after the other, and what all so far are worth together."""

    provision_id: str
    together: Worth


@dataclass(frozen=True)
class Allocation:
    """How a number of places is shared out best.

    Parameters
    ----------
    places
        How many each provision is given; a place that is worth nothing is not given.
    worth
        Of all of them together.
    """

    places: tuple[tuple[str, int], ...]
    worth: Worth


def one_after_the_other(ask: Again, first: Mapping[str, Worth], number: int) -> tuple[NextPlace, ...]:
    """Give one place after the other where it is worth most with those that were given before.

    Each place is the best next one, exactly; all of them together need not be the best. Of two that are worth as much
    the first provision has it. It ends where no place is worth anything.

    Parameters
    ----------
    ask
        The question.
    first
        The provisions, and what the first place at each is worth.
    number
        How many places there are.
    """
    given: dict[str, int] = {}
    chosen: list[NextPlace] = []
    best = max(first.items(), key=lambda one: one[1].rank, default=None)
    if best is not None and best[1].rank <= NOTHING.rank:
        best = None
    while best is not None:
        name, worth = best
        given[name] = given.get(name, 0) + 1
        chosen.append(NextPlace(name, worth))
        best = _best_next(ask, list(first), given, worth) if len(chosen) < number else None
    return tuple(chosen)


def _best_next(
    ask: Again, provision_ids: Sequence[str], given: dict[str, int], worth: Worth
) -> tuple[str, Worth] | None:
    """Return where the next place is worth most: the most promising first, until no other can be better."""
    present = ask.present
    unplaced = present.unplaced_pupils - worth.placed_more
    promises = []
    for place, name in enumerate(provision_ids):
        fewest, gbp = ask.at_best(_with_one_more(given, name), unplaced)
        promises.append(((present.unplaced_pupils - fewest, present.objective_gbp - gbp + HALF_A_PENNY_GBP), -place))
    best: tuple[tuple[int, float], int] = (worth.rank, 0)
    found: Worth | None = None
    for promise, at in sorted(promises, reverse=True):
        if promise < best[0]:
            break
        here = worth_of(ask, ask.best(_with_one_more(given, provision_ids[-at])))
        if here.rank > worth.rank and (found is None or (here.rank, at) > best):
            best, found = (here.rank, at), here
    return None if found is None else (provision_ids[-best[1]], found)


def _with_one_more(given: dict[str, int], name: str) -> Change:
    return Change(places={**given, name: given.get(name, 0) + 1})


def all_at_once(ask: Again, provision_ids: Sequence[str], number: int) -> Allocation:
    """Return the best way to share out so many places: how many each provision has is decided with the placements."""
    draft = ask.draft
    position = {str(name): at for at, name in enumerate(draft.facts.provisions["provision_id"])}
    rows = {row.name for row in draft.rows}
    growing = [position[name] for name in provision_ids if f"places_{position[name]}" in rows]
    found = ask.on(with_growing(draft, growing, number)).present
    added = places_added(found.draft, found.fitted)
    name_of = {at: name for name, at in position.items()}
    places = tuple((name_of[at], more) for at, more in sorted(added.items()))
    return Allocation(places, worth_of(ask, found))
