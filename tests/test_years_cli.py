"""`placement-opt years`: several school years from the command line."""

import json
from pathlib import Path

import pandas as pd
import pytest

import placement_opt as po
from placement_opt.cli import main
from placement_opt.examples import tiny_years
from placement_opt.report.year_files import RUN_FILE, TABLE_FILES


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("years") / "input"
    po.write_problem(tiny_years(), folder)
    return folder


def test_the_years_are_planned_and_written(tables: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["years", str(tables), "--out", str(tmp_path / "out"), "--discount", "0.035"]) == 0
    said = capsys.readouterr().out
    assert "2027/28 to 2029/30" in said
    plan = po.load_years_plan(tmp_path / "out" / RUN_FILE)
    assert plan.rules.discount_rate == 0.035
    for name in TABLE_FILES:
        assert (tmp_path / "out" / name).exists()
    money = pd.read_csv(tmp_path / "out" / "money.csv")
    assert money["gbp"].sum() == pytest.approx(plan.cost_gbp + plan.capital_gbp)


def test_a_rule_that_cannot_be_is_wrong_use(tables: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["years", str(tables), "--out", str(tmp_path / "out"), "--discount", "3.5"])
    assert ended.value.code == 2
    assert not (tmp_path / "out").exists()


def test_a_changed_run_is_refused(tables: Path, tmp_path: Path) -> None:
    main(["years", str(tables), "--out", str(tmp_path)])
    document = json.loads((tmp_path / RUN_FILE).read_text(encoding="utf-8"))
    document["weighed_gbp"] = 1.0
    (tmp_path / RUN_FILE).write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(po.InputError, match="changed"):
        po.load_years_plan(tmp_path / RUN_FILE)
