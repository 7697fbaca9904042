"""Why pupils have no place: groups who share too few places, and rules that stand in the way. Frozen values."""

from dataclasses import dataclass

import pandas as pd

from placement_opt.summaries import summary_table

MOST_SHOWN = 8
"""So many provisions of a group are named in a sentence; the table has them all."""


@dataclass(frozen=True)
class SharedPlaces:
    """Pupils who may go nowhere but to some provisions, which have fewer places than they take.

    Parameters
    ----------
    pupil_ids, provision_ids
        Who, and where they may go.
    pupils
        How many they are.
    asked, places
        Places that they would take, and the most that the provisions have for pupils whose place is decided: with all
        places over the number and all classes, and every site that may be opened open.
    unplaced
        So many of them have to be without a place at least, whatever is decided.
    """

    pupil_ids: tuple[str, ...]
    provision_ids: tuple[str, ...]
    pupils: int
    asked: int
    places: int
    unplaced: int

    @property
    def words(self) -> str:
        """The group in a sentence without pupils' ids."""
        who = _counted(self.pupils, "pupil")
        takes = "" if self.asked == self.pupils else f", who take {_counted(self.asked, 'place')},"
        if not self.provision_ids:
            return f"{who} may go nowhere at all."
        shown, rest = self.provision_ids[:MOST_SHOWN], len(self.provision_ids) - MOST_SHOWN
        where = ", ".join(shown) + (f" and {rest:,} others" if rest > 0 else "")
        return f"These {who}{takes} share {_counted(self.places, 'place')}: they may go nowhere but to {where}."


@dataclass(frozen=True, eq=False, repr=False)
class Witness:
    """Why pupils are without a place. Make one with `witness`; `check_witness` checks it without flows and solvers.

    Parameters
    ----------
    groups
        Of pupils who share too few places; no pupil and no provision is in two of them. The pupils whom nothing is
        allowed are a group without provisions.
    unplaced_pupils
        Pupils without a place in the plan.
    clashes
        Where the groups do not explain all of them: rules that together forbid to place one pupil more than the plan
        does. They are no group that shares too few places.
    is_searched
        Whether such rules were looked for. None may be found in time, or none exist: then a plan with fewer unplaced
        pupils does, and the plan is not proven to have as few as possible.
    """

    groups: tuple[SharedPlaces, ...]
    unplaced_pupils: int
    clashes: tuple[str, ...] = ()
    is_searched: bool = False

    @property
    def explained(self) -> int:
        """How many pupils have to be without a place because of the groups alone."""
        return sum(group.unplaced for group in self.groups)

    @property
    def pupils(self) -> pd.DataFrame:
        """The pupils of the groups: group (from 1), pupil_id. For officers only."""
        rows = [(at, i) for at, group in enumerate(self.groups, start=1) for i in group.pupil_ids]
        return pd.DataFrame(rows, columns=["group", "pupil_id"])

    @property
    def table(self) -> pd.DataFrame:
        """One row for each group: pupils, asked, places, unplaced, provisions (their ids, with semicolons)."""
        rows = [
            (group.pupils, group.asked, group.places, group.unplaced, ";".join(group.provision_ids))
            for group in self.groups
        ]
        index = pd.RangeIndex(1, len(rows) + 1, name="group")
        return pd.DataFrame(rows, index, columns=["pupils", "asked", "places", "unplaced", "provisions"])

    def summary(self) -> str:
        """Return the explanation in a few lines of text. Numbers are not hidden: keep it inside."""
        lines = [f"unplaced          {_counted(self.unplaced_pupils, 'pupil')}, {self.explained:,} for want of places"]
        lines += [f"{f'group {at}':<18}{group.words}" for at, group in enumerate(self.groups, start=1)]
        if self.clashes:
            lines.append("the others        no lack of places: these rules cannot all be kept and one more be placed")
            lines += [f"{'':<18}{clash}" for clash in self.clashes]
        elif self.unplaced_pupils > self.explained:
            why = "were not found in the time allowed" if self.is_searched else "were not looked for"
            lines.append(f"the others        no lack of places; the rules that stand in the way {why}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"Witness({len(self.groups)} groups, {self.explained} of {self.unplaced_pupils} unplaced explained)"

    def _repr_html_(self) -> str:
        return summary_table("Witness", self.summary())


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
