"""Whether a travel matrix can be right: figures that stand for "none", wrong units, journeys that no road allows."""

from placement_opt.journey_checks.check import check_travel
from placement_opt.journey_checks.findings import Severity, TravelCheck, TravelFinding
from placement_opt.journey_checks.limits import TravelLimits

__all__ = ["Severity", "TravelCheck", "TravelFinding", "TravelLimits", "check_travel"]
