"""Which category of the returns a placement falls in: one small table of rules, read from the top."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from placement_opt.problem import Problem
from placement_opt.schema import KINDS, YEAR_RANGE
from placement_opt.statutory.words import CATEGORIES, PROVISION_TYPES

_COLLEGE_WORDS = ("college", "post-16", "post 16", "16-19", "16 to 19", "further education", "sixth form")
_FIRST_POST_16_YEAR = 12


@dataclass(frozen=True)
class CategoryRule:
    """One row of the table of categories; the first rule that fits a placement decides.

    Parameters
    ----------
    category
        A short name of `CATEGORIES`.
    provision_type
        UR, IN, SS or AP for the planning areas of special provision; blank = none of them.
    kinds
        Kinds of provision it is for; none = any.
    words
        It is for provisions whose kind, as the user wrote it, or whose school's sector holds one of these, in any
        case; none = any.
    provision_ids
        It is for these provisions alone; none = any. This is how a single provision is put elsewhere.
    min_year, max_year
        It is for these year groups.

    Raises
    ------
    ValueError
        When the category, the type or a kind is not known.

    Examples
    --------
    A provision whose kind does not say that it belongs to a hospital:

    >>> rules = (CategoryRule("HspAP", "AP", provision_ids=("900017-special",)), *CATEGORY_RULES)
    """

    category: str
    provision_type: str = ""
    kinds: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    provision_ids: tuple[str, ...] = ()
    min_year: int = YEAR_RANGE[0]
    max_year: int = YEAR_RANGE[1]

    def __post_init__(self) -> None:
        for name, given, allowed in (
            ("category", (self.category,), tuple(CATEGORIES)),
            ("provision_type", (self.provision_type,), ("", *PROVISION_TYPES)),
            ("kinds", self.kinds, tuple(KINDS)),
        ):
            for value in given:
                if value not in allowed:
                    raise ValueError(f"`{name}` holds {value!r}; use one of {', '.join(filter(None, allowed))}.")

    def fits(self, provision_id: str, kind: str, words: str, year_group: int | None) -> bool:
        """Say whether the rule is for a provision and a year group (None = for money without a pupil).

        Parameters
        ----------
        provision_id, kind
            The provision.
        words
            Kind as the user wrote it and sector, in lower case.
        year_group
            The pupil's.
        """
        return (
            (not self.provision_ids or provision_id in self.provision_ids)
            and (not self.kinds or kind in self.kinds)
            and (not self.words or any(word.lower() in words for word in self.words))
            and (year_group is None or self.min_year <= year_group <= self.max_year)
        )


CATEGORY_RULES = (
    CategoryRule("HspAP", "AP", words=("hospital",)),
    CategoryRule("HspAP", "AP", kinds=("alternative",)),
    CategoryRule(
        "P16FE",
        kinds=("mainstream", "spoke", "hub", "independent_special"),
        words=_COLLEGE_WORDS,
        min_year=_FIRST_POST_16_YEAR,
    ),
    CategoryRule("OTHER", kinds=("mainstream", "spoke", "hub", "independent_special"), words=_COLLEGE_WORDS),
    CategoryRule("RPSEN", "UR", kinds=("hub",)),
    CategoryRule("MdSSA", "SS", kinds=("special",)),
    CategoryRule("NMISS", "SS", kinds=("independent_special",), words=("non-maintained", "non maintained", "nmss")),
    CategoryRule("NMISS", "IN", kinds=("independent_special",)),
    CategoryRule("NMISS", "IN", kinds=("mainstream", "spoke"), words=("independent",)),
    CategoryRule("MmSoA", kinds=("mainstream", "spoke")),
)
"""The default rules. A pupil below Year 12 at a college is in no category of the template and counts as other."""

UNFIT = "no rule fits: counted as other"


def classify(problem: Problem, wanted: pd.DataFrame, rules: Sequence[CategoryRule] = CATEGORY_RULES) -> pd.DataFrame:
    """Return the category and type of provisions for year groups.

    Parameters
    ----------
    problem
        Its provisions and the sectors of its schools are used.
    wanted
        Columns provision_id and year_group (blank = for money without a pupil).
    rules
        The first that fits decides; where none fits the category is other.

    Returns
    -------
    DataFrame
        Columns category, provision_type, is_unfit (no rule fits), with the index of `wanted`.
    """
    settings = problem.settings.set_index("setting_id")["sector"].fillna("")
    about = {
        provision_id: (kind, f"{label}\n{settings[setting_id]}".lower())
        for provision_id, setting_id, kind, label in problem.provisions[
            ["provision_id", "setting_id", "kind", "kind_label"]
        ].itertuples(index=False, name=None)
    }
    years = wanted["year_group"].astype("Float64").astype("Int64")
    keys = list(zip(wanted["provision_id"], (_year_of(year) for year in years), strict=True))
    chosen = {key: _first(key[0], *about[key[0]], key[1], rules) for key in dict.fromkeys(keys)}
    rows = [chosen[key] for key in keys]
    return pd.DataFrame(rows, columns=["category", "provision_type", "is_unfit"], index=wanted.index).astype(
        {"category": "str", "provision_type": "str", "is_unfit": "bool"}
    )


def _year_of(year: Any) -> int | None:
    return None if pd.isna(year) else int(year)


def _first(
    provision_id: str, kind: str, words: str, year_group: int | None, rules: Sequence[CategoryRule]
) -> tuple[str, str, bool]:
    for rule in rules:
        if rule.fits(provision_id, kind, words, year_group):
            return rule.category, rule.provision_type, False
    return "OTHER", "", True
