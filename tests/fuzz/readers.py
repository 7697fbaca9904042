"""Every reader of the library, each with the bytes that it is fed."""

import contextlib
import gzip
import io
import json
import os
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from placement_opt.cli import main
from placement_opt.cli.project_file import read_project
from placement_opt.errors import InputError
from placement_opt.examples import tiny
from placement_opt.files import read_legs, read_problem, read_travel
from placement_opt.plan import Plan, load_plan
from placement_opt.problem import Problem
from placement_opt.registers import read_schools, read_statistics
from placement_opt.registers.postcodes import read_postcodes
from placement_opt.registers.section41 import read_approvals
from placement_opt.registers.sen2 import read_return
from placement_opt.report.actions import read_owners
from placement_opt.report.indicators import read_thresholds
from placement_opt.roads import read_roads
from placement_opt.roads.cache import load
from placement_opt.route_plan import load_routes
from placement_opt.routing.today import read_routes
from placement_opt.saved import digest_of
from placement_opt.scenarios.futures import load_futures
from placement_opt.scenarios.scenario_files import read_scenarios
from placement_opt.solve import baseline
from placement_opt.travel import TravelMatrix, crow_fly
from placement_opt.years_plan import load_years_plan
from tests.fuzz import seeds
from tests.fuzz.entry import Entry, in_file
from tests.register_files import MODULE_COLUMNS

_SHEETS = ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml")
_COMMANDS = ("check", "check-travel", "verify", "compare", "diff", "explain", "tables", "fairness", "completion", "run")


def _one_table(name: str) -> Callable[[bytes, Path], None]:
    def read(data: bytes, folder: Path) -> None:
        for file, text in {**seeds.tables(), name: data}.items():
            (folder / file).write_bytes(text)
        read_problem(folder)

    return read


def _frame(data: bytes, folder: Path) -> None:
    """Read a frame whose cells are of whatever type pandas and JSON make of them."""
    problem = tiny()
    with contextlib.suppress(ValueError, RecursionError):
        rows = json.loads(data)
        frame = pd.DataFrame(rows) if isinstance(rows, list) else pd.DataFrame([rows])
        Problem(pupils=frame, settings=problem.settings, provisions=problem.provisions)
        return
    frame = pd.DataFrame({"pupil_id": [data], "need": [data.decode(errors="surrogateescape")]})
    Problem(pupils=frame, settings=problem.settings, provisions=problem.provisions)


def _workbook(data: bytes, folder: Path) -> None:
    """Read a workbook, or the sound one with a part exchanged: the first byte says which."""
    path = folder / "tables.xlsx"
    if data[:2] == b"PK":
        path.write_bytes(data)
    else:
        chosen = _SHEETS[data[0] % len(_SHEETS)] if data else _SHEETS[0]
        _repacked(seeds.workbook(), path, {chosen: data[1:]})
    read_problem(path)


def _repacked(archive: bytes, path: Path, changed: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, changed.get(name, old.read(name)))


def _workbook_seeds() -> tuple[bytes, ...]:
    with zipfile.ZipFile(io.BytesIO(seeds.workbook())) as archive:
        parts = [bytes([at]) + archive.read(name) for at, name in enumerate(_SHEETS)]
    return (seeds.workbook(), *parts)


def _forged(load_it: Callable[[Path], Any]) -> Callable[[bytes, Path], None]:
    """Read a document with the digest that belongs to it, as a careful forger would write it."""

    def read(data: bytes, folder: Path) -> None:
        text = data
        with contextlib.suppress(ValueError, RecursionError):
            document = json.loads(data)
            if isinstance(document, dict):
                document.pop("sha256", None)
                text = json.dumps({**document, "sha256": digest_of(document)}).encode()
        (folder / "run.json").write_bytes(text)
        load_it(folder / "run.json")

    return read


def _faulty(read_it: Callable[[Path, list[Any]], Any]) -> Callable[[Path], None]:
    def read(path: Path) -> None:
        faults: list[Any] = []
        read_it(path, faults)
        if faults:
            str(InputError(faults))

    return read


def _return(data: bytes, folder: Path) -> None:
    for module, columns in MODULE_COLUMNS.items():
        (folder / f"x_{module}.csv").write_text(f"{columns}\n", encoding="utf-8")
    (folder / "x_person.csv").write_bytes(data)
    _faulty(read_return)(folder)


def _journal(data: bytes, folder: Path) -> None:
    (folder / "futures.jsonl").write_bytes(data)
    load_futures(folder)


def _kept(data: bytes, folder: Path) -> None:
    (folder / f"{seeds.KEY}.npz").write_bytes(data)
    load(folder, seeds.KEY)


@cache
def _plan() -> Plan:
    return baseline(tiny(), _travel())


@cache
def _travel() -> TravelMatrix:
    return crow_fly(tiny())


def _command(data: bytes, folder: Path) -> None:
    """Run a command that only reads, with words and files made of the bytes; no path leaves the folder."""
    number, _, rest = data.partition(b"\n")
    words, _, content = rest.partition(b"\n\n")
    command = _COMMANDS[sum(number) % len(_COMMANDS)]
    typed = words.replace(b"\0", b"").decode(errors="replace").split("\n")  # no shell hands on a NUL
    given = [word for word in typed if "/" not in word and ".." not in word]
    (folder / "tables").mkdir()
    for file, text in seeds.tables().items():
        (folder / "tables" / file).write_bytes(text)
    (folder / "run.json").write_bytes(content or seeds.run())
    (folder / "placement.toml").write_bytes(content)
    before = Path.cwd()
    os.chdir(folder)
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            contextlib.suppress(SystemExit),
        ):
            main([command, *given])
    finally:
        os.chdir(before)


def _texts(*texts: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(text.encode() for text in texts)


_GRAPH = (
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><key id="c" for="graph" attr.name="crs" '
    'attr.type="string"/><key id="x" for="node" attr.name="x" attr.type="double"/>'
    '<key id="y" for="node" attr.name="y" attr.type="double"/>'
    '<key id="l" for="edge" attr.name="length" attr.type="double"/><key id="h" for="edge" attr.name="highway" '
    'attr.type="string"/><graph edgedefault="directed"><data key="c">EPSG:27700</data><node id="A"><data key="x">400000'
    '</data><data key="y">250000</data></node>'
    '<node id="B"><data key="x">401000</data><data key="y">250000</data></node>'
    '<edge source="A" target="B"><data key="l">1000</data><data key="h">[\'residential\', \'primary\']</data></edge>'
    "</graph></graphml>"
)
_OSM = (
    '<osm version="0.6"><node id="1" lat="52" lon="-1"/><node id="2" lat="52" lon="-1.01"/><way id="1"><nd ref="1"/>'
    '<nd ref="2"/><tag k="highway" v="residential"/><tag k="maxspeed" v="20 mph"/></way></osm>'
)
_TNTP = (
    "<NUMBER OF LINKS> 1\n<FIRST THRU NODE> 1\n<END OF METADATA>\n~ init_node term_node length free_flow_time ;\n"
    "1 2 1000 60 ;\n"
)
_TNTP_NODES = b"Node X Y\n1 400000 250000\n2 401000 250000\n"
_NODES = b"node,x,y\nA,400000,250000\nB,401000,250000\n"
_SCENARIO = '[[scenario]]\nname = "more"\n[[scenario.change]]\ndo = "add places"\nprovision_id = "A-base"\nplaces = 2\n'
_PROJECT = (
    '[input]\ntables = "tables"\n[output]\nfolder = "out"\n[policy]\nmoves = "all"\n[parameters]\ndays_per_year = 190\n'
)
_JOURNAL = (
    '{"what": "placement_opt: many futures", "format": 1, "question": {"tables": "x"}, "about": {}}\n'
    '{"strategy": "a", "sha256": "b"}\n'
    '{"draw": 0, "strategy": "a", "figures": {}, "sites": [], "places": [], "next_year": null}\n'
)
_ROUTES = (
    "route_id,vehicle,direction,stop,pupil_id,setting_id,time\nR1,minibus,am,1,P1,,08:00\nR1,minibus,am,2,,A,08:30\n"
)
_STATISTICS = "time_period,la_name,new_la_code,ehcp_total\n202425,Exampleshire,E10000999,12\n"
_POSTCODES = "ZZ11AA,10,460000,270000,E92000001,,,E10000099,E07000900,E05000001\n"
_KINDS = (b"\nrun.json\n\n", b"\x06\ntables\n\n", b"\ncompletion\nbash", b"--json", b"--help", b"--travel")

READERS: dict[str, Entry] = {
    "pupils": Entry(_one_table("pupils.csv"), lambda: (seeds.tables()["pupils.csv"],)),
    "provisions": Entry(_one_table("provisions.csv"), lambda: (seeds.tables()["provisions.csv"],)),
    "parameters": Entry(
        _one_table("parameters.toml"), _texts("[days_per_year]\nvalue = 190\nyear = '2026'\nsource = 'x'\n")
    ),
    "frames": Entry(_frame, _texts(tiny().pupils.to_json(orient="records"))),
    "workbook": Entry(
        _workbook, _workbook_seeds, (b"<row r='99999999'/>", b"<f>1</f>", b'<c r="ZZ1" t="s"><v>9</v></c>')
    ),
    "geopackage": Entry(in_file("t.gpkg", read_problem), lambda: (seeds.geopackage(),)),
    "travel": Entry(in_file("travel.csv", lambda path: read_travel(path, tiny())), lambda: (seeds.travel(),)),
    "legs": Entry(in_file("legs.csv", lambda path: read_legs(path, tiny())), lambda: (seeds.legs(),)),
    "todays-routes": Entry(
        in_file("r.csv", lambda path: read_routes(path, tiny(), _plan(), _travel())), _texts(_ROUTES)
    ),
    "register": Entry(in_file("r.csv", read_schools), lambda: (seeds.register(),)),
    "packed-register": Entry(in_file("r.csv.gz", read_schools), lambda: (gzip.compress(seeds.register()),)),
    "sen2": Entry(_return, lambda: (seeds.person(),)),
    "postcodes": Entry(in_file("p.csv", _faulty(read_postcodes)), _texts(_POSTCODES)),
    "section-41": Entry(
        in_file("s.xlsx", _faulty(lambda path, faults: read_approvals([path], faults))), lambda: (seeds.workbook(),)
    ),
    "statistics": Entry(in_file("s.csv", read_statistics), _texts(_STATISTICS)),
    "run": Entry(_forged(load_plan), lambda: (seeds.run(),)),
    "routes": Entry(_forged(load_routes), _texts('{"format": 1, "tables": {}, "rules": {}, "status": "optimal"}')),
    "years": Entry(_forged(load_years_plan), _texts('{"years_format": 1, "plans": [], "tables": {}, "policy": {}}')),
    "journal": Entry(_journal, _texts(_JOURNAL)),
    "scenarios": Entry(in_file("s.toml", read_scenarios), _texts(_SCENARIO)),
    "project": Entry(in_file("placement.toml", read_project), _texts(_PROJECT)),
    "thresholds": Entry(
        in_file("t.csv", read_thresholds), _texts("indicator,green,amber,source,date\nunplaced,0,5,C,2026-03-01\n")
    ),
    "owners": Entry(in_file("o.csv", read_owners), _texts("kind,owner,due\nopen,Team,2027-01-31\n")),
    "openstreetmap": Entry(in_file("x.osm.pbf", read_roads), lambda: (seeds.pbf(),)),
    "osm-xml": Entry(in_file("x.osm", read_roads), _texts(_OSM)),
    "graphml": Entry(in_file("x.graphml", read_roads), _texts(_GRAPH)),
    "open-roads": Entry(in_file("x.gpkg", read_roads), lambda: (seeds.open_roads(),)),
    "edges": Entry(
        in_file("e.csv", lambda path: read_roads(path, nodes=path.with_name("n.csv")), {"n.csv": _NODES}),
        _texts("from,to,length,time,one_way,walk\nA,B,1000,60,no,yes\n"),
    ),
    "tntp": Entry(in_file("net.tntp", read_roads, {"net_nodes.tntp": _TNTP_NODES}), _texts(_TNTP)),
    "kept-journeys": Entry(_kept, lambda: (seeds.kept(),)),
    "command-line": Entry(
        _command, _texts("\x00\ntables\n\n", "\x02\nrun.json\ntables\n\n{}", "\x09\nplacement.toml\n\n[input]"), _KINDS
    ),
}
"""By the name that `python -m tests.fuzz` takes."""
