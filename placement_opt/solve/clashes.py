"""When no plan can keep all the rules: a smallest set of rules that clash, in words."""

from collections.abc import Callable, Collection

from placement_opt.errors import Status
from placement_opt.model import write_model
from placement_opt.model.linear import LinearDraft
from placement_opt.policy import SolveOptions
from placement_opt.solve.clock import Clock
from placement_opt.solve.highs import run_highs

BROKEN = 1e-6
NOT_FOUND = "(Which rules clash was not found in the time allowed.)"


MakeDraft = Callable[[Collection[str]], LinearDraft]
"""Drafts the model with the rows of these names enforced."""


def find_clashes(make_draft: MakeDraft, options: SolveOptions, clock: Clock) -> list[str]:
    """Return rules that cannot all hold, such that without any one of them the others can.

    Parameters
    ----------
    make_draft
        Of a problem whose model is infeasible.
    options, clock
        How long to look. When the time runs out, the set found so far is returned; it may hold more than is needed.

    Notes
    -----
    The elastic filter of Chinneck & Dravnieks (1991): every rule may be broken at a price; those that are broken are
    enforced one after the other until nothing helps. What is enforced then holds a conflict, which is thinned rule by
    rule.
    """
    enforced: list[str] = []
    sentences: dict[str, str] = {}
    while True:
        draft = make_draft(enforced)
        sentences = draft.sentences
        broken = _broken_rows(draft, options, clock)
        if broken is None:
            break
        if not broken:
            return [NOT_FOUND]
        enforced += broken
    for name in list(enforced):
        fewer = [other for other in enforced if other != name]
        if _broken_rows(make_draft(fewer), options, clock) is None:
            enforced = fewer
    return [sentences[name] for name in sorted(enforced, key=list(sentences).index)] or [NOT_FOUND]


def _broken_rows(draft: LinearDraft, options: SolveOptions, clock: Clock) -> list[str] | None:
    """Return the rows that a least-broken solution breaks; None when the enforced rows alone cannot be kept."""
    model = write_model(draft)
    model.set_objective([(draft.broken, 1.0)])
    run = run_highs(
        model.problem,
        gap=0.0,
        time_limit_s=clock.left_s(),
        options={"threads": options.threads, "random_seed": options.seed},
    )
    if run.status is Status.INFEASIBLE:
        return None
    if not run.has_solution:
        return []
    return [
        name
        for name, columns in draft.slacks.items()
        if any((model.others[column].varValue or 0.0) > BROKEN for column in columns)
    ]
