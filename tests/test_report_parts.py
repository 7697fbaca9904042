"""The parts of the HTML report: first screen, charts, map, indicators, actions, what is handed in, what is locked."""

import base64
import hashlib
import re
import shutil
import subprocess
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

import placement_opt as po
from placement_opt.errors import InputError
from placement_opt.report import write_report
from placement_opt.report.actions import Owner, actions, read_owners
from placement_opt.report.charts import chart_of
from placement_opt.report.extras import ReportExtras
from placement_opt.report.fairness_tables import by_group
from placement_opt.report.first_screen import proof_sentence, sentences, tiles
from placement_opt.report.ground import WIDTH, ground_of
from placement_opt.report.indicators import INDICATORS, Threshold, indicators, read_thresholds
from placement_opt.report.money_tables import costs
from placement_opt.report.place_tables import kinds, provisions
from placement_opt.report.plan_map import plan_map
from placement_opt.report.shared_ways import safe_lines, shared_ways
from placement_opt.report.subject import Subject
from placement_opt.suppression import Mark
from tests.made_plans import TODAY, made_plans
from tests.route_plans import route_plan

SHARED = Subject(*made_plans(), confidential=False)
INSIDE = Subject(*made_plans(), confidential=True)
DAY = "2026-03-01"


# -- the first screen --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("subject", [SHARED, INSIDE], ids=["shared", "confidential"])
def test_the_first_screen_has_five_figures_and_at_most_five_sentences(subject: Subject) -> None:
    assert len(tiles(subject)) == 5
    assert 0 < len(sentences(subject)) <= 5


def test_the_proof_is_what_lies_between_the_plan_and_its_bound() -> None:
    plan = INSIDE.plans["plan"]
    assert plan.bound_gbp is not None
    more = plan.cost_gbp + plan.weighed_gbp - plan.bound_gbp
    assert f"cheaper by more than £{more:,.0f} a year" in proof_sentence(INSIDE)


def test_large_figures_hide_what_tables_hide() -> None:
    by_label = {tile.label: tile for tile in tiles(SHARED)}
    assert by_label["Pupils without a place"].figure == "under 5"
    assert {tile.label: tile for tile in tiles(INSIDE)}["Pupils without a place"].figure == "3"


def test_today_alone_has_no_proof_and_nothing_beside_its_figures() -> None:
    plans, problem, travel = made_plans()
    alone = Subject({"today": plans["today"]}, problem, travel, confidential=True)
    assert [tile.beside for tile in tiles(alone)][:4] == [""] * 4
    assert "nothing is proved" in proof_sentence(alone)


# -- charts ------------------------------------------------------------------------------------------------------------


def test_bars_are_as_long_as_their_figures_and_hidden_ones_are_words() -> None:
    chart = chart_of(kinds(SHARED), {"today": 2, "plan": 3}, "Pupils")
    assert chart is not None
    bars = {(label, bar.plan): bar for label, group in chart.groups for bar in group}
    longest = max(int(bar.text) for bar in bars.values() if bar.length is not None)
    for bar in bars.values():
        if bar.length is None:
            assert bar.text in {"under 5", "withheld"}
        else:
            assert bar.length == pytest.approx(100 * int(bar.text) / longest, abs=0.01)
    assert any(bar.length is None for bar in bars.values())


def test_there_is_no_chart_of_nothing() -> None:
    nobody = dict.fromkeys(TODAY, 0)
    plans, problem, travel = made_plans(nobody, nobody)
    empty = Subject(plans, problem, travel, confidential=True)
    assert chart_of(costs(empty, "payer"), {"today": 1, "plan": 2}, "Costs") is None


# -- indicators --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("green", "amber", "value", "rating"),
    [
        (0, 5, 0, "Green"),
        (0, 5, 5, "Amber"),
        (0, 5, 5.01, "Red"),
        (9, 4, 9, "Green"),
        (9, 4, 4, "Amber"),
        (9, 4, 3, "Red"),
    ],
)
def test_ratings_change_just_beyond_the_thresholds(green: float, amber: float, value: float, rating: str) -> None:
    assert Threshold("unplaced", green, amber, "Cabinet", DAY).rating(value) == rating


def test_a_hidden_figure_has_no_rating() -> None:
    thresholds = [Threshold("unplaced", 0, 2, "Cabinet", DAY)]
    assert _row(indicators(SHARED, thresholds), "Pupils without a place")[1:4] == ["under 5", "withheld", "withheld"]
    assert _row(indicators(INSIDE, thresholds), "Pupils without a place")[1:4] == ["3", "Red", "7"]


def test_without_thresholds_nothing_is_rated() -> None:
    grid = indicators(INSIDE, ())
    assert "Rating" not in grid.heads
    assert "No thresholds were given" in grid.note


def test_places_over_the_number_are_withheld_where_pupils_of_a_provision_are() -> None:
    over = int(INSIDE.plans["plan"].use["places_over"].sum())
    assert _row(indicators(INSIDE, ()), INDICATORS["places_over"])[1] == str(over)
    assert _row(indicators(SHARED, ()), INDICATORS["places_over"])[1] == "withheld"


def test_every_fault_of_a_table_of_thresholds_is_said_at_once(tmp_path: Path) -> None:
    table = tmp_path / "thresholds.csv"
    rows = (
        "unplaced,0,5,Cabinet,2026-03-01",
        "delay,0,5,Cabinet,2026-03-01",
        "moves,few,5,,2026-13-01",
        "unplaced,0,1,a,2026-01-01",
    )
    table.write_text("\n".join(("indicator,green,amber,source,date", *rows)), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_thresholds(table)
    text = str(caught.value)
    assert "row 3" in text
    assert "'delay'; use one of unplaced" in text
    assert "row 4" in text
    assert "row 5" in text
    assert "earlier row" in text


def test_unknown_and_missing_columns_are_named(tmp_path: Path) -> None:
    table = tmp_path / "owners.csv"
    table.write_text("kind,owner,when\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"(?s)column due.*missing.*column when.*not known"):
        read_owners(table)
    with pytest.raises(InputError, match="does not exist"):
        read_owners(tmp_path / "other.csv")


# -- actions -----------------------------------------------------------------------------------------------------------


def test_actions_follow_from_the_plan_and_have_owners() -> None:
    grid = actions(INSIDE, [Owner("moves", "SEN panel", "2027-05-01")])
    moved = int(INSIDE.plans["plan"].placements.query("change == 'moves'")["count"].sum())
    rows = [[cell.text() for cell in row] for row in grid.rows]
    assert [row[1] for row in rows if row[4] == "unplaced"] == ["3 pupils without a place"]
    (move,) = [row for row in rows if row[4] == "moves"]
    assert move[1] == f"{moved} pupils who would leave a present place"
    assert move[2:4] == ["SEN panel", "2027-05-01"]
    over = INSIDE.plans["plan"].use.query("places_over > 0")
    assert len([row for row in rows if row[4] == "over"]) == len(over)


def test_actions_to_be_shared_count_no_small_group() -> None:
    texts = [row[1].text() for row in actions(SHARED, ()).rows]
    assert "Pupils without a place: under 5" in texts
    shown = {row[2].text() for row in provisions(SHARED).rows if row[-1].mark is Mark.SHOWN}
    named = set(re.findall(r"\((S\d-\w+)\): \d+ over", " ".join(texts)))
    assert named <= shown


# -- fairness ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("grouping", ["need", "locality"])
def test_groups_hold_the_plan_s_own_counts(grouping: str) -> None:
    plan = INSIDE.plans["plan"]
    placements = plan.placements
    for row in by_group(INSIDE, grouping).rows:
        label = re.sub(r".*\((.*)\)$", r"\1", row[0].text()) if grouping == "need" else row[0].text()
        here = placements[placements[grouping].fillna("not given") == label]
        if label not in {"not given"} and len(here):
            assert row[4].value == here.loc[here["over_guide"], "count"].sum()
            mean = np.average(here["minutes"], weights=here["count"])
            assert row[-1].value == pytest.approx(mean)


# -- the map -----------------------------------------------------------------------------------------------------------


def test_a_map_to_be_shared_has_neither_homes_nor_catchments() -> None:
    view = plan_map(SHARED, route_plan())
    assert not view.lines
    assert not view.hulls
    assert not view.routes


def test_hidden_provisions_look_alike_whatever_their_number() -> None:
    marks = plan_map(SHARED).marks
    assert {radius for mark in marks for radius, hidden in zip(mark.radii, mark.hidden, strict=True) if hidden} == {4.0}
    for mark in marks:
        said = re.search(r"plan (.+)\.$", mark.words)
        assert said is not None
        assert mark.hidden[1] == (said[1] in {"under 5", "withheld"})


def test_every_home_has_a_way_to_its_school() -> None:
    view = plan_map(INSIDE)
    for number, plan in enumerate(INSIDE.plans.values()):
        ways = sum(shape.path.count("L") for shape in view.lines if shape.plan == number)
        assert ways == len(plan.placements)


def test_a_catchment_holds_all_homes_of_its_provision() -> None:
    view = plan_map(INSIDE)
    placements = INSIDE.plans["plan"].placements
    assert view.hulls
    for hull in (shape for shape in view.hulls if shape.plan == 1):
        outline = shapely.Polygon(np.array(re.findall(r"-?[\d.]+", hull.path), dtype=float).reshape(-1, 2))
        homes = placements[placements["provision_id"] == hull.provision_id]
        points = shapely.multipoints(view.ground.points(homes["easting"], homes["northing"]))
        assert outline.buffer(0.01).covers(points)


def test_the_north_is_above_and_all_near_schools_are_in_view() -> None:
    sites = SHARED.problem.settings
    ground = ground_of(sites)
    points = ground.points(sites["easting"], sites["northing"])
    assert all(0 <= x <= WIDTH and 0 <= y <= ground.height for x, y in points)
    heights = np.array([y for _, y in points])
    assert (np.argsort(heights) == np.argsort(-sites["northing"].to_numpy())).all()


def test_a_school_that_is_far_away_does_not_shrink_the_others() -> None:
    sites = INSIDE.problem.settings[["easting", "northing"]]
    many = sites.loc[sites.index.repeat(4)].reset_index(drop=True)
    far = many.assign(easting=many["easting"].where(many.index > 0, 100_000.0))
    assert ground_of(far).beyond == 1
    assert ground_of(far).metres < 100_000


counts = st.lists(st.lists(st.sampled_from([0, 1, 2, 4, 5, 6, 10]), min_size=3, max_size=3), min_size=2, max_size=2)


@settings(max_examples=40, deadline=None)
@given(counts, st.sampled_from([0, 5]))
def test_lines_between_localities_and_provisions_give_no_small_group_away(drawn: list[list[int]], spare: int) -> None:
    table = np.array(drawn)
    chosen = safe_lines(table, np.ones_like(table, dtype=bool), spare)
    assert (table[chosen] >= 5).all()
    if not chosen.any():
        return
    columns, rows = table.sum(axis=0), table.sum(axis=1)
    first = np.array([one for one in product(*(range(total + 1) for total in columns)) if sum(one) == rows[0]])
    both = np.stack([first, columns - first], axis=1)
    fitting = both[(both >= 5 * chosen).all(axis=(1, 2))]
    for row, column in np.argwhere((table > 0) & (table < 5)):
        if len(np.unique(both[:, row, column])) > 1:  # else it is known without any line
            assert len(np.unique(fitting[:, row, column])) > 1


def test_lines_lead_only_where_the_plan_sends_enough_pupils() -> None:
    plan = SHARED.plans["plan"]
    sums = plan.placements.groupby(["locality", "provision_id"])["count"].sum()
    ways = [way for way in shared_ways(SHARED, "plan") if way[0] in {"North", "South"}]
    assert ways
    assert all(sums[way] >= 5 for way in ways)
    assert not any(SHARED.is_hidden(("provision", "plan", ident)) for _, ident in ways)


# -- what is handed in -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def short() -> tuple[Any, ...]:
    """A question with too few places, its plan, why, what would cure it, and what changed since there were more."""
    wide = po.examples.tiny()
    problem = wide.replace(provisions=wide.provisions.assign(places=[0, 1, 0, 1]))
    travel = po.crow_fly(problem)
    plan = po.solve(problem, travel)
    before = po.solve(wide, travel)
    extras = ReportExtras(
        witness=po.witness(problem, travel, plan),
        cures=po.cures(problem, travel, plan=plan),
        changed=po.what_changed(before, plan),
    )
    return problem, travel, plan, extras


def test_a_confidential_report_says_why_pupils_have_no_place_and_what_would_help(
    short: tuple[Any, ...], tmp_path: Path
) -> None:
    problem, travel, plan, extras = short
    path = write_report(tmp_path / "a.html", {"plan": plan}, problem, travel, confidential=True, extras=extras)
    page = path.read_text(encoding="utf-8")
    assert extras.cures.fewest[0].words in page
    assert "Pupils who share too few places" in page
    assert "What became of pupils" in page


def test_what_may_be_shared_says_nothing_of_cures_and_changed_pupils(short: tuple[Any, ...], tmp_path: Path) -> None:
    problem, travel, plan, extras = short
    path = write_report(tmp_path / "a.html", {"plan": plan}, problem, travel, extras=extras)
    page = path.read_text(encoding="utf-8")
    assert extras.cures.fewest[0].words not in page
    assert "What became of pupils" not in page
    assert "Changes since the last run" in page
    assert page.count("stands in the confidential report only") == 2


def test_what_does_not_belong_to_the_plan_or_is_given_twice_is_refused(short: tuple[Any, ...], tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    with pytest.raises(ValueError, match="ends at another run"):
        write_report(tmp_path / "a.html", plans, problem, travel, extras=ReportExtras(changed=short[3].changed))
    twice = ReportExtras(owners=(Owner("moves", "A"), Owner("moves", "B")))
    with pytest.raises(ValueError, match="moves more than once"):
        write_report(tmp_path / "a.html", plans, problem, travel, extras=twice)
    assert not list(tmp_path.iterdir())


# -- the lock ----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(tmp_path_factory.mktemp("page") / "report.html", *made_plans(), confidential=True)


def test_the_page_may_run_only_what_stands_in_it(page: Path) -> None:
    html = page.read_text(encoding="utf-8")
    (policy,) = re.findall(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">', html)
    assert policy.startswith("default-src 'none'; img-src data:; ")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (text,) = re.findall(rf"<{kind}>(.*?)</{kind}>", html, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert html.index("Content-Security-Policy") < html.index("<style>") < html.index("<script>")


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs a browser")
def test_the_script_runs_under_the_lock_and_fits_the_page(page: Path) -> None:
    command = ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--dump-dom", page.as_uri()]
    shown = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout  # noqa: S603
    assert re.search(r'<html lang="en-GB" class="js">', shown)
    assert "--k:" in shown
    assert 'class="search"' in shown


def _row(grid: Any, label: str) -> list[str]:
    return next([cell.text() for cell in row] for row in grid.rows if row[0].text() == label)
