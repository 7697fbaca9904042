"""C12 of docs/formulation.md, line by line: what is counted over all pupils of a plan."""

from fractions import Fraction

from tests.oracle_pairs import Question, Row, exact, is_permitted, pence
from tests.oracle_sites import Placement


def keeps_totals(question: Question, x: Placement) -> bool:
    """Tell whether a placement keeps every row of `totals`."""
    return all(total_of(question, x, row) <= exact(row["most"]) for row in question.tables["totals"])


def total_of(question: Question, x: Placement, total: Row) -> Fraction:
    """Return what a row of `totals` counts of a complete placement."""
    homes = {i for i, row in question.pupils.items() if total["locality"] in {None, row["locality"]}}
    kinds = {p for p, row in question.provisions.items() if total["kind"] in {None, row["kind"]}}
    count = {i: int(question.pupils[i]["count"]) for i in homes}
    if total["measure"] == "unplaced":
        return Fraction(sum(count.values()) - sum(n for (i, _), n in x.items() if i in homes))
    if total["measure"] == "moves":
        present = {i: question.pupils[i]["current_provision_id"] for i in homes}
        could_keep = [i for i in homes if present[i] in kinds and present[i] in question.allowed(i)]
        return Fraction(sum(count[i] - x[i, present[i]] for i in could_keep))
    each = {"pupils": _one, "minutes": _minutes, "miles": _miles, "co2e_kg": co2e_kg}[total["measure"]]
    return sum((n * each(question, i, p) for (i, p), n in x.items() if n and i in homes and p in kinds), Fraction(0))


def co2e_kg(question: Question, pupil: str, provision: str) -> Fraction:
    """Return the emissions of one pupil's year: of the cheapest mode, the first by name of equally cheap ones."""
    parameters, i, miles = question.problem.parameters, question.pupils[pupil], _miles(question, pupil, provision)
    if not question.is_entitled(pupil, provision):
        return Fraction(0)
    days, options = exact(parameters.days_per_year), []
    for mode in _modes(question):
        if is_permitted(mode, i, float(miles)):
            riders = Fraction(1) if i["solo"] else _number(mode["riders"])
            vehicle = days * (_number(mode["gbp_per_day"]) + _number(mode["gbp_per_mile"]) * 2 * miles)
            driven = days * 2 * miles * _number(mode["vehicle_miles_per_mile"])
            options.append((pence(vehicle / riders), mode["mode"], driven * _number(mode["co2e_kg_per_mile"]) / riders))
    return min(options)[2]


def _modes(question: Question) -> list[Row]:
    """Return the modes with their names and emissions, those that the parameters make too."""
    parameters = question.problem.parameters
    if not question.problem.table("modes").empty:
        return question.modes
    shared, ticket = question.modes
    more = (
        ("shared vehicle", parameters.vehicle_miles_per_loaded_mile, parameters.vehicle_co2e_kg_per_mile),
        ("public transport pass", 1.0, parameters.bus_co2e_kg_per_mile),
    )
    names = ("mode", "vehicle_miles_per_mile", "co2e_kg_per_mile")
    return [mode | dict(zip(names, cells, strict=True)) for mode, cells in zip((shared, ticket), more, strict=True)]


def _number(value: float | Fraction) -> Fraction:
    return value if isinstance(value, Fraction) else exact(value)


def _one(_question: Question, _pupil: str, _provision: str) -> Fraction:
    return Fraction(1)


def _minutes(question: Question, pupil: str, provision: str) -> Fraction:
    journey = question.journey(pupil, provision)
    assert journey is not None, "only pairs with a journey are allowed"
    return exact(journey[0])


def _miles(question: Question, pupil: str, provision: str) -> Fraction:
    journey = question.journey(pupil, provision)
    assert journey is not None, "only pairs with a journey are allowed"
    return exact(journey[1])
