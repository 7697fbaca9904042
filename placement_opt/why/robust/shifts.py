"""Journeys and prices that are a share off: the question as it would then be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from placement_opt.given import is_number
from placement_opt.kind_prices import listed_prices, with_prices
from placement_opt.problem import Problem
from placement_opt.schema import KINDS
from placement_opt.transport import modes_of
from placement_opt.travel import TravelMatrix

LEAST_FACTOR, MOST_FACTOR = 0.1, 10.0
AS_GIVEN = "as given"


@dataclass(frozen=True)
class Shift:
    """What is a share off, and by which factor.

    Parameters
    ----------
    name
        What it is called in tables.
    minutes
        Times all minutes: to schools, and between hubs and spokes. Limits on journeys, the reach of hubs and the hours
        of their visits follow; no price does, for prices go by miles.
    miles
        Times all miles, on foot too. Entitlement, transport £ and CO2e follow.
    transport
        Times the prices of all modes and of `journey_costs`.
    prices
        Kind to a factor: times top-up or fee at that kind, wherever it comes from. Place funding stays.

    Raises
    ------
    ValueError
        When a factor is not from 0.1 to 10, or a kind is none.
    """

    name: str
    minutes: float = 1.0
    miles: float = 1.0
    transport: float = 1.0
    prices: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        factors = {"minutes": self.minutes, "miles": self.miles, "transport": self.transport, **self.prices}
        for name, factor in factors.items():
            if not is_number(factor, LEAST_FACTOR, MOST_FACTOR):
                raise ValueError(
                    f"The factor of {name} is {factor!r}; use a number from {LEAST_FACTOR:g} to {MOST_FACTOR:g} "
                    "(1.15 = 15 % more)."
                )
        unknown = sorted(set(self.prices) - set(KINDS))
        if unknown:
            raise ValueError(f"`prices` names {', '.join(unknown)}; use one of {', '.join(KINDS)}.")
        object.__setattr__(self, "prices", MappingProxyType(dict(self.prices)))

    def of_travel(self, travel: TravelMatrix) -> TravelMatrix:
        """Return the journeys as they would be."""
        if self.minutes == 1 and self.miles == 1:
            return travel
        between = travel.between
        return replace(
            travel,
            minutes=travel.minutes * self.minutes,
            miles=travel.miles * self.miles,
            walk_miles=None if travel.walk_miles is None else travel.walk_miles * self.miles,
            between=between.assign(minutes=between["minutes"] * self.minutes, miles=between["miles"] * self.miles),
            source=f"{travel.source}, {self.name}",
            recipe={},
        )

    def of_problem(self, problem: Problem) -> Problem:
        """Return the problem at the prices that would hold."""
        changed = problem if self.transport == 1 else _with_transport(problem, self.transport)
        for kind, factor in self.prices.items():
            changed = _with_kind(changed, kind, factor)
        return changed


def one_at_a_time(
    times: Iterable[float],
    distances: Iterable[float],
    transport: Iterable[float],
    prices: Mapping[str, Iterable[float]],
) -> tuple[Shift, ...]:
    """Return a shift for each factor: one thing is off, everything else is as given.

    Examples
    --------
    >>> [shift.name for shift in one_at_a_time((0.85, 1.15), (), (1.1,), {"special": (1.05,)})]
    ['minutes x 0.85', 'minutes x 1.15', 'transport prices x 1.1', 'special prices x 1.05']
    """
    return (
        *(Shift(f"minutes x {factor:g}", minutes=factor) for factor in times),
        *(Shift(f"miles x {factor:g}", miles=factor) for factor in distances),
        *(Shift(f"transport prices x {factor:g}", transport=factor) for factor in transport),
        *(
            Shift(f"{kind} prices x {factor:g}", prices={kind: factor})
            for kind, factors in prices.items()
            for factor in factors
        ),
    )


def _with_transport(problem: Problem, factor: float) -> Problem:
    modes, known = modes_of(problem), problem.table("journey_costs")
    dearer = modes.assign(gbp_per_day=modes["gbp_per_day"] * factor, gbp_per_mile=modes["gbp_per_mile"] * factor)
    return problem.replace(modes=dearer, journey_costs=known.assign(cost_gbp=(known["cost_gbp"] * factor).round(2)))


def _with_kind(problem: Problem, kind: str, factor: float) -> Problem:
    provisions, known = problem.provisions, problem.table("pair_costs")
    is_kind = provisions["kind"] == kind
    of_kind = known["provision_id"].isin(provisions.loc[is_kind, "provision_id"])

    def new_gbp(gbp: float) -> float:
        return round(gbp * factor, 2)

    return problem.replace(
        provisions=provisions.assign(
            topup_gbp=provisions["topup_gbp"].mask(is_kind, (provisions["topup_gbp"] * factor).round(2))
        ),
        topups=with_prices(problem.table("topups"), kind, listed_prices(problem, kind), new_gbp),
        pair_costs=known.assign(cost_gbp=known["cost_gbp"].mask(of_kind, (known["cost_gbp"] * factor).round(2))),
    )
