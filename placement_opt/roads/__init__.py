"""Journeys along real roads, from OpenStreetMap, OSMnx, OS Open Roads or a table of edges."""

from placement_opt.roads.driving import road_legs
from placement_opt.roads.network import Roads
from placement_opt.roads.reading import read_roads
from placement_opt.roads.routes import road_route
from placement_opt.roads.travelling import road_access, road_travel

__all__ = ["Roads", "read_roads", "road_access", "road_legs", "road_route", "road_travel"]
