"""All that is found out about one pupil, as text for an officer: it names others who would have to move."""

from collections import Counter

import numpy as np

from placement_opt.suitability import REASON_TEXTS
from placement_opt.why.reasons.law import GROUNDS
from placement_opt.why.reasons.values import Alternative, Findings, Step
from placement_opt.why.reasons.words import year_words

CONFIDENTIAL = "CONFIDENTIAL: names other pupils. For officers only; never send it to a family."
NOWHERE = "no place"


def officer_view(findings: Findings) -> str:
    """Write everything that was found out about a pupil.

    Parameters
    ----------
    findings
        About the pupil.
    """
    parts = [_head(findings), _given(findings), _law(findings), _others(findings), _refused(findings)]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def _head(findings: Findings) -> list[str]:
    row = f" (a row of {findings.count} pupils)" if findings.count > 1 else ""
    who = f"Pupil {findings.pupil_id}{row}: {findings.need}, {year_words(findings.year_group)}"
    lines = [CONFIDENTIAL, who]
    if findings.above_best_gbp > 0:
        lines.append(
            f"The plan is £{findings.above_best_gbp:,.2f} above the best one; extra costs are counted from the best."
        )
    return lines


def _given(findings: Findings) -> list[str]:
    lines = [f"Given: {place.given} at {_name(place)}. {_own(place, findings.cost_basis)}" for place in findings.given]
    if findings.unplaced:
        lines.append(f"Without a place: {findings.unplaced}.")
    if findings.stays:
        lines.append("The pupil keeps the present place, so no other was considered.")
    return lines


def _law(findings: Findings) -> list[str]:
    nearest, request = findings.nearest, findings.request
    lines = [nearest.duty] if nearest.duty else []
    if nearest.setting_id:
        walk = "no way to walk" if np.isnan(nearest.walk_miles) else f"{nearest.walk_miles:.3f} miles"
        lines.append(f"Nearest suitable school: {nearest.name} ({nearest.setting_id}), {walk}.")
    if request.outcome == "none":
        return [*lines, "The family asked for no school."]
    asked = f"The family asked for {request.name} ({request.setting_id}): {request.outcome}."
    if not request.ground:
        return [*lines, asked]
    assumed = f" Assumed: {GROUNDS[request.ground]}; {request.why}."
    if not np.isnan(request.difference_gbp):
        assumed += f" Marginal basis (top-up and transport): {_signed(request.difference_gbp)} against the place given."
    return [*lines, asked + assumed]


def _others(findings: Findings) -> list[str]:
    if not findings.others:
        return [] if findings.stays else ["No other provision is allowed."]
    lines = ["Allowed too, from the least extra cost to the system up:"]
    for place in findings.others:
        lines.append(f"- {_name(place)}: {_extra(place)} {_own(place, findings.cost_basis)}")
        lines += [f"    {limit.words}" for limit in place.limits]
        lines += [f"    {_step(step)}" for step in place.steps]
    return lines


def _refused(findings: Findings) -> list[str]:
    if not findings.refused:
        return []
    counts = Counter(place.reason for place in findings.refused)
    lines = ["Refused by a rule:"]
    for reason in sorted(counts):
        names = [place.provision_id for place in findings.refused if place.reason == reason]
        lines.append(f"- rule {int(reason)}, {REASON_TEXTS[reason]}: {', '.join(names)}")
    return lines


def _name(place: Alternative) -> str:
    return f"{place.provision_id}, {place.setting_name}"


def _own(place: Alternative, basis: str) -> str:
    if not place.is_known:
        return "No journey or price is known."
    parts = f"top-up £{place.topup_gbp:,.2f}, place £{place.place_gbp:,.2f}, transport £{place.transport_gbp:,.2f}"
    return f"£{place.cost_gbp:,.2f} a year on the {basis} basis ({parts}); {place.minutes:.1f} minutes."


def _extra(place: Alternative) -> str:
    if place.extra_gbp is None:
        return "not worked out."
    if np.isnan(place.extra_gbp):
        return "no plan is possible with the pupil there."
    text = f"{_signed(place.extra_gbp)} to the system"
    if place.extra_wishes_gbp:
        text += f", of which {_signed(place.extra_wishes_gbp)} weighs wishes"
    if place.more_unplaced:
        text += f", {place.more_unplaced:+d} without a place"
    if not place.is_proven:
        text += f" (proven to within £{place.unproven_gbp:,.2f})"
    return text + "."


def _step(step: Step) -> str:
    who = f"{step.count} of {step.pupil_id}" if step.count > 1 else step.pupil_id
    return f"{who}: {step.from_provision_id or NOWHERE} → {step.to_provision_id or NOWHERE}"


def _signed(amount: float) -> str:
    return f"{'-' if amount < 0 else '+'}£{abs(amount):,.2f}"
