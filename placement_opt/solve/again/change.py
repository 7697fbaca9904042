"""What may be another than in the problem when a question is asked again."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Change:
    """What is another than in the problem.

    Parameters
    ----------
    places
        Places more, by `provision_id`; 0 or more.
    forced
        `(pupil_id, provision_id)`: one pupil of that row is there, besides those who stay.
    rows
        By the name of a row of the model (`docs/formulation.md`), how much more its right-hand side is.
    columns
        By the name of a column of the model, how much more it may be at most.
    """

    places: Mapping[str, int] = field(default_factory=dict)
    forced: tuple[tuple[str, str], ...] = ()
    rows: Mapping[str, float] = field(default_factory=dict)
    columns: Mapping[str, float] = field(default_factory=dict)
