"""What the registers and the return do not say, and a reader has to assume: each with its source, all overridable."""

from dataclasses import dataclass, field, fields
from typing import Any

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number
from placement_opt.schema import ANY, NEEDS

_STATE_SPECIAL_PLACES_2024 = 153_000
_STATE_SPECIAL_ROLL_2024 = 160_000


def _number(default: float, unit: str, meaning: str, *, year: str, source: str, most: float = 1_000_000) -> Any:
    return field(
        default=default, metadata={"unit": unit, "meaning": meaning, "year": year, "source": source, "most": most}
    )


def _choice(default: Any, meaning: str, *, source: str = "assumption") -> Any:
    return field(default=default, metadata={"unit": "", "meaning": meaning, "year": "", "source": source})


@dataclass(frozen=True)
class RegisterAssumptions:
    """The reader's assumptions, one value each.

    Examples
    --------
    >>> RegisterAssumptions(mainstream_share=0.04).mainstream_share
    0.04
    >>> RegisterAssumptions(mainstream_share=4)
    Traceback (most recent call last):
    ...
    placement_opt.errors.InputError: 1 fault in the input:
      - assumptions, column mainstream_share: '4' must be a number from 0 to 1 (share). Part of ...
    """

    mainstream_share: float = _number(
        0.05,
        "share",
        "Part of a mainstream school's capacity open to pupils with plans in ordinary classes, where that is more "
        "than are there now.",
        year="",
        source="assumption: no law or publication sets a limit; ask the schools",
        most=1,
    )
    mainstream_place_gbp: float = _number(
        6_000,
        "£ a year",
        "Place funding of a pupil with a plan in a mainstream class or college: the first part of extra support, "
        "from the school's own notional SEN budget (element 2).",
        year="2024-25",
        source="high needs funding, element 2 (Wolverhampton local offer)",
    )
    hub_place_gbp: float = _number(
        6_000,
        "£ a year",
        "Place funding of a place in a SEN unit or resourced provision.",
        year="",
        source="assumption: £6,000 for an occupied place; the operational guide was not seen",
    )
    hub_topup_gbp: float = _number(
        8_662,
        "£ a year",
        "Top-up in a SEN unit or resourced provision. NO NATIONAL FIGURE EXISTS: priced like a mainstream top-up "
        "until you give your own.",
        year="2022-23",
        source="assumption: the mainstream mean of one authority (Lincolnshire) stands in",
    )
    special_place_gbp: float = _number(
        10_000,
        "£ a year",
        "Place funding of a state special school place.",
        year="2024-25",
        source="£10,000 for each commissioned place (Wolverhampton local offer)",
    )
    alternative_place_gbp: float = _number(
        10_000,
        "£ a year",
        "Place funding of a place in alternative provision.",
        year="undated",
        source="Devon AP academy: £10,000 place funding",
    )
    overflow_share: float = _number(
        round(_STATE_SPECIAL_ROLL_2024 / _STATE_SPECIAL_PLACES_2024 - 1, 2),
        "share",
        "Places over the number that a state special school can be made to find, as part of its capacity.",
        year="2024",
        source="assumption from DfE school capacity, May 2024: about 160,000 on roll, 153,000 places",
        most=1,
    )
    overflow_gbp: float = _number(
        10_000,
        "£ a year",
        "Price of a place over the number.",
        year="2024-25",
        source="assumption: the place funding of one more place",
    )
    home_grid_m: float = _number(
        100,
        "metres",
        "Homes are moved to the middle of a grid square of this size, so that a point does not give away a postcode; "
        "0 keeps the postcode's own point.",
        year="",
        source="assumption: data minimisation; at most 71 m from the postcode's point",
        most=5_000,
    )
    mainstream_needs: tuple[str, ...] = _choice(
        (ANY,), "Primary needs for which mainstream classes are offered.", source="sections 33-35 CFA 2014: any need"
    )
    alternative_needs: tuple[str, ...] = _choice(
        ("SEMH",), "Primary needs that alternative provision takes where the register names none."
    )
    widen_needs: bool = _choice(
        True, "A school also takes the needs of the pupils of the return who are there now, listed or not."
    )
    keep_specialist: bool = _choice(
        True,
        "Pupils who are now at a special school or specialist college are not offered ordinary classes of a school or "
        "alternative provision (bands `specialist` and `mainstream`): the return does not say how much support a pupil "
        "needs, and the present place is the only evidence. Bases and colleges are open to them.",
    )
    unknown_need: str = _choice("OTH", "Primary need of a pupil for whom the return gives none.")
    not_planned: tuple[str, ...] = _choice(
        ("EHE", "OLA", "OPA", "NIEC"),
        "Settings of the return (sensetting) whose pupils are not planned for: home education by choice, arrangements "
        "made otherwise than at school by the council or by the parents, and notice that the plan ends.",
    )
    authorities: tuple[str, ...] | None = _choice(
        None,
        "Names or codes of the authorities whose schools are offered; other schools only where a pupil is now. "
        "None = every school of the register.",
    )

    def __post_init__(self) -> None:
        for name in ("mainstream_needs", "alternative_needs", "not_planned"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        if self.authorities is not None:
            object.__setattr__(self, "authorities", tuple(self.authorities))
        faults = [*self._number_faults(), *self._need_faults()]
        if faults:
            raise InputError(faults)

    def _number_faults(self) -> list[Fault]:
        faults = []
        for item in fields(self):
            value, about = getattr(self, item.name), item.metadata
            if "most" not in about:
                continue
            if not is_number(value, 0, about["most"]):
                wanted = f"must be a number from 0 to {about['most']:g} ({about['unit']}). {about['meaning']}"
                faults.append(Fault("assumptions", item.name, "", str(value), wanted))
        return faults

    def _need_faults(self) -> list[Fault]:
        given = [(name, need) for name in ("mainstream_needs", "alternative_needs") for need in getattr(self, name)]
        given.append(("unknown_need", self.unknown_need))
        return [
            Fault("assumptions", name, "", str(need), f"is not a need code. Use one of {', '.join(NEEDS)}.")
            for name, need in given
            if need not in NEEDS and not (need == ANY and name != "unknown_need")
        ]

    def rows(self) -> list[dict[str, Any]]:
        """Return one row for each assumption: name, value, unit, year, source, meaning."""
        return [
            {
                "assumption": item.name,
                "value": getattr(self, item.name),
                "unit": item.metadata["unit"],
                "year": item.metadata["year"] if getattr(self, item.name) == item.default else "",
                "source": item.metadata["source"] if getattr(self, item.name) == item.default else "given by the user",
                "meaning": item.metadata["meaning"],
            }
            for item in fields(self)
        ]
