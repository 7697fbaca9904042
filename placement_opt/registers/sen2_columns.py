"""The modules of the SEN2 return and their columns, as in the "Blade" export and in the Excel data-entry template."""

from collections.abc import Mapping

from placement_opt.registers.columns import Wanted

_THE_PERSON = "Person ID\n\n(This must match the relevant ID in the Person record table)"
_THE_REQUEST = "Requests record ID\n\n(This must match the relevant ID in the Requests table)"
_URN = "URN - Unique Reference Number"
_UKPRN = "UKPRN - UK Provider Reference Number"
_SETTING = "SEN Setting - Establishment type"
_RANK = "Placement Rank (1=Primary, 2=Secondary)"

NEEDED_MODULES: Mapping[str, tuple[Wanted, ...]] = {
    "person": (
        Wanted(
            "persontableid",
            "joining persons and their requests",
            ("Person ID\n\n(This must be a unique ID for each Person record)", "Person ID"),
            required=True,
        ),
        Wanted("personbirthdate", "the year group", ("Date of Birth \n(ccyy-mm-dd)",), required=True),
        Wanted("postcode", "where the pupil lives", ("Post Code",), required=True),
        Wanted("upn", "ids that stay the same from return to return", ("UPN - Unique Pupil Number",)),
        Wanted("uniquelearnernumber", "", ("ULN - Young Persons Unique Learner Number",)),
    ),
    "requests": (
        Wanted(
            "requeststableid",
            "joining requests and plans",
            ("Requests record ID\n\n(This must be a unique ID for each Requests record)", "Requests record ID"),
            required=True,
        ),
        Wanted("persontableid", "joining requests and persons", (_THE_PERSON, "Person ID"), required=True),
        Wanted("requestoutcome", "", ("Request Outcome",)),
        Wanted("exported", "", ("Exported - Child or young person moves out of LA before assessment is completed",)),
    ),
    "activeplans": (
        Wanted("activeplanstableid", "joining plans, needs and placements", (_THE_REQUEST,), required=True),
        Wanted("requeststableid", "joining plans and requests", (_THE_REQUEST,), required=True),
        Wanted("transferla", "", ("EHC Plan transferred in from another LA during calendar year",)),
        Wanted("res", "", ("Residential Settings",)),
    ),
    "placementdetail": (
        Wanted("activeplanstableid", "joining placements and plans", (_THE_REQUEST,), required=True),
        Wanted("urn", "where the pupil is now", (_URN,), required=True),
        Wanted("placementrank", "telling first placements from second ones", (_RANK,), required=True),
        Wanted("ukprn", "pupils at colleges without a URN", (_UKPRN,)),
        Wanted("sensetting", "why a pupil is at no school", (_SETTING,)),
        Wanted("entrydate", "which of several placements is the latest", ("Placement Start Date",)),
        Wanted("leavingdate", "which placements have ended", ("Placement Leaving Date",)),
        Wanted("senunitindicator", "who is in a SEN unit", ("SEN Unit Indicator",)),
        Wanted("resourcedprovisionindicator", "who is in a resourced provision", ("Resourced Provision Indicator",)),
        Wanted("res", "", ("Residential Settings",)),
    ),
    "senneed": (
        Wanted("activeplanstableid", "joining needs and plans", (_THE_REQUEST,), required=True),
        Wanted("sentype", "the need", ("SEN Type of Need",), required=True),
        Wanted(
            "sentyperank",
            "telling first needs from second ones",
            ("SEN Type of Need rank  (1=Primary, 2=Secondary)",),
            required=True,
        ),
    ),
}
"""The modules that are needed, versions 1.1 to 1.3 of the return and the template. (`res` moved from activeplans to
placementdetail in version 1.2; in the template plans, placements and needs are joined by the request's number.)"""

USED_MODULES: Mapping[str, tuple[Wanted, ...]] = {
    "sen2": (
        Wanted("referencedate", "", ("Reference Date",), required=True),
        Wanted("lea", "", ("LA Number",)),
    ),
    "assessment": (
        Wanted("requeststableid", "", (_THE_REQUEST,), required=True),
        Wanted("assessmentoutcome", "", ("Assessment Outcome - Decision to issue EHC plan",), required=True),
        Wanted("assessmenttableid"),
    ),
    "namedplan": (
        Wanted("assessmenttableid"),
        Wanted("requeststableid", "", (_THE_REQUEST,)),
        Wanted("ceasedate", "", ("Date EHC plan ceased",), required=True),
    ),
}
"""The modules that are used where they are there: the date of the return, and why a person has no active plan."""

MODULES = {**NEEDED_MODULES, **USED_MODULES}

MODULE_NAMES = {
    "headerrecord": "sen2",
    "personrecord": "person",
    "persondetails": "person",
    "requestsrecords": "requests",
    "assessmentsrecords": "assessment",
    "ehcneedsassessments": "assessment",
    "namedplanrecords": "namedplan",
    "plandetailrecords": "plandetail",
    "plandetail": "plandetail",
    "activeplanrecords": "activeplans",
    "placementdetailrecords": "placementdetail",
    "placementdetails": "placementdetail",
    "senneedrecords": "senneed",
    **{name: name for name in (*NEEDED_MODULES, *USED_MODULES)},
}
"""Names of files, sheets and tables (in small letters and digits) that mean a module."""

SETTING_CODES = {
    "OLA": "arrangements by the council otherwise than at school (section 61)",
    "OPA": "arrangements by the parents or young person (section 42(5))",
    "EHE": "educated at home by choice",
    "EYP": "early years provider without a URN",
    "OTH": "other, or no school named yet",
    "NEET": "not in education, employment or training, 16-25",
    "NIEC": "not in education, notice that the plan ends",
    "NIEO": "not in education, other, such as awaiting a place",
}
"""What `sensetting` says where a pupil is at no school (SEN2 guide 2025, item 5.7c)."""
