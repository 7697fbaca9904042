"""Family C10: scarce things that provisions share, such as therapy hours."""

import numpy as np

from placement_opt.model.draft import Draft
from placement_opt.model.linear import LE
from placement_opt.prices import best_amounts
from placement_opt.tariff import KIND_POSITION


def add_resources(draft: Draft) -> None:
    """Add row family C10, one row for each resource; what those who stay use is theirs."""
    facts = draft.facts
    _, of_pupil = facts.needs_bands
    kind = np.array([KIND_POSITION[name] for name in facts.kinds], dtype=np.int64)
    for place, resource in enumerate(facts.problem.table("resources").to_dict("records")):
        amounts = best_amounts(facts, resource["resource"])
        used_now = np.zeros(len(facts.pupils))
        stays = draft.staying
        used_now[stays] = amounts[of_pupil[stays], kind[facts.current[stays]]]
        kept = draft.kept(used_now)
        each = amounts[of_pupil[draft.pupil], kind[draft.provision]]
        pairs = np.flatnonzero(each > 0)
        if len(pairs):
            sentence = f"There are {resource['available']:g} {resource['unit']} of {resource['resource']}."
            draft.kept_in[f"resource_{place}"] = kept
            right = max(float(resource["available"]), kept) - kept
            draft.row(f"resource_{place}", pairs, each[pairs], [], LE, right, sentence)
