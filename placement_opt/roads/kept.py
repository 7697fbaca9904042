"""Answers along roads that are kept on disk, or found now and kept."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from placement_opt.roads.cache import Arrays, keep, key_of, load
from placement_opt.roads.network import Roads
from placement_opt.roads.reading import as_roads, sha256_of
from placement_opt.roads.speeds import OPEN_ROADS_MPH, OSM_MPH

Answer = tuple[Arrays, dict[str, Any]]


def kept_or_found(
    graph: Any,
    walk: Any,
    named: Mapping[str, Any],
    at: Mapping[str, Any],
    find: Callable[[Roads, Any], Answer],
    cache: str | Path | None,
) -> Answer:
    """Return what is kept for the same question, or find it and keep it.

    Parameters
    ----------
    graph, walk
        The network, and the one to walk on, as a user gives them.
    named, at
        Options, and arrays of points, that the answer depends on besides.
    find
        Gives arrays and a description, from roads and `walk`.
    cache
        The folder; None = find, keep nothing.
    """
    if cache is None:
        return find(as_roads(graph), walk)
    folder = Path(cache)
    graph, walk = (given if _is_file(given) or given in (None, False) else as_roads(given) for given in (graph, walk))
    speeds = [dict(OSM_MPH), dict(OPEN_ROADS_MPH)]
    question = {**named, "speeds": speeds, "graph": _identity(graph), "network to walk on": _identity(walk)}
    key = key_of(question, at)
    answer = load(folder, key)
    if answer is None:
        answer = find(as_roads(graph), walk)
        keep(folder, key, *answer)
    return answer


def _is_file(graph: Any) -> bool:
    return isinstance(graph, str | Path) and Path(graph).is_file()


def _identity(graph: Any) -> str:
    """Return what a network is known by: the digest of its file, so that it need not be read, or of its arrays."""
    if isinstance(graph, Roads):
        return f"{graph.fingerprint()} {json.dumps(dict(graph.recipe), sort_keys=True, default=str)} {graph.notes}"
    return f"{Path(graph).name} {sha256_of(Path(graph))}" if _is_file(graph) else str(graph)
