"""The model of one year being drafted: columns, rows and objectives as arrays, with what each row means in words.

The draft holds every allowed pair and no PuLP object, so it stays small; `model.writing` writes as many of its pairs as
are wanted into a PuLP problem.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from placement_opt.facts import Bools, Facts, Floats, Ints
from placement_opt.model.linear import NO_SITE, LinearDraft, Objective
from placement_opt.pairs import Pairs


@dataclass
class Draft(LinearDraft):
    """The model of a set of pairs, family by family.

    Parameters
    ----------
    pairs
        Who could go where, at what cost.
    enforced
        See `LinearDraft`.

    Notes
    -----
    Names hold positions only, never an id: `x_12_3` is the pupils of row 12 at provision 3.
    """

    pairs: Pairs
    is_open: dict[int, int] = field(default_factory=dict)
    links: dict[tuple[int, int], int] = field(default_factory=dict)
    classes: dict[int, int] = field(default_factory=dict)
    kept_in: dict[str, float] = field(default_factory=dict)
    """What those who stay take of a limit that gives way to them, by the name of its row."""

    @property
    def facts(self) -> Facts:
        """What the pairs were made from."""
        return self.pairs.facts

    @cached_property
    def decided(self) -> Ints:
        """Positions, among the allowed pairs, of those that are a decision: pupils who stay have none."""
        return self.pairs.decided

    @cached_property
    def pupil(self) -> Ints:
        """Pupil of each decided pair."""
        return self.pairs.pupil[self.decided]

    @cached_property
    def provision(self) -> Ints:
        """Provision of each decided pair."""
        return self.pairs.provision[self.decided]

    @cached_property
    def setting(self) -> Ints:
        """Setting of each decided pair."""
        return self.facts.setting_of[self.provision]

    @cached_property
    def count(self) -> Ints:
        """How many pupils each row of pupils stands for."""
        return self.facts.pupil_column("count").astype(np.int64)

    @cached_property
    def places(self) -> Ints:
        """How many places one pupil of each row takes."""
        return self.facts.pupil_column("places").astype(np.int64)

    @cached_property
    def staying(self) -> Ints:
        """Rows of pupils who stay."""
        return np.flatnonzero(self.pairs.stays)

    @cached_property
    def kept_minutes(self) -> Floats:
        """The journey of each row of pupils who stay, one way."""
        return self.facts.minutes(self.staying, self.facts.current[self.staying])

    @cached_property
    def money(self) -> Objective:
        """£ a year."""
        return Objective(self.pairs.cost_gbp[self.decided])

    @cached_property
    def minutes(self) -> Objective:
        """Minutes of all journeys, one way."""
        kept = float(self.kept_minutes @ self.count[self.staying])
        return Objective(self.facts.minutes(self.pupil, self.provision), constant=kept)

    @cached_property
    def site(self) -> Ints:
        """The column of being open of each decided pair's provision, or NO_SITE."""
        site_of = np.full(len(self.facts.provisions), NO_SITE, dtype=np.int64)
        for provision, column in self.is_open.items():
            site_of[provision] = column
        return site_of[self.provision]

    @property
    def provisions(self) -> int:
        """How many provisions there are."""
        return len(self.facts.provisions)

    def pupil_of_row(self, name: str) -> int:
        """Return the position of the pupil whom a row counts."""
        return int(name.partition("_")[2])

    def counted(self, choices: Ints) -> tuple[Ints, Ints]:
        """Return for pairs their positions in `choices` and their pupils."""
        return np.arange(len(choices)), self.pupil[choices]

    def at_provision(self, provision: int) -> Ints:
        """Return the positions of the decided pairs at a provision, ascending."""
        return self._grouped[0][self._grouped[1][provision] : self._grouped[1][provision + 1]]

    @cached_property
    def _grouped(self) -> tuple[Ints, Ints]:
        order = np.argsort(self.provision, kind="stable").astype(np.int64)
        edges = np.arange(len(self.facts.provisions) + 1)
        return order, np.searchsorted(self.provision[order], edges).astype(np.int64)

    def at_provisions(self, mask: Bools) -> Ints:
        """Return the positions of the decided pairs at the provisions that a mask picks, ascending."""
        parts = [self.at_provision(int(p)) for p in np.flatnonzero(mask)]
        return np.sort(np.concatenate(parts)) if parts else np.zeros(0, dtype=np.int64)

    def of_pupil(self, pupil: int) -> Ints:
        """Return the positions of the decided pairs of a pupil, ascending."""
        first, last = np.searchsorted(self.pupil, [pupil, pupil + 1])
        return np.arange(first, last)

    def kept(self, amount_each: "Floats | Ints", mask: Bools | None = None) -> float:
        """Return a total over the pupils who stay.

        Parameters
        ----------
        amount_each
            For one pupil of each row of pupils.
        mask
            The rows of pupils that count; None = all.
        """
        rows = self.staying if mask is None else self.staying[mask[self.staying]]
        return float((amount_each[rows] * self.count[rows]).sum())

    @cached_property
    def kept_places(self) -> Ints:
        """Places that pupils who stay take at each provision."""
        rows = self.staying
        taken = self.places[rows] * self.count[rows]
        weights = np.bincount(self.facts.current[rows], weights=taken, minlength=len(self.facts.provisions))
        return weights.astype(np.int64)

    @cached_property
    def room(self) -> Ints:
        """The most places of each provision for those who are decided: overflow and all classes included."""
        table = self.facts.provision_column
        most = table("places") + table("overflow_places") + table("max_classes") * table("class_places")
        return np.asarray(np.maximum(0, most.astype(np.int64) - self.kept_places), dtype=np.int64)

    def provision_id(self, position: int) -> str:
        """Return a provision's id, for a sentence."""
        return str(self.facts.provisions["provision_id"].iloc[position])

    def setting_name(self, position: int) -> str:
        """Return a setting's name and id, for a sentence."""
        row = self.facts.settings.iloc[position]
        return f"{row['name']} ({row['setting_id']})"
