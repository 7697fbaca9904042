"""Changes to a question: what every verb does to the tables, and to the best plan."""

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import permutations
from typing import Any

import numpy as np
import pandas as pd
import pytest

from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import tiny, tiny_years
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change, Scenario
from placement_opt.scenarios.verbs import (
    VERBS,
    add_places,
    cap,
    close,
    expand,
    honour_requests,
    open_site,
    raise_mainstream,
    replace_table,
    reprice,
    set_policy,
    withdraw,
)
from placement_opt.schema import TABLES
from placement_opt.solve import baseline, solve
from placement_opt.solve.years import plan_years
from placement_opt.timeline import everyone, problem_in
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.verify import verify
from placement_opt.workers.sending import packed, unpacked
from tests.oracles import best_plan, every_plan
from tests.strategies import Case, random_case

EXACT = SolveOptions(gap=0)
A_PENNY = 0.011


@cache
def _town() -> Problem:
    return town(part_limits=None)


@cache
def _plan_of_town() -> Plan:
    return answer(_town())


def town(**tables: Any) -> Problem:
    """Return five pupils and two owners' schools on one road: a base that may open, independent schools, and others."""
    pupils = pd.DataFrame(
        {
            "pupil_id": ["P1", "P2", "P3", "P4", "P5"],
            "easting": [460_000, 461_000, 462_000, 463_000, 464_000],
            "northing": [270_000] * 5,
            "year_group": [7, 7, 7, 8, 8],
            "need": ["ASD", "ASD", "SEMH", "ASD", "SEMH"],
            "entitled": ["no"] * 5,
            "current_provision_id": [None, None, None, "C-ind", "B-special"],
            "requested_setting_id": ["C", None, None, None, None],
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["A", "B", "C", "D"],
            "name": ["Alder", "Birch", "Cedar", "Dogwood"],
            "easting": [460_000, 462_000, 464_000, 466_000],
            "northing": [270_000] * 4,
            "trust": ["North Trust", "North Trust", "Copse Group", "Copse Group"],
            "sector": ["academy", "academy", "independent", "independent"],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["A-base", "A-main", "B-special", "C-ind", "D-ind"],
            "setting_id": ["A", "A", "B", "C", "D"],
            "kind": ["hub", "mainstream", "special", "independent_special", "independent_special"],
            "places": [2, 1, 2, 3, 3],
            "topup_gbp": [9_000, 5_000, 16_000, 50_000, 60_000],
            "place_gbp": [6_000, 6_000, 10_000, 0, 0],
            "status": ["candidate", "open", "open", "open", "open"],
            "open_gbp": [20_000, 0, 0, 0, 0],
            "capital_gbp": [100_000, 0, 0, 0, 0],
        }
    )
    return Problem(**{"pupils": pupils, "settings": settings, "provisions": provisions, **tables})


def answer(problem: Problem, policy: Policy | None = None) -> Plan:
    """Return the best plan, which has to be the one that exhaustive search finds."""
    policy = policy or Policy()
    travel = crow_fly(problem)
    plan = solve(problem, travel, policy=policy, options=EXACT)
    best = best_plan(problem, travel, policy)
    assert best is not None
    assert plan.unplaced_pupils == best.unplaced
    assert plan.objective_gbp == pytest.approx(best.objective_gbp, abs=A_PENNY)
    return plan


def after(*changes: Change, problem: Problem | None = None, policy: Policy | None = None) -> tuple[Problem, Policy]:
    return Scenario("changed", changes).apply(problem or _town(), policy)


def at(plan: Plan) -> dict[str, str]:
    return dict(zip(plan.placements["pupil_id"], plan.placements["provision_id"], strict=True))


def by_hand(problem: Problem, table: str, rows: dict[str, dict[str, Any]]) -> Problem:
    """Return a problem with some cells of some rows set, by the first column of the key."""
    frame = problem.table(table).astype("object")
    for ident, cells in rows.items():
        for column, value in cells.items():
            frame.loc[frame[TABLES[table].key[0]] == ident, column] = value
    return problem.replace(**{table: frame})  # type: ignore[arg-type]


YEARS = {
    "years": pd.DataFrame({"year": [2027, 2028, 2029]}),
    "arrivals": pd.DataFrame(
        {
            "pupil_id": ["N1"],
            "easting": [460_500],
            "northing": [270_000],
            "year_group": [7],
            "need": ["ASD"],
            "requested_setting_id": ["C"],
            "arrives": [2028],
        }
    ),
}

# -- open, close, withdraw ---------------------------------------------------------------------------------------------


def test_an_opened_candidate_costs_what_it_costs_by_hand() -> None:
    dear = by_hand(_town(), "provisions", {"A-base": {"open_gbp": 900_000}})
    left = answer(dear)
    assert not left.use.set_index("provision_id")["is_open"]["A-base"]
    opened = answer(*after(open_site("A-base"), problem=dear))
    free = by_hand(dear, "provisions", {"A-base": {"status": "open", "open_gbp": 0, "capital_gbp": 0}})
    assert opened.cost_gbp == pytest.approx(answer(free).cost_gbp + 900_000)
    assert opened.capital_gbp == 100_000
    assert opened.use.set_index("provision_id").loc["A-base", ["is_open", "opening_gbp"]].tolist() == [True, 900_000]


def test_an_opened_candidate_is_open_even_when_nobody_comes() -> None:
    nobody = by_hand(_town(), "provisions", {"A-base": {"needs": "VI"}})
    plan = answer(*after(open_site("A-base"), problem=nobody))
    assert plan.use.set_index("provision_id").loc["A-base", ["is_open", "pupils"]].tolist() == [True, 0]


def test_a_budget_that_cannot_pay_for_opening_leaves_no_plan() -> None:
    budgets = pd.DataFrame({"budget": ["building"], "type": ["capital"], "limit_gbp": [50_000]})
    problem, policy = after(open_site("A-base"), problem=town(budgets=budgets))
    with pytest.raises(NoPlanError, match=r"At least 1 of the A-base provisions are open"):
        solve(problem, crow_fly(problem), policy=policy)


@pytest.mark.parametrize("twice", [False, True])
def test_only_a_candidate_can_be_opened_and_only_once(*, twice: bool) -> None:
    changes = [open_site("A-base"), open_site("A-base")] if twice else [open_site("B-special")]
    with pytest.raises(InputError, match=r"has to be open already" if twice else r"is open; only a candidate"):
        after(*changes)


def test_pupils_of_a_closed_provision_are_placed_elsewhere() -> None:
    policy = Policy(phase_years=(7,))
    assert at(answer(_town(), policy))["P4"] == "C-ind"
    problem, policy = after(close("C-ind"), policy=policy)
    plan = answer(problem, policy)
    assert "C-ind" not in at(plan).values()
    assert at(plan)["P4"] != "C-ind"
    assert plan.placements.set_index("pupil_id")["change"]["P4"] == "moves"


def test_forced_moves_do_not_count_towards_the_most_moves() -> None:
    problem, policy = after(close("C-ind"), set_policy(max_moves=0))
    plan = answer(problem, policy)
    assert plan.placements.set_index("pupil_id")["change"]["P4"] == "moves"
    assert plan.unplaced_pupils == 0


def test_closing_takes_back_what_can_no_longer_hold_and_counts_it() -> None:
    rules = pd.DataFrame({"pupil_id": ["P1", "P2"], "provision_id": ["C-ind", "C-ind"], "rule": ["must", "never"]})
    problem = town(pair_rules=rules, **YEARS)
    told = Scenario("closed", [close("C-ind")]).effects(problem)
    counted = {(table, column, what): rows for table, column, what, rows in told.itertuples(index=False)}
    assert counted == {
        ("pupils", "current_provision_id", "present place closed"): 1,
        ("pupils", "requested_setting_id", "changed"): 1,
        ("arrivals", "requested_setting_id", "changed"): 1,
        ("pair_rules", "", "removed"): 1,
        ("provisions", "status", "changed"): 1,
    }
    assert after(close("C-ind"), problem=problem)[0].table("pair_rules")["rule"].tolist() == ["never"]


def test_a_request_for_a_school_that_keeps_a_provision_stays() -> None:
    problem = by_hand(_town(), "pupils", {"P1": {"requested_setting_id": "A"}})
    assert after(close("A-base"), problem=problem)[0].pupils["requested_setting_id"].tolist()[0] == "A"


def test_a_closed_candidate_has_no_capital_left() -> None:
    problem, policy = after(close("A-base"))
    assert problem.provisions.set_index("provision_id").loc["A-base", ["status", "capital_gbp"]].tolist() == [
        "closed",
        0,
    ]
    assert answer(problem, policy).capital_gbp == 0


@pytest.mark.parametrize(
    ("words", "closed"),
    [
        ({"trust": "Copse Group"}, {"C-ind", "D-ind"}),
        ({"sector": "academy"}, {"A-base", "A-main", "B-special"}),
        ({"name": "Cedar"}, {"C-ind"}),
        ({"setting_id": "A", "kind": "inclusion base"}, {"A-base"}),
    ],
)
def test_withdrawing_a_provider_closes_all_that_fits_and_nothing_else(words: dict[str, str], closed: set[str]) -> None:
    problem, policy = after(withdraw(**words))
    frame = problem.provisions
    assert set(frame.loc[frame["status"] == "closed", "provision_id"]) == closed
    assert not closed & set(at(answer(problem, policy)).values())


def test_withdrawing_is_closing_one_after_the_other() -> None:
    assert after(withdraw(trust="Copse Group"))[0] == after(close("D-ind"), close("C-ind"))[0]


def test_nothing_left_to_withdraw_is_a_fault() -> None:
    with pytest.raises(InputError, match="Every provision of it is closed already"):
        after(withdraw(trust="Copse Group"), withdraw(sector="independent"))
    with pytest.raises(InputError, match="No provision fits all of it"):
        after(withdraw(trust="Copse Group", sector="academy"))


def test_in_a_later_year_a_site_opens_and_closes_for_certain() -> None:
    problem, _ = after(open_site("A-base", year=2028), close("C-ind", year=2029), problem=town(**YEARS))
    status = problem.provisions.set_index("provision_id")["status"]
    times = problem.table("site_years").set_index("provision_id")
    assert status[["A-base", "C-ind"]].tolist() == ["candidate", "open"]
    assert times.loc["A-base", ["first_year", "last_year"]].tolist() == [2028, 2028]
    limits = problem.table("site_limits").set_index("provision_id")
    assert limits.loc["A-base", "min_open"] == 1
    assert times.loc["C-ind", "last_year"] == 2028
    assert problem.provisions.set_index("provision_id")["capital_gbp"]["A-base"] == 100_000


def test_a_site_that_opens_later_has_its_running_cost_and_is_open_from_then_on() -> None:
    """Reproduces: opened with a year it was no decision any more, and `open_gbp` was counted in no year."""
    problem, _ = after(open_site("C-special", year=2028), problem=tiny_years())
    travel = crow_fly(everyone(problem))
    dearer = by_hand(problem, "provisions", {"C-special": {"open_gbp": 2_000 + 500}})
    plans = [plan_years(one, travel) for one in (problem, dearer)]
    assert [plan.sites["year"].tolist() for plan in plans] == [[2028], [2028]]
    assert plans[1].cost_gbp - plans[0].cost_gbp == pytest.approx(2 * 500)  # 2028 and 2029
    limits = [problem_in(problem, travel, year).table("site_limits")["min_open"].tolist() for year in (2027, 2028)]
    assert limits == [[0], [1]]


def test_what_site_years_said_of_a_choice_does_not_say_something_else_of_a_certainty() -> None:
    times = pd.DataFrame(
        {
            "provision_id": ["A-base", "C-ind"],
            "first_year": [2028, 2028],
            "last_year": [2029, 2029],
            "lead_years": [1, 0],
        }
    )
    start = by_hand(town(site_years=times, **YEARS), "provisions", {"C-ind": {"status": "closable"}})
    problem, _ = after(open_site("A-base", year=2028), close("C-ind", year=2029), problem=start)
    rows = problem.table("site_years").set_index("provision_id")
    assert rows.loc["A-base", ["first_year", "last_year", "lead_years"]].tolist() == [2028, 2028, 1]
    assert pd.isna(rows.loc["C-ind", "first_year"])
    assert rows.loc["C-ind", "last_year"] == 2028


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (open_site("A-base", year=2040), "is not a year that it can happen in (2027 to 2029)"),
        (close("C-ind", year=2027), "is not a year that it can happen in (2028 to 2029)"),
        (close("A-base", year=2028), "is a candidate, so it may never open"),
    ],
)
def test_years_in_which_it_cannot_happen_are_faults(change: Change, message: str) -> None:
    with pytest.raises(InputError) as caught:
        after(change, problem=town(**YEARS))
    assert message in str(caught.value)


# -- places ------------------------------------------------------------------------------------------------------------


def test_more_places_are_as_if_the_table_had_them() -> None:
    problem, policy = after(add_places("B-special", 2))
    assert problem == by_hand(_town(), "provisions", {"B-special": {"places": 4}})
    assert answer(problem, policy).cost_gbp < _plan_of_town().cost_gbp


def test_places_taken_away_push_nobody_out_who_stays() -> None:
    problem, policy = after(add_places("B-special", -2))
    assert at(answer(problem, policy))["P5"] == "B-special"


def test_an_expansion_is_made_only_where_it_is_worth_its_price() -> None:
    for yearly_gbp, classes in ((10_000, 1), (90_000, 0)):
        problem, policy = after(expand("B-special", 2, yearly_gbp=yearly_gbp, capital_gbp=250_000), close("A-base"))
        plan = answer(problem, policy)
        assert plan.use["classes"].sum() == classes
        assert plan.capital_gbp == 250_000 * classes


@pytest.mark.parametrize(("basis", "class_gbp"), [("marginal", 30_000), ("average", 0), ("full", 0)])
def test_the_place_funding_of_an_expansion_is_counted_once_on_every_basis(basis: Any, class_gbp: float) -> None:
    problem, policy = after(expand("B-special", 3), close("A-base"), policy=Policy(cost_basis=basis))
    assert problem.provisions.set_index("provision_id")["class_gbp"]["B-special"] == class_gbp
    plan = answer(problem, policy)
    used = plan.use.set_index("provision_id").loc["B-special"]
    assert used["classes"] == 1
    spent = plan.money()
    funding = spent.loc[(spent["provision_id"] == "B-special") & spent["line"].isin(["place funding", "added classes"])]
    expected = {"marginal": 30_000, "average": 10_000 * used["places_used"], "full": 50_000}
    assert funding["gbp"].sum() == expected[basis]


@pytest.mark.parametrize("words", [{"trust": "Copse Group"}, {"kind": "independent special"}])
def test_a_cap_holds_over_all_schools_of_a_provider(words: dict[str, str]) -> None:
    """P4 stays at C-ind; without a cap three more pupils come to the two schools."""
    problem = by_hand(_town(), "provisions", {"B-special": {"places": 1}, "A-base": {"places": 0}})
    assert sum(where in {"C-ind", "D-ind"} for where in at(answer(problem)).values()) == 3
    for places, most in ((2, 2), (0, 1)):
        plan = answer(*after(cap(places, **words), problem=problem))
        assert sum(where in {"C-ind", "D-ind"} for where in at(plan).values()) == most
        assert at(plan)["P4"] == "C-ind"


def test_a_cap_of_an_owner_counts_places_and_one_of_a_kind_counts_pupils() -> None:
    problem = by_hand(_town(), "pupils", {"P1": {"places": 2}, "P2": {"places": 2}, "P3": {"places": 2}})
    problem = by_hand(
        problem, "provisions", {"A-base": {"status": "closed", "capital_gbp": 0}, "A-main": {"needs": "VI"}}
    )
    problem = by_hand(problem, "provisions", {"B-special": {"needs": "VI;SEMH"}})
    counts = []
    for words in ({"trust": "Copse Group"}, {"kind": "independent special"}):
        plan = answer(*after(cap(3, **words), problem=problem))
        counts.append(sum(where in {"C-ind", "D-ind"} for where in at(plan).values()))
    assert counts == [2, 3]


def test_a_cap_of_one_school_or_provision_is_a_part_limit() -> None:
    for words in ({"setting_id": "C"}, {"provision_id": "C-ind"}):
        problem, policy = after(cap(1, **words))
        assert len(problem.table("part_limits")) == 1
        assert list(at(answer(problem, policy)).values()).count("C-ind") == 1


@pytest.mark.parametrize(
    ("change", "check"), [(cap(1, trust="Copse Group"), "part limits"), (open_site("A-base"), "site limits")]
)
def test_a_plan_that_does_not_keep_the_change_is_found_out(change: Change, check: str) -> None:
    """The plan is one of the question without the change, in which nobody opens the base and three leave for Copse."""
    dear = {"A-base": {"open_gbp": 900_000}, "B-special": {"places": 1}}
    problem = by_hand(_town(), "provisions", dear)
    policy = Policy(cost_basis="average")
    plan = solve(problem, crow_fly(problem), policy=policy)
    assert verify(problem, crow_fly(problem), plan).is_right
    changed, _ = change.apply(problem, policy)
    assert check in {finding.check for finding in verify(changed, crow_fly(problem), plan).findings}


# -- prices ------------------------------------------------------------------------------------------------------------


def topups_of(case: Case) -> dict[tuple[str, str], float]:
    """Return the top-up of every pair of which the rules allow one, by pupil and provision."""
    table = candidate_pairs(case.problem, case.travel, policy=case.policy).table()
    return {
        (pupil, provision): gbp
        for pupil, provision, gbp in table[["pupil_id", "provision_id", "topup_gbp"]].itertuples(index=False)
    }


def payers_of(case: Case) -> dict[tuple[str, str], str]:
    table = candidate_pairs(case.problem, case.travel, policy=case.policy).table()
    return {
        (pupil, provision): payer
        for pupil, provision, payer in table[["pupil_id", "provision_id", "topup_payer"]].itertuples(index=False)
    }


PRICED = range(6)


def test_prices_of_a_kind_change_by_the_percentage_and_all_others_stay() -> None:
    """On random price lists: own prices, known prices, prices by need, band and kind, national ones."""
    tried = 0
    for seed in PRICED:
        percent = [10.0, -25.0, 33.3][seed % 3]
        case = random_case(seed, families={"prices", "payers", "suitability"})
        kinds = dict(zip(case.problem.provisions["provision_id"], case.problem.provisions["kind"], strict=True))
        kind = sorted(set(kinds.values()))[seed % len(set(kinds.values()))]
        problem, _ = reprice(percent=percent, kind=kind).apply(case.problem, case.policy)
        changed = case._replace(problem=problem)
        before, now = topups_of(case), topups_of(changed)
        assert before.keys() == now.keys()
        for pair, gbp in before.items():
            expected = gbp * (1 + percent / 100) if kinds[pair[1]] == kind else gbp
            assert now[pair] == pytest.approx(expected, abs=A_PENNY)
            tried += kinds[pair[1]] == kind
        assert payers_of(case) == payers_of(changed)
    assert tried > 8


def test_a_price_that_is_an_amount_is_the_price_of_every_pupil() -> None:
    for seed in PRICED[:4]:
        case = random_case(seed, families={"prices"})
        kind = str(case.problem.provisions["kind"].iloc[0])
        problem, _ = reprice(gbp=12_345.67, kind=kind).apply(case.problem, case.policy)
        of_kind = set(problem.provisions.loc[problem.provisions["kind"] == kind, "provision_id"])
        before, now = topups_of(case), topups_of(case._replace(problem=problem))
        assert {gbp for pair, gbp in now.items() if pair[1] in of_kind} <= {12_345.67}
        assert {pair: gbp for pair, gbp in now.items() if pair[1] not in of_kind} == {
            pair: gbp for pair, gbp in before.items() if pair[1] not in of_kind
        }


def test_a_dearer_provider_costs_what_its_pupils_pay_more_or_less_where_they_leave() -> None:
    problem, policy = after(reprice(percent=10, trust="Copse Group"), policy=Policy(moves="due"))
    plan, dearer = _plan_of_town(), answer(problem, policy)
    assert at(dearer) == at(plan)
    there = plan.placements[plan.placements["provision_id"].isin(["C-ind", "D-ind"])]
    assert dearer.cost_gbp - plan.cost_gbp == pytest.approx(0.1 * there["topup_gbp"].sum())
    assert there["topup_gbp"].sum() > 0


def test_one_provision_without_a_price_gets_its_own_where_it_is_the_same_for_all() -> None:
    problem = by_hand(_town(), "provisions", {"C-ind": {"topup_gbp": None}, "D-ind": {"topup_gbp": None}})
    [national] = {
        gbp for pair, gbp in topups_of(Case(problem, crow_fly(problem), Policy())).items() if pair[1] == "D-ind"
    }
    changed, _ = reprice(percent=50, provision_id="C-ind").apply(problem, Policy())
    own = changed.provisions.set_index("provision_id")["topup_gbp"]
    assert own["C-ind"] == pytest.approx(national * 1.5)
    assert np.isnan(own["D-ind"])


def test_one_provision_whose_price_differs_between_pupils_is_a_fault_that_says_what_to_do() -> None:
    topups = pd.DataFrame({"need": ["ASD"], "kind": ["independent_special"], "topup_gbp": [70_000]})
    blank = {"C-ind": {"topup_gbp": None}, "D-ind": {"topup_gbp": None}}
    problem = by_hand(town(topups=topups), "provisions", blank)
    with pytest.raises(InputError, match=r"'C-ind' is of kind independent_special, whose prices differ"):
        after(reprice(percent=5, provision_id="C-ind"), problem=problem)
    assert after(reprice(gbp=5, provision_id="C-ind"), problem=problem)[0].provisions["topup_gbp"].tolist()[3] == 5


# -- wishes, policy, tables --------------------------------------------------------------------------------------------


def least_outside(problem: Problem, policy: Policy, most: int) -> tuple[int, float]:
    """Return fewest unplaced pupils and least objective of all plans with at most so many pupils outside mainstream."""
    kinds = dict(zip(problem.provisions["provision_id"], problem.provisions["kind"], strict=True))
    outside = [ident for ident, kind in kinds.items() if kind in {"special", "independent_special", "alternative"}]
    both = problem.settings.assign(trust=problem.settings["setting_id"].map(dict.fromkeys("BCD", "outside")))
    assert sorted(outside) == ["B-special", "C-ind", "D-ind"]
    limits = pd.DataFrame({"limit_id": ["all"], "trust": ["outside"], "places": [most]})
    plans = every_plan(problem.replace(settings=both, part_limits=limits), crow_fly(problem), policy)
    best = min((plan.unplaced, plan.pence) for plan in plans)
    return best[0], best[1] / 100


@pytest.mark.parametrize(("points", "most"), [(20, 4), (40, 3), (41, 2), (100, 2)])
def test_more_inclusion_is_the_best_plan_with_so_few_pupils_outside_mainstream(points: float, most: int) -> None:
    """Both pupils with a place are outside: 100 % of 5 less 20 points is 4; two stay whatever is asked for."""
    problem, policy = after(raise_mainstream(points))
    plan = answer(problem, policy)
    assert (plan.unplaced_pupils, plan.objective_gbp) == pytest.approx(least_outside(_town(), Policy(), most))
    outside = plan.placements["kind"].isin(["special", "independent_special", "alternative"]).sum()
    assert outside <= most


def test_inclusion_of_some_needs_leaves_the_others_alone() -> None:
    problem, policy = after(raise_mainstream(50, needs=["SEMH"]))
    plan = answer(problem, policy)
    assert set(problem.table("resource_use")["need"]) == {"SEMH"}
    assert problem.table("resources")["available"].tolist() == [1]
    semh = plan.placements[plan.placements["need"] == "SEMH"]
    assert (semh["kind"].isin(["special", "independent_special"])).sum() == 1


def test_inclusion_that_cannot_be_raised_is_a_fault() -> None:
    with pytest.raises(InputError, match="Ask for fewer points"):
        after(
            raise_mainstream(10),
            problem=by_hand(
                _town(), "pupils", {"P4": {"current_provision_id": "A-main"}, "P5": {"current_provision_id": "A-main"}}
            ),
        )
    with pytest.raises(InputError, match="so there is no share to raise"):
        after(raise_mainstream(10, needs=["VI"]))


def test_requests_are_honoured_where_the_rules_allow_the_place() -> None:
    assert at(_plan_of_town())["P1"] != "C-ind"
    assert at(answer(*after(honour_requests())))["P1"] == "C-ind"


def test_any_table_and_any_field_of_the_policy_can_be_changed() -> None:
    frame = pd.DataFrame({"pupil_id": ["P1"], "provision_id": ["D-ind"], "rule": ["must"]})
    problem, policy = after(replace_table("pair_rules", frame), set_policy(moves="all", cost_basis="full"))
    assert at(answer(problem, policy))["P1"] == "D-ind"
    assert (policy.moves, policy.cost_basis) == ("all", "full")
    frame.loc[0, "provision_id"] = "A-main"
    assert problem.table("pair_rules")["provision_id"].tolist() == ["D-ind"]


# -- what holds for all ------------------------------------------------------------------------------------------------

SEVERAL: dict[str, Callable[[], Change]] = {
    "open": lambda: open_site("A-base"),
    "withdraw": lambda: withdraw(name="Dogwood"),
    "reprice": lambda: reprice(percent=7, kind="special"),
    "places": lambda: add_places("B-special", 1),
    "expand": lambda: expand("C-ind", 2, yearly_gbp=1_000),
    "cap": lambda: cap(2, setting_id="B"),
    "inclusion": lambda: raise_mainstream(20, needs=["ASD"]),
    "requests": honour_requests,
}


@pytest.mark.parametrize("name", SEVERAL)
def test_what_is_changed_stays_as_it_was(name: str) -> None:
    problem, policy = _town(), Policy()
    before = problem.fingerprints()
    SEVERAL[name]().apply(problem, policy)
    assert problem.fingerprints() == before
    assert policy == Policy()


@pytest.mark.parametrize("name", SEVERAL)
def test_every_change_travels_to_another_process(name: str) -> None:
    change = SEVERAL[name]()
    sent = unpacked(packed(change))
    assert sent.describe() == change.describe()
    assert sent.apply(_town(), Policy()) == change.apply(_town(), Policy())


def test_the_order_of_independent_changes_does_not_matter() -> None:
    orders = list(permutations(["open", "withdraw", "reprice", "cap", "requests"]))[::60]
    outcomes = [after(*(SEVERAL[name]() for name in names)) for names in orders]
    assert len({names[0] for names in orders}) == len(outcomes) == 2
    assert all(outcome == outcomes[0] for outcome in outcomes[1:])


def test_all_verbs_together_still_give_the_best_plan() -> None:
    answer(*after(*(verb() for verb in SEVERAL.values())))


def test_all_faults_of_all_changes_are_told_at_once() -> None:
    scenario = Scenario(
        "wrong", [close("B-specal"), cap(3, trust="Nobody"), add_places("A-main", -5), open_site("A-main")]
    )
    with pytest.raises(InputError) as caught:
        scenario.apply(town())
    text = str(caught.value)
    assert len(caught.value.faults) == 4
    assert "scenario wrong, close B-specal: provisions, column provision_id: 'B-specal' is not there" in text
    assert "Is it meant to be B-special?" in text
    assert "Known: Copse Group, North Trust" in text
    assert "5 cannot be taken away" in text


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: close(" "), "`provision_id` is ' '"),
        (withdraw, "Say which provisions are meant"),
        (lambda: withdraw(kind="castle"), "'castle' is not a kind of provision; use one of mainstream"),
        (lambda: add_places("A", 0), "`places` is 0; use a whole number other than 0"),
        (lambda: add_places("A", 1.5), "`places` is 1.5"),  # type: ignore[arg-type]
        (lambda: expand("A", 0), "`places` is 0; use a whole number from 1"),
        (lambda: expand("A", 3, yearly_gbp=-1), "`yearly_gbp` is -1"),
        (lambda: cap(-1, trust="T"), "`places` is -1"),
        (lambda: cap(1, trust="T", kind="special"), "Cap one thing at a time"),
        (lambda: reprice(kind="special"), "Give one of `percent` and `gbp`"),
        (lambda: reprice(percent=5, gbp=5, kind="special"), "Give one of `percent` and `gbp`"),
        (lambda: reprice(percent=-101, kind="special"), "`percent` is -101; use a number from -100 to 1,000, not 0"),
        (lambda: reprice(percent=0, kind="special"), "`percent` is 0"),
        (lambda: reprice(gbp=-1, kind="special"), "`gbp` is -1"),
        (lambda: raise_mainstream(0), "`points` is 0; use percentage points above 0 and at most 100"),
        (lambda: raise_mainstream(5, needs=["SAD"]), "'SAD' is not a need; use SPLD"),
        (lambda: set_policy(move="all"), "move is no field of a policy; use moves"),
        (lambda: set_policy(moves="some"), "`moves` is 'some'"),
        (lambda: replace_table("pupil", None), "'pupil' is not a table of a problem; use one of pupils"),
        (lambda: Scenario("", [honour_requests()]), "give the scenario a name"),
        (lambda: Scenario("s", []), "Scenario 's' has no change"),
    ],
)
def test_what_cannot_be_asked_for_is_said_when_it_is_asked(make: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is looked at
        make()
    assert message in str(caught.value)


def test_something_else_among_the_changes_is_refused() -> None:
    with pytest.raises(TypeError, match="'close' is no Change"):
        Scenario("s", ["close"])  # type: ignore[list-item]


def test_a_change_that_changes_nothing_is_a_fault() -> None:
    with pytest.raises(InputError, match="This changes nothing here"):
        after(set_policy(requests="priced"))
    with pytest.raises(InputError, match="This changes nothing here"):
        after(reprice(gbp=16_000, provision_id="B-special"))


def test_closed_and_opened_at_once_is_a_fault() -> None:
    with pytest.raises(InputError, match="no provision of status candidate or closable"):
        after(open_site("A-base"), close("A-base"))


def test_a_change_can_be_ones_own() -> None:
    def no_journey_over(problem: Problem, policy: Policy) -> tuple[Problem, Policy]:
        return problem, replace(policy, max_minutes=12)

    assert after(Change("no journey over 12 minutes", no_journey_over))[1].max_minutes == 12


def test_effects_name_the_fields_of_the_policy() -> None:
    told = Scenario("all may move", [set_policy(moves="all")]).effects(tiny())
    assert told.to_dict("records") == [{"table": "policy", "column": "moves", "what": "due to all", "rows": 1}]


def test_every_verb_is_in_the_list_for_files() -> None:
    assert len(VERBS) == 10
    assert {verb.__name__ for verb in VERBS.values()} == {
        "open_site", "close", "withdraw", "add_places", "expand", "cap", "reprice", "raise_mainstream",
        "honour_requests", "set_policy",
    }  # fmt: skip


def test_today_of_a_changed_question_is_still_today() -> None:
    problem, policy = after(close("C-ind"))
    travel: TravelMatrix = crow_fly(problem)
    assert at(baseline(problem, travel, policy=policy))["P4"] == "C-ind"
