"""Cures of a shortfall against exhaustive search over all small sets of changes, and against the solver itself."""

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import tiny
from placement_opt.files import write_problem
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import crow_fly
from placement_opt.why.shortfall import CureRules, cures
from placement_opt.why.shortfall.values import Cure, Cures
from tests.amounts import how_many
from tests.oracle_pairs import InputAtFaultError
from tests.repair_oracle import Cases, Found, Set, ways
from tests.strategies import Case, mixed_case, random_case

MOST_WAYS = 60
MOST_LEVERS = 9
HALF_PENNIES = 5
"""Half a penny may be rounded up or down, once for each pupil and link."""
BOUGHT_GBP = 21_000.5
PLAIN = ("cohorts", "overflow", "part_limits", "present", "resources", "school_limits", "suitability")
"""Families of tiny cases whose changes can all be made in the tables, at a price that the plan's own money counts."""

JOURNEY_CASES = {
    ("reach", "overflow"): (51, 52),
    ("reach", "matrix", "cohorts"): (5, 7),
    ("reach", "requests"): (51,),
    ("reach", "max_moves"): (13, 19),
}
"""Families with seeds in which a pupil has no place within the limit; to be sought again when drawn otherwise."""


def _in_words(cure: Cure) -> Set:
    """Return the changes of a cure as the oracle counts them."""
    without_row = {"longer journey", "bought place", "move"}
    found: Set = Counter()
    for row in cure.changes.itertuples():
        found[str(row.kind), "" if row.kind in without_row else str(row.row)] += int(str(row.number))
    return found


def _holds(changes: Set, others: list[Set]) -> bool:
    return any(all(changes[lever] >= number for lever, number in other.items()) for other in others)


def _check_all(case: Case, got: Cures, bought_gbp: float | None) -> bool:
    """Hold every set against all sets that are as small; tell whether something had to be changed."""
    oracle = Cases(case, bought_gbp)
    assert got.is_fewest
    assert got.unplaced_pupils == oracle.fewest_unplaced()
    smallest = got.fewest[0].number
    most = min(smallest, 2 if len(oracle.levers) <= MOST_LEVERS else 1)
    found = [one for some in oracle.sets(most) for one in oracle.outcomes(some, most - some.total())]
    found = [one for one in found if one.unplaced <= got.unplaced_pupils and one.changes.total() <= most]
    before: list[Set] = []
    for cure in got.fewest:
        assert cure.is_proven
        others = [one for one in found if not _holds(one.changes, before)]
        if cure.number > most:
            assert not others, "a smaller set would do"
            break
        number, pence = min((one.changes.total(), one.pence) for one in others)
        assert cure.number == number
        assert round(cure.objective_gbp * 100) == pytest.approx(pence, abs=HALF_PENNIES)
        before.append(_in_words(cure))
    _check_cheapest(case, got, found, most)
    return smallest > 0


def _check_cheapest(case: Case, got: Cures, found: list[Found], most: int) -> None:
    places = case.problem.pupils.set_index("pupil_id")["places"]
    missing = 0
    if got.before is not None:
        without = got.before.unplaced
        missing = int((without["count"].to_numpy() * places[without["pupil_id"]].to_numpy()).sum())
    limit = max(missing, got.fewest[0].number)
    if got.cheapest is not None and limit <= most:
        pence = min(one.pence for one in found if one.changes.total() <= limit)
        assert got.cheapest.is_proven
        assert round(got.cheapest.objective_gbp * 100) == pytest.approx(pence, abs=HALF_PENNIES)


def _cures_of(case: Case, bought_gbp: float | None = None) -> Cures | None:
    """Return the cures; None where there are none whatever is changed."""
    prices = {} if bought_gbp is None else {"bought place": bought_gbp}
    try:
        return cures(case.problem, case.travel, policy=case.policy, prices=prices)
    except NoPlanError:
        return None


def _is_small(case: Case) -> bool:
    try:
        return ways(case) <= MOST_WAYS
    except InputAtFaultError:
        return False


# -- smallest and cheapest ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", range(how_many(60, in_ci=2)))
def test_no_smaller_or_cheaper_set_of_changes_exists_for_any_mixture_of_rules(chunk: int) -> None:
    cured = 0
    for seed in range(chunk * 6, chunk * 6 + 6):
        case, bought_gbp = mixed_case(seed), BOUGHT_GBP if seed % 3 == 0 else None
        if not _is_small(case):
            continue
        try:
            got = _cures_of(case, bought_gbp)
        except InputError:
            continue
        if got is None:
            assert Cases(case, bought_gbp).fewest_unplaced() is None, f"seed {seed}"
        else:
            cured += _check_all(case, got, bought_gbp)
    assert cured


@pytest.mark.parametrize(("families", "seeds"), JOURNEY_CASES.items())
def test_longer_journeys_are_part_of_the_smallest_sets(families: tuple[str, ...], seeds: tuple[int, ...]) -> None:
    longer = 0
    for seed in (*seeds, *range(how_many(60, in_ci=0))):
        case = random_case(seed, families=families)
        got = _cures_of(case) if _is_small(case) else None
        if got is not None:
            _check_all(case, got, None)
            longer += any("longer journey" in set(cure.changes["kind"]) for cure in got.fewest)
    assert longer


@pytest.mark.parametrize("seed", [19, *range(100, 100 + how_many(60, in_ci=0))])
def test_totals_are_raised_where_they_stand_in_the_way(seed: int) -> None:
    case = random_case(seed, families=("totals", "decisions"))
    got = _cures_of(case) if _is_small(case) else None
    if got is not None:
        _check_all(case, got, None)
    if seed < 100:
        assert got is not None
        assert "total" in set(got.fewest[0].changes["kind"])


# -- the changed tables, solved again ----------------------------------------------------------------------------------


def test_the_changed_tables_have_a_plan_that_places_as_many_for_as_much() -> None:
    solved = 0
    for seed in range(how_many(60, in_ci=4)):
        case = random_case(seed, families=PLAIN)
        for cure in cures(case.problem, case.travel, policy=case.policy, rules=CureRules(most=2)).fewest:
            problem, policy = cure.apply(case.problem, case.policy)
            plan = solve(problem, case.travel, policy=policy, options=SolveOptions(gap=0))
            assert plan.unplaced_pupils == cure.unplaced_pupils
            price_gbp = cure.price_gbp if case.policy.cost_basis == "marginal" else 0.0
            assert plan.objective_gbp == pytest.approx(cure.objective_gbp - price_gbp, abs=0.02)
            solved += cure.number > 0
    assert solved > 2


def test_longer_journeys_become_decisions_of_an_officer() -> None:
    problem = tiny()
    problem = problem.replace(pupils=problem.pupils.assign(max_minutes=[1.0, float("nan"), float("nan")]))
    travel = crow_fly(problem)
    got = cures(problem, travel, rules=CureRules(kinds=["longer journey"]))
    changed, policy = got.fewest[0].apply(problem)

    assert (got.before is not None and got.before.unplaced_pupils, got.unplaced_pupils) == (1, 0)
    assert changed.table("pair_rules")[["pupil_id", "provision_id", "rule"]].to_numpy().tolist() == [
        ["P1", "A-main", "must"]
    ]
    assert solve(changed, travel, policy=policy).unplaced_pupils == 0
    assert "1 pupil may travel 2.17 minutes to A-main (Alder Lane School) instead of at most 1" in got.summary()
    assert "P1" not in got.summary()


# -- prices, amounts and what is looked at -----------------------------------------------------------------------------


def _short(places: tuple[int, ...] = (0, 1, 0, 1)) -> Problem:
    """Return the tiny problem with fewer places: of A-base, A-main, B-main, B-special."""
    problem = tiny()
    return problem.replace(provisions=problem.provisions.assign(places=list(places)))


def _cured(problem: Problem, **more: object) -> Cures:
    return cures(problem, crow_fly(problem), **more)  # type: ignore[arg-type]


def test_a_price_decides_among_sets_of_as_few_changes() -> None:
    problem = _short()

    assert _cured(problem).fewest[0].changes["row"].tolist() == ["B-main"]
    dear = _cured(problem, prices={"B-main": 50_000, "bought place": 3_000})
    assert dear.fewest[0].changes["kind"].tolist() == ["bought place"]
    assert dear.fewest[0].price_gbp == 3_000
    assert dear.fewest[0].placements["pupil_id"].tolist() == ["P1"]


def test_new_places_cost_their_funding_also_on_the_marginal_basis() -> None:
    problem = _short()
    bases = {basis: _cured(problem, policy=Policy(cost_basis=basis)) for basis in ("marginal", "average", "full")}
    prices = {
        basis: next(cure.price_gbp for cure in got.fewest if cure.changes["row"].tolist() == ["A-base"])
        for basis, got in bases.items()
    }
    assert prices == {"marginal": 6_000, "average": 0, "full": 6_000}


def test_a_budget_is_one_change_and_its_amount_is_what_is_needed_to_the_penny() -> None:
    budgets = pd.DataFrame({"budget": ["year"], "type": ["revenue"], "limit_gbp": [30_000.0]})
    problem = tiny().replace(budgets=budgets)
    travel = crow_fly(problem)
    got = cures(problem, travel, rules=CureRules(kinds=["budget"]))
    [change] = got.fewest[0].changes.to_dict("records")
    plan = solve(tiny(), travel, options=SolveOptions(gap=0))

    assert (change["kind"], change["number"], change["to"]) == ("budget", 1, plan.cost_gbp)
    enough, _ = got.fewest[0].apply(problem)
    assert solve(enough, travel).unplaced_pupils == 0
    too_little = problem.replace(budgets=budgets.assign(limit_gbp=change["to"] - 0.01))
    assert solve(too_little, travel).unplaced_pupils == 1


def test_pupils_may_be_left_if_asked() -> None:
    problem = _short((0, 0, 0, 1))
    numbers = [_cured(problem, rules=CureRules(leave=leave, most=1)).fewest[0].number for leave in (0, 1, 2)]
    assert numbers == [2, 1, 0]


def test_the_cheapest_set_makes_more_changes_where_they_are_allowed_and_pay() -> None:
    problem = _short((0, 1, 0, 1))
    got = _cured(problem, prices={"B-main": 0}, rules=CureRules(most=1, most_changes=2))
    assert got.cheapest is not None
    assert got.cheapest.objective_gbp <= got.fewest[0].objective_gbp
    assert got.cheapest.number <= 2


def test_where_no_plan_exists_the_rules_that_clash_and_the_cure_are_said() -> None:
    rules = pd.DataFrame({"pupil_id": ["P1", "P3"], "provision_id": ["A-base", "A-base"], "rule": ["must", "must"]})
    problem = tiny().replace(pair_rules=rules)
    got = _cured(problem)

    assert got.before is None
    assert any("A-base has 1 places" in clash for clash in got.clashes)
    assert got.fewest[0].words == "1 place more at A-base (Alder Lane School)"
    assert "No plan keeps all the rules" in got.summary()


def test_pupils_whom_no_change_places_are_left_and_said() -> None:
    problem = tiny().replace(
        pair_rules=pd.DataFrame(
            {"pupil_id": ["P3"] * 4, "provision_id": ["A-base", "A-main", "B-main", "B-special"], "rule": ["never"] * 4}
        )
    )
    got = _cured(problem)
    assert (got.unplaced_pupils, got.is_fewest, got.fewest[0].number) == (1, True, 0)
    assert (
        _cured(problem, prices={"bought place": 61_000}).fewest[0].words == "1 place bought elsewhere at £61,000 a year"
    )


def test_what_is_given_stays_as_it_was() -> None:
    problem = _short()
    fingerprints = problem.fingerprints()
    got = _cured(problem)
    handed_out = got.fewest[0].changes
    handed_out["number"] = 99
    got.fewest[0].apply(problem)
    assert problem.fingerprints() == fingerprints
    assert got.fewest[0].number == 1


# -- wrong arguments ---------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_with_the_arguments_is_said_at_once() -> None:
    with pytest.raises(ValueError, match="use some of place") as raised:
        CureRules(kinds=["places"], leave=-1, most=0, most_minutes=float("nan"))
    assert all(f"`{name}`" in str(raised.value) for name in ("kinds", "leave", "most", "most_minutes"))
    with pytest.raises(ValueError, match="use a provision_id, a kind") as raised:
        _cured(tiny(), prices={"Z-main": 1, "special": -1}, options=SolveOptions(weights={"unplaced": 1e6}))
    assert all(words in str(raised.value) for words in ("'Z-main'", "prices['special']", "weights"))


# -- the command -------------------------------------------------------------------------------------------------------


def test_the_command_says_the_cures_and_writes_their_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = write_problem(_short(), tmp_path / "tables")
    out = tmp_path / "out"
    assert main(["cure", str(tables), "--out", str(out), "--most", "1", "--price", "bought place=61000"]) == 0
    printed = capsys.readouterr().out
    assert "1 place more at B-main (Birch Hill School)" in printed
    assert "These 2 pupils share 1 place" in printed
    assert "P3" not in printed
    assert pd.read_csv(out / "cures.csv")["row"].tolist() == ["B-main", "B-main"]
    assert pd.read_csv(out / "sharing.csv")["pupil_id"].tolist() == ["P1", "P3"]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [(["--price", "special"], "is no price"), (["--kind", "places"], "use some of"), (["--price", "Q=1"], "'Q'")],
)
def test_the_command_refuses_what_cannot_be(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wrong: list[str], said: str
) -> None:
    tables = write_problem(_short(), tmp_path / "tables")
    with pytest.raises(SystemExit) as caught:
        main(["cure", str(tables), *wrong])
    assert caught.value.code == 2
    assert said in capsys.readouterr().err
