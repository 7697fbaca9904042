"""Changes to what is open: open a candidate, close a provision, withdraw a provider."""

from functools import partial
from typing import Any

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change
from placement_opt.scenarios.editing import with_cells, with_rows
from placement_opt.scenarios.selecting import Where, chosen_ids, one_row, where_of, words_of

Changed = tuple[Problem, Policy]


def open_site(provision_id: str, *, year: int | None = None) -> Change:
    """Open a candidate, whatever the plan would decide.

    It stays a candidate, so that its running cost and its capital are counted, and a row of `site_limits` says that it
    has to be open. With a year, it opens in that year (for plans of several years, whose tables say so in
    `site_years`).

    Parameters
    ----------
    provision_id
        The candidate.
    year
        The school year of opening, of the table `years`; None = the year of the tables, and no `site_years` row.

    Examples
    --------
    >>> open_site("A-base").describe()
    'open A-base'
    """
    when = "" if year is None else f" in {year}"
    return Change(f"open {provision_id}{when}", partial(_open, provision_id=provision_id, year=year))


def close(provision_id: str, *, year: int | None = None) -> Change:
    """Close a provision.

    Its pupils have no place any more and are placed elsewhere. What could no longer hold goes with it: officers'
    decisions that a pupil *must* go there, requests for a school without any other provision in use, the rows of
    `site_years` and `fill_up`, and its capital. `Scenario.effects` counts them.

    Parameters
    ----------
    provision_id
        The provision.
    year
        The first school year in which it is out of use, of the table `years`, after the first one; None = from the
        start.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> problem, policy = close("B-special").apply(tiny(), Policy())
    >>> problem.provisions.set_index("provision_id")["status"].to_dict()["B-special"]
    'closed'
    """
    when = "" if year is None else f" in {year}"
    return Change(f"close {provision_id}{when}", partial(_close, where=where_of(provision_id=provision_id), year=year))


def withdraw(
    *,
    trust: str | None = None,
    name: str | None = None,
    setting_id: str | None = None,
    sector: str | None = None,
    authority: str | None = None,
    kind: str | None = None,
    year: int | None = None,
) -> Change:
    """Close everything of a provider: all provisions that fit every word that is given, as `close` does.

    Parameters
    ----------
    trust, name, setting_id, sector, authority
        Words in these columns of settings.
    kind
        Only provisions of this kind.
    year
        As for `close`.

    Raises
    ------
    ValueError
        When no word is given, or `kind` is none.

    Examples
    --------
    >>> withdraw(trust="Marigold Partnership Trust").describe()
    'withdraw all of trust Marigold Partnership Trust'
    """
    given = {"trust": trust, "name": name, "setting_id": setting_id, "sector": sector, "authority": authority}
    where = where_of(**given, kind=kind)
    when = "" if year is None else f" in {year}"
    return Change(f"withdraw {words_of(where)}{when}", partial(_close, where=where, year=year))


def _open(problem: Problem, policy: Policy, *, provision_id: str, year: int | None) -> Changed:
    status = one_row(problem, provision_id)["status"]
    if status != "candidate":
        message = f"is {status}; only a candidate is opened. Set its status to candidate."
        raise InputError([Fault("provisions", "status", "", provision_id, message)])
    limits = problem.table("site_limits")
    if ((limits["provision_id"] == provision_id) & (limits["min_open"] > 0)).any():
        raise InputError([Fault("site_limits", "provision_id", "", provision_id, "has to be open already.")])
    row = {"site_limit": f"open {provision_id}", "provision_id": provision_id, "min_open": 1, "max_open": 1}
    changed = problem.replace(site_limits=with_rows(limits, row))
    return (changed if year is None else opened_in(changed, provision_id, year)), policy


def opened_in(problem: Problem, provision_id: str, year: int) -> Problem:
    """Return a problem in which a candidate can open in one year only.

    Raises
    ------
    InputError
        When the table `years` has no such year.
    """
    _check_year(problem, year, first=True)
    times = _site_year(problem.table("site_years"), provision_id, {"first_year": year, "last_year": year})
    return problem.replace(site_years=times)


def _close(problem: Problem, policy: Policy, *, where: Where, year: int | None) -> Changed:
    ids = chosen_ids(problem, where)
    if year is not None:
        return _close_later(problem, ids, year), policy
    provisions = with_cells(problem.provisions, ids, {"status": "closed", "capital_gbp": 0.0})
    in_use = set(provisions.loc[provisions["status"] != "closed", "setting_id"])
    rules = problem.table("pair_rules")
    tables: dict[str, Any] = {
        "provisions": provisions,
        "pair_rules": rules[~((rules["rule"] == "must") & rules["provision_id"].isin(ids))],
    }
    for name in ("pupils", "arrivals"):
        frame = problem.table(name)
        asked = frame["requested_setting_id"]
        tables[name] = frame.assign(requested_setting_id=asked.where(asked.isna() | asked.isin(in_use)))
    for name in ("site_years", "fill_up"):
        frame = problem.table(name)
        tables[name] = frame[~frame["provision_id"].isin(ids)]
    return problem.replace(**tables), policy


def _close_later(problem: Problem, ids: list[str], year: int) -> Problem:
    _check_year(problem, year, first=False)
    provisions = problem.provisions
    chosen = provisions[provisions["provision_id"].isin(ids)]
    candidates = chosen[chosen["status"] == "candidate"]
    if len(candidates):
        message = "is a candidate, so it may never open. Close it without a year."
        raise InputError(
            Fault("provisions", "status", "", str(provision_id), message) for provision_id in candidates["provision_id"]
        )
    times = problem.table("site_years")
    for provision_id, status in zip(chosen["provision_id"], chosen["status"], strict=True):
        choice = {"first_year": None, "lead_years": 0} if status == "closable" else {}
        times = _site_year(times, provision_id, {"last_year": year - 1, **choice})
    return problem.replace(provisions=with_cells(provisions, ids, {"status": "open"}), site_years=times)


def _check_year(problem: Problem, year: int, *, first: bool) -> None:
    years = [int(one) for one in problem.table("years")["year"]]
    allowed = years if first else years[1:]
    if year not in allowed:
        shown = f"{allowed[0]} to {allowed[-1]}" if allowed else "the table years has too few rows"
        raise InputError([Fault("years", "year", "", str(year), f"is not a year that it can happen in ({shown}).")])


def _site_year(times: pd.DataFrame, provision_id: str, cells: dict[str, int | None]) -> pd.DataFrame:
    """Return `site_years` with some cells of a provision set; what else its row says stays."""
    is_it = times["provision_id"] == provision_id
    if is_it.any():
        return with_cells(times, [provision_id], cells)
    return with_rows(times, {"provision_id": provision_id, **cells})
