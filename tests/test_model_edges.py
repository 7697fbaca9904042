"""What rows leave out: money of other places in the budget of one, words about those who stay where nobody does."""

import pandas as pd
import pytest

from placement_opt.model import Draft, draft_model
from placement_opt.model.sites import place_funding_gbp
from placement_opt.pairs import candidate_pairs
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.travel import crow_fly
from tests import lp_cases


def drafted(
    pupils: dict[str, list[object]] | None = None, *, policy: Policy | None = None, **tables: pd.DataFrame
) -> Draft:
    tables = {"settings": lp_cases.SETTINGS, "provisions": lp_cases.provisions(), **tables}
    problem = Problem(pupils=lp_cases.pupils(3, **(pupils or {})), **tables)
    return draft_model(candidate_pairs(problem, crow_fly(problem), policy=policy))


@pytest.mark.parametrize(("locality", "counted_gbp"), [("North", 1_500.0), ("South", None)])
def test_a_class_counts_in_the_budget_of_its_own_locality_only(locality: str, counted_gbp: float | None) -> None:
    draft = drafted(
        {"locality": ["South"] * 3},
        settings=lp_cases.SETTINGS.assign(locality=["North", "South"]),
        provisions=lp_cases.provisions(max_classes=[1, 0], class_places=[2, 0], class_gbp=[1_500, 0]),
        budgets=pd.DataFrame([{"budget": "b", "type": "revenue", "locality": locality, "limit_gbp": 90_000}]),
    )

    (row,) = [row for row in draft.rows if row.name == "budget_0"]
    (classes,) = draft.classes.values()
    assert dict(row.terms).get(classes) == counted_gbp


@pytest.mark.parametrize(
    ("stays_at", "words"), [(None, None), ("A1", "of which 1 are there whatever is decided")], ids=["nobody", "one"]
)
def test_a_total_speaks_of_those_who_stay_where_somebody_does(stays_at: str | None, words: str | None) -> None:
    total = pd.DataFrame([{"total": "t", "measure": "pupils", "most": 2}])
    draft = drafted({"current_provision_id": [stays_at, None, None]}, totals=total)

    sentence = draft.sentences["total_0"]
    assert ("of which" in sentence) == (words is not None)
    assert words is None or words in sentence


def test_a_total_of_moves_never_speaks_of_those_who_stay() -> None:
    total = pd.DataFrame([{"total": "t", "measure": "moves", "most": 0}])
    draft = drafted({"current_provision_id": ["A1", "B1", None], "year_group": [6, 5, 5]}, totals=total)

    assert "of which" not in draft.sentences["total_0"]


@pytest.mark.parametrize(("available", "left"), [(5, 3.0), (1, 0.0)])
def test_what_is_left_of_a_resource_is_what_those_who_stay_do_not_use(available: int, left: float) -> None:
    draft = drafted(
        {"current_provision_id": ["A1", None, None]},
        resources=pd.DataFrame([{"resource": "hours", "unit": "hours", "available": available}]),
        resource_use=pd.DataFrame([{"resource": "hours", "amount": 2}]),
    )

    (row,) = [row for row in draft.rows if row.name == "resource_0"]
    assert row.right == left


def test_place_funding_of_several_places_is_rounded_to_the_penny() -> None:
    draft = drafted(
        provisions=lp_cases.provisions(place_gbp=[100.003, 0], places=[2, 2], status=["closable", "open"]),
        policy=Policy(cost_basis="full"),
    )

    assert place_funding_gbp(draft, 0, 2) == 200.01
    assert draft.money.terms[draft.is_open[0]] == 200.01


def test_a_spoke_draws_hours_for_those_who_stay_there_and_for_nobody_elsewhere() -> None:
    problem, policy = lp_cases.outreach()
    pupils = problem.pupils.assign(support_hours=[1.0, 2.0], current_provision_id=["A2", "B2"])
    changed = problem.replace(pupils=pupils)
    draft = draft_model(candidate_pairs(changed, crow_fly(changed), policy=policy))

    position = {name: place for place, name in enumerate(changed.provisions["provision_id"])}
    most = {column.name: column.most for column in draft.columns}
    kept = {"A2": 1.0, "B2": 2.0}
    links = draft.facts.links
    assert set(links["spoke_id"]) == set(kept)
    for hub, spoke, hours in links[["hub_id", "spoke_id", "visit_hours"]].itertuples(index=False, name=None):
        assert most[f"g_{position[hub]}_{position[spoke]}"] == pytest.approx(hours + kept[spoke])
