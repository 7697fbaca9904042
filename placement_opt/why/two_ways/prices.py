"""The cost lines of two places for one pupil, from the prices of a problem; each says where its figure comes from."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.facts import Facts, Ints, gather_facts
from placement_opt.pairs import CostedPairs, cost_pairs
from placement_opt.parameters import Parameters
from placement_opt.phases import PHASES
from placement_opt.plan import Plan
from placement_opt.policy import Policy
from placement_opt.prices import DEFAULT_TOPUP_PARAMETERS, Prices
from placement_opt.problem import Problem
from placement_opt.rules import refusals_of
from placement_opt.suitability import REASON_TEXTS, Reason
from placement_opt.tariff import KIND_POSITION, best_rows
from placement_opt.transport import NO_MODE
from placement_opt.travel import TravelMatrix
from placement_opt.why.two_ways.lines import Way

TOPUP, PLACE, TRANSPORT = "top-up or fee", "place funding", "transport"


@dataclass(frozen=True, eq=False, repr=False)
class Ways:
    """Two places for one pupil as cost lines. Make one with `ways_from`.

    Parameters
    ----------
    first, second
        The places; `two_ways` takes them.
    years_left
        School years to the end of the pupil's phase, this one included; None = Year 12 and above.
    notes
        What has to be known of the places and is no cost line.
    """

    first: Way
    second: Way
    years_left: int | None
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"Ways({self.first.name} / {self.second.name}, {len(self.notes)} notes)"


def years_left_in_phase(year_group: int) -> int | None:
    """Return the school years from a year group to the end of its phase, both counted.

    A phase ends with Year 6 and with Year 11; from Year 12 on nobody's end is known: None.

    Examples
    --------
    >>> years_left_in_phase(7), years_left_in_phase(11), years_left_in_phase(13)
    (5, 1, None)
    """
    return next((last - year_group + 1 for last, _ in PHASES if year_group <= last), None)


def ways_from(
    problem: Problem,
    travel: TravelMatrix,
    plan: Plan | Policy,
    pupil_id: str,
    first_provision: str,
    second_provision: str,
    *,
    extra_lines: Mapping[str, pd.DataFrame] | None = None,
) -> Ways:
    """Write down what two places would cost for one pupil, at the problem's own prices.

    Parameters
    ----------
    problem, travel
        Where the prices and the journeys come from.
    plan
        A plan, which tells what is open and full, or just a policy.
    pupil_id
        The pupil; of a row of several pupils, one of them.
    first_provision, second_provision
        The places. They may be refused to the pupil: the notes say so.
    extra_lines
        Adaptation, equipment, outreach, therapy, ...: more lines of `WAY_LINES` under the provision that needs them.
        What the problem does not hold has to be given here; nothing is assumed for it.

    Returns
    -------
    Ways
        Each way has a line for top-up or fee, one for place funding (sunk: left out on the marginal basis) and one for
        transport, with its payer and source; then the extra lines. Prices are of this year: they stay as they are.

    Raises
    ------
    InputError
        When the pupil or a place is not in the problem, no journey there is known, a price is missing (of transport
        too, where it is owed), or extra lines are at fault.
    ValueError
        When both places are the same, or extra lines belong to neither.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.travel import crow_fly
    >>> ways = ways_from(tiny(), crow_fly(tiny()), Policy(), "P1", "A-base", "B-special")
    >>> ways.second.lines[["line", "payer", "gbp_per_year", "sunk"]].to_numpy().tolist()
    [['top-up or fee', 'high needs', 16000.0, False],
     ['place funding', 'high needs', 10000.0, True],
     ['transport', 'transport', 9142.57, False]]
    >>> ways.years_left
    5
    """
    extra = dict(extra_lines or {})
    chosen = (first_provision, second_provision)
    if first_provision == second_provision:
        raise ValueError(f"Both places are {first_provision!r}; give two.")
    strangers = sorted(set(extra) - set(chosen))
    if strangers:
        raise ValueError(f"`extra_lines` names {', '.join(strangers)}; use {first_provision} or {second_provision}.")
    policy = plan.policy if isinstance(plan, Plan) else plan
    facts = gather_facts(problem, travel, replace(policy, cost_basis="average"))
    row, places = _positions(facts, pupil_id, chosen)
    costed = cost_pairs(facts, np.array([row, row]), places)
    _check_carried(facts, costed, chosen)
    ways = [
        Way(provision_id, pd.concat([_lines(facts, costed, at), *_frames(extra, provision_id)], ignore_index=True))
        for at, provision_id in enumerate(chosen)
    ]
    refused = refusals_of(facts, np.array([row]))[0]
    notes = [
        note
        for at, provision_id in enumerate(chosen)
        for note in _notes(facts, provision_id, Reason(int(refused[places[at]])), plan, pupil_id)
    ]
    year_group = int(facts.pupil_column("year_group")[row])
    return Ways(ways[0], ways[1], years_left_in_phase(year_group), tuple(notes))


def _positions(facts: Facts, pupil_id: str, provision_ids: tuple[str, str]) -> tuple[int, Ints]:
    row = int(pd.Index(facts.pupils["pupil_id"]).get_indexer(pd.Index([pupil_id]))[0])
    places = pd.Index(facts.provisions["provision_id"]).get_indexer(pd.Index(provision_ids)).astype(np.int64)
    faults = [] if row >= 0 else [Fault("pupils", "pupil_id", "", pupil_id, "is not in the table. Check the id.")]
    faults += [
        Fault("provisions", "provision_id", "", provision_id, "is not in the table. Check the id.")
        for provision_id, place in zip(provision_ids, places, strict=True)
        if place < 0
    ]
    if not faults:
        minutes = facts.minutes(np.array([row, row]), places)
        message = "cannot be reached: no journey of the pupil to it is known. Add the journey to the travel matrix."
        faults = [
            Fault("travel", "minutes", "", provision_id, message)
            for provision_id, one in zip(provision_ids, minutes, strict=True)
            if np.isnan(one)
        ]
    if faults:
        raise InputError(faults)
    return row, places


def _check_carried(facts: Facts, costed: CostedPairs, provision_ids: tuple[str, str]) -> None:
    """Refuse a place with transport that is owed and has no price: it would stand there for nothing."""
    message = "has no price of transport: it is owed, and no permitted mode goes so far. Add a row to journey_costs."
    faults = [
        Fault("modes", "mode", "", provision_id, message)
        for at, provision_id in enumerate(provision_ids)
        if costed.mode[at] == NO_MODE and not _has_known_journey(facts, costed, at)
    ]
    if faults:
        raise InputError(faults)


def _has_known_journey(facts: Facts, costed: CostedPairs, at: int) -> bool:
    known = facts.problem.table("journey_costs")
    pupil_id = facts.pupils["pupil_id"].iloc[costed.pupil[at]]
    setting_id = facts.provisions["setting_id"].iloc[costed.provision[at]]
    return bool(((known["pupil_id"] == pupil_id) & (known["setting_id"] == setting_id)).any())


def _lines(facts: Facts, costed: CostedPairs, at: int) -> pd.DataFrame:
    parameters = facts.problem.parameters
    place_payer = facts.provisions["place_payer"].iloc[costed.provision[at]]
    rows = [
        (TOPUP, costed.topup_payer[at], costed.topup_gbp[at], False, _source_of_topup(facts, costed, at)),
        (PLACE, place_payer, costed.place_gbp[at], True, "provisions, place_gbp"),
        (
            TRANSPORT,
            parameters.transport_payer,
            costed.transport_gbp[at],
            False,
            _source_of_transport(facts, costed, at),
        ),
    ]
    return pd.DataFrame(rows, columns=["line", "payer", "gbp_per_year", "sunk", "source"])


def _source_of_transport(facts: Facts, costed: CostedPairs, at: int) -> str:
    journey = f"{costed.miles[at]:.1f} miles one way"
    if not costed.entitled[at]:
        return f"not entitled, {journey}"
    if _has_known_journey(facts, costed, at):
        return f"journey_costs, {journey}"
    return f"estimated: {costed.mode[at]}, {journey}"


def _frames(extra: Mapping[str, pd.DataFrame], provision_id: str) -> list[pd.DataFrame]:
    return [extra[provision_id]] if provision_id in extra else []


def _source_of_topup(facts: Facts, costed: CostedPairs, at: int) -> str:
    """Say where a top-up comes from, in the order in which prices are looked for."""
    pupil, provision = costed.pupil[at : at + 1], costed.provision[at : at + 1]
    if not np.isnan(Prices(facts).known_gbp(pupil, provision)[0]):
        return "pair_costs: the price agreed for this pupil, place funding included"
    if pd.notna(facts.provisions["topup_gbp"].iloc[provision[0]]):
        return "provisions, topup_gbp"
    kind = str(facts.kinds[provision[0]])
    classes, of_pupil = facts.needs_bands
    table = facts.problem.table("topups")
    if best_rows(table, classes)[of_pupil[pupil[0]], KIND_POSITION[kind]] >= 0:
        return "topups, by need, band and kind"
    return _default_source(facts.problem.parameters, kind)


def _default_source(parameters: Parameters, kind: str) -> str:
    year, source = parameters.source_of(DEFAULT_TOPUP_PARAMETERS[kind])
    return f"no price is given; {source} ({year})" if year else f"no price is given; {source}"


def _notes(facts: Facts, provision_id: str, reason: Reason, plan: Plan | Policy, pupil_id: str) -> list[str]:
    notes = []
    if reason not in {Reason.ALLOWED, Reason.STAYS}:
        notes.append(f"{provision_id} is refused: {REASON_TEXTS[reason]}.")
    provision = facts.provisions.set_index("provision_id").loc[provision_id]
    if provision["status"] == "candidate":
        notes.append(
            f"{provision_id} is a candidate: its opening (£{provision['open_gbp']:,.2f} a year, "
            f"£{provision['capital_gbp']:,.2f} once) is not one child's and is not among the lines."
        )
    if isinstance(plan, Plan):
        notes += _notes_of_plan(plan, provision_id, pupil_id)
    if provision["kind"] == "spoke":
        notes.append(f"{provision_id} is a spoke: the hours of its hub's team are not among the lines.")
    return notes


def _notes_of_plan(plan: Plan, provision_id: str, pupil_id: str) -> list[str]:
    use, placements = plan.use.set_index("provision_id"), plan.placements
    if provision_id not in use.index:
        return [f"{provision_id} is not in the plan."]
    is_there = ((placements["pupil_id"] == pupil_id) & (placements["provision_id"] == provision_id)).any()
    is_full = use.loc[provision_id, "places_free"] == 0
    if is_full and not is_there:
        return [f"{provision_id} has no free place in the plan: what it costs to free one is not among the lines."]
    return []
