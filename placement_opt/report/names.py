"""The words that tables show for codes."""

from placement_opt.report.published import NO_PLACE, NOTHING_SUITS, SUITS_BUT_FULL
from placement_opt.schema import NEEDS

KIND_NAMES = {
    "mainstream": "Mainstream",
    "hub": "Hub (base)",
    "spoke": "Spoke",
    "special": "Special school",
    "independent_special": "Independent special school",
    "alternative": "Alternative provision",
    NO_PLACE: "No place",
}
GROUPING_NAMES = {"need": "Primary need", "locality": "Locality", "phase": "Phase"}
VERDICTS = {
    SUITS_BUT_FULL: "A provision would suit, but gives no place",
    NOTHING_SUITS: "No provision would suit",
}


def group_name(grouping: str, label: str) -> str:
    """Return a group's name as it is shown: a need with its code in brackets.

    Parameters
    ----------
    grouping
        need, locality or phase.
    label
        The group.

    Examples
    --------
    >>> group_name("need", "ASD")
    'Autistic spectrum disorder (ASD)'
    """
    return f"{NEEDS[label]} ({label})" if grouping == "need" and label in NEEDS else label
