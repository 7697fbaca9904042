"""What the library is made of: every distribution that it needs at run time, as installed here, in CycloneDX JSON.

    python .ci/bill_of_materials.py OUT.json

Nothing is looked up anywhere: names, versions, licences and who needs whom come from the metadata of what is installed.
There is no time and no chance in the file, so the same versions make the same bytes. What wheels carry inside (GEOS,
PROJ and GDAL, LLVM, BLAS) is not in their metadata, and so not in the file.
"""

import argparse
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any
from uuid import UUID

from packaging.requirements import Requirement

ROOT = "placement_opt"
SPECIFICATION = "1.6"
PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_LONGEST_NAME = 100
_OLD_NAMES = {"BSD": "BSD-2-Clause", "MIT License": "MIT", "MIT": "MIT", "Apache-2.0": "Apache-2.0"}
_BY_CLASSIFIER = {
    "BSD License": "BSD-3-Clause",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}


def plain(name: str) -> str:
    """Return a name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(name: str) -> Iterator[str]:
    """Yield what a distribution needs on this machine, without its optional parts.

    What the library itself needs is read from its `pyproject.toml`: the checkout may be newer than what is installed.
    """
    if name == plain(ROOT):
        lines = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]["dependencies"]
    else:
        lines = distribution(name).requires or []
    for line in lines:
        one = Requirement(line)
        if one.marker is None or one.marker.evaluate({"extra": ""}):
            yield one.name


def tree(root: str = ROOT) -> dict[str, tuple[str, ...]]:
    """Return every distribution that is needed at run time to those that it needs itself."""
    found: dict[str, tuple[str, ...]] = {}
    open_names = [root]
    while open_names:
        name = plain(open_names.pop())
        if name not in found:
            found[name] = tuple(sorted({plain(one) for one in needed(name)}))
            open_names += found[name]
    return dict(sorted(found.items()))


def licence(of: Distribution) -> str:
    """Return the licence as an SPDX expression; blank where the metadata does not say."""
    said = of.metadata.get("License-Expression")
    if said:
        return str(said)
    text = str(of.metadata.get("License") or "").strip()
    if text in _OLD_NAMES:
        return _OLD_NAMES[text]
    if text and len(text) < _LONGEST_NAME and "\n" not in text:
        return text
    endings = [line.rpartition(" :: ")[2] for line in of.metadata.get_all("Classifier") or [] if line[:7] == "License"]
    return " OR ".join(_BY_CLASSIFIER[one] for one in endings if one in _BY_CLASSIFIER)


def component(name: str, kind: str = "library") -> dict[str, Any]:
    """Return a distribution as CycloneDX describes it."""
    of = distribution(name)
    found = {
        "type": kind,
        "bom-ref": f"pkg:pypi/{name}@{of.version}",
        "name": name,
        "version": of.version,
        "purl": f"pkg:pypi/{name}@{of.version}",
        "description": str(of.metadata.get("Summary") or ""),
    }
    said = licence(of)
    return found | ({"licenses": [{"expression": said}]} if said else {})


def bill(root: str = ROOT) -> dict[str, Any]:
    """Return the whole bill."""
    needs = tree(root)
    refs = {name: f"pkg:pypi/{name}@{distribution(name).version}" for name in needs}
    parts = [component(name) for name in needs if name != plain(root)]
    told = {
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": component(plain(root), "application")},
        "components": parts,
        "dependencies": [{"ref": refs[name], "dependsOn": [refs[one] for one in of]} for name, of in needs.items()],
    }
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
    return {"$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json", **told} | {
        "serialNumber": f"urn:uuid:{UUID(bytes=digest[:16], version=4)}"
    }


def main() -> None:
    """Write the bill."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    out = parser.parse_args().out
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(bill(), indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
