"""A few paragraphs about one child that may be sent home: plain words, and nothing about any other child.

They offer what a plan proposes to the panel that decides; they are not its decision (docs/reasons.md).
"""

import numpy as np

from placement_opt.why.reasons.law import GROUNDS
from placement_opt.why.reasons.values import Alternative, Findings, Limit
from placement_opt.why.reasons.words import HUNDRED_GBP, journey_words, listed, place_words, rounded_gbp

MOST_OTHERS = 3
"""So many other places are named."""

SAFE = {
    "full": "no place is left there in the plan",
    "part": "no place is left there for this age and need in the plan",
    "school": "the school has no place left in the plan",
    "resource": "a service that it would need is not free",
    "outreach": "the specialists who visit it have no time left",
    "not open": "it is not part of the plan",
}
"""Limits that a letter names; of the others it says no more than that a limit stands in the way."""
TO_FAMILY = {
    "The pupil": "Your child",
    "the family did not ask for this one, so that is not counted against them": (
        "you did not ask for this one, so that is not counted against you"
    ),
    "the family asked for": "you asked for",
    "that the parents see to the journey, they may": "that you see to the journey, you may",
}
"""The sentences of `duty_words` speak of the family; a letter speaks to it."""
OTHER_LIMIT = "another limit of the plan stands in the way"

DECISION = (
    "This is an option for the panel, worked out by a computer from the council's tables. It is not a decision: people "
    "decide, after they have read what you, your child and the schools have to say."
)
APPEAL = (
    "If you disagree with the school that the final plan names, you can appeal to the First-tier Tribunal (Children "
    "and Families Act 2014, section 51)."
)


def letter(findings: Findings) -> str:
    """Write what a family may read about a placement.

    Parameters
    ----------
    findings
        About the child.

    Returns
    -------
    str
        Paragraphs, a blank line between them. No id, and nothing about any other child: no amount that rests on where
        others go, and no limit that would tell about them.
    """
    paragraphs = [_proposal(findings), _request(findings), _options(findings), f"{DECISION} {APPEAL}"]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _proposal(findings: Findings) -> str:
    if not findings.given:
        suits = len(findings.others)
        found = "no school in the council's tables suits within the rules"
        if suits:
            found = f"{suits} of the {len(findings.alternatives)} places listed would suit, but none is left"
        return (
            f"The plan has no place for your child yet: {found}. The council still has to secure the provision in your "
            "child's education, health and care plan (Children and Families Act 2014, section 42)."
        )
    places = listed([place_words(place) for place in findings.given])
    proposed = f"The plan keeps your child's present place at {places}." if findings.stays else ""
    proposed = proposed or f"The plan proposes a place for your child at {places}."
    if findings.count > 1:
        proposed += f" ({findings.count} children share this row of the tables; each of them has one of these places.)"
    journeys = listed([journey_words(place) for place in findings.given])
    sentences = [proposed, f"The journey is {journeys}." if journeys else "", _transport(findings)]
    return " ".join(filter(None, sentences))


def _transport(findings: Findings) -> str:
    nearest = findings.nearest
    if not nearest.duty:
        return ""
    told = "it would be provided." if nearest.is_owed else "it would not be provided."
    return f"On transport to school: {told} {_to_family(nearest.duty)}"


def _to_family(words: str) -> str:
    """Return an officer's sentences about a duty as they are said to the family."""
    for officers, familys in TO_FAMILY.items():
        words = words.replace(officers, familys)
    return words


def _request(findings: Findings) -> str:
    request = findings.request
    if request.outcome == "none":
        return ""
    if request.outcome == "met":
        return f"You asked for {request.name}, and that is the school proposed."
    if request.ground == "pending":
        return f"You asked for {request.name}. Your child is not due to move, so the plan has not weighed this request."
    sentences = [f"You asked for {request.name}. The plan does not propose it: {request.why}.", _ground(request.ground)]
    return " ".join([*sentences, _difference(request.difference_gbp)]).strip()


def _ground(ground: str) -> str:
    if ground == "none":
        return (
            "The law (Children and Families Act 2014, section 39(4)) does not count this among the reasons for which a "
            "request may be refused, so the panel has to look at it."
        )
    return (
        f"To refuse the request the council would have to be satisfied that {GROUNDS[ground]}. That is for people to "
        "judge."
    )


def _difference(difference_gbp: float) -> str:
    if np.isnan(difference_gbp):
        return ""
    amount = rounded_gbp(difference_gbp)
    more = f"{amount} a year {'more' if difference_gbp > 0 else 'less'} than"
    more = more if abs(difference_gbp) >= HUNDRED_GBP / 2 else "about the same as"
    return (
        f"Support and transport there would cost the council {more} at the place proposed; what a school is paid "
        "for the place itself is left out of this comparison ([2015] UKUT 523 (AAC))."
    )


def _options(findings: Findings) -> str:
    if findings.stays:
        return "No other school was considered, because your child is not due to move."
    others = findings.others[:MOST_OTHERS]
    if not others:
        return "No other school in the council's tables suits your child within the rules."
    named = "; ".join(_option(place) for place in others)
    rest = len(findings.others) - len(others)
    more = f" {rest} more would suit too." if rest else ""
    return f"Other places that would suit your child: {named}.{more}"


def _option(place: Alternative) -> str:
    journey = journey_words(place)
    about = f"{place_words(place)}, {journey}" if journey else place_words(place)
    return f"{about}, but {_against(place.limits)}" if _against(place.limits) else about


def _against(limits: tuple[Limit, ...]) -> str:
    kinds = [limit.kind for limit in limits if limit.kind != "wish"]
    named = [SAFE[kind] for kind in kinds if kind in SAFE]
    return named[0] if named else OTHER_LIMIT if kinds else ""
