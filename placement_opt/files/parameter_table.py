"""The parameters of a problem as a TOML file, and as rows of a table."""

import json
import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.cells import read_table
from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_toml, read_whole
from placement_opt.files.raw import Findings
from placement_opt.parameters import Parameters, parameters_from_rows
from placement_opt.schema import PARAMETERS

PARAMETERS_FILE = "parameters.toml"
_HEADING = "# Numbers in place of the defaults, each with its year and source. What is not here has its default.\n"


def read_parameters(path: Path, findings: Findings) -> pd.DataFrame:
    """Read a TOML file into rows of parameter, value, year and source, labelled by line."""
    try:
        text = read_whole(path).decode("utf-8-sig")
        entries = read_toml(text)
    except UnicodeDecodeError:
        findings.lose("parameters", f"{path.name} is not UTF-8 text. Save it as UTF-8.")
        entries, text = {}, ""
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        findings.lose("parameters", f"{path.name} is not valid TOML: {error}. Write: days_per_year = 190")
        entries, text = {}, ""
    except InputError as error:
        findings.faults.extend(error.faults)
        findings.unknown.add("parameters")
        entries, text = {}, ""
    rows = [_row(name, entry) for name, entry in entries.items()]
    labels = [_line_of(text, name) for name in entries]
    return pd.DataFrame(rows, index=labels, columns=list(PARAMETERS.names), dtype=object)


def parameters_of(raw: pd.DataFrame | None, faults: list[Fault]) -> Parameters:
    """Build parameters from a raw table; what is wrong is added to `faults`, with its row."""
    if raw is None:
        return Parameters()
    own: list[Fault] = []
    frame = read_table(PARAMETERS, raw, own)
    unread = {fault.row for fault in own}
    readable = [str(label) not in unread for label in frame.index]
    rows = [
        {"row": label, "parameter": name, "value": value, "year": year, "source": source}
        for label, name, value, year, source in frame.loc[readable, list(PARAMETERS.names)].itertuples(name=None)
    ]
    for row in rows:
        try:
            parameters_from_rows([row])
        except InputError as error:
            for fault in error.faults:
                column = fault.column if fault.row else "value"
                about = "" if fault.row else f"{row['parameter']} "
                own.append(Fault("parameters", column, str(row["row"]), fault.value, about + fault.message))
    faults.extend(own)
    return Parameters() if own else parameters_from_rows(rows)


def parameter_rows(parameters: Parameters) -> list[dict[str, Any]]:
    """Return the rows of the parameters that differ from the defaults or have a source of their own."""
    rows = []
    for row in parameters.rows():
        if row["parameter"] in parameters.provenance:
            value = row["value"]
            is_whole = isinstance(value, float) and value.is_integer()
            rows.append({name: row[name] for name in PARAMETERS.names} | {"value": int(value) if is_whole else value})
    return rows


def parameters_text(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as TOML."""
    parts = [_HEADING]
    for row in rows:
        lines = [f"[{row['parameter']}]", f"value = {_toml(row['value'])}"]
        lines += [f"{name} = {_toml(row[name])}" for name in ("year", "source") if row[name]]
        parts.append("\n".join(lines) + "\n")
    return "\n".join(parts)


def _row(name: str, entry: Any) -> list[Any]:
    if isinstance(entry, Mapping):
        return [name, entry.get("value"), entry.get("year"), entry.get("source")]
    return [name, entry, None, None]


def _line_of(text: str, name: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"\s*\[?\s*[\"']?{re.escape(name)}(?!\w)", line):
            return number
    return 0


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return repr(value)
