"""The model in which limits can be changed: every change is a column that counts it."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np

from placement_opt.facts import NOBODY, Bools, Floats, Ints
from placement_opt.model import Draft, draft_model
from placement_opt.model.budgets import Counter
from placement_opt.model.linear import EQ, LE, NO_PAIRS, Objective, Row
from placement_opt.model.sites import place_funding_gbp
from placement_opt.pairs import Pairs
from placement_opt.solve.again.reach import asked_of, end_of, position_of, useful_most
from placement_opt.solve.repair.levers import IN_ONE, NO_ROW, Kind, Lever, Offer
from placement_opt.solve.repair.longer import with_longer_journeys

FAMILIES = {
    "places": Kind.PLACE,
    "part": Kind.PART,
    "school": Kind.SCHOOL,
    "sites_most": Kind.SITES_MOST,
    "sites_least": Kind.SITES_LEAST,
    "smallest": Kind.GROUP,
    "spokes": Kind.SPOKES,
    "teams": Kind.TEAMS,
    "moves": Kind.MOVES,
    "budget": Kind.BUDGET,
    "resource": Kind.RESOURCE,
    "total": Kind.TOTAL,
}
"""Families of rows that can give way. The others hold: who must go where, brothers and sisters, those who stay."""


@dataclass(eq=False)
class Elastic:
    """A draft with levers.

    Parameters
    ----------
    draft
        The model with longer journeys among its pairs and a column for every change.
    is_longer
        Which of its decided pairs are longer journeys.
    levers
        What can be changed.
    bought
        The column of bought places of each row of pupils that has one.
    """

    draft: Draft
    is_longer: Bools
    levers: list[Lever] = field(default_factory=list)
    bought: dict[int, int] = field(default_factory=dict)

    @property
    def changes(self) -> Objective:
        """How many changes are made."""
        return self._sum(lambda _: 1.0)

    @property
    def price(self) -> Objective:
        """What the changes cost in a year, besides what the plan does."""
        return self._sum(lambda lever: lever.price_gbp)

    def _sum(self, weight: Callable[[Lever], float]) -> Objective:
        total = Objective(np.zeros(self.draft.choices))
        for lever in self.levers:
            for column in lever.columns:
                total.add(column, weight(lever))
        return total


def make_elastic(pairs: Pairs, offer: Offer) -> Elastic:
    """Draft the model in which what is offered can be changed.

    Parameters
    ----------
    pairs
        Who could go where.
    offer
        Which changes are looked at, and their prices.

    Raises
    ------
    InputError
        When a pair that a longer journey allows has no price.

    Notes
    -----
    The draft of the search for clashing rules lets every rule be broken by a slack column. Here the slack of a family
    that is offered becomes a whole number of changes (or an amount that one change allows); all other slack is taken
    away again. Where those who stay take more than a limit, the limit gives way from what they take: C3, C10. A
    provision that they fill beyond its places over the number is offered no place: the first ones would help nobody.
    """
    wide, is_added = pairs, np.zeros(len(pairs), dtype=bool)
    if Kind.JOURNEY in offer.kinds:
        wide, is_added = with_longer_journeys(pairs, offer.most_minutes)
    draft = draft_model(wide, enforced=())
    elastic = Elastic(draft, is_added[draft.decided])
    _turn_slack(elastic, offer, in_one=False)
    _limit_teams(elastic)
    _fund_places(elastic)
    if Kind.OVER in offer.kinds:
        _go_over(elastic)
    _count_longer(elastic)
    if Kind.BOUGHT in offer.kinds and offer.bought_gbp is not None:
        _buy(elastic, offer.bought_gbp)
    _turn_slack(elastic, offer, in_one=True)  # last: an amount reaches as far as all other changes can ask
    return elastic


def _turn_slack(elastic: Elastic, offer: Offer, *, in_one: bool) -> None:
    """Make the slack of rows changes that are offered, or take it away: of kinds that are one change, or the others."""
    rows = {row.name: row for row in elastic.draft.rows}
    for name, columns in elastic.draft.slacks.items():
        kind = Kind.MOVES if name == "moves" else FAMILIES.get(name.rpartition("_")[0])
        if (kind in IN_ONE) is in_one:
            _turn(elastic, offer, rows[name], columns, kind)


def _turn(elastic: Elastic, offer: Offer, row: Row, columns: list[int], kind: Kind | None) -> None:
    draft = elastic.draft
    most = 0.0 if kind is None or kind not in offer.kinds else useful_most(draft, kind, row)
    if kind is None or most <= 0:
        for column in columns:
            draft.columns[column] = replace(draft.columns[column], most=0.0)
        return
    at = NO_ROW if kind is Kind.MOVES else position_of(row)
    [column] = columns
    price_gbp = offer.price_of_place(draft.facts, at) if kind is Kind.PLACE else 0.0
    limit = row.right + draft.kept_in.get(row.name, 0.0)
    if kind in IN_ONE:
        draft.columns[column] = replace(draft.columns[column], most=most)
        is_changed = draft.column(f"changed_{row.name}", 0, 1)
        draft.row(f"amount_{row.name}", NO_PAIRS, 0, [(column, 1.0), (is_changed, -most)], LE, 0)
        elastic.levers.append(Lever(kind, at, (is_changed,), column, row.name, limit))
    else:
        draft.columns[column] = replace(draft.columns[column], most=most, whole=True)
        elastic.levers.append(Lever(kind, at, (column,), None, row.name, limit, price_gbp))


def _limit_teams(elastic: Elastic) -> None:
    """Give the columns of teams an end: the search for clashing rules has them without one."""
    draft = elastic.draft
    for number, column in enumerate(draft.columns):
        if np.isinf(column.most) and column.name.startswith("k_"):
            draft.columns[number] = replace(column, most=end_of(draft, number))


def _fund_places(elastic: Elastic) -> None:
    """Count the funding of new places in the budgets that count it: on the full basis, as that of all other places."""
    draft = elastic.draft
    budgets = draft.facts.problem.table("budgets").to_dict("records")
    if draft.facts.policy.cost_basis != "full" or not budgets:
        return
    funding = [(lever, place_funding_gbp(draft, lever.at, 1)) for lever in elastic.levers if lever.kind is Kind.PLACE]
    payer = draft.facts.provisions["place_payer"].to_numpy(dtype=object)
    at = {row.name: number for number, row in enumerate(draft.rows)}
    for place, budget in enumerate(budgets):
        count = Counter(draft, budget["locality"], budget["payer"])
        counts = count.schools_here() & count.pays(payer) & (budget["type"] == "revenue")
        terms = [(lever.columns[0], gbp) for lever, gbp in funding if counts[lever.at] and gbp]
        row = draft.rows[at[f"budget_{place}"]]
        draft.rows[at[row.name]] = replace(row, terms=[*row.terms, *terms])


def _go_over(elastic: Elastic) -> None:
    """Let provisions that may go over their number go further: a second column beside o_p, in the same rows."""
    draft = elastic.draft
    table = draft.facts.provisions
    for number, column in enumerate(list(draft.columns)):
        family, _, position = column.name.partition("_")
        if family != "o":
            continue
        p = int(position)
        row = next((row for row in draft.rows if row.name == f"places_{p}"), None)
        over, places = int(table["overflow_places"].iloc[p]), int(table["places"].iloc[p])
        if row is None or over <= 0 or over < draft.kept_places[p] - places or not len(row.pairs):
            continue
        more = draft.column(f"further_{p}", 0, asked_of(draft, row))
        for at, other in enumerate(draft.rows):
            amount = dict(other.terms).get(number)
            if amount and other.name != f"over_open_{p}":
                draft.rows[at] = replace(other, terms=[*other.terms, (more, amount)])
        price_gbp = draft.money.terms.get(number, 0.0)
        elastic.levers.append(Lever(Kind.OVER, p, (more,), row=row.name, price_gbp=price_gbp))


def _count_longer(elastic: Elastic) -> None:
    """Count the pupils who travel longer than their limit."""
    draft = elastic.draft
    longer = np.flatnonzero(elastic.is_longer)
    pupils, first = np.unique(draft.pupil[longer], return_index=True)
    columns = []
    for pupil, pairs in zip(pupils.tolist(), np.split(longer, first[1:]), strict=False):
        columns.append(draft.column(f"e_{pupil}", 0, int(draft.count[pupil])))
        draft.row(f"longer_{pupil}", pairs, 1.0, [(columns[-1], -1.0)], LE, 0)
    if columns:
        elastic.levers.append(Lever(Kind.JOURNEY, NO_ROW, tuple(columns)))


def _buy(elastic: Elastic, price_gbp: float) -> None:
    """Let pupils have places that are bought elsewhere; revenue budgets of the home and the payer count them."""
    draft = elastic.draft
    at = {row.name: number for number, row in enumerate(draft.rows)}
    for pupil in np.flatnonzero(~draft.pairs.stays & (draft.facts.must == NOBODY)).tolist():
        count, name = int(draft.count[pupil]), f"pupil_{pupil}"
        bought = elastic.bought[pupil] = draft.column(f"b_{pupil}", 0, count)
        if name in at:
            row = draft.rows[at[name]]
            draft.rows[at[name]] = replace(row, terms=[(bought, 1.0), *row.terms])
        else:
            unplaced = draft.column(f"u_{pupil}", 0, count)
            draft.unplaced.constant -= count
            draft.unplaced.add(unplaced, 1.0)
            draft.row(name, NO_PAIRS, 0, [(bought, 1.0), (unplaced, 1.0)], EQ, count)
    _count_in_totals(elastic)
    elastic.levers.append(Lever(Kind.BOUGHT, NO_ROW, tuple(elastic.bought.values()), price_gbp=price_gbp))
    _count_in_budgets(elastic, price_gbp)


def _count_in_budgets(elastic: Elastic, price_gbp: float) -> None:
    draft = elastic.draft
    homes, payer = draft.facts.pupils["locality"], draft.facts.problem.parameters.topup_payer
    at = {row.name: number for number, row in enumerate(draft.rows)}
    for place, budget in enumerate(draft.facts.problem.table("budgets").to_dict("records")):
        here, paid = budget["locality"], budget["payer"]
        if budget["type"] != "revenue" or (isinstance(paid, str) and paid != payer):
            continue
        terms = [
            (column, price_gbp)
            for pupil, column in elastic.bought.items()
            if not isinstance(here, str) or homes.iloc[pupil] == here
        ]
        row = draft.rows[at[f"budget_{place}"]]
        draft.rows[at[row.name]] = replace(row, terms=[*row.terms, *terms])


def _count_in_totals(elastic: Elastic) -> None:
    """Count in totals of the unplaced those without a pair by their new columns: they may have bought places now."""
    draft = elastic.draft
    homes, counted = draft.facts.pupils["locality"], set(np.unique(draft.pupil).tolist())
    unplaced = {int(draft.columns[column].name.partition("_")[2]): column for column in draft.unplaced.terms}
    at = {row.name: number for number, row in enumerate(draft.rows)}
    for place, total in enumerate(draft.facts.problem.table("totals").to_dict("records")):
        if total["measure"] != "unplaced":
            continue
        here = total["locality"]
        new = [i for i in elastic.bought if i not in counted and (not isinstance(here, str) or homes.iloc[i] == here)]
        row = draft.rows[at[f"total_{place}"]]
        terms, right = [(unplaced[i], 1.0) for i in new], row.right + float(draft.count[new].sum())
        draft.rows[at[row.name]] = replace(row, terms=[*row.terms, *terms], right=right)


def changed_row(elastic: Elastic, lever: Lever, pairs: Ints, pupils: Ints, others: Floats) -> float:
    """Return by how much a solution breaks the row that a lever lets give way."""
    row = next(row for row in elastic.draft.rows if row.name == lever.row)
    placed = np.zeros(elastic.draft.choices)
    placed[pairs] = pupils
    total = float(row.amounts @ placed[row.pairs])
    total += sum(amount * float(others[column]) for column, amount in row.terms if column != lever.amount)
    return max(0.0, row.sense * (row.right - total))
