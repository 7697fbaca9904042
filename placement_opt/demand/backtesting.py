"""Was a projection any good? Years held back, projected from those before, against "no change"."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from placement_opt.demand.case import make_case
from placement_opt.demand.counts import Counts
from placement_opt.demand.counts_trend import trend_of
from placement_opt.demand.inputs import no_inputs
from placement_opt.demand.present import locality_axis
from placement_opt.demand.projection import check_numbers
from placement_opt.demand.published import TOPICS, published_counts, wide
from placement_opt.demand.rates import Evidence
from placement_opt.demand.rules import DemandRules
from placement_opt.demand.snapshots import Snapshots, count_flows, read_snapshots
from placement_opt.errors import Fault, InputError
from placement_opt.phases import phase_of
from placement_opt.registers import Statistics

_GROUPS = ("total", "kind", "need", "phase")


@dataclass(frozen=True, eq=False, repr=False)
class Backtest:
    """Held-back counts beside what was projected for them.

    Parameters
    ----------
    table
        A row for each year held back, topic and category: held_back (the count), projected, low_80, high_80, low_95,
        high_95, no_change (the last count before).
    """

    table: pd.DataFrame

    @property
    def errors(self) -> pd.DataFrame:
        """The mean errors by topic and year, in pupils and as a share of the pupils counted.

        Columns topic, year, categories, projected_error, no_change_error (mean of the absolute errors, in pupils),
        projected_share, no_change_share (sum of the absolute errors over the pupils counted), is_better (the projection
        than no change), within_80, within_95 (the share of categories inside the interval).
        """
        table = self.table
        rows = table.assign(
            projected_error=(table["projected"] - table["held_back"]).abs(),
            no_change_error=(table["no_change"] - table["held_back"]).abs(),
            within_80=table["held_back"].between(table["low_80"], table["high_80"]),
            within_95=table["held_back"].between(table["low_95"], table["high_95"]),
        )
        groups = rows.groupby(["topic", "year"], sort=False)
        errors = groups[["projected_error", "no_change_error", "within_80", "within_95"]].mean()
        whole = groups[["projected_error", "no_change_error", "held_back"]].sum()
        errors.insert(0, "categories", groups.size())
        errors.insert(3, "projected_share", whole["projected_error"] / whole["held_back"])
        errors.insert(4, "no_change_share", whole["no_change_error"] / whole["held_back"])
        errors.insert(5, "is_better", errors["projected_error"] < errors["no_change_error"])
        return errors.reset_index()

    def summary(self) -> str:
        """Return both errors for each topic and year as text."""
        return "\n".join(
            f"{row.topic}, {row.year}: off by {row.projected_share:.1%} of pupils; "
            f"no change by {row.no_change_share:.1%}"
            for row in self.errors.itertuples()
        )

    def __repr__(self) -> str:
        years = sorted(set(self.table["year"]))
        return f"Backtest({', '.join(map(str, years))} held back, {len(self.table):,} counts)"


def backtest(
    snapshots: Snapshots,
    *,
    seed: int,
    hold_back: int = 1,
    draws: int = 200,
    rules: DemandRules | None = None,
    provisions: pd.DataFrame | None = None,
) -> Backtest:
    """Project the last snapshots from those before, and compare with what came.

    Parameters
    ----------
    snapshots
        Yearly tables of pupils (or problems) by school year: those to learn from, at least two, and those held back.
    seed, draws, rules
        As for `project`.
    hold_back
        How many of the last snapshots are held back.
    provisions
        Where the kind of a `current_provision_id` stands, for snapshots that do not give kinds.

    Returns
    -------
    Backtest
        Counts of all pupils up to the last year group, by kind, need and phase.

    Raises
    ------
    InputError
        When a snapshot is at fault, or there are too few; it lists every fault.
    ValueError
        When `seed`, `draws` or `hold_back` is out of its range.
    """
    check_numbers(seed=seed, draws=draws)
    if hold_back < 1:
        raise ValueError(f"`hold_back` is {hold_back!r}; use a whole number from 1.")
    rules = rules if rules is not None else DemandRules()
    faults: list[Fault] = []
    frames = read_snapshots(snapshots, provisions, faults, least=2 + hold_back)
    if faults:
        raise InputError(faults)
    years = tuple(frames)
    learnt, held = years[:-hold_back], years[-hold_back - 1 :]
    counts = _projected({year: frames[year] for year in learnt}, held, rules, seed, draws)
    parts = [_held_back(topic, counts, frames, held, rules.last_year_group) for topic in _GROUPS]
    return Backtest(pd.concat(parts, ignore_index=True))


def _projected(
    frames: Mapping[int, pd.DataFrame], years: tuple[int, ...], rules: DemandRules, seed: int, draws: int
) -> Counts:
    flows = count_flows(frames, last_year_group=rules.last_year_group)
    evidence = Evidence.of(flows, prior_pupils=rules.prior_pupils, joiner_growth_percent=rules.joiner_growth_percent)
    today = frames[years[0]]
    tables = {
        "pupils": today[today["year_group"] <= rules.last_year_group].assign(count=1),
        "arrivals": today.iloc[:0].assign(arrives=years[0]),
        "leavers": pd.DataFrame({"pupil_id": [], "leaves": []}),
    }
    localities = locality_axis([today])
    case = make_case(tables, years, localities, evidence, no_inputs(), rules, seed)
    return Counts(np.array([case.future(number).counts for number in range(draws)]), years, localities)


def _held_back(
    topic: str, counts: Counts, frames: Mapping[int, pd.DataFrame], years: tuple[int, ...], last_year_group: int
) -> pd.DataFrame:
    projected = counts.by(["year"] if topic == "total" else ["year", topic])
    projected["category"] = "all" if topic == "total" else projected[topic]
    projected = projected.set_index(["year", "category"])
    came = {}
    for year in years:
        frame = frames[year][frames[year]["year_group"] <= last_year_group]
        labels = frame["year_group"].map(phase_of) if topic == "phase" else "all" if topic == "total" else frame[topic]
        came[year] = frame.assign(category=labels).groupby("category").size()
    rows = []
    names = sorted({name for year in years for name in came[year].index})
    for year in years[1:]:
        for name in names:
            found = projected.loc[(year, name)] if (year, name) in projected.index else None
            rows.append(
                {
                    "year": year,
                    "topic": topic,
                    "category": name,
                    "held_back": int(came[year].get(name, 0)),
                    "projected": 0.0 if found is None else float(found["mean"]),
                    **{end: 0.0 if found is None else float(found[end]) for end in _ENDS},
                    "no_change": int(came[years[0]].get(name, 0)),
                }
            )
    return pd.DataFrame(rows)


_ENDS = ("low_80", "high_80", "low_95", "high_95")


def backtest_published(
    statistics: Sequence[Statistics], *, authority: str | None = None, hold_back: int = 1
) -> Backtest:
    """Project the last published counts of an area from those before, and compare with what came.

    This tests the growth that `growth_from_statistics` estimates, for all plans, placements and needs.

    Parameters
    ----------
    statistics
        What `read_statistics` returned, one for each year: those to learn from, at least two, and those held back.
    authority
        The area; None where there is only one.
    hold_back
        How many of the last years are held back.

    Raises
    ------
    InputError
        When the statistics do not fit together, or are of too few years.
    ValueError
        When `hold_back` is out of its range.
    """
    if hold_back < 1:
        raise ValueError(f"`hold_back` is {hold_back!r}; use a whole number from 1.")
    counts = published_counts(statistics, authority=authority)
    parts = []
    for topic in TOPICS:
        table = wide(counts, topic)
        if len(table) < 2 + hold_back:
            continue
        learnt = table.iloc[:-hold_back]
        trend = trend_of(learnt)
        for ahead in range(1, hold_back + 1):
            found = trend.ahead(ahead)
            rows = found.assign(
                year=table.index[len(learnt) - 1 + ahead],
                topic=topic,
                category=found.index,
                held_back=table.iloc[len(learnt) - 1 + ahead],
                no_change=learnt.iloc[-1],
            )
            parts.append(rows)
    if not parts:
        message = f"To hold back {hold_back}, give at least {2 + hold_back} years of one topic. Read more years."
        raise InputError([Fault("statistics", "time_period", "", "", message)])
    columns = ["year", "topic", "category", "held_back", "projected", *_ENDS, "no_change"]
    return Backtest(pd.concat(parts, ignore_index=True)[columns])
