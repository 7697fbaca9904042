"""How many pupils are expected to join each year: by the snapshots' rates, or so that a stated growth holds."""

from dataclasses import dataclass

import numpy as np

from placement_opt.demand.axes import GROUP_AXIS, PHASE_OF_GROUP, PHASES, Flags, Numbers, Positions
from placement_opt.demand.growth import Growth
from placement_opt.demand.rates import Rates
from placement_opt.demand.trend import Trend

_AFTER_RECEPTION = GROUP_AXIS.index(0) + 1
_RARELY = 1e-9
"""Weight of what decides only where nothing else does."""


@dataclass(frozen=True, eq=False)
class Beginning:
    """What a projection begins with.

    Parameters
    ----------
    years
        The school years, the present one first.
    pupils
        Today's pupils: need x kind x year group x locality, without those whose leaving is known.
    announced
        Pupils expected to come by name: known arrivals, and pending plans times their probability. year x need x year
        group x locality.
    open_ended
        Those of them whose leaving is not known.
    known_stays
        Pupils whose leaving is known, in the years in which they are here: year x need x year group x locality.
    early
        Factor on joiners up to Reception: year x need.
    at_home
        Share of the localities in the homes of new pupils.
    last_year_group
        Nobody is planned for after it.
    """

    years: tuple[int, ...]
    pupils: Numbers
    announced: Numbers
    open_ended: Numbers
    known_stays: Numbers
    early: Numbers
    at_home: Numbers
    last_year_group: int


@dataclass(frozen=True, eq=False)
class Expected:
    """What is expected of each year after the first.

    Parameters
    ----------
    joiners
        Joiners who are not announced: year x need x year group x locality.
    kept
        Share of those who would stay that a stated growth leaves room for: year x need x phase x locality.
    pupils
        Pupils: year x need x kind x year group x locality.
    crowded_out
        Announced pupils over and above all joiners that were expected.
    squeezed_out
        Pupils whom a stated growth leaves no room for, over all years.
    """

    joiners: Numbers
    kept: Numbers
    pupils: Numbers
    crowded_out: float
    squeezed_out: float


@dataclass(frozen=True, eq=False)
class Guide:
    """What decides how many join.

    Parameters
    ----------
    rates
        Rates of staying, changing kind and joining.
    growth
        Which cells' growth is stated.
    factors
        Each cell's pupils over those of the year before: year x need x phase x locality.
    trend
        How joiners grow; None = without snapshots, where every cell's growth is stated (none, where no row fits).
    luck
        Each year's joiners over those of the line.
    """

    rates: Rates
    growth: Growth
    factors: Numbers
    trend: Trend | None
    luck: Numbers


def expect(begin: Beginning, guide: Guide) -> Expected:
    """Work out year by year who is expected.

    Notes
    -----
    A row of the growth table speaks of a number of pupils (need, phase, locality where it names them), and that number
    grows as stated: joiners are what it lacks; where more would stay than it allows, each stays with the same
    probability. Without snapshots, what no row speaks of keeps its number. With snapshots, joiners of what no
    row speaks of come at the snapshots' rate. Announced pupils are the first of the joiners, not more of them.
    """
    pupils, joiners, kept = [begin.pupils], [], []
    level = _by_phase(begin.pupils.sum(axis=1) + begin.known_stays[0])
    shape = _joining_shape(begin, guide.rates)
    crowded_out = squeezed_out = 0.0
    for at in range(1, len(begin.years)):
        here = survivors(pupils[-1], guide.rates, begin.last_year_group)
        staying, bound = _by_phase(here.sum(axis=1)), _by_phase(begin.known_stays[at])
        stated = guide.growth.is_stated[at - 1] | (guide.trend is None)
        groups = _groups(guide.growth.row[at - 1], stated)
        target = groups.sums(np.where(stated, level * guide.factors[at - 1], 0.0))
        free = np.maximum(0.0, target - groups.sums(bound))
        keep = np.where(stated, groups.spread(np.minimum(1.0, _over(free, groups.sums(staying), 1.0))), 1.0)
        wanted = groups.spread(np.maximum(0.0, free - groups.sums(staying)))[:, PHASE_OF_GROUP]
        new = np.where(stated[:, PHASE_OF_GROUP], wanted * groups.shares(shape), _by_rate(begin, guide, at))
        new[:, :_AFTER_RECEPTION] *= begin.early[at][:, np.newaxis, np.newaxis]
        coming, all_joiners = (groups.sums(_by_phase(each)) for each in (begin.announced[at], new))
        new = new * groups.spread(_over(np.maximum(0.0, all_joiners - coming), all_joiners, 0.0))[:, PHASE_OF_GROUP]
        here = here * keep[:, np.newaxis, PHASE_OF_GROUP] + _with_kinds(new + begin.open_ended[at], guide.rates)
        level = _by_phase(here.sum(axis=1)) + bound
        level = np.where(stated, level * groups.spread(_over(target, groups.sums(level), 0.0)), level)
        crowded_out += float(np.maximum(0.0, coming - all_joiners).sum())
        squeezed_out += float((staying * (1 - keep)).sum())
        pupils.append(here)
        joiners.append(new)
        kept.append(keep)
    return Expected(np.array(joiners), np.array(kept), np.array(pupils), crowded_out, squeezed_out)


@dataclass(frozen=True, eq=False)
class _Groups:
    """Cells (need x phase x locality) whose numbers are decided together, each by the number of its group."""

    of: Positions

    def sums(self, cells: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.of.ravel(), cells.ravel(), minlength=int(self.of.max()) + 1), dtype=float)

    def spread(self, values: Numbers) -> Numbers:
        return values[self.of]

    def shares(self, shape: Numbers) -> Numbers:
        """Return the share of need x year group x locality in its group; even, where the shape has nothing there."""
        empty = self.spread(self.sums(_by_phase(shape)))[:, PHASE_OF_GROUP] == 0
        filled = np.where(empty, 1.0, shape)
        return filled / self.spread(self.sums(_by_phase(filled)))[:, PHASE_OF_GROUP]


def _groups(row: Positions, stated: Flags) -> _Groups:
    """Group cells by deciding row; where no growth is stated, by phase and need."""
    phases, needs = np.arange(row.shape[1])[:, np.newaxis], np.arange(row.shape[0])[:, np.newaxis, np.newaxis]
    return _Groups(np.where(stated, row + 1, int(row.max()) + 2 + needs * row.shape[1] + phases))


def _over(above: Numbers, below: Numbers, nothing: float) -> Numbers:
    """Return one over the other; `nothing` where the other is nought."""
    return np.divide(above, below, out=np.full_like(above, nothing), where=below > 0)


def survivors(pupils: Numbers, rates: Rates, last_year_group: int) -> Numbers:
    """Return who of a year's pupils is expected a year on: need x kind x year group x locality."""
    stay = np.einsum("nkgl,nkg,nkgj->njgl", pupils, rates.stay, rates.kinds)
    on = np.zeros_like(stay)
    on[:, :, 1:] = stay[:, :, :-1]
    on[:, :, np.array(GROUP_AXIS) > last_year_group] = 0
    return np.asarray(on)


def _by_phase(counts: Numbers) -> Numbers:
    return np.asarray(np.einsum("ngl,gp->npl", counts, PHASES))


def _joining_shape(begin: Beginning, rates: Rates) -> Numbers:
    """Return in which proportions joiners come: need x year group x locality.

    Those of the rates. Without them, year groups come in proportion to how many more pupils they have than the one
    below, and needs as today's pupils of the phase are. Where that has nothing, joiners come as today's pupils are, and
    else as those of all needs.
    """
    if rates.joining.any():
        return np.asarray(rates.joining[:, :, np.newaxis] * begin.at_home)
    today = begin.pupils.sum(axis=(1, 3)) + begin.known_stays[0].sum(axis=2)
    today[:, np.array(GROUP_AXIS) > begin.last_year_group] = 0
    sizes = today.sum(axis=0)
    rises = np.maximum(0.0, np.diff(sizes, prepend=0.0)) * (sizes > 0)
    by_phase = today @ PHASES
    needs = _over(by_phase, np.broadcast_to(by_phase.sum(axis=0), by_phase.shape), 0.0)[:, PHASE_OF_GROUP]
    shape = needs * rises + _RARELY * today + _RARELY**2 * sizes
    return np.asarray(shape[:, :, np.newaxis] * begin.at_home)


def _by_rate(begin: Beginning, guide: Guide, at: int) -> Numbers:
    if guide.trend is None:
        return np.zeros_like(begin.announced[at])
    rates = guide.rates
    total = rates.joiners * guide.trend.factor(rates.slope, begin.years[at]) * guide.luck[at - 1]
    return np.asarray(total * rates.joining[:, :, np.newaxis] * begin.at_home)


def _with_kinds(newcomers: Numbers, rates: Rates) -> Numbers:
    return np.asarray(np.einsum("ngl,ngk->nkgl", newcomers, rates.joined_kinds))
