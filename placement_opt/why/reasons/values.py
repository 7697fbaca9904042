"""What is found out about one pupil: the place given, every other place, what speaks against it, what it would cost."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import pandas as pd

from placement_opt.suitability import REASON_TEXTS, Reason

GBP_NOTE = "£ a year"


@dataclass(frozen=True)
class Step:
    """Pupils of one row who are elsewhere because another pupil is forced; blank = no place. For officers only."""

    pupil_id: str
    count: int
    from_provision_id: str
    to_provision_id: str


@dataclass(frozen=True)
class Limit:
    """What stands in the way of a place: a word of `LIMITS`, and the limit in an officer's words."""

    kind: str
    words: str


LIMITS = {
    "full": "no place is left there in the plan",
    "not open": "it is not opened, or no hub serves it, in the plan",
    "part": "no place is left there for this age and need in the plan",
    "school": "the school as a whole has no place left in the plan",
    "resource": "a shared service that is short would be needed",
    "budget": "a budget would be passed",
    "outreach": "the visiting specialists have no hours left for it",
    "siblings": "a rule about families stands in the way",
    "moves": "the most moves that are allowed would be passed",
    "total": "a limit over all pupils would be passed",
    "smallest": "the group at the place given would be too small",
    "wish": "a wish that the plan meets would not be met",
}
"""Every kind of limit, in words that tell nothing about any other pupil."""


@dataclass(frozen=True)
class Alternative:
    """One provision as a place for the pupil.

    Parameters
    ----------
    provision_id, setting_id, setting_name, kind, kind_label
        The provision.
    given
        How many pupils of the row are there in the plan.
    reason
        The rule that refuses it; `Reason.ALLOWED` where none does.
    minutes, miles
        One way; NaN where no journey is known.
    topup_gbp, place_gbp, transport_gbp
        What this pupil would cost there, £ a year, on the plan's cost basis; NaN where no journey or price is known.
    limits
        What stands in the way of the place while everybody else stays where the plan has them.
    extra_gbp
        What all that is made least (£ and what wishes weigh) grows by when one pupil of the row is there and everything
        else is decided anew; None where the place is refused or was not asked for, NaN where no plan is possible.
    extra_wishes_gbp
        The part of `extra_gbp` that is no money but the weight of wishes.
    more_unplaced
        How many more pupils are left without a place then.
    is_proven
        No plan with the pupil there is better; otherwise one may be, by at most `unproven_gbp`.
    unproven_gbp
        How far below `extra_gbp` the truth may lie.
    steps
        Who else would be elsewhere, the pupil forced left out.
    """

    provision_id: str
    setting_id: str
    setting_name: str
    kind: str
    kind_label: str
    given: int
    reason: Reason
    minutes: float
    miles: float
    topup_gbp: float
    place_gbp: float
    transport_gbp: float
    is_entitled: bool
    limits: tuple[Limit, ...] = ()
    extra_gbp: float | None = None
    extra_wishes_gbp: float | None = None
    more_unplaced: int | None = None
    is_proven: bool = False
    unproven_gbp: float = 0.0
    steps: tuple[Step, ...] = ()

    @property
    def is_allowed(self) -> bool:
        """Whether no rule refuses it."""
        return self.reason is Reason.ALLOWED

    @property
    def cost_gbp(self) -> float:
        """What one pupil of the row would cost there, £ a year."""
        return round(self.topup_gbp + self.place_gbp + self.transport_gbp, 2)

    @property
    def marginal_gbp(self) -> float:
        """Top-up and transport: what the comparison of [2015] UKUT 523 (AAC) counts, whatever the plan's basis."""
        return round(self.topup_gbp + self.transport_gbp, 2)

    @property
    def is_known(self) -> bool:
        """Whether the journey and the price are known."""
        return bool(np.isfinite(self.cost_gbp))

    @property
    def reason_text(self) -> str:
        """The rule that refuses it, in words; "allowed" where none does."""
        return REASON_TEXTS[self.reason]


@dataclass(frozen=True)
class Nearest:
    """The nearest school that suits the pupil, for the transport test, and what is owed to the place given.

    Parameters
    ----------
    setting_id, name
        The nearest school where rules 1 to 10 allow a provision, whether or not a place is free; blank = none.
    walk_miles, road_miles
        To it, one way; `walk_miles` is NaN where there is no way to walk.
    is_given
        No suitable school is nearer than the one given.
    is_owed
        Transport is provided to every place given.
    duty
        Whether transport to the place given is owed, and why, in sentences; blank without a place.
    """

    setting_id: str = ""
    name: str = ""
    walk_miles: float = np.nan
    road_miles: float = np.nan
    is_given: bool = False
    is_owed: bool = False
    duty: str = ""


@dataclass(frozen=True)
class Request:
    """What became of the family's request for a school.

    Parameters
    ----------
    setting_id, name
        The school asked for; blank = the tables hold no request.
    outcome
        `none`, `met`, `missed`, or `partly` (a row of several pupils, not all of them there).
    ground
        Of a missed request, the ground of section 39(4), Children and Families Act 2014, that the plan *assumes*:
        `unsuitable` (a), `others` (b)(i), `resources` (b)(ii); `none` where what keeps the pupil out is no ground of
        that section, `pending` where the pupil is not being placed now. Blank where the request is met.
    why
        What the ground rests on, in words.
    difference_gbp
        Top-up and transport at the school asked for, less those at the place given ([2015] UKUT 523 (AAC)); NaN where
        one of them is not known.
    """

    setting_id: str = ""
    name: str = ""
    outcome: str = "none"
    ground: str = ""
    why: str = ""
    difference_gbp: float = np.nan


@dataclass(frozen=True, repr=False)
class Findings:
    """All that is found out about one pupil.

    Parameters
    ----------
    pupil_id, need, year_group, count
        The pupil, or the row of identical pupils.
    unplaced
        How many of the row have no place.
    stays
        The pupil keeps the present place: no other was considered.
    alternatives
        Every provision: those given first, then allowed ones from the least extra cost up, then refused ones in the
        order of the rules.
    nearest, request
        The transport test and the request.
    cost_basis
        Of the plan.
    above_best_gbp
        How far the plan's £ and wishes are above the best plan's; extra costs are counted from the best.
    """

    pupil_id: str
    need: str
    year_group: int
    count: int
    unplaced: int
    stays: bool
    alternatives: tuple[Alternative, ...]
    nearest: Nearest
    request: Request
    cost_basis: str
    above_best_gbp: float = 0.0

    @property
    def given(self) -> tuple[Alternative, ...]:
        """The places given; several where a row of pupils is split."""
        return tuple(one for one in self.alternatives if one.given)

    @property
    def others(self) -> tuple[Alternative, ...]:
        """The other places that no rule refuses, from the least extra cost up."""
        return tuple(one for one in self.alternatives if one.is_allowed and not one.given)

    @property
    def refused(self) -> tuple[Alternative, ...]:
        """The places that a rule refuses."""
        return tuple(one for one in self.alternatives if not one.is_allowed)

    @cached_property
    def _table(self) -> pd.DataFrame:
        skipped = {"steps", "limits", "reason"}
        names = [field.name for field in fields(Alternative) if field.name not in skipped]
        rows = [
            {
                **{name: getattr(one, name) for name in names},
                "cost_gbp": one.cost_gbp,
                "reason": one.reason_text,
                "limits": "; ".join(limit.words for limit in one.limits),
                "displaced": sum(step.count for step in one.steps),
            }
            for one in self.alternatives
        ]
        return pd.DataFrame(rows)

    def table(self) -> pd.DataFrame:
        """Return every provision as a row: the columns of `Alternative`, the reason and the limits as words.

        Returns
        -------
        DataFrame
            `cost_gbp` is what one pupil would cost there, `displaced` how many others would be elsewhere.
        """
        return self._table.copy()

    def chain(self, provision_id: str) -> pd.DataFrame:
        """Return who else would be elsewhere if the pupil were at a provision. For officers only.

        Returns
        -------
        DataFrame
            Columns pupil_id, count, from_provision_id, to_provision_id; blank = no place.

        Raises
        ------
        KeyError
            When there is no such provision.
        """
        for one in self.alternatives:
            if one.provision_id == provision_id:
                names = [field.name for field in fields(Step)]
                return pd.DataFrame([[getattr(step, name) for name in names] for step in one.steps], columns=names)
        raise KeyError(f"The problem has no provision {provision_id!r}.")
