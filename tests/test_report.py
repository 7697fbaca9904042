"""The HTML report: right, self-contained, accessible, and silent about small groups."""

import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from placement_opt.errors import Status
from placement_opt.files import read_problem
from placement_opt.plan import Plan
from placement_opt.report import write_report
from placement_opt.report.audit import one_fingerprint
from placement_opt.report.glossary import abbreviations_in, page_text, terms_used
from placement_opt.solve import baseline
from placement_opt.travel import crow_fly
from tests.made_plans import FORMULA, NASTY, made_plans

COUNTY = Path(__file__).parents[1] / "data" / "exampleshire"


class Page(HTMLParser):
    """The elements of a page, with the text of each table row."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self._in_cell = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        if tag in {"td", "th"}:
            self._in_cell = False

    def handle_data(self, data: str) -> None:
        if self._in_cell:
            self.rows[-1][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def row(self, *starts: str) -> list[str]:
        return next(row for row in self.rows if tuple(row[: len(starts)]) == starts)


def written(folder: Path, plans: dict[str, Plan], problem: Any, travel: Any, **options: Any) -> Page:
    path = write_report(folder / "report.html", plans, problem, travel, **options)
    return Page(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("shared"), *made_plans())


@pytest.fixture(scope="module")
def confidential(tmp_path_factory: pytest.TempPathFactory) -> Page:
    return written(tmp_path_factory.mktemp("confidential"), *made_plans(), confidential=True)


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Page:
    problem = read_problem(COUNTY)
    travel = crow_fly(problem)
    return written(tmp_path_factory.mktemp("county"), {"today": baseline(problem, travel)}, problem, travel)


@pytest.mark.parametrize("which", ["shared", "confidential", "county"])
def test_the_page_loads_nothing_from_anywhere(which: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(which)
    for tag, attributes in page.elements:
        assert tag not in {"link", "iframe", "object", "embed", "base", "form"}
        assert tag != "script" or not attributes
        assert "style" not in attributes
        assert not any(name.startswith("on") for name in attributes)
        for name in ("src", "href", "srcset", "poster", "background"):
            target = attributes.get(name)
            assert target is None or target.startswith(("#", "data:image/png;base64,"))
    assert not re.search(r"url\(|@import|@font-face", page.html)


def test_a_school_name_that_is_html_is_shown_as_text(shared: Page) -> None:
    assert "<script>alert" not in shared.html
    assert "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; Sons School" in shared.html
    assert shared.row(NASTY)[0] == NASTY


def test_a_title_and_a_plan_name_that_are_html_are_shown_as_text(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    page = written(tmp_path, {"<i>x</i>": plans["plan"]}, problem, travel, title="<script>1</script>")
    assert "<i>" not in page.html
    assert "<script>1" not in page.html


def test_no_pupil_is_named_in_what_is_shared(shared: Page) -> None:
    assert not re.search(r"PX\d{4}", shared.html)


def test_the_confidential_report_lists_every_pupil_and_says_so_on_top(shared: Page, confidential: Page) -> None:
    assert {f"PX{number:04d}" for number in range(100)} <= set(re.findall(r"PX\d{4}", confidential.html))
    assert confidential.html.index("CONFIDENTIAL.</strong>") < confidential.html.index("<h1>")
    assert "CONFIDENTIAL" not in shared.html


def test_small_groups_are_words_in_what_is_shared_and_figures_in_what_is_not(shared: Page, confidential: Page) -> None:
    key = ("Elm Road School", "Spoke", "S5-spoke")
    assert shared.row(*key)[4:] == ["0", "under 5", "withheld", "withheld"]
    assert confidential.row(*key)[4:] == ["0", "3", "+3", "3 free"]
    assert "withheld" not in page_text(confidential.html).split("Glossary")[0]


def test_a_small_total_is_not_given_away_by_the_sentences(shared: Page) -> None:
    text = " ".join(page_text(shared.html).split())
    assert "3 have none" not in text
    assert "all but fewer than 5 have a place" in text


def test_the_longest_journey_is_shared_only_as_a_range(shared: Page, confidential: Page) -> None:
    assert shared.row("Longest journey, minutes one way")[1] == "25 to 30"
    assert confidential.row("Longest journey, minutes one way")[1] == "25.3"


def test_the_page_is_said_to_be_british_english_and_has_one_main_heading(shared: Page) -> None:
    assert shared.all("html") == [{"lang": "en-GB"}]
    assert len(shared.all("h1")) == 1
    assert len(shared.all("main")) == 1
    levels = [int(tag[1]) for tag, _ in shared.elements if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_every_table_has_a_caption_and_every_heading_cell_a_scope(confidential: Page) -> None:
    assert len(confidential.all("caption")) == len(confidential.all("table")) > 15
    assert all(attributes.get("scope") in {"col", "row"} for attributes in confidential.all("th"))


def test_every_row_of_a_table_has_as_many_cells_as_its_heading(confidential: Page) -> None:
    tables = re.findall(r"<table.*?</table>", confidential.html, flags=re.DOTALL)
    for table in tables:
        assert len({len(row) for row in Page(table).rows}) == 1


def test_ids_are_unique_and_every_link_of_the_contents_leads_somewhere(confidential: Page) -> None:
    ids = [attributes["id"] for _, attributes in confidential.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {str(link["href"])[1:] for link in confidential.all("a")} <= set(ids)


def test_the_map_has_words_beside_it(shared: Page) -> None:
    (drawing,) = [svg for svg in shared.all("svg") if svg.get("role") == "img"]
    assert f'id="{drawing["aria-labelledby"]}"' in shared.html
    assert "1 hub (base)" in shared.html
    assert "No homes are shown." in shared.html


def test_the_shared_page_does_not_depend_on_where_homes_are(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    plan = plans["plan"]
    moved = plan.placements.assign(easting=lambda frame: frame["easting"] + 500)
    other = Plan(plan.status, {**plan.tables, "placements": moved}, plan.policy, 0.0, plan.bound_gbp, plan.record)

    def page(which: Plan, *, confidential: bool) -> str:
        return written(tmp_path, {"plan": which}, problem, travel, confidential=confidential).html

    assert page(plan, confidential=False) == page(other, confidential=False)
    assert page(plan, confidential=True) != page(other, confidential=True)


@pytest.mark.parametrize("which", ["shared", "confidential", "county"])
def test_every_abbreviation_of_the_page_is_in_its_glossary(which: str, request: pytest.FixtureRequest) -> None:
    page: Page = request.getfixturevalue(which)
    text = page_text(page.html)
    explained = {match.strip() for match in re.findall(r"<dt>(.*?)</dt>", page.html)}
    from_users = abbreviations_in(f"{NASTY} {FORMULA}")
    assert abbreviations_in(text) - from_users - {"CONFIDENTIAL"} <= explained
    assert {"DfE", "SEND", "CO2e"} <= explained


def test_the_glossary_explains_what_is_used_and_nothing_else(shared: Page) -> None:
    explained = set(re.findall(r"<dt>(.*?)</dt>", shared.html))
    assert {"hub", "spoke", "place funding", "ASD"} <= explained
    assert "INMSS" not in explained
    assert "VI" not in explained


def test_what_an_explanation_uses_is_explained_too() -> None:
    assert "place funding" in dict(terms_used("marginal basis"))


def test_the_proof_is_in_plain_words(confidential: Page) -> None:
    text = " ".join(page_text(confidential.html).split())
    assert "It is proved that no plan under these rules leaves fewer pupils without a place, and that none" in text
    assert "that leaves as few pupils without a place costs less than £900,000.00" in text


def test_a_weight_that_would_give_missed_requests_away_is_withheld(tmp_path: Path) -> None:
    plans, problem, travel = made_plans(missed_request_gbp=4_000.0)
    plan = plans["plan"]
    weighed = Plan(plan.status, plan.tables, plan.policy, 12_000.0, plan.bound_gbp, plan.record)
    page = written(tmp_path, {"today": plans["today"], "plan": weighed}, problem, travel)
    assert "12,000.00" not in page.html
    assert "within" in page_text(page.html)
    assert page.row("cost")[1:4] == ["withheld"] * 3


def test_today_alone_is_reported_without_a_proof(county: Page) -> None:
    text = page_text(county.html)
    assert "Nothing was optimised" in text
    assert "costs less than" not in text


def test_the_record_names_inputs_parameters_options_versions_and_solver(shared: Page, confidential: Page) -> None:
    problem = made_plans()[1]
    assert one_fingerprint(problem.fingerprints()) in shared.html
    for digest in problem.fingerprints().values():
        assert digest in confidential.html
        assert digest not in shared.html
    for row in problem.parameters.rows():
        assert str(row["parameter"]) in shared.html
    for word in ("HiGHS 1.15.1", "3.3.1", "straight lines", "options: seed"):
        assert word in shared.html


def test_a_record_with_missing_entries_is_no_hindrance(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    bare = Plan(Status.FEASIBLE, plans["plan"].tables, plans["plan"].policy)
    assert "feasible" in written(tmp_path, {"plan": bare}, problem, travel).html


def test_three_plans_stand_side_by_side(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    page = written(tmp_path, {**plans, "again": plans["plan"]}, problem, travel)
    assert page.row("Figure", "today") == ["Figure", "today", "plan", "again", "change: plan", "change: again"]


def test_the_same_plans_make_the_same_page(tmp_path: Path, shared: Page) -> None:
    assert written(tmp_path, *made_plans()).html == shared.html


def test_a_report_that_cannot_be_made_leaves_the_old_one(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    other = made_plans(cost_basis="average")[0]["plan"]
    with pytest.raises(ValueError, match="cost bases"):
        write_report(path, {"today": plans["today"], "plan": other}, problem, travel)
    assert path.read_text(encoding="utf-8") == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_importing_and_drawing_reports_leaves_matplotlib_as_it_was() -> None:
    code = """
import sys
import placement_opt.report
loaded = {"matplotlib", "jinja2"} & set(sys.modules)
assert not loaded, loaded
import matplotlib
before = {key: matplotlib.rcParams[key] for key in matplotlib.rcParams if key != "backend"}
from placement_opt.report.maps import new_figure, png_of
png_of(new_figure(3.0)[0])
assert "matplotlib.pyplot" not in sys.modules
assert all(matplotlib.rcParams[key] == value for key, value in before.items())
"""
    root = Path(__file__).parents[1]
    ran = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)  # noqa: S603
    assert ran.returncode == 0, ran.stderr


def test_the_colours_of_the_page_have_enough_contrast() -> None:
    style = (files("placement_opt.report") / "templates" / "style.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--(\w+): (#[0-9a-f]{6})", style))
    for name in ("ink", "soft", "link"):
        assert contrast(colours[name], "#ffffff") >= 4.5
        assert contrast(colours[name], colours["tint"]) >= 4.5
    assert contrast(colours["warn"], "#ffffff") >= 4.5


def contrast(one: str, other: str) -> float:
    """Contrast of two colours as the Web Content Accessibility Guidelines 2.2 define it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_a_plan_of_other_tables_is_not_reported(tmp_path: Path) -> None:
    plans, problem, travel = made_plans()
    other = problem.replace(pupils=problem.pupils.assign(locality="Elsewhere"))
    with pytest.raises(ValueError, match="made from other tables"):
        write_report(tmp_path / "report.html", plans, other, travel)
    assert not list(tmp_path.iterdir())
