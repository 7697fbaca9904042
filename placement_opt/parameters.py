"""The numbers of a plan that come from outside it, each with its year and source, all overridable."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number

GIVEN = "given by the user"
"""The source of a value that differs from the default and comes without one."""


def _number(
    default: float, unit: str, meaning: str, *, year: str, source: str, least: float = 0, most: float = 1_000_000
) -> Any:
    metadata = {
        "unit": unit,
        "meaning": meaning,
        "year": year,
        "source": source,
        "least": least,
        "most": most,
    }
    return field(default=default, metadata=metadata)


def _word(default: str, meaning: str) -> Any:
    return field(default=default, metadata={"unit": "", "meaning": meaning, "year": "", "source": "", "words": True})


@dataclass(frozen=True)
class Parameters:
    """Days, limits, prices and factors, with where they come from.

    Parameters
    ----------
    provenance
        For values given by the user: parameter name to (year, source).

    Examples
    --------
    >>> Parameters(days_per_year=195).days_per_year
    195.0
    >>> Parameters().source_of("walk_miles_under_8")
    ('1996', 'Education Act 1996, section 444(5); statutory walking distance')
    """

    days_per_year: float = _number(
        190,
        "days",
        "School days in a year.",
        year="2024",
        source="Buckinghamshire personal transport budgets",
        most=366,
    )
    walk_miles_under_8: float = _number(
        2,
        "miles",
        "Walking distance beyond which a child under 8 travels free.",
        year="1996",
        source="Education Act 1996, section 444(5); statutory walking distance",
    )
    walk_miles_from_8: float = _number(
        3,
        "miles",
        "Walking distance beyond which a child of 8 or over travels free.",
        year="1996",
        source="Education Act 1996, section 444(5); statutory walking distance",
    )
    low_income_walk_miles: float = _number(
        2,
        "miles",
        "Walking distance beyond which a child of 8 or over of a family on a low income may travel free.",
        year="1996",
        source="Education Act 1996, Schedule 35B; extended rights",
    )
    low_income_most_miles: float = _number(
        6,
        "miles",
        "Farthest school, by road, to which a child of 11 or over of a family on a low income travels free.",
        year="1996",
        source="Education Act 1996, Schedule 35B; extended rights",
    )
    guide_minutes_primary: float = _number(
        45,
        "minutes",
        "Longest journey, one way, that guidance advises up to Year 6.",
        year="2024",
        source="Travel to school for children of compulsory school age (DfE), as quoted by Slough",
    )
    guide_minutes_secondary: float = _number(
        75,
        "minutes",
        "Longest journey, one way, that guidance advises from Year 7.",
        year="2024",
        source="Travel to school for children of compulsory school age (DfE), as quoted by Slough",
    )
    shared_vehicle_gbp: float = _number(
        8_800,
        "£ a year",
        "Cost of one pupil's seat in a shared vehicle, at the mean distance.",
        year="2025-26",
        source="DfE home to school transport data collection 2025/26: pre-16 SEND, all modes, per user",
    )
    pass_gbp: float = _number(
        900,
        "£ a year",
        "Cost of a public transport pass.",
        year="2025-26",
        source="DfE home to school transport data collection 2025/26: pre-16 SEND, pass, per user",
    )
    shared_vehicle_riders: float = _number(
        2.67,
        "pupils",
        "Pupils in a shared vehicle; a pupil who has to travel alone pays for all of it.",
        year="undated",
        source="Kent: 4,000 SEN pupils on 1,500 routes (LAPV)",
        least=1,
        most=100,
    )
    shared_vehicle_mean_miles: float = _number(
        7,
        "miles",
        "One-way distance at which the published average cost holds.",
        year="2018",
        source="EPI: 4 miles urban, 10 miles rural to special schools; their midpoint",
        least=0.1,
        most=400,
    )
    shared_vehicle_fixed_share: float = _number(
        0.5,
        "share",
        "Part of the average cost that does not depend on distance.",
        year="2026",
        source="assumption: no published figure was found; take it from your contracts",
        most=1,
    )
    vehicle_co2e_kg_per_mile: float = _number(
        0.2785,
        "kg CO2e",
        "Emissions of an average diesel car for each mile.",
        year="2025",
        source="DESNZ conversion factors 2025: 0.17304 kg CO2e/km",
        most=10,
    )
    bus_co2e_kg_per_mile: float = _number(
        0.2016,
        "kg CO2e",
        "Emissions of a local bus for each mile of one passenger, for pupils with a pass.",
        year="2025",
        source="DESNZ conversion factors 2025: local bus outside London, 0.12525 kg CO2e/passenger-km",
        most=10,
    )
    vehicle_miles_per_loaded_mile: float = _number(
        2,
        "miles",
        "Miles driven for each mile with pupils aboard, so that empty running counts.",
        year="2024",
        source="Buckinghamshire personal transport budgets pay all four legs",
        least=1,
        most=10,
    )
    outreach_gbp_per_mile: float = _number(
        0.45,
        "£",
        "Mileage paid to an outreach team.",
        year="2024",
        source="Buckinghamshire personal transport budgets: 45p a mile",
    )
    outreach_weeks_per_year: float = _number(
        38, "weeks", "Weeks in which outreach teams visit.", year="2024", source="190 days in weeks of five", most=53
    )
    default_topup_gbp_mainstream: float = _number(
        8_662,
        "£ a year",
        "Top-up at a mainstream school or spoke where no price is given.",
        year="2022-23",
        source="Lincolnshire, mean; one authority, low confidence",
    )
    default_topup_gbp_special: float = _number(
        16_000,
        "£ a year",
        "Top-up at a state special school where no price is given.",
        year="2026",
        source="DfE: £26,000 for a state special place, less £10,000 place funding",
    )
    default_topup_gbp_independent_special: float = _number(
        63_000,
        "£ a year",
        "Fee at an independent special school where no price is given.",
        year="2026",
        source="DfE: £63,000 for an independent special place",
    )
    default_topup_gbp_alternative: float = _number(
        10_900,
        "£ a year",
        "Top-up in alternative provision where no price is given.",
        year="undated",
        source="Devon AP academy, key stage 3, after £10,000 place funding",
    )
    stop_seconds: float = _number(
        19,
        "seconds",
        "Time that a stop to pick pupils up takes, whoever boards.",
        year="2012",
        source="Park, Tae and Kim, A post-improvement procedure for the mixed load school bus routing problem",
        most=3_600,
    )
    board_seconds: float = _number(
        2.6,
        "seconds",
        "Time for one pupil to board.",
        year="2012",
        source="Park, Tae and Kim, A post-improvement procedure for the mixed load school bus routing problem",
        most=3_600,
    )
    leave_stop_seconds: float = _number(
        29,
        "seconds",
        "Time that a stop to set pupils down takes, whoever leaves.",
        year="2012",
        source="Park, Tae and Kim, A post-improvement procedure for the mixed load school bus routing problem",
        most=3_600,
    )
    leave_seconds: float = _number(
        1.9,
        "seconds",
        "Time for one pupil to leave.",
        year="2012",
        source="Park, Tae and Kim, A post-improvement procedure for the mixed load school bus routing problem",
        most=3_600,
    )
    wheelchair_seconds: float = _number(
        300,
        "seconds",
        "Time for one pupil in a wheelchair to board, or to leave.",
        year="undated",
        source="Los Angeles Unified School District, routing attributes: 300 s for a wheelchair",
        most=3_600,
    )
    personal_budget_gbp_per_mile: float = _number(
        0.45,
        "£",
        "Paid to a family for each mile, where it drives.",
        year="2024",
        source="Buckinghamshire personal transport budgets: 45p a mile",
        most=100,
    )
    personal_budget_legs: float = _number(
        4,
        "journeys",
        "Journeys a day that a personal budget pays: to school and home, twice.",
        year="2024",
        source="Buckinghamshire personal transport budgets pay all four legs",
        most=4,
    )
    topup_payer: str = _word("high needs", "Who pays a top-up whose payer is not given.")
    transport_payer: str = _word("transport", "Who pays for home to school transport.")
    outreach_payer: str = _word("high needs", "Who pays for outreach teams and their travel.")
    overflow_payer: str = _word("high needs", "Who pays for places over the number.")
    opening_payer: str = _word("high needs", "Who pays the running cost of a provision that is opened or kept open.")
    provenance: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        described = _described()
        faults = [fault for item in described if (fault := self._fault(item.name, item.metadata))]
        strangers = set(self.provenance) - {item.name for item in described}
        faults += [Fault("parameters", "parameter", "", name, "is not known.") for name in sorted(strangers)]
        if faults:
            raise InputError(faults)
        provenance: dict[str, tuple[str, str]] = {}
        for item in described:
            value = getattr(self, item.name)
            object.__setattr__(self, item.name, value.strip() if "words" in item.metadata else float(value))
            year, source = self.provenance.get(item.name, ("", ""))
            if getattr(self, item.name) != item.default or (year, source) != ("", ""):
                provenance[item.name] = (year, source or GIVEN)
        object.__setattr__(self, "provenance", provenance)

    def _fault(self, name: str, about: Mapping[str, Any]) -> Fault | None:
        value = getattr(self, name)
        if "words" in about:
            is_right = isinstance(value, str) and value.strip() != ""
            wanted = "must be a word"
        else:
            is_right = is_number(value, about["least"], about["most"])
            wanted = f"must be a number from {about['least']:g} to {about['most']:g} ({about['unit']})"
        return None if is_right else Fault("parameters", name, "", str(value), f"{wanted}. {about['meaning']}")

    def source_of(self, name: str) -> tuple[str, str]:
        """Return the year and the source of a parameter's value.

        Raises
        ------
        KeyError
            When there is no such parameter.
        """
        for item in _described():
            if item.name == name:
                return self.provenance.get(name) or (item.metadata["year"], item.metadata["source"])
        raise KeyError(name)

    @property
    def payers(self) -> frozenset[str]:
        """Everybody whom a parameter names as payer."""
        return frozenset(getattr(self, item.name) for item in _described() if item.name.endswith("_payer"))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each parameter: name, value, unit, year, source, meaning."""
        rows = []
        for item in _described():
            year, source = self.source_of(item.name)
            rows.append(
                {
                    "parameter": item.name,
                    "value": getattr(self, item.name),
                    "unit": item.metadata["unit"],
                    "year": year,
                    "source": source,
                    "meaning": item.metadata["meaning"],
                }
            )
        return rows


def parameters_from_rows(rows: Iterable[Mapping[str, Any]]) -> Parameters:
    """Build parameters from rows of parameter, value, year and source.

    Parameters
    ----------
    rows
        Only parameters that differ from the defaults have to be given. A row may hold its own label under `row`,
        which is then named in messages.

    Raises
    ------
    InputError
        When a name is unknown or repeated, or a value is of the wrong sort or out of its range.

    Examples
    --------
    >>> parameters_from_rows([{"parameter": "days_per_year", "value": "195", "source": "our calendar"}]).days_per_year
    195.0
    """
    known = {item.name: item.metadata for item in _described()}
    values: dict[str, Any] = {}
    provenance: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    for row in rows:
        name, value, label = str(row["parameter"]).strip(), row["value"], str(row.get("row", ""))
        if name not in known:
            faults.append(
                Fault("parameters", "parameter", label, name, f"is not known. Use one of {', '.join(known)}.")
            )
            continue
        if name in values:
            faults.append(Fault("parameters", "parameter", label, name, "appears twice. Keep one of the rows."))
        try:
            values[name] = str(value).strip() if "words" in known[name] else float(value)
        except (TypeError, ValueError):
            faults.append(Fault("parameters", "value", label, str(value), f"is not a number ({name})."))
            continue
        provenance[name] = (_word_of(row.get("year")), _word_of(row.get("source")))
    if faults:
        raise InputError(faults)
    return replace(Parameters(), **values, provenance=provenance)


def _word_of(value: Any) -> str:
    return "" if value is None or value != value else str(value).strip()  # noqa: PLR0124 - NaN is not itself


def _described() -> list[Any]:
    return [item for item in fields(Parameters) if item.name != "provenance"]
