"""Who reaches what: pupils who reach almost nothing, schools that most cannot reach, blanks elsewhere."""

import numpy as np
import pandas as pd

from placement_opt.journey_checks.findings import Severity, TravelFinding
from placement_opt.journey_checks.known import EXAMPLE_COLUMNS, Floats, Known, Marks, Positions
from placement_opt.journey_checks.limits import TravelLimits

_EXAMPLES = 20


def check_reach(known: Known, limits: TravelLimits) -> list[TravelFinding]:
    """Find pupils and schools without journeys, and blanks that neither explains.

    Pupils come first; they are set aside for the schools, and both are set aside for the blanks.
    """
    pairs = known.of_pupils
    if not pairs:
        return []
    reached = ~np.isnan(known.minutes[:pairs])
    pupil, _, setting = known.ends(np.arange(pairs, dtype=np.int64))
    asked, got = _both(pupil, reached, known.pupils)
    share = np.divide(got, asked, out=np.zeros(len(asked)), where=asked > 0)
    lonely = share < limits.least_reach * np.median(share) if np.median(share) else share == 0
    lonely |= got == 0
    findings = []
    if lonely.any() and reached.any():
        message = "Some pupils reach almost no school. Check their points, or whether the roads end there."
        findings.append(_of_pupils(known, np.flatnonzero(lonely), int((asked - got)[lonely].sum()), message))
    others = ~lonely[pupil]
    wanted, had = _both(setting[others], reached[others], known.settings)
    shares = np.divide(had, wanted, out=np.ones(len(wanted)), where=wanted > 0)
    middle = float(np.median(shares[wanted > 0])) if (wanted > 0).any() else 1.0
    cut_off = shares < (0.5 if middle > 0.5 else limits.least_reach * middle)
    if cut_off.any():
        message = "Most pupils cannot reach some schools. Check their points, or whether the roads end there."
        findings.append(_of_settings(known, np.flatnonzero(cut_off), int((wanted - had)[cut_off].sum()), message))
    left = others & ~cut_off[setting]
    blank = np.flatnonzero(left & ~reached)
    if len(blank) > limits.most_blank * np.count_nonzero(left):
        message = "Many journeys are blank. A plan takes them as journeys that cannot be made."
        findings.append(_of_blanks(known, blank, int(np.count_nonzero(left)), message))
    return findings


def _both(groups: Positions, reached: Marks, number: int) -> tuple[Floats, Floats]:
    """Return pairs and journeys of each group."""
    asked = np.bincount(groups, minlength=number).astype(np.float64)
    return asked, np.bincount(groups[reached], minlength=number).astype(np.float64)


def _of_pupils(known: Known, rows: Positions, blank: int, message: str) -> TravelFinding:
    examples = pd.DataFrame({"pupil_row": rows[:_EXAMPLES]}).reindex(columns=list(EXAMPLE_COLUMNS))
    shown = ", ".join(f"{row}" for row in rows[:_EXAMPLES])
    text = f"{message} Rows of pupils: {shown}{_more(rows)}."
    return _finding("pupils without reach", blank, known.of_pupils, (len(rows), known.settings), text, examples)


def _of_settings(known: Known, rows: Positions, blank: int, message: str) -> TravelFinding:
    ids = [known.travel.setting_ids[row] for row in rows[:_EXAMPLES]]
    examples = pd.DataFrame({"to_setting_id": ids}).reindex(columns=list(EXAMPLE_COLUMNS))
    text = f"{message} Settings: {', '.join(ids)}{_more(rows)}."
    return _finding("schools without reach", blank, known.of_pupils, (known.pupils, len(rows)), text, examples)


def _of_blanks(known: Known, at: Positions, tested: int, message: str) -> TravelFinding:
    pupil, _, last = known.ends(at)
    ends = len(np.unique(pupil)), len(np.unique(last))
    return _finding("blanks", len(at), tested, ends, message, known.rows(at[:_EXAMPLES]))


def _finding(
    check: str, pairs: int, tested: int, ends: tuple[int, int], message: str, examples: pd.DataFrame
) -> TravelFinding:
    return TravelFinding(check, Severity.WARNING, "minutes, miles", pairs, tested, *ends, message, examples)


def _more(rows: Positions) -> str:
    return f" and {len(rows) - _EXAMPLES:,} more" if len(rows) > _EXAMPLES else ""
