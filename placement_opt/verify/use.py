"""The table `use`: how full every provision is, whether it is open, and what that costs."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from placement_opt.verify.case import Case, Check
from placement_opt.verify.figures import HALF_PENNY_GBP, wrong_numbers, wrong_words
from placement_opt.verify.question import Real, Truth, Whole, plain, positions


def every_provision(case: Case) -> Iterator[str]:
    """Find provisions without a row."""
    named = set(case.plan.use["provision_id"])
    for provision_id in case.question.provisions["provision_id"]:
        if provision_id not in named:
            yield f"{provision_id} has no row in use."


def descriptions(case: Case) -> Iterator[str]:
    """Find rows that differ from the data of their provision and its school, or name another payer."""
    use, row, where = _rows(case)
    question, parameters = case.question, case.question.parameters
    for column in ("setting_id", "kind", "kind_label", "status", "place_payer"):
        yield from wrong_words(where, column, plain(use[column]), question.of_provisions(column)[row])
    yield from wrong_words(where, "setting_name", plain(use["setting_name"]), question.of_schools("name")[row])
    for column in ("overflow_payer", "opening_payer"):
        wanted = np.full(len(use), getattr(parameters, column), dtype=object)
        yield from wrong_words(where, column, plain(use[column]), wanted)


def openness(case: Case) -> Iterator[str]:
    """Find open that is shut, closed that is open, spokes not as served, decided ones shut though in use."""
    use, row, where = _rows(case)
    given = plain(use["is_open"])
    wanted = np.where(_is_free(case)[row], given | _is_needed(case)[row], _is_fixed_open(case)[row])
    yield from wrong_words(where, "is_open", given, wanted)


def classes(case: Case) -> Iterator[str]:
    """Find added classes that are fewer than none, more than may be, or where the provision is not in use (C8)."""
    use, row, where = _rows(case)
    most = np.where(case.is_in_use, case.question.of_provisions("max_classes"), 0)[row]
    given = plain(use["classes"])
    for at in np.flatnonzero((given < 0) | (given > most)):
        why = "" if case.is_in_use[row[at]] else " where a provision is closed or not in use"
        yield f"{where[at]}: {given[at]} classes are added; {most[at]} is the most{why}, and 0 the fewest."


def fullness(case: Case) -> Iterator[str]:
    """Find pupils and places that do not follow from the placements."""
    use, row, where = _rows(case)
    number = places(case)[row]
    pupils, taken = case.per_provision(case.count)[row], case.per_provision(case.taken)[row]
    free = np.where(plain(use["is_open"]), np.maximum(0, number - taken), 0)
    for column, wanted in (
        ("places", number),
        ("pupils", pupils),
        ("places_used", taken),
        ("places_over", np.maximum(0, taken - number)),
        ("places_free", free),
    ):
        yield from wrong_numbers(where, column, plain(use[column]), wanted)


def money(case: Case) -> Iterator[str]:
    """Find costs of overflow, opening, classes, capital and commissioned places that their prices do not say."""
    use, row, where = _rows(case)
    for column, amount in {**amounts_gbp(case), "capital_gbp": capital_gbp(case)}.items():
        yield from wrong_numbers(where, column, plain(use[column]), amount[row], HALF_PENNY_GBP)


def places(case: Case) -> Whole:
    """Return for each provision its places, those of added classes included."""
    question = case.question
    return np.asarray(question.of_provisions("places") + question.of_provisions("class_places") * case.classes)


def amounts_gbp(case: Case) -> dict[str, Real]:
    """Return for each provision what overflow, opening, added classes and commissioned places cost for a year."""
    question = case.question
    number, taken = places(case), case.per_provision(case.taken)
    is_paid = (case.is_open | (question.of_provisions("status") == "open")) & (question.policy.cost_basis == "full")
    return {
        "overflow_gbp": question.of_provisions("overflow_gbp") * np.maximum(0, taken - number),
        "opening_gbp": np.where(case.is_open & question.is_decided_status, question.of_provisions("open_gbp"), 0.0),
        "classes_gbp": question.of_provisions("class_gbp") * case.classes,
        "commissioned_gbp": np.where(is_paid & ~question.is_ordinary, question.of_provisions("place_gbp") * number, 0),
    }


def capital_gbp(case: Case) -> Real:
    """Return for each provision what opening it and adding classes cost once."""
    question = case.question
    is_opened = case.is_open & (question.of_provisions("status") == "candidate")
    opened = np.where(is_opened, question.of_provisions("capital_gbp"), 0.0)
    return np.asarray(opened + question.of_provisions("class_capital_gbp") * case.classes)


def _rows(case: Case) -> tuple[pd.DataFrame, Whole, list[str]]:
    use = case.plan.use
    row = positions(case.question.provisions["provision_id"], use["provision_id"])
    use = use[row >= 0].reset_index(drop=True)
    return use, row[row >= 0], [f"use of {name}" for name in use["provision_id"]]


def _is_free(case: Case) -> Truth:
    """Return for which provisions the plan decides whether they are open, without a link deciding it."""
    question = case.question
    return np.asarray(question.is_decided_status & (question.of_provisions("kind") != "spoke"))


def _is_needed(case: Case) -> Truth:
    is_hub = case.question.provisions["provision_id"].isin(set(case.plan.outreach["hub_id"])).to_numpy()
    return np.asarray(is_hub | (case.per_provision(case.count) > 0))


def _is_fixed_open(case: Case) -> Truth:
    status, kind = case.question.of_provisions("status"), case.question.of_provisions("kind")
    return np.asarray((status != "closed") & ((kind != "spoke") | case.is_served))


CHECKS = (
    Check("every provision", every_provision),
    Check("use descriptions", descriptions),
    Check("openness", openness),
    Check("classes", classes),
    Check("fullness", fullness),
    Check("use money", money),
)
