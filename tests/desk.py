"""A reader who has every shared paper about a plan on the desk, and works out what they hide with a solver.

Nothing here knows how the library hides figures: the tables are read back from the files, and what a reader knows of
schools and pupils (what adds up to what, how many places there are) is written down again.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import highspy
import numpy as np
import pandas as pd

from tests.read_back import Table, Value

Key = tuple[str, ...]

MANY = 100_000
SMALL = range(1, 5)
YOUNG, OLDER = ("Early years", "Reception to Year 6"), ("Years 7 to 11",)
AGES_OF_PHASES = (
    (YOUNG, ("Under 5", "5 to 10")),
    (OLDER, ("11 to 15",)),
    (("Year 12 and above",), ("16 to 19", "20 to 25")),
)
"""A year group is one age, so phases and age groups count the same pupils twice."""
HEADLINE = {
    "Pupils": "pupils",
    "Pupils with a place": "placed",
    "Pupils without a place": "unplaced",
    "Pupils who move from a present place": "moves",
    "Pupils with transport": "transport",
    "Pupils up to Year 6 over the guidance on journeys": "over primary",
    "Pupils from Year 7 over the guidance on journeys": "over secondary",
}
NO_PLACE = ("No place", "Still no place", "NONE")


@dataclass
class Desk:
    """What the papers say: a range for each count, and sums among counts.

    Parameters
    ----------
    ranges
        Count to the least and the most that it can be by itself.
    sums
        Rows of coefficients with the least and the most of each.
    printed
        The counts that stand in a paper, shown or hidden.
    """

    ranges: dict[Key, tuple[int, int]] = field(default_factory=dict)
    sums: list[tuple[dict[Key, float], float, float]] = field(default_factory=list)
    printed: set[Key] = field(default_factory=set)

    def know(self, key: Key, least: int = 0, most: int = MANY) -> Key:
        """Narrow the range of a count."""
        low, high = self.ranges.get(key, (0, MANY))
        self.ranges[key] = max(low, least), min(high, most)
        return key

    def read(self, key: Key, cell: Value) -> Key:
        """Take the cell of a paper at its word."""
        if cell in {"–", "", None} or (isinstance(cell, float) and math.isnan(cell)):
            return self.know(key)
        self.printed.add(key)
        if isinstance(cell, int | float):
            return self.know(key, round(cell), round(cell))
        return self.know(key, *((1, 4) if cell == "under 5" else (0, MANY)))

    def add(self, total: Key, parts: Iterable[Key]) -> None:
        """Know that parts make a total."""
        self.sums.append(({total: -1.0, **dict.fromkeys(parts, 1.0)}, 0.0, 0.0))

    def at_most(self, total: Key, parts: Iterable[Key]) -> None:
        """Know that parts are different pupils of a total."""
        self.sums.append(({self.know(total): -1.0, **dict.fromkeys(parts, 1.0)}, -math.inf, 0.0))


def read_papers(tables: Iterable[Mapping[str, Table]], csv: Mapping[str, pd.DataFrame], names: Iterable[str]) -> Desk:
    """Lay papers on the desk.

    Parameters
    ----------
    tables
        Of pages and workbooks, by the name of each table.
    csv
        The files of `write_tables`, about the last plan.
    names
        The plans, the reference first.
    """
    desk, plans = Desk(), list(names)
    for paper in tables:
        for name in plans:
            _read_of_plan(desk, paper, name)
        for name in plans[1:]:
            _read_flows(desk, paper, plans[0], name)
    for name in plans:
        _tie(desk, name)
    if csv:
        _read_csv(desk, csv, plans[-1])
    for name in plans[1:]:
        for key in [key for key in desk.ranges if key[0] == plans[0] and key[1] in {"need", "locality", "phase"}]:
            desk.add(key, [desk.know((name, *key[1:]))])
    return desk


def _column(table: Table, name: str, what: str = "") -> int | None:
    head = f"{what}, {name}" if what else name
    return table.heads.index(head) if head in table.heads else None


def _read_of_plan(desk: Desk, paper: Mapping[str, Table], name: str) -> None:
    for key in ("headline", "journeys"):
        for row in paper[key].rows if key in paper else ():
            if row[0] in HEADLINE:
                desk.read((name, HEADLINE[str(row[0])]), row[_column(paper[key], name) or 0])
    _read_kinds(desk, paper, name)
    for grouping in ("need", "locality", "phase"):
        _read_groups(desk, paper, grouping, name)
    for key, what, total in (("verdicts", "Without a place", "unplaced"), ("modes", "Pupils", "transport")):
        if key in paper:
            at = _column(paper[key], name, what) or 0
            parts = [desk.read((name, key, str(row[0])), row[at]) for row in paper[key].rows if not _is_all(row)]
            desk.add((name, total), parts)
    if "obstacles" in paper:
        at = _column(paper["obstacles"], name, "Without a place") or 0
        for row in paper["obstacles"].rows:
            desk.at_most((name, "unplaced"), [desk.read((name, "obstacle", str(row[0])), row[at])])
    wishes = paper["wishes"]
    at = _column(wishes, name, "Pupils") or 0
    told = [desk.read((name, "wish", str(row[0])), row[at]) for row in wishes.rows]
    for pair in (told[:2], told[2:4], told[4:]):
        desk.at_most((name, "placed"), pair)


def _is_all(row: list[Value]) -> bool:
    return str(row[0]).startswith("All ")


def _read_kinds(desk: Desk, paper: Mapping[str, Table], name: str) -> None:
    kinds, use = paper["kinds"], paper["provisions"]
    at = _column(kinds, name, "Pupils") or 0
    for row in kinds.rows:
        is_total, has_none = _is_all(row), row[0] in NO_PLACE
        key = (name, "pupils") if is_total else (name, "unplaced") if has_none else (name, "kind", str(row[0]))
        desk.read(key, row[at])
    desk.add((name, "placed"), [key for key in desk.ranges if key[:2] == (name, "kind")])
    at, places, state = _column(use, name, "Pupils") or 0, use.heads.index("Places"), _column(use, name, "State")
    of_kind: dict[Key, list[Key]] = {}
    for row in use.rows:
        key = desk.read((name, "provision", str(row[2])), row[at])
        of_kind.setdefault((name, "kind", str(row[1]).partition(":")[0]), []).append(key)
        # A hidden provision is within its places: those over the number are paid for, named and counted elsewhere.
        if isinstance(row[at], str):
            desk.know(key, 0, int(float(str(row[places]))))
        free = re.fullmatch(r"(\d+) free", str(row[state])) if state is not None else None
        if free:
            left = int(float(str(row[places]))) - int(free.group(1))
            desk.know(key, left, left)
    for kind, parts in of_kind.items():
        desk.add(desk.know(kind), parts)


def _read_groups(desk: Desk, paper: Mapping[str, Table], grouping: str, name: str) -> None:
    for key, what in ((f"unplaced_{grouping}", f"Without a place, {name}"), (f"fairness_{grouping}", "")):
        table = paper.get(key)
        if table is None or (not what and not table.heads[-1].endswith(f", {name}")):
            continue
        for row in table.rows:
            if not _is_all(row):
                desk.read((name, grouping, str(row[0])), row[1])
                desk.read((name, f"{grouping} unplaced", str(row[0])), row[table.heads.index(what) if what else 2])
                if not what:
                    desk.read((name, f"{grouping} over", str(row[0])), row[4])
            elif not what:
                desk.read((name, "over"), row[4])


def _tie(desk: Desk, name: str) -> None:
    """Write down what adds up within a plan."""
    desk.add(desk.know((name, "pupils")), [desk.know((name, "placed")), desk.know((name, "unplaced"))])
    desk.at_most((name, "placed"), [desk.know((name, "moves"))])
    desk.at_most((name, "placed"), [desk.know((name, "transport"))])
    over = [desk.know((name, f"over {stage}")) for stage in ("primary", "secondary")]
    desk.add(desk.know((name, "over")), over)
    desk.at_most((name, "placed"), over)
    for grouping in ("need", "locality", "phase"):
        found = {key[2] for key in list(desk.ranges) if key[:2] == (name, grouping)}
        for kind, total in (("", "pupils"), (" unplaced", "unplaced"), (" over", "over")):
            if kind != " over" or grouping != "phase":
                desk.add((name, total), [desk.know((name, f"{grouping}{kind}", label)) for label in found])
        for label in found:
            parts = [desk.know((name, f"{grouping} {what}", label)) for what in ("unplaced", "over")]
            desk.at_most((name, grouping, label), parts)


def _read_flows(desk: Desk, paper: Mapping[str, Table], before: str, after: str) -> None:
    table = paper.get(f"flows_{after}")
    if table is None:
        return
    keys: list[Key] = []
    for row in table.rows:
        if _is_all(row):
            desk.read((after, "in both"), row[2])
        else:
            keys.append(desk.read((after, "flow", str(row[0]), str(row[1])), row[2]))
    desk.add((after, "in both"), keys)
    between = [key for key in keys if key[2] not in {"Any", *NO_PLACE} and key[3] not in NO_PLACE]
    desk.at_most((after, "placed"), [key for key in keys if key[3] not in NO_PLACE])
    if desk.ranges[after, "in both"] == desk.ranges[after, "pupils"]:
        desk.add((before, "unplaced"), [key for key in keys if key[2] in NO_PLACE])
        desk.add((after, "unplaced"), [key for key in keys if key[3] in NO_PLACE])
        desk.add((after, "moves"), between)
    for kind in {key[2] for key in between}:
        desk.at_most((before, "kind", kind), [key for key in keys if key[2] == kind])
    for kind in {key[3].partition(",")[0] for key in between}:
        desk.at_most((after, "kind", kind), [key for key in keys if key[3].partition(",")[0] == kind])


def _read_csv(desk: Desk, csv: Mapping[str, pd.DataFrame], name: str) -> None:
    labels = {found.group(1): key[2] for key in desk.ranges if (found := _CODE.search(key[-1])) and key[1] == "need"}
    cells: dict[str, dict[Key, Key]] = {"age_group": {}, "need": {}}
    for group, of_group in cells.items():
        table = csv[f"categories_by_{'age' if group == 'age_group' else 'need'}"]
        for category, label, cell in table[["category", group, "pupils"]].itertuples(index=False, name=None):
            if category in {"", None} or label == "(not per pupil)":
                continue
            of_group[category, label] = desk.read((name, f"category {group}", category, label), _value(cell))
        for category in dict.fromkeys(table["category"]):
            parts = [key for (one, _), key in of_group.items() if one == category]
            desk.add(desk.know((name, "category", category)), parts)
        for label in dict.fromkeys(table[group]):
            parts = [key for (_, one), key in of_group.items() if one == label]
            desk.add(desk.know((name, group, labels.get(label, label))), parts)
            if group == "need":
                none = desk.know((name, "need unplaced", labels.get(label, label)))
                desk.add(none, [of_group["NONE", label]])
    categories = dict.fromkeys(csv["categories_by_age"]["category"])
    desk.add((name, "pupils"), [(name, "category", one) for one in categories])
    desk.add((name, "unplaced"), [(name, "category", "NONE")])
    _tie_ages(desk, name)
    _read_use(desk, csv, name)
    _read_localities(desk, csv, name)


_CODE = re.compile(r"\(([A-Z]{2,5})\)$")


def _tie_ages(desk: Desk, name: str) -> None:
    phases = {key[2] for key in desk.ranges if key[:2] == (name, "phase")}
    for of_phase, ages in AGES_OF_PHASES:
        for what in ("phase", "phase unplaced"):
            both = desk.know((name, "both", what, ages[0]))
            desk.add(both, [desk.know((name, what, one)) for one in of_phase if one in phases])
            kind = ("age_group",) if what == "phase" else ("category age_group", "NONE")
            desk.add(both, [desk.know((name, *kind, age)) for age in ages])


def _read_use(desk: Desk, csv: Mapping[str, pd.DataFrame], name: str) -> None:
    if "kind" in csv.get("categories", pd.DataFrame()):
        return
    if list(csv["categories"].columns)[:3] == ["category", "category_name", "pupils"]:
        for category, cell in csv["categories"][["category", "pupils"]].itertuples(index=False, name=None):
            desk.read((name, "category", category), _value(cell))
    use = csv["place_use"]
    for ident, category, places, cell in use[["provision_id", "category", "places", "pupils"]].itertuples(
        index=False, name=None
    ):
        desk.read((name, "provision", ident), _value(cell))
        desk.know((name, "provision", ident), 0, MANY if _value(cell) not in {"under 5", "withheld"} else int(places))
        del category
    for category, part in use.groupby("category"):
        desk.add((name, "category", str(category)), [(name, "provision", one) for one in part["provision_id"]])


def _read_localities(desk: Desk, csv: Mapping[str, pd.DataFrame], name: str) -> None:
    for row in csv["localities"].to_dict("records"):
        place = str(row["locality"])
        if (name, "locality", place) not in desk.ranges:
            continue
        for column, key in (("pupils", "locality"), ("unplaced", "locality unplaced"), ("placed", "locality placed")):
            desk.read((name, key, place), _value(row[column]))
        inside = desk.read((name, "locality inside", place), _value(row["placed_in_locality"]))
        placed = (name, "locality placed", place)
        desk.add((name, "locality", place), [placed, (name, "locality unplaced", place)])
        desk.add(placed, [inside, desk.know((name, "locality outside", place))])


def _value(cell: object) -> Value:
    text = str(cell)
    return text if text in {"under 5", "withheld"} else float(text)


@dataclass(frozen=True)
class Found:
    """What the reader works out of a count: the least and the most that it can be."""

    key: Key
    least: int
    most: int


class Solver:
    """All whole numbers that fit the papers, looked through by HiGHS."""

    def __init__(self, desk: Desk) -> None:
        self._keys = list(desk.ranges)
        self._at = {key: number for number, key in enumerate(self._keys)}
        self._model = highspy.Highs()
        self._model.silent()
        for key in self._keys:
            self._model.addVar(*desk.ranges[key])
        for number in range(len(self._keys)):
            self._model.changeColIntegrality(number, highspy.HighsVarType.kInteger)
        for row, least, most in desk.sums:
            places = np.array([self._at[key] for key in row], dtype=np.int32)
            self._model.addRow(least, most, len(places), places, np.array(list(row.values())))
        self.seen: dict[Key, set[int]] = {key: set() for key in self._keys}

    def end(self, key: Key, sign: int) -> int:
        """Return the least (1) or the most (-1) that a count can be."""
        column = self._at[key]
        self._model.changeColCost(column, float(sign))
        self._model.run()
        status, values = self._model.getModelStatus(), list(self._model.getSolution().col_value)
        self._model.changeColCost(column, 0.0)
        if status != highspy.HighsModelStatus.kOptimal:
            raise AssertionError(f"No whole numbers fit what the papers say ({status}, {key}).")
        for one, value in zip(self._keys, values, strict=True):
            self.seen[one].add(round(value))
        return round(values[column])

    def has_two_values(self, key: Key) -> bool:
        """Say whether a count can be more than one number."""
        for sign in (1, -1):
            if len(self.seen[key]) < 2:
                self.end(key, sign)
        return len(self.seen[key]) > 1


def work_out(desk: Desk, *, whole_ranges: bool = False) -> list[Found]:
    """Return every hidden count of the papers with the range that is left for it.

    Parameters
    ----------
    desk
        The papers.
    whole_ranges
        Look for both ends of every range; otherwise only for a second value.
    """
    solver = Solver(desk)
    found = []
    for key in sorted(desk.ranges):
        least, most = desk.ranges[key]
        if key not in desk.printed or least == most:
            continue
        if whole_ranges:
            solver.end(key, 1)
            solver.end(key, -1)
        solver.has_two_values(key)
        found.append(Found(key, min(solver.seen[key]), max(solver.seen[key])))
    return found


def recovered(desk: Desk) -> list[Key]:
    """Return the hidden counts of 1 to 4 pupils that are worked out to the pupil."""
    return [one.key for one in work_out(desk) if one.least == one.most and one.least in SMALL]


def small_rests(desk: Desk) -> list[tuple[Key, int]]:
    """Return the totals of which 1 to 4 pupils are left beside the parts that are shown: a small group all the same."""
    found = []
    for row, least, most in desk.sums:
        total = next(key for key, sign in row.items() if sign < 0)
        if least == most and desk.ranges[total][0] == desk.ranges[total][1]:
            shown = [key for key in row if key != total and desk.ranges[key][0] == desk.ranges[key][1]]
            left = desk.ranges[total][0] - sum(desk.ranges[key][0] for key in shown)
            if left in SMALL:
                found.append((total, left))
    return found


def priced_out(papers: Mapping[str, Table], desk: Desk, prices: Iterable[float]) -> list[tuple[str, str, int]]:
    """Return groups of whom 1 to 4 are told by £: what two plans spend on them differs by so many known prices.

    Parameters
    ----------
    papers
        A page or a workbook.
    desk
        The papers.
    prices
        What a pupil is known to cost: fees, top-ups, a pass.
    """
    found = []
    for grouping in ("need", "locality"):
        table = papers[f"costs_{grouping}"]
        for row in table.rows:
            whole = [cell for cell in row[1:] if isinstance(cell, float)]
            ranges = [one for key, one in desk.ranges.items() if key[1:] == (f"{grouping} unplaced", row[0])]
            if len(whole) == len(row) - 1 and any(least < most for least, most in ranges):
                times = [abs(whole[-1]) / price for price in prices if price > 0]
                found += [(grouping, str(row[0]), round(n)) for n in times if abs(n - round(n)) < 1e-7 and 0 < n < 5]
    return found
