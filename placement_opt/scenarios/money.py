"""Changes to prices: what one pupil's place costs at a provision, a kind, a trust or a provider."""

from functools import partial
from typing import NamedTuple

import pandas as pd

from placement_opt.errors import Fault, InputError
from placement_opt.given import is_number
from placement_opt.kind_prices import listed_prices, with_prices
from placement_opt.policy import Policy
from placement_opt.problem import Problem
from placement_opt.scenarios.change import Change
from placement_opt.scenarios.selecting import chosen_ids, where_of, words_of

MOST_PERCENT, MOST_GBP = 1_000.0, 10_000_000.0


class NewPrice(NamedTuple):
    """What becomes of a price: it is changed by a percentage, or it is an amount."""

    percent: float | None
    gbp: float | None

    def of(self, old_gbp: float) -> float:
        """Return the new price, in £ and pence."""
        return round(old_gbp * (1 + (self.percent or 0.0) / 100) if self.gbp is None else self.gbp, 2)

    @property
    def words(self) -> str:
        """What becomes of the price, in plain words."""
        return f"by {self.percent:+g} %" if self.gbp is None else f"to £{self.gbp:,.2f}"


def reprice(
    *,
    percent: float | None = None,
    gbp: float | None = None,
    provision_id: str | None = None,
    kind: str | None = None,
    trust: str | None = None,
    name: str | None = None,
    setting_id: str | None = None,
) -> Change:
    """Change the top-up or fee of one pupil, by a percentage or to an amount. Place funding and transport stay.

    All prices of the chosen provisions change: their own (`topup_gbp`), known ones of single pupils (`pair_costs`), and
    those that the table `topups` or the national figures set for a kind. The last belong to a kind: where only some
    provisions without a price of their own are chosen, they get one, if it can be the same for all pupils.

    Parameters
    ----------
    percent
        From -100 to 1,000, not 0: +5 = 5 % dearer.
    gbp
        The new price, £ a year.
    provision_id, kind, trust, name, setting_id
        Which provisions: those that fit every word that is given.

    Raises
    ------
    ValueError
        When not exactly one of `percent` and `gbp` is given, one is out of its range, or no provision is named.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> change = reprice(percent=5, provision_id="B-special")
    >>> change.describe()
    'price of B-special by +5 %'
    >>> change.apply(tiny(), Policy())[0].provisions.set_index("provision_id")["topup_gbp"]["B-special"]
    np.float64(16800.0)
    """
    if (percent is None) == (gbp is None):
        raise ValueError("Give one of `percent` and `gbp`.")
    if percent is not None and (not is_number(percent, -100, MOST_PERCENT) or percent == 0):
        raise ValueError(f"`percent` is {percent!r}; use a number from -100 to {MOST_PERCENT:,.0f}, not 0.")
    if gbp is not None and not is_number(gbp, 0, MOST_GBP):
        raise ValueError(f"`gbp` is {gbp!r}; use an amount of £ from 0 to {MOST_GBP:,.0f}.")
    where = where_of(provision_id=provision_id, kind=kind, trust=trust, name=name, setting_id=setting_id)
    price = NewPrice(percent, gbp)
    return Change(f"price of {words_of(where)} {price.words}", partial(_reprice, where=where, price=price))


def _reprice(
    problem: Problem, policy: Policy, *, where: tuple[tuple[str, str], ...], price: NewPrice
) -> tuple[Problem, Policy]:
    ids = chosen_ids(problem, where)
    provisions, known, topups = problem.provisions, problem.table("pair_costs"), problem.table("topups")
    is_chosen = provisions["provision_id"].isin(ids)
    without = provisions["topup_gbp"].isna() & (provisions["status"] != "closed")
    own = provisions["topup_gbp"].map(price.of, na_action="ignore")
    provisions = provisions.assign(topup_gbp=provisions["topup_gbp"].mask(is_chosen, own))
    faults: list[Fault] = []
    for kind in sorted(set(provisions.loc[is_chosen & without, "kind"])):
        of_kind = without & (provisions["kind"] == kind)
        listed = listed_prices(problem, kind)
        if is_chosen[of_kind].all():
            topups = with_prices(topups, kind, listed, price.of)
        elif _is_one_price(problem, listed, price):
            new = price.of(float(listed["topup_gbp"].iloc[0]))
            provisions = provisions.assign(topup_gbp=provisions["topup_gbp"].mask(is_chosen & of_kind, new))
        else:
            message = (
                f"is of kind {kind}, whose prices differ between pupils, and has no price of its own. "
                "Fill its topup_gbp, or reprice the whole kind."
            )
            faults += [
                Fault("provisions", "topup_gbp", "", str(provision_id), message)
                for provision_id in provisions.loc[is_chosen & of_kind, "provision_id"]
            ]
    if faults:
        raise InputError(faults)
    at = known["provision_id"].isin(ids)
    known = known.assign(cost_gbp=known["cost_gbp"].mask(at, known["cost_gbp"].map(price.of)))
    return problem.replace(provisions=provisions, pair_costs=known, topups=topups), policy


def _is_one_price(problem: Problem, listed: pd.DataFrame, price: NewPrice) -> bool:
    """Tell whether the new price can be one of the provision itself: the same for all pupils, and paid as such."""
    is_same = price.gbp is not None or (listed["topup_gbp"].notna().all() and listed["topup_gbp"].nunique() == 1)
    return bool(is_same and (listed["payer"] == problem.parameters.topup_payer).all())
