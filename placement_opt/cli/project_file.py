"""Project files: a whole run in one TOML file, read with all its faults at once."""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from placement_opt.cli.project_keys import ORDER, OUTPUT, PARAMETERS, PARTS, Form, Key, Part
from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_toml, read_whole
from placement_opt.given import is_number
from placement_opt.parameters import parameters_from_rows
from placement_opt.policy import MOST_THREADS, Policy, SolveOptions
from placement_opt.problem import Problem
from placement_opt.route_rules import RouteRules
from placement_opt.year_rules import YearRules

_PAIRS = (("arrive_from", "arrive_by"), ("leave_from", "leave_by"))
"""Entries of which one cannot be judged without the other."""


@dataclass(frozen=True)
class Project:
    """A project file that can be done.

    Parameters
    ----------
    path, text
        The file, and what it says.
    parts
        The values by part and entry, defaults included; paths from where the program runs. Extra parts that the file
        does not have are not there.
    policy, options, rules, year_rules
        What is to be decided, how hard to look, the rules of routes, and those of several years.
    notes
        What is to be known of it and is no fault.
    """

    path: Path
    text: str
    parts: Mapping[str, Mapping[str, Any]]
    policy: Policy
    options: SolveOptions
    rules: RouteRules
    year_rules: YearRules
    notes: tuple[str, ...]

    @property
    def sha256(self) -> str:
        """The hash of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def read_project(path: str | Path) -> Project:
    """Read a project file; `project_keys` says what may stand in it.

    Parameters
    ----------
    path
        A TOML file, as `placement-opt init` writes it. Paths in it are relative to its folder.

    Raises
    ------
    InputError
        When the file does not exist, is no TOML, or says something that is not understood or cannot be: every fault.
    """
    source = Path(path)
    text = _text(source)
    reading = _Reading(source, text)
    document = reading.document()
    reading.check_names("", document, ORDER)
    parts = {name: reading.part(PARTS[name], document) for name in ORDER if name in PARTS}
    given = {name: values for name, values in parts.items() if values is not None}
    rules_of_routes = {one.name for one in fields(RouteRules)}
    routes = {name: value for name, value in given.get("routes", {}).items() if name in rules_of_routes}
    policy = reading.built("policy", Policy, given["policy"])
    options = reading.built("options", SolveOptions, given["options"])
    rules = reading.built("routes", RouteRules, routes)
    year_rules = reading.built("years", YearRules, given.get("years", {}))
    reading.check_parameters(document.get(PARAMETERS, {}))
    reading.check_together(given, document)
    if reading.faults:
        raise InputError(sorted(reading.faults, key=lambda fault: int(fault.row or 0)))
    return Project(source, text, given, policy, options, rules, year_rules, tuple(reading.notes))


def with_project_parameters(problem: Problem, text: str) -> Problem:
    """Return a problem with the parameters that a project file names, which win over those of the tables."""
    rows = _parameter_rows(read_toml(text).get(PARAMETERS, {}))
    if not rows:
        return problem
    new = parameters_from_rows(rows)
    values = {row["parameter"]: getattr(new, row["parameter"]) for row in rows}
    provenance = {**problem.parameters.provenance, **{name: new.provenance.get(name, ("", "")) for name in values}}
    return problem.replace(parameters=replace(problem.parameters, **values, provenance=provenance))


def _text(source: Path) -> str:
    try:
        return read_whole(source).decode("utf-8-sig")
    except FileNotFoundError:
        message = "The file does not exist. `placement-opt init` writes an example."
    except IsADirectoryError:
        message = "This is a folder. Give the project file in it, such as placement.toml."
    except UnicodeDecodeError:
        message = "The file is no text in UTF-8. Save it as UTF-8."
    raise InputError([Fault(str(source), "", "", "", message)])


def _parameter_rows(entries: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"parameter": name, **(dict(entry) if isinstance(entry, Mapping) else {"value": entry})}
        for name, entry in entries.items()
    ]


class _Reading:
    """A file that is being read, and what is wrong with it."""

    def __init__(self, source: Path, text: str) -> None:
        self.source, self.home, self.text = source, source.parent, text
        self.faults: list[Fault] = []
        self.notes: list[str] = []

    def fault(self, part: str, key: str, value: object, message: str) -> None:
        shown = "" if value is None else str(value)
        where = ".".join(filter(None, (part, key)))
        self.faults.append(Fault(self.source.name, where, self._line_of(part, key), shown, message))

    def _line_of(self, part: str, key: str) -> str:
        """Return the line on which an entry stands, or its part; blank where neither is written like that."""
        now, found = "", ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            head = re.match(r"\s*\[\s*([\w.-]+)\s*\]", line)
            now = head[1] if head else now
            if head and part in {now, now.partition(".")[0]}:
                found = found or str(number)
            if head and now == f"{part}.{key}":
                return str(number)
            if key and now == part and re.match(rf"\s*[\"']?{re.escape(key)}\b", line):
                return str(number)
        return found

    def document(self) -> dict[str, Any]:
        try:
            return read_toml(self.text)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            message = f"The file is no valid TOML: {error}. `placement-opt init` writes an example."
            raise InputError([Fault(self.source.name, "", "", "", message)]) from None

    def check_names(self, part: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
        """Note names that mean nothing, with the one that they may be meant to be."""
        for name in given:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                hint = f"Is it meant to be {close[0]}?" if close else f"Use {', '.join(known)}."
                what = "is not understood." if part else "is no part of a project file."
                self.fault(part or name, name if part else "", None, f"{what} {hint}")

    def part(self, part: Part, document: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the values of a part, with defaults; None where an extra part is not there."""
        given = document.get(part.name)
        if given is None and part.is_extra:
            return None
        if given is not None and not isinstance(given, dict):
            self.fault("", part.name, given, f"is no part. Begin it with the line [{part.name}].")
            given = None
        entries = given or {}
        self.check_names(part.name, entries, tuple(key.name for key in part.keys))
        return {key.name: self._value(part, key, entries) for key in part.keys}

    def _value(self, part: Part, key: Key, entries: Mapping[str, Any]) -> Any:
        if key.name not in entries:
            if key.required:
                self.fault(part.name, key.name, None, f"is missing. {key.meaning}")
            return self._path(part, key, key.default) if key.form is Form.OUTPUT and key.default else key.default
        value = entries[key.name]
        if not key.fits(value):
            self.fault(part.name, key.name, value, f"has to be {key.form}. {key.meaning}")
            return key.default
        if key.form in {Form.INPUT, Form.OUTPUT}:
            return self._path(part, key, value)
        if key.allowed and value not in key.allowed:
            close = get_close_matches(value, key.allowed, n=1)
            hint = f" Is it meant to be {close[0]}?" if close else ""
            self.fault(part.name, key.name, value, f"cannot be chosen. Use one of {', '.join(key.allowed)}.{hint}")
            return key.default
        return tuple(value) if isinstance(value, list) else value

    def _path(self, part: Part, key: Key, value: str) -> Path:
        if "\0" in value:
            self.fault(part.name, key.name, value, "holds a NUL, which no path can. Type it again.")
            return self.home
        path = self.home / value
        is_outside = not path.resolve().is_relative_to(self.home.resolve())
        if key.form is Form.OUTPUT:
            if is_outside:
                self.fault(
                    part.name, key.name, value, "leaves the folder of the project file. Name a folder inside it."
                )
            elif path.exists() and not path.is_dir():
                self.fault(part.name, key.name, value, "is a file. Name a folder.")
        elif not path.exists():
            self.fault(part.name, key.name, value, "does not exist. Paths are relative to the project file.")
        elif is_outside:
            self.notes.append(
                f"{self.source.name}, {part.name}.{key.name}: {value} lies outside the folder of the project file; "
                "keep both where they are, or the run cannot be repeated."
            )
        return path

    def built(self, part: str, kind: Any, values: Mapping[str, Any]) -> Any:
        """Return what the values of a part describe, or None; then what each cannot be is noted."""
        try:
            return kind(**values)
        except ValueError as error:
            found = dict(self._each(kind, values)) or {"": str(error)}
        for name, message in found.items():
            self.fault(part, name, None, message)
        return None

    def _each(self, kind: Any, values: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        """Yield which entry cannot be, and why; entries that limit each other are looked at together."""
        paired = [{name: values[name] for name in pair if name in values} for pair in _PAIRS]
        alone = [{name: value} for name, value in values.items() if not any(name in pair for pair in _PAIRS)]
        for entries in (*alone, *filter(None, paired)):
            try:
                kind(**entries)
            except ValueError as error:
                yield next((name for name in entries if f"`{name}`" in str(error)), next(iter(entries))), str(error)

    def check_parameters(self, entries: Any) -> None:
        """Note parameters that are none, or cannot have the value."""
        if not isinstance(entries, dict):
            self.fault("", PARAMETERS, entries, f"is no part. Begin it with the line [{PARAMETERS}].")
            return
        for row in _parameter_rows(entries):
            name = row["parameter"]
            strangers = sorted(row.keys() - {"parameter", "value", "year", "source"})
            if strangers or "value" not in row:
                self.fault(
                    PARAMETERS,
                    name,
                    None,
                    'is not understood. Write a number, or {value = ..., year = "...", source = "..."}.',
                )
                continue
            try:
                parameters_from_rows([row])
            except InputError as error:
                for fault in error.faults:
                    self.fault(PARAMETERS, name, fault.value, fault.message)

    def check_together(self, given: Mapping[str, Mapping[str, Any]], document: Mapping[str, Any]) -> None:
        """Note entries that cannot stand beside each other, and numbers that no value above has checked."""
        asked = given["input"]
        named = document.get("input", {})
        straight = [name for name in ("circuity", "mph") if name in named] if isinstance(named, dict) else []
        if asked["travel"] and asked["roads"]:
            self.fault("input", "roads", None, "Both travel and roads are given. Keep one of them.")
        if straight and (asked["travel"] or asked["roads"]):
            self.fault("input", straight[0], None, "is for straight lines. Leave it out, or travel and roads.")
        if asked["roads_cache"] and not asked["roads"]:
            self.fault("input", "roads_cache", None, "keeps journeys along roads. Give roads too.")
        if asked["tables"] and asked["tables"].resolve() == given["output"]["folder"].resolve():
            self.fault("output", "folder", None, "is the folder of the tables. Name another one.")
        if "years" in given:
            self._check_years(given, document.get("output", {}))
        ranges = (
            ("input", "circuity", 1, 10, "a number from 1 to 10"),
            ("input", "mph", 1e-9, 100, "a number above 0 and up to 100"),
            ("scenarios", "workers", 1, MOST_THREADS, f"a whole number from 1 to {MOST_THREADS:,}"),
            ("routes", "seconds", 1e-9, 1e9, "seconds above 0"),
            ("routes", "seed", 0, 2**31 - 1, f"a whole number from 0 to {2**31 - 1:,}"),
        )
        for part, name, least, most, wanted in ranges:
            value = given.get(part, {}).get(name)
            if value is not None and not is_number(value, least, most):
                self.fault(part, name, value, f"is out of range. Use {wanted}.")

    def _check_years(self, given: Mapping[str, Mapping[str, Any]], output: Any) -> None:
        """Note what is of one year's plan, which is not made where several years are planned together."""
        for part in ("scenarios", "routes"):
            if part in given:
                self.fault(part, "", None, "is of one year, and years plans several. Keep one; write a second file.")
        papers = [key.name for key in OUTPUT.keys if key.form is Form.FLAG]
        for name in papers if isinstance(output, dict) else ():
            if output.get(name) is True:
                self.fault("output", name, None, "is a paper of one year, and years plans several. Leave it out.")
