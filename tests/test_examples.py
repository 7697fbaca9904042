"""The embedded county is what its README says; the hub with spokes is best where it should be."""

import importlib
import io
import shutil
from pathlib import Path
from types import ModuleType

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from placement_opt import examples
from placement_opt.errors import InputError
from placement_opt.examples import exampleshire, hub_and_spoke_case
from placement_opt.links import possible_links
from placement_opt.pairs import candidate_pairs
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.solve import solve
from placement_opt.travel import METRES_PER_MILE, crow_fly

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "data" / "exampleshire"
STANDARD_ERRORS = 3
LARGEST_NEEDS = ["ASD", "SLCN", "SEMH", "MLD", "SLD"]


@pytest.fixture(scope="module")
def county() -> Problem:
    return exampleshire()


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "data")
    return importlib.import_module("published_2025")


@pytest.fixture(scope="module")
def plans() -> dict[str, dict[str, Plan]]:
    policy = Policy(moves="all", cost_basis="full")
    return {
        area: {
            form: solve(problem, crow_fly(problem), policy=policy) for form, problem in hub_and_spoke_case(area).items()
        }
        for area in ("dispersed", "clustered")
    }


def placed_today(county: Problem) -> pd.DataFrame:
    today = county.provisions.set_index("provision_id")[["kind", "needs", "bands", "min_year", "max_year"]]
    return county.pupils.merge(today, left_on="current_provision_id", right_index=True)


def worst_departure(drawn: "pd.Series[int]", expected: "pd.Series[float]") -> float:
    """Return the largest distance between drawn and expected shares, in standard errors of a simple random draw."""
    shares = expected / expected.sum()
    errors = np.sqrt(shares * (1 - shares) / drawn.sum())
    return float(((drawn.reindex(shares.index).fillna(0) / drawn.sum() - shares).abs() / errors).max())


def test_drawing_the_county_again_gives_the_committed_files_byte_for_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "data")
    drawn = importlib.import_module("make_exampleshire").draw_tables()
    assert {path.name for path in FOLDER.iterdir()} == {*drawn, "README.md"}
    assert {name: text.encode() for name, text in drawn.items()} == {
        name: (FOLDER / name).read_bytes() for name in drawn
    }


def test_the_county_is_of_the_size_it_claims(county: Problem) -> None:
    at_home = county.settings[county.settings["authority"] == "Exampleshire"]
    kinds = at_home.merge(county.provisions, on="setting_id").groupby("kind")["setting_id"].nunique()
    assert (len(county.pupils), len(at_home), len(county.settings)) == (2_500, 142, 148)
    assert kinds[["mainstream", "special", "independent_special", "alternative"]].tolist() == [130, 7, 3, 2]
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) < 600_000


def test_no_identifier_looks_like_a_real_one(county: Problem) -> None:
    assert county.pupils["pupil_id"].str.fullmatch(r"X\d{4}").all()
    assert county.settings["setting_id"].str.fullmatch(r"E\d{3}").all()


def test_needs_follow_the_published_shares(county: Problem, published: ModuleType) -> None:
    expected = pd.Series({need: sum(plans) for need, plans in published.PLANS_BY_NEED.items()}, dtype=float)
    assert worst_departure(county.pupils["need"].value_counts(), expected) < STANDARD_ERRORS


def test_year_groups_follow_the_published_ages(county: Problem, published: ModuleType) -> None:
    expected = pd.Series({year: sum(plans) for year, plans in published.PLANS_BY_YEAR.items()}, dtype=float)
    assert worst_departure(county.pupils["year_group"].value_counts(), expected) < STANDARD_ERRORS


def test_kinds_of_place_today_follow_the_published_shares(county: Problem, published: ModuleType) -> None:
    kinds = placed_today(county)["kind"].replace("spoke", "mainstream").value_counts()
    counts = np.array(list(published.PLANS_BY_NEED.values())).sum(axis=0)
    expected = pd.Series(counts, index=list(published.KINDS), dtype=float)
    assert worst_departure(kinds, expected) < STANDARD_ERRORS


@pytest.mark.parametrize("need", LARGEST_NEEDS)
def test_the_places_of_a_need_follow_the_published_shares(county: Problem, published: ModuleType, need: str) -> None:
    # Year 7 is left out: part of its specialist pupils are, by design, still at mainstream primary schools.
    today = placed_today(county)
    today = today[(today["need"] == need) & (today["year_group"] != 7)]
    kinds = today["kind"].replace("spoke", "mainstream").value_counts()
    expected = pd.Series(published.PLANS_BY_NEED[need], index=list(published.KINDS), dtype=float)
    common = expected[expected / expected.sum() * len(today) >= 5]
    assert worst_departure(kinds[kinds.index.isin(common.index)], common) < STANDARD_ERRORS


def test_independent_fees_are_skewed_around_the_published_means(county: Problem, published: ModuleType) -> None:
    fees = county.table("pair_costs")["cost_gbp"]
    low, high = published.INDEPENDENT_FEE_GBP.values()
    assert low * 0.95 < fees.mean() < high * 1.05
    assert 0.6 < fees.median() / fees.mean() < 0.85


@pytest.mark.parametrize(("kind", "mean_gbp"), [("mainstream", 8_662), ("special", 16_000)])
def test_top_ups_of_today_average_the_published_mean(county: Problem, kind: str, mean_gbp: float) -> None:
    pairs = candidate_pairs(county, crow_fly(county)).table()
    today = county.pupils[["pupil_id", "current_provision_id"]].dropna()
    kept = pairs.merge(today, left_on=["pupil_id", "provision_id"], right_on=["pupil_id", "current_provision_id"])
    assert kept.loc[kept["kind"] == kind, "topup_gbp"].mean() == pytest.approx(mean_gbp, rel=0.05)


def test_some_special_schools_are_over_full_while_bases_have_room(county: Problem) -> None:
    roll = county.pupils["current_provision_id"].value_counts()
    provisions = county.provisions.assign(over=lambda frame: frame["provision_id"].map(roll) - frame["places"])
    over = provisions.groupby("kind")["over"].agg(["max", "min"])
    assert (provisions.loc[provisions["kind"] == "special", "over"] > 0).sum() >= 4
    assert over.loc["hub", "max"] <= 0
    assert over.loc["hub", "min"] < 0


def test_bases_are_called_by_old_and_new_names(county: Problem) -> None:
    bases = county.provisions[county.provisions["kind"] == "hub"]
    assert set(bases["kind_label"]) == {"resourced provision", "SEN unit", "inclusion base"}


def test_every_spoke_is_within_reach_of_an_outreach_team(county: Problem) -> None:
    spokes = county.provisions.loc[county.provisions["kind"] == "spoke", "provision_id"]
    assert len(spokes) == 15
    assert set(spokes) == set(possible_links(county, crow_fly(county))["spoke_id"])


def test_about_a_sixth_of_the_pupils_must_find_another_place(county: Problem) -> None:
    today = placed_today(county)
    fits_year = today["year_group"].between(today["min_year"], today["max_year"])
    fits_need = [
        needs == "any" or need in needs.split(";") for need, needs in zip(today["need"], today["needs"], strict=True)
    ]
    fits_band = [
        bands == "any" or band in bands.split(";") for band, bands in zip(today["band"], today["bands"], strict=True)
    ]
    kept = (fits_year & np.array(fits_need) & np.array(fits_band)).sum()
    assert 0.15 < 1 - kept / len(county.pupils) < 0.20


def test_all_but_a_handful_could_be_placed(county: Problem) -> None:
    allowed = candidate_pairs(county, crow_fly(county)).table()
    graph = nx.DiGraph()
    for row in county.provisions.itertuples():
        roll = (county.pupils["current_provision_id"] == row.provision_id).sum()
        room = max(row.places + row.overflow_places, roll if row.kind == "special" else 0)
        graph.add_edge(row.provision_id, "end", capacity=int(room))
    for pupil_id, provision_id in allowed[["pupil_id", "provision_id"]].itertuples(index=False):
        graph.add_edge("start", pupil_id, capacity=1)
        graph.add_edge(pupil_id, provision_id, capacity=1)
    placed, _ = nx.maximum_flow(graph, "start", "end")
    assert 2_485 <= placed <= 2_500


def test_neighbours_schools_are_15_to_40_miles_from_the_middle(county: Problem) -> None:
    away = county.settings[county.settings["authority"] != "Exampleshire"]
    miles = np.hypot(away["easting"] - 456_000, away["northing"] - 276_000) / METRES_PER_MILE
    assert len(away) == 6
    assert miles.between(15, 40).all()


def test_the_example_run_of_each_vehicle_costs_what_its_source_says(county: Problem) -> None:
    number = r"([\d.]+)"
    says = f"{number} pupils over {number} miles and {number} hours a day, .* to (?:{number} times )?£{number} a pupil"
    fleet = county.table("fleet")
    figures = fleet["source"].str.replace(",(?=\\d)", "", regex=True).str.extract(says).astype(float).fillna({3: 1.0})
    riders, miles, hours, times, mean_gbp = (figures[n] for n in range(5))
    gbp_a_day = fleet["gbp_per_day"] + miles * fleet["gbp_per_mile"] + hours * fleet["gbp_per_hour"]
    np.testing.assert_allclose(gbp_a_day * 190 / riders, times * mean_gbp, rtol=0.005)
    assert sorted(mean_gbp) == [7_000, 7_600, 8_800, 10_700, 10_700]


@pytest.mark.shared
def test_the_means_that_vehicles_are_priced_at_are_the_published_ones(published: ModuleType) -> None:
    path = ROOT.parent / "shared" / "data" / "statistics" / "htst_2025_26_unit_cost.csv"
    if not path.is_file():
        pytest.skip(f"{path} is not here")
    costs = pd.read_csv(path).set_index("transport_mode")["unit_cost_gbp_per_user"]
    words = {
        "overall": "Overall",
        "taxi": "External contract - taxi",
        "PSV": "External contract - public",
        "in-house": "In-h",
    }
    starts = {mode: [gbp for name, gbp in costs.items() if str(name).startswith(word)] for mode, word in words.items()}
    assert starts == {mode: [gbp] for mode, gbp in published.TRANSPORT_GBP.items()}


def test_some_vehicle_can_carry_any_pupil_with_an_assistant(county: Problem) -> None:
    fleet, layouts = county.table("fleet"), county.table("layouts")
    assert set(layouts["vehicle"]) == set(fleet["vehicle"])
    assert fleet["assistant_gbp_per_hour"].notna().all()
    assert fleet["available"].notna().tolist() == (fleet["vehicle"] == "own minibus 16").tolist()
    unlimited = layouts[layouts["vehicle"] != "own minibus 16"]
    assert ((unlimited["seats"] >= 2) & (unlimited["wheelchair_places"] == 0)).any()
    assert ((unlimited["seats"] >= 1) & (unlimited["wheelchair_places"] >= 1)).any()


def test_every_school_says_when_it_takes_vehicles_in(county: Problem) -> None:
    times = county.settings[["arrive_from", "arrive_by", "leave_from", "leave_by"]]
    minutes = times.apply(lambda column: column.str[:2].astype(int) * 60 + column.str[3:].astype(int))
    assert minutes["arrive_from"].between(8 * 60, 9 * 60).all()
    assert minutes["leave_from"].between(14 * 60, 15 * 60 + 30).all()
    for first, last in (("arrive_from", "arrive_by"), ("leave_from", "leave_by")):
        assert (minutes[last] - minutes[first]).between(15, 25).all()
        assert minutes[first].nunique() >= 5


def test_low_incomes_follow_the_published_share(county: Problem, published: ModuleType) -> None:
    expected = pd.Series({True: published.LOW_INCOME_SHARE, False: 1 - published.LOW_INCOME_SHARE})
    assert worst_departure(county.pupils["low_income"].value_counts(), expected) < STANDARD_ERRORS


def test_a_few_pupils_have_their_own_way_time_and_pace_of_travelling(county: Problem) -> None:
    pupils = county.pupils
    decided = pupils["travel_mode"].value_counts()
    assert set(decided.index) == {"vehicle", "pass", "personal_budget", "training"}
    assert 0.03 < decided.sum() / len(pupils) < 0.07
    assert 10 < pupils["earliest_pickup"].notna().sum() < 40
    assert 15 < pupils["board_minutes"].notna().sum() < 60
    learners = pupils[pupils["travel_mode"].isin(["pass", "training"])]
    assert not learners[["wheelchair", "solo", "assistant"]].any(axis=None)
    assert not learners.loc[learners["travel_mode"] == "training", "independent_travel"].any()


def test_pairs_who_ride_apart_are_at_one_special_school_today(county: Problem) -> None:
    today = county.pupils.set_index("pupil_id")["current_provision_id"]
    apart = county.table("apart")
    schools = apart["pupil_id"].map(today)
    assert len(apart) == 6
    assert schools.tolist() == apart["other_pupil_id"].map(today).tolist()
    assert schools.str.endswith("-special").all()
    assert schools.is_unique


def test_the_county_is_the_same_with_transport_and_without(monkeypatch: pytest.MonkeyPatch, county: Problem) -> None:
    monkeypatch.syspath_prepend(ROOT / "data")
    script = importlib.import_module("make_exampleshire")
    monkeypatch.setattr(script, "TRANSPORT_SEED", 1)
    other = script.draw_tables()
    changed = {name for name, text in other.items() if text.encode() != (FOLDER / name).read_bytes()}
    assert changed == {"pupils.csv", "settings.csv", "apart.csv"}
    added = ["low_income", "travel_mode", "earliest_pickup", "board_minutes"]
    drawn = pd.read_csv(io.StringIO(other["pupils.csv"]), dtype="str").drop(columns=added)
    assert drawn.equals(pd.read_csv(FOLDER / "pupils.csv", dtype="str").drop(columns=added))


def test_an_installed_package_finds_the_county_inside_itself(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, county: Problem
) -> None:
    shutil.copytree(FOLDER, tmp_path / "_data" / "exampleshire")
    monkeypatch.setattr(examples, "files", lambda _: tmp_path)
    monkeypatch.setattr(examples, "__file__", str(tmp_path / "elsewhere" / "placement_opt" / "examples.py"))
    assert exampleshire() == county


def test_a_missing_county_says_what_to_do(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(examples, "files", lambda _: tmp_path)
    monkeypatch.setattr(examples, "__file__", str(tmp_path / "placement_opt" / "examples.py"))
    with pytest.raises(InputError, match="Install placement_opt again"):
        exampleshire()


def test_where_pupils_are_dispersed_the_hub_with_spokes_is_cheapest_and_nearest(
    plans: dict[str, dict[str, Plan]],
) -> None:
    forms = plans["dispersed"]
    hub = forms["hub and spokes"]
    assert [plan.unplaced_pupils for plan in forms.values()] == [0, 0, 0]
    for name in ("special school", "separate bases"):
        assert hub.cost_gbp < forms[name].cost_gbp
        assert hub.travel()["mean_minutes"] < forms[name].travel()["mean_minutes"]
        assert hub.travel()["pupil_miles_per_year"] < forms[name].travel()["pupil_miles_per_year"]


def test_where_pupils_are_clustered_separate_bases_cost_less_than_the_hub_with_spokes(
    plans: dict[str, dict[str, Plan]],
) -> None:
    forms = plans["clustered"]
    assert [plan.unplaced_pupils for plan in forms.values()] == [0, 0, 0]
    assert forms["separate bases"].cost_gbp < forms["hub and spokes"].cost_gbp
    assert forms["separate bases"].travel()["mean_minutes"] - forms["hub and spokes"].travel()["mean_minutes"] < 1


def test_the_dispersed_hub_costs_what_the_hand_reckons(plans: dict[str, dict[str, Plan]]) -> None:
    link_miles = round(float(np.hypot(6_000, 6_000)) / METRES_PER_MILE * 1.3, 3)
    team_travel_gbp = 4 * round(2 * 38 * 2 * link_miles * 0.45, 2)
    base_gbp = 60_000 + 10 * 6_000 + 6 * 9_000
    hub = plans["dispersed"]["hub and spokes"]
    assert hub.cost_gbp == pytest.approx(base_gbp + 140_000 + 12 * 8_662 + team_travel_gbp, abs=0.01)


@pytest.mark.parametrize(("area", "break_even_gbp"), [("dispersed", 208_674), ("clustered", 124_545)])
def test_the_team_price_at_which_the_hub_with_spokes_breaks_even_is_the_documented_one(
    plans: dict[str, dict[str, Plan]], area: str, break_even_gbp: int
) -> None:
    bases, hub = plans[area]["separate bases"], plans[area]["hub and spokes"]
    assert hub.teams["teams"].tolist() == [1]
    assert 140_000 + bases.cost_gbp - hub.cost_gbp == pytest.approx(break_even_gbp, abs=1)
    assert f"£{break_even_gbp:,}" in (ROOT / "docs" / "hub_and_spoke.md").read_text(encoding="utf-8")


def test_the_documented_tables_are_what_the_example_prints(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.syspath_prepend(ROOT / "examples")
    importlib.import_module("hub_and_spoke").main()
    page = (ROOT / "docs" / "hub_and_spoke.md").read_text(encoding="utf-8")
    dispersed, clustered = capsys.readouterr().out.strip().split("\n\n")
    assert f"```text\n{dispersed}\n```" in page
    assert f"```text\n{clustered}\n```" in page


def test_an_unknown_area_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="use one of dispersed, clustered"):
        hub_and_spoke_case("scattered")  # type: ignore[arg-type]
