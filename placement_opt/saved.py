"""Values kept as JSON: tables as rows, a digest that shows changes, and a file that is whole or not there."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_whole
from placement_opt.whole_files import written_beside

T = TypeVar("T")

OTHER_FORM = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What reading a document raises that has another form, or is nested without end."""


def rows_of(tables: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return tables as plain values, figures with all their digits."""
    return {name: _told(frame).to_dict(orient="split", index=False) for name, frame in tables.items()}


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the cells as plain Python values, None where JSON has no number; `to_json` would cut the last digits."""
    return frame.astype(object).where(frame.notna() & ~frame.isin([math.inf, -math.inf]), None)


def write_document(document: Mapping[str, Any], path: str | Path) -> Path:
    """Write a document with its digest as JSON, and return where; if anything fails, the file is as it was before."""
    target = Path(path)
    signed = {**document, "sha256": digest_of(document)}
    with written_beside(target) as draft:
        draft.write_text(json.dumps(signed, indent=1, ensure_ascii=False), encoding="utf-8")
    return target


def read_document(
    path: str | Path, build: "Callable[[dict[str, Any]], T]", *, version: tuple[str, int], changed: str, damaged: str
) -> T:
    """Return what a document that `write_document` wrote stands for.

    Parameters
    ----------
    path
        The file.
    build
        Makes the value from the document.
    version
        The entry that tells the format, and the format that is read.
    changed, damaged
        What to say of a document with another digest or format, and of one that is no such document; {error} in the
        latter is the kind of fault.

    Raises
    ------
    InputError
        When the file cannot be read, was changed, or is something else.
    """
    source = Path(path)
    name, number = version
    try:
        document = json.loads(read_whole(source).decode())
        if document.pop("sha256") != digest_of(document) or document[name] != number:
            raise InputError([Fault(source.name, "", "", "", changed)])
        return build(document)
    except OSError:
        raise InputError([Fault(source.name, "", "", "", "The file cannot be read. Check the path.")]) from None
    except OTHER_FORM as error:
        if isinstance(error, InputError):
            raise
        raise InputError([Fault(source.name, "", "", "", damaged.format(error=type(error).__name__))]) from None


def digest_of(document: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a document that does not hold it yet."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


def typed_frame(frame: pd.DataFrame, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a frame with exactly some columns, in their order and of their types.

    Parameters
    ----------
    frame
        At least those columns, if it has rows.
    columns
        Types by name.
    """
    if frame.empty:
        return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in columns.items()})
    return frame[list(columns)].astype(dict(columns)).reset_index(drop=True)
