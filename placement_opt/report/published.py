"""Every count of pupils that a report shows, the sums that tie them together, and which of them may be seen."""

import re
from collections import Counter
from collections.abc import Mapping

import pandas as pd

from placement_opt.compare import Comparison
from placement_opt.made_from import is_made_from
from placement_opt.plan import NOT_GIVEN, Plan
from placement_opt.problem import Problem
from placement_opt.report.ledger import Ledger
from placement_opt.report.returned import add_returns
from placement_opt.schema import KINDS, LAST_PRIMARY_YEAR, MAINSTREAM_KINDS
from placement_opt.statutory import StatutoryTables, statutory_tables
from placement_opt.witnesses import Sum

NO_PLACE = "no place"
SUITS_BUT_FULL = "some provision would suit, but gives no place"
NOTHING_SUITS = "no provision would suit"
GROUPINGS = ("need", "locality", "phase")
OVER_GROUPINGS = ("need", "locality")
"""By which it is told whose journeys are over the guidance."""

_PHASES = ((-1, "Early years"), (LAST_PRIMARY_YEAR, "Reception to Year 6"), (11, "Years 7 to 11"))
_LATE_PHASE = "Year 12 and above"
_COUNTED = re.compile(r"^\d+ provisions?:? ")


def phases(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return the phase of each row's year group, in words."""
    names = frame["year_group"].map(lambda year: next((name for last, name in _PHASES if year <= last), _LATE_PHASE))
    return names.astype("str")


def grouped(plan: Plan, table: str, grouping: str) -> "pd.Series[int]":
    """Return pupils of a plan's table (`placements` or `unplaced`) by need, locality or phase."""
    frame = plan.tables[table]
    labels = phases(frame) if grouping == "phase" else frame[grouping].fillna(NOT_GIVEN)
    return frame.groupby(labels.astype("object"))["count"].sum()


def group_labels(plans: Mapping[str, Plan], grouping: str) -> list[str]:
    """Return the needs, localities or phases of all plans, in order."""
    tables = [grouped(plan, table, grouping) for plan in plans.values() for table in ("placements", "unplaced")]
    labels = {str(label) for series in tables for label in series.index}
    order = [name for _, name in _PHASES] + [_LATE_PHASE]
    return sorted(labels, key=lambda label: (order.index(label) if label in order else -1, label == NOT_GIVEN, label))


def reasons_of(text: str) -> tuple[str, tuple[str, ...]]:
    """Return why a pupil is unplaced: whether anything would suit, and what stands in the way elsewhere.

    Parameters
    ----------
    text
        The words of `Plan.unplaced.reasons`.
    """
    parts = [_COUNTED.sub("", part.strip()) for part in text.split(";") if part.strip()]
    suits = [part for part in parts if part.startswith("would suit")]
    return SUITS_BUT_FULL if suits else NOTHING_SUITS, tuple(part for part in parts if part not in suits)


def requests(plan: Plan) -> Mapping[str, int]:
    """Return pupils with a place by what became of the family's request: none, met, missed."""
    counts = plan.placements.groupby("request")["count"].sum()
    return {request: int(counts.get(request, 0)) for request in ("none", "met", "missed")}


def mainstream_wishes(plan: Plan, problem: Problem) -> Mapping[str, int]:
    """Return pupils with a place whose family wants mainstream: met and missed."""
    pupils = problem.pupils
    wanting = set(pupils.loc[pupils["mainstream"] == "wanted", "pupil_id"])
    asked = plan.placements[lambda frame: frame["pupil_id"].isin(wanting)]
    met = asked["kind"].isin(MAINSTREAM_KINDS)
    return {"met": int(asked.loc[met, "count"].sum()), "missed": int(asked.loc[~met, "count"].sum())}


def siblings_apart(plan: Plan, problem: Problem) -> int:
    """Count the placed brothers and sisters who are not where most of their family is."""
    groups = problem.pupils[["pupil_id", "sibling_group"]].dropna()
    placed = plan.placements.merge(groups, on="pupil_id")
    at_school = placed.groupby(["sibling_group", "setting_id"])["count"].sum()
    families = at_school.groupby(level="sibling_group")
    return int((families.sum() - families.max()).sum()) if len(at_school) else 0


def count_pupils(
    comparison: Comparison, problem: Problem, returns: Mapping[str, StatutoryTables] | None = None
) -> Ledger:
    """Return every count of pupils that shared papers show, and what a reader knows of them.

    The papers are the report, the workbook and the statutory tables: they hide the same, whichever of them is written,
    so that none tells what another hides.

    Parameters
    ----------
    comparison
        The plans side by side.
    problem
        What the plans answer.
    returns
        The statutory tables of plans by name, where they were made with rules or rates of one's own.
    """
    ledger = Ledger()
    for name, plan in comparison.plans.items():
        _add_places(ledger, name, plan)
        _add_groups(ledger, name, plan, comparison)
        _add_travel(ledger, name, plan, comparison)
        _add_wishes(ledger, name, plan, problem)
        _add_reasons(ledger, name, plan)
        given = (returns or {}).get(name)
        if given is None and _is_of(plan, problem):
            given = statutory_tables(problem, plan)
        if given is not None:
            add_returns(ledger, name, given)
    for name in comparison.others:
        _add_flows(ledger, name, comparison)
    return ledger


def _is_of(plan: Plan, problem: Problem) -> bool:
    """Return whether a plan answers this problem, so that its statutory tables may be asked for."""
    has_its_places = set(plan.use["provision_id"]) == set(problem.provisions["provision_id"])
    return has_its_places and is_made_from(plan, problem)


def _add_places(ledger: Ledger, name: str, plan: Plan) -> None:
    ledger.add(("pupils", name), plan.placed_pupils + plan.unplaced_pupils)
    ledger.split(("pupils", name), [(("placed", name), plan.placed_pupils), (("unplaced", name), plan.unplaced_pupils)])
    use = plan.use
    of_kind = use.groupby("kind")["pupils"].sum()
    ledger.split(("placed", name), [(("kind", name, kind), of_kind.get(kind, 0)) for kind in KINDS])
    for kind, provisions in use.groupby("kind"):
        rows = zip(provisions["provision_id"], provisions["pupils"], strict=True)
        ledger.split(("kind", name, kind), [(("provision", name, ident), count) for ident, count in rows])
    # Places over the number are paid for and told, so a reader knows of the others that they keep to their places.
    within = use[use["pupils"] <= use["places"]]
    for ident, places in zip(within["provision_id"], within["places"], strict=True):
        ledger.most["provision", name, ident] = int(places)
    changes = plan.placements.groupby("change")["count"].sum()
    ledger.rest(("placed", name), [ledger.add((change, name), changes.get(change, 0)) for change in ("stays", "moves")])


def _add_groups(ledger: Ledger, name: str, plan: Plan, comparison: Comparison) -> None:
    for grouping in GROUPINGS:
        placed, unplaced = (grouped(plan, table, grouping) for table in ("placements", "unplaced"))
        labels = group_labels(comparison.plans, grouping)
        both = [(label, placed.get(label, 0) + unplaced.get(label, 0)) for label in labels]
        ledger.split(("pupils", name), [((grouping, name, label), count) for label, count in both])
        ledger.split(
            ("unplaced", name), [(("unplaced", grouping, name, label), unplaced.get(label, 0)) for label in labels]
        )
        for label in labels:
            ledger.tie((grouping, comparison.reference, label), (grouping, name, label))
    ledger.tie(("pupils", comparison.reference), ("pupils", name))


def _add_travel(ledger: Ledger, name: str, plan: Plan, comparison: Comparison) -> None:
    placements = plan.placements
    count, entitled, over = placements["count"], placements["entitled"], placements["over_guide"]
    primary = placements["year_group"] <= LAST_PRIMARY_YEAR
    ledger.rest(("placed", name), [ledger.add(("with transport", name), count[entitled].sum())])
    modes = placements[entitled].groupby(placements["mode"].fillna(NOT_GIVEN))["count"].sum()
    ledger.split(("with transport", name), [(("mode", name, mode), pupils) for mode, pupils in modes.items()])
    over_primary = ledger.add(("over primary", name), count[over & primary].sum())
    over_secondary = ledger.add(("over secondary", name), count[over & ~primary].sum())
    ledger.rest(("placed", name), [over_primary, over_secondary])
    both = ledger.add(("over", name), count[over].sum())
    ledger.sums.append(Sum(both, (over_primary, over_secondary)))
    for grouping in OVER_GROUPINGS:
        long = (
            placements[over].groupby(placements.loc[over, grouping].fillna(NOT_GIVEN).astype("object"))["count"].sum()
        )
        labels = group_labels(comparison.plans, grouping)
        ledger.split(both, [(("over", grouping, name, label), long.get(label, 0)) for label in labels])
        for label in labels:
            parts = (("unplaced", grouping, name, label), ("over", grouping, name, label))
            ledger.rest((grouping, name, label), parts)


def _add_wishes(ledger: Ledger, name: str, plan: Plan, problem: Problem) -> None:
    asked = requests(plan)
    ledger.rest(("placed", name), [ledger.add(("request", name, wish), asked[wish]) for wish in ("met", "missed")])
    wishes = mainstream_wishes(plan, problem)
    ledger.rest(("placed", name), [ledger.add(("mainstream", name, wish), wishes[wish]) for wish in wishes])
    ledger.add(("siblings apart", name), siblings_apart(plan, problem))


def _add_reasons(ledger: Ledger, name: str, plan: Plan) -> None:
    suits: Counter[str] = Counter({SUITS_BUT_FULL: 0, NOTHING_SUITS: 0})
    obstacles: Counter[str] = Counter()
    unplaced = plan.unplaced
    for text, count in zip(unplaced["reasons"].fillna(""), unplaced["count"], strict=True):
        verdict, others = reasons_of(text)
        suits[verdict] += count
        obstacles.update(dict.fromkeys(others, count))
    ledger.split(("unplaced", name), [(("verdict", name, verdict), count) for verdict, count in suits.items()])
    for obstacle, count in obstacles.items():
        ledger.rest(("unplaced", name), [ledger.add(("obstacle", name, obstacle), count)])


def _add_flows(ledger: Ledger, name: str, comparison: Comparison) -> None:
    flows = comparison.flows(after=name)
    start, end = (flows[f"{side}_kind"].fillna(NO_PLACE) for side in ("from", "to"))
    same = flows["from_provision_id"].fillna("") == flows["to_provision_id"].fillna("")
    stay = same & (end != NO_PLACE)
    ledger.add(("in both", name), flows["count"].sum())
    ledger.tie(("pupils", name), ("in both", name))
    moved: Counter[tuple[str, str]] = Counter()
    for before, after, count in zip(start[~stay], end[~stay], flows.loc[~stay, "count"], strict=True):
        moved[before, after] += count
    rows: list[tuple[tuple[str, str, str, str], int]] = [
        (("flow", name, before, after), count) for (before, after), count in sorted(moved.items())
    ]
    ledger.split(("in both", name), [(("same place", name), flows.loc[stay, "count"].sum()), *rows])
    ledger.tie(("stays", name), ("same place", name))
    if flows["count"].sum() != comparison.plans[name].placed_pupils + comparison.plans[name].unplaced_pupils:
        return
    for position, whose in ((2, comparison.reference), (3, name)):
        parts = tuple(key for key, _ in rows if key[position] == NO_PLACE)
        if parts and sum(ledger.counts[key] for key in parts) == ledger.counts["unplaced", whose]:
            ledger.sums.append(Sum(("unplaced", whose), parts))
    between = tuple(key for key, _ in rows if NO_PLACE not in key[2:])
    if between and sum(ledger.counts[key] for key in between) == ledger.counts["moves", name]:
        ledger.sums.append(Sum(("moves", name), between))
