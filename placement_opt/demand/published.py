"""A projection beside the Department's published counts, and growth rates taken from them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pandas as pd

from placement_opt.demand.axes import Numbers
from placement_opt.demand.counts_trend import trend_of
from placement_opt.demand.projection import Projection
from placement_opt.errors import Fault, InputError
from placement_opt.registers import Statistics
from placement_opt.schema import NEEDS

TOPICS = ("total", "placement", "need")


def published_counts(statistics: Sequence[Statistics], *, authority: str | None = None) -> pd.DataFrame:
    """Return published counts of one area over the years.

    Parameters
    ----------
    statistics
        What `read_statistics` returned, one for each year, in any order.
    authority
        The area; None where there is only one.

    Returns
    -------
    pandas.DataFrame
        year (the September of the school year: counts of January 2025 are of 2024), topic (total, placement, need),
        category, pupils. Placements are summed to the groups that a problem can be held against.

    Raises
    ------
    InputError
        When a year comes twice, years are missing in between, or an area is not in all of them.
    """
    faults: list[Fault] = []
    tables = [_of_area(each.table, authority, faults) for each in statistics]
    tables = [table for table in tables if not table.empty]
    years = sorted(int(table["year"].iloc[0]) for table in tables)
    for before, year in pairwise(years):
        if year != before + 1:
            message = f"comes after {before}. Give the statistics of every year once."
            faults.append(Fault("statistics", "time_period", "", str(year), message))
    if not tables and not faults:
        faults.append(Fault("statistics", "", "", "", "There are none. Give at least one year's."))
    if faults:
        raise InputError(faults)
    return pd.concat(tables).sort_values(["year", "topic", "category"], kind="stable").reset_index(drop=True)


def _of_area(table: pd.DataFrame, authority: str | None, faults: list[Fault]) -> pd.DataFrame:
    areas = sorted(table["authority"].unique())
    if (authority is None and len(areas) != 1) or (authority is not None and authority not in areas):
        message = f"is none of the {len(areas)} areas of the statistics. Name one of them as `authority`."
        faults.append(Fault("statistics", "area", "", authority or "", message))
        return table.iloc[:0]
    own = table[(table["authority"] == (authority or areas[0])) & (table["breakdown"] == "") & table["pupils"].notna()]
    is_group = (own["topic"] == "placement") & (own["group"] != "")
    own = own[is_group | own["topic"].isin(["total", "need"])].drop_duplicates(["topic", "category"])
    own = own.assign(
        year=own["time_period"].str[:4].astype(int),
        category=own["group"].where(own["topic"] == "placement", own["category"]),
    )
    summed = own.groupby(["year", "topic", "category"])["pupils"].sum()
    return summed.astype("int64").reset_index()


def growth_from_statistics(
    statistics: Sequence[Statistics], *, authority: str | None = None, by_need: bool = False, years_ahead: int = 5
) -> pd.DataFrame:
    r"""Return a table `growth` for `project`: what the published counts of an area have grown by.

    Parameters
    ----------
    statistics
        What `read_statistics` returned, one for each year, at least two.
    authority
        The area; None where there is only one.
    by_need
        A row for each need, where the statistics have them; else one row for all pupils.
    years_ahead
        The horizon whose uncertainty `percent_sd` gives: how unsure the mean growth over so many years is.

    Raises
    ------
    InputError
        When the statistics do not fit together, or are of fewer than two years.

    Examples
    --------
    >>> import tempfile, pathlib
    >>> from placement_opt.registers import read_statistics
    >>> folder = pathlib.Path(tempfile.mkdtemp())
    >>> for year, plans in ((2023, 1000), (2024, 1100)):
    ...     text = f"time_period,area,ehcplans,special_total\n{year}{year - 1999},Exampleshire,{plans},300\n"
    ...     _ = (folder / f"{year}.csv").write_text(text)
    >>> found = growth_from_statistics([read_statistics(folder / f"{year}.csv") for year in (2023, 2024)])
    >>> found["percent"].round(1).tolist()
    [10.0]
    """
    topic = "need" if by_need else "total"
    counts = wide(published_counts(statistics, authority=authority), topic)
    if by_need:
        counts = counts[[name for name in counts.columns if name in NEEDS]]
    if len(counts) < 2 or counts.empty:
        message = f"Growth needs counts of {topic} of two years; {len(counts)} came. Read more years."
        raise InputError([Fault("statistics", "time_period", "", "", message)])
    table = trend_of(counts).table
    unsure = np.sqrt(table["drift_sd"] ** 2 + table["year_sd"] ** 2 / years_ahead)
    growth = pd.DataFrame(
        {"percent": 100 * np.expm1(table["drift"]), "percent_sd": 100 * np.exp(table["drift"]) * unsure}
    )
    growth.insert(0, "need", table.index if by_need else None)
    return growth.reset_index(drop=True)


def wide(counts: pd.DataFrame, topic: str) -> pd.DataFrame:
    """Return the counts of a topic: a row for each year, a column for each category."""
    own = counts[counts["topic"] == topic]
    return own.pivot_table(index="year", columns="category", values="pupils", fill_value=0).sort_index()


def compare_projection(
    projection: Projection, statistics: Sequence[Statistics], *, authority: str | None = None
) -> pd.DataFrame:
    """Set a projection beside the published counts of an area: how many, what share, how fast they grow.

    Parameters
    ----------
    projection
        The projection.
    statistics
        What `read_statistics` returned, one for each year.
    authority
        The area; None where there is only one.

    Returns
    -------
    pandas.DataFrame
        topic (total, need), category; published_from, published_to (school years), published_pupils (of the last),
        published_share, published_percent (growth a year); projected_from, projected_to, pupils_now, projected_pupils,
        low_80, high_80 (of the last year), projected_share, projected_percent. The published counts are of everybody up
        to 25 and of all placements; a problem holds those for whom a place at a school is planned.

    Raises
    ------
    InputError
        When the statistics do not fit together.
    """
    counts = published_counts(statistics, authority=authority)
    parts = []
    for topic, groups in (("total", ()), ("need", ("need",))):
        published = wide(counts, topic)
        if published.empty:
            continue
        found = projection.by(*groups)
        found = found.assign(category=found["need"] if groups else "plans")
        parts.append(_beside(topic, published, found, projection.years))
    return pd.concat(parts, ignore_index=True)


def _beside(topic: str, published: pd.DataFrame, projected: pd.DataFrame, years: Sequence[int]) -> pd.DataFrame:
    first, last = (projected[projected["year"] == year].set_index("category") for year in (years[0], years[-1]))
    names = sorted({*published.columns, *last.index})
    early, late = published.iloc[0].reindex(names), published.iloc[-1].reindex(names)
    now, then = first["mean"].reindex(names), last["mean"].reindex(names)
    known = late.drop(labels="unknown", errors="ignore")
    return pd.DataFrame(
        {
            "topic": topic,
            "category": names,
            "published_from": published.index[0],
            "published_to": published.index[-1],
            "published_pupils": late.to_numpy(dtype=float),
            "published_share": (known / known.sum()).reindex(names).to_numpy(dtype=float),
            "published_percent": _percent(early, late, len(published) - 1),
            "projected_from": years[0],
            "projected_to": years[-1],
            "pupils_now": now.to_numpy(dtype=float),
            "projected_pupils": then.to_numpy(dtype=float),
            "low_80": last["low_80"].reindex(names).to_numpy(dtype=float),
            "high_80": last["high_80"].reindex(names).to_numpy(dtype=float),
            "projected_share": (then / then.sum()).to_numpy(dtype=float),
            "projected_percent": _percent(now, then, len(years) - 1),
        }
    )


def _percent(early: "pd.Series[float]", late: "pd.Series[float]", years: int) -> Numbers:
    """Return growth a year in per cent; missing where there is nothing to grow from, or one year alone."""
    if years < 1:
        return np.full(len(early), np.nan)
    base = early.to_numpy(dtype=float)
    ratio = np.divide(late.to_numpy(dtype=float), base, out=np.full(len(base), np.nan), where=base > 0)
    return np.asarray(100 * (ratio ** (1 / years) - 1))
