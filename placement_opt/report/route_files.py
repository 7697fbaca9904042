"""Routes as layers for a geographic information system."""

from pathlib import Path

import geopandas as gpd

from placement_opt.files.geopackage import write_layer
from placement_opt.problem import Problem
from placement_opt.report.route_words import check_same_question, clock
from placement_opt.route_plan import RoutePlan
from placement_opt.schema import CRS
from placement_opt.whole_files import written_beside

GEOJSON_CRS = "EPSG:4326"


def write_routes(path: str | Path, problem: Problem, routes: RoutePlan) -> Path:
    """Write routes as a GeoPackage, or their lines as GeoJSON.

    Parameters
    ----------
    path
        A name that ends in .gpkg or .geojson; an existing file is replaced when the new one is complete.
    problem
        What the routes were planned for: names of schools.
    routes
        The routes.

    Returns
    -------
    Path
        The file. A GeoPackage holds, on British National Grid, the layers `routes` (straight lines from stop to stop,
        one for each route and run), `stops` (points) and `riders` (points at the home). GeoJSON knows no layers: it
        holds the lines alone, in degrees (WGS 84), as its standard asks (RFC 7946, 2016). Both say where children live.

    Raises
    ------
    InputError
        When the routes hold pupils or schools that the problem does not know.
    ValueError
        When the name ends otherwise.
    OSError
        When the file cannot be written; then nothing is left behind.
    """
    target = Path(path)
    ending = target.suffix.lower()
    if ending not in {".gpkg", ".geojson"}:
        raise ValueError(f"`path` is {target.name!r}; use a name that ends in .gpkg or .geojson.")
    check_same_question(problem, routes)
    with written_beside(target) as draft:
        if ending == ".geojson":
            write_layer(routes.lines().to_crs(GEOJSON_CRS), draft, driver="GeoJSON", RFC7946="YES")
        else:
            for name, layer in _layers(problem, routes).items():
                write_layer(layer, draft, name)
    return target


def _layers(problem: Problem, routes: RoutePlan) -> dict[str, gpd.GeoDataFrame]:
    names = problem.settings.set_index("setting_id")["name"]
    stops = routes.stops
    stops = stops.assign(
        setting_name=stops["setting_id"].map(names).astype("str"),
        time=stops["begins_ms"].map(clock).astype("str"),
        departs=stops["departs_ms"].map(clock).astype("str"),
    )
    points = gpd.GeoDataFrame(stops, geometry=gpd.points_from_xy(stops["easting"], stops["northing"]), crs=CRS)
    homes = problem.pupils.set_index("pupil_id")[["easting", "northing"]]
    riders = routes.riders.join(homes, on="pupil_id")
    living = gpd.GeoDataFrame(riders, geometry=gpd.points_from_xy(riders["easting"], riders["northing"]), crs=CRS)
    return {"routes": routes.lines(), "stops": points, "riders": living}
