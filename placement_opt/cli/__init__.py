"""The command line: `placement-opt demo, solve, report` and so on; `COMMANDS` below lists every command.

Exit codes: 0 = fine, 1 = the data or the plan is at fault (said clearly), 2 = wrong use.
"""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from placement_opt.arguments import build_parser, wrong_use
from placement_opt.cli.saying import tell, tell_faults
from placement_opt.errors import InputError, PlacementError

__all__ = ["main"]

FINE, AT_FAULT, INTERRUPTED = 0, 1, 130

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
    "worth": "placement_opt.cli.worth:value_places",
    "years": "placement_opt.cli.years:plan_and_write",
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
    parsed = build_parser().parse_args(arguments)
    out: Path | None = getattr(parsed, "out", None)
    if out is not None and out.exists() and not out.is_dir():
        wrong_use(f"{out}: --out names a file; give a folder.")
    module, function = COMMANDS[parsed.command].split(":")
    try:
        getattr(import_module(module), function)(parsed)
    except InputError as error:
        tell_faults(error)
        return AT_FAULT
    except PlacementError as error:
        tell(str(error))
        return AT_FAULT
    except OSError as error:
        tell(f"{error.filename or 'A file'}: {error.strerror or error}.")
        return AT_FAULT
    except KeyboardInterrupt:
        tell("Stopped. Nothing more was written.")
        return INTERRUPTED
    return FINE
