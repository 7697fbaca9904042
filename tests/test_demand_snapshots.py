"""Projection from snapshots, against a county whose rates are known, plain counting and closed forms."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.demand.axes import GROUP_AXIS, KIND_AXIS, NEED_AXIS, PHASES, STAGES, drawn_shares, mean_shares
from placement_opt.demand.case import Case, make_case
from placement_opt.demand.inputs import no_inputs
from placement_opt.demand.rates import Evidence, joining_shares, pooled
from placement_opt.demand.snapshots import Flows, count_flows, read_snapshots
from placement_opt.demand.trend import SLOPE_SD, Trend, find_trend
from placement_opt.errors import Fault, InputError
from tests.demand_truth import (
    GROUPS,
    KINDS,
    LAST,
    NEEDS,
    Truth,
    as_pupils,
    expected_after,
    settings_and_provisions,
    snapshots,
    standing,
)

TRUTH = Truth(size=0.4)
YEARS = range(2020, 2024)
NEED_AT = [NEED_AXIS.index(need) for need in NEEDS]
KIND_AT = [KIND_AXIS.index(kind) for kind in KINDS]
GROUP_AT = [GROUP_AXIS.index(group) for group in GROUPS]
MANY = 1e7


@pytest.fixture(scope="module")
def seen() -> dict[int, pd.DataFrame]:
    return snapshots(TRUTH, YEARS, seed=4)


def problem_of(snapshot: pd.DataFrame) -> po.Problem:
    school, places = settings_and_provisions()
    return po.Problem(pupils=as_pupils(snapshot, seed=1), settings=school, provisions=places)


# -- counting ----------------------------------------------------------------------------------------------------------


def test_flows_are_those_of_plain_counting(seen: dict[int, pd.DataFrame]) -> None:
    flows = count_flows(read_snapshots(seen, None, []), last_year_group=LAST)
    stayed: Counter[tuple[str, str, int, bool]] = Counter()
    joined: Counter[tuple[int, str, int]] = Counter()
    changed: Counter[tuple[str, str, int, str]] = Counter()
    for year in list(seen)[:-1]:
        before = {row.pupil_id: row for row in seen[year].itertuples()}
        after = {row.pupil_id: row for row in seen[year + 1].itertuples()}
        for pupil_id, row in before.items():
            if row.year_group < LAST:
                stayed[row.need, row.kind, row.year_group, pupil_id in after] += 1
                if pupil_id in after:
                    changed[row.need, row.kind, row.year_group, after[pupil_id].kind] += 1
        for pupil_id, row in after.items():
            if pupil_id not in before:
                joined[year + 1, row.need, row.year_group] += 1
    names = (NEED_AXIS, KIND_AXIS, GROUP_AXIS)
    assert as_counter(flows.stayed, (*names, (True, False))) == stayed
    assert as_counter(flows.kinds, (*names, KIND_AXIS)) == changed
    assert as_counter(flows.joined, (tuple(seen)[1:], NEED_AXIS, GROUP_AXIS)) == joined


def as_counter(cells: np.ndarray, axes: tuple[tuple[object, ...], ...]) -> Counter[tuple[object, ...]]:
    return Counter(
        {
            tuple(axis[at] for axis, at in zip(axes, place, strict=True)): int(number)
            for place, number in np.ndenumerate(cells)
            if number
        }
    )


def test_whoever_stayed_or_joined_is_in_the_next_snapshot(seen: dict[int, pd.DataFrame]) -> None:
    flows = count_flows(read_snapshots(seen, None, []), last_year_group=LAST)
    assert flows.stayed[..., 0].sum() + flows.joined.sum() == sum(len(seen[year]) for year in list(seen)[1:])
    assert flows.joined_kinds.sum() == flows.joined.sum()


def test_pupils_past_the_last_year_group_are_no_evidence() -> None:
    earlier = pd.DataFrame({"pupil_id": ["A", "B", "C"], "year_group": [3, 14, 16], "need": "ASD", "kind": "special"})
    later = pd.DataFrame(
        {"pupil_id": ["A", "C", "D", "E"], "year_group": [4, 17, 15, 14], "need": "ASD", "kind": "hub"}
    )
    flows = count_flows(read_snapshots({2020: earlier, 2021: later}, None, []), last_year_group=LAST)
    assert (flows.stayed[..., 0].sum(), flows.stayed[..., 1].sum(), flows.joined.sum()) == (1, 0, 1)
    assert ("snapshots 2020 and 2021", 2, "pupils in Year 14 or above, who leave by rule; no evidence for leaving") in (
        flows.notes
    )


# -- rates -------------------------------------------------------------------------------------------------------------


def test_a_cell_leans_on_its_need_and_stage_and_these_on_the_stage() -> None:
    counts = np.zeros((len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS), 2))
    asd, semh, one, two = NEED_AXIS.index("ASD"), NEED_AXIS.index("SEMH"), GROUP_AXIS.index(1), GROUP_AXIS.index(2)
    counts[asd, 0, one], counts[asd, 3, two], counts[semh, 0, two] = (30, 10), (5, 1), (8, 6)
    found = pooled(counts, np.array([0.5, 0.5]), STAGES, 10.0, mean_shares, by_kind=False)[..., 0]
    everybody = 43.5 / 61
    stage = (43 + 10 * everybody) / 70
    of_asd, of_semh = (35 + 10 * stage) / 56, (8 + 10 * stage) / 24
    assert found[asd, 0, one] == pytest.approx((30 + 10 * of_asd) / 50)
    assert found[asd, 3, two] == pytest.approx((5 + 10 * of_asd) / 16)
    assert found[semh, 2, one] == pytest.approx(of_semh)  # nobody there: as its need and stage
    assert found[0, 0, one] == pytest.approx(stage)  # no such need: as the stage
    assert found[asd, 0, GROUP_AXIS.index(8)] == pytest.approx(everybody)  # no such stage: as everybody


def test_drawn_rates_scatter_around_the_mean_as_a_beta_does() -> None:
    counts = np.zeros((len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS), 2))
    counts[0, 0, 5] = (300, 100)
    pick = drawn_shares(np.random.default_rng(1))
    drawn = [pooled(counts, np.array([0.5, 0.5]), STAGES, 0.1, pick, by_kind=False)[0, 0, 5, 0] for _ in range(2_000)]
    assert abs(np.mean(drawn) - 0.75) < 4 * np.std(drawn) / np.sqrt(2_000) + 0.001
    assert np.std(drawn) == pytest.approx(np.sqrt(0.75 * 0.25 / 401), rel=0.1)


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0.1, 1_000), st.booleans())
def test_shares_of_any_snapshots_add_up(seed: int, prior: float, is_mean: bool) -> None:
    rng = np.random.default_rng(seed)
    joined = rng.poisson(0.1, (len(NEED_AXIS), len(GROUP_AXIS))).astype(float)
    counts = rng.poisson(0.05, (len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS), len(KIND_AXIS))).astype(float)
    pick = mean_shares if is_mean else drawn_shares(rng)
    base = np.full((len(KIND_AXIS), len(KIND_AXIS)), 0.1)
    kinds = pooled(counts, base, STAGES, prior, pick, by_kind=True)
    assert kinds.sum(axis=-1) == pytest.approx(1.0)
    assert (kinds >= 0).all()
    shares = joining_shares(joined, prior, pick)
    assert shares.sum() == pytest.approx(1.0 if joined.any() else 0.0)
    if is_mean and joined.any():
        assert (shares @ PHASES).sum(axis=0) == pytest.approx((joined @ PHASES).sum(axis=0) / joined.sum())


def test_the_trend_of_two_years_is_theirs_drawn_towards_nought() -> None:
    found = find_trend(np.array([100.0, 150.0]), (2021, 2022), None)
    variance = 1 / 100 + 1 / 150
    assert found.slope == pytest.approx(np.log(1.5) * SLOPE_SD**2 / (SLOPE_SD**2 + variance))
    assert found.slope_sd == pytest.approx((1 / variance + 1 / SLOPE_SD**2) ** -0.5)
    assert found.year_sd == 0


def test_one_year_leaves_the_trend_as_unsure_as_it_was() -> None:
    found = find_trend(np.array([80.0]), (2022,), None)
    assert (found.slope, found.slope_sd, found.joiners) == (0, pytest.approx(SLOPE_SD), 80)


def test_many_years_give_the_growth_and_how_years_differ() -> None:
    rng = np.random.default_rng(3)
    years = np.arange(2000, 2060)
    totals = np.exp(np.log(4_000) + 0.05 * (years - 2030) + 0.15 * rng.standard_normal(60))
    found = find_trend(totals, tuple(years.tolist()), None)
    weights = 1 / (found.year_sd**2 + 1 / totals)
    slope, _ = np.polyfit(years - 2030, np.log(totals), 1, w=np.sqrt(weights))
    assert found.slope == pytest.approx(slope, abs=1e-4)
    assert found.slope == pytest.approx(0.05, abs=4 * found.slope_sd)
    assert found.year_sd == pytest.approx(0.15, rel=0.25)


def test_known_growth_of_joiners_is_taken_as_it_is() -> None:
    found = find_trend(np.array([100.0, 150.0]), (2021, 2022), 10.0)
    assert found.factor(found.slope, 2025) / found.factor(found.slope, 2024) == pytest.approx(1.1)
    assert found.draw(np.random.default_rng(1))[1] == found.slope


# -- expected pupils ---------------------------------------------------------------------------------------------------


def certain(truth: Truth) -> Evidence:
    """Return snapshots so large that nothing about the rates is left open."""
    stayed = np.zeros((len(NEED_AXIS), len(KIND_AXIS), len(GROUP_AXIS), 2))
    kinds = np.zeros((*stayed.shape[:3], len(KIND_AXIS)))
    joined = np.zeros((1, len(NEED_AXIS), len(GROUP_AXIS)))
    joined_kinds = np.zeros((len(NEED_AXIS), 1, len(GROUP_AXIS), len(KIND_AXIS)))
    joiners = truth.joiners(0)
    for need, need_at in enumerate(NEED_AT):
        for group, group_at in zip(GROUPS, GROUP_AT, strict=True):
            joined[0, need_at, group_at] = MANY * joiners[need, group - GROUPS[0]]
            joined_kinds[need_at, 0, group_at, KIND_AT] = MANY * truth.joins_in(need)
            for kind, kind_at in enumerate(KIND_AT):
                leave = truth.leave(kind, group)
                stayed[need_at, kind_at, group_at] = (MANY * (1 - leave), MANY * leave)
                kinds[need_at, kind_at, group_at, KIND_AT] = MANY * truth.moves(kind, group)
    flows = Flows((2019, 2020), stayed, kinds, joined, joined_kinds, ())
    total = float(joiners.sum())
    growth = np.log1p(np.expm1(truth.growth))
    trend = Trend((2020,), np.array([MANY * total]), 2020.0, total, MANY, growth, 0.0, 0.0)
    return Evidence(flows, 10.0, trend)


def case_of(truth: Truth, today: pd.DataFrame, years: tuple[int, ...]) -> Case:
    tables = {
        "pupils": today.assign(count=1),
        "arrivals": today.iloc[:0].assign(arrives=0),
        "leavers": pd.DataFrame({"pupil_id": [], "leaves": []}),
    }
    rules = po.DemandRules(last_year_group=LAST)
    return make_case(tables, years, ("Eastdown", "Westup"), certain(truth), no_inputs(), rules, 1)


@pytest.mark.parametrize("growth", [0.0, 0.08])
def test_expected_pupils_are_those_of_the_known_rates(growth: float, seen: dict[int, pd.DataFrame]) -> None:
    truth = Truth(size=0.4, growth=growth)
    today = seen[2020]
    case = case_of(truth, today, tuple(range(2020, 2027)))
    found = case.expected().pupils.sum(axis=-1)[:, NEED_AT][:, :, KIND_AT][:, :, :, GROUP_AT]
    wanted = found[0]
    assert wanted.sum() == len(today)
    for ahead in range(1, 7):
        wanted = expected_after(truth, wanted, ahead)
        assert found[ahead] == pytest.approx(wanted, rel=1e-4, abs=1e-4)


def test_a_county_in_its_standing_state_stays_as_it_is() -> None:
    counts = 1_000 * standing(TRUTH)
    rows = [
        {
            "pupil_id": f"{n}-{k}-{g}",
            "need": NEEDS[n],
            "kind": KINDS[k],
            "year_group": GROUPS[g],
            "locality": "Eastdown",
        }
        for n, k, g in np.argwhere(counts > 0)
    ]
    case = case_of(TRUTH, pd.DataFrame(rows), tuple(range(2020, 2030)))
    pupils = np.zeros_like(case.begin.pupils)
    pupils[np.ix_(NEED_AT, KIND_AT, GROUP_AT, [0])] = counts[..., np.newaxis] / 1_000
    found = replace(case, begin=replace(case.begin, pupils=pupils)).expected().pupils.sum(axis=(1, 2, 3, 4))
    assert found == pytest.approx(np.full(10, standing(TRUTH).sum()), rel=1e-4)


def test_the_mean_of_the_draws_is_what_is_expected(seen: dict[int, pd.DataFrame]) -> None:
    case = case_of(TRUTH, seen[2023], (2023, 2024, 2025, 2026))
    draws = np.array([case.future(number).counts for number in range(250)])
    expected = np.einsum("tnkgl,gp->tnplk", case.expected().pupils, PHASES)
    for axes in ((1, 2, 3, 4), (2, 3, 4), (1, 2, 3), (1, 3, 4), (1, 2, 4)):
        found = draws.sum(axis=tuple(at + 1 for at in axes))
        wanted = expected.sum(axis=axes)
        error = found.std(axis=0, ddof=1) / np.sqrt(len(draws))
        assert (np.abs(found.mean(axis=0) - wanted) <= 4.5 * error + 0.02).all()


def test_good_and_bad_years_do_not_change_the_mean() -> None:
    trend = Trend((2020, 2021), np.array([900.0, 1_100.0]), 2020.5, 1_000.0, 2.0, 0.05, 0.1, 0.0)
    rng = np.random.default_rng(2)
    factors = [trend.factor(rng.normal(0.05, 0.1), 2024) for _ in range(20_000)]
    assert np.mean(factors) == pytest.approx(trend.factor(0.05, 2024), rel=0.02)


# -- projections and their trial ---------------------------------------------------------------------------------------


def test_the_intervals_hold_about_as_often_as_they_say() -> None:
    parts = [po.backtest(snapshots(TRUTH, YEARS, seed), seed=1, draws=60).table for seed in range(12)]
    table = pd.concat(parts)
    assert len(table) >= 12 * 12
    within = {
        name: table["held_back"].between(table[f"low_{name}"], table[f"high_{name}"]).mean() for name in ("80", "95")
    }
    assert 0.7 <= within["80"] <= 0.92
    assert 0.88 <= within["95"] <= 1.0


def test_in_a_growing_county_the_projection_beats_no_change() -> None:
    growing = Truth(size=1.0, growth=0.15)
    found = pd.concat(
        [po.backtest(snapshots(growing, range(2020, 2026), s), seed=1, hold_back=2, draws=30).errors for s in range(3)]
    )
    mean = found.groupby(["topic", "year"])[["projected_error", "no_change_error"]].mean()
    assert (mean["projected_error"] < mean["no_change_error"]).loc[[("total", 2025), ("need", 2025)]].all()


def test_a_projection_says_how_much_of_a_rate_is_its_own(seen: dict[int, pd.DataFrame]) -> None:
    projection = po.project(problem_of(seen[2023]), years=[2023, 2024], snapshots=seen, seed=1, draws=5)
    leaving = projection.rates["leaving"]
    pupils = sum((frame["year_group"] < LAST).sum() for year, frame in seen.items() if year < 2023)
    assert leaving["pupils"].sum() == pupils
    assert leaving["from_data"].to_numpy() == pytest.approx(leaving["pupils"] / (leaving["pupils"] + 10))
    assert leaving["left"].sum() / pupils == pytest.approx(
        (leaving["leave_rate"] * leaving["pupils"]).sum() / pupils, abs=0.02
    )
    assert projection.rates["joining"]["joiners_a_year"].sum() == pytest.approx(
        projection.case.evidence.trend.joiners  # type: ignore[union-attr]
    )
    assert set(projection.by("kind").query("mean >= 1")["kind"]) == set(KINDS)
    assert "joiners in 2023" in projection.summary()


def test_a_snapshot_may_be_a_problem_and_rows_in_any_order(seen: dict[int, pd.DataFrame]) -> None:
    problem = problem_of(seen[2023])
    shuffled = {year: frame.sample(frac=1, random_state=year) for year, frame in reversed(seen.items())}
    as_problems = [(year, problem_of(frame)) for year, frame in seen.items()]
    drawn = [
        po.project(problem, years=[2023, 2024], snapshots=each, seed=1, draws=1).draw(3)
        for each in (seen, shuffled, as_problems)
    ]
    assert drawn[0] == drawn[1] == drawn[2]


def test_stated_growth_goes_before_the_snapshots(seen: dict[int, pd.DataFrame]) -> None:
    growth = pd.DataFrame({"need": ["ASD"], "percent": [20]})
    problem = problem_of(seen[2023])
    with_growth, without = (
        po.project(problem, years=[2023, 2024], snapshots=seen, seed=1, draws=1, growth=table).case.expected().pupils[1]
        for table in (growth, None)
    )
    asd = NEED_AXIS.index("ASD")
    is_counted = np.array(GROUP_AXIS) <= LAST
    assert with_growth[asd][:, is_counted].sum() == pytest.approx(1.2 * (seen[2023]["need"] == "ASD").sum())
    other = [at for at in NEED_AT if at != asd]
    assert with_growth[other] == pytest.approx(without[other])


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_every_fault_of_snapshots_is_listed() -> None:
    good = pd.DataFrame({"pupil_id": ["A", "B"], "year_group": [3, 4], "need": "ASD", "kind": "special"})
    twice = pd.concat([good, good.head(1)], ignore_index=True)
    wrong = good.assign(need=["AUT", "ASD"], kind=[None, "castle"], current_provision_id=["X", None], count=[1, 3])
    given = [(2020, good), (2021, twice), (2021, good), (2024, wrong), (2030, good.head(0))]
    with pytest.raises(InputError) as caught:
        po.project(
            problem_of(snapshots(TRUTH, range(2020, 2021), 1)[2020]), years=[2026, 2027], snapshots=given, seed=1
        )
    found = {(fault.table, fault.column, fault.row, fault.value) for fault in caught.value.faults}
    assert found == {
        ("snapshots", "year", "", "2021"),
        ("snapshots", "year", "", "2024"),
        ("snapshots", "year", "", "2030"),
        ("snapshot 2021", "pupil_id", "2", "A"),
        ("snapshot 2024", "need", "0", "AUT"),
        ("snapshot 2024", "kind", "1", "castle"),
        ("snapshot 2024", "current_provision_id", "0", "X"),
        ("snapshot 2024", "count", "1", "3"),
        ("snapshot 2030", "", "", ""),
    }


def test_one_snapshot_is_too_few(seen: dict[int, pd.DataFrame]) -> None:
    faults: list[Fault] = []
    read_snapshots({2020: seen[2020]}, None, faults)
    assert [fault.message for fault in faults] == ["Give at least 2 snapshots, a year apart; 1 came."]
    with pytest.raises(InputError, match="at least 4 snapshots"):
        po.backtest({year: seen[year] for year in (2020, 2021, 2022)}, seed=1, hold_back=2)
    with pytest.raises(ValueError, match="`hold_back`"):
        po.backtest(seen, seed=1, hold_back=0)
