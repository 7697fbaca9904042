"""Everything that a draw needs, worked out once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.axes import GROUP_AXIS, KIND_AXIS, NEED_AXIS, NO_PLACE, Flags, Numbers
from placement_opt.demand.growth import Growth, spread
from placement_opt.demand.inputs import Inputs
from placement_opt.demand.joining import Beginning, Expected, Guide, expect
from placement_opt.demand.newcomers import draw_migrants
from placement_opt.demand.present import NEVER, People, counted, locality_names, people_of
from placement_opt.demand.rates import Evidence, Rates
from placement_opt.demand.rules import DemandRules
from placement_opt.demand.simulate import ORIGINS, Future, Known, is_present, only, simulate, together
from placement_opt.phases import PHASES

LAST_COMPULSORY_YEAR = PHASES[-1][0]
"""Year 11, after which plans often end."""


@dataclass(frozen=True, eq=False)
class Case:
    """What draws begin with: the same for all of them.

    Parameters
    ----------
    years, localities
        The axes.
    known
        Today's pupils, known arrivals and pending plans.
    begin
        Their counts.
    evidence
        What snapshots say; None = there are none.
    growth
        Which cells' growth is stated.
    inputs
        The optional tables.
    rules
        What is taken for granted.
    seed
        The seed of all draws.
    """

    years: tuple[int, ...]
    localities: tuple[str, ...]
    known: Known
    begin: Beginning
    evidence: Evidence | None
    growth: Growth
    inputs: Inputs
    rules: DemandRules
    seed: int

    def mean_rates(self) -> Rates:
        """Return the expected rates; without snapshots those of today's year groups."""
        return self.evidence.mean() if self.evidence is not None else _without_snapshots(self.begin)

    def expected(self) -> Expected:
        """Return who is expected each year, by the expected rates."""
        return expect(self.begin, self._guide(self.mean_rates(), None, np.ones(len(self.years) - 1)))

    def future(self, number: int) -> Future:
        """Return draw `number`: the same whatever was drawn before, and however many draws there are."""
        generator = np.random.default_rng([self.seed, number])
        rates = self.evidence.draw(generator) if self.evidence is not None else _without_snapshots(self.begin)
        guide = self._guide(rates, generator, self._luck(generator))
        last = self.rules.last_year_group
        at_home = self.localities, self.begin.at_home
        mix = self.begin.pupils.sum(axis=(1, 3)) + self.begin.known_stays[0].sum(axis=2)
        mix[:, np.array(GROUP_AXIS) > last] = 0
        migrants, rows = draw_migrants(self.inputs.migration, self.years, mix, at_home, generator)
        known = Known(
            together(self.known.people, migrants),
            np.append(self.known.origin, np.full(len(migrants), ORIGINS.index("migration"))),
            np.append(self.known.row, rows),
            np.append(self.known.probability, np.ones(len(migrants))),
        )
        return simulate(known, self.years, expect(self.begin, guide), rates, last, generator)

    def _guide(self, rates: Rates, generator: np.random.Generator | None, luck: Numbers) -> Guide:
        trend = None if self.evidence is None else self.evidence.trend
        return Guide(rates, self.growth, self.growth.factors(generator), trend, luck)

    def _luck(self, generator: np.random.Generator) -> Numbers:
        spread_of_years = 0.0 if self.evidence is None else self.evidence.trend.year_sd
        normal = generator.standard_normal(len(self.years) - 1)
        return np.asarray(np.exp(spread_of_years * normal - 0.5 * spread_of_years**2))


def make_case(
    tables: dict[str, pd.DataFrame],
    years: tuple[int, ...],
    localities: Sequence[str],
    evidence: Evidence | None,
    inputs: Inputs,
    rules: DemandRules,
    seed: int,
) -> Case:
    """Put together what draws begin with.

    Parameters
    ----------
    tables
        `pupils` (with the kind of each one's place), `arrivals` and `leavers`.
    years, localities
        The axes.
    evidence, inputs, rules, seed
        As for `Case`.
    """
    axis = tuple(localities)
    leaves = tables["leavers"].set_index("pupil_id")["leaves"]
    pending = inputs.pending.rename(columns={"pending_id": "pupil_id"})
    parts = [
        people_of(tables["pupils"], axis, base=years[0], leaves=leaves),
        people_of(tables["arrivals"], axis, leaves=leaves),
        people_of(pending, axis),
    ]
    sizes = [len(part) for part in parts]
    people = together(together(parts[0], parts[1]), parts[2])
    probability = np.append(np.ones(sum(sizes[:2])), pending["probability"].to_numpy(dtype=float))
    rows = np.concatenate([np.arange(size) for size in sizes])
    known = Known(people, np.repeat(np.arange(len(parts)), sizes), rows, probability)
    begin = _beginning(known, years, axis, tables["pupils"], inputs, rules)
    return Case(years, axis, known, begin, evidence, spread(inputs.growth, years, axis), inputs, rules, seed)


def _beginning(
    known: Known,
    years: tuple[int, ...],
    localities: tuple[str, ...],
    pupils: pd.DataFrame,
    inputs: Inputs,
    rules: DemandRules,
) -> Beginning:
    people, is_today = known.people, known.origin == ORIGINS.index("pupils")
    shape = (len(years), len(NEED_AXIS), len(GROUP_AXIS), len(localities))
    announced, open_ended, stays = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    weight = people.count * known.probability
    is_open = people.leaves == NEVER
    for at, year in enumerate(years):
        _add(announced[at], people, ~is_today & (people.base == year), weight)
        _add(open_ended[at], people, ~is_today & is_open & (people.base == year), weight)
        _add(stays[at], people, ~is_open & is_present(people, year, rules.last_year_group), weight, year)
    today = only(people, is_today & is_open)
    came = np.zeros_like(counted(today, len(localities)))
    came[:, KIND_AXIS.index(NO_PLACE)] = open_ended[0]
    return Beginning(
        years=years,
        pupils=counted(today, len(localities)) + came,
        announced=announced,
        open_ended=open_ended,
        known_stays=stays,
        early=_early(inputs.early_years, years),
        at_home=_at_home(pupils, inputs.homes, localities),
        last_year_group=rules.last_year_group,
    )


def _add(
    counts: Numbers,
    people: People,
    rows: Flags,
    weight: Numbers,
    year: int | None = None,
) -> None:
    group = people.group if year is None else people.group + year - people.base
    np.add.at(counts, (people.need[rows], group[rows], people.place[rows]), weight[rows])


def _early(table: pd.DataFrame, years: tuple[int, ...]) -> Numbers:
    """Return the factor on joiners up to Reception: year x need; a row with a need goes before one without."""
    factors = np.ones((len(years), len(NEED_AXIS)))
    for _, row in table.sort_values("need", na_position="first", kind="stable").iterrows():
        needs = slice(None) if pd.isna(row["need"]) else NEED_AXIS.index(row["need"])
        factors[years.index(int(row["year"])), needs] = row["factor"]
    return factors


def _at_home(pupils: pd.DataFrame, homes: pd.DataFrame, localities: tuple[str, ...]) -> Numbers:
    table = pupils.assign(weight=pupils["count"]) if homes["weight"].sum() == 0 else homes
    places = {name: at for at, name in enumerate(localities)}
    shares = np.zeros(len(localities))
    names = locality_names(table)
    np.add.at(shares, [places[name] for name in names], table["weight"].to_numpy(dtype=float))
    return np.asarray(shares / shares.sum())


def _without_snapshots(begin: Beginning) -> Rates:
    """Return the rates of a county of which only today is known: nobody joins by rate, or changes kind.

    Nobody leaves up to the last year of compulsory schooling. From then on as many stay as the next year group of today
    has of this one: the pupils of today are taken for one cohort through the years.
    """
    sizes = begin.pupils.sum(axis=(0, 1, 3)) + begin.known_stays[0].sum(axis=(0, 2))
    stay_by_group = np.ones(len(GROUP_AXIS))
    for group in range(LAST_COMPULSORY_YEAR, begin.last_year_group):
        here, on = sizes[group - GROUP_AXIS[0]], sizes[group + 1 - GROUP_AXIS[0]]
        stay_by_group[group - GROUP_AXIS[0]] = min(1.0, on / here) if here > 0 else 1.0
    cells = (len(NEED_AXIS), len(GROUP_AXIS))
    stay = np.broadcast_to(stay_by_group, (cells[0], len(KIND_AXIS), cells[1])).copy()
    kinds = np.broadcast_to(np.eye(len(KIND_AXIS))[:, np.newaxis], (*stay.shape, len(KIND_AXIS)))
    first = np.zeros((*cells, len(KIND_AXIS)))
    first[..., KIND_AXIS.index(NO_PLACE)] = 1
    return Rates(stay, np.asarray(kinds), np.zeros(cells), first, 0.0, 0.0)
