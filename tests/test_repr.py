"""Values in a notebook: small tables that give nobody away, plots and maps, and one line of progress."""

import io
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import folium
import geopandas as gpd
import pandas as pd
import pytest
from matplotlib.figure import Figure

import placement_opt as po
from placement_opt import progress
from placement_opt.compare import Comparison, compare
from placement_opt.examples import tiny
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.progress import ProgressLine
from placement_opt.route_plan import RoutePlan
from placement_opt.schema import TABLES
from placement_opt.travel import crow_fly
from tests.made_plans import made_plans
from tests.made_routes import made

ATTACK = "<script>alert('x')</script>"
MOST_CHARACTERS = 10_000


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return made_plans()[0]


@pytest.fixture(scope="module")
def comparison(plans: dict[str, Plan]) -> Comparison:
    return compare(plans)


@pytest.fixture(scope="module")
def routes() -> RoutePlan:
    return made().routes


@pytest.fixture(scope="module")
def values(plans: dict[str, Plan], comparison: Comparison, routes: RoutePlan) -> dict[str, Any]:
    return {"problem": tiny(), "plan": plans["plan"], "comparison": comparison, "routes": routes}


VALUES = ["problem", "plan", "comparison", "routes"]


class _Tags(HTMLParser):
    """Holds what a page opens and closes, and the styles it sets."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.styles: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        self.styles |= {value or "" for name, value in attrs if name == "style"}

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


# -- tables in a notebook ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALUES)
def test_a_value_is_a_small_plain_table_without_colours(values: dict[str, Any], name: str) -> None:
    page = values[name]._repr_html_()
    tags = _Tags(page)
    assert not tags.open
    assert tags.seen <= {"table", "caption", "thead", "tbody", "tr", "th", "td", "p"}
    assert tags.styles <= {"text-align:left"}
    assert len(page) < MOST_CHARACTERS


@pytest.mark.parametrize("name", VALUES)
def test_no_pupil_is_named_by_a_value(values: dict[str, Any], name: str) -> None:
    value = values[name]
    plan = value.plans["plan"] if name == "comparison" else value
    table = {"problem": "pupils", "routes": "riders"}.get(name, "placements")
    pupils = getattr(plan, table)["pupil_id"].astype("str")
    assert len(pupils)
    secret = {pupil_id: f"SECRET{number}" for number, pupil_id in enumerate(pupils)}
    renamed = _renamed(value, secret)
    for text in (repr(renamed), renamed._repr_html_()):
        assert "SECRET" not in text
        assert text


def _renamed(value: Any, names: dict[str, str]) -> Any:
    """Return the same value with other names of pupils: were one of them shown, it would be seen."""
    if isinstance(value, Comparison):
        return compare({name: _renamed(plan, names) for name, plan in value.plans.items()})
    if isinstance(value, Problem):
        return value.replace(pupils=value.pupils.replace({"pupil_id": names}))
    tables = {name: frame.copy() for name, frame in value.tables.items()}
    for frame in tables.values():
        if "pupil_id" in frame.columns:
            frame["pupil_id"] = frame["pupil_id"].replace(names)
    if isinstance(value, RoutePlan):
        return RoutePlan(value.status, tables, value.rules, value.bound_gbp, value.record)
    return Plan(value.status, tables, value.policy, value.weighed_gbp, value.bound_gbp, value.record)


def test_words_of_the_tables_are_escaped_in_the_notebook(routes: RoutePlan, plans: dict[str, Plan]) -> None:
    unrouted = pd.DataFrame(
        {"pupil_id": ["X"], "setting_id": ["A"], "pupils": [1], "reason": [ATTACK], "message": [ATTACK]}
    )
    pages = [
        RoutePlan(routes.status, {**routes.tables, "unrouted": unrouted}, routes.rules)._repr_html_(),
        compare({ATTACK: plans["today"]})._repr_html_(),
    ]
    for page in pages:
        assert "<script" not in page
        assert "&lt;script" in page


def test_a_problem_counts_its_places_by_kind_and_names_its_other_tables() -> None:
    topups = pd.DataFrame({"need": ["ASD"], "topup_gbp": [5_000]})
    page = tiny().replace(topups=topups)._repr_html_()
    assert "<th scope='row' style='text-align:left'>mainstream</th><td>2</td><td>4</td>" in page
    assert "<p>topups: 1 row</p>" in page
    assert not {name for name in TABLES if f"{name}: " in tiny()._repr_html_()}


@pytest.mark.parametrize("name", ["plan", "routes"])
def test_text_and_notebook_say_the_same(values: dict[str, Any], name: str) -> None:
    page = values[name]._repr_html_()
    for line in values[name].summary().splitlines():
        assert line[18:].strip() in page


# -- plots and maps ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", VALUES)
def test_a_value_draws_itself_on_axes_of_the_user(values: dict[str, Any], name: str) -> None:
    axes = Figure().add_subplot()
    assert values[name].plot(ax=axes) is axes
    assert axes.collections


@pytest.mark.parametrize("name", VALUES)
def test_a_value_makes_an_interactive_map(values: dict[str, Any], name: str) -> None:
    assert isinstance(values[name].explore(tiles=None), folium.Map)


def test_a_problem_draws_its_schools_and_no_home() -> None:
    problem = tiny()
    sites = problem.sites()
    assert sites.crs.to_epsg() == 27700
    schools = problem.settings.set_index("setting_id")
    for row in sites.itertuples(index=False):
        at = schools.loc[row.setting_id]
        assert (row.geometry.x, row.geometry.y, row.name) == (at["easting"], at["northing"], at["name"])
    assert sorted(sites["provision_id"]) == sorted(problem.provisions["provision_id"])
    homes = problem.points("pupils").geometry
    page = problem.explore(tiles=None).get_root().render()
    assert not set(sites.geometry) & set(homes)
    assert "P1" not in page
    assert "Birch Hill School" in page


def test_another_column_and_its_legend_can_be_drawn() -> None:
    axes = tiny().plot(ax=Figure().add_subplot(), column="places", legend_kwds={"label": "places"})
    assert axes.figure.axes[1].get_ylabel() == "places"


def test_lines_between_schools_are_the_moves_between_them(comparison: Comparison) -> None:
    lines = comparison.lines()
    assert isinstance(lines, gpd.GeoDataFrame)
    moves = comparison.moves()
    schools = comparison.plans["plan"].use.set_index("provision_id")["setting_id"]
    counted: dict[tuple[str, str], int] = {}
    for move in moves.dropna(subset=["from_provision_id", "to_provision_id"]).itertuples(index=False):
        ends = schools[move.from_provision_id], schools[move.to_provision_id]
        if ends[0] != ends[1]:
            counted[ends] = counted.get(ends, 0) + move.count
    assert counted
    assert (
        dict(zip(zip(lines["from_setting_id"], lines["to_setting_id"], strict=True), lines["pupils"], strict=True))
        == counted
    )
    placements = pd.concat([plan.placements for plan in comparison.plans.values()])
    points = placements.drop_duplicates("setting_id").set_index("setting_id")[["setting_easting", "setting_northing"]]
    for row in lines.itertuples(index=False):
        ends_at = [tuple(points.loc[end]) for end in (row.from_setting_id, row.to_setting_id)]
        assert list(row.geometry.coords) == ends_at


def test_a_comparison_of_a_plan_with_itself_has_no_line(plans: dict[str, Plan]) -> None:
    lines = compare({"one": plans["plan"], "two": plans["plan"]}).lines()
    assert lines.empty
    assert lines.crs.to_epsg() == 27700


# -- tables that can be worked with ------------------------------------------------------------------------------------


def _tables(values: dict[str, Any]) -> Iterator[tuple[str, pd.DataFrame]]:
    problem, comparison = values["problem"], values["comparison"]
    travel = crow_fly(problem)
    pairs = po.candidate_pairs(problem, travel)
    solved = po.solve(problem, travel)
    worth = po.value_of_places(problem, travel, solved, steps=1)
    for name in TABLES:
        if name != "parameters":
            yield name, problem.table(name)
    for value in (values["plan"], values["routes"]):
        yield from value.tables.items()
    for group in po.plan.GROUPS:
        yield f"costs by {group}", values["plan"].costs(group)
    yield from (("money", values["plan"].money()), ("pairs", pairs.table()), ("refused", pairs.refused()))
    yield from (("headline", comparison.headline()), ("moves", comparison.moves()), ("flows", comparison.flows()))
    yield from (
        ("sites", problem.sites()),
        ("lines", comparison.lines()),
        ("duties", po.travel_duties(problem, solved, travel)),
    )
    yield from (("worth", worth.table), ("provisions", worth.provisions), ("front", _front(problem)))


def _front(problem: Problem) -> pd.DataFrame:
    return po.frontier(problem, crow_fly(problem), against="unplaced", points=None).points


def test_tables_have_ids_as_columns_and_no_nameless_index(values: dict[str, Any]) -> None:
    seen = 0
    for name, frame in _tables(values):
        columns = [column for column in frame.columns if column != "geometry"]
        assert all(isinstance(column, str) and column for column in columns), name
        assert isinstance(frame.index, pd.RangeIndex) or all(frame.index.names), name
        assert not frame.columns.has_duplicates, name
        for column in columns:
            if column.endswith("_id"):
                assert isinstance(frame[column].dtype, pd.StringDtype) or frame[column].empty, (name, column)
        seen += 1
    assert seen > 40


# -- progress ----------------------------------------------------------------------------------------------------------


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class _Screen:
    """What a terminal shows of what is written: one line, since nothing else is used."""

    def __init__(self) -> None:
        self.line = ""

    def show(self, written: str) -> str:
        for part in written.split("\r"):
            kept = "" if part.startswith("\x1b[K") else self.line
            text = part.removeprefix("\x1b[K")
            self.line = text + kept[len(text) :]
        return self.line


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "SHORTEST_PAUSE_S", 0.0)


@pytest.mark.usefixtures("no_pause")
def test_a_terminal_shows_one_line_that_is_gone_at_the_end() -> None:
    terminal, screen = _Terminal(), _Screen()
    with ProgressLine(terminal) as tell:
        for line in ("1 done, a long name of a future", "2 done"):
            tell(line)
            assert screen.show(terminal.getvalue()) == line
    assert screen.show(terminal.getvalue()) == ""
    assert "\n" not in terminal.getvalue()


@pytest.mark.usefixtures("no_pause")
def test_a_line_fits_the_terminal_and_moves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    terminal = _Terminal()
    ProgressLine(terminal)("one\ntwo\x1b[2J " + "x" * 50)
    shown = terminal.getvalue().removeprefix("\r\x1b[K")
    assert len(shown) == 19
    assert shown.isprintable()


def test_a_terminal_is_not_written_to_more_often_than_it_can_show(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 0.05, 0.2])
    monkeypatch.setattr(progress, "monotonic", lambda: next(now))
    terminal = _Terminal()
    tell = ProgressLine(terminal)
    for line in ("first", "too soon", "second"):
        tell(line)
    assert ("first" in terminal.getvalue(), "too soon" in terminal.getvalue()) == (True, False)
    assert "second" in terminal.getvalue()


def test_a_file_gets_every_line_and_no_signs_for_a_terminal() -> None:
    file = io.StringIO()
    with ProgressLine(file) as tell:
        tell("first")
        tell("second")
    assert file.getvalue() == "first\nsecond\n"


def test_an_error_clears_the_line_and_goes_on() -> None:
    def fail(tell: ProgressLine) -> None:
        tell("working")
        raise KeyError

    terminal, screen = _Terminal(), _Screen()
    with pytest.raises(KeyError), ProgressLine(terminal) as tell:
        fail(tell)
    assert "working" in terminal.getvalue()
    assert screen.show(terminal.getvalue()) == ""


@pytest.mark.usefixtures("no_pause")
def test_a_notebook_rewrites_one_output(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []

    class Handle:
        def display(self, bundle: dict[str, str], *, raw: bool) -> None:
            assert raw
            shown.append(bundle["text/plain"])

        update = display

    shell = SimpleNamespace(kernel=object())
    display = SimpleNamespace(DisplayHandle=Handle)
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))  # type: ignore[arg-type]
    monkeypatch.setitem(sys.modules, "IPython.display", display)  # type: ignore[arg-type]
    with ProgressLine() as tell:
        tell("half")
    assert shown == ["", "half", ""]


@pytest.mark.usefixtures("no_pause")
def test_every_long_answer_can_be_watched() -> None:
    problem = tiny()
    travel = crow_fly(problem)
    plan = po.solve(problem, travel)
    answers = {
        "solve": lambda tell: po.solve(problem, travel, progress=tell),
        "value_of_places": lambda tell: po.value_of_places(problem, travel, plan, steps=1, progress=tell),
        "frontier": lambda tell: po.frontier(problem, travel, against="unplaced", points=None, progress=tell),
        "solve_many": lambda tell: po.solve_many([po.Job("one", problem, travel)], progress=tell),
        "many_futures": lambda tell: po.many_futures(
            po.examples.tiny_years(), ["plan"], draws=1, seed=1, progress=tell
        ),
    }
    for name, answer in answers.items():
        file = io.StringIO()
        with ProgressLine(file) as tell:
            answer(tell)
        assert file.getvalue().strip(), name
        assert not {"P1", "P2", "P3"} & set(file.getvalue().split()), name
