"""What could be better on a route by itself: a cheaper run, a journey alone, a pupil who leaves."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from placement_opt.facts import Ints
from placement_opt.routing.review_case import ReviewCase
from placement_opt.routing.review_merges import Looked, merge_of
from placement_opt.routing.review_runs import Runs, effect_of
from placement_opt.routing.runs import Run

CHEAPER_COLUMNS = {
    "route_id": "str",
    "vehicle": "str",
    "seats": "int64",
    "wheelchair_places": "int64",
    "to_vehicle": "str",
    "to_seats": "int64",
    "to_wheelchair_places": "int64",
    "changes": "str",
    "tariff_saving_gbp": "float64",
    "cost_gbp": "float64",
    "longer_pupils": "int64",
    "most_longer_minutes": "float64",
}
"""One row for each route whose pupils a cheaper vehicle, layout or order can carry within all limits. `changes` says
which of the three are others; the saving is by the tariff on both sides, whatever a contract says."""

ALONE_COLUMNS = {
    "route_id": "str",
    "pupil_id": "str",
    "price_gbp": "float64",
    "into_route_id": "str",
    "to_vehicle": "str",
    "saving_gbp": "float64",
    "basis": "str",
    "tariff_saving_gbp": "float64",
    "longer_pupils": "int64",
    "most_longer_minutes": "float64",
    "outcome": "str",
}
"""One row for each pupil who is alone on a route and need not be. `outcome` is can share, costs more (no route that was
looked at takes the pupil for less), or no route (none can take the pupil within the limits)."""

LEAVING_COLUMNS = {
    "route_id": "str",
    "pupil_id": "str",
    "setting_id": "str",
    "pupils": "int64",
    "leaving_saves_gbp": "float64",
    "leaving_saves_same_vehicle_gbp": "float64",
    "leaving_saves_contract_gbp": "float64",
    "share_gbp": "float64",
}
"""One row for each row of the riders: what the route would cost less without it, by the tariff, in whatever vehicle is
cheapest then, and in the same type of vehicle. What could be saved with everybody aboard (`cheaper`) does not count.
The contract saves nothing as long as anybody is left and it is not let anew; NaN = not known. `share_gbp` is the
route's price over its pupils: what the pupil seems to cost. NaN savings: no run carries the others within the
limits."""


def cheaper_table(review: ReviewCase, runs: Runs) -> pd.DataFrame:
    """Return the routes for whose pupils there is a cheaper run; see `CHEAPER_COLUMNS`."""
    fleet, arrays = review.case.fleet["vehicle"], review.case.arrays
    rows = []
    for route, members in enumerate(review.members):
        now, events = review.routes.iloc[route], review.events(route)
        run = runs.better(events, members, review.spare(route))
        if run is None or review.tariff_gbp[route] - run.cost_gbp < 0.005:
            continue
        seats, places = int(arrays.layout_seats[run.layout]), int(arrays.layout_wheelchairs[run.layout])
        effect = effect_of(review.case, run, review.pickup_ms, review.ride_ms)
        changed = {
            "vehicle": run.vehicle != review.vehicle[route],
            "layout": (seats, places) != (now["seats"], now["wheelchair_places"]),
            "order": list(run.morning) != events,
        }
        rows.append(
            {
                **now[["route_id", "vehicle", "seats", "wheelchair_places"]].to_dict(),
                "to_vehicle": fleet.iat[run.vehicle],
                "to_seats": seats,
                "to_wheelchair_places": places,
                "changes": ", ".join(what for what, is_other in changed.items() if is_other) or "assistants",
                "tariff_saving_gbp": round(float(review.tariff_gbp[route]) - run.cost_gbp, 2),
                "cost_gbp": run.cost_gbp,
                "longer_pupils": effect.longer_pupils,
                "most_longer_minutes": effect.most_longer_minutes,
            }
        )
    frame = pd.DataFrame(rows, columns=list(CHEAPER_COLUMNS)).astype(CHEAPER_COLUMNS)
    return frame.sort_values(["tariff_saving_gbp", "route_id"], ascending=[False, True], ignore_index=True)


def alone_table(review: ReviewCase, runs: Runs, looked: Looked) -> pd.DataFrame:
    """Return who is alone on a route and could share one; see `ALONE_COLUMNS`."""
    names = review.routes["route_id"]
    rows = []
    for route in np.flatnonzero(review.routes["pupils"].to_numpy() == 1):
        rider = review.riders.iloc[review.members[route][0]]
        if rider["solo"]:
            continue
        row = {"route_id": names[route], "pupil_id": rider["pupil_id"], "price_gbp": review.price_gbp[route]}
        ways = [merge for merge in looked.merges if route in (merge.one, merge.other)]
        best = max(ways, key=lambda merge: merge.saving_gbp, default=None)
        if best is None or best.saving_gbp <= 0:
            can_share = best is not None or _can_share(review, runs, looked, int(route))
            rows.append({**row, "outcome": "costs more" if can_share else "no route"})
            continue
        rows.append(
            {
                **row,
                "into_route_id": names[best.other if best.one == route else best.one],
                "to_vehicle": review.case.fleet["vehicle"].iat[best.run.vehicle],
                "saving_gbp": best.saving_gbp,
                "basis": review.basis(best.one, best.other),
                "tariff_saving_gbp": best.tariff_saving_gbp,
                "longer_pupils": best.effect.longer_pupils,
                "most_longer_minutes": best.effect.most_longer_minutes,
                "outcome": "can share",
            }
        )
    frame = pd.DataFrame(rows, columns=list(ALONE_COLUMNS))
    frame = frame.assign(longer_pupils=frame["longer_pupils"].fillna(0)).astype(ALONE_COLUMNS)
    order = frame.assign(worth=-frame["saving_gbp"].fillna(-1)).sort_values(["worth", "route_id"], kind="stable")
    return order.drop(columns="worth").reset_index(drop=True)


def _can_share(review: ReviewCase, runs: Runs, looked: Looked, route: int) -> bool:
    """Say whether any route can take who is on this one, of those that cannot save by it."""
    pairs = [pair for pair in looked.cannot_save if route in pair]
    pairs.sort(key=lambda pair: sum(len(review.members[one]) for one in pair))
    return any(merge_of(review, runs, *pair) is not None for pair in pairs)


def leaving_table(review: ReviewCase, runs: Runs) -> pd.DataFrame:
    """Return what each pupil's leaving would save; see `LEAVING_COLUMNS`."""
    contracts, pupils = (review.routes[name].to_numpy() for name in ("contract_gbp", "pupils"))
    about = review.riders[["route_id", "pupil_id", "setting_id", "pupils"]].to_dict("records")
    rows = []
    for route, members in enumerate(review.members):
        events = review.events(route)
        runs.look_at_leaving(members)
        contract = float(contracts[route])
        kinds = {"leaving_saves_gbp": review.spare(route), "leaving_saves_same_vehicle_gbp": review.vehicle[[route]]}
        whole = {name: _least(review, route, runs.better(events, members, kind)) for name, kind in kinds.items()}
        for party in members:
            rest = [one for one in members if one != party]
            saved = {
                name: whole[name] - _cost(runs, _without(review, events, party), rest, kind)
                for name, kind in kinds.items()
            }
            rows.append(
                {
                    **{str(name): value for name, value in about[party].items()},
                    **{name: round(float(gbp), 2) for name, gbp in saved.items()},
                    "leaving_saves_contract_gbp": contract if not rest else 0 * contract,
                    "share_gbp": round(float(review.price_gbp[route]) / pupils[route], 2),
                }
            )
    return pd.DataFrame(rows, columns=list(LEAVING_COLUMNS)).astype(LEAVING_COLUMNS)


def _least(review: ReviewCase, route: int, run: Run | None) -> float:
    now = float(review.tariff_gbp[route])
    return now if run is None else min(now, run.cost_gbp)


def _cost(runs: Runs, events: Sequence[int], parties: Sequence[int], vehicles: Ints) -> float:
    if not parties:
        return 0.0
    run = runs.better(events, parties, vehicles)
    return np.nan if run is None else run.cost_gbp


def _without(review: ReviewCase, events: Sequence[int], party: int) -> list[int]:
    """Return the events of a route without a party, and without set-downs that served nobody else."""
    homes, goes_to = len(review.case.parties), review.case.arrays.goes_to
    kept: list[int] = []
    waiting: set[int] = set()
    for event in events:
        if event < homes:
            if event != party:
                kept.append(event)
                waiting.add(int(goes_to[event]))
        elif event - homes in waiting:
            kept.append(event)
            waiting.discard(event - homes)
    return kept
