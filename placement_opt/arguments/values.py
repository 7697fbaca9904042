"""The values that parsed options stand for; options that cannot be are wrong use."""

import argparse
from typing import NoReturn

from placement_opt.policy import Policy, Post16, SolveOptions
from placement_opt.route_rules import RouteRules
from placement_opt.year_rules import YearRules


def policy_of(parsed: argparse.Namespace) -> Policy:
    """Return the policy that the options describe; values that cannot be are wrong use."""
    try:
        return Policy(
            moves=parsed.moves,
            max_moves=parsed.max_moves,
            requests=parsed.requests,
            mainstream=parsed.mainstream,
            siblings=parsed.siblings,
            cost_basis=parsed.cost_basis,
            max_minutes=parsed.max_minutes,
            authorities=tuple(parsed.authority) if parsed.authority else None,
            post16_transport=post16_of(parsed),
        )
    except ValueError as error:
        wrong_use(str(error))


def post16_of(parsed: argparse.Namespace) -> Post16:
    """Return what the options say of transport from Year 12 on; where they are silent, the default."""
    if parsed.post16_transport is None:
        return Policy().post16_transport
    chosen: Post16 = parsed.post16_transport.replace("-", " ")
    return chosen


def year_rules_of(parsed: argparse.Namespace) -> YearRules:
    """Return the rules of several years that a command line states."""
    try:
        return YearRules(parsed.within_phase, discount_rate=parsed.discount, count_capital=parsed.count_capital)
    except ValueError as error:
        wrong_use(str(error))


def options_of(parsed: argparse.Namespace) -> SolveOptions:
    """Return how hard to look, as the options say; values that cannot be are wrong use."""
    try:
        return SolveOptions(gap=parsed.gap, time_limit_s=parsed.time_limit, threads=parsed.threads, seed=parsed.seed)
    except ValueError as error:
        wrong_use(str(error))


def rules_of(parsed: argparse.Namespace) -> RouteRules:
    """Return the rules of routes that the options describe; values that cannot be are wrong use."""
    try:
        return RouteRules(
            together=parsed.together,
            afternoon=parsed.afternoon,
            detour=parsed.detour,
            most_pupils=parsed.most_pupils,
            arrive_from=parsed.arrive_from,
            arrive_by=parsed.arrive_by,
            leave_from=parsed.leave_from,
            leave_by=parsed.leave_by,
        )
    except ValueError as error:
        wrong_use(str(error))


class WrongUse(SystemExit):
    """The command is not used as it can be: the program ends with exit code 2.

    Parameters
    ----------
    message
        What is wrong, and what to give.
    """

    def __init__(self, message: str) -> None:
        super().__init__(2)
        self.message = message

    def __str__(self) -> str:
        return self.message


def wrong_use(message: str) -> NoReturn:
    """End the command with exit code 2 and say what is wrong with it."""
    raise WrongUse(message)
