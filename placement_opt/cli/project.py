"""The commands about project files: writing an example, and doing what one says."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.planning import RUN_FILE, Asked, Papers, origin_of, plan_and_write
from placement_opt.cli.project_example import example_text
from placement_opt.cli.project_file import Project, read_project
from placement_opt.cli.reading import question
from placement_opt.cli.reply import Reply
from placement_opt.cli.saying import Voice
from placement_opt.cli.writing import read_by
from placement_opt.whole_files import written_beside

STATUTORY_FOLDER = "statutory"


def write_example(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Write a project file in which every entry is explained."""
    path: Path = parsed.path
    if path.exists():
        wrong_use(f"{path} is there already; give another name, or remove it.")
    with written_beside(path) as draft:
        draft.write_text(example_text(), encoding="utf-8")
    voice.wrote("project", path)
    return Reply({})


def do_project(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Do all that a project file says, and keep the file in the record of the run."""
    project = read_project(parsed.project)
    for note in project.notes:
        voice.tell(note)
    asked = _as_options(project)
    answer = (_plan_years if "years" in project.parts else _plan_one_year)(project, asked, voice)
    return Reply({"sha256": project.sha256, **answer})


def _plan_years(project: Project, asked: argparse.Namespace, voice: Voice) -> Mapping[str, Any]:
    from placement_opt.cli.years import plan_all  # noqa: PLC0415 - loads when used

    origin = {**origin_of(asked), **_record(project, asked.out)}
    return plan_all(asked, project.policy, project.year_rules, project.options, origin, voice).answer or {}


def _plan_one_year(project: Project, asked: argparse.Namespace, voice: Voice) -> Mapping[str, Any]:
    output = project.parts["output"]
    problem, travel = question(asked)
    origin = {**origin_of(asked), **_record(project, asked.out)}
    papers = Papers(output["report"], output["workbook"], output["confidential_report"])
    to_plan = Asked(problem, travel, project.policy, project.options, origin, tuple(read_by(asked)))
    plan, reply = plan_and_write(to_plan, asked.out, papers, voice)
    answer: dict[str, Any] = {**(reply.answer or {})}
    if output["statutory_tables"]:
        from placement_opt.report import write_tables  # noqa: PLC0415 - loads when used

        voice.wrote("tables", write_tables(asked.out / STATUTORY_FOLDER, problem, plan), "small groups are hidden")
    if "scenarios" in project.parts:
        from placement_opt.cli.scenarios import solve_all  # noqa: PLC0415 - loads when used

        voice.say("")
        answer["scenarios"] = solve_all(asked, project.policy, project.options, voice).answer
    if "routes" in project.parts:
        from placement_opt.cli.routes import plan_and_write as plan_routes  # noqa: PLC0415 - loads when used

        voice.say("")
        answer["routes"] = plan_routes(_routes_options(project, asked), voice).answer
    return answer


def _as_options(project: Project) -> argparse.Namespace:
    """Return what the file says of tables and journeys as the command line would."""
    given = dict(project.parts["input"])
    is_straight = not (given["travel"] or given["roads"])
    given |= {} if is_straight else {"circuity": None, "mph": None}
    given["input"] = given.pop("tables")
    scenarios = project.parts.get("scenarios", {"file": None, "workers": 1})
    return argparse.Namespace(
        **given,
        out=project.parts["output"]["folder"],
        scenarios=scenarios["file"],
        workers=scenarios["workers"],
        project_text=project.text,
    )


def _routes_options(project: Project, asked: argparse.Namespace) -> argparse.Namespace:
    """Return what the file says of routes as the command line would, for the run that has just been written."""
    given = dict(project.parts["routes"])
    given |= project.rules.as_dict()
    given["pupil_column"] = list(given.pop("pupil_columns") or ())
    return argparse.Namespace(
        **given,
        source=asked.out / RUN_FILE,
        out=asked.out,
        input=None,
        post16_transport=None,
        postcodes=None,
        travel=None,
        roads=None,
        roads_cache=asked.roads_cache,
        circuity=None,
        mph=None,
    )


def _record(project: Project, out: Path) -> dict[str, str]:
    """Return the file for the record of the run: where it is, its hash and all that it says."""
    return {
        "project": os.path.relpath(project.path, out),
        "project_sha256": project.sha256,
        "project_text": project.text,
    }
