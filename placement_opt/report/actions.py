"""What has to be done so that the plan comes about: actions worked out from it, with who does them and by when."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.report.budget_tables import spending
from placement_opt.report.grid import Grid, text_cell
from placement_opt.report.names import KIND_NAMES
from placement_opt.report.small_tables import read_small_table
from placement_opt.report.subject import Subject

ACTIONS: Mapping[str, str] = {
    "unplaced": "Find places for pupils without one",
    "open": "Open a provision",
    "classes": "Add classes",
    "close": "Close a provision",
    "over": "Agree places over the number",
    "moves": "Consult families whose child would move",
    "journeys": "Look at journeys over the guidance",
    "outreach": "Agree the hub's outreach",
    "budget": "Cover what is over a budget",
}
"""Kinds of action, by the name that owners use."""

_CLOSED = frozenset({"closable"})


@dataclass(frozen=True)
class Owner:
    """Who does one kind of action, and by when.

    Parameters
    ----------
    kind
        A name of `ACTIONS`.
    owner
        A team or an office.
    due
        A day as YYYY-MM-DD; blank = not agreed yet.

    Raises
    ------
    ValueError
        When the kind is not known, the owner is blank, or `due` is no day.
    """

    kind: str
    owner: str
    due: str = ""

    def __post_init__(self) -> None:
        if self.kind not in ACTIONS:
            raise ValueError(f"`kind` is {self.kind!r}; use one of {', '.join(ACTIONS)}.")
        if not self.owner.strip():
            raise ValueError(f"`owner` of {self.kind} is blank; name a team or leave the row out.")
        try:
            date.fromisoformat(self.due or "2000-01-01")
        except ValueError:
            raise ValueError(f"`due` of {self.kind} is {self.due!r}; use a day as YYYY-MM-DD.") from None


def read_owners(path: str | Path) -> tuple[Owner, ...]:
    r"""Read who does which kind of action from a CSV table: kind, owner, due.

    Parameters
    ----------
    path
        The table, in UTF-8. `ACTIONS` has the names of the kinds.

    Raises
    ------
    InputError
        When the file cannot be read, or says something that is not understood; it lists every fault.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = Path(folder) / "owners.csv"
    ...     _ = table.write_text("kind,owner,due\nopen,Place planning,2027-01-31\n")
    ...     read_owners(table)
    (Owner(kind='open', owner='Place planning', due='2027-01-31'),)
    """
    return read_small_table(Path(path), Owner, numbers=(), key="kind")


def actions(subject: Subject, owners: Sequence[Owner]) -> Grid:
    """Return what the main plan asks people to do, with room for a name and a day where nobody is named.

    Parameters
    ----------
    subject
        What is reported. An action about a count that is hidden does not say the count, and one that would say that
        there is a small group at a provision is left out.
    owners
        At most one for each kind of action.
    """
    named = {one.kind: one for one in owners}
    rows = []
    for kind, what in _found(subject):
        owner = named.get(kind)
        who = ("to be named", "to be agreed") if owner is None else (owner.owner, owner.due or "to be agreed")
        rows.append((text_cell(ACTIONS[kind]), text_cell(what), *(text_cell(cell) for cell in who), text_cell(kind)))
    note = (
        "Worked out from the plan. It proposes; people decide, and agree each placement with the family and the school."
    )
    if not subject.confidential:
        note += " Where pupils at a provision may not be counted here, its places over the number are left out."
    return Grid("actions", f"Actions, {subject.main}", _HEADS, tuple(rows), note=note)


_HEADS = ("Action", "What", "Owner", "By when", "Kind")


def _found(subject: Subject) -> Iterator[tuple[str, str]]:
    """Yield kind and words of every action, in the order of `ACTIONS`."""
    name = subject.main
    yield from _counted(subject, "unplaced", [(("unplaced", name), "without a place")])
    yield from _of_provisions(subject)
    yield from _counted(subject, "moves", [(("moves", name), "who would leave a present place")])
    over = [(("over primary", name), "up to Year 6"), (("over secondary", name), "from Year 7")]
    yield from _counted(subject, "journeys", over)
    teams = subject.plans[name].teams
    schools = dict(zip(subject.plans[name].use["provision_id"], subject.plans[name].use["setting_name"], strict=True))
    for _, row in teams.iterrows():
        spokes = f"{row['spokes']} spoke{'' if row['spokes'] == 1 else 's'}"
        yield "outreach", f"{schools[row['hub_id']]} ({row['hub_id']}): {spokes}"
    yield from _budgets(subject)


def _counted(subject: Subject, kind: str, parts: Sequence[tuple[Hashable, str]]) -> Iterator[tuple[str, str]]:
    for key, words in parts:
        if subject.is_hidden(key):
            yield kind, f"Pupils {words}: {subject.marks[key]}"
        elif subject.counts[key]:
            count = subject.counts[key]
            yield kind, f"{count:,} pupil{'' if count == 1 else 's'} {words}"


def _of_provisions(subject: Subject) -> Iterator[tuple[str, str]]:
    name = subject.main
    use = subject.plans[name].use
    for _, row in use[(use["status"] == "candidate") & use["is_open"]].iterrows():
        yield "open", f"{_where(row)}: {row['places']:,} places{_capital(row)}"
    for _, row in use[use["classes"] > 0].iterrows():
        yield "classes", f"{_where(row)}: {row['classes']}{_capital(row)}"
    for _, row in use[use["status"].isin(_CLOSED) & ~use["is_open"]].iterrows():
        yield "close", _where(row)
    for _, row in use[use["places_over"] > 0].iterrows():
        if not subject.is_hidden(("provision", name, row["provision_id"])):
            yield "over", f"{_where(row)}: {row['places_over']} over {row['places']}"


def _budgets(subject: Subject) -> Iterator[tuple[str, str]]:
    for _, budget in subject.problem.table("budgets").iterrows():
        if subject.confidential or budget["type"] == "capital":
            over = spending(subject.plans[subject.main], subject.problem, budget) - float(budget["limit_gbp"])
            if over > 0:
                yield "budget", f"{budget['budget']}: £{over:,.0f} over its limit"


def _where(row: "pd.Series[Any]") -> str:
    return f"{row['setting_name']}, {KIND_NAMES[row['kind']].lower()} ({row['provision_id']})"


def _capital(row: "pd.Series[Any]") -> str:
    return f", £{row['capital_gbp']:,.0f} once" if row["capital_gbp"] else ""
