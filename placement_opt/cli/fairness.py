"""The command that shows a saved run by groups of pupils."""

import argparse

import pandas as pd

from placement_opt.arguments.values import wrong_use
from placement_opt.cli.reading import question_of_run
from placement_opt.cli.reply import Reply, rows
from placement_opt.cli.saying import Voice
from placement_opt.errors import InputError
from placement_opt.plan import load_plan
from placement_opt.verify import verify
from placement_opt.why.fairness import fairness
from placement_opt.why.fairness.figures import COUNTS, DECIMALS
from placement_opt.why.fairness.shown import SHARES


def show_fairness(parsed: argparse.Namespace, voice: Voice) -> Reply:
    """Print journeys, unmet need and £ of a run by groups of pupils, small groups hidden."""
    plan = load_plan(parsed.run_file)
    problem, travel = question_of_run(parsed, plan)
    verify(problem, travel, plan).raise_if_wrong()
    try:
        found = fairness(
            problem,
            travel,
            plan,
            parsed.by,
            suppress_below=parsed.suppress_below,
            kappa=parsed.kappa,
            home_authority=parsed.home_authority,
        )
    except InputError:
        raise
    except ValueError as error:
        wrong_use(f"fairness: {error}")
    groups = found.groups
    blocks = (
        ("Pupils", [*COUNTS, *SHARES]),
        ("Minutes one way", list(DECIMALS)),
        ("£ a year", ["placed", "placement_gbp", "gbp_each"]),
    )
    for title, names in blocks:
        voice.say(f"{title}\n{_text(groups[[name for name in names if name in groups.columns]])}\n")
    voice.say(found.summary())
    answer = {
        "by": found.by,
        "hidden_below": found.suppress_below,
        "hidden_groups": found.hidden_groups,
        "groups": rows(groups),
        "gaps": rows(found.gaps),
    }
    return Reply(answer, holds_pupils=found.suppress_below <= 1)


def _text(table: pd.DataFrame) -> str:
    return table.to_string(na_rep="-", float_format=lambda value: f"{value:,.10g}")
