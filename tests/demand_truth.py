"""A made-up county whose rates are known: snapshots drawn from them, and the counts that they lead to.

Nothing here uses the package: the rates are written down, and everything follows from them by plain counting.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

NEEDS = ("ASD", "SEMH", "SLCN", "SLD")
KINDS = ("mainstream", "hub", "special", "independent_special")
FIRST, LAST = -1, 14
LOCALITIES = ("Eastdown", "Westup")


@dataclass(frozen=True)
class Truth:
    """Rates of a county: everybody's leaving by stage, changes of kind by stage, joiners by need and year group."""

    size: float = 1.0
    growth: float = 0.0
    year_sd: float = 0.0

    def leave(self, kind: int, group: int) -> float:
        at = 0.03 if group < 6 else 0.06 if group < 11 else 0.4 if group == 11 else 0.25
        return at * (0.7 if KINDS[kind] == "special" else 1.0)

    def moves(self, kind: int, group: int) -> np.ndarray:
        """Return the kinds that those of a kind are in a year later."""
        away = 0.3 if group == 6 else 0.05
        stays = np.eye(len(KINDS))[kind]
        towards = np.array([0.2, 0.2, 0.4, 0.2]) if KINDS[kind] == "mainstream" else np.array([0.1, 0.1, 0.5, 0.3])
        return (1 - away) * stays + away * towards

    def joiners(self, year: int) -> np.ndarray:
        """Return the expected joiners: need x year group (from FIRST)."""
        needs = np.array([0.4, 0.25, 0.25, 0.1])
        groups = np.array([30 if group in {-1, 0} else 12 if group < 7 else 8 if group < 12 else 2 for group in GROUPS])
        return self.size * np.exp(self.growth * year) * needs[:, np.newaxis] * groups

    def joins_in(self, need: int) -> np.ndarray:
        return np.array([0.6, 0.1, 0.25, 0.05]) if NEEDS[need] != "SLD" else np.array([0.1, 0.1, 0.75, 0.05])


GROUPS = tuple(range(FIRST, LAST + 1))


def expected_after(truth: Truth, counts: np.ndarray, year: int) -> np.ndarray:
    """Return the expected pupils of a year from those of the year before: need x kind x year group, one by one."""
    after = np.zeros_like(counts)
    for need in range(len(NEEDS)):
        for at, group in enumerate(GROUPS):
            if at:
                for kind in range(len(KINDS)):
                    stay = counts[need, kind, at - 1] * (1 - truth.leave(kind, group - 1))
                    after[need, :, at] += stay * truth.moves(kind, group - 1)
            after[need, :, at] += truth.joiners(year)[need, at] * truth.joins_in(need)
    return after


def standing(truth: Truth) -> np.ndarray:
    """Return the expected pupils of year 0 after many years of year 0's joiners: the standing state."""
    counts = np.zeros((len(NEEDS), len(KINDS), len(GROUPS)))
    for _ in GROUPS:
        counts = expected_after(truth, counts, 0)
    return counts


def snapshots(truth: Truth, years: range, seed: int) -> dict[int, pd.DataFrame]:
    """Draw yearly snapshots, pupil by pupil; year 0 of the truth is the first of `years`."""
    rng = np.random.default_rng(seed)
    pupils = _born(rng.poisson(standing(truth)), 0, rng)
    found = {years[0]: _frame(pupils)}
    number = len(pupils)
    for ahead, year in enumerate(years[1:], start=1):
        kept = []
        for pupil in pupils:
            if pupil["group"] < LAST and rng.random() >= truth.leave(pupil["kind"], pupil["group"]):
                kind = int(rng.choice(len(KINDS), p=truth.moves(pupil["kind"], pupil["group"])))
                kept.append({**pupil, "kind": kind, "group": pupil["group"] + 1})
        luck = float(np.exp(truth.year_sd * rng.standard_normal()))
        joiners = rng.poisson(truth.joiners(ahead) * luck)
        cells = np.array([truth.joins_in(need) for need in range(len(NEEDS))])
        born = np.stack([[rng.multinomial(n, cells[need]) for n in row] for need, row in enumerate(joiners)])
        new = _born(born.transpose(0, 2, 1), number, rng)
        number += len(new)
        pupils = kept + new
        found[year] = _frame(pupils)
    return found


def _born(counts: np.ndarray, first: int, rng: np.random.Generator) -> list[dict[str, int]]:
    rows = np.argwhere(counts > 0)
    cells = [tuple(row) for row in rows for _ in range(counts[tuple(row)])]
    return [
        {"id": first + at, "need": need, "kind": kind, "group": group + FIRST, "place": int(rng.integers(2))}
        for at, (need, kind, group) in enumerate(cells)
    ]


def _frame(pupils: list[dict[str, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "pupil_id": [f"P{pupil['id']:05d}" for pupil in pupils],
            "year_group": [pupil["group"] for pupil in pupils],
            "need": [NEEDS[pupil["need"]] for pupil in pupils],
            "kind": [KINDS[pupil["kind"]] for pupil in pupils],
            "locality": [LOCALITIES[pupil["place"]] for pupil in pupils],
        }
    )


def settings_and_provisions() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return one school for each kind."""
    settings = pd.DataFrame(
        {
            "setting_id": list(KINDS),
            "name": [f"The {kind} school" for kind in KINDS],
            "easting": [450_000, 451_000, 452_000, 453_000],
            "northing": 270_000,
        }
    )
    provisions = pd.DataFrame({"provision_id": KINDS, "setting_id": KINDS, "kind": KINDS, "places": 900})
    return settings, provisions


def as_pupils(snapshot: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return a snapshot as the table `pupils` of a problem, with homes and bands."""
    rng = np.random.default_rng(seed)
    return snapshot.rename(columns={"kind": "current_provision_id"}).assign(
        easting=rng.integers(440_000, 460_000, len(snapshot)),
        northing=rng.integers(260_000, 280_000, len(snapshot)),
        band=rng.choice(["A", "B", "C"], len(snapshot)),
        wheelchair=rng.random(len(snapshot)) < 0.05,
    )
