"""Every provision as a place for one pupil: the rule that refuses it, or what the pupil would cost there, in parts."""

import numpy as np
import pandas as pd

from placement_opt.errors import InputError
from placement_opt.facts import Bools, Facts, Floats, Ints
from placement_opt.pairs import CostedPairs, Pairs, cost_pairs
from placement_opt.suitability import Reason
from placement_opt.transport import NO_MODE
from placement_opt.why.reasons.values import Alternative


def places_for(pairs: Pairs, pupil: int, held: pd.DataFrame) -> dict[int, Alternative]:
    """Return every provision as a place for a pupil, by position, without what it would mean for others.

    Parameters
    ----------
    pairs
        Of the plan's problem and policy.
    pupil
        The position of the row.
    held
        The row's placements in the plan.
    """
    facts = pairs.facts
    figures, entitled = _costs(facts, pupil)
    count = held.groupby("provision_id")["count"].sum().to_dict()
    refusals = pairs.refusals(np.array([pupil]))[0]
    provisions, names = facts.provisions, facts.settings["name"].to_numpy()[facts.setting_of]
    columns = ("provision_id", "setting_id", "kind", "kind_label")
    rows = zip(*(provisions[column] for column in columns), names, strict=True)
    return {
        p: Alternative(
            provision_id=str(provision_id),
            setting_id=str(setting_id),
            setting_name=str(name),
            kind=str(kind),
            kind_label=str(kind if pd.isna(label) else label),
            given=int(count.get(provision_id, 0)),
            reason=Reason(int(refusals[p])),
            minutes=float(figures["minutes"][p]),
            miles=float(figures["miles"][p]),
            topup_gbp=float(figures["topup_gbp"][p]),
            place_gbp=float(figures["place_gbp"][p]),
            transport_gbp=float(figures["transport_gbp"][p]),
            is_entitled=bool(entitled[p]),
        )
        for p, (provision_id, setting_id, kind, label, name) in enumerate(rows)
    }


_MONEY = ("topup_gbp", "place_gbp", "transport_gbp")


def _costs(facts: Facts, pupil: int) -> tuple[dict[str, Floats], Bools]:
    """Return journeys and prices of a pupil at every provision, NaN where they are not known, and what is entitled."""
    everywhere = np.arange(len(facts.provisions))
    pupils = np.full(len(everywhere), pupil)
    figures = {name: np.full(len(everywhere), np.nan) for name in _MONEY}
    figures |= {"minutes": facts.minutes(pupils, everywhere), "miles": facts.miles(pupils, everywhere)}
    entitled = np.zeros(len(everywhere), dtype=np.bool_)
    for costed in _priced(facts, pupil, everywhere[~np.isnan(figures["minutes"])]):
        for name in _MONEY:
            figures[name][costed.provision] = getattr(costed, name)
        figures["transport_gbp"][costed.provision[costed.mode == NO_MODE]] = np.nan
        entitled[costed.provision] = costed.entitled
    return figures, entitled


def _priced(facts: Facts, pupil: int, provisions: Ints) -> list[CostedPairs]:
    """Cost provisions together, or one by one where some that the rules refuse have no price."""
    try:
        return [cost_pairs(facts, np.full(len(provisions), pupil), provisions)]
    except InputError:
        priced = []
        for provision in provisions.tolist():
            try:
                priced.append(cost_pairs(facts, np.array([pupil]), np.array([provision])))
            except InputError:
                continue
        return priced
