"""Editing saved runs as a careful forger would."""

import hashlib
import json
from pathlib import Path
from typing import Any


def forge(run: Path, document: dict[str, Any]) -> None:
    """Write an edited run with the hash that belongs to it."""
    kept = {name: value for name, value in document.items() if name != "sha256"}
    kept["sha256"] = hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()
    run.write_text(json.dumps(kept), encoding="utf-8")
