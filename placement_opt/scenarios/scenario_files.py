"""Scenario files: TOML with a part for each scenario, for officers who write no scripts."""

import inspect
import tomllib
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.file_limits import read_toml, read_whole
from placement_opt.scenarios.change import Change, Scenario
from placement_opt.scenarios.verbs import VERBS

_KEYS = ("name", "note", "change")


def read_scenarios(path: str | Path) -> tuple[Scenario, ...]:
    """Read a scenario file.

    Parameters
    ----------
    path
        A TOML file with a part `[[scenario]]` for each scenario: `name`, `note` (may be left out) and, for each change,
        a part `[[scenario.change]]` with `do` (one of `verbs.VERBS`) and the arguments of that verb. docs/scenarios.md
        shows one.

    Raises
    ------
    InputError
        When the file does not exist, is no TOML, or says something that is not understood; it lists every fault.

    Examples
    --------
    >>> import tempfile
    >>> text = '''
    ... [[scenario]]
    ... name = "base closes"
    ... [[scenario.change]]
    ... do = "close"
    ... provision_id = "A-base"
    ... '''
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "scenarios.toml"
    ...     _ = path.write_text(text, encoding="utf-8")
    ...     read_scenarios(path)
    (Scenario(base closes: close A-base),)
    """
    source = Path(path)
    reading = _Reading(source.name)
    scenarios = [reading.scenario(number, part) for number, part in enumerate(reading.parts(source), start=1)]
    reading.check_names([scenario.name for scenario in scenarios if scenario is not None])
    if reading.faults:
        raise InputError(reading.faults)
    return tuple(scenario for scenario in scenarios if scenario is not None)


class _Reading:
    """A file that is being read, and what is wrong with it."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.faults: list[Fault] = []

    def fault(self, row: str, column: str, value: object, message: str) -> None:
        shown = "" if value is None else str(value)
        self.faults.append(Fault(self.file, column, row, shown, message))

    def parts(self, source: Path) -> list[Any]:
        """Return the scenarios as the file says them."""
        try:
            document = read_toml(read_whole(source).decode("utf-8-sig"))
        except FileNotFoundError:
            raise InputError([Fault(str(source), "", "", "", "The file does not exist.")]) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            message = f"The file is no TOML in UTF-8 ({error}). docs/scenarios.md shows one."
            raise InputError([Fault(self.file, "", "", "", message)]) from None
        for key in document.keys() - {"scenario"}:
            self.fault("", key, None, "is not understood here. Every scenario begins with the line [[scenario]].")
        given = document.get("scenario")
        if isinstance(given, list) and given:
            return given
        self.fault("", "scenario", None, "There is no scenario. Begin each with the line [[scenario]].")
        return []

    def scenario(self, number: int, part: Any) -> Scenario | None:
        """Return one scenario, or None where it is at fault."""
        before = len(self.faults)
        row = f"scenario {number}"
        if not isinstance(part, dict):
            self.fault(row, "", part, "is no scenario. Begin each with the line [[scenario]].")
            return None
        for key in sorted(part.keys() - set(_KEYS)):
            self.fault(row, key, None, f"is not understood. Use {', '.join(_KEYS)}.")
        name, note, changes = part.get("name"), part.get("note", ""), part.get("change")
        if not isinstance(name, str) or not name.strip():
            self.fault(row, "name", name, "The scenario has no name. Give it one, in quotes.")
        if not isinstance(note, str):
            self.fault(row, "note", note, "is no text. Put it in quotes.")
        if not isinstance(changes, list) or not changes:
            self.fault(row, "change", None, "The scenario has no change. Begin each with the line [[scenario.change]].")
            return None
        made = [self.change(f"{row}, change {place}", change) for place, change in enumerate(changes, start=1)]
        if len(self.faults) > before:
            return None
        return Scenario(str(name), [change for change in made if change is not None], str(note))

    def change(self, row: str, part: Any) -> Change | None:
        """Return one change, or None where it is at fault."""
        if not isinstance(part, dict):
            self.fault(row, "change", part, "is no change. Begin each with the line [[scenario.change]].")
            return None
        word = part.get("do")
        if not isinstance(word, str) or word not in VERBS:
            close = get_close_matches(str(word), VERBS, n=1)
            hint = f"Is it meant to be {close[0]}?" if close else f"Use one of {', '.join(VERBS)}."
            self.fault(row, "do", word, f"is nothing that can be done. {hint}")
            return None
        given = {key: value for key, value in part.items() if key != "do"}
        verb = VERBS[word]
        if not self._fits(row, verb, given):
            return None
        try:
            return verb(**given)
        except ValueError as error:
            self.fault(row, str(word), None, str(error))
            return None

    def _fits(self, row: str, verb: Callable[..., Change], given: dict[str, Any]) -> bool:
        """Tell whether a verb takes these arguments; what it does not take, and what is missing, are faults."""
        known = inspect.signature(verb).parameters
        if any(one.kind is inspect.Parameter.VAR_KEYWORD for one in known.values()):
            return True
        unknown = sorted(given.keys() - known.keys())
        missing = [name for name, one in known.items() if one.default is inspect.Parameter.empty and name not in given]
        takes = f"Use {', '.join(known)}." if known else "It takes nothing else."
        for name in unknown:
            self.fault(row, name, None, f"is not understood here. {takes}")
        for name in missing:
            self.fault(row, name, None, "is missing. Add it.")
        return not unknown and not missing

    def check_names(self, names: list[str]) -> None:
        """Note names that repeat."""
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.fault("", "name", name, "is the name of more than one scenario. Give each a name of its own.")
