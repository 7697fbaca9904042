"""The first screen of the report: five sentences, five figures, and how good the plan is proven to be."""

from dataclasses import dataclass

from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.report.grid import NOTHING, Cell
from placement_opt.report.place_tables import headline
from placement_opt.report.subject import Subject
from placement_opt.report.words import (
    NOBODY,
    are_wishes_weighed,
    is_weighing_hidden,
    leaves_fewest,
    money_sentence,
    moves_sentence,
    percent,
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
    """Return the main plan in up to five sentences: places, money, travel, moves, proof; one where it has nobody."""
    if subject.counts["pupils", subject.main] == 0:
        return (NOBODY,)
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
    is_everybody = plan.unplaced_pupils == 0 and not subject.is_hidden(("unplaced", subject.main))
    fewest = "no plan under these rules leaves fewer pupils without a place" if is_fewest and not is_everybody else ""
    if plan.gap is None or plan.bound_gbp is None:
        return f"It is proved that {fewest}." if fewest else "Nothing is proved of its cost."
    if is_weighing_hidden(subject) or subject.main in subject.amounts.hidden_costs:
        cost = f"the plan is within {percent(plan.gap)} of the least that these rules allow"
    else:
        others = "none that leaves as few" if fewest else _others(is_everybody=is_everybody)
        cost = f"{others} {_is_cheaper(plan)}{_weighed(subject)}"
    return f"It is proved that {f'{fewest}, and that ' if fewest else ''}{cost}."


def _others(*, is_everybody: bool) -> str:
    who = "gives everybody a place" if is_everybody else "leaves as few pupils without a place"
    return f"no plan under these rules that {who}"


def _is_cheaper(plan: Plan) -> str:
    more = max(0.0, plan.objective_gbp - (plan.bound_gbp or 0.0))
    if round(more) == 0:
        return "costs less"
    return f"is cheaper by more than £{more:,.0f} a year ({percent(plan.gap or 0.0)})"


def _weighed(subject: Subject) -> str:
    is_weighed = are_wishes_weighed(subject, subject.plans[subject.main])
    return ", unmet wishes counted at their weight" if is_weighed else ""


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
    return Tile(percent(plan.gap), label, "proved, and can be checked")
