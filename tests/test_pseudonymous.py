"""No pupil is named where nobody has to be: shared papers, logs, messages, names of files, the record of a run."""

import json
import logging
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from placement_opt.plan import load_plan
from placement_opt.report import write_report, write_tables, write_workbook
from placement_opt.report.audit import audit_record, one_fingerprint
from placement_opt.statutory import CATEGORIES
from tests.amounts import IS_NIGHT
from tests.hidden_in import everything_in
from tests.test_numbers_agree import QUESTIONS, Question

ASKED = list(QUESTIONS) if IS_NIGHT else ["made"]
POSTCODE = re.compile(r"\b[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}\b")


@cache
def question(name: str) -> Question:
    return QUESTIONS[name]()


@pytest.mark.parametrize("name", ASKED)
def test_no_paper_to_be_shared_holds_a_pupil_a_home_or_a_postcode(
    name: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    plans, problem, travel = question(name)
    caplog.set_level(logging.DEBUG)
    write_report(tmp_path / "report.html", plans, problem, travel)
    write_workbook(tmp_path / "workbook.xlsx", plans, problem, travel, confidential=False)
    write_tables(tmp_path / "tables", problem, list(plans.values())[-1], plans=plans)
    pupils = problem.pupils
    homes = {f"{east:.0f}" for east in pupils["easting"]} - {f"{east:.0f}" for east in problem.settings["easting"]}
    words = set[str]()
    for text in (*everything_in(tmp_path), caplog.text):
        found = set(re.findall(r"[A-Za-z0-9_-]+", text))
        assert not found & set(pupils["pupil_id"])
        assert set(POSTCODE.findall(text)) <= set(CATEGORIES)
        words |= found
    assert not words & homes
    assert "Provision" in words


def test_the_search_finds_a_pupil_where_there_is_one(tmp_path: Path) -> None:
    plans, problem, travel = question("made")
    write_workbook(tmp_path / "workbook.xlsx", plans, problem, travel)
    text = "\n".join(everything_in(tmp_path))
    assert set(problem.pupils["pupil_id"]) <= set(re.findall(r"[A-Za-z0-9_-]+", text))


def test_the_record_of_a_run_holds_no_pupil(tmp_path: Path) -> None:
    plans, problem, _ = question("tiny")
    plan = load_plan(plans["plan"].save(tmp_path / "run.json"))
    words = set(re.findall(r"[A-Za-z0-9_-]+", json.dumps(dict(plan.record), default=dict)))
    assert not words & set(problem.pupils["pupil_id"])


def test_an_audit_record_says_who_what_and_when_and_holds_no_pupil() -> None:
    plans, problem, _ = question("tiny")
    at = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)
    record = audit_record(plans, problem, made_by="Place planning", purpose="Panel of March", at=at)
    text = json.dumps(record)
    assert not set(re.findall(r"[A-Za-z0-9_-]+", text)) & set(problem.pupils["pupil_id"])
    assert record["at"] == "2026-11-03T09:30:00+00:00"
    assert record["inputs_sha256"] == one_fingerprint(problem.fingerprints())
    assert record["hidden"]["under 5"] > 0
    assert record == audit_record(plans, problem, made_by="Place planning", purpose="Panel of March", at=at)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"made_by": " "}, "`made_by` is blank"),
        ({"purpose": ""}, "`purpose` is blank"),
        ({"at": datetime(2026, 11, 3, 9, 30)}, "without a time zone"),
    ],
)
def test_an_audit_record_without_who_what_for_or_when_is_refused(changed: dict[str, object], words: str) -> None:
    plans, problem, _ = question("tiny")
    given = {"made_by": "Place planning", "purpose": "Panel", "at": datetime(2026, 11, 3, tzinfo=UTC)} | changed
    with pytest.raises(ValueError, match=words):
        audit_record(plans, problem, **given)  # type: ignore[arg-type]


def test_a_shared_report_has_one_fingerprint_over_all_tables(tmp_path: Path) -> None:
    plans, problem, travel = question("tiny")
    page = write_report(tmp_path / "report.html", plans, problem, travel).read_text(encoding="utf-8")
    assert one_fingerprint(problem.fingerprints()) in page
    assert not any(digest in page for digest in problem.fingerprints().values())
