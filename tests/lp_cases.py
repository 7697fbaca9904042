"""One tiny problem for each family of the model, small enough to read its LP text."""

from collections.abc import Callable

import pandas as pd

from placement_opt.policy import Policy
from placement_opt.problem import Problem

Case = tuple[Problem, Policy]

SETTINGS = pd.DataFrame(
    {
        "setting_id": ["A", "B"],
        "name": ["Alder Lane", "Birch Hill"],
        "easting": [460_000, 464_000],
        "northing": [270_000, 270_000],
    }
)


def pupils(rows: int = 3, **columns: list[object]) -> pd.DataFrame:
    """Return pupils in a row, 1 km apart, none of whom is entitled to transport."""
    return pd.DataFrame(
        {
            "pupil_id": [f"P{place}" for place in range(1, rows + 1)],
            "easting": [460_000 + 1_000 * place for place in range(rows)],
            "northing": [270_000] * rows,
            "year_group": [5] * rows,
            "need": ["ASD"] * rows,
            "entitled": ["no"] * rows,
            **columns,
        }
    )


def provisions(**columns: list[object]) -> pd.DataFrame:
    """Return a base at A with one place and a special school at B with two."""
    return pd.DataFrame(
        {
            "provision_id": ["A1", "B1"],
            "setting_id": ["A", "B"],
            "kind": ["hub", "special"],
            "places": [1, 2],
            "topup_gbp": [8_000, 16_000],
            "place_gbp": [6_000, 10_000],
            **columns,
        }
    )


def assignment() -> Case:
    """C1: pupils, one of them a row of two, one without any possible place, one who stays."""
    rows = pupils(4, count=[2, 1, 1, 1], need=["ASD", "ASD", "SEMH", "ASD"])
    rows["current_provision_id"] = [None, None, None, "B1"]
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions(needs=["ASD", "ASD"])), Policy()


def decision() -> Case:
    """C1 with an officer's decision: a pupil who must go to A1."""
    rules = pd.DataFrame({"pupil_id": ["P1"], "provision_id": ["A1"], "rule": ["must"]})
    return Problem(pupils=pupils(2), settings=SETTINGS, provisions=provisions(), pair_rules=rules), Policy()


def places() -> Case:
    """C2: unequal places, and a place over the number at a price."""
    rows = pupils(3, places=[1, 2, 1])
    changed = provisions(overflow_places=[1, 0], overflow_gbp=[5_000, 0])
    return Problem(pupils=rows, settings=SETTINGS, provisions=changed), Policy()


def kept_places() -> Case:
    """C2: two pupils stay at a base with one place; nobody is pushed out and nobody gets in."""
    rows = pupils(3, current_provision_id=["A1", "A1", None])
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions()), Policy()


def part_limits() -> Case:
    """C3: a year limit in a provision and a limit of a whole school."""
    limits = pd.DataFrame(
        {"limit_id": ["L1"], "provision_id": ["B1"], "needs": ["ASD"], "min_year": [5], "max_year": [6], "places": [1]}
    )
    return Problem(
        pupils=pupils(2, year_group=[5, 7]),
        settings=SETTINGS.assign(places=[1, None]),
        provisions=provisions(),
        part_limits=limits,
    ), Policy()


def sites() -> Case:
    """C4: a candidate and a closable provision on the full cost basis."""
    changed = provisions(status=["candidate", "closable"], open_gbp=[20_000, 30_000])
    return Problem(pupils=pupils(2), settings=SETTINGS, provisions=changed), Policy(cost_basis="full")


def site_limits() -> Case:
    """C4: exactly one of a candidate and a closable provision is open."""
    limits = pd.DataFrame({"site_limit": ["one"], "min_open": [1], "max_open": [1]})
    changed = provisions(status=["candidate", "closable"])
    return Problem(pupils=pupils(3), settings=SETTINGS, provisions=changed, site_limits=limits), Policy()


def groups() -> Case:
    """C7: a base that is in use with two pupils or not at all, and a candidate with a smallest group."""
    changed = provisions(status=["open", "candidate"], places=[3, 3], min_pupils=[2, 2], topup_gbp=[8_000, 4_000])
    return Problem(pupils=pupils(3), settings=SETTINGS, provisions=changed), Policy()


def classes() -> Case:
    """C8: a base that may add classes, and a candidate that may once it is open, on the full cost basis."""
    changed = provisions(
        status=["open", "candidate"],
        max_classes=[2, 1],
        class_places=[1, 2],
        class_gbp=[3_000, 5_000],
        class_capital_gbp=[50_000, 0],
        open_gbp=[0, 9_000],
    )
    return Problem(pupils=pupils(4), settings=SETTINGS, provisions=changed), Policy(cost_basis="full")


def budgets() -> Case:
    """C9: capital of one locality, revenue of one payer, and transport, with one pupil who stays."""
    rows = pupils(4, current_provision_id=[None, None, None, "B1"], locality=["North", "South", "North", "South"])
    settings = SETTINGS.assign(locality=["North", "South"])
    changed = provisions(
        status=["candidate", "open"],
        capital_gbp=[400_000, 0],
        open_gbp=[2_000, 0],
        max_classes=[0, 2],
        class_places=[0, 1],
        class_capital_gbp=[0, 90_000],
        places=[2, 2],
    )
    limits = pd.DataFrame(
        {
            "budget": ["building", "high needs", "taxis"],
            "type": ["capital", "revenue", "transport"],
            "locality": ["North", None, None],
            "payer": [None, "high needs", None],
            "limit_gbp": [450_000, 60_000, 5_000],
        }
    )
    return Problem(pupils=rows, settings=settings, provisions=changed, budgets=limits), Policy()


def outreach() -> Case:
    """C5 and C6: a hub, a special school with outreach that may be opened, and two spokes."""
    changed = pd.DataFrame(
        {
            "provision_id": ["A1", "A2", "B1", "B2"],
            "setting_id": ["A", "A", "B", "B"],
            "kind": ["hub", "spoke", "special", "spoke"],
            "places": [1, 2, 1, 2],
            "status": ["open", "open", "candidate", "open"],
            "topup_gbp": [8_000, 4_000, 16_000, 4_000],
        }
    )
    hubs = pd.DataFrame(
        {
            "provision_id": ["A1", "B1"],
            "team_hours_per_week": [30, 20],
            "max_teams": [2, 1],
            "team_gbp": [50_000, 40_000],
            "max_spokes": [1, 2],
            "max_link_minutes": [20, 20],
        }
    )
    rows = pupils(2, support_hours=[5, 6])
    return Problem(pupils=rows, settings=SETTINGS, provisions=changed, hubs=hubs), Policy()


def resources() -> Case:
    """C10: therapy hours, more for one need than for another."""
    scarce = pd.DataFrame({"resource": ["therapy"], "available": [5]})
    use = pd.DataFrame(
        {"resource": ["therapy"] * 2, "need": ["ASD", None], "kind": [None, "special"], "amount": [2, 3]}
    )
    return Problem(
        pupils=pupils(3, need=["ASD", "SLCN", "SLCN"]),
        settings=SETTINGS,
        provisions=provisions(),
        resources=scarce,
        resource_use=use,
    ), Policy()


def wishes() -> Case:
    """C11: a request and a wish for mainstream that are weighed."""
    rows = pupils(2, requested_setting_id=["B", None], mainstream=[None, "wanted"])
    policy = Policy(requests="priced", mainstream="priced", missed_request_gbp=3_000, missed_mainstream_gbp=2_000)
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions()), policy


def moves() -> Case:
    """C11: at most one pupil may leave a place that could be kept."""
    rows = pupils(3, current_provision_id=["B1", "B1", None])
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions()), Policy(moves="all", max_moves=1)


def siblings_hard() -> Case:
    """C11: brothers and sisters at one school."""
    rows = pupils(2, sibling_group=["F", "F"])
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions()), Policy(siblings="hard")


def siblings_priced() -> Case:
    """C11: a sister who stays, and a brother for whom being apart is weighed."""
    rows = pupils(2, sibling_group=["F", "F"], current_provision_id=["B1", None])
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions()), Policy(siblings="priced")


def totals() -> Case:
    """C12: minutes of all, pupils of one locality at one kind, moves, and pupils without a place."""
    rows = pupils(4, current_provision_id=["B1", None, None, None], locality=["North", "North", "South", "South"])
    limits = pd.DataFrame(
        {
            "total": ["days", "north special", "put", "left"],
            "measure": ["minutes", "pupils", "moves", "unplaced"],
            "kind": [None, "special", None, None],
            "locality": [None, "North", None, "South"],
            "most": [30, 1, 0, 1],
        }
    )
    return Problem(pupils=rows, settings=SETTINGS, provisions=provisions(), totals=limits), Policy(moves="all")


CASES: dict[str, Callable[[], Case]] = {
    make.__name__: make
    for make in (
        assignment,
        decision,
        places,
        kept_places,
        part_limits,
        sites,
        site_limits,
        groups,
        classes,
        budgets,
        outreach,
        resources,
        wishes,
        moves,
        siblings_hard,
        siblings_priced,
        totals,
    )
}
