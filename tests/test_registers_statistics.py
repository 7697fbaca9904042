"""The Department's open statistics: read in the layouts of 2025 and 2026, and set beside an area."""

from pathlib import Path

import pandas as pd
import pytest

import placement_opt as po
from placement_opt.errors import InputError
from placement_opt.problem import Problem
from placement_opt.registers import Statistics, compare_with_statistics, read_registers_with_notes, read_statistics
from placement_opt.registers.statistics import COLUMNS
from placement_opt.registers.statistics_columns import AT_SCHOOL, PLACEMENT_GROUPS

SHARED = Path(__file__).parents[2] / "shared" / "data"
shared = pytest.mark.skipif(not SHARED.is_dir(), reason="needs ../shared/data")
PLACE = "time_period,time_identifier,geographic_level,country_name,region_name,new_la_code,old_la_code,la_name"
CASELOAD_2025 = (
    f"{PLACE},breakdown_topic,breakdown,ehcplans,mainstream_academy,special_academy_free,special_total,AP_PRU_total_pc"
)
CASELOAD_2026 = (
    f"{PLACE},breakdown_topic,breakdown,ehcplans,mainstream_academy,special_academy,special_free_school,special_total,"
    "ap_pru_total_pc"
)
NEED_2026 = f"{PLACE},breakdown_topic,breakdown,ehc_plans,number_asd,number_ds,number_need_unknown,asd_pc"


def write(path: Path, header: str, *rows: str) -> Path:
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return path


def area(name: str = "Exampleshire", period: str = "202425") -> str:
    return f"{period},Spring term,Local authority,England,East,E99000001,999,{name}"


def groups(found: Statistics) -> dict[str, int]:
    table = found.table[(found.table["topic"] == "placement") & (found.table["group"] != "")]
    return {str(name): int(number) for name, number in table.groupby("group")["pupils"].sum().items()}


def test_the_layouts_of_2025_and_2026_say_the_same(tmp_path: Path) -> None:
    old = write(tmp_path / "old.csv", CASELOAD_2025, f"{area()},Total,Total,100,60,40,40,0")
    new = write(tmp_path / "new.csv", CASELOAD_2026, f"{area()},Total,Total,100,60,25,15,40,0")
    assert groups(read_statistics(old)) == groups(read_statistics(new)) == {"mainstream": 60, "state_special": 40}


def test_markers_are_no_figures_and_are_counted(tmp_path: Path) -> None:
    path = write(tmp_path / "need.csv", NEED_2026, f"{area()},Total,Total,100,97,x,z,97.0")
    found = read_statistics(path)
    table = found.table.set_index("category")
    assert table.loc[["ASD", "DS", "unknown"], "marker"].tolist() == ["", "x", "z"]
    assert table["pupils"].isna().to_dict() == {"plans": False, "ASD": False, "DS": True, "unknown": True}
    assert found.noted["reason"].tolist() == ["no figure: x, unavailable", "no figure: z, not applicable"]


def test_age_rows_give_ages_and_their_placements(tmp_path: Path) -> None:
    rows = (
        f"{area()},Total,Total,100,60,40,40,0",
        f"{area()},Age,10,30,20,10,10,0",
        f"{area()},Sex,Female,40,30,10,10,0",
    )
    table = read_statistics(write(tmp_path / "caseload.csv", CASELOAD_2025, *rows)).table
    assert table.loc[table["topic"] == "age", ["category", "pupils"]].to_numpy().tolist() == [["10", 30]]
    assert sorted(table["breakdown"].unique()) == ["", "Age 10", "Sex Female"]


@pytest.mark.parametrize("name", ["Exampleshire", "exampleshire", "999", "E99000001"])
def test_an_area_is_found_by_name_or_number_and_the_rest_counted(tmp_path: Path, name: str) -> None:
    rows = (
        f"{area()},Total,Total,100,60,40,40,0",
        f"{area(period='202324')},Total,Total,90,60,30,30,0",
        "202425,Spring term,Local authority,England,East,E99000002,998,Westshire,Total,Total,50,20,30,30,0",
    )
    found = read_statistics(write(tmp_path / "caseload.csv", CASELOAD_2025, *rows), authority=name)
    assert found.table["authority"].unique().tolist() == ["Exampleshire"]
    assert (found.rows_read["caseload.csv"], found.rows_kept["caseload.csv"]) == (3, 1)
    assert dict(zip(found.dropped["reason"], found.dropped["rows"], strict=True)) == {
        "of another area": 1,
        "of another year than 202425": 1,
    }


def test_an_earlier_year_can_be_asked_for(tmp_path: Path) -> None:
    rows = (f"{area()},Total,Total,100,60,40,40,0", f"{area(period='202324')},Total,Total,90,60,30,30,0")
    path = write(tmp_path / "caseload.csv", CASELOAD_2025, *rows)
    assert groups(read_statistics(path, time_period="202324"))["state_special"] == 30
    with pytest.raises(InputError, match="'201112' is no year"):
        read_statistics(path, time_period="201112")


def test_unknown_columns_are_noted_and_unknown_areas_and_files_are_faults(tmp_path: Path) -> None:
    path = write(tmp_path / "caseload.csv", f"{CASELOAD_2025},new_sort_of_school", f"{area()},Total,Total,9,6,3,3,0,1")
    assert read_statistics(path).noted["reason"].tolist() == ["no known column: new_sort_of_school; left out"]
    with pytest.raises(InputError, match="Is it Exampleshire"):
        read_statistics(path, authority="Examplshire")
    with pytest.raises(InputError, match="holds no counts of plans"):
        read_statistics(write(tmp_path / "other.csv", "a,b", "1,2"))
    with pytest.raises(InputError, match="There is no such file"):
        read_statistics(tmp_path / "none.csv")


def problem_of(special: int, mainstream: int) -> Problem:
    """Return a problem with so many pupils at a special school and at a mainstream school."""
    home = {"easting": 400_000, "northing": 250_000, "year_group": 6}
    pupils = [
        {"pupil_id": "A", **home, "need": "ASD", "count": special, "current_provision_id": "S"},
        {"pupil_id": "B", **home, "need": "SEMH", "count": mainstream, "current_provision_id": "M"},
    ]
    places = [
        {"provision_id": "S", "setting_id": "1", "kind": "special", "places": special, "topup_gbp": 1},
        {"provision_id": "M", "setting_id": "1", "kind": "mainstream", "places": mainstream, "topup_gbp": 1},
    ]
    settings = pd.DataFrame([{"setting_id": "1", "name": "One", "easting": 400_000, "northing": 250_000}])
    return Problem(pupils=pd.DataFrame(pupils), settings=settings, provisions=pd.DataFrame(places))


def test_worcestershires_386_children_over_the_national_share(tmp_path: Path) -> None:
    # The council's own sum of 2019: 1.9 % in special schools against 1.4 % nationally is 386 children of 77,200.
    base = 77_200
    special = round(0.019 * base)
    header = "time_period,area,ehcplans,mainstream_general,state_special"
    path = write(tmp_path / "a.csv", header, "201819,England,1000,986,14")
    table = compare_with_statistics(problem_of(special, base - special), read_statistics(path)).set_index("category")
    assert table.loc["state_special", "difference_pupils"] == pytest.approx(386, abs=0.5)
    assert table.loc["mainstream", "difference_pupils"] == pytest.approx(-386, abs=0.5)
    assert table["area_share"].sum() == table["published_share"].sum() == pytest.approx(1)


def test_ages_and_needs_stand_beside_each_other(tmp_path: Path) -> None:
    rows = (f"{area()},Total,Total,100,60,40,40,0", f"{area()},Age,9,30,20,10,10,0", f"{area()},Age,10,70,20,10,10,0")
    need = write(tmp_path / "need.csv", NEED_2026, f"{area()},Total,Total,100,90,10,5,97.0")
    found = read_statistics([write(tmp_path / "caseload.csv", CASELOAD_2025, *rows), need])
    table = compare_with_statistics(problem_of(30, 10), found).set_index(["topic", "category"])
    # Year 6 next September is Year 5 in January: aged 9 on the 31 August before.
    assert table.loc[("age", "9"), "area_pupils"] == 40
    assert table.loc[("age", "10"), "area_pupils"] == 0
    assert table.loc[("need", "ASD"), ["area_pupils", "published_pupils"]].tolist() == [30, 90]
    assert pd.isna(table.loc[("need", "unknown"), "published_share"])
    assert compare_with_statistics(problem_of(30, 10), found, years_on=0).query("category == '10'")[
        "area_pupils"
    ].tolist() == [40]


def test_one_area_has_to_be_named_where_there_are_several(tmp_path: Path) -> None:
    row = "Total,Total,100,60,40,40,0"
    found = read_statistics(write(tmp_path / "a.csv", CASELOAD_2025, f"{area()},{row}", f"{area('Westshire')},{row}"))
    with pytest.raises(ValueError, match="have 2 areas; name one"):
        compare_with_statistics(po.examples.tiny(), found)
    with pytest.raises(ValueError, match="which is none of the 2 areas"):
        compare_with_statistics(po.examples.tiny(), found, authority="Eastshire")
    assert len(compare_with_statistics(po.examples.tiny(), found, authority="Westshire")) > 0


def test_every_kind_of_provision_has_a_group_that_is_published() -> None:
    table = compare_with_statistics(po.examples.exampleshire(), made_for_every_group())
    held = set(table.loc[(table["topic"] == "placement") & (table["area_pupils"] > 0), "category"])
    assert held <= {*AT_SCHOOL, "no_school", "resourced_provision or sen_unit"}
    pupils = po.examples.exampleshire().pupils
    assert table.loc[table["topic"] == "placement", "area_pupils"].sum() == pupils["count"].sum()


def made_for_every_group() -> Statistics:
    """Return statistics with one pupil in each published column."""
    rows = [
        ("202425", "England", "", "", "placement", "", name, group, 1, "") for name, group in PLACEMENT_GROUPS.items()
    ]
    table = pd.DataFrame(rows, columns=COLUMNS).astype({"pupils": "Int64"})
    return Statistics(table=table, notes=(), rows_read={}, rows_kept={})


@shared
@pytest.mark.shared
def test_the_published_counts_of_england_add_up_by_both_extracts() -> None:
    folder = SHARED / "statistics"
    by_group = groups(read_statistics(folder / "seed_las_and_england_2019_2025.csv", authority="England"))
    raw = pd.read_csv(folder / "england_2025_need_by_placement.csv").set_index("placement")["ehc_plans"]
    assert by_group["state_special"] == raw["Special - LA maintained"] + raw["Special - Academy/free schools"]
    assert by_group["mainstream"] == sum(
        raw[f"Mainstream - {kind}"] for kind in ("academy", "free school", "independent", "LA maintained")
    )
    assert by_group["college"] == raw["FE - total"]
    assert by_group["alternative"] == raw["AP/PRU - total"]


@shared
@pytest.mark.shared
def test_an_invented_return_follows_the_counts_that_it_was_made_from() -> None:
    folder = SHARED / "areas" / "worcestershire"
    reading = read_registers_with_notes(
        register=folder / "edubasealldata.csv", sen2=folder, postcodes=folder / "codepoint_open.csv", years=(-4, 20)
    )
    found = read_statistics(SHARED / "statistics" / "all_las_2025_placements.csv", authority="885")
    table = compare_with_statistics(reading.problem, found).set_index("category")
    for group in ("sen_unit", "resourced_provision", "state_special"):
        assert table.loc[group, "area_pupils"] == pytest.approx(table.loc[group, "published_pupils"], rel=0.2)
