"""Frozen values as bytes, so that they can be sent to another process or machine."""

import io
import pickle
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any

MOST_KEPT = 2
"""Values that a worker keeps: jobs that follow one another mostly share their journeys."""


class _Pickler(pickle.Pickler):
    """Pickles the read-only mappings of frozen values too, which the standard pickler refuses."""

    def reducer_override(self, value: Any) -> Any:
        return (_sealed, (dict(value),)) if isinstance(value, MappingProxyType) else NotImplemented


def packed(value: Any) -> bytes:
    """Return a value as bytes.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> unpacked(packed(tiny())) == tiny()
    True
    """
    stream = io.BytesIO()
    _Pickler(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(value)
    return stream.getvalue()


def unpacked(data: bytes) -> Any:
    """Return the value of bytes that `packed` made in this run; never give it bytes from elsewhere."""
    return pickle.loads(data)  # noqa: S301 - our own bytes, of this run


@lru_cache(maxsize=MOST_KEPT)
def unpacked_once(data: bytes) -> Any:
    """Return the value of bytes; the last ones are kept, so that what many jobs share is made once in each worker."""
    return unpacked(data)


def _sealed(entries: dict[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(entries)
