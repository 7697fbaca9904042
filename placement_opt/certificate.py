"""The proof that a plan carries: multipliers from which anybody can work out what no plan can be below.

Its meaning is that of `docs/formulation.md`, section 5; `verify` works it out, `solve` finds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Leaf:
    """Multipliers of the model's rows, by name; a row that is not named has 0, a pupil's row its cheapest choice.

    Parameters
    ----------
    multipliers
        £ (or pupils) for each unit of the row's right-hand side.
    is_ray
        The multipliers prove that there is no plan here at all.
    """

    multipliers: Mapping[str, float]
    is_ray: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "multipliers", MappingProxyType(dict(self.multipliers)))


@dataclass(frozen=True)
class Branch:
    """Two parts that together hold every plan: `column` is at most `at`, or at least `at` + 1.

    Parameters
    ----------
    column
        A whole-number column of the model: m_g, y_p, l_h_s, c_p, k_h or t_f_s.
    at
        A whole number.
    below, above
        The two parts.
    """

    column: str
    at: int
    below: "Leaf | Branch"
    above: "Leaf | Branch"


Tree = Leaf | Branch


@dataclass(frozen=True)
class StageProof:
    """The proof of one stage.

    Parameters
    ----------
    name
        unplaced or cost.
    bound
        No plan's objective is below it: pupils, £ or, with weights, the weighted sum.
    tree
        What it is worked out from.
    """

    name: str
    bound: float
    tree: Tree


@dataclass(frozen=True)
class Certificate:
    """The proofs of a plan, one for each stage.

    Parameters
    ----------
    stages
        unplaced (where somebody is unplaced and no weights are given) and cost.
    """

    stages: tuple[StageProof, ...]

    def stage(self, name: str) -> StageProof | None:
        """Return the proof of a stage; None = it has none."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def as_dict(self) -> dict[str, Any]:
        """Return the certificate as plain values, for a file."""
        return {
            "stages": [
                {"name": stage.name, "bound": stage.bound, "tree": _tree_as_dict(stage.tree)} for stage in self.stages
            ]
        }


def certificate_from_dict(document: Mapping[str, Any]) -> Certificate:
    """Read what `Certificate.as_dict` wrote.

    Raises
    ------
    KeyError, TypeError, ValueError
        When it is something else.

    Examples
    --------
    >>> leaf = Leaf({"places_0": -120.5})
    >>> certificate = Certificate((StageProof("cost", 900.0, leaf),))
    >>> certificate_from_dict(certificate.as_dict()) == certificate
    True
    """
    return Certificate(
        tuple(
            StageProof(str(stage["name"]), float(stage["bound"]), _tree_from_dict(stage["tree"]))
            for stage in document["stages"]
        )
    )


def _tree_as_dict(tree: Tree) -> dict[str, Any]:
    if isinstance(tree, Leaf):
        return {"is_ray": tree.is_ray, "multipliers": dict(tree.multipliers)}
    return {
        "column": tree.column,
        "at": tree.at,
        "below": _tree_as_dict(tree.below),
        "above": _tree_as_dict(tree.above),
    }


def _tree_from_dict(document: Mapping[str, Any]) -> Tree:
    if "multipliers" in document:
        multipliers = {str(name): float(value) for name, value in document["multipliers"].items()}
        return Leaf(multipliers, bool(document["is_ray"]))
    return Branch(
        str(document["column"]),
        int(document["at"]),
        _tree_from_dict(document["below"]),
        _tree_from_dict(document["above"]),
    )
