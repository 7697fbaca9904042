"""An area's pupils beside the published statistics: counts, shares, and the difference in pupils."""

from collections import Counter
from collections.abc import Mapping

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.registers.school_types import Family, family_of
from placement_opt.registers.statistics import Statistics
from placement_opt.registers.statistics_columns import AT_SCHOOL

_RECEPTION_AGE = 4
_BASES = ("resourced_provision", "sen_unit")
_EITHER_BASE = "resourced_provision or sen_unit"
_NO_SCHOOL = "no_school"
_GROUPS_BY_KIND = {
    "mainstream": "mainstream",
    "spoke": "mainstream",
    "special": "state_special",
    "independent_special": "independent_special",
    "alternative": "alternative",
}
_TOPICS = ("placement", "need", "age")


def compare_with_statistics(
    problem: Problem, statistics: Statistics, *, authority: str | None = None, years_on: int = 1
) -> pd.DataFrame:
    r"""Set a problem's pupils, where they are now, beside the published counts of an area.

    Parameters
    ----------
    problem
        The problem.
    statistics
        What `read_statistics` returned.
    authority
        Which of its areas; None where it has one.
    years_on
        How many school years the year groups are ahead of the statistics: 1 for a problem made from the January
        return that they count, which is planned for the next September.

    Returns
    -------
    pandas.DataFrame
        topic (placement, need, age), category, area_pupils, area_share, published_pupils, published_share,
        difference_pupils: how many more pupils the area has than it would with the published share. Shares of
        placements are of the pupils at a school or college, as a problem holds only those who are, or look for a place;
        pupils without a present place and published groups that are no school have no share. Shares of needs and ages
        are of the pupils of known need, and of the ages that the problem holds.

    Raises
    ------
    ValueError
        When the statistics have several areas and none is named, or not the one named.

    Examples
    --------
    >>> import tempfile, pathlib, placement_opt as po
    >>> file = pathlib.Path(tempfile.mkdtemp()) / "need.csv"
    >>> _ = file.write_text("time_period,area,ehcplans,asd,semh\n202425,Exampleshire,400,300,100\n")
    >>> from placement_opt.registers import read_statistics
    >>> table = compare_with_statistics(po.examples.tiny(), read_statistics(file))
    >>> table.loc[table["category"] == "ASD", ["published_pupils", "published_share"]].values.tolist()
    [[300, 0.75]]
    """
    published = _published(statistics, authority)
    area = {"placement": _placements(problem), "need": _needs(problem), "age": _ages(problem, years_on)}
    if _EITHER_BASE in area["placement"]:
        for counts in (area["placement"], published["placement"]):
            both = sum(counts.pop(name, 0) for name in (*_BASES, _EITHER_BASE))
            counts[_EITHER_BASE] = both
    tables = [_beside(topic, area[topic], published[topic]) for topic in _TOPICS if published[topic]]
    return pd.concat(tables, ignore_index=True) if tables else _beside("placement", {}, {})


def _published(statistics: Statistics, authority: str | None) -> dict[str, dict[str, int]]:
    table = statistics.table
    areas = sorted(table["authority"].unique())
    if authority is None and len(areas) != 1:
        raise ValueError(f"The statistics have {len(areas)} areas; name one as `authority` (--area).")
    if authority is not None and authority not in areas:
        raise ValueError(f"`authority` is {authority!r}, which is none of the {len(areas)} areas of the statistics.")
    own = table[(table["authority"] == (authority or areas[0])) & (table["breakdown"] == "") & table["pupils"].notna()]
    placements = own[(own["topic"] == "placement") & (own["group"] != "")].drop_duplicates("category")
    found = {"placement": dict(placements.groupby("group")["pupils"].sum())}
    for topic in ("need", "age"):
        rows = own[own["topic"] == topic].drop_duplicates("category")
        found[topic] = dict(zip(rows["category"], rows["pupils"], strict=True))
    return {topic: {name: int(number) for name, number in counts.items()} for topic, counts in found.items()}


def _placements(problem: Problem) -> dict[str, int]:
    settings = problem.settings.set_index("setting_id")
    types = settings["establishment_type"] if "establishment_type" in settings else pd.Series(dtype="str")
    table = problem.provisions
    labels = table["kind_label"] if "kind_label" in table else table["kind"]
    owners = table["setting_id"].map(types) if len(types) else pd.Series("", index=table.index)
    named = zip(table["kind"], labels.fillna(""), owners, strict=True)
    groups = dict(
        zip(table["provision_id"], [_group(str(kind), str(label), owner) for kind, label, owner in named], strict=True)
    )
    found: Counter[str] = Counter()
    pupils = problem.pupils
    for provision_id, count in zip(pupils["current_provision_id"], pupils["count"], strict=True):
        found[groups.get(provision_id, _NO_SCHOOL)] += int(count)
    return dict(found)


def _group(kind: str, label: str, establishment_type: object) -> str:
    family = family_of(establishment_type, "") if isinstance(establishment_type, str) and establishment_type else None
    if kind == "hub":
        plain = label.lower()
        return "sen_unit" if "unit" in plain else "resourced_provision" if "resourced" in plain else _EITHER_BASE
    if family in {Family.COLLEGE, Family.SPECIALIST_COLLEGE}:
        return "college"
    if "non-maintained" in label.lower():
        return "non_maintained_special"
    return _GROUPS_BY_KIND[kind]


def _needs(problem: Problem) -> dict[str, int]:
    return {str(need): int(count) for need, count in problem.pupils.groupby("need")["count"].sum().items()}


def _ages(problem: Problem, years_on: int) -> dict[str, int]:
    """Return pupils by age on the 31 August before the school year that the statistics count."""
    age = problem.pupils["year_group"] + _RECEPTION_AGE - years_on
    found: Counter[str] = Counter()
    for years, count in zip(age, problem.pupils["count"], strict=True):
        found[str(int(years))] += int(count)
    return dict(found)


def _beside(topic: str, area: Mapping[str, int], published: Mapping[str, int]) -> pd.DataFrame:
    """Return both counts side by side; shares are of the categories that both could hold."""
    names = [*published, *(name for name in area if name not in published)]
    frame = pd.DataFrame({"topic": topic, "category": names})
    frame["area_pupils"] = [area.get(name, 0) for name in names]
    frame["published_pupils"] = pd.array([published.get(name, pd.NA) for name in names], dtype="Int64")
    compared = frame["category"].isin(_compared(topic, area, published))
    for side in ("area", "published"):
        counts = frame[f"{side}_pupils"].astype("Float64").where(compared)
        total = counts.sum()
        frame[f"{side}_share"] = (counts / total if total else counts * float("nan")).astype("float64")
    total = int(frame.loc[compared, "area_pupils"].sum())
    frame["difference_pupils"] = frame["area_pupils"] - frame["published_share"] * total
    frame.loc[~compared, "difference_pupils"] = float("nan")
    order = [
        "topic",
        "category",
        "area_pupils",
        "area_share",
        "published_pupils",
        "published_share",
        "difference_pupils",
    ]
    return frame[order]


def _compared(topic: str, area: Mapping[str, int], published: Mapping[str, int]) -> set[str]:
    if topic == "placement":
        return {*AT_SCHOOL, _EITHER_BASE} & set(published)
    if topic == "need":
        return set(published) - {"unknown"}
    return set(published) & set(area)
