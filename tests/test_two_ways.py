"""One child, two ways: against sums by hand, closed forms, and the question asked again with one input changed."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.parameters import Parameters
from placement_opt.policy import Policy
from placement_opt.transport import default_modes
from placement_opt.why.two_ways import TwoWays, two_ways
from placement_opt.why.two_ways.lines import Way
from placement_opt.why.two_ways.payback import Payback
from placement_opt.why.two_ways.prices import Ways, ways_from, years_left_in_phase
from tests.amounts import how_many
from tests.oracles import InputAtFaultError, pair_cost
from tests.plans import tiny_case
from tests.strategies import random_case

MAINSTREAM = pd.DataFrame(
    {
        "line": ["top-up", "assistant", "ramp", "hoist"],
        "payer": ["high needs", "school", "school", "health"],
        "gbp_per_year": [9_000, 6_000, None, None],
        "gbp": [None, None, 30_000, 4_000],
        "from_year": [None, None, None, 2029],
        "to_year": [None, 2028, None, None],
    }
)
SPECIAL = pd.DataFrame(
    {
        "line": ["top-up", "taxi", "place"],
        "payer": ["high needs", "transport", "high needs"],
        "gbp_per_year": [13_000, 6_000, 10_000],
        "sunk": ["no", "no", "yes"],
    }
)


PRICED = {"suitability", "places", "prices", "transport", "low_income", "journey_costs", "post16"}


def both(**changed: float) -> TwoWays:
    return two_ways(Way("mainstream", MAINSTREAM), Way("special", SPECIAL), years=5, start=2027, **changed)


def yearly(name: str, gbp: float) -> Way:
    return Way(name, pd.DataFrame({"line": ["fee"], "payer": ["high needs"], "gbp_per_year": [gbp]}))


def with_capital(name: str, gbp: float, capital_gbp: float) -> Way:
    lines = {"line": ["fee", "works"], "payer": ["a", "b"], "gbp_per_year": [gbp, None], "gbp": [None, capital_gbp]}
    return Way(name, pd.DataFrame(lines))


# -- sums by hand -----------------------------------------------------------------------------------------------------


def test_the_figures_are_those_worked_out_by_hand() -> None:
    table = both().table
    by_hand = {
        "first_year_gbp": (45_000, 19_000, 29_000),
        "once_gbp": (34_000, 0, 0),
        "mean_yearly_gbp": (11_400, 19_000, 29_000),
        "total_gbp": (91_000, 95_000, 145_000),
        "present_value_gbp": (91_000, 95_000, 145_000),
    }
    for figure, (mainstream, marginal, average) in by_hand.items():
        for basis, special in (("marginal", marginal), ("average", average)):
            row = table.loc[figure, basis]
            assert row.tolist() == [mainstream, special, special - mainstream], (figure, basis)


def test_the_years_add_up_what_is_paid_in_each() -> None:
    table = both().by_year()
    assert table["first_gbp"].tolist() == [45_000, 15_000, 13_000, 9_000, 9_000]
    assert table["second_gbp"].tolist() == [19_000] * 5
    assert table["difference_so_far_gbp"].tolist() == [-26_000, -22_000, -16_000, -6_000, 4_000]
    assert table.index.tolist() == [2027, 2028, 2029, 2030, 2031]


def test_payers_pay_what_their_lines_say_in_the_first_year_and_in_all() -> None:
    marginal, average = both().by_payer(), both().by_payer("average")
    assert marginal["first_year_gbp", "mainstream"].to_dict() == {
        "health": 0, "high needs": 9_000, "school": 36_000, "transport": 0
    }  # fmt: skip
    assert marginal["total_gbp", "mainstream"].to_dict() == {
        "health": 4_000, "high needs": 45_000, "school": 42_000, "transport": 0
    }  # fmt: skip
    assert marginal.loc["high needs", ("total_gbp", "difference")] == 20_000
    assert average.loc["high needs", ("total_gbp", "special")] == 115_000


def test_sunk_lines_are_all_that_lies_between_the_bases() -> None:
    table = both(discount_rate=0.035).table
    factor = sum(1.035**-year for year in range(5))
    apart = table["average", "special"] - table["marginal", "special"]
    assert apart["present_value_gbp"] == pytest.approx(10_000 * factor, abs=0.01)
    assert (table["average", "mainstream"] == table["marginal", "mainstream"]).all()


def test_the_dearer_start_has_paid_by_the_year_worked_out_by_hand() -> None:
    assert both().payback() == Payback("mainstream", 2031)
    assert both().payback("average") == Payback("mainstream", 2029)
    assert both(discount_rate=0.2).payback() == Payback("mainstream", None)
    assert "has not paid for it" in both(discount_rate=0.2).summary()


# -- closed forms -----------------------------------------------------------------------------------------------------


@settings(max_examples=how_many(200, in_ci=25))
@given(st.integers(1, 50_000), st.integers(1, 40), st.sampled_from([0.01, 0.035, 0.2]))
def test_the_present_value_of_a_yearly_sum_is_that_of_an_annuity(gbp: int, years: int, rate: float) -> None:
    ways = two_ways(yearly("none", 0), yearly("fee", gbp), years=years, discount_rate=rate)
    v = 1 / (1 + rate)
    assert ways.difference_gbp() == pytest.approx(gbp * (1 - v**years) / (1 - v), abs=0.01)


@settings(max_examples=how_many(200, in_ci=25))
@given(st.integers(1, 100_000), st.integers(1, 20_000), st.integers(1, 30))
def test_capital_is_paid_back_after_as_many_years_as_it_is_savings(capital: int, saving: int, years: int) -> None:
    ways = two_ways(yearly("rent", saving), with_capital("build", 0, capital), years=years, start=2030)
    needed = math.ceil(capital / saving)
    if capital > saving:
        assert ways.payback() == Payback("build", 2029 + needed if needed <= years else None)
    else:  # the saving of the first year is more than the capital
        assert ways.payback().way in {None, "rent"}


def test_ways_that_cost_the_same_have_nothing_to_pay_back() -> None:
    assert two_ways(yearly("a", 100), yearly("b", 100), years=3).payback() == Payback(None, None)


# -- what each input does ---------------------------------------------------------------------------------------------


def scaled(frame: pd.DataFrame, line: str, factor: float) -> pd.DataFrame:
    chosen = frame["line"] == line
    amounts = {
        name: frame[name].mask(chosen, frame[name] * factor) for name in ("gbp_per_year", "gbp") if name in frame
    }
    return frame.assign(**amounts)


def asked_again(line: str, factor: float, rate: float) -> TwoWays:
    way, name = line.split(": ")
    lines = {"mainstream": MAINSTREAM, "special": SPECIAL}
    lines[way] = scaled(lines[way], name, factor)
    ways = (Way(name, lines[name]) for name in ("mainstream", "special"))
    return two_ways(*ways, years=5, start=2027, discount_rate=rate)


@pytest.mark.parametrize("basis", ["marginal", "average"])
def test_each_input_does_what_asking_again_with_it_changed_does(basis: po.why.two_ways.Basis) -> None:
    table = both(discount_rate=0.035).sensitivity(0.2, basis=basis)
    assert len(table) == (7 if basis == "marginal" else 8)
    for line, row in table.drop(index="discount rate").iterrows():
        for factor, column in ((0.8, "low_gbp"), (1.2, "high_gbp")):
            again = asked_again(str(line), factor, 0.035)
            assert row[column] == pytest.approx(again.difference_gbp(basis), abs=0.02), (line, column)
        even = asked_again(str(line), row["break_even"] / row["value"], 0.035)
        assert even.difference_gbp(basis) == pytest.approx(0, abs=0.03), line
    rate = table.loc["discount rate"]
    assert rate["low_gbp"] == pytest.approx(both(discount_rate=0.028).difference_gbp(basis), abs=0.01)
    assert rate["high_gbp"] == pytest.approx(both(discount_rate=0.042).difference_gbp(basis), abs=0.01)


def test_the_strongest_input_comes_first_and_swings_are_what_lies_between() -> None:
    table = both().sensitivity()
    assert table["swing_gbp"].is_monotonic_decreasing
    assert table.index[:2].tolist() == ["special: top-up", "mainstream: top-up"]
    assert table.loc["special: top-up", "swing_gbp"] == 13_000
    assert table.loc["discount rate", "swing_gbp"] == 0


def test_at_the_break_even_rate_both_ways_are_worth_the_same() -> None:
    table = both().sensitivity()
    even = table.loc["discount rate", "break_even"]
    assert 0 < even < 0.99
    assert both(discount_rate=float(even)).difference_gbp() == pytest.approx(0, abs=0.01)
    two = two_ways(with_capital("build", 0, 10_000), _paid_next_year(11_000), years=2)
    assert two.sensitivity().loc["discount rate", "break_even"] == pytest.approx(0.1)


def _paid_next_year(gbp: float) -> Way:
    return Way("rent", pd.DataFrame({"line": ["rent"], "payer": ["a"], "gbp": [gbp], "from_year": [2]}))


def test_no_rate_makes_a_way_that_is_always_dearer_worth_the_same() -> None:
    table = two_ways(yearly("a", 100), yearly("b", 200), years=4).sensitivity()
    assert np.isnan(table.loc["discount rate", "break_even"])
    assert table.loc["a: fee", "break_even"] == 200
    assert table.loc["b: fee", "break_even_change"] == -0.5


def test_the_first_year_can_be_what_is_asked_about() -> None:
    table = both(discount_rate=0.1).sensitivity({"mainstream: ramp": 0.5}, measure="first year")
    assert table.index.tolist() == ["mainstream: ramp"]
    assert table.loc["mainstream: ramp", ["low_gbp", "high_gbp"]].tolist() == [-11_000, -41_000]
    assert table.loc["mainstream: ramp", "break_even"] == pytest.approx(4_000)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mainstream: lift": 0.1}, "mainstream: lift; use one of mainstream: top-up"),
        (0, "above 0, up to 1"),
        (1.5, "above 0, up to 1"),
        ({"special: taxi": True}, "special: taxi: True"),
    ],
)
def test_wrong_changes_are_refused(changes: float | dict[str, float], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        both().sensitivity(changes)


# -- financial years --------------------------------------------------------------------------------------------------


def test_school_years_are_split_at_the_end_of_march() -> None:
    costs = both().financial_years("special")
    assert costs.table.loc["taxi"].to_dict() == {
        "2027-28": 3_500, "2028-29": 6_000, "2029-30": 6_000, "2030-31": 6_000, "2031-32": 6_000, "2032-33": 2_500,
        "total": 30_000,
    }  # fmt: skip
    assert "place" not in costs.table.index


@pytest.mark.parametrize("basis", ["marginal", "average"])
@pytest.mark.parametrize("way", ["mainstream", "special"])
def test_financial_years_add_up_to_the_placement(way: str, basis: po.why.two_ways.Basis) -> None:
    ways = both()
    assert ways.financial_years(way, basis).total_gbp == ways.table.loc["total_gbp", (basis, way)]


def test_counted_years_have_no_financial_years() -> None:
    with pytest.raises(ValueError, match="calendar year"):
        two_ways(yearly("a", 1), yearly("b", 2), years=2).financial_years("a")


# -- what is refused --------------------------------------------------------------------------------------------------


def test_all_faults_of_the_lines_are_said_at_once() -> None:
    lines = pd.DataFrame(
        {
            "line": ["a", "a", "b", "c", "d"],
            "payer": ["x", "x", None, "x", "x"],
            "gbp_per_year": [1, 2, 3, None, 5],
            "gbp": [None, None, 3, None, None],
            "from_year": [None, None, None, None, 2030],
            "to_year": [None, None, None, None, 2028],
        }
    )
    with pytest.raises(InputError) as caught:
        Way("base", lines)
    faults = {(fault.row, fault.column) for fault in caught.value.faults}
    assert faults == {
        ("1", "line"), ("2", "payer"), ("2", "gbp_per_year, gbp"), ("3", "gbp_per_year, gbp"), ("4", "to_year")
    }  # fmt: skip
    assert all(fault.table == "lines of base" for fault in caught.value.faults)


def test_a_sum_paid_once_has_no_last_year() -> None:
    lines = pd.DataFrame({"line": ["a"], "payer": ["x"], "gbp": [3], "to_year": [2]})
    with pytest.raises(InputError, match="paid once"):
        Way("base", lines)


@pytest.mark.parametrize(("column", "year"), [("from_year", 2026), ("from_year", 2032), ("to_year", 2032)])
def test_a_year_that_is_not_counted_is_a_fault(column: str, year: int) -> None:
    lines = pd.DataFrame({"line": ["a"], "payer": ["x"], "gbp_per_year": [3], column: [year]})
    with pytest.raises(InputError, match="the years are 2027 to 2031"):
        two_ways(Way("a", lines), yearly("b", 1), years=5, start=2027)


def test_a_way_without_lines_is_refused() -> None:
    with pytest.raises(InputError, match="has no rows"):
        Way("base", MAINSTREAM.head(0))


@pytest.mark.parametrize("wrong", [{"years": 0}, {"years": 2.5}, {"years": 3, "discount_rate": 1.0}, {"years": True}])
def test_numbers_out_of_their_range_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="use a"):
        two_ways(yearly("a", 1), yearly("b", 2), **wrong)


def test_both_ways_need_a_name_of_their_own() -> None:
    for names in (("a", "a"), ("a", "difference")):
        with pytest.raises(ValueError, match="name of its own"):
            two_ways(yearly(names[0], 1), yearly(names[1], 2), years=1)


def test_the_frames_given_are_not_changed_and_those_returned_are_copies() -> None:
    before = MAINSTREAM.copy()
    ways = both()
    amounts = ways.amounts
    amounts["gbp"] = 0.0
    pd.testing.assert_frame_equal(before, MAINSTREAM)
    assert ways.table.loc["total_gbp", ("marginal", "mainstream")] == 91_000


# -- from a problem ---------------------------------------------------------------------------------------------------


def ways_of_p1(**changed: object) -> Ways:
    problem, travel, plan = tiny_case()
    given = {"plan": plan, "first_provision": "A-base", "second_provision": "B-special", **changed}
    return ways_from(problem, travel, pupil_id="P1", **given)  # type: ignore[arg-type]


def test_the_lines_of_two_places_are_those_worked_out_by_hand() -> None:
    ways = ways_of_p1()
    # a seat costs 8,800 at 7 miles, half of it whatever the distance: at 10 miles 4,400 + 4,400 x 10 / 7
    assert ways.second.lines["gbp_per_year"].tolist() == [16_000, 10_000, 10_685.71]
    assert ways.first.lines["gbp_per_year"].tolist() == [7_000, 6_000, 0]
    assert ways.first.lines["payer"].tolist() == ["high needs", "high needs", "transport"]
    assert ways.first.lines["sunk"].tolist() == [False, True, False]
    assert "not entitled, 2.0 miles" in ways.first.lines["source"][2]
    assert "shared vehicle, 10.0 miles" in ways.second.lines["source"][2]
    assert ways.years_left == 5


@pytest.mark.parametrize("seed", range(how_many(200, in_ci=15)))
def test_the_lines_agree_with_a_line_by_line_reading_of_the_page(seed: int) -> None:
    case = random_case(seed, families=PRICED)
    problem, travel = case.problem, case.travel
    places = problem.provisions["provision_id"].tolist()[:2]
    pupil_id = problem.pupils["pupil_id"].iloc[0]
    average = Policy(**{**case.policy.as_dict(), "cost_basis": "average"})
    try:
        ways = ways_from(problem, travel, case.policy, pupil_id, *places)
    except (InputError, InputAtFaultError):
        return
    for way in (ways.first, ways.second):
        expected = pair_cost(problem, travel, average, pupil_id, way.name)
        # half a penny goes up or down by how a figure is written
        assert (way.lines["gbp_per_year"] * 100).tolist() == pytest.approx(list(expected), abs=1.01)


def test_each_price_says_where_it_comes_from() -> None:
    problem, travel, _ = tiny_case()
    provisions = problem.provisions.assign(topup_gbp=[7_000, None, None, 16_000])
    topups = pd.DataFrame({"need": ["ASD"], "kind": ["mainstream"], "topup_gbp": [5_000]})
    known = pd.DataFrame({"pupil_id": ["P1"], "provision_id": ["B-special"], "cost_gbp": [40_000]})
    journeys = pd.DataFrame({"pupil_id": ["P1"], "setting_id": ["B"], "cost_gbp": [7_777]})
    priced = problem.replace(provisions=provisions, topups=topups, pair_costs=known, journey_costs=journeys)
    ways = ways_from(priced, travel, Policy(), "P1", "A-main", "B-special")
    assert ways.first.lines["source"][0].startswith("topups")
    assert ways.second.lines["gbp_per_year"].tolist() == [40_000, 0, 7_777]
    assert ways.second.lines["source"][0].startswith("pair_costs")
    assert ways.second.lines["source"][2].startswith("journey_costs")
    bare = ways_from(problem.replace(provisions=provisions), travel, Policy(), "P1", "A-main", "A-base")
    assert bare.first.lines["gbp_per_year"][0] == Parameters().default_topup_gbp_mainstream
    assert "Lincolnshire" in bare.first.lines["source"][0]
    assert bare.second.lines["source"][0] == "provisions, topup_gbp"


def test_extra_lines_stand_under_their_place_and_are_checked() -> None:
    hoist = pd.DataFrame({"line": ["hoist"], "payer": ["health"], "gbp": [4_000]})
    ways = ways_of_p1(extra_lines={"A-base": hoist})
    assert ways.first.lines["line"].tolist() == ["top-up or fee", "place funding", "transport", "hoist"]
    assert two_ways(ways.first, ways.second, years=5).table.loc["once_gbp", ("marginal", "A-base")] == 4_000
    with pytest.raises(InputError, match="appears already"):
        ways_of_p1(extra_lines={"A-base": hoist.assign(line="transport")})
    with pytest.raises(ValueError, match="A-main; use A-base or B-special"):
        ways_of_p1(extra_lines={"A-main": hoist})


def test_what_is_no_cost_line_is_said() -> None:
    problem, travel, plan = tiny_case()
    notes = ways_from(problem, travel, plan, "P3", "A-base", "B-special").notes
    assert "A-base is refused: does not take the need." in notes
    assert any("A-base has no free place" in note for note in notes)
    assert (
        "A-base is refused: does not take the need."
        in ways_from(problem, travel, Policy(), "P3", "A-base", "B-main").notes
    )
    assert not ways_of_p1(second_provision="B-main").notes


def test_unknown_pupils_and_places_are_faults_all_at_once() -> None:
    problem, travel, _ = tiny_case()
    with pytest.raises(InputError) as caught:
        ways_from(problem, travel, Policy(), "P9", "A-base", "C-base")
    assert [(fault.table, fault.value) for fault in caught.value.faults] == [("pupils", "P9"), ("provisions", "C-base")]
    with pytest.raises(ValueError, match="give two"):
        ways_of_p1(second_provision="A-base")


def test_a_place_without_a_journey_is_a_fault() -> None:
    problem, travel, _ = tiny_case()
    minutes, miles = travel.minutes.copy(), travel.miles.copy()
    minutes[0, 1] = miles[0, 1] = np.nan
    cut = po.TravelMatrix(travel.pupil_ids, travel.setting_ids, minutes, miles)
    with pytest.raises(InputError, match=r"B-special.*cannot be reached"):
        ways_from(problem, cut, Policy(), "P1", "A-base", "B-special")


def test_transport_that_is_owed_and_has_no_price_is_a_fault() -> None:
    problem, travel, _ = tiny_case()
    near = problem.replace(modes=default_modes(Parameters()).assign(max_miles=5.0))
    with pytest.raises(InputError, match=r"B-special.*no permitted mode goes so far"):
        ways_from(near, travel, Policy(), "P1", "A-base", "B-special")
    journeys = pd.DataFrame({"pupil_id": ["P1"], "setting_id": ["B"], "cost_gbp": [7_777]})
    ways = ways_from(near.replace(journey_costs=journeys), travel, Policy(), "P1", "A-base", "B-special")
    assert ways.second.lines["gbp_per_year"][2] == 7_777


def test_phases_end_with_year_6_and_year_11() -> None:
    assert [years_left_in_phase(year) for year in (-2, 0, 6, 7, 11, 12)] == [2, 7, 1, 5, 1, None]


def test_the_public_names_are_there() -> None:
    assert po.two_ways is two_ways
    assert po.ways_from is ways_from
    assert isinstance(two_ways(yearly("a", 1), yearly("b", 2), years=1), po.TwoWays)
    assert len(tiny().pupils) == 3
