"""What the command `routes` understands."""

import argparse
from pathlib import Path
from typing import get_args

from placement_opt.arguments.shared import INPUT_HELP, add_journeys, add_out, add_post16
from placement_opt.route_rules import Afternoon, RouteRules, Together


def add_routes(parser: argparse.ArgumentParser) -> None:
    """Add the options of `routes`."""
    default = RouteRules()
    add = parser.add_argument
    add(
        "source",
        type=Path,
        metavar="RUN_OR_TABLES",
        help=f"a run.json of `solve` or its folder: routes of the plan; or {INPUT_HELP}: of today's placements",
    )
    add("--input", type=Path, help=f"of a run: {INPUT_HELP}; default: where the run was made from")
    add_journeys(parser)
    add(
        "--legs",
        type=Path,
        help="drives between all stops: CSV of from_id, to_id, minutes, miles, or roads as --roads takes them; "
        "default: as the journeys were made",
    )
    add_out(parser)
    add("--today", type=Path, metavar="FILE", help="the routes that run today (CSV), to set beside the planned ones")
    add(
        "--choose-places",
        action="store_true",
        help="choose the places anew, together with the routes, by the policy of the run; plans routes five times",
    )
    add(
        "--pupil-column",
        action="append",
        default=[],
        metavar="NAME",
        help="a column of your own in the pupils' table to show on route sheets, as an address; may be repeated",
    )
    add_post16(parser, None, "of today's placements; a run has its own policy")
    group = parser.add_argument_group("rules", "what the council decides before routes are planned")
    shares = "single = pupils of one school, mixed = of several"
    group.add_argument(
        "--together", choices=get_args(Together), default=default.together, help=f"who shares a vehicle: {shares}"
    )
    turned = "mirrored = the morning turned round, solved = planned on its own"
    group.add_argument(
        "--afternoon", choices=get_args(Afternoon), default=default.afternoon, help=f"way home: {turned}"
    )
    group.add_argument(
        "--detour",
        default=default.detour,
        type=_detour,
        help="longest ride, times the direct drive, where even that is longer than the guide; none = no route for "
        f"those (default {default.detour:g}, an assumption)",
    )
    group.add_argument("--most-pupils", type=int, help="most pupils on a route")
    for name, what in (
        ("arrive-from", "schools take vehicles in from"),
        ("arrive-by", "vehicles arrive by"),
        ("leave-from", "schools let pupils go from"),
        ("leave-by", "vehicles begin to pick up by"),
    ):
        time = getattr(default, name.replace("-", "_"))
        group.add_argument(
            f"--{name}", metavar="HH:MM", default=time, help=f"{what}, where settings do not say: {time}"
        )
    search = parser.add_argument_group("search")
    search.add_argument(
        "--seconds",
        type=float,
        default=60.0,
        help="about how long to look for better routes; what can be looked at whole is (default 60)",
    )
    search.add_argument("--seed", type=int, default=0, help="seed of the search (default 0)")


def _detour(text: str) -> float | None:
    try:
        return None if text == "none" else float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no number; use 1 to 10 times the direct drive, or none"
        ) from None
