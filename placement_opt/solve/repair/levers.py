"""What could be changed so that more pupils have a place: kinds of changes, and what is offered of each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from placement_opt.facts import Facts
from placement_opt.schema import ORDINARY_CLASS_KINDS


class Kind(StrEnum):
    """A kind of change; its value is its name in arguments and tables."""

    PLACE = "place"
    """One place more at a provision."""
    OVER = "over the number"
    """One place more over the number, at a provision that may go over it."""
    JOURNEY = "longer journey"
    """One pupil travels longer than the limit."""
    BOUGHT = "bought place"
    """One pupil has a place at a price that the caller gives, at no school of the tables."""
    PART = "part limit"
    """A row of `part_limits` lets one place more be taken."""
    SCHOOL = "school limit"
    """The limit on a whole school lets one place more be taken."""
    SITES_MOST = "one more open"
    """A row of `site_limits` lets one provision more be open."""
    SITES_LEAST = "one fewer open"
    """A row of `site_limits` lets one provision fewer be open."""
    GROUP = "smaller group"
    """A provision is run for fewer pupils than its smallest viable group: one change, however many fewer."""
    SPOKES = "spoke"
    """A hub serves one spoke more."""
    TEAMS = "team"
    """A hub can have one outreach team more."""
    MOVES = "move"
    """One pupil more may leave a place that could be kept."""
    BUDGET = "budget"
    """A budget is raised: one change, whatever the amount."""
    RESOURCE = "resource"
    """There is more of a resource: one change, whatever the amount."""
    TOTAL = "total"
    """A row of `totals` is raised: one change, whatever the amount."""


IN_ONE = frozenset({Kind.GROUP, Kind.BUDGET, Kind.RESOURCE, Kind.TOTAL})
"""Kinds of which a change is one, whatever its amount."""

NO_ROW = -1


@dataclass(frozen=True, eq=False)
class Offer:
    """What may be changed, and at what price.

    Parameters
    ----------
    kinds
        The kinds of changes that are looked at.
    place_gbp
        £ a year of one place more, by provision_id or kind of provision; the first of the two that is there counts.
        Elsewhere a place costs its place funding.
    bought_gbp
        £ a year, transport included, of a place at no school of the tables; None = none can be bought.
    most_minutes
        No longer journey than this is looked at; None = any length.
    """

    kinds: Collection[Kind] = tuple(Kind)
    place_gbp: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    bought_gbp: float | None = None
    most_minutes: float | None = None

    def price_of_place(self, facts: Facts, provision: int) -> float:
        """Return what one place more at a provision costs in a year, besides what the pupil there costs.

        New places are new spending: their place funding counts on the marginal basis too. On the average basis it is
        in what each pupil costs, and so it is on every basis for places in ordinary classes, which nobody commissions.
        """
        row = facts.provisions.iloc[provision]
        for key in (str(row["provision_id"]), str(row["kind"])):
            if key in self.place_gbp:
                return float(self.place_gbp[key])
        is_counted = row["kind"] in ORDINARY_CLASS_KINDS or facts.policy.cost_basis == "average"
        return 0.0 if is_counted else float(row["place_gbp"])


@dataclass(frozen=True, eq=False)
class Lever:
    """One thing that can be changed.

    Parameters
    ----------
    kind
        What it changes.
    at
        Position of the provision, setting or row of the table that it is about; NO_ROW = about no one row.
    columns
        Columns that count its changes; of kinds that are one change whatever the amount, a single yes or no.
    amount
        The column of the amount, for those kinds.
    row
        The row that gives way.
    limit
        What the row limits as it binds today: the table's number, or what those who stay take beyond it.
    price_gbp
        Of one change in a year.
    """

    kind: Kind
    at: int
    columns: tuple[int, ...]
    amount: int | None = None
    row: str = ""
    limit: float = 0.0
    price_gbp: float = 0.0
