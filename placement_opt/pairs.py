"""Every pupil and every provision: allowed with its cost, split into parts, or refused with its reason."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from placement_opt.facts import Bools, Facts, Floats, Ints, gather_facts
from placement_opt.policy import Policy
from placement_opt.prices import Prices
from placement_opt.problem import Problem
from placement_opt.rules import Standing, allow, refusals_of
from placement_opt.suitability import REASON_TEXTS, Reason, group_refusals
from placement_opt.transport import NO_MODE, estimate_journeys, is_over_guide, modes_of
from placement_opt.travel import TravelMatrix

_EVERY = slice(None)


@dataclass(frozen=True, eq=False)
class CostedPairs:
    """A list of pairs with what each costs for one pupil and a year.

    Parameters
    ----------
    pupil, provision
        Positions.
    minutes, miles
        One way.
    topup_gbp, place_gbp, transport_gbp, co2e_kg, topup_payer, entitled, mode
        As `docs/formulation.md`, section 2, defines them; `mode` is "" without entitlement.
    """

    pupil: Ints
    provision: Ints
    minutes: Floats
    miles: Floats
    topup_gbp: Floats
    place_gbp: Floats
    transport_gbp: Floats
    co2e_kg: Floats
    topup_payer: NDArray[Any]
    entitled: Bools
    mode: NDArray[Any]
    over_guide: Bools

    @cached_property
    def cost_gbp(self) -> Floats:
        """The whole cost of one pupil of each pair, in £ and pence."""
        return np.round(self.topup_gbp + self.place_gbp + self.transport_gbp, 2)

    def __len__(self) -> int:
        return len(self.pupil)


@dataclass(frozen=True, eq=False, repr=False)
class Pairs:
    """All pairs of a problem under a policy.

    Parameters
    ----------
    facts
        What the pairs were made from.
    stays, could_keep
        Which pupils stay at their present provision, so that their place is not a decision; and for which of them, and
        of the others, it is allowed.
    pupil, provision, cost_gbp
        The allowed pairs, sorted by pupil and provision: positions, and the whole cost of one pupil for a year.
    """

    facts: Facts
    stays: Bools
    could_keep: Bools
    pupil: Ints
    provision: Ints
    cost_gbp: Floats

    def __len__(self) -> int:
        return len(self.pupil)

    @cached_property
    def decided(self) -> Ints:
        """Positions of the pairs that are a decision: pupils who stay have none."""
        return np.flatnonzero(~self.stays[self.pupil])

    def costed(self, chosen: "Ints | slice" = _EVERY) -> CostedPairs:
        """Return allowed pairs with each part of their cost.

        Parameters
        ----------
        chosen
            Positions among the allowed pairs; all of them when left out.
        """
        return cost_pairs(self.facts, self.pupil[chosen], self.provision[chosen])

    def of_pupil(self, pupil: int) -> slice:
        """Return where a pupil's pairs are among the allowed ones."""
        first, last = np.searchsorted(self.pupil, [pupil, pupil + 1])
        return slice(int(first), int(last))

    def refusals(self, pupil: Ints) -> NDArray[np.uint8]:
        """Return the `Reason` that refuses each provision to some pupils, 0 where it is allowed.

        Parameters
        ----------
        pupil
            Positions, ascending.

        Returns
        -------
        array of shape (pupils, provisions)
        """
        return refusals_of(self.facts, pupil)

    def table(self) -> pd.DataFrame:
        """Return the allowed pairs: ids, kind, minutes, miles, each part of the cost of one pupil, payer, mode."""
        allowed = self.costed()
        provisions = self.facts.provisions.iloc[allowed.provision]
        return pd.DataFrame(
            {
                "pupil_id": self.facts.pupils["pupil_id"].to_numpy()[allowed.pupil],
                "provision_id": provisions["provision_id"].to_numpy(),
                "kind": provisions["kind"].to_numpy(),
                "minutes": allowed.minutes,
                "miles": allowed.miles,
                "topup_gbp": allowed.topup_gbp,
                "place_gbp": allowed.place_gbp,
                "transport_gbp": allowed.transport_gbp,
                "cost_gbp": allowed.cost_gbp,
                "topup_payer": allowed.topup_payer,
                "entitled": allowed.entitled,
                "mode": allowed.mode,
                "co2e_kg": allowed.co2e_kg,
            }
        )

    def refused(self) -> pd.DataFrame:
        """Return the refused pairs: pupil_id, provision_id, reason."""
        refusals = self.refusals(np.arange(len(self.facts.pupils)))
        pupil, provision = np.nonzero(refusals)
        texts = np.array([REASON_TEXTS[reason] for reason in Reason], dtype=object)
        return pd.DataFrame(
            {
                "pupil_id": self.facts.pupils["pupil_id"].to_numpy()[pupil],
                "provision_id": self.facts.provisions["provision_id"].to_numpy()[provision],
                "reason": texts[refusals[pupil, provision]],
            }
        )

    def reason(self, pupil_id: str, provision_id: str) -> str:
        """Return why a pair is refused, or "allowed".

        Raises
        ------
        KeyError
            When the problem has no such pupil or provision.
        """
        rows = np.flatnonzero(self.facts.pupils["pupil_id"] == pupil_id)
        columns = np.flatnonzero(self.facts.provisions["provision_id"] == provision_id)
        if not len(rows) or not len(columns):
            missing = f"pupil {pupil_id!r}" if not len(rows) else f"provision {provision_id!r}"
            raise KeyError(f"The problem has no {missing}.")
        return REASON_TEXTS[Reason(int(self.refusals(rows[:1])[0, columns[0]]))]

    def __repr__(self) -> str:
        return (
            f"Pairs({len(self):,} allowed of {len(self.facts.pupils) * len(self.facts.provisions):,}, "
            f"{int(self.stays.sum()):,} rows of pupils stay)"
        )


def candidate_pairs(problem: Problem, travel: TravelMatrix, *, policy: Policy | None = None) -> Pairs:
    """Work out who could go where and at what cost.

    Parameters
    ----------
    problem, travel
        The question, and the journeys.
    policy
        None = the default policy.

    Raises
    ------
    InputError
        When the travel matrix lacks a pupil or setting, a place that a pupil must have cannot be had, or a price is
        missing.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> pairs = candidate_pairs(tiny(), crow_fly(tiny()))
    >>> pairs
    Pairs(7 allowed of 12, 1 rows of pupils stay)
    >>> pairs.reason("P3", "B-special")
    'does not take the need'
    """
    return pairs_of(gather_facts(problem, travel, policy or Policy()))


def pairs_of(facts: Facts) -> Pairs:
    """Work out who could go where and at what cost, from facts.

    Raises
    ------
    InputError
        When a place that a pupil must have cannot be had, or a price is missing.
    """
    prices, by_group = Prices(facts), facts.once(group_refusals)
    blocks = [_examine(prices, by_group, rows) for rows in facts.blocks(np.arange(len(facts.pupils)))]
    stays, could_keep = (np.zeros(len(facts.pupils), dtype=bool) for _ in range(2))
    for standing, _ in blocks:
        stays[standing.stays], could_keep[standing.could_keep] = True, True
    return Pairs(
        facts,
        stays,
        could_keep,
        np.concatenate([standing.pupil for standing, _ in blocks]),
        np.concatenate([standing.provision for standing, _ in blocks]),
        np.concatenate([cost_gbp for _, cost_gbp in blocks]),
    )


def _examine(prices: Prices, by_group: Bools, rows: Ints) -> tuple[Standing, Floats]:
    standing = allow(prices.facts, rows, by_group)
    return standing, _whole_cost_gbp(prices, standing.pupil, standing.provision)


def _whole_cost_gbp(prices: Prices, pupil: Ints, provision: Ints) -> Floats:
    journeys = estimate_journeys(prices.facts, pupil, provision)
    return np.round(prices.topup(pupil, provision) + prices.place(pupil, provision) + journeys.transport_gbp, 2)


def cost_pairs(facts: Facts, pupil: Ints, provision: Ints) -> CostedPairs:
    """Cost a list of pairs, allowed or not; each has to be reachable.

    Parameters
    ----------
    facts
        What is known.
    pupil, provision
        Positions, of equal length.

    Raises
    ------
    InputError
        When a price is missing.
    """
    prices, journeys = Prices(facts), estimate_journeys(facts, pupil, provision)
    names = np.append(modes_of(facts.problem)["mode"].to_numpy(dtype=object), NO_MODE)
    minutes = facts.minutes(pupil, provision)
    return CostedPairs(
        pupil,
        provision,
        minutes,
        facts.miles(pupil, provision),
        prices.topup(pupil, provision),
        prices.place(pupil, provision),
        journeys.transport_gbp,
        journeys.co2e_kg,
        prices.topup_payer(pupil, provision),
        journeys.entitled,
        np.where(journeys.entitled, names[journeys.mode], ""),
        is_over_guide(facts, pupil, minutes),
    )


def possible_sibling_groups(pairs: Pairs) -> list[list[int]]:
    """Return the sibling groups for which one school is possible for every member, as positions of pupils."""
    groups = pairs.facts.pupils["sibling_group"]
    settings = pairs.facts.setting_of
    possible = []
    for _, rows in sorted(groups.groupby(groups).indices.items()):
        members = sorted(int(row) for row in rows)
        schools = [set(settings[pairs.provision[pairs.of_pupil(i)]].tolist()) for i in members]
        if len(members) > 1 and set.intersection(*schools):
            possible.append(members)
    return possible
