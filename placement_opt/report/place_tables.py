"""The tables about pupils and places: key figures, kinds, provisions, who has none, who goes elsewhere, wishes."""

import math
from typing import Any

import pandas as pd

from placement_opt.compare import ONLY_WHERE_ANY
from placement_opt.report.grid import Cell, Grid, Unit, count_cells, figures, plan_heads, text_cell, withheld_if
from placement_opt.report.names import GROUPING_NAMES, KIND_NAMES, VERDICTS, group_name
from placement_opt.report.published import NO_PLACE, group_labels
from placement_opt.report.subject import Subject
from placement_opt.schema import KINDS
from placement_opt.suppression import Mark

_LONGEST_STEP_MINUTES = 5
_ADDED = {"classes": "Added classes", "capital_gbp": "Capital, £ once"}
"""Neither is about pupils, so they are shown in every paper."""


def headline(subject: Subject) -> Grid:
    """Return the key figures of every plan."""
    wanted = (
        "pupils",
        "placed",
        "unplaced",
        "moves",
        "cost",
        "each",
        *ONLY_WHERE_ANY,
        "transport",
        "mean",
        "over primary",
        "over secondary",
    )
    return _chosen(subject, "headline", "Key figures", wanted)


def journeys(subject: Subject) -> Grid:
    """Return what every plan does to travel."""
    wanted = ("with transport", "transport", "miles", "mean", "longest", "over primary", "over secondary", "co2e")
    parameters = subject.problem.parameters
    note = (
        f"The guidance on journeys is {parameters.guide_minutes_primary:g} minutes one way up to Year 6 and "
        f"{parameters.guide_minutes_secondary:g} minutes from Year 7. Emissions are of transport that the council pays "
        "for; parents' own driving is not known."
    )
    return _chosen(subject, "journeys", "Journeys and transport", wanted, note)


def _chosen(subject: Subject, key: str, caption: str, wanted: tuple[str, ...], note: str = "") -> Grid:
    rows = headline_rows(subject)
    heads = ("Figure", *plan_heads(subject))
    return Grid(key, caption, heads, tuple(rows[name] for name in wanted if name in rows), note=note)


def headline_rows(subject: Subject) -> dict[str, tuple[Cell, ...]]:
    """Return the rows that tables of key figures are chosen from, by key: a label, then the plans and the changes."""
    names = list(subject.plans)
    table = subject.headline.T.assign(cost_each_gbp=lambda frame: frame["cost_gbp"] / frame["placed"]).T
    small = [subject.is_small(plan.placed_pupils) for plan in subject.plans.values()]
    no_cost = [name in subject.amounts.hidden_costs for name in names]
    no_average = [no or subject.is_hidden(("placed", name)) for no, name in zip(no_cost, names, strict=True)]
    no_transport = [name in subject.amounts.hidden_transport for name in names]
    counted = {
        "pupils": "Pupils",
        "placed": "Pupils with a place",
        "unplaced": "Pupils without a place",
        "moves": "Pupils who move from a present place",
        "with transport": "Pupils with transport",
        "over primary": "Pupils up to Year 6 over the guidance on journeys",
        "over secondary": "Pupils from Year 7 over the guidance on journeys",
    }
    measured = {
        "cost": ("Cost, £ a year", "cost_gbp", Unit.GBP, no_cost),
        "transport": ("Transport, £ a year", "transport_gbp", Unit.GBP, no_transport),
        "each": ("Cost for each pupil with a place, £ a year", "cost_each_gbp", Unit.GBP, no_average),
        "miles": ("Pupil miles a year, both ways", "pupil_miles_per_year", Unit.COUNT, small),
        "mean": ("Mean journey, minutes one way", "mean_minutes", Unit.ONE_DECIMAL, small),
        "co2e": ("Emissions of transport, kg CO2e a year", "co2e_kg", Unit.COUNT, no_transport),
    }
    rows = {
        key: (text_cell(label), *count_cells(subject, [(key, name) for name in names]))
        for key, label in counted.items()
    }
    for key, (label, figure, unit, hidden) in measured.items():
        rows[key] = (text_cell(label), *figures(_values(table, figure, names), unit, withheld_if(hidden)))
    for key, label, unit in (("capital_gbp", "Capital, £ once", Unit.GBP), ("classes", "Added classes", Unit.COUNT)):
        if key in table.index:
            rows[key] = (text_cell(label), *figures(_values(table, key, names), unit, [Mark.SHOWN] * len(names)))
    longest = _longest(subject, _values(table, "longest_minutes", names))
    rows["longest"] = (text_cell("Longest journey, minutes one way"), *longest)
    return rows


def places_over_cells(subject: Subject) -> tuple[Cell, ...]:
    """Return the places used over the number, a cell for each plan.

    Withheld where the pupils of any provision are: how many of them are over its number would say how many they are.
    """
    cells = []
    for name, plan in subject.plans.items():
        hidden = any(subject.is_hidden(("provision", name, ident)) for ident in plan.use["provision_id"])
        mark = Mark.WITHHELD if hidden else Mark.SHOWN
        cells.append(Cell(int(plan.use["places_over"].sum()), Unit.COUNT, mark))
    return tuple(cells)


def _values(table: pd.DataFrame, figure: str, names: list[str]) -> list[float]:
    return table[names].T[figure].astype(float).tolist()


def kinds(subject: Subject) -> Grid:
    """Return places and pupils by kind of provision."""
    use = subject.plans[subject.main].use
    places = use[use["is_open"]].groupby("kind")["places"].sum()
    rows = [
        (
            text_cell(KIND_NAMES[kind]),
            Cell(int(places.get(kind, 0)), Unit.COUNT),
            *count_cells(subject, [("kind", name, kind) for name in subject.plans]),
        )
        for kind in KINDS
        if kind in set(use["kind"])
    ]
    rows.append(
        (text_cell("No place"), Cell(None, Unit.COUNT), *count_cells(subject, [("unplaced", n) for n in subject.plans]))
    )
    total = (
        text_cell("All pupils"),
        Cell(int(places.sum()), Unit.COUNT),
        *count_cells(subject, [("pupils", name) for name in subject.plans]),
    )
    heads = ("Kind", f"Places, {subject.main}", *plan_heads(subject, "Pupils"))
    return Grid("kinds", "Pupils by kind of provision", heads, tuple(rows), total)


def provisions(subject: Subject) -> Grid:
    """Return every provision with its use, and with added classes and capital where there are any."""
    use = subject.plans[subject.main].use
    order = {kind: rank for rank, kind in enumerate(KINDS)}
    use = use.assign(rank=use["kind"].map(order)).sort_values(["rank", "setting_name", "provision_id"], kind="stable")
    added = {name: head for name, head in _ADDED.items() if use[name].any()}
    rows = tuple(
        (
            text_cell(row["setting_name"]),
            text_cell(_kind_label(row)),
            text_cell(row["provision_id"]),
            Cell(int(row["places"]), Unit.COUNT),
            *count_cells(subject, [("provision", name, row["provision_id"]) for name in subject.plans]),
            _state(subject, row),
            *(Cell(float(row[name]), Unit.COUNT if name == "classes" else Unit.GBP) for name in added),
        )
        for _, row in use.iterrows()
    )
    heads = ("School", "Kind", "Provision", "Places", *plan_heads(subject, "Pupils"), f"State, {subject.main}")
    note = (
        "A school that a plan names must admit the child even when it is full, so places over the number have a price."
    )
    if "classes" in added:
        note = f"{note} Places are with the added classes."
    return Grid("provisions", "Use of every provision", (*heads, *added.values()), rows, note=note)


def _kind_label(row: "pd.Series[Any]") -> str:
    name = KIND_NAMES[str(row["kind"])]
    label = "" if pd.isna(row["kind_label"]) else str(row["kind_label"])
    return name if label.lower().replace("_", " ") in {"", str(row["kind"]).replace("_", " ")} else f"{name}: {label}"


def _state(subject: Subject, row: "pd.Series[Any]") -> Cell:
    """Say in words how full a provision is."""
    if not row["is_open"]:
        return text_cell("closed" if row["status"] in {"closed", "closable"} else "not in use")
    if subject.is_hidden(("provision", subject.main, row["provision_id"])):
        return Cell(None, Unit.TEXT, Mark.WITHHELD)
    if int(row["places_over"]):
        return text_cell(f"over-full: {int(row['places_over'])} over the number")
    return text_cell("full" if int(row["places_free"]) == 0 else f"{int(row['places_free'])} free")


def unplaced_by(subject: Subject, grouping: str) -> Grid:
    """Return pupils without a place by need, locality or phase."""
    name = GROUPING_NAMES[grouping]
    rows = tuple(
        (
            text_cell(group_name(grouping, label)),
            *count_cells(subject, [(grouping, subject.main, label)]),
            *count_cells(subject, [("unplaced", grouping, plan, label) for plan in subject.plans]),
        )
        for label in group_labels(subject.plans, grouping)
    )
    total = (
        text_cell("All pupils"),
        *count_cells(subject, [("pupils", subject.main)]),
        *count_cells(subject, [("unplaced", plan) for plan in subject.plans]),
    )
    heads = (name, "Pupils", *plan_heads(subject, "Without a place"))
    return Grid(f"unplaced_{grouping}", f"Pupils without a place by {name.lower()}", heads, rows, total)


def unplaced_reasons(subject: Subject) -> tuple[Grid, Grid]:
    """Return why pupils are without a place: whether anything would suit, and what stands in the way elsewhere."""
    names = list(subject.plans)
    verdicts = tuple(
        (text_cell(words), *count_cells(subject, [("verdict", name, verdict) for name in names]))
        for verdict, words in VERDICTS.items()
    )
    total = (text_cell("All without a place"), *count_cells(subject, [("unplaced", name) for name in names]))
    heads = plan_heads(subject, "Without a place")
    first = Grid("verdicts", "Why pupils have no place", ("Reason", *heads), verdicts, total)
    obstacles = sorted({str(key[2]) for key in subject.counts if isinstance(key, tuple) and key[0] == "obstacle"})
    rows = tuple(
        (text_cell(words), *count_cells(subject, [("obstacle", name, words) for name in names])) for words in obstacles
    )
    note = "A pupil is counted for every reason that rules out at least one provision, so the rows overlap."
    caption = "What stands in the way of pupils without a place"
    return first, Grid("obstacles", caption, ("What rules provisions out", *heads), rows, note=note)


def flows(subject: Subject, name: str) -> Grid:
    """Return how many pupils go from which kind to which, between the reference and another plan."""
    keys = [key for key in subject.counts if isinstance(key, tuple) and key[:2] == ("flow", name)]
    order = [*KINDS, NO_PLACE]
    keys.sort(key=lambda key: (order.index(key[2]), order.index(key[3])))
    rows = [(text_cell("Any"), text_cell("The same place"), *count_cells(subject, [("same place", name)]))]
    rows += [(text_cell(KIND_NAMES[key[2]]), text_cell(_target(key)), *count_cells(subject, [key])) for key in keys]
    total = (text_cell("All pupils in both"), text_cell(""), *count_cells(subject, [("in both", name)]))
    caption = f"Where pupils go: {subject.reference} to {name}"
    heads = ("Kind before", "Kind after", "Pupils")
    return Grid(f"flows_{name}", caption, heads, tuple(rows), total)


def _target(key: tuple[str, ...]) -> str:
    if key[2] == key[3]:
        return "Still no place" if key[2] == NO_PLACE else f"{KIND_NAMES[key[3]]}, another provision"
    return KIND_NAMES[key[3]]


def wishes(subject: Subject) -> Grid:
    """Return what became of requests for a school, of wishes for mainstream and of families."""
    labels = {
        ("request", "met"): "Placed at the school that the family asked for",
        ("request", "missed"): "Placed at another school than the family asked for",
        ("mainstream", "met"): "Mainstream wanted and given",
        ("mainstream", "missed"): "Mainstream wanted and not given",
    }
    rows = [
        (text_cell(label), *count_cells(subject, [(kind, name, wish) for name in subject.plans]))
        for (kind, wish), label in labels.items()
    ]
    apart = [("siblings apart", name) for name in subject.plans]
    rows.append((text_cell("Brothers and sisters apart from most of their family"), *count_cells(subject, apart)))
    note = "Pupils with a place only. The law's tests are for people to apply; the plan says only what it assumed."
    return Grid(
        "wishes", "What became of requests and wishes", ("Wish", *plan_heads(subject, "Pupils")), tuple(rows), note=note
    )


def _longest(subject: Subject, values: list[float]) -> tuple[Cell, ...]:
    if subject.confidential:
        return figures(values, Unit.ONE_DECIMAL, [Mark.SHOWN] * len(values))
    # The longest journey is one pupil's, so what is shared says only between which five minutes it lies.
    step = _LONGEST_STEP_MINUTES
    texts = [
        "" if math.isnan(value) else f"{int(value // step) * step} to {int(value // step) * step + step}"
        for value in values
    ]
    marks = withheld_if(subject.is_small(plan.placed_pupils) for plan in subject.plans.values())
    cells = [Cell(text or None, Unit.NUMBER, mark) for text, mark in zip(texts, marks, strict=True)]
    return (*cells, *[Cell(None, Unit.NUMBER)] * len(subject.comparison.others))
