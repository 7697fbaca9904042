"""What places and limits are worth, as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import pandas as pd

from placement_opt.summaries import summary_table
from placement_opt.why.worth.groups import Label
from placement_opt.why.worth.limits import LimitWorth
from placement_opt.why.worth.next import Allocation, NextPlace
from placement_opt.why.worth.steps import Worth, stops_at

GroupWorth = tuple[str, Label, int, Worth]
"""Provision, values of the columns that make the group, places more, worth."""
MOST_SHOWN = 5


@dataclass(frozen=True, eq=False, repr=False)
class PlacesWorth:
    """What places and limits are worth. Make one with `value_of_places`.

    Every figure is held against the best plan of the problem as it is, and is what solving the changed problem without
    a gap gives. A saving is of money and what is weighed with it, a year, on the policy's cost basis; it is below 0
    where more pupils have a place, and on the full basis where a place is paid for that saves less.

    Parameters
    ----------
    places
        The worth of 1, 2 and so on places more, by provision.
    slopes
        What the first place is worth where everything may be split, by provision: pupils, and £.
    groups
        The worth of places that only some pupils may use: provision, values of the columns `by`, places more, worth.
    by
        Columns of the pupils.
    limits
        The worth of a little more of each limit.
    one_by_one
        Places given one after the other, each where it is worth most.
    allocation
        The best way to share out as many places as steps were looked at.
    about
        Name of the school and kind of each provision.
    given_gbp, present_gbp, is_proven
        The given plan's money and what is weighed with it; that of the best plan, which the worths are held against;
        whether that one is proven to the penny.
    """

    places: Mapping[str, tuple[Worth, ...]]
    slopes: Mapping[str, tuple[float, float]]
    groups: tuple[GroupWorth, ...]
    by: tuple[str, ...]
    limits: tuple[LimitWorth, ...]
    one_by_one: tuple[NextPlace, ...]
    allocation: Allocation
    about: Mapping[str, tuple[str, str]]
    given_gbp: float
    present_gbp: float
    is_proven: bool

    def __post_init__(self) -> None:
        for name in ("places", "slopes", "about"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))

    @property
    def table(self) -> pd.DataFrame:
        """A row for each provision and number of places more.

        Columns: provision_id, setting_name, kind, more (places), placed_more (pupils), saving_gbp, step_gbp (of which
        the last of these places), pupils_moved, is_proven.
        """
        return self._table.copy()

    @property
    def provisions(self) -> pd.DataFrame:
        """A row for each provision, the best first.

        Columns: provision_id, setting_name, kind, placed_more and saving_gbp (of the first place), slope_pupils and
        slope_gbp (of the first place where pupils and sites may be split: from the LP, an estimate), stops_at (so many
        places more are of use), most_placed and most_gbp (of that many).
        """
        return self._provisions.copy()

    @property
    def by_group(self) -> pd.DataFrame:
        """A row for each provision, group of pupils and number of places reserved for them.

        Provisions where no place for everybody is worth anything are left out. Columns: provision_id, those of `by`,
        more, placed_more, saving_gbp, share (of what a place for everybody saves; blank where that is not all that
        counts), is_proven.
        """
        return self._by_group.copy()

    @property
    def moves(self) -> pd.DataFrame:
        """Who would be elsewhere: a row for each provision, number of places more, and pupil or part of a cohort row.

        Columns: provision_id, more, pupil_id, from_provision_id and to_provision_id (blank = no place), pupils. It
        holds pupils' rows: keep it as you keep the tables.
        """
        rows = [
            (name, more, *move)
            for name, worths in self.places.items()
            for more, worth in enumerate(worths, start=1)
            for move in worth.moves
        ]
        columns = ["provision_id", "more", "pupil_id", "from_provision_id", "to_provision_id", "pupils"]
        return pd.DataFrame(rows, columns=columns).replace({"": None})

    @property
    def limits_table(self) -> pd.DataFrame:
        """A row for each limit and step.

        Columns: limit, unit, more, placed_more, saving_gbp, slope_pupils and slope_gbp (of one unit, from the LP; blank
        for minutes), is_proven.
        """
        rows = [
            (
                row.limit.name,
                row.limit.unit,
                row.more,
                row.worth.placed_more,
                row.worth.saving_gbp,
                row.slope_pupils,
                row.slope_gbp,
                row.worth.is_proven,
            )
            for row in self.limits
        ]
        columns = ["limit", "unit", "more", "placed_more", "saving_gbp", "slope_pupils", "slope_gbp", "is_proven"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def next_places(self) -> pd.DataFrame:
        """Places given one after the other, each where it is worth most with those before: a greedy list.

        Columns: place (1, 2, ...), provision_id, setting_name, placed_more and saving_gbp (of this place),
        together_placed_more and together_gbp (of all so far).
        """
        rows = []
        before = (0, 0.0)
        for number, chosen in enumerate(self.one_by_one, start=1):
            now = chosen.together.rank
            rows.append(
                (
                    number,
                    chosen.provision_id,
                    self.about[chosen.provision_id][0],
                    now[0] - before[0],
                    round(now[1] - before[1], 2),
                    *now,
                )
            )
            before = now
        columns = ["place", "provision_id", "setting_name", "placed_more", "saving_gbp"]
        return pd.DataFrame(rows, columns=[*columns, "together_placed_more", "together_gbp"])

    @property
    def best_places(self) -> pd.DataFrame:
        """The best way to share out as many places: provision_id, setting_name, more; `allocation` has the worth."""
        rows = [(name, self.about[name][0], more) for name, more in self.allocation.places]
        return pd.DataFrame(rows, columns=["provision_id", "setting_name", "more"])

    @cached_property
    def _table(self) -> pd.DataFrame:
        rows = []
        for name, worths in self.places.items():
            before = 0.0
            for more, worth in enumerate(worths, start=1):
                moved = sum(number for *_, number in worth.moves)
                step_gbp = round(worth.saving_gbp - before, 2) + 0.0
                before = worth.saving_gbp
                figures = (worth.placed_more, worth.saving_gbp, step_gbp, moved, worth.is_proven)
                rows.append((name, *self.about[name], more, *figures))
        columns = ["provision_id", "setting_name", "kind", "more", "placed_more", "saving_gbp", "step_gbp"]
        return pd.DataFrame(rows, columns=[*columns, "pupils_moved", "is_proven"])

    @cached_property
    def _provisions(self) -> pd.DataFrame:
        rows = []
        for name, worths in self.places.items():
            stops = stops_at(dict(enumerate(worths, start=1)))
            most = worths[stops - 1].rank if stops else (0, 0.0)
            rows.append((name, *self.about[name], *worths[0].rank, *self.slopes[name], stops, *most))
        columns = ["provision_id", "setting_name", "kind", "placed_more", "saving_gbp", "slope_pupils", "slope_gbp"]
        frame = pd.DataFrame(rows, columns=[*columns, "stops_at", "most_placed", "most_gbp"])
        order = ["placed_more", "saving_gbp", "most_placed", "most_gbp"]
        return frame.sort_values(order, ascending=False, kind="stable", ignore_index=True)

    @cached_property
    def _by_group(self) -> pd.DataFrame:
        return group_table(self.groups, self.places, self.by)

    def summary(self) -> str:
        """Return what is worth most in a few lines of text."""
        lines = [_line("the plan", f"£{self.present_gbp:,.2f}, {self._how_good()}")]
        table = self._provisions
        useful = table[table["stops_at"] > 0]
        lines.append(
            _line("one place more", f"is worth something at {len(useful):,} of {len(table):,} provisions; the best:")
        )
        lines += [_line("", _best(row)) for row in useful.head(MOST_SHOWN).to_dict("records")]
        together = self.one_by_one[-1].together if self.one_by_one else None
        where = _counted([chosen.provision_id for chosen in self.one_by_one])
        lines.append(_line("one by one", "no place is worth anything" if together is None else where))
        lines += [] if together is None else [_line("", f"together {_in_words(*together.rank)} (greedy)")]
        best = self.allocation
        where = ", ".join(f"{more} at {name}" for name, more in best.places)
        proven = "proven best" if best.worth.is_proven else "not proven best"
        lines.append(_line("all at once", where or "no place is worth anything"))
        lines += [_line("", f"together {_in_words(*best.worth.rank)} ({proven})")] if best.places else []
        for row in self.limits:
            more = f"{row.more:,} {row.limit.unit} more" if row.limit.unit != "£" else f"£{row.more:,} more"
            lines.append(_line("limit", f"{row.limit.name}, {more}: {_in_words(*row.worth.rank)}"))
        return "\n".join(lines)

    def _how_good(self) -> str:
        if not self.is_proven:
            return "not proven to the penny: worths are estimates"
        worse_gbp = round(self.given_gbp - self.present_gbp, 2)
        return f"£{worse_gbp:,.2f} less than the plan given" if worse_gbp > 0 else "proven to the penny"

    def __repr__(self) -> str:
        useful = int((self._provisions["stops_at"] > 0).sum())
        return f"PlacesWorth({len(self.places):,} provisions, a place more is worth something at {useful:,})"

    def _repr_html_(self) -> str:
        return summary_table("The worth of a place", self.summary())


def group_table(groups: Sequence[GroupWorth], places: Mapping[str, Sequence[Worth]], by: Sequence[str]) -> pd.DataFrame:
    """Return the worths of reserved places as a table; see `PlacesWorth.by_group`."""
    rows = []
    for name, label, more, worth in groups:
        of_any = places[name][more - 1]
        is_money_alone = of_any.placed_more == 0 and of_any.saving_gbp > 0
        share = round(worth.saving_gbp / of_any.saving_gbp, 4) if is_money_alone else float("nan")
        rows.append((name, *label, more, worth.placed_more, worth.saving_gbp, share, worth.is_proven))
    frame = pd.DataFrame(rows, columns=["provision_id", *by, "more", "placed_more", "saving_gbp", "share", "is_proven"])
    order = ["provision_id", "more", "placed_more", "saving_gbp"]
    return frame.sort_values(order, ascending=[True, True, False, False], kind="stable", ignore_index=True)


def _line(word: str, text: str) -> str:
    return f"{word:<18}{text}"


def _best(row: Mapping[object, object]) -> str:
    first = _in_words(int(str(row["placed_more"])), float(str(row["saving_gbp"])))
    stops = int(str(row["stops_at"]))
    return f"{row['provision_id']}: {first}; {stops:,} {'place is' if stops == 1 else 'places are'} of use"


def _in_words(placed_more: int, saving_gbp: float) -> str:
    parts = []
    if placed_more:
        parts.append(f"{placed_more:,} more placed")
    if saving_gbp or not placed_more:
        parts.append(f"saves £{saving_gbp:,.2f}" if saving_gbp >= 0 else f"costs £{-saving_gbp:,.2f}")
    return ", ".join(parts)


def _counted(names: Sequence[str]) -> str:
    """Return how often each name comes, in the order in which they first come."""
    return ", ".join(f"{names.count(name)} at {name}" for name in dict.fromkeys(names))
