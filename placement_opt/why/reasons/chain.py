"""Who is elsewhere because one pupil is forced: two plans of the same pupils, and what lies between them in order."""

from collections import Counter, defaultdict, deque
from collections.abc import Mapping

import pandas as pd

from placement_opt.why.reasons.values import Step

At = Mapping[str, Counter[str]]
"""How many pupils of each row are at each provision; "" = no place."""
NOWHERE = ""


def places_of(placements: pd.DataFrame, counts: Mapping[str, int]) -> dict[str, Counter[str]]:
    """Return where the pupils of every row are.

    Parameters
    ----------
    placements
        pupil_id, provision_id, count.
    counts
        How many pupils each row has.
    """
    at: dict[str, Counter[str]] = {pupil_id: Counter() for pupil_id in counts}
    columns = (placements[name].tolist() for name in ("pupil_id", "provision_id", "count"))
    for pupil_id, provision_id, count in zip(*columns, strict=True):
        at[pupil_id][provision_id] += count
    for pupil_id, count in counts.items():
        missing = count - at[pupil_id].total()
        if missing:
            at[pupil_id][NOWHERE] = missing
    return at


def steps_between(before: At, after: At, *, pupil_id: str, forced_to: str) -> tuple[Step, ...]:
    """Return who is elsewhere after a pupil was forced somewhere, the chain from that place on first.

    Parameters
    ----------
    before, after
        Where everybody is in the two plans.
    pupil_id, forced_to
        The pupil who was forced, and where; that one move is left out.

    Examples
    --------
    >>> before = {"P1": Counter({"A": 1}), "P2": Counter({"B": 1}), "P3": Counter({"C": 1})}
    >>> after = {"P1": Counter({"B": 1}), "P2": Counter({"C": 1}), "P3": Counter({"A": 1})}
    >>> [(step.pupil_id, step.to_provision_id) for step in steps_between(before, after, pupil_id="P1", forced_to="B")]
    [('P2', 'C'), ('P3', 'A')]
    """
    changed = [step for name in sorted(before) for step in _steps_of(name, before[name], after[name])]
    own = next((step for step in changed if step.pupil_id == pupil_id and step.to_provision_id == forced_to), None)
    if own is not None:
        changed.remove(own)
        if own.count > 1:
            changed.append(Step(pupil_id, own.count - 1, own.from_provision_id, forced_to))
    return tuple(_in_order(changed, forced_to))


def _steps_of(pupil_id: str, before: Counter[str], after: Counter[str]) -> list[Step]:
    """Match those of one row who leave somewhere with those who come somewhere."""
    leaving, coming = sorted((before - after).items()), deque(sorted((after - before).items()))
    steps = []
    for start, number in leaving:
        left = number
        while left:
            end, wanted = coming.popleft()
            moved = min(left, wanted)
            steps.append(Step(pupil_id, moved, start, end))
            left -= moved
            if wanted > moved:
                coming.appendleft((end, wanted - moved))
    return steps


def _in_order(steps: list[Step], first: str) -> list[Step]:
    """Put first who leaves the place that is wanted, then who leaves where that one goes, and so on; the rest last."""
    leaving: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        leaving[step.from_provision_id].append(step)
    ordered, waiting = [], deque([first])
    while waiting:
        for step in leaving.pop(waiting.popleft(), []):
            ordered.append(step)
            waiting.append(step.to_provision_id)
    return ordered + [step for rest in leaving.values() for step in rest]
