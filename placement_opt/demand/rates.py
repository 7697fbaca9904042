"""Rates of staying, changing kind and joining: small cells lean on need and phase, then on the phase."""

from dataclasses import dataclass
from typing import Self

import numpy as np
import pandas as pd

from placement_opt.demand.axes import (
    GROUP_AXIS,
    KIND_AXIS,
    NEED_AXIS,
    PHASES,
    STAGES,
    Numbers,
    Pick,
    Positions,
    drawn_shares,
    mean_shares,
)
from placement_opt.demand.snapshots import Flows
from placement_opt.demand.trend import Trend, find_trend

EVENLY = 0.5
"""Weight of staying and of leaving before anything is known (Jeffreys' prior)."""
KEEPS_KIND, CHANGES_KIND = 0.9, 0.1
"""Before anything is known, one pupil's worth of evidence that nine in ten keep their kind."""


@dataclass(frozen=True, eq=False)
class Rates:
    """One set of rates: the means, or one draw from what the snapshots leave open.

    Parameters
    ----------
    stay
        Share who are still here a year on: need x kind x year group.
    kinds
        Of those, the share in each kind: need x kind x year group x kind.
    joining
        Joiners by school year, need x year group: a share of `joiners` each.
    joined_kinds
        Share of joiners in each kind: need x year group x kind.
    joiners
        Joiners in the middle of the snapshots.
    slope
        Growth of the logarithm of joiners a year.
    """

    stay: Numbers
    kinds: Numbers
    joining: Numbers
    joined_kinds: Numbers
    joiners: float
    slope: float


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the snapshots say about rates, and how much of it each rate takes from its own cell.

    Parameters
    ----------
    flows
        The counts.
    prior_pupils
        The weight of the wider group, in pupils.
    trend
        How the number of joiners grows.
    """

    flows: Flows
    prior_pupils: float
    trend: Trend

    @classmethod
    def of(cls, flows: Flows, *, prior_pupils: float, joiner_growth_percent: float | None) -> Self:
        """Return the evidence of snapshots."""
        totals = flows.joined.sum(axis=(1, 2))
        return cls(flows, prior_pupils, find_trend(totals, flows.years[1:], joiner_growth_percent))

    def mean(self) -> Rates:
        """Return the expected rates."""
        return self._rates(mean_shares, self.trend.joiners, self.trend.slope)

    def draw(self, generator: np.random.Generator) -> Rates:
        """Return rates that could be the true ones, given the snapshots."""
        joiners, slope = self.trend.draw(generator)
        return self._rates(drawn_shares(generator), joiners, slope)

    def _rates(self, pick: Pick, joiners: float, slope: float) -> Rates:
        flows, prior = self.flows, self.prior_pupils
        even = np.full(2, EVENLY)
        alike = np.full((len(KIND_AXIS), len(KIND_AXIS)), CHANGES_KIND / (len(KIND_AXIS) - 1))
        np.fill_diagonal(alike, KEEPS_KIND)
        stay = pooled(flows.stayed, even, STAGES, prior, pick, by_kind=False)[..., 0]
        kinds = pooled(flows.kinds, alike, STAGES, prior, pick, by_kind=True)
        first = np.full(len(KIND_AXIS), 1 / len(KIND_AXIS))
        joined_kinds = pooled(flows.joined_kinds, first, PHASES, prior, pick, by_kind=False)[:, 0]
        joining = joining_shares(flows.joined.sum(axis=0), prior, pick)
        return Rates(stay, kinds, joining, joined_kinds, joiners, slope)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the expected rates of every cell that was seen, each with the share that is its own record."""
        return {
            "leaving": self._leaving(),
            "kinds": self._kinds(),
            "joining": self._joining(),
            "joiners": self.trend.table(),
        }

    def _leaving(self) -> pd.DataFrame:
        seen = self.flows.stayed.sum(axis=-1)
        need, kind, group = np.nonzero(seen)
        rates, pupils = self.mean(), seen[need, kind, group]
        return pd.DataFrame(
            {
                **_cell(need, group, kind),
                "pupils": pupils.astype(int),
                "left": self.flows.stayed[need, kind, group, 1].astype(int),
                "leave_rate": 1 - rates.stay[need, kind, group],
                "from_data": pupils / (pupils + self.prior_pupils),
            }
        )

    def _kinds(self) -> pd.DataFrame:
        need, kind, group, then = np.nonzero(self.flows.kinds)
        stayed = self.flows.kinds.sum(axis=-1)[need, kind, group]
        return pd.DataFrame(
            {
                **_cell(need, group, kind),
                "next_kind": [KIND_AXIS[at] for at in then],
                "pupils": self.flows.kinds[need, kind, group, then].astype(int),
                "rate": self.mean().kinds[need, kind, group, then],
                "from_data": stayed / (stayed + self.prior_pupils),
            }
        )

    def _joining(self) -> pd.DataFrame:
        seen, rates = self.flows.joined.sum(axis=0), self.mean()
        need, group = np.nonzero(rates.joining)
        of_phase = (seen @ PHASES @ PHASES.T)[need, group]
        return pd.DataFrame(
            {
                **_cell(need, group),
                "joined": seen[need, group].astype(int),
                "joiners_a_year": rates.joiners * rates.joining[need, group],
                "from_data": of_phase / (of_phase + self.prior_pupils),
            }
        )


def pooled(counts: Numbers, base: Numbers, groups: Numbers, prior: float, pick: Pick, *, by_kind: bool) -> Numbers:
    """Return the shares of every cell: its own counts, and `prior` pupils who are like the wider group.

    The wider group of a cell (need x kind x year group) is its need and stage, whose wider group is the stage, whose
    wider group is everybody (for `by_kind`, everybody of the kind). Each level is picked given the one above it, so
    that a draw carries what is unknown about the group into all of its cells.

    Parameters
    ----------
    counts
        need x kind x year group x outcome.
    base
        Weights of the outcomes before anything is known; kind x outcome for `by_kind`.
    groups
        year group x stage.
    prior
        The weight of the wider group, in pupils.
    pick
        The mean of a Dirichlet distribution, or a draw from it.
    by_kind
        Keep kinds apart at every level.
    """
    rows = counts if by_kind else counts.sum(axis=1, keepdims=True)
    by_need = np.einsum("nkgc,gs->nksc", rows, groups)
    everybody = pick(by_need.sum(axis=(0, 2)) + base)
    by_stage = pick(by_need.sum(axis=0) + prior * everybody[:, np.newaxis])
    wider = pick(by_need + prior * by_stage)
    return pick(counts + prior * wider[:, :, groups.argmax(axis=1)])


def joining_shares(joined: Numbers, prior: float, pick: Pick) -> Numbers:
    """Return the share of all joiners that each need x year group has.

    Joiners are split over need x phase (leaning on need and phase as if they had nothing to do with each other), then
    within each over its year groups (leaning on those of everybody in the phase).
    """
    if not joined.any():
        return np.zeros_like(joined)
    by_phase = joined @ PHASES
    apart = by_phase.sum(axis=1, keepdims=True) * by_phase.sum(axis=0) / joined.sum() ** 2
    split = pick((by_phase + prior * apart).ravel()).reshape(by_phase.shape)
    shares = np.zeros_like(joined)
    for phase in range(PHASES.shape[1]):
        members = np.flatnonzero(PHASES[:, phase])
        everybody = pick(joined[:, members].sum(axis=0))
        shares[:, members] = split[:, [phase]] * pick(joined[:, members] + prior * everybody)
    return shares


def _cell(
    need: Positions,
    group: Positions,
    kind: Positions | None = None,
) -> dict[str, list[str] | list[int]]:
    cell: dict[str, list[str] | list[int]] = {"need": [NEED_AXIS[at] for at in need]}
    if kind is not None:
        cell["kind"] = [KIND_AXIS[at] for at in kind]
    return cell | {"year_group": [GROUP_AXIS[at] for at in group]}
