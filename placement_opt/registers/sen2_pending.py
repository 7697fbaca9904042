"""Why a person of the return has no active plan: still pending, refused, ended, moved away."""

from placement_opt.registers.csv_rows import Row
from placement_opt.registers.sen2_files import Modules

_NO_PLAN = "no active plan: "
_YES, _NO, _WITHDRAWN = "Y", "N", "W"


def why_no_plan(modules: Modules) -> dict[str, str]:
    """Return the reason by person, from the last request that the modules know of.

    Parameters
    ----------
    modules
        The return. Without the modules assessment and namedplan only the request's own outcome is known.

    Notes
    -----
    A plan that is still pending says neither need nor school, so that its pupil cannot be placed; the pupil is counted.
    """
    outcomes = {row["requeststableid"]: row["assessmentoutcome"].upper() for row in modules["assessment"]}
    ceased = _ceased_by_request(modules)
    return {row["persontableid"]: _NO_PLAN + _reason(row, outcomes, ceased) for row in modules["requests"]}


def _ceased_by_request(modules: Modules) -> dict[str, bool]:
    request_of = {
        row["assessmenttableid"]: row["requeststableid"] for row in modules["assessment"] if row["assessmenttableid"]
    }
    ceased: dict[str, bool] = {}
    for row in modules["namedplan"]:
        request = row["requeststableid"] or request_of.get(row["assessmenttableid"], "")
        ceased[request] = bool(row["ceasedate"])
    ceased.pop("", None)
    return ceased


def _reason(row: Row, outcomes: dict[str, str], ceased: dict[str, bool]) -> str:
    request, outcome = row["requeststableid"], row["requestoutcome"].upper()
    if request in ceased:
        return "the plan has ended" if ceased[request] else "a plan is named that is not among the active ones"
    if row["exported"] and row["exported"].upper() not in {"0", "N"}:
        return "moved away before the assessment ended"
    if outcome in {_NO, _WITHDRAWN}:
        return "the request was refused or withdrawn"
    return _stage(outcome, outcomes.get(request, ""))


def _stage(outcome: str, decided: str) -> str:
    if decided in {_NO, _WITHDRAWN}:
        return "the assessment ended without a plan"
    if decided == _YES:
        return "pending, a plan is agreed but not issued"
    return "pending, the assessment is under way" if outcome == _YES else "pending, the request is not decided"
