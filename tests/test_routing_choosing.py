"""Sets are chosen as well as can be: all covers, gone through one by one, say so."""

import random
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest

from placement_opt.errors import NoPlanError, Status
from placement_opt.solve import choosing
from placement_opt.solve.choosing import Choice, Sets, choose_sets
from placement_opt.solve.highs import Run
from tests.amounts import how_many

TRIFLE_GBP = 1e-3


def random_sets(seed: int) -> Sets:
    """Return up to 25 sets of up to 8 members, of kinds of which there may be none, few or any number."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    people, kinds = chance.randint(2, 8), chance.randint(1, 3)
    members = [
        tuple(sorted(chance.sample(range(people), chance.randint(1, min(4, people)))))
        for _ in range(chance.randint(3, 25))
    ]
    if chance.random() < 0.6:  # then everybody has a set alone
        members += [(one,) for one in range(people)]
    return Sets(
        members,
        np.array([float(chance.randint(5, 40)) + 3 * len(one) for one in members]),
        np.array([chance.randrange(kinds) for _ in members], dtype=np.int64),
        np.array([chance.choice((0.0, 1.0, 2.0, np.inf, np.inf)) for _ in range(kinds)]),
        np.array([chance.choice((1, 1, 1, 3)) for _ in range(people)], dtype=np.int64),
    )


def best_cover(sets: Sets) -> tuple[int, float]:
    """Return the least weight left out, and the least cost with it."""

    @cache
    def best(left: frozenset[int], room: tuple[float, ...]) -> tuple[int, float]:
        if not left:
            return 0, 0.0
        first = min(left)
        weight, cost = best(left - {first}, room)
        found = [(weight + int(sets.weight[first]), cost)]
        for members, gbp, kind in zip(sets.members, sets.cost_gbp, sets.kind, strict=True):
            if first in members and left.issuperset(members) and room[kind] >= 1:
                rest = (*room[:kind], room[kind] - 1, *room[kind + 1 :])
                weight, cost = best(left - set(members), rest)
                found.append((weight, cost + float(gbp)))
        return min(found)

    return best(frozenset(range(len(sets.weight))), tuple(sets.available.tolist()))


def value_of(sets: Sets, choice: Choice) -> tuple[int, float]:
    """Return weight left out and cost of a choice that keeps to every rule."""
    carried = [one for at in choice.chosen for one in sets.members[at]]
    assert sorted([*carried, *choice.without]) == list(range(len(sets.weight)))
    used = np.bincount(sets.kind[list(choice.chosen)], minlength=len(sets.available))
    assert (used <= sets.available).all()
    assert list(choice.chosen) == sorted(choice.chosen)
    return int(sets.weight[list(choice.without)].sum()), float(sets.cost_gbp[list(choice.chosen)].sum())


@pytest.mark.parametrize("seed", range(how_many(2_000, in_ci=120)))
def test_the_choice_is_the_best_of_all_covers(seed: int) -> None:
    sets = random_sets(seed)
    choice = choose_sets(sets)
    weight, cost = value_of(sets, choice)
    assert (weight, cost) == (best_cover(sets)[0], pytest.approx(best_cover(sets)[1], abs=TRIFLE_GBP))
    assert choice.is_optimal
    assert choice.bound_gbp == pytest.approx(cost, abs=TRIFLE_GBP)


def test_the_random_sets_ask_for_everything() -> None:
    covers = [best_cover(random_sets(seed))[0] for seed in range(120)]
    assert min(covers) == 0
    assert 20 <= sum(left_out > 0 for left_out in covers) <= 100


@pytest.mark.parametrize("seed", range(how_many(500, in_ci=40)))
def test_no_set_is_worth_more_than_its_prices_say(seed: int) -> None:
    sets = random_sets(seed)
    choice = choose_sets(sets)
    assert (choice.kind_prices_gbp <= TRIFLE_GBP).all()
    worth = np.array([choice.prices_gbp[list(members)].sum() for members in sets.members])
    assert (sets.cost_gbp - worth - choice.kind_prices_gbp[sets.kind] >= -TRIFLE_GBP).all()
    assert choice.kind_prices_gbp[np.isinf(sets.available)] == pytest.approx(0.0, abs=TRIFLE_GBP)
    if not choice.without:
        short = np.isfinite(sets.available)
        proven = choice.prices_gbp.sum() + (choice.kind_prices_gbp * np.where(short, sets.available, 0)).sum()
        assert proven <= best_cover(sets)[1] + TRIFLE_GBP


@pytest.mark.parametrize("seed", range(how_many(500, in_ci=40)))
def test_what_is_claimed_of_too_many_sets_for_the_model_is_true(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sets = random_sets(seed)
    alone = tuple(range(len(sets.members), len(sets.members) + len(sets.weight)))
    people = len(sets.weight)
    sets = replace(
        sets,
        members=[*sets.members, *((one,) for one in range(people))],
        cost_gbp=np.concatenate([sets.cost_gbp, np.full(people, 50.0)]),
        kind=np.concatenate([sets.kind, np.full(people, len(sets.available))]),
        available=np.append(sets.available, np.inf),
    )
    monkeypatch.setattr(choosing, "MOST_IN_MODEL", 4)
    choice = choose_sets(sets, known=alone)
    weight, cost = value_of(sets, choice)
    least = best_cover(sets)[1]
    assert weight == 0
    assert choice.bound_gbp <= least + TRIFLE_GBP
    assert least <= cost + TRIFLE_GBP
    assert cost <= 50.0 * people + TRIFLE_GBP
    assert not choice.is_optimal or cost == pytest.approx(least, abs=TRIFLE_GBP)


def triangle(*more: tuple[int, ...]) -> Sets:
    """Return three members of whom any two are in a set."""
    members = [(0, 1), (1, 2), (0, 2), *more]
    kind = np.zeros(len(members), dtype=np.int64)
    return Sets(members, np.full(len(members), 10.0), kind, np.array([np.inf]), np.ones(3, dtype=np.int64))


def test_half_a_set_carries_nobody() -> None:
    choice = choose_sets(triangle())  # the LP takes half of each set, and has everybody in
    assert (len(choice.chosen), len(choice.without), choice.is_optimal) == (1, 1, True)
    assert choice.bound_gbp == pytest.approx(10.0, abs=TRIFLE_GBP)


def test_who_weighs_less_is_left_out() -> None:
    choice = choose_sets(replace(triangle(), weight=np.array([2, 2, 1], dtype=np.int64)))
    assert (choice.chosen, choice.without) == ((0,), (2,))


def test_a_choice_known_before_is_given_back_when_no_time_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_time(*_: Any, **__: Any) -> Run:
        return Run(Status.NO_SOLUTION, np.nan, np.nan, 0.0)

    monkeypatch.setattr(choosing, "run_highs", no_time)
    sets = triangle((0,), (1,), (2,))
    choice = choose_sets(sets, known=(3, 4, 5))
    assert (choice.chosen, choice.without, choice.is_optimal) == ((3, 4, 5), (), False)
    assert choice.bound_gbp == pytest.approx(15.0, abs=TRIFLE_GBP)  # half of each pair, by the LP
    with pytest.raises(NoPlanError, match="allow more time"):
        choose_sets(sets)


def test_a_poor_choice_known_before_does_not_stand_in_the_way() -> None:
    choice = choose_sets(triangle((0,), (1,), (2,)), known=(3, 4, 5))
    assert value_of(triangle((0,), (1,), (2,)), choice) == (0, 20.0)
    assert choice.is_optimal
