"""Bad saved runs, routes, plans of years, journals of many futures and small tables."""

import json
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from placement_opt.examples import tiny
from placement_opt.file_limits import file_limits
from placement_opt.plan import load_plan
from placement_opt.report.actions import read_owners
from placement_opt.report.indicators import read_thresholds
from placement_opt.route_plan import load_routes
from placement_opt.saved import digest_of
from placement_opt.scenarios.futures import load_futures
from placement_opt.solve import baseline
from placement_opt.travel import crow_fly
from placement_opt.years_plan import load_years_plan
from tests.hostile.case import Case

Edit = Callable[[dict[str, Any]], Any]
_DAMAGED, _CHANGED = "is not a saved plan, or is damaged", "was changed after it was saved"
_DEEP = "[" * 100_000


@cache
def good_run() -> str:
    """Return the text of a saved run."""
    problem = tiny()
    with TemporaryDirectory() as folder:
        return baseline(problem, crow_fly(problem)).save(Path(folder) / "run.json").read_text(encoding="utf-8")


def _load(text: str | bytes, folder: Path) -> None:
    path = folder / "run.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    load_plan(path)


def _limited(folder: Path) -> None:
    with file_limits(file_mb=0.0001):
        _load(good_run(), folder)


def _changed(folder: Path) -> None:
    _load(good_run().replace("9", "8", 1), folder)


def _forged(edit: Edit, folder: Path) -> None:
    """Change a run as a careful forger would, with the digest that belongs to it."""
    document = json.loads(good_run())
    del document["sha256"]
    edit(document)
    _load(json.dumps({**document, "sha256": digest_of(document)}), folder)


def _other(load: Callable[[Path], Any], name: str, text: str | bytes, folder: Path) -> None:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    load(path)


def _journal(text: str | bytes, folder: Path) -> None:
    (folder / "futures.jsonl").write_bytes(text if isinstance(text, bytes) else text.encode())
    load_futures(folder)


def _put(*path: str | int, to: Any) -> Edit:
    def edit(document: dict[str, Any]) -> None:
        place: Any = document
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = to

    return edit


def _deep_certificate(document: dict[str, Any]) -> None:
    """Let the tree of a proof branch very often, one branch below the other; deeper than JSON can be written here."""
    leaf = {"multipliers": {}, "is_ray": False}
    tree: Any = leaf
    for _ in range(450):
        tree = {"column": "open_0", "at": 1, "below": tree, "above": leaf}
    document["certificate"] = {"stages": [{"name": "cost", "bound": "x", "tree": tree}]}


def _run(name: str, text: str | bytes, says: str = _DAMAGED) -> Case:
    return Case(f"run.json: {name}", partial(_load, text), says, "run.json")


def _forgery(name: str, edit: Edit, says: str = _DAMAGED) -> Case:
    return Case(f"run.json: {name}", partial(_forged, edit), says, "run.json")


def _routes(name: str, text: str) -> Case:
    read = partial(_other, load_routes, "routes.json", text)
    return Case(f"routes.json: {name}", read, "", "routes.json")


def _years(name: str, text: str) -> Case:
    read = partial(_other, load_years_plan, "years.json", text)
    return Case(f"years.json: {name}", read, "", "years.json")


def _line(name: str, text: str | bytes, row: str = "1") -> Case:
    says = "is not one of a journal of this version"
    return Case(f"futures.jsonl: {name}", partial(_journal, text), says, "futures.jsonl", "", row)


def _threshold(name: str, text: str | bytes, says: str, row: str = "", column: str = "") -> Case:
    read = partial(_other, read_thresholds, "thresholds.csv", text)
    return Case(f"thresholds.csv: {name}", read, says, "thresholds.csv", column, row)


def _no_table(name: str, data: bytes) -> Case:
    read, says = partial(_other, read_thresholds, "thresholds.csv", data), "The file is no CSV table in UTF-8"
    return Case(f"thresholds.csv: {name}", read, says, "FOLDER/thresholds.csv", is_ours=False)


def _owner(name: str, text: str | bytes, says: str, row: str = "", column: str = "") -> Case:
    read = partial(_other, read_owners, "owners.csv", text)
    return Case(f"owners.csv: {name}", read, says, "owners.csv", column, row)


_HEAD = '{"what": "placement_opt: many futures", "format": 1, "question": {}, "about": {}}\n'
_T = "indicator,green,amber,source,date\n"
_O = "kind,owner,due\n"
_BAD_JSON = {
    "empty": "",
    "a word": "run",
    "a list": "[]",
    "a number": "7",
    "null": "null",
    "nested 100,000 deep": _DEEP,
    "objects nested 100,000 deep": '{"a":' * 100_000,
    "a number of 5,000 digits": f'{{"format": {"9" * 5_000}}}',
    "another format": '{"format": 99, "sha256": ""}',
    "a format of words": '{"format": "<script>", "sha256": ""}',
}

DOCUMENT_CASES = (
    *(_run(name, text, "" if "format" in name else _DAMAGED) for name, text in _BAD_JSON.items()),
    _run("bytes", b"\xff\xfe\x00"),
    Case("run.json: a digit changed", _changed, _CHANGED, "run.json"),
    Case("run.json: more than may be read at once", _limited, "is larger than 0.0001 MB", "run.json"),
    _forgery("no tables", lambda document: document.pop("tables")),
    _forgery("tables that are a list", _put("tables", to=[])),
    _forgery("a table of numbers", _put("tables", "placements", to=3)),
    _forgery("rows longer than the header", _put("tables", "placements", "data", to=[[1] * 99])),
    _forgery("rows that are no rows", _put("tables", "placements", "data", to="abc")),
    _forgery("a column twice", _put("tables", "placements", "columns", to=["pupil_id"] * 30)),
    _forgery("a status that there is not", _put("status", to="perfect")),
    _forgery("a cost of words", _put("weighed_gbp", to="<script>")),
    _forgery("a cost of 400 digits", _put("weighed_gbp", to=int("9" * 400))),
    _forgery("a bound that is a list", _put("bound_gbp", to=[1])),
    _forgery("an entry of the policy that there is not", _put("policy", to={"__class__": "os.system"})),
    _forgery("a policy that is text", _put("policy", to="import os")),
    _forgery("a record that is a number", _put("record", to=5)),
    _forgery("inputs that are text", _put("record", "inputs", to="../../etc/passwd")),
    _forgery("an origin of lists", _put("record", "origin", to={"tables": [1]})),
    _forgery("options that there are not", _put("record", "options", to={"rm": "-rf"})),
    _forgery("a certificate that is text", _put("certificate", to="proof")),
    _forgery("a certificate without a tree", _put("certificate", to={"stages": [{"name": "x", "bound": 1}]})),
    _forgery("a certificate nested deep, and of words", _deep_certificate, _DAMAGED),
    _forgery("another cost than its rows", _put("cost_gbp", to=1.0), "The run says that it costs"),
    *(_routes(name, text) for name, text in _BAD_JSON.items()),
    *(_years(name, text) for name, text in _BAD_JSON.items()),
    _line("a word", "run\n"),
    _line("a list", "[]\n"),
    _line("nested 100,000 deep", _DEEP + "\n"),
    _line("bytes", b"\xff\xfe\n"),
    _line("another file", '{"what": "x", "format": 1}\n'),
    _line("a second line that is a number", f"{_HEAD}7\n", "2"),
    _line("a draw of words", f'{_HEAD}{{"draw": "x", "strategy": "a", "figures": {{}}}}\n', "2"),
    Case("futures.jsonl: no year", partial(_journal, _HEAD), "are not those of a journal", "futures.jsonl"),
    Case("futures.jsonl: empty", partial(_journal, ""), "holds no futures", "futures.jsonl"),
    _no_table("empty", b""),
    _no_table("bytes", b"\xff\xfe\x00"),
    _threshold("a column missing", "indicator,green\nunplaced,0\n", "The column is missing", "", "amber"),
    _threshold("an unknown column", f"{_T.strip()},x\nunplaced,0,5,C,2026-03-01,1\n", "is not known", "", "x"),
    _threshold("an unknown indicator", f"{_T}<script>,0,5,C,2026-03-01\n", "", "2"),
    _threshold("a decimal comma", f'{_T}unplaced,"0,5",5,C,2026-03-01\n', "", "2"),
    _threshold("nan", f"{_T}unplaced,nan,5,C,2026-03-01\n", "", "2"),
    _threshold("inf", f"{_T}unplaced,0,inf,C,2026-03-01\n", "", "2"),
    _threshold("a formula", f"{_T}unplaced,=1+1,5,C,2026-03-01\n", "", "2"),
    _threshold("twice", f"{_T}unplaced,0,5,C,2026-03-01\nunplaced,0,5,C,2026-03-01\n", "earlier row", "3", "indicator"),
    _owner("an unknown kind", f"{_O}dance,Team,2027-01-31\n", "", "2"),
    _owner("no day", f"{_O}open,Team,31/01/2027\n", "use a day as YYYY-MM-DD", "2"),
    _owner("nobody", f"{_O}open,,2027-01-31\n", "is blank", "2"),
)
