"""Ready-made problems: tiny ones for trying things out, hub and spokes against other forms, the embedded county."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import Literal

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.files import read_problem
from placement_opt.malvern import malvern
from placement_opt.problem import Problem

__all__ = ["Area", "exampleshire", "hub_and_spoke_case", "malvern", "tiny", "tiny_years"]

Area = Literal["dispersed", "clustered"]

CENTRE = (456_000, 276_000)
SITE_STEPS = ((0, 0), (-1, 1), (1, 1), (-1, -1), (1, -1))
"""The school in the middle and the four around it, in steps to the east and north."""

STEP_M = {"dispersed": 6_000, "clustered": 600}
PUPILS_AT_SITE = (6, 3, 3, 3, 3)
SITE_NAMES = ("Ambleford", "Brindlecote", "Cobblewick", "Dimpleton", "Eddlemere")

CLASS_PLACES = 10
"""Pupils in a class of a base that the council commissions (Lincolnshire's mainstream hubs: 10 and up to 3 more)."""


def tiny() -> Problem:
    """Return three pupils, two schools and four provisions: small enough to check by hand.

    Examples
    --------
    >>> tiny()
    Problem(3 pupils, 2 settings, 4 provisions with 7 places)
    """
    pupils = pd.DataFrame(
        {
            "pupil_id": ["P1", "P2", "P3"],
            "easting": [460_000, 462_000, 468_000],
            "northing": [270_000, 271_000, 272_000],
            "year_group": [7, 8, 7],
            "need": ["ASD", "SLD", "SEMH"],
            "current_provision_id": [None, "B-special", None],
        }
    )
    settings = pd.DataFrame(
        {
            "setting_id": ["A", "B"],
            "name": ["Alder Lane School", "Birch Hill School"],
            "easting": [461_000, 469_000],
            "northing": [270_500, 272_500],
        }
    )
    provisions = pd.DataFrame(
        {
            "provision_id": ["A-base", "A-main", "B-main", "B-special"],
            "setting_id": ["A", "A", "B", "B"],
            "kind": ["hub", "mainstream", "mainstream", "special"],
            "places": [1, 2, 2, 2],
            "needs": ["ASD", "any", "any", "SLD;PMLD;ASD"],
            "topup_gbp": [7_000, 4_000, 4_000, 16_000],
            "place_gbp": [6_000, 6_000, 6_000, 10_000],
        }
    )
    return Problem(pupils=pupils, settings=settings, provisions=provisions)


def tiny_years() -> Problem:
    """Return three school years of a small place: pupils who come and go, and a school that may open in the second.

    Examples
    --------
    >>> tiny_years().table("arrivals")[["pupil_id", "arrives"]].to_numpy().tolist()
    [['P4', 2028], ['P5', 2028]]
    """
    start = tiny()
    school = pd.DataFrame(
        {"setting_id": ["C"], "name": ["Cherry Bank School"], "easting": [463_000], "northing": [270_500]}
    )
    new = pd.DataFrame(
        {
            "provision_id": ["C-special"],
            "setting_id": ["C"],
            "kind": ["special"],
            "places": [3],
            "needs": ["SLD;PMLD;ASD"],
            "topup_gbp": [9_000],
            "place_gbp": [10_000],
            "status": ["candidate"],
            "open_gbp": [2_000],
            "capital_gbp": [150_000],
        }
    )
    provisions = start.provisions[start.provisions["provision_id"] != "A-base"]
    arrivals = pd.DataFrame(
        {
            "pupil_id": ["P4", "P5"],
            "easting": [462_500, 463_500],
            "northing": [270_000, 271_000],
            "year_group": [6, 7],
            "need": ["SLD", "ASD"],
            "arrives": [2028, 2028],
        }
    )
    return start.replace(
        pupils=start.pupils.assign(
            year_group=[6, 8, 7], current_provision_id=pd.array(["A-main", "B-special", pd.NA], dtype="str")
        ),
        settings=pd.concat([start.settings, school], ignore_index=True),
        provisions=pd.concat([provisions, new], ignore_index=True),
        years=pd.DataFrame({"year": [2027, 2028, 2029]}),
        arrivals=arrivals,
        leavers=pd.DataFrame({"pupil_id": ["P5"], "leaves": [2029]}),
        site_years=pd.DataFrame({"provision_id": ["C-special"], "lead_years": [1]}),
    )


def exampleshire() -> Problem:
    """Return the embedded made-up county: 2,500 pupils with plans, 142 schools, and six schools of neighbours.

    Returns
    -------
    Problem
        Needs, ages and places are drawn from published shares; `data/exampleshire/README.md` says which numbers are
        published and which are example values. No person, school or place of it exists.

    Raises
    ------
    InputError
        When the county's files are missing from the installation.

    Examples
    --------
    >>> exampleshire()
    Problem(2,500 pupils, 148 settings, 182 provisions with 2,986 places)
    """
    installed = files("placement_opt") / "_data" / "exampleshire"
    checked_out = Path(__file__).parents[1] / "data" / "exampleshire"
    for folder in (installed, checked_out):
        if folder.is_dir():
            with as_file(folder) as path:
                return read_problem(path)
    message = "The embedded county is missing from the installation. Install placement_opt again."
    raise InputError([Fault("exampleshire", "", "", "", message)])


def hub_and_spoke_case(area: Area = "dispersed") -> dict[str, Problem]:
    """Return one small question with three answers to choose from, to be solved on the full cost basis.

    Eighteen autistic primary pupils whose support is more than ordinary classes give live around five schools: six
    around the school in the middle and three around each of the others. The council can send them to one special
    school in the middle, open bases (classes of ten) at as many of the schools as is best, or open one base in the
    middle whose outreach team reaches the other four as spokes.

    Parameters
    ----------
    area
        `dispersed`: the four other schools are 6 km to the east or west and 6 km to the north or south of the middle;
        `clustered`: 600 m.

    Returns
    -------
    dict
        The problems by name: `special school`, `separate bases`, `hub and spokes`. They differ only in what can be
        commissioned. docs/hub_and_spoke.md says which prices are published and which are example values.

    Raises
    ------
    ValueError
        When `area` is neither of the two.

    Examples
    --------
    >>> hub_and_spoke_case("dispersed")["hub and spokes"]
    Problem(18 pupils, 5 settings, 5 provisions with 26 places)
    """
    if area not in STEP_M:
        raise ValueError(f"`area` is {area!r}; use one of {', '.join(STEP_M)}.")
    sites = [(CENTRE[0] + east * STEP_M[area], CENTRE[1] + north * STEP_M[area]) for east, north in SITE_STEPS]
    special_school = Problem(pupils=_pupils_around(sites), settings=_schools_at(sites), provisions=_special_school())
    return {
        "special school": special_school,
        "separate bases": special_school.replace(provisions=_bases(len(sites))),
        "hub and spokes": special_school.replace(
            provisions=pd.concat([_bases(1), _spokes(len(sites))], ignore_index=True), hubs=_outreach()
        ),
    }


def _pupils_around(sites: list[tuple[int, int]]) -> pd.DataFrame:
    """Place each pupil 300 to 500 m from a school, on alternate sides."""
    rows = [
        {
            "pupil_id": f"P{site + 1}{number + 1}",
            "easting": sites[site][0] + (300 if number % 2 else -300),
            "northing": sites[site][1] + (400 if number % 3 else -200),
            "year_group": number % 6 + 1,
            "need": "ASD",
            "support_hours": 4.0,
        }
        for site, pupils in enumerate(PUPILS_AT_SITE)
        for number in range(pupils)
    ]
    return pd.DataFrame(rows)


def _schools_at(sites: list[tuple[int, int]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "setting_id": [f"S{number + 1}" for number in range(len(sites))],
            "name": [f"{name} Primary School" for name in SITE_NAMES],
            "easting": [east for east, _ in sites],
            "northing": [north for _, north in sites],
        }
    )


def _special_school() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "provision_id": ["S1-special"],
            "setting_id": ["S1"],
            "kind": ["special"],
            "places": [18],
            "place_gbp": [10_000],
            "topup_gbp": [16_000],
        }
    )


def _bases(number: int) -> pd.DataFrame:
    sites = [f"S{site + 1}" for site in range(number)]
    return pd.DataFrame(
        {
            "provision_id": [f"{site}-base" for site in sites],
            "setting_id": sites,
            "kind": "inclusion base",
            "places": CLASS_PLACES,
            "place_gbp": 6_000,
            "topup_gbp": 9_000,
            "status": "candidate",
            "open_gbp": 60_000,
        }
    )


def _spokes(number: int) -> pd.DataFrame:
    sites = [f"S{site + 1}" for site in range(1, number)]
    return pd.DataFrame(
        {
            "provision_id": [f"{site}-spoke" for site in sites],
            "setting_id": sites,
            "kind": "spoke",
            "places": 4,
            "topup_gbp": 8_662,
        }
    )


def _outreach() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "provision_id": ["S1-base"],
            "team_hours_per_week": [60],
            "max_teams": [1],
            "team_gbp": [140_000],
            "max_spokes": [4],
            "max_link_minutes": [30],
            "visits_per_week": [2],
        }
    )
