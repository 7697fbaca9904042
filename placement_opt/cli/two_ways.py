"""The command that sets two places for one pupil side by side: what each costs, who pays, when it pays back."""

import argparse
from dataclasses import asdict
from io import BytesIO
from pathlib import Path

import pandas as pd

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, plain, rows
from placement_opt.cli.saying import Voice
from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_whole
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.why.two_ways import BASES, TwoWays, two_ways
from placement_opt.why.two_ways.prices import Ways, ways_from


def set_beside(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Say what two places would cost for one pupil of a saved run, at the prices of its tables."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    extra = {
        place: _lines(path)
        for place, path in ((parsed.first, parsed.first_lines), (parsed.second, parsed.second_lines))
        if path is not None
    }
    try:
        ways = ways_from(problem, travel, plan, parsed.pupil, parsed.first, parsed.second, extra_lines=extra)
        beside = two_ways(
            ways.first, ways.second, years=_years(parsed, ways), discount_rate=parsed.discount, start=parsed.start
        )
    except InputError:
        raise
    except ValueError as error:
        wrong_use(f"two-ways: {error}")
    voice.say(beside.summary())
    for note in ways.notes:
        voice.say(note)
    return Reply(_answer(beside, ways), holds_pupils=True)


def _years(parsed: argparse.Namespace, ways: Ways) -> int:
    if parsed.years is not None:
        years: int = parsed.years
        return years
    if ways.years_left is None:
        wrong_use("two-ways: nobody knows when a phase ends from Year 12 on; give --years.")
    return ways.years_left


def _answer(beside: TwoWays, ways: Ways) -> dict[str, object]:
    return {
        "years": beside.years,
        "figures": rows(beside.table),
        "by_payer": {basis: rows(beside.by_payer(basis)) for basis in BASES},
        "payback": {basis: plain(asdict(beside.payback(basis))) for basis in BASES},
        "lines": {way.name: rows(way.lines) for way in (ways.first, ways.second)},
        "notes": list(ways.notes),
    }


def _lines(path: Path) -> pd.DataFrame:
    """Read cost lines; what is wrong with them is said by whoever takes them."""
    try:
        lines = pd.read_csv(BytesIO(read_whole(path)), dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        message = f"The file is no CSV in UTF-8 ({type(error).__name__}). docs/two_ways.md names the columns."
        raise InputError([Fault(path.name, "", "", "", message)]) from None
    if lines.empty:
        message = "The file holds no cost line. docs/two_ways.md names the columns; without lines leave the option out."
        raise InputError([Fault(path.name, "", "", "", message)])
    return lines.replace("", None)
