"""What plots by kind look like where nothing else is said: the legend stands beside the map."""

from collections.abc import Mapping
from typing import Any

_BESIDE = {"loc": "upper left", "bbox_to_anchor": (1.0, 1.0), "frameon": False, "fontsize": "small"}


def by_kind(given: Mapping[str, Any], **usual: Any) -> dict[str, Any]:
    """Return the arguments of `GeoDataFrame.plot` for colours by kind; what is given goes before what is usual.

    Parameters
    ----------
    given
        By the user. Another column may have a bar of colours for a legend: then the legend is GeoPandas' own.
    usual
        Other arguments, where they are not given.

    Examples
    --------
    >>> by_kind({"column": "places"}, markersize=12)
    {'column': 'places', 'legend': True, 'markersize': 12}
    """
    legend = {} if "column" in given else {"legend_kwds": _BESIDE}
    return {"column": "kind", "legend": True, **legend, **usual, **given}
