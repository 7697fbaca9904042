"""Why here, why not there: forced costs against exhaustive search, and letters and packs that name nobody else."""

import math
import re
from collections import Counter
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from placement_opt.cli import main
from placement_opt.errors import InputError, NoPlanError
from placement_opt.examples import exampleshire, tiny
from placement_opt.files import write_problem
from placement_opt.model import draft_model
from placement_opt.model.linear import GE
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.report.glossary import page_text
from placement_opt.report.panel import panel_pack
from placement_opt.schema import NEEDS
from placement_opt.solve import baseline, solve
from placement_opt.solve.clock import Clock, silent
from placement_opt.solve.stages import solve_in_stages
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.why.reasons import Explanation, Reasons, explain, reasons
from placement_opt.why.reasons.values import LIMITS
from tests import oracles
from tests.amounts import IS_NIGHT, how_many
from tests.oracle_pairs import Question
from tests.strategies import Case, mixed_case

EXACT = SolveOptions(gap=0)
SEEDS = range(how_many(300, in_ci=16))
MOST_WAYS = 500
HALF_PENNIES = 0.03
PAIRS_OF_A_NIGHT = 200


class Forced(oracles.Rules):
    """The rules of a question, of whose plans only those count that have a pupil of one row at one provision."""

    def __init__(self, question: Question, pupil_id: str, provision_id: str) -> None:
        super().__init__(question)
        self.forced = (pupil_id, provision_id)

    def options(self, pupil: str) -> list[oracles.Option]:
        pupil_id, provision_id = self.forced
        every = super().options(pupil)
        return [way for way in every if pupil != pupil_id or any(p == provision_id for p, _ in way.placed)]


def best_with(case: Case, pupil_id: str, provision_id: str) -> oracles.Best | None:
    """Return the best plan in which a pupil is somewhere, found by looking at every one."""
    rules = Forced(Question(*case), pupil_id, provision_id)
    return oracles._best(oracles._Search(rules).outcomes()) if rules.options(pupil_id) else None


@cache
def asked(seed: int) -> tuple[Case, Reasons] | None:
    """Return a random case that is small enough for exhaustive search, ready to be asked; None = there is none."""
    case = mixed_case(seed)
    try:
        plan = solve(case.problem, case.travel, policy=case.policy, options=EXACT)
    except (InputError, NoPlanError):
        return None
    rules = oracles.Rules(Question(*case))
    if math.prod(len(rules.options(pupil)) for pupil in case.problem.pupils["pupil_id"]) > MOST_WAYS:
        return None
    return case, reasons(case.problem, case.travel, plan)


@cache
def answers(seed: int) -> list[Explanation]:
    """Return the explanation of every pupil of a random case."""
    found = asked(seed)
    return [] if found is None else found[1].explain_all(list(found[0].problem.pupils["pupil_id"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_forced_costs_are_those_of_the_best_plan_of_all_with_the_pupil_there(seed: int) -> None:
    found = asked(seed)
    if found is None:
        pytest.skip("no plan, or too many to look at")
    case, _ = found
    best = oracles.best_plan(*case)
    assert best is not None
    for why in answers(seed):
        for place in why.alternatives:
            if place.extra_gbp is None:
                continue
            forced = best_with(case, why.pupil_id, place.provision_id)
            if forced is None:
                assert np.isnan(place.extra_gbp)
                continue
            assert place.more_unplaced == forced.unplaced - best.unplaced
            assert place.extra_gbp == pytest.approx(forced.objective_gbp - best.objective_gbp, abs=HALF_PENNIES)


def test_the_random_cases_have_forced_costs_of_every_sort() -> None:
    places = [
        place for seed in SEEDS for why in answers(seed) for place in why.alternatives if place.extra_gbp is not None
    ]
    assert len(places) > 50
    assert any(np.isnan(place.extra_gbp) for place in places)
    assert any(place.more_unplaced for place in places)
    assert any(place.steps and place.more_unplaced == 0 for place in places)
    assert sum(place.extra_gbp > 0 and not place.steps for place in places) >= 5


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plan_laid_over_the_model_keeps_every_row(seed: int) -> None:
    found = asked(seed)
    if found is None:
        pytest.skip("no plan, or too many to look at")
    laid = found[1]._laid
    room, sense = laid.room, laid.system.sense
    hours = np.array([name.startswith("support_") for name in laid.system.names], dtype=bool)
    assert (room[sense < 0] >= -1e-6).all()
    assert (room[sense > 0] <= 1e-6).all()
    assert (np.abs(room[(sense == 0) & ~hours]) <= 1e-6).all()
    of_others = laid.system.cost_of_others @ laid.others
    objective = laid.system.constant + laid.system.cost_of_pairs @ laid.pupils + of_others
    assert objective == pytest.approx(found[1].plan.objective_gbp, abs=HALF_PENNIES)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_steps_lead_from_one_plan_to_the_other(seed: int) -> None:
    """Nobody leaves a place without being there, and nobody comes who does not leave another."""
    found = asked(seed)
    if found is None:
        pytest.skip("no plan, or too many to look at")
    case, ready = found
    at = Counter()
    for row in ready._forced.ask.present.placements.itertuples():
        at[row.pupil_id, row.provision_id] += row.count
    count = dict(zip(case.problem.pupils["pupil_id"], case.problem.pupils["count"], strict=True))
    for pupil_id, number in count.items():
        at[pupil_id, ""] = number - sum(n for (i, p), n in at.items() if i == pupil_id and p)
    for why in answers(seed):
        for place in why.alternatives:
            moved = Counter(at)
            for step in place.steps:
                moved[step.pupil_id, step.from_provision_id] -= step.count
                moved[step.pupil_id, step.to_provision_id] += step.count
            assert min(moved.values()) >= 0
            assert all(step.from_provision_id != step.to_provision_id for step in place.steps)


def forced_by_a_row(problem: Problem, travel: TravelMatrix, plan: Plan, pair: int | None) -> tuple[int, float]:
    """Return the stages of the best plan that solving from the start gives, with a row that forces a pair."""
    draft = draft_model(candidate_pairs(problem, travel, policy=plan.policy))
    if pair is not None:
        draft.row("must_be_there", np.array([pair]), 1.0, [], GE, 1)
    stages = solve_in_stages(draft, EXACT, Clock(None), silent).stages
    return round(stages[0].value), round(stages[1].value, 2)


@pytest.mark.skipif(not IS_NIGHT, reason="takes minutes: in the night run only")
def test_forced_costs_of_exampleshire_agree_with_solving_again() -> None:
    problem = exampleshire()
    travel = crow_fly(problem)
    plan = solve(problem, travel)
    forced = reasons(problem, travel, plan)._forced
    fewest, least_gbp = forced_by_a_row(problem, travel, plan, None)
    pairs = np.random.default_rng(2026).choice(forced.ask.draft.choices, PAIRS_OF_A_NIGHT, replace=False)
    for pair in pairs.tolist():
        outcome = forced.outcome(pair)
        try:
            unplaced, objective_gbp = forced_by_a_row(problem, travel, plan, pair)
        except NoPlanError:
            assert np.isnan(outcome.extra_gbp)
            continue
        assert outcome.more_unplaced == unplaced - fewest
        assert outcome.extra_gbp == pytest.approx(objective_gbp - least_gbp, abs=HALF_PENNIES)


# -- one made-up town, in which places are short -----------------------------------------------------------------------

HOSTILE = "<script>alert('x')</script> & Söhne"


def town() -> Problem:
    """Return six pupils of six needs who want more than three schools have; ids, names and points are unmistakable."""
    pupils = pd.DataFrame(
        {
            "pupil_id": ["QZX-4711", "QZX-4722", "QZX-4733", "QZX-4744", "QZX-4755", "QZX-4766"],
            "easting": [460_137, 461_239, 462_341, 463_443, 464_547, 465_649],
            "northing": [270_151, 271_257, 272_363, 273_469, 274_571, 275_677],
            "year_group": [7, 7, 7, 9, 7, 4],
            "need": ["ASD", "SLD", "SEMH", "PMLD", "MLD", "HI"],
            "locality": ["Northwold", "Southwold", "Eastwold", "Westwold", "Midwold", "Farwold"],
            "current_provision_id": [None, None, None, "special", None, None],
            "requested_setting_id": ["S", "S", "M", "T", "M", "M"],
            "sibling_group": ["fam-Q", None, None, None, "fam-Q", None],
            "name": ["Ada Quill", "Ben Rusk", "Cas Thorn", "Dee Umber", "Eli Vane", "Flo Wick"],
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["M", "S", "T"],
            "name": ["Moss Lane Academy", f"Spring School {HOSTILE}", "Thistle School"],
            "easting": [461_000, 463_000, 470_000],
            "northing": [270_500, 272_500, 279_000],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["main", "special", "far"],
            "setting_id": ["M", "S", "T"],
            "kind": ["mainstream", "special", "special"],
            "places": [2, 2, 3],
            "needs": ["ASD;SLD;SEMH;MLD", "any", "any"],
            "min_year": [7, 0, 0],
            "topup_gbp": [4_000, 16_000, 21_000],
        }
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions)


@cache
def answered(requests: str = "priced") -> tuple[Problem, TravelMatrix, Plan]:
    problem = town()
    travel = crow_fly(problem)
    return problem, travel, solve(problem, travel, policy=Policy(requests=requests), options=EXACT)


@cache
def explained(requests: str = "priced") -> dict[str, Explanation]:
    problem, travel, plan = answered(requests)
    found = reasons(problem, travel, plan).explain_all(list(problem.pupils["pupil_id"]))
    return {why.pupil_id: why for why in found}


def facts_of_others(problem: Problem, pupil_id: str) -> dict[str, list[str]]:
    """Return everything that would tell one of another pupil, by pupil, as it could be written."""
    own = problem.pupils.set_index("pupil_id").loc[pupil_id]
    facts = {}
    for row in problem.pupils[problem.pupils["pupil_id"] != pupil_id].to_dict("records"):
        texts = [row["pupil_id"], row["locality"], row["name"], row["name"].split()[0], row["name"].split()[1]]
        texts += [row["sibling_group"]] if isinstance(row["sibling_group"], str) else []
        for point in (row["easting"], row["northing"]):
            texts += [f"{point:.0f}", f"{point:,.0f}"]
        texts += [row["need"], NEEDS[row["need"]]] if row["need"] != own["need"] else []
        facts[row["pupil_id"]] = texts
    return facts


def words_in(text: str) -> str:
    """Return a text with a space before and after everything that is no letter or digit, to look for whole words."""
    return f" {re.sub(r'[^0-9A-Za-z]+', ' ', text)} "


@pytest.mark.parametrize("requests", ["priced", "hard", "off"])
def test_a_letter_holds_nothing_of_any_other_pupil(requests: str) -> None:
    problem = answered(requests)[0]
    for pupil_id, why in explained(requests).items():
        text = words_in(why.letter())
        assert pupil_id not in why.letter(), "not even the pupil's own id is for a letter"
        for texts in facts_of_others(problem, pupil_id).values():
            assert not [fact for fact in texts if words_in(fact) in text]


@pytest.mark.parametrize("wheelchair", [False, True])
def test_a_letter_speaks_to_the_family_and_says_whether_transport_would_be_provided(wheelchair: bool) -> None:
    problem = town().replace(pupils=town().pupils.assign(wheelchair=wheelchair))
    travel = crow_fly(problem)
    plan = solve(problem, travel, options=EXACT)
    entitled = plan.placements.set_index("pupil_id")["entitled"]
    for why in reasons(problem, travel, plan).explain_all(list(entitled.index)):
        letter = why.letter()
        told = "it would be provided" if entitled[why.pupil_id] else "it would not be provided"
        assert f"On transport to school: {told}. " in letter
        assert ("Your child travels in a wheelchair" in letter) == wheelchair
        assert not re.search(r"\b[Tt]he (pupil|family|parents)\b", letter)


def test_the_page_of_a_pupil_holds_nothing_of_any_other_pupil(tmp_path: Path) -> None:
    problem, travel, plan = answered()
    for pupil_id in problem.pupils["pupil_id"]:
        pack = panel_pack(problem, travel, plan, [pupil_id], tmp_path / "pack.html")
        text = words_in(page_text(pack.read_text(encoding="utf-8")))
        assert words_in(pupil_id) in text
        for texts in facts_of_others(problem, pupil_id).values():
            assert not [fact for fact in texts if words_in(fact) in text]


def test_the_officers_view_does_name_those_who_would_have_to_move() -> None:
    moved = {step.pupil_id for why in explained().values() for place in why.others for step in place.steps}
    assert moved
    for why in explained().values():
        for place in why.others:
            assert all(step.pupil_id in why.officer_view() for step in place.steps)
        assert "CONFIDENTIAL" in why.officer_view()


def test_hostile_text_in_the_tables_is_escaped_in_the_pack(tmp_path: Path) -> None:
    problem, travel, plan = answered()
    pack = panel_pack(problem, travel, plan, list(problem.pupils["pupil_id"]), tmp_path / "pack.html")
    html = pack.read_text(encoding="utf-8")
    assert "<script" not in html
    assert "&lt;script&gt;alert(" in html
    assert html.count('class="pupil"') == len(problem.pupils)
    assert "://" not in html, "the page loads nothing from the network"


def test_every_refused_provision_comes_with_the_rule_that_refuses_it() -> None:
    problem, travel, plan = answered()
    pairs = candidate_pairs(problem, travel, policy=plan.policy)
    for pupil_id, why in explained().items():
        assert len(why.alternatives) == len(problem.provisions)
        for place in why.alternatives:
            assert place.reason_text == pairs.reason(pupil_id, place.provision_id)
            assert (place.extra_gbp is None) == (why.stays or not place.is_allowed)


def test_what_a_pupil_would_cost_is_what_the_table_of_pairs_says() -> None:
    problem, travel, plan = answered()
    table = candidate_pairs(problem, travel, policy=plan.policy).table().set_index(["pupil_id", "provision_id"])
    columns = ["minutes", "miles", "topup_gbp", "place_gbp", "transport_gbp", "cost_gbp"]
    for pupil_id, why in explained().items():
        mine = why.table().set_index("provision_id")
        for provision_id in mine.index[mine["reason"] == "allowed"]:
            theirs = table.loc[(pupil_id, provision_id), columns].astype(float)
            assert mine.loc[provision_id, columns].astype(float).tolist() == pytest.approx(theirs.tolist())


def test_the_place_given_costs_nothing_more_and_everything_else_at_least_as_much() -> None:
    for why in explained().values():
        for place in why.alternatives:
            if place.extra_gbp is not None and place.given:
                assert (place.extra_gbp, place.more_unplaced, place.steps) == (0, 0, ())
            if place.extra_gbp is not None and not place.more_unplaced:
                assert place.extra_gbp >= 0
                assert place.is_proven


def test_a_request_that_is_missed_assumes_the_ground_that_the_tables_tell() -> None:
    why = explained("off")
    by_outcome = {pupil_id: (one.request.outcome, one.request.ground) for pupil_id, one in why.items()}
    assert by_outcome["QZX-4766"] == ("missed", "unsuitable")  # Year 4 asked for a school from Year 7 on
    assert by_outcome["QZX-4744"] == ("missed", "pending")  # stays where the pupil is
    full = [one for one in why.values() if one.request.ground == "others"]
    assert full
    for one in full:
        there = [place for place in one.others if place.setting_id == one.request.setting_id]
        assert {limit.kind for place in there for limit in place.limits} & {"full", "siblings"} or any(
            place.more_unplaced for place in there
        )


def test_the_difference_of_a_missed_request_is_top_up_and_transport_whatever_the_basis() -> None:
    problem, travel, _ = answered()
    for basis in ("marginal", "average"):
        policy = Policy(requests="off", cost_basis=basis)
        plan = solve(problem, travel, policy=policy, options=EXACT)
        costs = candidate_pairs(problem, travel, policy=policy).table().set_index(["pupil_id", "provision_id"])
        marginal_gbp = costs["topup_gbp"] + costs["transport_gbp"]
        for why in reasons(problem, travel, plan).explain_all(list(problem.pupils["pupil_id"])):
            if why.request.ground in {"others", "resources"} and why.given:
                asked_for = {"M": "main", "S": "special"}[why.request.setting_id]
                given = why.given[0].provision_id
                expected = marginal_gbp[why.pupil_id, asked_for] - marginal_gbp[why.pupil_id, given]
                assert why.request.difference_gbp == pytest.approx(expected, abs=0.01)


def test_the_nearest_suitable_school_is_the_nearest_that_suits() -> None:
    problem, travel, _ = answered()
    pairs = candidate_pairs(problem, travel, policy=Policy(requests="off", moves="all"))
    school_of = dict(zip(problem.provisions["provision_id"], problem.provisions["setting_id"], strict=True))
    for pupil_id, why in explained().items():
        suits = {school_of[p] for p in school_of if pairs.reason(pupil_id, p) == "allowed"}
        miles = {
            s: float(travel.miles[list(travel.pupil_ids).index(pupil_id), list(travel.setting_ids).index(s)])
            for s in suits
        }
        assert why.nearest.setting_id == min(miles, key=miles.__getitem__)


def test_limits_are_said_in_words_of_the_list() -> None:
    kinds = {limit.kind for why in explained().values() for place in why.alternatives for limit in place.limits}
    assert kinds
    assert kinds <= set(LIMITS)


def test_the_letter_says_that_people_decide() -> None:
    for why in explained().values():
        assert "people decide" in why.letter()
        assert "None" not in why.letter()
        assert "nan" not in words_in(why.letter())


def test_a_chain_of_an_unknown_provision_is_refused() -> None:
    why = next(iter(explained().values()))
    assert list(why.chain("main").columns) == ["pupil_id", "count", "from_provision_id", "to_provision_id"]
    with pytest.raises(KeyError, match="no provision 'nowhere'"):
        why.chain("nowhere")


def test_all_unknown_pupils_are_named_together() -> None:
    problem, travel, plan = answered()
    with pytest.raises(InputError) as raised:
        reasons(problem, travel, plan).explain_all(["nobody", "QZX-4711", "no one"])
    assert [fault.value for fault in raised.value.faults] == ["nobody", "no one"]
    with pytest.raises(ValueError, match="once"):
        panel_pack(problem, travel, plan, ["QZX-4711", "QZX-4711"], "pack.html")


def test_plans_of_other_tables_and_baselines_are_refused() -> None:
    problem, travel, plan = answered()
    with pytest.raises(InputError, match="other tables"):
        explain(tiny(), crow_fly(tiny()), plan, pupil_id="P1")
    with pytest.raises(InputError, match="baseline"):
        explain(problem, travel, baseline(problem, travel), pupil_id="QZX-4711")


def test_the_command_explains_and_writes_a_pack(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tables = write_problem(tiny(), tmp_path / "tables")
    assert main(["solve", str(tables), "--out", str(tmp_path)]) == 0
    run = str(tmp_path / "run.json")
    capsys.readouterr()
    assert main(["explain", run, "--pupil", "P1"]) == 0
    assert "+£3,000.00 to the system" in capsys.readouterr().out
    assert main(["explain", run, "--pupil", "P1", "--letter"]) == 0
    assert "people decide" in capsys.readouterr().out
    assert main(["explain", run, "--pupil", "P1", "--pupil", "P3", "--panel", str(tmp_path / "pack.html")]) == 0
    assert (tmp_path / "pack.html").read_text(encoding="utf-8").count('class="pupil"') == 2
    assert main(["explain", run, "--pupil", "P9"]) == 1
