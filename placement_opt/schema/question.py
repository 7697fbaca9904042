"""The tables that every problem has: who, where, and which places."""

from placement_opt.schema.columns import (
    HIGH_YEAR,
    LOW_YEAR,
    Cell,
    Column,
    Table,
    capital_column,
    flag_column,
    gbp_column,
    id_column,
    kind_column,
    need_column,
    needs_column,
    number_column,
    point_columns,
    refers_column,
    text_column,
    time_column,
    whole_column,
    year_column,
)
from placement_opt.schema.words import ANY

PUPILS = Table(
    "pupils",
    "a pupil, or `count` identical pupils at one point",
    (
        id_column("pupil_id", "The council's own reference. Do not use names or unique pupil numbers.", "P0001"),
        *point_columns("the pupil lives"),
        year_column("year_group", "National curriculum year in the year planned for.", required=True),
        need_column("Primary need.", required=True),
        needs_column("secondary_needs", "Further needs, separated by semicolons."),
        text_column("band", "Funding or need band of the local scheme."),
        whole_column(
            "count", "How many identical pupils the row stands for; they may be placed apart.", least=1, default=1
        ),
        whole_column("places", "Places that one pupil of the row takes up; never split.", least=1, default=1),
        text_column("locality", "Area for reports and local limits."),
        refers_column("current_provision_id", "provisions.provision_id", "Where the pupil is now; blank = no place."),
        flag_column("movable", "May be moved, when the policy says that only flagged pupils move."),
        refers_column(
            "requested_setting_id", "settings.setting_id", "The school that the parent or young person asked for."
        ),
        Column(
            "mainstream",
            Cell.CODE,
            "wanted: the family wants a mainstream school; against: it does not, or mainstream is incompatible with "
            "the efficient education of others; blank: not recorded.",
            allowed=("wanted", "against"),
        ),
        text_column("sibling_group", "Pupils with the same word here belong to one family."),
        flag_column("wheelchair", "Travels in a wheelchair."),
        flag_column("solo", "Has to travel alone."),
        flag_column("assistant", "Needs a passenger assistant."),
        flag_column("independent_travel", "Can use public transport alone."),
        number_column("support_hours", "Outreach that the pupil needs at a spoke.", "hours a week", default=0),
        Column("max_minutes", Cell.NUMBER, "Longest journey allowed, one way.", unit="minutes", least=1, most=600),
        Column(
            "entitled", Cell.MAYBE, "Free travel decided by an officer; blank = the distance and need tests decide."
        ),
        flag_column("low_income", "Of a family on a low income, so that extended rights to free travel hold."),
        Column(
            "travel_mode",
            Cell.CODE,
            "How an officer has decided that an entitled pupil travels. vehicle; pass: public transport; "
            "personal_budget: the family is paid by the mile; training: learns to travel alone, and has a vehicle "
            "until then; blank = a pass for who can travel alone, else a vehicle.",
            allowed=("vehicle", "pass", "personal_budget", "training"),
        ),
        time_column("earliest_pickup", "Not to be picked up before; blank = any time.", example="07:30"),
        Column(
            "board_minutes",
            Cell.NUMBER,
            "Minutes to board, and to leave, a vehicle; blank = as the parameters say for walking or a wheelchair.",
            unit="minutes",
            least=0,
            most=60,
        ),
    ),
    key=("pupil_id",),
    required=True,
    located=True,
)

SETTINGS = Table(
    "settings",
    "a school or college",
    (
        id_column("setting_id", "Unique reference number (URN) where there is one.", "900001"),
        text_column("name", "Name of the school.", required=True, example="Alder Lane Primary School"),
        *point_columns("the school is"),
        text_column("authority", "Local authority that the school stands in."),
        text_column("sector", "Maintained, academy, independent, and so on."),
        text_column("trust", "Multi-academy trust or owner."),
        text_column("locality", "Area for reports and local limits."),
        whole_column("places", "Limit over all provisions of the school; blank = none.", unit="places"),
        time_column(
            "arrive_from",
            "Earliest that vehicles may set pupils down in the morning; goes with arrive_by. Blank = as the rules of "
            "routes say.",
            example="08:30",
        ),
        time_column("arrive_by", "Latest that vehicles may set pupils down in the morning; goes with arrive_from."),
        time_column(
            "leave_from",
            "Earliest that vehicles may pick pupils up in the afternoon; goes with leave_by. Blank = as the rules of "
            "routes say.",
            example="15:10",
        ),
        time_column(
            "leave_by",
            "Latest that vehicles may begin to pick pupils up in the afternoon; goes with leave_from.",
            example="15:30",
        ),
    ),
    key=("setting_id",),
    required=True,
    located=True,
)

PROVISIONS = Table(
    "provisions",
    "a group of places at a school",
    (
        id_column("provision_id", "Reference of the group of places.", "900001-base"),
        refers_column("setting_id", "settings.setting_id", "The school it is at.", required=True, example="900001"),
        kind_column("What sort of places these are.", required=True),
        whole_column("places", "Places for pupils with plans.", required=True, unit="places"),
        needs_column("needs", "Primary needs it takes, separated by semicolons, or any.", default=ANY, or_any=True),
        year_column("min_year", "Lowest year group taken.", default=LOW_YEAR),
        year_column("max_year", "Highest year group taken.", default=HIGH_YEAR),
        Column("bands", Cell.LABELS, "Bands it takes, separated by semicolons, or any.", default=ANY),
        gbp_column("place_gbp", "Place funding, paid for a commissioned place whether or not it is filled.", default=0),
        text_column("place_payer", "Who pays the place funding.", default="high needs"),
        gbp_column("topup_gbp", "Top-up (or fee) for one pupil here; blank = the topups table decides."),
        whole_column(
            "overflow_places", "Places over the number that may be used at a price.", default=0, unit="places"
        ),
        gbp_column("overflow_gbp", "Price of one place over the number.", default=0),
        Column(
            "status",
            Cell.CODE,
            "open: in use; candidate: may be opened; closable: in use, may be closed; closed: out of use.",
            default="open",
            allowed=("open", "candidate", "closable", "closed"),
        ),
        gbp_column("open_gbp", "Running cost of being open at all, for a candidate or closable provision.", default=0),
        capital_column("capital_gbp", "One-off cost of opening, for a candidate provision."),
        whole_column(
            "min_pupils", "Smallest viable group: nobody comes, or at least so many.", default=0, unit="pupils"
        ),
        whole_column("max_classes", "Classes that may be added.", default=0, unit="classes"),
        whole_column("class_places", "Places that each added class has.", default=0, unit="places"),
        gbp_column("class_gbp", "Running cost of each added class.", default=0),
        capital_column("class_capital_gbp", "One-off cost of each added class."),
    ),
    key=("provision_id",),
    required=True,
)
