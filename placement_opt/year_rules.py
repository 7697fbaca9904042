"""What the council decides about planning several years together."""

from dataclasses import asdict, dataclass
from typing import Any

from placement_opt.given import is_number
from placement_opt.schema import YEAR_RANGE

LAST_YEAR_GROUP = 14
MOST_GBP = 10_000_000.0


@dataclass(frozen=True)
class YearRules:
    """The rules of a plan of several years that are a choice.

    Parameters
    ----------
    mid_phase_move_gbp
        None: nobody is moved within a phase. An amount: a pupil who is in a place today may be moved once before the
        phase ends, which costs so much.
    last_year_group
        Pupils leave after this year group; 14 is the school year of the nineteenth birthday, where schools end.
    discount_rate
        Money of a year later counts as less by this share (0.035 = 3.5 %); 0 = all years alike. The Green Book (HM
        Treasury, 2022) discounts public money at 3.5 % a year in real terms. Plain sums are reported beside.
    count_capital
        Capital counts in what is made least, when it is paid. Otherwise it is limited by budgets and reported only,
        as in a plan of one year.

    Raises
    ------
    ValueError
        When a value is out of its range.

    Examples
    --------
    >>> YearRules(discount_rate=0.035).as_dict()["last_year_group"]
    14
    >>> YearRules(discount_rate=3.5)
    Traceback (most recent call last):
    ...
    ValueError: `discount_rate` is 3.5; use a share from 0 up to 1 (0.035 = 3.5 %).
    """

    mid_phase_move_gbp: float | None = None
    last_year_group: int = LAST_YEAR_GROUP
    discount_rate: float = 0.0
    count_capital: bool = False

    def __post_init__(self) -> None:
        price, last = self.mid_phase_move_gbp, self.last_year_group
        if price is not None and not (is_number(price) and 0 <= price <= MOST_GBP):
            raise ValueError(
                f"`mid_phase_move_gbp` is {price!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}, or None for no such "
                "moves."
            )
        low, high = YEAR_RANGE
        if not (is_number(last) and last in range(low, high + 1)):
            raise ValueError(f"`last_year_group` is {last!r}; use a national curriculum year from {low} to {high}.")
        if not (is_number(self.discount_rate) and 0 <= self.discount_rate < 1):
            raise ValueError(f"`discount_rate` is {self.discount_rate!r}; use a share from 0 up to 1 (0.035 = 3.5 %).")
        if self.count_capital not in {True, False}:
            raise ValueError(f"`count_capital` is {self.count_capital!r}; use True or False.")

    def as_dict(self) -> dict[str, Any]:
        """Return the rules as plain values, for a record."""
        return asdict(self)
