"""Projection from stated growth, migration and pending plans: futures, who is in them, and what is refused."""

import subprocess
import sys
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.demand.axes import NEED_AXIS
from placement_opt.demand.growth import spread
from placement_opt.errors import InputError
from placement_opt.phases import PHASE_NAMES, phase_of

YEARS = (2026, 2027, 2028, 2029)
GROWTH = pd.DataFrame({"need": [None, "ASD"], "percent": [2, 6]})
COUNTY = po.examples.exampleshire()
LAST = 14


def small(**tables: pd.DataFrame | None) -> po.Problem:
    """Return 60 pupils far apart, each with a band of its own, so that whoever lends something can be told."""
    rng = np.random.default_rng(7)
    number = np.arange(60)
    pupils = pd.DataFrame(
        {
            "pupil_id": [f"P{at:02d}" for at in number],
            "easting": 400_000 + 2_000 * number,
            "northing": 270_000,
            "year_group": rng.integers(-1, 14, 60),
            "need": rng.choice(["ASD", "SEMH", "MLD"], 60),
            "band": [f"band {at}" for at in number],
            "board_minutes": number / 2,
            "locality": np.where(number < 30, "West", "East"),
        }
    )
    settings = pd.DataFrame({"setting_id": ["S"], "name": ["School"], "easting": [450_000], "northing": [270_000]})
    provisions = pd.DataFrame({"provision_id": ["S-m"], "setting_id": ["S"], "kind": ["mainstream"], "places": [90]})
    return po.Problem(pupils=pupils, settings=settings, provisions=provisions, **tables)


def recount_of(projection: po.Projection, number: int) -> Counter[tuple[int, str, str, str]]:
    return recount_table(projection.draw(number), projection.case.rules.last_year_group)


def recount_table(problem: po.Problem, last_year_group: int) -> Counter[tuple[int, str, str, str]]:
    years = problem.table("years")["year"].tolist()
    leaves = dict(problem.table("leavers")[["pupil_id", "leaves"]].itertuples(index=False, name=None))
    pupils = pd.concat([problem.pupils.assign(arrives=years[0]), problem.table("arrivals")])
    columns = ["pupil_id", "year_group", "need", "locality", "count", "arrives"]
    found: Counter[tuple[int, str, str, str]] = Counter()
    for pupil_id, year_group, need, locality, count, arrives in pupils[columns].itertuples(index=False, name=None):
        for year in years:
            group = year_group + year - arrives
            is_of_age = group <= last_year_group or year == arrives
            if arrives <= year < leaves.get(pupil_id, 9999) and is_of_age:
                found[year, need, phase_of(group), "(not given)" if pd.isna(locality) else locality] += count
    return found


def counted(projection: po.Projection, number: int) -> Counter[tuple[int, str, str, str]]:
    cells = projection.counts.pupils[number].sum(axis=-1)
    return Counter(
        {
            (YEARS[year], NEED_AXIS[need], PHASE_NAMES[phase], projection.counts.localities[place]): int(number)
            for (year, need, phase, place), number in np.ndenumerate(cells)
            if number
        }
    )


@pytest.fixture(scope="module")
def county() -> po.Projection:
    return po.project(COUNTY, years=YEARS, growth=GROWTH, seed=11, draws=60)


# -- stated growth -----------------------------------------------------------------------------------------------------


def test_the_mean_of_the_draws_grows_as_stated(county: po.Projection) -> None:
    for years_on, year in enumerate(YEARS):
        of_year = county.counts.pupils[:, years_on].sum(axis=(2, 3, 4))
        asd = of_year[:, NEED_AXIS.index("ASD")]
        others = of_year.sum(axis=1) - asd
        for values, stated in ((asd, 800 * 1.06**years_on), (others, 1_700 * 1.02**years_on)):
            error = values.std(ddof=1) / np.sqrt(len(values))
            assert abs(values.mean() - stated) <= 4 * error + 1e-9, year


def test_the_expected_number_is_exactly_as_stated_in_a_phase_that_is_named() -> None:
    growth = pd.DataFrame({"phase": ["primary", "secondary", None], "percent": [7, -3, 1]})
    projection = po.project(COUNTY, years=YEARS, growth=growth, seed=1, draws=1)
    today = COUNTY.pupils.assign(phase=[phase_of(year) for year in COUNTY.pupils["year_group"]])
    expected = projection.case.expected().pupils.sum(axis=(1, 2, 4))
    of_group = np.array([PHASE_NAMES.index(phase_of(group)) for group in range(-4, 21)])
    for phases, factor in (([1], 1.07), ([2], 0.97), ([0, 3], 1.01)):
        pupils = today["phase"].isin([PHASE_NAMES[phase] for phase in phases]).sum()
        for years_on in range(4):
            assert expected[years_on, np.isin(of_group, phases)].sum() == pytest.approx(pupils * factor**years_on)


def test_a_county_whose_cohorts_are_alike_keeps_its_year_groups() -> None:
    sizes = {group: 2 * group + 10 if group < 12 else 70 - 4 * group for group in range(LAST + 1)}
    pupils = pd.DataFrame(
        [
            {"pupil_id": f"{group}-{at}", "easting": 450_000, "northing": 270_000, "year_group": group, "need": "ASD"}
            for group, size in sizes.items()
            for at in range(size)
        ]
    )
    projection = po.project(small().replace(pupils=pupils), years=YEARS, seed=1, draws=1)
    expected = projection.case.expected()
    for at in range(4):
        by_group = expected.pupils[at].sum(axis=(0, 1, 3))[4 : 5 + LAST]
        assert by_group == pytest.approx(list(sizes.values()))
    assert expected.squeezed_out == pytest.approx(0)


def test_a_pupil_of_a_rare_need_is_not_turned_out_at_a_change_of_phase() -> None:
    pupils = small().pupils.assign(year_group=6, need=["MSI"] * 3 + ["ASD"] * 57)
    growth = pd.DataFrame({"need": ["MSI"], "percent": [0]})
    case = po.project(small().replace(pupils=pupils), years=YEARS, growth=growth, seed=1, draws=1).case
    assert case.expected().pupils[3, NEED_AXIS.index("MSI"), :, 4 + 9].sum() == pytest.approx(3)


def test_growth_of_minus_100_per_cent_leaves_nobody() -> None:
    projection = po.project(small(), years=YEARS, growth=pd.DataFrame({"percent": [-100]}), seed=1, draws=3)
    assert set(projection.by()["year"]) == set(YEARS)
    assert projection.by().set_index("year").loc[2027:, "mean"].tolist() == [0, 0, 0]
    assert len(recount_of(projection, 0)) == len([key for key in recount_of(projection, 0) if key[0] == 2026])


def test_only_the_locality_that_is_named_grows() -> None:
    growth = pd.DataFrame({"locality": ["East"], "percent": [50]})
    projection = po.project(small(), years=YEARS, growth=growth, seed=1, draws=2)
    expected = projection.case.expected().pupils.sum(axis=(1, 2, 3))
    assert projection.case.localities == ("East", "West")
    assert expected[:, 0] == pytest.approx([30, 45, 67.5, 101.25])
    assert expected[:, 1] == pytest.approx([30, 30, 30, 30])


def test_pupils_whose_leaving_is_known_count_towards_a_stated_number() -> None:
    leavers = pd.DataFrame({"pupil_id": [f"P{at:02d}" for at in range(20)], "leaves": 2028})
    problem = small(years=pd.DataFrame({"year": YEARS}), leavers=leavers)
    case = po.project(problem, years=YEARS, growth=pd.DataFrame({"percent": [30]}), seed=1, draws=1).case
    expected = case.expected().pupils.sum(axis=(1, 2, 3, 4)) + case.begin.known_stays.sum(axis=(1, 2, 3))
    assert expected == pytest.approx([60 * 1.3**years_on for years_on in range(4)])


def test_growth_goes_on_from_the_stated_number_and_not_from_a_year_of_pressure() -> None:
    early = pd.DataFrame({"year": [2027], "factor": [2]})
    growth = pd.DataFrame({"percent": [40]})
    case = po.project(small(), years=YEARS, growth=growth, seed=1, draws=1, early_years=early).case
    expected = case.expected().pupils.sum(axis=(1, 2, 3, 4))
    assert expected[1] > 60 * 1.4 + 1
    assert expected[2:] == pytest.approx([60 * 1.4**2, 60 * 1.4**3])


def test_an_unsure_percentage_widens_the_interval(county: po.Projection) -> None:
    unsure = po.project(COUNTY, years=YEARS, growth=GROWTH.assign(percent_sd=5), seed=11, draws=60)
    sure_width, unsure_width = (
        (each.by().iloc[-1]["high_80"] - each.by().iloc[-1]["low_80"]) for each in (county, unsure)
    )
    assert unsure_width > 2 * sure_width


rows = st.lists(
    st.tuples(
        st.sampled_from([None, 2027, 2028]),
        st.sampled_from([None, "ASD", "SEMH"]),
        st.sampled_from([None, *PHASE_NAMES[:2]]),
        st.sampled_from([None, "East", "West"]),
    ),
    min_size=1,
    max_size=12,
    unique=True,
)


@given(rows)
def test_the_most_specific_row_decides(table: list[tuple[int | None, str | None, str | None, str | None]]) -> None:
    frame = pd.DataFrame(table, columns=["year", "need", "phase", "locality"]).assign(percent=0.0, percent_sd=0.0)
    found = spread(frame, (2026, 2027, 2028), ("East", "West"))
    for at, cell in (
        ((0, NEED_AXIS.index("ASD"), 0, 0), (2027, "ASD", PHASE_NAMES[0], "East")),
        ((1, NEED_AXIS.index("ASD"), 1, 1), (2028, "ASD", PHASE_NAMES[1], "West")),
        ((1, NEED_AXIS.index("MLD"), 2, 0), (2028, "MLD", PHASE_NAMES[2], "East")),
    ):
        fits = [row for row in table if all(given in (None, own) for given, own in zip(row, cell, strict=True))]
        best = max(
            fits,
            default=None,
            key=lambda row: (
                sum(given is not None for given in row),
                [row[1] is not None, row[2] is not None, row[3] is not None, row[0] is not None],
            ),
        )
        assert found.row[at] == (-1 if best is None else table.index(best))


# -- futures as problems -----------------------------------------------------------------------------------------------


def everything(problem: po.Problem, **changes: object) -> po.Projection:
    """Project with every table at once, and with an arrival and leavers that are known already."""
    tables = {
        "growth": pd.DataFrame({"need": [None, "ASD"], "percent": [10, -5]}),
        "migration": pd.DataFrame(
            {
                "source": ["army", "army", "coast"],
                "count": [3, 2, 4],
                "need": [None, "HI", None],
                "phase": ["primary", None, None],
                "arrives": [2027, None, 2026],
                "locality": [None, None, "East"],
                "gbp_each": [10_000, 0, 0],
                "years_paid": [2, 0, 0],
                "payer": ["Home Office", None, None],
            }
        ),
        "pending": pd.DataFrame(
            {
                "pending_id": ["N1", "N2", "N3"],
                "need": ["ASD", "SEMH", "MLD"],
                "year_group": [0, 7, 20],
                "easting": [410_000, None, 420_000],
                "northing": [271_000, None, 269_000],
                "band": ["band 1", None, None],
                "locality": ["West", "East", None],
                "probability": [1.0, 0.5, 0.0],
                "arrives": [2027, 2028, 2029],
            }
        ),
        "early_years": pd.DataFrame({"year": [2027, 2028], "factor": [1.5, 2]}),
    }
    return po.project(problem, years=YEARS, seed=5, draws=4, **{**tables, **changes})


def known() -> po.Problem:
    return small(
        years=pd.DataFrame({"year": YEARS, "price_factor": [1, 1.03, 1.05, 1.07]}),
        arrivals=pd.DataFrame(
            {
                "pupil_id": ["A2027-0001", "B"],
                "easting": [410_500, 450_000],
                "northing": [270_000, 270_000],
                "year_group": [3, 8],
                "need": ["MLD", "ASD"],
                "locality": ["West", None],
                "arrives": [2027, 2028],
            }
        ),
        leavers=pd.DataFrame({"pupil_id": ["P00", "P07", "B"], "leaves": [2027, 2028, 2029]}),
    )


@pytest.mark.parametrize("number", range(4))
def test_the_tables_of_a_draw_hold_the_pupils_that_were_counted(number: int) -> None:
    for projection in (everything(known()), everything(known(), growth=pd.DataFrame({"percent": [-60]}))):
        assert recount_of(projection, number) == counted(projection, number)


def test_whoever_is_past_the_last_year_group_is_no_leaver() -> None:
    problem = small().replace(pupils=small().pupils.assign(year_group=np.arange(60) % 15))
    projection = po.project(problem, years=YEARS, growth=pd.DataFrame({"percent": [-30]}), seed=1, draws=1)
    for number in range(3):
        drawn = projection.draw(number)
        pupils = pd.concat([drawn.pupils.assign(arrives=YEARS[0]), drawn.table("arrivals")]).set_index("pupil_id")
        leavers = drawn.table("leavers").set_index("pupil_id")["leaves"]
        assert len(leavers) > 10
        left = pupils.loc[leavers.index]
        assert (left["year_group"] + leavers - left["arrives"] <= LAST).all()


def test_known_years_arrivals_and_leavers_stay_as_they_were() -> None:
    problem = known()
    drawn = everything(problem).draw(2)
    pd.testing.assert_frame_equal(drawn.table("years"), problem.table("years"))
    for name in ("arrivals", "leavers"):
        ids = problem.table(name)["pupil_id"]
        after = drawn.table(name).set_index("pupil_id").loc[ids].reset_index()
        pd.testing.assert_frame_equal(after[problem.table(name).columns], problem.table(name), check_dtype=False)
    assert drawn.table("arrivals")["pupil_id"].is_unique


def test_a_draw_is_the_same_alone_in_any_order_and_in_another_process(county: po.Projection) -> None:
    again = po.project(COUNTY, years=YEARS, growth=GROWTH, seed=11, draws=1)
    assert again.draw(7) == county.draw(7) != county.draw(8)
    code = (
        "import placement_opt as po, pandas as pd\n"
        "growth = pd.DataFrame({'need': ['ASD', None], 'percent': [6, 2]})\n"
        "county = po.examples.exampleshire()\n"
        "county = county.replace(pupils=county.pupils.sample(frac=1, random_state=3))\n"
        "drawn = po.project(county, years=range(2026, 2030), growth=growth, seed=11, draws=1).draw(7)\n"
        "print(drawn.fingerprints()['arrivals'], drawn.fingerprints()['leavers'])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    prints = county.draw(7).fingerprints()
    assert run.stdout.split() == [prints["arrivals"], prints["leavers"]]


def test_another_seed_is_another_future() -> None:
    one, other = (po.project(small(), years=YEARS, growth=GROWTH, seed=seed, draws=1).draw(0) for seed in (1, 2))
    assert one != other


# -- who the new pupils are --------------------------------------------------------------------------------------------


def test_no_new_pupil_is_a_copy_of_the_child_whose_home_was_drawn() -> None:
    growth = pd.DataFrame({"percent": [60]})
    projection = po.project(small(), years=YEARS, growth=growth, seed=3, draws=1)
    pupils = small().pupils
    needs = pupils.set_index("band")["need"]
    for number in range(3):
        new = projection.draw(number).table("arrivals")
        assert len(new) > 50
        home = ((new["easting"] - 400_000) / 2_000).round().astype(int)
        assert ((new["easting"] - (400_000 + 2_000 * home)).abs() <= 250).all()
        assert ((new["northing"] - 270_000).abs() <= 250).all()
        assert (new["locality"].to_numpy() == pupils["locality"].to_numpy()[home]).all()
        assert (new["band"] != "band " + home.astype(str)).all()
        assert (new["board_minutes"] * 2 != home).all()
        assert (new["band"].map(needs) == new["need"]).all()
        assert new[["requested_setting_id", "sibling_group", "travel_mode", "entitled"]].isna().all(axis=None)


def test_new_pupils_live_in_the_given_homes() -> None:
    homes = pd.DataFrame(
        {"easting": [455_000, 456_000], "northing": 272_000, "locality": ["New Town", "East"], "weight": [3, 0]}
    )
    rules = po.DemandRules(jitter_m=0)
    projection = po.project(small(), years=YEARS, growth=GROWTH, seed=3, draws=1, homes=homes, rules=rules)
    new = projection.draw(0).table("arrivals")
    assert set(zip(new["easting"], new["northing"], new["locality"], strict=True)) == {(455_000, 272_000, "New Town")}


def test_a_single_pupil_can_be_projected_all_the_same() -> None:
    problem = small()
    one = problem.replace(pupils=problem.pupils.head(1).assign(year_group=0))
    drawn = po.project(one, years=YEARS, growth=pd.DataFrame({"percent": [300]}), seed=1, draws=1).draw(0)
    assert len(drawn.table("arrivals")) > 5


# -- migration, pending plans, early years -----------------------------------------------------------------------------


def test_money_follows_migrants_for_as_long_as_it_is_paid() -> None:
    migration = pd.DataFrame(
        {
            "source": ["army"],
            "count": [5],
            "phase": ["primary"],
            "arrives": [2027],
            "gbp_each": [9_000],
            "years_paid": [2],
        }
    )
    rules = po.DemandRules(last_year_group=LAST)
    projection = po.project(small(), years=YEARS, seed=3, draws=6, migration=migration, rules=rules)
    income = projection.income.set_index("year")
    assert income["mean_gbp"].to_dict() == {2026: 0, 2027: 45_000, 2028: 45_000, 2029: 0}
    new = projection.draw(4).table("arrivals")
    moved = new[new["pupil_id"].str.startswith("M")]
    assert len(moved) == 5
    assert moved["year_group"].between(0, 6).all()


def test_migrants_come_on_top_of_a_stated_growth() -> None:
    migration = pd.DataFrame({"source": ["army"], "count": [10], "need": ["HI"], "phase": ["primary"]})
    projection = po.project(small(), years=YEARS, seed=3, draws=3, migration=migration)
    found = projection.by("need").query("need == 'HI'").set_index("year")["mean"].to_dict()
    assert found == {2026: 0, 2027: 10, 2028: 20, 2029: 30}


def test_pending_plans_come_as_probable_as_they_are() -> None:
    pending = pd.DataFrame(
        {
            "pending_id": [f"N{at}" for at in range(40)],
            "need": "SLD",
            "year_group": 4,
            "probability": [1.0] * 10 + [0.0] * 10 + [0.3] * 20,
            "arrives": 2027,
        }
    )
    projection = po.project(small(), years=YEARS, seed=3, draws=400, pending=pending)
    came = projection.counts.pupils[:, 1, NEED_AXIS.index("SLD")].sum(axis=(1, 2, 3))
    assert (came >= 10).all()
    assert (came <= 30).all()
    assert abs(came.mean() - 16) <= 4 * np.sqrt(20 * 0.3 * 0.7 / 400)
    drawn = set(projection.draw(0).table("arrivals")["pupil_id"])
    assert {f"N{at}" for at in range(10)} <= drawn
    assert not {f"N{at}" for at in range(10, 20)} & drawn


def test_pending_plans_are_the_first_of_the_joiners_and_not_more_of_them() -> None:
    growth = pd.DataFrame({"percent": [50]})
    pending = pd.DataFrame(
        {"pending_id": ["N1", "N2"], "need": "ASD", "year_group": [0, 8], "probability": 1.0, "arrives": 2027}
    )
    totals = [
        po.project(small(), years=YEARS, growth=growth, seed=1, draws=1, pending=table)
        .case.expected()
        .pupils.sum(axis=(1, 2, 3, 4))
        for table in (None, pending)
    ]
    assert totals[1] == pytest.approx(totals[0])


def test_early_years_pressure_multiplies_joiners_up_to_reception() -> None:
    joiners = {}
    for factor in (0.0, 1.0, 3.0):
        early = pd.DataFrame({"year": [2027, 2027], "need": [None, "ASD"], "factor": [factor, 1.0]})
        case = po.project(small(), years=YEARS, growth=GROWTH, seed=1, draws=1, early_years=early).case
        joiners[factor] = case.expected().joiners[0].sum(axis=2)
    other = [at for at, need in enumerate(NEED_AXIS) if need != "ASD"]
    assert joiners[1.0][other, :5].sum() > 0
    assert joiners[3.0][other, :5] == pytest.approx(3 * joiners[1.0][other, :5])
    assert not joiners[0.0][other, :5].any()
    assert joiners[3.0][:, 5:] == pytest.approx(joiners[1.0][:, 5:])
    assert joiners[3.0][NEED_AXIS.index("ASD")] == pytest.approx(joiners[1.0][NEED_AXIS.index("ASD")])


def test_the_summary_says_what_was_assumed(county: po.Projection) -> None:
    text = county.summary()
    assert "2026: 2,500 pupils" in text
    assert "rows taken as certain" in text
    assert "leaving after Year 11" in text


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_every_fault_is_listed_with_its_place() -> None:
    faulty = {
        "growth": pd.DataFrame(
            {
                "year": [2026, 2031, None, None],
                "need": [None, None, "AUT", "ASD"],
                "phase": [None, None, None, "middle"],
                "locality": [None, "Nowhere", None, None],
                "percent": [2, 2, 2, -101],
            }
        ),
        "migration": pd.DataFrame({"source": ["army"], "count": [2], "arrives": [2040], "gbp_each": [100]}),
        "pending": pd.DataFrame(
            {
                "pending_id": ["N1", "N1", "P05"],
                "need": "ASD",
                "year_group": 4,
                "easting": [100_000, 450_000, None],
                "northing": [270_000, None, None],
                "probability": [1.2, 0.5, 0.5],
                "arrives": 2027,
            }
        ),
        "early_years": pd.DataFrame({"year": [2026], "factor": [-1]}),
        "homes": pd.DataFrame({"easting": [450_000], "northing": [900_000]}),
    }
    with pytest.raises(InputError) as caught:
        po.project(small(), years=[2026, 2027, 2029], seed=1, **faulty)
    found = {(fault.table, fault.column, fault.row, fault.value) for fault in caught.value.faults}
    assert found == {
        ("years", "year", "", "2029"),
        ("growth", "year", "0", "2026"),
        ("growth", "year", "1", "2031"),
        ("growth", "locality", "1", "Nowhere"),
        ("growth", "need", "2", "AUT"),
        ("growth", "phase", "3", "middle"),
        ("growth", "percent", "3", "-101"),
        ("migration", "arrives", "0", "2040"),
        ("migration", "years_paid", "0", "0"),
        ("pending", "probability", "0", "1.2"),
        ("pending", "easting", "0", "100000"),
        ("pending", "pending_id", "1", "N1"),
        ("pending", "northing", "1", ""),
        ("pending", "pending_id", "2", "P05"),
        ("early_years", "factor", "0", "-1"),
        ("early_years", "year", "0", "2026"),
        ("homes", "northing", "0", "900000"),
    }


def test_years_have_to_be_those_of_the_problem() -> None:
    with pytest.raises(InputError, match="the projection has \\[2027, 2028\\]"):
        po.project(known(), years=[2027, 2028], seed=1)


def test_one_year_is_no_projection() -> None:
    with pytest.raises(InputError, match="at least two years"):
        po.project(small(), years=[2026], seed=1)


@pytest.mark.parametrize("changes", [{"seed": -1}, {"seed": True}, {"draws": 0}, {"seed": 1.5}])
def test_numbers_out_of_range_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=f"`{next(iter(changes))}`"):
        po.project(small(), **{"years": YEARS, "seed": 1, **changes})


def test_unknown_tables_and_groups_are_refused(county: po.Projection) -> None:
    with pytest.raises(TypeError, match="births is not a table"):
        po.project(small(), years=YEARS, seed=1, births=pd.DataFrame())
    with pytest.raises(ValueError, match="kind"):  # kinds are not projected without snapshots
        county.by("kind")
    with pytest.raises(ValueError, match="`number`"):
        county.draw(-1)
