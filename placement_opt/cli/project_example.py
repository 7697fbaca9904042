"""The example of a project file that `init` writes: every part and entry of `project_keys`, explained."""

import json
from collections.abc import Mapping
from typing import Any

from placement_opt.cli.project_keys import ORDER, PARAMETERS, PARAMETERS_EXAMPLE, PARAMETERS_MEANING, PARTS, Part

HEADING = """\
# A whole run of placement_opt. Do what this file says with
#     placement-opt run placement.toml
# Paths are relative to this file. A line that begins with # is left out; to use an entry, take the # away.
# An entry that is left out has the value shown, unless it says "for example".
"""


def example_text() -> str:
    """Return a project file in which every entry is explained; all but the required ones are left out."""
    return "\n".join(
        [HEADING, *(_parameters_text() if name == PARAMETERS else _part_text(PARTS[name]) for name in ORDER)]
    )


def _part_text(part: Part) -> str:
    off = "# " if part.is_extra else ""
    lines = [f"# {part.meaning}", f"{off}[{part.name}]"]
    for key in part.keys:
        value = key.example if key.default is None else key.default
        note = " For example:" if key.default is None and not key.required else ""
        lines.append(f"# {key.meaning}{note}")
        lines.append(f"{off if key.required else '# '}{key.name} = {toml_value(value)}")
    return "\n".join(lines) + "\n"


def _parameters_text() -> str:
    entries = [f"# {name} = {toml_value(value)}" for name, value in PARAMETERS_EXAMPLE.items()]
    return "\n".join([f"# {PARAMETERS_MEANING} For example:", f"[{PARAMETERS}]", *entries]) + "\n"


def toml_value(value: Any) -> str:
    """Return a value as TOML writes it.

    Examples
    --------
    >>> toml_value({"value": 190, "names": ["a"], "on": True})
    '{value = 190, names = ["a"], on = true}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{name} = {toml_value(entry)}" for name, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(toml_value(entry) for entry in value)}]"
    return json.dumps(value, ensure_ascii=False)
