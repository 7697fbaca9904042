"""Checks across cells, rows and tables of several school years: who comes and goes, when sites open, how they fill."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pandas as pd

from placement_opt.cells import lookup
from placement_opt.errors import Fault

Frames = Mapping[str, pd.DataFrame]

OF_YEARS = ("arrivals", "leavers", "site_years", "year_budgets")
"""Tables that say nothing without the table `years`."""
_YEAR_COLUMNS = {
    "arrivals": ("arrives",),
    "leavers": ("leaves",),
    "site_years": ("first_year", "last_year"),
    "year_budgets": ("year",),
}


def _years_follow(frames: Frames) -> Iterable[Fault]:
    years = frames["years"]["year"].dropna()
    previous: int | None = None
    for label, year in years.sort_values().items():
        if previous is not None and year > previous + 1:
            message = f"comes after {previous}. Years follow one another: add the ones between."
            yield Fault("years", "year", str(label), str(int(year)), message)
        previous = int(year)


def _years_given(frames: Frames) -> Iterable[Fault]:
    if not frames["years"].empty:
        return
    for name in OF_YEARS:
        if not frames[name].empty:
            message = f"The table has no rows, but {name} has. Add the school years that are planned."
            yield Fault("years", "year", "", "", message)


def _years_known(frames: Frames) -> Iterable[Fault]:
    years = frames["years"]["year"].dropna()
    if years.empty:
        return
    first, last = int(years.min()), int(years.max())
    for name, columns in _YEAR_COLUMNS.items():
        for column in columns:
            cells = frames[name][column].dropna()
            for label, year in cells[~cells.between(first, last)].items():
                message = f"is not a year of the table years ({first} to {last}). Correct it, or add the year there."
                yield Fault(name, column, str(label), str(int(year)), message)


def _known_once(frames: Frames) -> Iterable[Fault]:
    known = set(frames["pupils"]["pupil_id"].dropna())
    arrivals = frames["arrivals"]["pupil_id"].dropna()
    for label, pupil_id in arrivals[arrivals.isin(known)].items():
        message = "is in the table pupils too. A pupil is here already, or arrives: remove one of the rows."
        yield Fault("arrivals", "pupil_id", str(label), pupil_id, message)
    leavers = frames["leavers"]["pupil_id"].dropna()
    for label, pupil_id in leavers[~leavers.isin(known | set(arrivals))].items():
        message = "is not a pupil of the tables pupils and arrivals. Correct it, or remove the row."
        yield Fault("leavers", "pupil_id", str(label), pupil_id, message)


def _stays_a_year(frames: Frames) -> Iterable[Fault]:
    arrivals = frames["arrivals"][["pupil_id", "arrives"]].dropna().drop_duplicates("pupil_id")
    arrives = arrivals.set_index("pupil_id")["arrives"]
    years = frames["years"]["year"].dropna()
    for label, row in frames["leavers"][["pupil_id", "leaves"]].dropna().iterrows():
        came = arrives.get(row["pupil_id"], None if years.empty else years.min())
        if came is not None and row["leaves"] <= came:
            message = f"is no later than {int(came)}, the first year. Remove the pupil, or correct the year."
            yield Fault("leavers", "leaves", str(label), str(int(row["leaves"])), message)


def _site_statuses(frames: Frames) -> Iterable[Fault]:
    statuses = lookup(frames["provisions"], "provision_id", "status")
    for label, row in frames["site_years"].iterrows():
        status = statuses.get(row["provision_id"])
        if status == "closed":
            message = "is closed, and stays so. Set its status to candidate, closable or open, or remove the row."
            yield Fault("site_years", "provision_id", str(label), row["provision_id"], message)
        if status in {"open", "closable"} and row["lead_years"] > 0 and not (status == "open" and _has(row)):
            message = f"is a lead time for opening, but {row['provision_id']} is {status} already. Clear it."
            yield Fault("site_years", "lead_years", str(label), str(int(row["lead_years"])), message)


def _has(row: "pd.Series[Any]") -> bool:
    return bool(pd.notna(row["first_year"]))


def _site_order(frames: Frames) -> Iterable[Fault]:
    years = frames["years"]["year"].dropna()
    for label, row in frames["site_years"].iterrows():
        first, last, lead = row["first_year"], row["last_year"], row["lead_years"]
        if pd.notna(first) and pd.notna(last) and first > last:
            message = f"is after last_year {int(last)}. Swap them."
            yield Fault("site_years", "first_year", str(label), str(int(first)), message)
        if years.empty or pd.isna(lead):
            continue
        begins = int(years.min())
        if pd.notna(first) and lead > 0 and first - lead < begins:
            message = (
                f"is before it is paid for: {int(lead)} years ahead is {int(first - lead)}, and the plan begins in "
                f"{begins}. Open it in {int(begins + lead)} or later, or correct lead_years."
            )
            yield Fault("site_years", "first_year", str(label), str(int(first)), message)
        elif pd.isna(first) and pd.notna(last) and last - lead < begins:
            message = (
                f"is before it is paid for: {int(lead)} years ahead is {int(last - lead)}, and the plan begins in "
                f"{begins}. Correct last_year or lead_years."
            )
            yield Fault("site_years", "last_year", str(label), str(int(last)), message)


def _fill_up_rows(frames: Frames) -> Iterable[Fault]:
    provisions = frames["provisions"].dropna(subset=["provision_id"]).drop_duplicates("provision_id")
    known = provisions.set_index("provision_id")
    opens = set(frames["site_years"].loc[frames["site_years"]["first_year"].notna(), "provision_id"].dropna())
    rows = frames["fill_up"].dropna(subset=["provision_id", "years_open"])
    for provision_id, part in rows.sort_values("years_open").groupby("provision_id", sort=True):
        if provision_id not in known.index:
            continue
        site: pd.Series[Any] = known.loc[[provision_id]].iloc[0]
        if site["status"] != "candidate" and not (site["status"] == "open" and provision_id in opens):
            message = f"is {site['status']}: only what opens fills up. Remove the rows, or say in site_years when."
            yield Fault("fill_up", "provision_id", str(part.index[0]), str(provision_id), message)
            continue
        yield from _fill_up_steps(part, site)


def _fill_up_steps(part: pd.DataFrame, site: "pd.Series[Any]") -> Iterable[Fault]:
    """Find years that are missing, and places and year groups that shrink or would turn pupils out."""
    before: pd.Series[Any] | None = None
    for expected, (label, row) in enumerate(part.iterrows()):
        if row["years_open"] != expected:
            message = f"comes where {expected} should. The rows of a provision are 0, 1, 2, ..."
            yield Fault("fill_up", "years_open", str(label), str(int(row["years_open"])), message)
            return
        if before is not None:
            yield from _step_faults(label, before, row)
        before = row
    if before is not None:
        whole = site[["places", "min_year", "max_year"]]
        yield from _step_faults(part.index[-1], before, whole, last=True)


def _step_faults(
    label: object, before: "pd.Series[Any]", after: "pd.Series[Any]", *, last: bool = False
) -> Iterable[Fault]:
    then = "the table provisions says for when it is full" if last else "the row says"
    row = str(label)
    if before["places"] > after["places"]:
        message = f"is what {then}; the year before has {int(before['places'])}. Places only grow: correct one of them."
        yield Fault("fill_up", "places", row, str(int(after["places"])), message)
    if before["min_year"] < after["min_year"] or before["max_year"] > after["max_year"]:
        message = (
            f"is what {then}; year groups {int(before['min_year'])} to {int(before['max_year'])} were taken the year "
            "before. What is taken only grows: correct one of them."
        )
        value = f"{int(after['min_year'])} to {int(after['max_year'])}"
        yield Fault("fill_up", "min_year, max_year", row, value, message)


def _outgrown(frames: Frames) -> Iterable[Fault]:
    """Find steps that do not take the pupils of the year before, who are a year group on."""
    known = frames["provisions"].dropna(subset=["provision_id"]).drop_duplicates("provision_id")
    highest = known.set_index("provision_id")["max_year"]
    rows = frames["fill_up"].dropna(subset=["provision_id", "years_open", "max_year"])
    for provision_id, part in rows.sort_values("years_open").groupby("provision_id", sort=True):
        if provision_id not in highest.index:
            continue
        most = list(part["max_year"].astype(int))
        for at in range(1, len(most)):
            wanted = min(most[at - 1] + 1, int(highest[provision_id]))
            if most[at - 1] <= most[at] < wanted:
                message = f"turns out the pupils of Year {most[at - 1]} of the year before. Give {wanted} or more."
                yield Fault("fill_up", "max_year", str(part.index[at]), str(most[at]), message)


def _together_is_no_year(frames: Frames) -> Iterable[Fault]:
    budgets = frames["year_budgets"]
    for label, row in budgets[budgets["year"].isna() & (budgets["basis"] == "financial year")].iterrows():
        message = "needs a year. Name the year, or set basis to school year for all years together."
        yield Fault("year_budgets", "basis, year", str(label), str(row["basis"]), message)


def _committed_capital(frames: Frames) -> Iterable[Fault]:
    """Find budgets of capital that cannot cover what is committed: provisions that open whatever is decided."""
    committed = _committed(frames)
    if committed.empty:
        return
    yearly = frames["budgets"].loc[frames["budgets"]["type"] == "capital"].assign(year=None, each=True)
    of_years = frames["year_budgets"]
    of_years = of_years.loc[(of_years["type"] == "capital") & (of_years["basis"] == "school year")].assign(each=False)
    for name, budgets in (("budgets", yearly), ("year_budgets", of_years)):
        for label, budget in budgets.iterrows():
            here = committed
            if isinstance(budget["locality"], str):
                here = here[here["locality"] == budget["locality"]]
            if pd.notna(budget["year"]):
                here = here[here["paid"] == budget["year"]]
            spent = here.groupby("paid")["capital_gbp"].sum().max() if budget["each"] else here["capital_gbp"].sum()
            if spent > budget["limit_gbp"]:
                message = f"cannot cover what is committed: £{spent:,.2f}. Raise it, or open later."
                yield Fault(name, "limit_gbp", str(label), f"{float(budget['limit_gbp']):.15g}", message)


def _committed(frames: Frames) -> pd.DataFrame:
    localities = lookup(frames["settings"], "setting_id", "locality")
    provisions = frames["provisions"].dropna(subset=["provision_id"]).drop_duplicates("provision_id")
    sites = frames["site_years"].dropna(subset=["provision_id", "first_year"]).drop_duplicates("provision_id")
    opens = provisions[provisions["status"] == "open"].merge(sites, on="provision_id")
    opens = opens.assign(paid=opens["first_year"] - opens["lead_years"], locality=opens["setting_id"].map(localities))
    return opens[opens["capital_gbp"] > 0]


def _filled_before_opening(frames: Frames) -> Iterable[Fault]:
    """Find pupils who are today where a candidate has yet to open and to fill up."""
    statuses = lookup(frames["provisions"], "provision_id", "status")
    to_fill = {name for name in frames["fill_up"]["provision_id"].dropna() if statuses.get(name) == "candidate"}
    current = frames["pupils"]["current_provision_id"].dropna()
    for label, provision_id in current[current.isin(to_fill)].items():
        message = "is a candidate that fills up from its opening on: nobody is there yet. Clear it, or set its status."
        yield Fault("pupils", "current_provision_id", str(label), provision_id, message)


AHEAD_CHECKS: Mapping[Callable[[Frames], Iterable[Fault]], frozenset[str]] = {
    _years_follow: frozenset({"years"}),
    _years_given: frozenset({"years", *OF_YEARS}),
    _years_known: frozenset({"years", *OF_YEARS}),
    _known_once: frozenset({"pupils", "arrivals", "leavers"}),
    _stays_a_year: frozenset({"arrivals", "leavers", "years"}),
    _site_statuses: frozenset({"site_years", "provisions"}),
    _site_order: frozenset({"site_years", "years"}),
    _fill_up_rows: frozenset({"fill_up", "provisions", "site_years"}),
    _filled_before_opening: frozenset({"fill_up", "pupils", "provisions"}),
    _outgrown: frozenset({"fill_up", "provisions"}),
    _together_is_no_year: frozenset({"year_budgets"}),
    _committed_capital: frozenset({"budgets", "year_budgets", "provisions", "settings", "site_years"}),
}
"""Each check with the tables that it reads."""
