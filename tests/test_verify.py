"""Right plans pass, the verdict can be read and raised, and nothing that makes plans is used to check them."""

import ast
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from placement_opt.errors import InputError, PlanError, Status
from placement_opt.plan import load_plan
from placement_opt.policy import Policy
from placement_opt.travel import TravelMatrix
from placement_opt.verify import Finding, Verification, verify
from placement_opt.verify.figures import wrong_prices
from placement_opt.verify.modes import cheapest
from tests.plans import rich_case, spoil, tiny_case, today_case
from tests.test_verify_questions import LIMITS
from tests.test_verify_sites import SITES
from tests.test_verify_spoilt import BROKEN, SPOILT, TODAY

PACKAGE = Path(__file__).parents[1] / "placement_opt"
MAY_USE = {"cells", "certificate", "errors", "parameters", "plan", "policy", "problem", "schema", "travel", "verify"}
MAY_USE |= {"legs", "route_plan", "route_rules", "route_tables", "year_rules", "years_plan"}
MAKERS = {"answer", "facts", "links", "model", "pairs", "prices", "routing", "rules", "solve", "tariff", "transport"}


@pytest.mark.parametrize("case", [tiny_case, rich_case, today_case])
def test_a_right_plan_passes_every_check(case: object) -> None:
    assert callable(case)
    verification = verify(*case())
    assert verification.findings == ()
    assert verification.is_right
    verification.raise_if_wrong()


def test_today_is_checked_for_its_arithmetic_and_not_for_the_rules() -> None:
    of_today, of_plan = (set(verify(*case()).checks) for case in (today_case, rich_case))
    assert of_today < of_plan
    assert of_plan - of_today == {
        "musts placed",
        "pairs allowed",
        "stays",
        "places",
        "part limits",
        "school limits",
        "open places",
        "resources",
        "smallest groups",
        "site limits",
        "budgets",
        "totals",
        "links",
        "served once",
        "hubs open",
        "spokes per hub",
        "team hours",
        "moves",
        "siblings",
    }


def test_every_check_has_a_spoilt_plan_that_it_finds() -> None:
    spoilt = {name for _, _, found in [*SPOILT, *BROKEN, *TODAY] for name in found}
    stricter = {name for _, _, found in [*LIMITS, *SITES] for name in found}
    by_messages = {"served once", "certificate", "proof"}
    assert set(verify(*rich_case()).checks) - spoilt - stricter == by_messages


def test_a_saved_and_loaded_plan_is_still_right(tmp_path: Path) -> None:
    problem, travel, plan = rich_case()
    assert verify(problem, travel, load_plan(plan.save(tmp_path / "run.json"))).is_right


def test_rows_may_stand_in_any_order() -> None:
    problem, travel, plan = rich_case()
    tables = {name: frame.iloc[::-1] for name, frame in plan.tables.items()}
    turned = type(plan)(plan.status, tables, plan.policy, plan.weighed_gbp, plan.bound_gbp, plan.record)
    back = list(range(len(travel.pupil_ids)))[::-1]
    other = TravelMatrix(
        tuple(travel.pupil_ids[row] for row in back),
        travel.setting_ids,
        travel.minutes[back],
        travel.miles[back],
        travel.between,
    )
    assert verify(problem, other, turned).is_right


def test_a_plan_without_anybody_is_checked_too() -> None:
    problem, travel, plan = tiny_case()
    nobody = type(plan)(
        Status.OPTIMAL,
        {**plan.tables, "placements": plan.placements.iloc[:0]},
        Policy(moves="all"),
        0.0,
        0.0,
        plan.record,
    )
    assert {finding.check for finding in verify(problem, travel, nobody).findings} == {"pupils counted", "fullness"}


def test_a_travel_matrix_of_other_pupils_is_an_input_fault() -> None:
    problem, travel, plan = tiny_case()
    short = TravelMatrix(travel.pupil_ids[:2], travel.setting_ids, travel.minutes[:2], travel.miles[:2])
    with pytest.raises(InputError, match="P3"):
        verify(problem, short, plan)


def test_the_inputs_are_left_as_they_were() -> None:
    problem, travel, plan = rich_case()
    before = problem.fingerprints(), travel.fingerprint(), pickle.dumps(dict(plan.tables))
    verify(problem, travel, plan)
    assert (problem.fingerprints(), travel.fingerprint(), pickle.dumps(dict(plan.tables))) == before


# -- the verdict ------------------------------------------------------------------------------------------------------


@pytest.fixture
def wrong() -> Verification:
    problem, travel, plan = rich_case()
    return verify(problem, travel, spoil(plan, "placements", {"pupil_id": "P01"}, mode="<b>", need="MLD"))


def test_a_wrong_plan_is_raised_with_every_finding(wrong: Verification) -> None:
    with pytest.raises(PlanError) as caught:
        wrong.raise_if_wrong()
    assert caught.value.findings == (
        "pupil columns: P01 at A-hub: need is MLD; it should be ASD.",
        "modes: P01 at A-hub: mode is <b>; it should be taxi.",
    )


def test_the_summary_counts_by_check_and_shows_the_findings(wrong: Verification) -> None:
    assert wrong.summary().splitlines() == [
        f"The plan is wrong: 2 findings in 2 of {len(wrong.checks)} checks.",
        "  pupil columns: 1",
        "  modes: 1",
        "- pupil columns: P01 at A-hub: need is MLD; it should be ASD.",
        "- modes: P01 at A-hub: mode is <b>; it should be taxi.",
    ]
    assert repr(wrong) == f"Verification(2 findings, {len(wrong.checks)} checks)"


def test_the_summary_of_many_findings_is_short() -> None:
    many = Verification(("places",), tuple(Finding("places", f"A{number}: full.") for number in range(25)))
    assert many.summary().splitlines()[-1] == "- and 5 more"
    assert len(many.summary().splitlines()) == 23


def test_the_notebook_shows_the_verdict_without_letting_data_become_markup(wrong: Verification) -> None:
    html = wrong._repr_html_()
    assert "&lt;b&gt;" in html
    assert "<b>" not in html
    assert Verification(("places",))._repr_html_() == "<p>The plan is right: 1 check, nothing found.</p>"


# -- pennies ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "is_right"),
    [(30.0, True), (30.03, True), (30.06, False), (29.97, False), (30.01, False), (float("nan"), False)],
)
def test_a_price_for_three_is_three_whole_pence_prices(given: float, is_right: bool) -> None:
    wrong = wrong_prices(["P1"], "topup_gbp", np.array([given]), np.array([10.005]), np.array([3]))
    assert (list(wrong) == []) is is_right


@pytest.mark.parametrize(
    ("prices", "named", "taken"),
    [
        ([5.0, 4.0], 1, 1),
        ([5.0, 4.0], 0, 1),
        ([4.0, 4.0], 1, 0),
        ([4.0, 4.0], 0, 0),
        ([4.0, 4.0], -1, 0),
        ([4.004, 4.0], 0, 0),
        ([4.004, 4.0], 1, 1),
        ([4.02, 4.0], 0, 1),
        ([np.inf, 4.0], 0, 1),
        ([np.inf, np.inf], 1, -1),
    ],
)
def test_the_cheapest_mode_is_taken_and_the_first_name_of_equals(prices: list[float], named: int, taken: int) -> None:
    assert cheapest(np.array(prices)[:, None], np.array([named])).tolist() == [taken]


# -- independence -----------------------------------------------------------------------------------------------------


def _imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            assert node.module is not None
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_no_module_of_the_verification_imports_what_makes_plans() -> None:
    modules = sorted((PACKAGE / "verify").glob("*.py"))
    assert len(modules) > 5
    for module in modules:
        for name in _imported(module):
            package, _, inner = name.partition(".")
            assert package != "placement_opt" or inner.partition(".")[0] in MAY_USE, f"{module.name} imports {name}"
            assert package not in {"pulp", "highspy", "networkx", "scipy"}, f"{module.name} imports {name}"


def test_verifying_loads_neither_solver_nor_model() -> None:
    # a bare package stands in for placement_opt, whose __init__ offers the solver too
    script = f"""
import sys, types
package = types.ModuleType("placement_opt")
package.__path__ = [{str(PACKAGE)!r}]
sys.modules["placement_opt"] = package
from placement_opt.verify import verify
from tests.plans import rich_case
assert verify(*rich_case()).is_right
print(" ".join(sorted(sys.modules)))
"""
    done = subprocess.run(  # noqa: S603 - the script is written above
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=PACKAGE.parent
    )
    loaded = set(done.stdout.split())
    assert "placement_opt.verify.money" in loaded
    assert not loaded & ({"pulp", "highspy"} | {f"placement_opt.{name}" for name in MAKERS})


def test_the_makers_that_must_not_be_used_exist_under_those_names() -> None:
    there = {path.stem for path in PACKAGE.iterdir()}
    assert {"rules", "prices", "transport", "pairs", "answer", "model", "solve"} <= there
