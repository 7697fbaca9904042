"""Journeys kept on disk under what they were worked out from, so that the same question is not asked twice.

A file holds figures by position and a description of the roads: no id, no point, no postcode.
"""

import hashlib
import json
import warnings
import zipfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from placement_opt.file_limits import holds_too_much
from placement_opt.whole_files import written_beside

VERSION = f"placement_opt {version('placement_opt')}, roads 1"
"""To be counted up whenever roads are read or travelled otherwise: kept journeys are then worked out again."""
Arrays = dict[str, NDArray[Any]]


def key_of(options: Mapping[str, Any], points: Mapping[str, NDArray[Any]]) -> str:
    """Return the name of a question: the SHA-256 of its roads, options and points.

    Parameters
    ----------
    options
        What can be written as JSON.
    points
        Arrays, in a fixed order of rows.
    """
    digest = hashlib.sha256(VERSION.encode() + json.dumps(options, sort_keys=True).encode())
    for name, values in sorted(points.items()):
        digest.update(f"{name}{values.shape}{values.dtype}".encode() + np.ascontiguousarray(values).tobytes())
    return digest.hexdigest()


def load(folder: Path, key: str) -> tuple[Arrays, dict[str, Any]] | None:
    """Return the arrays and the description kept under a key; None where there are none, or they are damaged.

    Warns
    -----
    UserWarning
        When the file is damaged, or is not what its name says.
    """
    path = folder / f"{key}.npz"
    if not path.is_file():
        return None
    try:
        with zipfile.ZipFile(path) as archive:
            if holds_too_much(archive):
                raise ValueError("too large inside")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as kept:
            arrays = {name: kept[name] for name in kept.files}
        seal, story = str(arrays.pop("seal")), str(arrays.pop("story"))
        if seal != _seal(key, arrays, story):
            raise ValueError("another question's journeys")
        return arrays, dict(json.loads(story))
    except Exception:  # noqa: BLE001 - NumPy and zipfile raise what the broken bytes happen to raise
        # NumPy's own words are not passed on: of junk it says how to load it unsafely
        message = f"{path.name} in the folder of kept journeys is damaged; the journeys are worked out again."
        warnings.warn(message, UserWarning, stacklevel=3)
        return None


def keep(folder: Path, key: str, arrays: Arrays, story: Mapping[str, Any]) -> None:
    """Write arrays and their description under a key: whole, or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    told = json.dumps(story)
    with written_beside(folder / f"{key}.npz") as draft:
        np.savez_compressed(draft, allow_pickle=False, **arrays, story=told, seal=_seal(key, arrays, told))


def _seal(key: str, arrays: Arrays, story: str) -> str:
    return key_of({"key": key, "story": story}, arrays)
