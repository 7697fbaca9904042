"""The command line: `placement-opt demo, solve, report` and so on; `COMMANDS` below lists every command.

Exit codes: 0 = fine, 1 = the data or the plan is at fault (said clearly), 2 = wrong use.
"""

import argparse
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from placement_opt.arguments import build_parser
from placement_opt.arguments.values import WrongUse, wrong_use
from placement_opt.cli.saying import Voice
from placement_opt.errors import PlacementError

if TYPE_CHECKING:
    from placement_opt.cli.reply import Reply

__all__ = ["main"]

FINE, AT_FAULT, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "demo": "placement_opt.cli.planning:demo",
    "template": "placement_opt.cli.tables:template",
    "registers": "placement_opt.cli.register_files:registers",
    "check": "placement_opt.cli.tables:check",
    "check-travel": "placement_opt.cli.tables:check_journeys",
    "solve": "placement_opt.cli.planning:solve_tables",
    "fairness": "placement_opt.cli.fairness:show_fairness",
    "cure": "placement_opt.cli.cure:find_cures",
    "compare": "placement_opt.cli.runs:compare_runs",
    "diff": "placement_opt.cli.diff:compare_two",
    "explain": "placement_opt.cli.explain:explain_pupils",
    "report": "placement_opt.cli.planning:report",
    "routes": "placement_opt.cli.routes:plan_and_write",
    "scenarios": "placement_opt.cli.scenarios:solve_file",
    "tables": "placement_opt.cli.returns:write_returns",
    "verify": "placement_opt.cli.runs:verify_run",
    "audit": "placement_opt.cli.audit:print_audit",
    "what-if": "placement_opt.cli.what_if:hold_against_cases",
    "two-ways": "placement_opt.cli.two_ways:set_beside",
    "worth": "placement_opt.cli.worth:value_places",
    "years": "placement_opt.cli.years:plan_and_write",
    "init": "placement_opt.cli.project:write_example",
    "run": "placement_opt.cli.project:do_project",
    "completion": "placement_opt.cli.completion:print_script",
}
"""Where each command is. Only the one that is asked for is loaded: `verify` must run where no solver is installed."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments
        Without the program's name; None = from the shell.

    Returns
    -------
    int
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    voice, command = Voice(is_json="--json" in given), next((word for word in given if word in COMMANDS), "")
    try:
        parsed = build_parser().parse_args(given)
        command = parsed.command
        voice = _voice(parsed)
        _check_out(getattr(parsed, "out", None))
        module, function = COMMANDS[command].split(":")
        _tell_versions(voice)
        reply = getattr(import_module(module), function)(parsed, voice)
        voice.detail("Done.")
    except (WrongUse, PlacementError, OSError, MemoryError, KeyboardInterrupt) as error:
        return _ended_by(error, voice, command)
    if voice.is_json:
        _print_document(voice, command, FINE, reply)
    return FINE


def _voice(parsed: argparse.Namespace) -> Voice:
    chosen = {name: getattr(parsed, name, False) for name in ("json", "quiet", "verbose")}
    return Voice(is_json=chosen["json"], is_quiet=chosen["quiet"], is_verbose=chosen["verbose"])


def _check_out(out: Path | None) -> None:
    if out is not None and out.exists() and not out.is_dir():
        wrong_use(f"{out}: --out names a file; give a folder.")


def _tell_versions(voice: Voice) -> None:
    if voice.is_verbose:
        names = ("placement_opt", "numpy", "pandas", "geopandas", "pulp", "highspy", "pot", "pyvrp")
        told = ", ".join(f"{name} {version(name)}" for name in names)
        voice.detail(f"Python {platform.python_version()} on {platform.platform()}; {told}.")


def _ended_by(error: BaseException, voice: Voice, command: str) -> int:
    """Say what ended a command, and return the exit code; wrong use ends the program itself."""
    voice.fault(error)
    is_wrong_use = isinstance(error, WrongUse)
    code = WRONG_USE if is_wrong_use else INTERRUPTED if isinstance(error, KeyboardInterrupt) else AT_FAULT
    if voice.is_json:
        from placement_opt.cli.reply import error_reply  # noqa: PLC0415 - loads when used

        _print_document(voice, command, code, error_reply(error))
    if is_wrong_use:
        raise error
    return code


def _print_document(voice: Voice, command: str, code: int, reply: "Reply") -> None:
    voice.document(
        {
            "placement_opt": version("placement_opt"),
            "command": command,
            "exit_code": code,
            "holds_pupils": reply.holds_pupils,
            "answer": reply.answer,
            "error": reply.error,
            "files": voice.written,
        }
    )
