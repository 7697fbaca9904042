"""The words and abbreviations of this trade, explained; a report prints those that it uses."""

import re
from collections.abc import Mapping
from html.parser import HTMLParser

from placement_opt.schema import NEEDS

ABBREVIATIONS: Mapping[str, str] = {
    **{code: f"{name} (a need code of the Department for Education)" for code, name in NEEDS.items()},
    "AAC": "Administrative Appeals Chamber of the Upper Tribunal.",
    "AP": "Alternative provision: education for pupils who cannot be in an ordinary school.",
    "CE": "Church of England.",
    "CO2e": "Carbon dioxide equivalent: all greenhouse gases of a journey, counted as carbon dioxide.",
    "CSV": "Comma-separated values: a plain table in a text file.",
    "DESNZ": "Department for Energy Security and Net Zero.",
    "DfE": "Department for Education.",
    "DSG": "Dedicated schools grant: the government's grant for schools, of which the high needs block is a part.",
    "EHCP": "Education, health and care plan: the legal document that says what support a child must have.",
    "EPI": "Education Policy Institute.",
    "EWHC": "High Court of England and Wales, in the citation of a case.",
    "HiGHS": "The open-source solver that found the plan and its bound.",
    "HNB": "High needs block: the part of the schools grant that pays for pupils with special needs.",
    "INMSS": "Independent and non-maintained special schools.",
    "LA": "Local authority.",
    "LAPV": "Local Authority Plant and Vehicles, a trade magazine.",
    "NMSS": "Non-maintained special school: a special school run by a charity and approved by the Department.",
    "PRU": "Pupil referral unit, a kind of alternative provision.",
    "RC": "Roman Catholic.",
    "SEN": "Special educational needs.",
    "SEND": "Special educational needs and disabilities.",
    "SENDIST": "Special Educational Needs and Disability Tribunal.",
    "SHA-256": "A fingerprint of data: when one cell changes, the fingerprint changes.",
    "UKUT": "Upper Tribunal, in the citation of a case.",
    "URN": "Unique reference number of a school in the Department's register.",
    "UPRN": "Unique property reference number.",
    "VA": "Voluntary aided (a church school).",
    "VC": "Voluntary controlled (a church school).",
}
"""Abbreviations; they are looked for as they are written, as whole words."""

TERMS: Mapping[str, str] = {
    "added class": "A class by which a provision is enlarged; it has its own places and a running cost.",
    "alternative provision": "Education arranged for pupils who cannot be in an ordinary school, for instance "
    "in a pupil referral unit.",
    "average basis": "Costs in which the place funding of each place taken is counted.",
    "base": "Reserved places at a mainstream school with specialist staff; also called resourced provision, unit, "
    "inclusion base or hub.",
    "baseline": "Today's placements, costed in the same way as the plan.",
    "bound": "A proven limit: no plan under the same rules can be below it.",
    "capital": "Money that is spent once, on opening provisions and adding classes; never part of a yearly cost.",
    "catchment": "The outline around the homes of the pupils who go to a school in a plan; no official boundary.",
    "certificate": "Numbers that come with a plan and from which anyone can work out, without a solver, what no plan "
    "can be below.",
    "full basis": "Costs in which every commissioned place is paid for, filled or not.",
    "gap": "How far the plan can be from the best at most, as a share of its cost.",
    "guidance on journeys": "The longest journey to school that the Department advises, one way.",
    "hub": "A base at a mainstream school, or a special school, whose specialists also visit spokes.",
    "independent special school": "A special school that is not run by the state; the council pays a fee.",
    "locality": "An area of the council, as the input tables name it.",
    "mainstream": "An ordinary school.",
    "marginal basis": "Costs in which the place funding of existing places is sunk and not counted: only top-ups, "
    "fees, transport and new spending are.",
    "mode": "A way to travel that the council pays for, such as a shared vehicle or a pass.",
    "outreach": "Work of a hub's specialists at spokes.",
    "over the number": "Beyond the places that are commissioned. A school named in a child's plan must admit the child "
    "even so.",
    "payer": "The budget that bears a cost.",
    "phase": "A stage of schooling: early years, primary, secondary, or Year 12 and above.",
    "place funding": "Money paid to a school for a commissioned place, whether or not it is filled.",
    "primary need": "The main special educational need in a child's plan.",
    "provision": "A group of places at a school.",
    "revenue": "Money of a year, in contrast to capital.",
    "special school": "A school only for children with special educational needs.",
    "spoke": "A place at a mainstream school that a hub's specialists visit.",
    "stage": "One of the goals that were met in order of rank: fewest pupils without a place, then least cost, then "
    "fewest minutes.",
    "threshold": "The value from which on an indicator is rated amber or red.",
    "top-up": "Money paid for one child on top of place funding.",
    "travel matrix": "Minutes and miles from every pupil to every school.",
    "withheld": "Not shown, because a group of 1 to 4 pupils could otherwise be worked out.",
}
"""Terms; they are looked for in any case, also in the plural."""

_ABBREVIATION = re.compile(r"(?<![\w.-])(?:SHA-256|CO2e|DfE|HiGHS|[A-Z][A-Z]+)(?![\w-])")


class _Text(HTMLParser):
    """Collects the text of a page, without styles and scripts."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        self._silent += tag in {"style", "script"}

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in {"style", "script"}

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(data)


def page_text(html: str) -> str:
    """Return the words of a page.

    Examples
    --------
    >>> page_text("<p>Needs: <b>ASD</b></p>")
    'Needs:  ASD'
    """
    reader = _Text()
    reader.feed(html)
    reader.close()
    return " ".join(reader.parts)


def abbreviations_in(text: str) -> frozenset[str]:
    """Return what looks like an abbreviation: capitals without a full stop, and the few with small letters.

    Examples
    --------
    >>> sorted(abbreviations_in("Pupils with ASD: 12 t CO2e (DfE)"))
    ['ASD', 'CO2e', 'DfE']
    """
    return frozenset(_ABBREVIATION.findall(text))


def terms_used(text: str) -> tuple[tuple[str, str], ...]:
    """Return the abbreviations and terms that a text uses, with those that their explanations use, in order.

    Parameters
    ----------
    text
        The words of a page.

    Examples
    --------
    >>> [term for term, _ in terms_used("A spoke for pupils with ASD")]
    ['ASD', 'base', 'hub', 'mainstream', 'provision', 'special school', 'spoke']
    """
    found: dict[str, str] = {}
    fresh = text
    while fresh:
        new = {name: ABBREVIATIONS[name] for name in abbreviations_in(fresh) & set(ABBREVIATIONS)}
        new |= {term: meaning for term, meaning in TERMS.items() if _is_used(term, fresh)}
        fresh = " ".join(meaning for name, meaning in new.items() if name not in found)
        found |= new
    return tuple(sorted(found.items(), key=lambda item: item[0].lower()))


def _is_used(term: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(term)}s?(?!\w)", text, re.IGNORECASE) is not None
