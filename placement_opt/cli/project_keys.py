"""What a project file may say: every part and entry, once, for `project_file` and for `project_example`."""

from dataclasses import MISSING, dataclass, fields
from enum import StrEnum
from typing import Any, get_args

from placement_opt.policy import CostBasis, Force, Moves, Policy, Post16, SolveOptions
from placement_opt.route_rules import Afternoon, RouteRules, Together
from placement_opt.travel import CIRCUITY, MILES_PER_HOUR
from placement_opt.year_rules import YearRules


class Form(StrEnum):
    """What the value of an entry has to be."""

    INPUT = "a path, in quotes"
    OUTPUT = "a folder, in quotes"
    WORD = "text in quotes"
    NUMBER = "a number"
    WHOLE = "a whole number"
    FLAG = "true or false"
    WORDS = "a list of texts, in square brackets"
    WHOLES = "a list of whole numbers, in square brackets"
    AMOUNTS = "numbers by name, in braces"


@dataclass(frozen=True)
class Key:
    """One entry of a part.

    Parameters
    ----------
    name, form, meaning
        What it is called, has to be, and means.
    default
        What holds where the entry is left out; None = nothing.
    example
        Shown where there is no default.
    allowed
        The words that can be chosen.
    required
        The part makes no sense without it.
    """

    name: str
    form: Form
    meaning: str
    default: Any = None
    example: Any = None
    allowed: tuple[str, ...] = ()
    required: bool = False

    def fits(self, value: Any) -> bool:
        """Tell whether a value as TOML has it is of the right form; its range is for others to check."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        is_whole = is_number and isinstance(value, int)
        is_list = isinstance(value, list) and bool(value)
        return {
            Form.NUMBER: is_number,
            Form.WHOLE: is_whole,
            Form.FLAG: isinstance(value, bool),
            Form.WORDS: is_list and all(isinstance(one, str) for one in value),
            Form.WHOLES: is_list and all(isinstance(one, int) and not isinstance(one, bool) for one in value),
            Form.AMOUNTS: isinstance(value, dict),
        }.get(self.form, isinstance(value, str) and value.strip() != "")


@dataclass(frozen=True)
class Part:
    """One part of the file, under its name in square brackets.

    Parameters
    ----------
    name, meaning
        What it is called and for.
    keys
        Its entries.
    is_extra
        What it describes is done only where the part is there.
    """

    name: str
    meaning: str
    keys: tuple[Key, ...]
    is_extra: bool = False


def _defaults(kind: type) -> dict[str, Any]:
    return {one.name: None if one.default is MISSING else one.default for one in fields(kind)}


_POLICY, _OPTIONS, _RULES = _defaults(Policy), _defaults(SolveOptions), _defaults(RouteRules)
_YEARS = _defaults(YearRules)


def _force(name: str, what: str) -> Key:
    meaning = f"{what}: hard = always where the rules allow it, priced = weighed against money, off = ignored."
    return Key(name, Form.WORD, meaning, _POLICY[name], allowed=get_args(Force))


def _weight(name: str, what: str) -> Key:
    return Key(
        name, Form.NUMBER, f"What {what} weighs where it is priced, £ a year; never reported as money.", _POLICY[name]
    )


def _time(name: str, what: str) -> Key:
    return Key(name, Form.WORD, f"Where `settings` does not say: {what}. HH:MM.", _RULES[name])


INPUT = Part(
    "input",
    "What the plan is made from. Give at most one of travel and roads; without them, journeys are straight lines.",
    (
        Key(
            "tables",
            Form.INPUT,
            "The tables: a folder of CSV files, an .xlsx workbook or a .gpkg.",
            example="tables",
            required=True,
        ),
        Key("postcodes", Form.INPUT, "Code-Point Open CSV, where the tables give postcodes.", example="codepoint.csv"),
        Key("travel", Form.INPUT, "CSV of journeys: from_id, to_id, minutes, miles.", example="journeys.csv"),
        Key(
            "roads",
            Form.INPUT,
            "Roads that journeys go along: .osm.pbf, .graphml of OSMnx, .gpkg of OS Open Roads.",
            example="roads.gpkg",
        ),
        Key("roads_cache", Form.OUTPUT, "Folder that keeps journeys along roads.", example="roads_cache"),
        Key("circuity", Form.NUMBER, "Straight lines: road miles for each straight mile.", CIRCUITY),
        Key("mph", Form.NUMBER, "Straight lines: mean speed, miles an hour.", MILES_PER_HOUR),
    ),
)

POLICY = Part(
    "policy",
    "What the council decides before a plan is made.",
    (
        Key(
            "moves",
            Form.WORD,
            "Who may be given another place. due: pupils without one, at a change of phase, or whose place the rules "
            "refuse; flagged: those and pupils marked movable; all: everybody.",
            _POLICY["moves"],
            allowed=get_args(Moves),
        ),
        Key("phase_years", Form.WHOLES, "Year groups at whose start a pupil changes phase.", _POLICY["phase_years"]),
        Key("max_moves", Form.WHOLE, "Most pupils who may leave a place they could keep.", example=50),
        _force("requests", "Schools that families asked for"),
        _weight("missed_request_gbp", "an unmet request"),
        _force("mainstream", "Wishes for a mainstream school"),
        _weight("missed_mainstream_gbp", "an unmet wish for mainstream"),
        _force("siblings", "Brothers and sisters at one school"),
        _weight("split_siblings_gbp", "a child placed apart"),
        Key(
            "cost_basis",
            Form.WORD,
            "What counts as cost. marginal: top-up, transport and new spending; average: place funding of each place "
            "taken as well; full: every commissioned place, filled or not.",
            _POLICY["cost_basis"],
            allowed=get_args(CostBasis),
        ),
        Key("max_minutes", Form.NUMBER, "Longest journey, one way, for who has no limit of their own.", example=75),
        Key("authorities", Form.WORDS, "Use only schools of these authorities.", example=["Exampleshire"]),
        Key(
            "match_secondary_needs",
            Form.FLAG,
            "A provision also suits a pupil one of whose secondary needs it takes.",
            _POLICY["match_secondary_needs"],
        ),
        Key(
            "post16_transport",
            Form.WORD,
            "Transport from Year 12 on. as under 16: owed by the same tests; none: only where an officer decided so.",
            _POLICY["post16_transport"],
            allowed=get_args(Post16),
        ),
    ),
)

OPTIONS = Part(
    "options",
    "How hard to look for a plan.",
    (
        Key("gap", Form.NUMBER, "Stop at this proven gap (0.0001 = 0.01 %).", _OPTIONS["gap"]),
        Key("time_limit_s", Form.NUMBER, "Stop after so many seconds.", example=600),
        Key("threads", Form.WHOLE, "Threads of the solver; one makes runs repeatable.", _OPTIONS["threads"]),
        Key("seed", Form.WHOLE, "Seed of the solver.", _OPTIONS["seed"]),
        Key(
            "weights",
            Form.AMOUNTS,
            "Instead of fewest unplaced, then least £, then fewest minutes: £ for each unplaced pupil and minute.",
            example={"unplaced": 100_000, "minutes": 1},
        ),
    ),
)

PARAMETERS = "parameters"
PARAMETERS_MEANING = (
    "Numbers in place of those of the tables and the defaults, each with its year and source. `docs/tables.md` lists "
    "all of them."
)
PARAMETERS_EXAMPLE = {"days_per_year": {"value": 190, "year": "2026", "source": "our school calendar"}}

OUTPUT = Part(
    "output",
    "What is written, and where.",
    (
        Key("folder", Form.OUTPUT, "Folder for all that is written; inside the folder of this file.", "out"),
        Key("report", Form.FLAG, "report.html, which may be shared: small groups are hidden.", default=True),
        Key("workbook", Form.FLAG, "workbook.xlsx, with pupils' rows: confidential.", default=True),
        Key(
            "confidential_report",
            Form.FLAG,
            "report_confidential.html too: small groups shown, with the list of pupils.",
            default=False,
        ),
        Key("statutory_tables", Form.FLAG, "The statutory tables too, in the folder `statutory`.", default=False),
    ),
)

YEARS = Part(
    "years",
    "Plan the school years of the table `years` together, in place of one year: years.json and tables. Papers, "
    "scenarios and routes are of one year, and stand in another file.",
    (
        Key(
            "mid_phase_move_gbp",
            Form.NUMBER,
            "Let pupils move within a phase, once, for so much; else nobody does.",
            example=5000,
        ),
        Key("last_year_group", Form.WHOLE, "Pupils leave after this year group.", _YEARS["last_year_group"]),
        Key(
            "discount_rate",
            Form.NUMBER,
            "A year later money counts as less by this share (0.035 = 3.5 %).",
            _YEARS["discount_rate"],
        ),
        Key("count_capital", Form.FLAG, "Capital counts in what is made least.", _YEARS["count_capital"]),
    ),
    is_extra=True,
)

SCENARIOS = Part(
    "scenarios",
    "Solve the question with named changes too, side by side: scenarios.csv and scenarios.xlsx.",
    (
        Key(
            "file",
            Form.INPUT,
            "TOML file of the changes: docs/scenarios.md.",
            example="scenarios.toml",
            required=True,
        ),
        Key("workers", Form.WHOLE, "Processes that solve at a time.", 1),
    ),
    is_extra=True,
)

ROUTES = Part(
    "routes",
    "Plan routes for the plan too: routes.json, route_sheets.xlsx, routes.gpkg and routes.html.",
    (
        Key("today", Form.INPUT, "The routes that run today (CSV), to set beside.", example="routes_today.csv"),
        Key("legs", Form.INPUT, "Drives between all stops: CSV, or roads. Else as the journeys.", example="legs.csv"),
        Key("choose_places", Form.FLAG, "Choose the places anew, together with the routes.", default=False),
        Key("pupil_columns", Form.WORDS, "Columns of your own to show on route sheets.", example=["address"]),
        Key("seconds", Form.NUMBER, "About how long to look for better routes.", 60.0),
        Key("seed", Form.WHOLE, "Seed of the search.", 0),
        Key(
            "together",
            Form.WORD,
            "Who shares a vehicle: single = pupils of one school, mixed = of several.",
            _RULES["together"],
            allowed=get_args(Together),
        ),
        Key(
            "afternoon",
            Form.WORD,
            "Way home: mirrored = the morning turned round, solved = planned on its own.",
            _RULES["afternoon"],
            allowed=get_args(Afternoon),
        ),
        Key(
            "detour",
            Form.NUMBER,
            "Longest ride, times the direct drive, where even that is longer than the guide. An assumption.",
            _RULES["detour"],
        ),
        Key("most_pupils", Form.WHOLE, "Most pupils on a route.", example=8),
        _time("arrive_from", "schools take vehicles in from"),
        _time("arrive_by", "vehicles arrive by"),
        _time("leave_from", "schools let pupils go from"),
        _time("leave_by", "vehicles begin to pick up by"),
    ),
    is_extra=True,
)

PARTS = {part.name: part for part in (INPUT, POLICY, OPTIONS, OUTPUT, YEARS, SCENARIOS, ROUTES)}
"""Every part but `parameters`, whose entries are those of `Parameters`."""
ORDER = ("input", "policy", "options", PARAMETERS, "output", "years", "scenarios", "routes")
