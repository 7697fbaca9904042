"""Sound inputs of every reader, as small as they can be."""

import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import osmium
import pyogrio
import shapely

from placement_opt.examples import tiny
from placement_opt.files import write_legs, write_problem, write_travel
from placement_opt.legs import straight_legs
from placement_opt.roads.cache import keep
from placement_opt.travel import crow_fly
from tests.hostile.documents import good_run
from tests.hostile.workbooks import edited
from tests.register_files import MODULE_COLUMNS, REGISTER_COLUMNS, school

KEY = "0" * 64


@cache
def tables() -> dict[str, bytes]:
    """Return the files of a folder of tables."""
    with TemporaryDirectory() as folder:
        return {path.name: path.read_bytes() for path in write_problem(tiny(), Path(folder) / "t").iterdir()}


@cache
def geopackage() -> bytes:
    with TemporaryDirectory() as folder:
        return write_problem(tiny(), Path(folder) / "t.gpkg").read_bytes()


@cache
def workbook() -> bytes:
    with TemporaryDirectory() as folder:
        return edited(Path(folder), lambda _: None).read_bytes()


@cache
def travel() -> bytes:
    with TemporaryDirectory() as folder:
        return write_travel(crow_fly(tiny()), Path(folder) / "travel.csv").read_bytes()


@cache
def legs() -> bytes:
    with TemporaryDirectory() as folder:
        return write_legs(straight_legs(tiny()), Path(folder) / "legs.csv").read_bytes()


def run() -> bytes:
    """Return a saved run without its digest, which is put to whatever becomes of it."""
    document = json.loads(good_run())
    return json.dumps({name: value for name, value in document.items() if name != "sha256"}).encode()


def register() -> bytes:
    row = ",".join(school("900001", "Alder Lane").get(name, "") for name in REGISTER_COLUMNS)
    return f"{','.join(REGISTER_COLUMNS)}\n{row}\n".encode()


def person() -> bytes:
    names = MODULE_COLUMNS["person"].split(",")
    cells = {"persontableid": "1", "personbirthdate": "2016-May-02 00:00:00", "postcode": "ZZ1 1AA"}
    return f"{','.join(names)}\n{','.join(cells.get(name, '') for name in names)}\n".encode()


@cache
def pbf() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.osm.pbf"
        with osmium.SimpleWriter(str(path)) as writer:
            for number, lon in ((1, -1.0), (2, -1.01)):
                writer.add_node(osmium.osm.mutable.Node(id=number, location=(lon, 52.0), tags={}))
            writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags={"highway": "residential"}))
        return path.read_bytes()


@cache
def open_roads() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "roads.gpkg"
        ends = [(400_000.0, 250_000.0), (401_000.0, 250_000.0)]
        nodes = gpd.GeoDataFrame({"id": ["A", "B"]}, geometry=[shapely.Point(end) for end in ends], crs="EPSG:27700")
        link = {
            "road_classification": ["A Road"],
            "form_of_way": ["Single Carriageway"],
            "length": [1_000],
            "start_node": ["A"],
            "end_node": ["B"],
        }
        links = gpd.GeoDataFrame(link, geometry=[shapely.LineString(ends)], crs="EPSG:27700")
        pyogrio.write_dataframe(links, path, layer="road_link", driver="GPKG")
        pyogrio.write_dataframe(nodes, path, layer="road_node", driver="GPKG")
        return path.read_bytes()


@cache
def kept() -> bytes:
    with TemporaryDirectory() as folder:
        keep(Path(folder), KEY, {"minutes": np.ones((2, 2))}, {"method": "road"})
        return (Path(folder) / f"{KEY}.npz").read_bytes()


def frame_csv() -> bytes:
    stream = io.StringIO()
    tiny().pupils.to_csv(stream, index=False)
    return stream.getvalue().encode()
