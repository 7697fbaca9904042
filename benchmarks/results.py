"""Results of measurements as JSON files, one for each case and one for each family of public instances."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "results"


def write(name: str, document: dict[str, Any]) -> Path:
    """Write a document under a name and return its path."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name.replace('/', '-')}.json"
    path.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return path


def read(name: str) -> dict[str, Any] | None:
    """Return a document, or None where there is none."""
    path = FOLDER / f"{name.replace('/', '-')}.json"
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else None


def read_all() -> list[dict[str, Any]]:
    """Return all documents, in the order of their names."""
    return [dict(json.loads(path.read_text(encoding="utf-8"))) for path in sorted(FOLDER.glob("*.json"))]
