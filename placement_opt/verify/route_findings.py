"""What the walker found: a value that can be read, filtered, shown, or raised."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields

import pandas as pd

from placement_opt.errors import PlanError

Figure = str | float | None
_SHOWN = 20

RULES = (
    "known rows",
    "sequence",
    "actions",
    "places of stops",
    "everybody set down",
    "nobody leaves",
    "known drives",
    "arrivals",
    "waiting",
    "departures",
    "mirrored afternoon",
    "same riders home",
    "one call at a school",
    "counts of stops",
    "ride limit",
    "school times",
    "earliest pick-up",
    "one school",
    "seats",
    "wheelchair places",
    "assistants",
    "travels alone",
    "kept apart",
    "most pupils",
    "vehicles there are",
    "layouts",
    "operators",
    "counts of routes",
    "times of routes",
    "miles",
    "minutes",
    "money",
    "emissions",
    "contracts",
    "riders",
    "duties",
    "modes",
    "price of modes",
    "owed a vehicle",
    "party sizes",
    "unrouted",
    "proof",
)
"""Every rule that is checked, in the order of docs/routing.md."""

LIMITS = frozenset(
    {
        "ride limit",
        "school times",
        "earliest pick-up",
        "one call at a school",
        "one school",
        "seats",
        "wheelchair places",
        "assistants",
        "travels alone",
        "kept apart",
        "most pupils",
        "vehicles there are",
        "owed a vehicle",
        "party sizes",
    }
)
"""Rules that today's routes may break: that they do is worth knowing, and no fault of the record."""


@dataclass(frozen=True)
class RouteFinding:
    """One thing that is wrong with routes.

    Parameters
    ----------
    rule
        One of `RULES`.
    figure
        What is wrong: the name of a column, or of what was worked out.
    given, right
        What the routes say, and what it should be; None where there is nothing of the kind.
    limit
        What it must not go beyond; None where there is no limit.
    route_id, run, sequence, pupil_id, setting_id
        Where; blank or 0 = not of one.

    Examples
    --------
    >>> print(RouteFinding("seats", "aboard on seats", 5, limit=4, route_id="R1", run="morning", sequence=3))
    seats: route R1, morning, stop 3: aboard on seats is 5; the limit is 4.
    """

    rule: str
    figure: str
    given: Figure = None
    right: Figure = None
    limit: Figure = None
    route_id: str = ""
    run: str = ""
    sequence: int = 0
    pupil_id: str = ""
    setting_id: str = ""

    def __str__(self) -> str:
        where = [
            f"{word}{value}"
            for word, value in (
                ("route ", self.route_id),
                ("", self.run),
                ("stop ", self.sequence),
                ("pupil ", self.pupil_id),
                ("school ", self.setting_id),
            )
            if value
        ]
        said = self.figure if self.given is None else f"{self.figure} is {_shown(self.given)}"
        if self.right is not None:
            said += f"; it should be {_shown(self.right)}"
        if self.limit is not None:
            said += f"; the limit is {_shown(self.limit)}"
        return f"{self.rule}: {', '.join(where)}{': ' if where else ''}{said}."


@dataclass(frozen=True, repr=False)
class RouteCheck:
    """What was checked of routes, and what was found.

    Parameters
    ----------
    rules
        The names of the rules that were checked.
    findings
        Everything that is wrong; empty for right routes.
    broken
        Limits that today's routes (`Status.BASELINE`) do not keep to. Nobody planned those by the rules, so this is a
        list for a reviewer and not a fault. Always empty for planned routes, whose broken limits are findings.

    Examples
    --------
    >>> RouteCheck(RULES)
    RouteCheck(right, 42 rules)
    """

    rules: tuple[str, ...]
    findings: tuple[RouteFinding, ...] = ()
    broken: tuple[RouteFinding, ...] = ()

    @property
    def is_right(self) -> bool:
        """Whether nothing wrong was found; broken limits of today's routes are not counted."""
        return not self.findings

    def raise_if_wrong(self) -> None:
        """Do nothing for right routes.

        Raises
        ------
        PlanError
            When anything was found; it lists every finding.
        """
        if self.findings:
            raise PlanError([str(finding) for finding in self.findings])

    def table(self) -> pd.DataFrame:
        """Return one row for each finding and each broken limit; `sort` is wrong or broken."""
        names = [item.name for item in fields(RouteFinding)]
        rows = [
            (sort, *astuple(finding))
            for sort, found in (("wrong", self.findings), ("broken", self.broken))
            for finding in found
        ]
        return pd.DataFrame(rows, columns=["sort", *names], dtype="object")

    def summary(self) -> str:
        """Return the outcome in a few lines of text, with the first findings."""
        if self.is_right:
            lines = [f"The routes are right: {len(self.rules)} rules, nothing found."]
        else:
            lines = [f"The routes are wrong: {_counted(len(self.findings), 'finding')}."]
            lines += _listed(self.rules, self.findings)
        if self.broken:
            lines.append(f"Today's routes do not keep to {_counted(len(self.broken), 'limit')}.")
            lines += _listed(self.rules, self.broken)
        return "\n".join(lines)

    def __repr__(self) -> str:
        outcome = "right" if self.is_right else _counted(len(self.findings), "finding")
        broken = f", {_counted(len(self.broken), 'broken limit')}" if self.broken else ""
        return f"RouteCheck({outcome}, {len(self.rules)} rules{broken})"


def sorted_out(found: Iterable[RouteFinding], *, is_today: bool) -> RouteCheck:
    """Return findings as a check; for today's routes broken limits apart."""
    everything = tuple(found)
    broken = tuple(finding for finding in everything if is_today and finding.rule in LIMITS)
    wrong = tuple(finding for finding in everything if not (is_today and finding.rule in LIMITS))
    return RouteCheck(RULES, wrong, broken)


def _listed(rules: Iterable[str], found: tuple[RouteFinding, ...]) -> list[str]:
    per_rule = Counter(finding.rule for finding in found)
    lines = [f"  {name}: {per_rule[name]:,}" for name in rules if name in per_rule]
    lines += [f"- {finding}" for finding in found[:_SHOWN]]
    if len(found) > _SHOWN:
        lines.append(f"- and {len(found) - _SHOWN:,} more")
    return lines


def _shown(value: Figure) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and not value.is_integer():
        return "unknown" if value != value else f"{value:,.4f}"  # noqa: PLR0124 - NaN is not itself
    if value == "":
        return "blank"
    return f"{value:.0f}" if isinstance(value, float) else str(value)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
