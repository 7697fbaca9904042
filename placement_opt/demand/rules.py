"""What a projection takes for granted, each with its reason."""

from dataclasses import dataclass

from placement_opt.schema import YEAR_RANGE


@dataclass(frozen=True)
class DemandRules:
    """The choices of a projection.

    Parameters
    ----------
    last_year_group
        Nobody is planned for after this year group (14: the school year of the 19th birthday, where schools end). Give
        the same here and in the rules of a plan of years.
    prior_pupils
        How many pupils' worth of evidence the wider group (need and phase, then phase) is given against a cell's own
        pupils. A judgement: with 10, a cell of 10 pupils is half its own record and half that of the group.
    joiner_growth_percent
        Growth of the number of joiners a year; None = estimated from the snapshots, drawn towards nought.
    jitter_m
        A new pupil's home is a known home moved by up to so many metres each to the east and north.

    Raises
    ------
    ValueError
        When a value is out of its range.

    Examples
    --------
    >>> DemandRules(prior_pupils=-1)
    Traceback (most recent call last):
    ...
    ValueError: `prior_pupils` is -1; use a number of pupils from 0.1 to 10,000.
    """

    last_year_group: int = 14
    prior_pupils: float = 10.0
    joiner_growth_percent: float | None = None
    jitter_m: float = 250.0

    def __post_init__(self) -> None:
        if self.last_year_group not in range(YEAR_RANGE[0], YEAR_RANGE[1] + 1):
            allowed = f"use a year group from {YEAR_RANGE[0]} to {YEAR_RANGE[1]}"
            raise ValueError(f"`last_year_group` is {self.last_year_group!r}; {allowed}.")
        if not 0.1 <= self.prior_pupils <= 10_000:
            raise ValueError(f"`prior_pupils` is {self.prior_pupils!r}; use a number of pupils from 0.1 to 10,000.")
        growth = self.joiner_growth_percent
        if growth is not None and not -100 < growth <= 1_000:
            raise ValueError(f"`joiner_growth_percent` is {growth!r}; use a percentage above -100 and up to 1,000.")
        if not 0 <= self.jitter_m <= 10_000:
            raise ValueError(f"`jitter_m` is {self.jitter_m!r}; use metres from 0 to 10,000.")
