"""Bad road files: GraphML, OpenStreetMap, tables of edges, TNTP, and kept journeys."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from placement_opt.roads import read_roads
from tests.hostile.case import Case

_OPEN = '<?xml version="1.0"?>'
_GRAPHML = '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
_KEYS = "".join(
    f'<key id="{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>'
    for name, of, kind in (
        ("crs", "graph", "string"),
        ("x", "node", "double"),
        ("y", "node", "double"),
        ("length", "edge", "double"),
        ("highway", "edge", "string"),
    )
)
_EDGES = "from,to,length,time\nA,B,1000,60\n"
_NODES = "node,x,y\nA,400000,250000\nB,401000,250000\n"
_TNTP = (
    "<NUMBER OF LINKS> 1\n<FIRST THRU NODE> 1\n<END OF METADATA>\n~ init_node term_node length free_flow_time ;\n"
    "1 2 1000 60 ;\n"
)
_TNTP_NODES = "Node X Y\n1 400000 250000\n2 401000 250000\n"
_TYPES = (
    '<!DOCTYPE graphml [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1 or str()};" * 10}">' for n in range(1, 9))
    + "]>"
)
_FILE = '<!DOCTYPE graphml [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
_OSM = '<osm version="0.6"><node id="1" lat="52" lon="-1"/>'


def _graph(crs: str = "EPSG:27700", x: str = "400000", length: str = "1000", highway: str = "residential") -> str:
    nodes = "".join(
        f'<node id="{node}"><data key="x">{east}</data><data key="y">250000</data></node>'
        for node, east in (("A", x), ("B", "401000"))
    )
    edge = f'<edge source="A" target="B"><data key="length">{length}</data><data key="highway">{highway}</data></edge>'
    return f'{_GRAPHML}{_KEYS}<graph edgedefault="directed"><data key="crs">{crs}</data>{nodes}{edge}</graph></graphml>'


def _read(name: str, data: str | bytes, folder: Path) -> None:
    (folder / name).write_bytes(data if isinstance(data, bytes) else data.encode())
    read_roads(folder / name)


def _tables(edges: str, nodes: str, folder: Path) -> None:
    (folder / "edges.csv").write_text(edges, encoding="utf-8")
    (folder / "nodes.csv").write_text(nodes, encoding="utf-8")
    read_roads(folder / "edges.csv", nodes=folder / "nodes.csv")


def _tntp(links: str, nodes: str, folder: Path) -> None:
    (folder / "net.tntp").write_text(links, encoding="utf-8")
    (folder / "net_nodes.tntp").write_text(nodes, encoding="utf-8")
    read_roads(folder / "net.tntp")


def _no_such(folder: Path) -> None:
    read_roads(folder / ".." / ".." / "etc" / "passwd.graphml")


def _graphml(name: str, data: str | bytes, says: str, column: str = "", row: str = "", **more: Any) -> Case:
    read = partial(_read, "x.graphml", data)
    return Case(f"GraphML: {name}", read, says, "x.graphml", column, row, **more)


def _osm(name: str, file: str, data: str | bytes, says: str, **more: Any) -> Case:
    return Case(f"OpenStreetMap: {name}", partial(_read, file, data), says, file, **more)


def _edges(name: str, edges: str, nodes: str, says: str, column: str = "", row: str = "2", file: str = "edges") -> Case:
    return Case(f"a table of edges: {name}", partial(_tables, edges, nodes), says, f"{file}.csv", column, row)


def _net(name: str, links: str, nodes: str, says: str, column: str = "", file: str = "net", **more: Any) -> Case:
    return Case(f"TNTP: {name}", partial(_tntp, links, nodes), says, f"{file}.tntp", column, **more)


def _other(name: str, read: Callable[[Path], None], says: str, table: str) -> Case:
    return Case(f"roads: {name}", read, says, table)


_CUT = "The file is not GraphML, or is cut off"
_DTD = "The file declares a document type (DTD)"
_DAMAGED = "The OpenStreetMap file is damaged or cut off"

ROAD_CASES = (
    _other("a path that climbs", _no_such, "There is no such file", "passwd.graphml"),
    _other(
        "a name that says nothing", partial(_read, "roads.txt", "x"), "does not say what kind of roads", "roads.txt"
    ),
    _graphml("the billion laughs", _OPEN + _TYPES + _graph(crs="&a8;"), _DTD),
    _graphml("an entity that is a file", _OPEN + _FILE + _graph(crs="&a;"), _DTD),
    _graphml("an entity in UTF-16", (_TYPES + _graph()).encode("utf-16"), _DTD),
    _graphml("a document type behind a comment", "<!-- x -->" + _TYPES + _graph(), _DTD),
    _graphml("an entity that is not declared", _graph(crs="&a;"), _CUT, is_ours=False),
    _graphml("empty", "", _CUT, is_ours=False),
    _graphml("cut short", _graph()[:-30], _CUT, is_ours=False),
    _graphml("JSON", '{"graph": 1}', _CUT, is_ours=False),
    _graphml("bytes", b"\xff\xfe\x00\x81", _CUT, is_ours=False),
    _graphml("no graph", f"{_GRAPHML}</graphml>", _CUT, is_ours=False),
    _graphml("a key that is not there", _graph().replace('<key id="x"', '<key id="z"'), _CUT, is_ours=False),
    _graphml("a type that there is not", _graph().replace('"double"', '"os.system"'), _CUT, is_ours=False),
    _graphml("a coordinate of words", _graph(x="ten"), _CUT, is_ours=False),
    _graphml("a coordinate that is nan", _graph(x="nan"), "The node has no such coordinate", "x", "node A"),
    _graphml("a coordinate that is infinite", _graph(x="inf"), "The node has no such coordinate", "x", "node A"),
    _graphml("a length that is negative", _graph(length="-1"), "The edge has no length", "length", "edge A to B"),
    _graphml("a length that is infinite", _graph(length="inf"), "The edge has no length", "length", "edge A to B"),
    _graphml("a length of nan", _graph(length="nan"), "The edge has no length", "length", "edge A to B"),
    _graphml("a reference system that is a script", _graph(crs="__import__('os')"), "is not a coordinate", "crs"),
    _graphml("a reference system that is a file", _graph(crs="+init=/etc/passwd:1"), "is not a coordinate", "crs"),
    _graphml("another country", _graph(crs="EPSG:2154"), "no node lies in Great Britain", "crs"),
    _graphml("no roads", _graph().replace("<edge", "<desc").replace("</edge", "</desc"), "no nodes or no edges"),
    _osm("empty", "x.osm.pbf", b"", _DAMAGED, is_ours=False),
    _osm("cut short", "x.osm.pbf", b"\x00\x00\x00\x0e\x0a\x09OSMHeader", _DAMAGED, is_ours=False),
    _osm("a header of gigabytes", "x.osm.pbf", b"\x7f\xff\xff\xff" + bytes(20), _DAMAGED, is_ours=False),
    _osm("text", "x.osm.pbf", "a,b\n1,2\n", _DAMAGED, is_ours=False),
    _osm("zeros", "x.osm.pbf", bytes(1_000), _DAMAGED, is_ours=False),
    _osm("XML with entities", "x.osm", _OPEN + _TYPES + _OSM + "</osm>", _DAMAGED, is_ours=False),
    _osm("XML cut short", "x.osm", _OSM, _DAMAGED, is_ours=False),
    _osm("no XML", "x.osm", "{}", _DAMAGED, is_ours=False),
    _osm("an id of words", "x.osm", '<osm version="0.6"><node id="x"/></osm>', _DAMAGED, is_ours=False),
    _osm("a place that is infinite", "x.osm", _OSM.replace("-1", "inf") + "</osm>", _DAMAGED, is_ours=False),
    _osm("no roads", "x.osm", _OSM + "</osm>", "holds no road"),
    _edges("an unknown node", _EDGES.replace("A,B", "A,<b>"), _NODES, "is not a node of nodes.csv", "to"),
    _edges("a negative length", _EDGES.replace("1000", "-1"), _NODES, "is not a number from 0 up", "length"),
    _edges("an infinite time", _EDGES.replace(",60", ",inf"), _NODES, "is not a number from 0 up", "time"),
    _edges("a formula", _EDGES.replace(",60", ",=1+1"), _NODES, "is not a number from 0 up", "time"),
    _edges("a decimal comma", _EDGES.replace("1000", '"1000,5"'), _NODES, "is not a number from 0 up", "length"),
    _edges("no rows", "from,to,length,time\n", _NODES, "The table has no rows", row=""),
    _edges("no column", "from,to,length\nA,B,1\n", _NODES, "The column is missing", "time", ""),
    _edges("a node twice", _EDGES, f"{_NODES}A,1,1\n", "has a row already", "node", "4", "nodes"),
    _edges("nan", _EDGES, _NODES.replace("401000", "nan"), "is not a number", "x", "3", "nodes"),
    _edges("an unclosed quotation mark", f'{_EDGES}"A,B,1,1\n', _NODES, "A quotation mark in this line", row="3"),
    _edges("a short line", f"{_EDGES}A\n", _NODES, "has 1 fields where the header has 4", row="3"),
    _edges("hours for seconds", _EDGES.replace(",60", ",0.01"), _NODES, "would be driven at", "time", ""),
    _net("cut short", _TNTP[:40], _TNTP_NODES, "The file is no TNTP network"),
    _net("fewer links than it says", _TNTP.replace("LINKS> 1", "LINKS> 9"), _TNTP_NODES, "but 1 are there"),
    _net("words for a length", _TNTP.replace(" 1000 ", " long "), _TNTP_NODES, "cannot be read", is_ours=False),
    _net(
        "a number of 5,000 digits", _TNTP.replace("LINKS> 1", f"LINKS> {'9' * 5_000}"), _TNTP_NODES, "no TNTP network"
    ),
    _net(
        "a negative length",
        _TNTP.replace(" 1000 ", " -5 "),
        _TNTP_NODES,
        "is not a number from 0 up",
        "length",
        row="link 1",
    ),
    _net(
        "an infinite time",
        _TNTP.replace(" 60 ", " inf "),
        _TNTP_NODES,
        "is not a number from 0 up",
        "free_flow_time",
        row="link 1",
    ),
    _net("a node that is nowhere", _TNTP, "Node X Y\n1 400000 250000\n", "has no coordinates", "term_node"),
    _net(
        "a node that is nan",
        _TNTP,
        _TNTP_NODES.replace("401000", "nan"),
        "The coordinate is missing",
        "x",
        "net_nodes",
        row="node 2",
    ),
    _net("nodes of words", _TNTP, "a b c\nx y z\n", "The nodes cannot be read", "", "net_nodes", is_ours=False),
    _net("nodes that are empty", _TNTP, "", "The nodes cannot be read", "", "net_nodes", is_ours=False),
    _net("a node twice", _TNTP, f"{_TNTP_NODES}1 1 1\n", "has a row already", "node", "net_nodes"),
)
