"""A scenario: a name and the changes that it makes to a question. Frozen values; what they are applied to stays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_word
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.schema import TABLES

Edit = Callable[[Problem, Policy], tuple[Problem, Policy]]
"""What a change does: returns another question, and touches neither of those that it is given."""

_TABLES = tuple(name for name in TABLES if name != "parameters")


@dataclass(frozen=True, eq=False)
class Change:
    """One change to a question. The verbs of `scenarios.sites`, `scenarios.money` and `scenarios.wishes` make them.

    Parameters
    ----------
    words
        What changes, in plain words.
    edit
        What makes the changed question. For processes it has to pickle: a function of a module, or a
        `functools.partial` of one.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> def near_only(problem, policy):
    ...     return problem, replace(policy, max_minutes=45)
    >>> change = Change("no journey over 45 minutes", near_only)
    >>> change.apply(tiny(), Policy())[1].max_minutes
    45
    """

    words: str
    edit: Edit

    def apply(self, problem: Problem, policy: Policy) -> tuple[Problem, Policy]:
        """Return the changed question; the one that is given stays as it is.

        Raises
        ------
        InputError
            When the change does not fit the question, or changes nothing in it.
        """
        after = self.edit(problem, policy)
        if not changed_tables(problem, after[0]) and policy == after[1] and problem.parameters == after[0].parameters:
            raise InputError([Fault("", "", "", "", "This changes nothing here. Remove the change, or correct it.")])
        return after

    def describe(self) -> str:
        """Return what changes, in plain words."""
        return self.words

    def __repr__(self) -> str:
        return f"Change({self.words})"


@dataclass(frozen=True, eq=False)
class Scenario:
    """A named set of changes, made one after the other.

    Parameters
    ----------
    name
        What it is called in tables.
    changes
        At least one.
    note
        Why it is looked at, for the record.

    Raises
    ------
    ValueError
        When the name is blank or there is no change.
    TypeError
        When something among the changes is no `Change`.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.scenarios.places import add_places
    >>> from placement_opt.scenarios.sites import close
    >>> scenario = Scenario("no special school", [close("B-special"), add_places("A-base", 1)])
    >>> print(scenario.describe())
    no special school: close B-special; add 1 place to A-base
    >>> changed, policy = scenario.apply(tiny())
    >>> changed.provisions.loc[changed.provisions["status"] == "closed", "provision_id"].tolist()
    ['B-special']
    """

    name: str
    changes: Sequence[Change]
    note: str = ""

    def __post_init__(self) -> None:
        if not is_word(self.name):
            raise ValueError(f"`name` is {self.name!r}; give the scenario a name.")
        object.__setattr__(self, "changes", _changes(self.name, self.changes))

    def apply(self, problem: Problem, policy: Policy | None = None) -> tuple[Problem, Policy]:
        """Return the changed question; the one that is given stays as it is.

        Parameters
        ----------
        problem, policy
            The question without changes; None = the default policy.

        Raises
        ------
        InputError
            When a change does not fit; it lists the faults of all changes. One that does not fit is passed over, so
            that a fault of a later change may come from it.
        """
        policy, faults = policy or Policy(), []
        for change in self.changes:
            try:
                problem, policy = change.apply(problem, policy)
            except InputError as error:
                faults += [_of_change(self.name, change, fault) for fault in error.faults]
        if faults:
            raise InputError(faults)
        return problem, policy

    def describe(self) -> str:
        """Return the name and the changes in plain words."""
        return f"{self.name}: {'; '.join(change.describe() for change in self.changes)}"

    def effects(self, problem: Problem, policy: Policy | None = None) -> pd.DataFrame:
        """Return what the changes did to the tables, counted, those that follow from others included.

        Closing a provision, say, also takes back officers' decisions that a pupil must go there.

        Returns
        -------
        DataFrame
            Columns table, column, what (added, removed, changed, or a policy's old and new value) and rows.
        """
        before = (problem, policy or Policy())
        return effects_between(before, self.apply(*before))

    def __repr__(self) -> str:
        return f"Scenario({self.describe()})"


def _changes(name: str, given: object) -> tuple[Change, ...]:
    changes = tuple(given) if isinstance(given, Sequence) else (given,)
    wrong = [repr(change) for change in changes if not isinstance(change, Change)]
    if wrong:
        raise TypeError(f"{', '.join(wrong)} is no Change; make one with a verb such as close(...).")
    if not changes:
        raise ValueError(f"Scenario {name!r} has no change; give at least one.")
    return changes


def effects_between(before: tuple[Problem, Policy], after: tuple[Problem, Policy]) -> pd.DataFrame:
    """Return what differs between two questions, counted; see `Scenario.effects`."""
    (problem, policy), (problem_after, policy_after) = before, after
    closed = _left_without(problem, problem_after)
    rows = [("pupils", "current_provision_id", "present place closed", closed)] if closed else []
    rows += [
        row for name in changed_tables(problem, problem_after) for row in _effects_on(name, problem, problem_after)
    ]
    rows += [
        ("policy", field.name, f"{getattr(policy, field.name)} to {getattr(policy_after, field.name)}", 1)
        for field in fields(Policy)
        if getattr(policy, field.name) != getattr(policy_after, field.name)
    ]
    return pd.DataFrame(rows, columns=["table", "column", "what", "rows"])


def changed_tables(before: Problem, after: Problem) -> list[str]:
    """Return the names of the tables that differ between two problems."""
    if before is after:
        return []
    return [name for name in _TABLES if not before.table(name).equals(after.table(name))]


def _left_without(before: Problem, after: Problem) -> int:
    """Return how many pupils have a present place that is closed after, and was not before."""
    shut, shut_before = (
        set(frame.loc[frame["status"] == "closed", "provision_id"]) for frame in (after.provisions, before.provisions)
    )
    pupils = after.pupils
    return int(pupils.loc[pupils["current_provision_id"].isin(shut - shut_before), "count"].sum())


def _of_change(name: str, change: Change, fault: Fault) -> Fault:
    where = f"scenario {name}, {change.describe()}"
    return replace(fault, table=f"{where}: {fault.table}" if fault.table else where)


def _effects_on(name: str, before: Problem, after: Problem) -> list[tuple[str, str, str, int]]:
    """Return what changed in one table: rows added and removed, and cells changed, column by column."""
    key = list(TABLES[name].key)
    old, new = (problem.table(name) for problem in (before, after))
    old, new = (frame.set_index(pd.MultiIndex.from_frame(frame[key].astype(str))) for frame in (old, new))
    both = old.index.intersection(new.index)
    counts = [("", "added", len(new) - len(both)), ("", "removed", len(old) - len(both))]
    for column in [column for column in old.columns if column in new.columns]:
        one, other = old.loc[both, column], new.loc[both, column]
        is_same = (one == other).fillna(value=False).astype(bool) | (one.isna() & other.isna())
        counts.append((column, "changed", int((~is_same).sum())))
    return [(name, column, what, number) for column, what, number in counts if number]
