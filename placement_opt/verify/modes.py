"""How pupils travel, and at what price (formulation, section 2)."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from placement_opt.parameters import Parameters
from placement_opt.verify.question import TRAVELLERS, Question, Real, Truth, Whole, plain

_PENNY_GBP = 0.01
_SAME_GBP = 1e-6


@dataclass(frozen=True)
class Mode:
    """A way to travel that the council pays for."""

    name: str
    gbp_per_day: float
    gbp_per_mile: float
    riders: float
    wheelchair: bool
    assistant: bool
    independent_only: bool
    max_miles: float
    vehicle_miles_per_mile: float
    co2e_kg_per_mile: float


def modes_of(question: Question) -> tuple[Mode, ...]:
    """Return the ways to travel in the order of their names: the table's, or the two that the parameters make."""
    table = question.problem.table("modes")
    if table.empty:
        return _default_modes(question.parameters)
    table = table.sort_values("mode").assign(max_miles=table["max_miles"].fillna(np.inf))
    names = [name for name in Mode.__dataclass_fields__ if name != "name"]
    cells = zip(plain(table["mode"]), *(table[name].tolist() for name in names), strict=True)
    return tuple(Mode(*row) for row in cells)


def _is_barred(mode: Mode) -> Truth:
    """Return for each sort of traveller whether a mode is not permitted, however short the journey."""
    sort = TRAVELLERS
    lacks = (sort["wheelchair"] & (not mode.wheelchair)) | (sort["assistant"] & (not mode.assistant))
    return np.asarray(lacks | ((~sort["independent_travel"] | sort["solo"]) & mode.independent_only))


def reach_miles(question: Question, modes: tuple[Mode, ...]) -> Real:
    """Return for each pupil the longest journey for which some mode is permitted; below 0 where there is none."""
    of_sort = np.max([np.where(_is_barred(mode), -1.0, mode.max_miles) for mode in modes], axis=0)
    return np.asarray(of_sort[question.traveller])


def _riders(mode: Mode) -> Real:
    """Return for each sort of traveller how many share the price: one, for a pupil who travels alone."""
    return np.where(TRAVELLERS["solo"], 1.0, mode.riders)


def prices_gbp(question: Question, modes: tuple[Mode, ...], rows: Whole, miles: Real) -> Real:
    """Return the price of a year for one pupil, a row for each mode, unrounded; infinite where not permitted."""
    days, sort = question.parameters.days_per_year, question.traveller[rows]
    prices = np.empty((len(modes), len(rows)))
    for price, mode in zip(prices, modes, strict=True):
        price[:] = days * (mode.gbp_per_day + mode.gbp_per_mile * 2 * miles) / _riders(mode)[sort]
        price[_is_barred(mode)[sort] | (miles > mode.max_miles)] = np.inf
    return prices


def cheapest(prices: Real, named: Whole) -> Whole:
    """Return the position of the mode that each pupil travels by; -1 where none is permitted.

    Parameters
    ----------
    prices
        Of `prices_gbp`.
    named
        The modes that a plan names. Two prices may round to the same penny, or not, by the last bit of a float:
        a named mode within a penny of the cheapest stands, unless another of exactly its price comes first.
    """
    least = prices.min(axis=0)
    first = np.argmax(prices <= least + _SAME_GBP, axis=0)
    at = np.arange(prices.shape[1])
    own = prices[named, at]
    is_first_of_price = np.argmax(np.isclose(prices, own, rtol=0, atol=_SAME_GBP), axis=0) == named
    stands = (named >= 0) & (own <= least + _PENNY_GBP) & is_first_of_price
    return np.where(np.isfinite(least), np.where(stands, named, first), -1)


def co2e_kg(question: Question, mode: Mode, rows: Whole, miles: Real) -> Real:
    """Return the emissions of a year for one pupil."""
    driven_miles = question.parameters.days_per_year * 2 * miles * mode.vehicle_miles_per_mile
    return np.asarray(driven_miles * mode.co2e_kg_per_mile / _riders(mode)[question.traveller[rows]])


def _default_modes(parameters: Parameters) -> tuple[Mode, ...]:
    days, share, vehicle_riders = (
        parameters.days_per_year,
        parameters.shared_vehicle_fixed_share,
        parameters.shared_vehicle_riders,
    )
    vehicle_gbp = parameters.shared_vehicle_gbp * vehicle_riders
    vehicle = Mode(
        "shared vehicle",
        gbp_per_day=share * vehicle_gbp / days if days else 0.0,
        gbp_per_mile=(1 - share) * vehicle_gbp / (days * 2 * parameters.shared_vehicle_mean_miles) if days else 0.0,
        riders=vehicle_riders,
        wheelchair=True,
        assistant=True,
        independent_only=False,
        max_miles=np.inf,
        vehicle_miles_per_mile=parameters.vehicle_miles_per_loaded_mile,
        co2e_kg_per_mile=parameters.vehicle_co2e_kg_per_mile,
    )
    bus_pass = Mode(
        "public transport pass",
        gbp_per_day=parameters.pass_gbp / days if days else 0.0,
        gbp_per_mile=0.0,
        riders=1.0,
        wheelchair=False,
        assistant=False,
        independent_only=True,
        max_miles=np.inf,
        vehicle_miles_per_mile=1.0,
        co2e_kg_per_mile=parameters.bus_co2e_kg_per_mile,
    )
    return bus_pass, vehicle


def names_of(modes: tuple[Mode, ...]) -> NDArray[np.object_]:
    """Return the names of the modes, with that of no mode last, so that position -1 finds it."""
    return np.array([*(mode.name for mode in modes), "none permitted"], dtype=object)
