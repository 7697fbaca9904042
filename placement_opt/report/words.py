"""The plan in plain sentences, with its proof; nothing here says more than the tables may."""

import math
from collections.abc import Hashable

from placement_opt.errors import Status
from placement_opt.plan import Plan
from placement_opt.report.subject import Subject
from placement_opt.suppression import LEAST_SHOWN, Mark

SHARED_NOTE = (
    "Counts of 1 to 4 pupils are shown as “under 5”; “withheld” stands where one could otherwise be worked out."
)
TOO_FEW_NOTE = (
    "Do not share this: it is about so few pupils, or schools so full, that groups of 1 to 4 pupils can be worked out."
)
NOBODY = "The tables hold no pupil whose place is to be planned."
_LEAST_GAP = 1e-6
FEWEST = "No plan under these rules leaves fewer pupils without a place."
_BASES = {
    "marginal": "place funding of existing places is sunk and not counted, so the figures are top-ups and fees, "
    "transport and new spending",
    "average": "place funding is counted for each place taken",
    "full": "every commissioned place is paid for, filled or not",
}


def what_the_plan_does(subject: Subject) -> list[str]:
    """Return the main plan in sentences: places, money, travel, who moves."""
    money = [money_sentence(subject), *beside(subject)]
    sentences = [places_sentence(subject), *money, travel_sentence(subject), moves_sentence(subject)]
    return [sentence for sentence in sentences if sentence]


def beside(subject: Subject) -> list[str]:
    """Return what has to be known to read the money of the main plan rightly."""
    return [sentence for sentence in (_capital(subject), _like_for_like(subject)) if sentence]


def proof(subject: Subject) -> list[str]:
    """Return in sentences how good the main plan is proven to be."""
    plan = subject.plans[subject.main]
    if plan.status is Status.BASELINE:
        return ["These are the placements as they stand, costed. Nothing was optimised, so nothing is proved."]
    sentences = [_most_placed(plan)]
    if plan.bound_gbp is not None and plan.gap is not None:
        sentences.append(_bound(subject, plan))
    if plan.status is Status.FEASIBLE:
        sentences.append("The search ended before the plan was proved to be as near the best as was asked for.")
    if plan.certificate is not None:
        sentences.append(
            "The plan carries a certificate, from which what no plan can be below was worked out; the command "
            "placement-opt verify checks it, without a solver."
        )
    sentences.append("The command placement-opt verify checks every rule and every pound again, without the solver.")
    return [sentence for sentence in sentences if sentence]


def is_weighing_hidden(subject: Subject) -> bool:
    """Say whether what wishes weigh would give a small number of unmet wishes away."""
    name = subject.main
    plan = subject.plans[name]
    if subject.confidential or plan.weighed_gbp == 0:
        return False
    policy = plan.policy
    priced: list[tuple[Hashable, str, float]] = [
        (("request", name, "missed"), policy.requests, policy.missed_request_gbp),
        (("mainstream", name, "missed"), policy.mainstream, policy.missed_mainstream_gbp),
        (("siblings apart", name), policy.siblings, policy.split_siblings_gbp),
    ]
    weights = {key: weight for key, force, weight in priced if force == "priced" and weight > 0}
    # Not every unmet wish is weighed: those that are not may be few.
    unweighed = sum(subject.counts[key] * weight for key, weight in weights.items()) - plan.weighed_gbp
    return any(
        subject.is_hidden(key) or min(plan.weighed_gbp, unweighed or plan.weighed_gbp) < LEAST_SHOWN * weight
        for key, weight in weights.items()
    )


def places_sentence(subject: Subject) -> str:
    """Say how many pupils have a place."""
    name, first = subject.main, subject.reference
    if subject.counts["pupils", name] == 0:
        return NOBODY
    text = _placed(subject, name)
    if subject.comparison.others and not subject.is_hidden(("unplaced", first)):
        text += f" ({first}: {_count(subject, ('unplaced', first))} without a place)"
    return text + "."


def _placed(subject: Subject, name: str) -> str:
    unplaced, mark = subject.counts["unplaced", name], subject.marks["unplaced", name]
    everybody = pupils_in_words(subject, ("pupils", name))
    if subject.is_hidden(("pupils", name)):
        is_told = unplaced == 0 and mark is Mark.SHOWN
        told = "all have a place" if is_told else "how many of them have a place is withheld"
        return f"The plan is for {everybody}; {told}"
    if mark is Mark.SMALL:
        return f"Of {everybody}, all but fewer than 5 have a place"
    if mark is Mark.WITHHELD:
        return f"How many of {everybody} have no place is withheld, so that no small group can be worked out"
    if unplaced in {0, subject.counts["pupils", name]}:
        verb = "has" if subject.counts["pupils", name] == 1 else "have"
        whole = everybody if everybody == "1 pupil" else f"All {everybody}"
        return f"{whole} {verb} {'a' if unplaced == 0 else 'no'} place"
    none = f"{unplaced:,} {'has' if unplaced == 1 else 'have'}"
    if subject.is_hidden(("placed", name)):
        return f"Of {everybody}, {none} no place"
    placed = subject.counts["placed", name]
    return f"Of {everybody}, {placed:,} {'has' if placed == 1 else 'have'} a place and {none} none"


def money_sentence(subject: Subject) -> str:
    """Say what the main plan costs, and on which basis."""
    name, first = subject.main, subject.reference
    plan, hidden = subject.plans[name], subject.amounts.hidden_costs
    basis = f"on the {plan.policy.cost_basis} basis ({_BASES[plan.policy.cost_basis]})"
    if name in hidden:
        return f"What it costs is withheld, because the pupils are few. Costs are counted {basis}."
    text = f"It costs £{plan.cost_gbp:,.0f} a year {basis}"
    if subject.comparison.others and first not in hidden:
        text += f", {_difference(plan.cost_gbp - subject.plans[first].cost_gbp)} {first}{_paid_for(subject)}"
    return text + "."


def _paid_for(subject: Subject) -> str:
    """Say that the reference costs less, or more, for another number of pupils."""
    keys = [(what, name) for what in ("placed", "unplaced") for name in (subject.reference, subject.main)]
    first, main = (subject.counts[key] for key in keys[:2])
    if first == main or any(subject.is_hidden(key) for key in keys):
        return ""
    pupils = f"{abs(first - main):,} pupil{'' if abs(first - main) == 1 else 's'}"
    return f", which pays for {pupils} {'fewer' if first < main else 'more'}"


def _capital(subject: Subject) -> str:
    name, first = subject.main, subject.reference
    plan, before = subject.plans[name], subject.plans[first]
    if plan.capital_gbp == 0:
        return ""
    text = f"Opening provisions and adding classes takes £{plan.capital_gbp:,.0f} once"
    text += ", which is no part of the cost of a year"
    if subject.comparison.others and before.capital_gbp:
        text += f", {_difference(plan.capital_gbp - before.capital_gbp)} {first}"
    return text + "."


def _like_for_like(subject: Subject) -> str:
    """Warn that a plan is not dear because it gives more pupils a place."""
    keys = [("unplaced", name) for name in (subject.reference, subject.main)]
    if subject.counts[keys[0]] == subject.counts[keys[1]]:
        return ""
    text = "Pupils without a place cost nothing in these figures"
    if any(subject.is_hidden(key) for key in keys):
        return f"{text}, and the plans do not leave equally many without one: compare with care."
    first, main = (subject.counts[key] for key in keys)
    pupils = f"{abs(first - main):,} pupil{'' if abs(first - main) == 1 else 's'}"
    change = "more" if first > main else "fewer"
    return f"{text}, and {subject.main} gives a place to {pupils} {change} than {subject.reference}: compare with care."


def travel_sentence(subject: Subject) -> str:
    """Say what transport costs and how long journeys are; blank where the pupils are few."""
    name, first = subject.main, subject.reference
    travel = subject.plans[name].travel()
    if name in subject.amounts.hidden_transport or subject.is_small(travel["pupils"]):
        return ""
    of_that = "" if name in subject.amounts.hidden_costs else " of that"
    carried = pupils_in_words(subject, ("with transport", name))
    text = f"Transport costs £{travel['transport_gbp']:,.0f}{of_that}, for {carried}"
    before = subject.plans[first].travel()
    if subject.comparison.others and first not in subject.amounts.hidden_transport:
        text += f", {_difference(travel['transport_gbp'] - before['transport_gbp'])} {first}"
    if not travel["pupils"] or math.isnan(travel["mean_minutes"]):
        return text + "."
    source = ", by straight lines" if subject.travel.recipe.get("method") == "crow_fly" else ""
    text += f"; a journey takes {travel['mean_minutes']:.1f} minutes on average{source}"
    if subject.comparison.others and before["pupils"] > 0 and not subject.is_small(before["pupils"]):
        text += f" ({first}: {before['mean_minutes']:.1f})"
    return text + "."


def moves_sentence(subject: Subject) -> str:
    """Say how many pupils move."""
    key = ("moves", subject.main)
    if subject.counts[key] == 0:
        return "No pupil moves from a present place."
    if subject.is_hidden(key):
        small = subject.marks[key] is Mark.SMALL
        return (
            f"{'Fewer than 5 pupils' if small else 'Some pupils (the number is withheld)'} move from a present place."
        )
    verb = "moves" if subject.counts[key] == 1 else "move"
    return f"{pupils_in_words(subject, key)} {verb} from a present place, and {_stay(subject)}."


def _stay(subject: Subject) -> str:
    key = ("stays", subject.main)
    if subject.is_hidden(key):
        return "others stay where they are"
    count = subject.counts[key]
    if count < 2:
        return f"{'one stays' if count else 'none stays'} where it is"
    return f"{count:,} stay where they are"


def leaves_fewest(plan: Plan) -> bool | None:
    """Say whether it is proved that no plan leaves fewer pupils without a place; None = the run does not tell."""
    stages = plan.record.get("stages") or []
    stage = next((one for one in stages if one.get("name") == "unplaced"), None)
    if not stage or stage.get("value") is None or stage.get("bound") is None:
        return None
    return bool(stage["value"] - stage["bound"] < 1)


def _most_placed(plan: Plan) -> str:
    is_fewest = leaves_fewest(plan)
    if is_fewest is None:
        return ""
    if is_fewest:
        return FEWEST
    return "It is not proved that no plan leaves fewer pupils without a place."


def _bound(subject: Subject, plan: Plan) -> str:
    gap = percent(plan.gap or 0.0)
    if is_weighing_hidden(subject) or subject.main in subject.amounts.hidden_costs:
        return f"The plan is proved to be within {gap} of the best that these rules allow."
    if plan.weighed_gbp == 0:
        weighed = ", unmet wishes counted at their weight" if are_wishes_weighed(subject, plan) else ""
        return (
            f"It costs £{plan.cost_gbp:,.2f}. No plan under these rules that leaves as few pupils without a place "
            f"costs less than £{plan.bound_gbp:,.2f}{weighed}: the two are {gap} apart."
        )
    return (
        f"Unmet wishes weigh £{plan.weighed_gbp:,.2f} (a weight, not money), so the plan stands at "
        f"£{plan.objective_gbp:,.2f} in all. No plan under these rules that leaves as few pupils without a place "
        f"stands at less than £{plan.bound_gbp:,.2f}: the two are {gap} apart."
    )


def are_wishes_weighed(subject: Subject, plan: Plan) -> bool:
    """Say whether unmet wishes weigh anything in what was minimised."""
    pupils, policy = subject.problem.pupils, plan.policy
    return (
        (policy.requests == "priced" and bool(pupils["requested_setting_id"].notna().any()))
        or (policy.mainstream == "priced" and bool((pupils["mainstream"] == "wanted").any()))
        or (policy.siblings == "priced" and bool(pupils["sibling_group"].notna().any()))
    )


def _count(subject: Subject, key: Hashable) -> str:
    mark = subject.marks[key]
    return str(mark) if subject.is_hidden(key) else f"{subject.counts[key]:,}"


def pupils_in_words(subject: Subject, key: Hashable) -> str:
    """Return a count of pupils as it may be told in a sentence."""
    if subject.is_hidden(key):
        small = subject.marks[key] is Mark.SMALL
        return "fewer than 5 pupils" if small else "pupils whose number is withheld"
    return f"{subject.counts[key]:,} pupil{'' if subject.counts[key] == 1 else 's'}"


def percent(gap: float) -> str:
    """Return a proven gap as it is read; 0% only where nothing is left.

    Examples
    --------
    >>> percent(0.0), percent(1e-9), percent(0.00123)
    ('0%', 'under 0.0001%', '0.1230%')
    """
    if gap == 0:
        return "0%"
    return "under 0.0001%" if gap < _LEAST_GAP else f"{gap:.4%}"


def _difference(change: float) -> str:
    if round(change) == 0:
        return "the same as"
    return f"£{abs(change):,.0f} {'more' if change > 0 else 'less'} than"
