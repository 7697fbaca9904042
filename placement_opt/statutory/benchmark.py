"""How many more pupils are in special schools than a national rate would have there."""

from dataclasses import dataclass

from placement_opt.plan import Plan

SPECIAL_KINDS = ("special", "independent_special")


@dataclass(frozen=True)
class NationalRate:
    """A national share of pupils in special schools, with where it comes from.

    Parameters
    ----------
    share
        From 0 to 1.
    year
        Of the figure.
    source
        Who published it, and what it is a share of.

    Raises
    ------
    ValueError
        When the share is not from 0 to 1, or no source is given.

    Examples
    --------
    >>> round(SPECIAL_OF_PLANS.share, 4)
    0.3035
    """

    share: float
    year: int
    source: str

    def __post_init__(self) -> None:
        if not 0 <= self.share <= 1:
            raise ValueError(f"`share` is {self.share!r}; use a share from 0 to 1 (1.4 % is 0.014).")
        if not self.source.strip():
            raise ValueError("`source` is blank; say where the national rate comes from.")


SPECIAL_OF_PLANS = NationalRate(
    (159_852 + 29_647 + 4_381) / 638_745,
    2025,
    "DfE, Education, health and care plans, January 2025, England: pupils with plans in state-funded, independent and "
    "non-maintained special schools, of all plans",
)
"""The rate among all children and young people with plans."""


@dataclass(frozen=True)
class SpecialShare:
    """The share of pupils in special schools against a national rate.

    Parameters
    ----------
    pupils_in_special
        In state and independent special schools.
    all_pupils
        What the share is taken of.
    national
        The rate it is held against; it has to be a share of the same.

    Raises
    ------
    ValueError
        When there are no pupils, or fewer than are in special schools.

    Examples
    --------
    A county with 1.9 % of its 77,200 pupils in special schools, where the nation has 1.4 %:

    >>> county = SpecialShare(1_467, 77_200, NationalRate(0.014, 2019, "the council's scrutiny panel"))
    >>> f"{county.share:.1%}, {county.difference_pupils:+.0f} pupils"
    '1.9%, +386 pupils'
    """

    pupils_in_special: int
    all_pupils: int
    national: NationalRate

    def __post_init__(self) -> None:
        if not 0 <= self.pupils_in_special <= self.all_pupils or self.all_pupils < 1:
            raise ValueError(
                f"{self.pupils_in_special:,} of {self.all_pupils:,} pupils is no share; give all pupils of the area."
            )

    @property
    def share(self) -> float:
        """The share in special schools, from 0 to 1."""
        return self.pupils_in_special / self.all_pupils

    @property
    def expected_pupils(self) -> float:
        """How many pupils the national rate would have in special schools."""
        return self.national.share * self.all_pupils

    @property
    def difference_pupils(self) -> float:
        """How many more pupils are in special schools than at the national rate; below 0 for fewer."""
        return self.pupils_in_special - self.expected_pupils


def special_share(
    plan: Plan, *, national: NationalRate = SPECIAL_OF_PLANS, all_pupils: int | None = None
) -> SpecialShare:
    """Hold the share of pupils in special schools against a national rate.

    Parameters
    ----------
    plan
        A plan or a baseline.
    national
        The rate; the default is a share of all plans.
    all_pupils
        What the share is taken of; None = the pupils of the plan, placed or not. For a rate of all pupils of an area
        give their number, and that rate.

    Raises
    ------
    ValueError
        When the plan has no pupils, or `all_pupils` is fewer than are in special schools.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> found = special_share(solve(tiny(), crow_fly(tiny())))
    >>> found.pupils_in_special, found.all_pupils, round(found.difference_pupils, 2)
    (1, 3, 0.09)
    """
    placements = plan.placements
    special = int(placements.loc[placements["kind"].isin(SPECIAL_KINDS), "count"].sum())
    everybody = plan.placed_pupils + plan.unplaced_pupils if all_pupils is None else all_pupils
    return SpecialShare(special, everybody, national)
