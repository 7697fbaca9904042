"""The first screen of the report: five sentences, five figures, and how good the plan is proven to be."""

from dataclasses import dataclass

from placement_opt.errors import Status
from placement_opt.report.grid import NOTHING, Cell
from placement_opt.report.place_tables import headline
from placement_opt.report.subject import Subject
from placement_opt.report.words import (
    are_wishes_weighed,
    is_weighing_hidden,
    leaves_fewest,
    money_sentence,
    moves_sentence,
    places_sentence,
    travel_sentence,
)

_TILES = (
    ("Pupils with a place", "Pupils with a place"),
    ("Pupils without a place", "Pupils without a place"),
    ("Cost, £ a year", "Cost a year"),
    ("Mean journey, minutes one way", "Minutes to school on average"),
)
"""Rows of the key figures that stand large, and what stands under them."""


@dataclass(frozen=True)
class Tile:
    """A large figure with what it is, and what it is in the reference."""

    figure: str
    label: str
    beside: str


def sentences(subject: Subject) -> tuple[str, ...]:
    """Return the main plan in at most five sentences: places, money, travel, moves, proof."""
    told = (
        places_sentence(subject),
        money_sentence(subject),
        travel_sentence(subject),
        moves_sentence(subject),
        proof_sentence(subject),
    )
    return tuple(sentence for sentence in told if sentence)


def tiles(subject: Subject) -> tuple[Tile, ...]:
    """Return the five figures of the main plan, each beside that of the reference."""
    rows = {row[0].text(): row[1:] for row in headline(subject).rows}
    names = list(subject.plans)
    at = names.index(subject.main)
    found = [_tile(subject, rows[row], at, label) for row, label in _TILES]
    return (*found, _proof_tile(subject))


def proof_sentence(subject: Subject) -> str:
    """Say in one sentence how good the main plan is proven to be."""
    plan = subject.plans[subject.main]
    if plan.status is Status.BASELINE:
        return "These are the placements as they stand, so nothing is proved."
    is_fewest = leaves_fewest(plan)
    fewest = "no plan under these rules leaves fewer pupils without a place, and that " if is_fewest else ""
    if plan.gap is None or plan.bound_gbp is None:
        return f"It is proved that {fewest.removesuffix(', and that ')}." if is_fewest else "Nothing is proved of it."
    if is_weighing_hidden(subject) or subject.main in subject.amounts.hidden_costs:
        return f"It is proved that {fewest}the plan is within {plan.gap:.4%} of the least that these rules allow."
    weighed = ", unmet wishes counted at their weight" if are_wishes_weighed(subject, plan) else ""
    more = max(0.0, plan.objective_gbp - plan.bound_gbp)
    return (
        f"It is proved that {fewest}none that leaves as few is cheaper by more than £{more:,.0f} a year "
        f"({plan.gap:.4%}){weighed}."
    )


def _tile(subject: Subject, row: tuple[Cell, ...], at: int, label: str) -> Tile:
    beside = f"{subject.reference}: {_short(row[0])}" if at else ""
    return Tile(_short(row[at]), label, beside)


def _short(cell: Cell) -> str:
    """Return a figure as it stands large: £ from a million on in millions."""
    text = cell.text()
    if not text.startswith("£") or not isinstance(cell.value, int | float) or cell.value < 1e6:
        return text
    return f"£{cell.value / 1e6:,.2f}m"


def _proof_tile(subject: Subject) -> Tile:
    plan = subject.plans[subject.main]
    label = "At most this far from the best possible plan"
    if plan.gap is None:
        return Tile(NOTHING, label, "nothing is proved")
    return Tile("under 0.0001%" if 0 < plan.gap < 1e-6 else f"{plan.gap:.4%}", label, "proved, and can be checked")
