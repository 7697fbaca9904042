"""Two runs held against each other: what changed since last time, in what went in and in what came out."""

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from placement_opt.compare import Comparison
from placement_opt.plan import Plan
from placement_opt.problem import Problem
from placement_opt.why.runs.places import NOTHING_OF_THEIRS, STAYED, WAITS, WHATS, placements_between
from placement_opt.why.runs.record import CHANGED, SAME, check_tables_of, inputs_between, settings_between
from placement_opt.why.runs.rows import TableChanges, table_changes

USE_COLUMNS = ("is_open", "places", "pupils", "places_used", "places_over")
MOST_LINES = 12
"""More rows than this are summed up in the text; the files hold all."""


@dataclass(frozen=True, eq=False, repr=False)
class WhatChanged:
    """What lies between two runs. Make one with `what_changed`.

    Parameters
    ----------
    before, after
        The plans.
    inputs
        Each table and the journeys: same, changed, or only in one run; see `inputs_between`.
    settings
        What differs in policy, parameters, options, versions and run; see `settings_between`.
    tables
        Row by row what lies between the tables; None where they were not given.
    places
        What has become of every pupil; see `placements_between`. It names pupils: keep it as you keep the tables.
    """

    before: Plan
    after: Plan
    inputs: pd.DataFrame
    settings: pd.DataFrame
    tables: TableChanges | None
    places: pd.DataFrame

    @property
    def is_one_question(self) -> bool:
        """Whether both runs answer the same question: same tables, journeys and policy."""
        has_inputs = bool(len(self.inputs)) and bool((self.inputs["state"] == SAME).all())
        return has_inputs and self.before.policy == self.after.policy

    @property
    def counts(self) -> pd.DataFrame:
        """Pupils by what has become of them, indexed by the words of `WHATS`: column pupils."""
        sums = self.places.groupby("what")["count"].sum().reindex(list(WHATS), fill_value=0)
        return pd.DataFrame({"pupils": sums.astype("int64")}).rename_axis("what")

    @property
    def about(self) -> pd.DataFrame:
        """Pupils whose place differs by what changed about them in the tables: column pupils; empty without tables."""
        differs = self.places[~self.places["what"].isin([STAYED, WAITS]) & (self.places["about"] != "")]
        sums = differs.groupby("about")["count"].sum().sort_values(ascending=False, kind="stable")
        return pd.DataFrame({"pupils": sums.astype("int64")})

    @property
    def kinds(self) -> pd.DataFrame:
        """Pupils who are elsewhere, by the kind of place left and taken: from_kind, to_kind, pupils."""
        differs = self.places[~self.places["what"].isin([STAYED, WAITS])]
        ends = differs[["from_kind", "to_kind"]].fillna("(none)").assign(pupils=differs["count"])
        sums = ends.groupby(["from_kind", "to_kind"])["pupils"].sum()
        return pd.DataFrame({"pupils": sums}).reset_index()

    @property
    def headline(self) -> pd.DataFrame:
        """The key figures of both plans and the change; rows as in `Comparison.headline`."""
        table = self._side_by_side.headline()
        return table.set_axis(["before", "after", "change"], axis=1)

    def money(self, by: str = "line") -> pd.DataFrame:
        """Return the £ of both plans and the change.

        Parameters
        ----------
        by
            One of line, payer, kind, need, year_group, locality, provision_id, setting_id.
        """
        table = pd.DataFrame(self._side_by_side.by(by)["gbp"])
        return table.set_axis(["before", "after", "change"], axis=1)

    @property
    def use(self) -> pd.DataFrame:
        """The provisions that are used otherwise: columns have two levels, the figure, then before and after."""
        one, other = (plan.use.set_index("provision_id")[list(USE_COLUMNS)] for plan in (self.before, self.after))
        ids = one.index.union(other.index)
        columns = {}
        differs = pd.Series(data=False, index=ids)
        for name in USE_COLUMNS:
            was, now = (side[name].astype("object").reindex(ids) for side in (one, other))
            columns[name, "before"], columns[name, "after"] = was, now
            differs |= was.map(str) != now.map(str)
        return pd.DataFrame(columns, index=ids.rename("provision_id"))[differs.to_numpy()]

    def summary(self) -> str:
        """Return what changed in some lines of text; it names no pupil."""
        parts = [self._question(), self._settings_lines(), self._table_lines(), self._place_lines(), self._figures()]
        return "\n\n".join("\n".join(part) for part in parts if part)

    def _question(self) -> list[str]:
        if self.is_one_question:
            gaps = ", ".join("unknown" if plan.gap is None else f"{plan.gap:.4%}" for plan in (self.before, self.after))
            return [
                "Tables, journeys and policy are the same: what differs below comes from how the plans were looked for "
                f"(gaps {gaps})."
            ]
        lines = ["What went in:"]
        if self.inputs.empty:
            return [*lines, "  the runs do not say what they were made from"]
        other = self.inputs[self.inputs["state"] != SAME]
        lines += [f"  {name}: {state}" for name, state in other.itertuples(index=False, name=None)]
        same = len(self.inputs) - len(other)
        return [*lines, f"  {same} other input{'' if same == 1 else 's'}: same"]

    def _settings_lines(self) -> list[str]:
        rows = [f"  {part}, {name}: {was or '-'} -> {now or '-'}" for part, name, was, now in self.settings.to_numpy()]
        return ["Policy, parameters, options, versions:", *(rows or ["  same"])]

    def _table_lines(self) -> list[str]:
        if self.tables is None:
            changed = (self.inputs["state"] == CHANGED).any()
            return ["Give both folders of tables to see which rows changed."] if changed else []
        columns = self.tables.columns()
        lines = []
        for table, row in self.tables.counts().iterrows():
            own = columns[columns["table"] == table]
            cells = ", ".join(f"{name} ({rows:,})" for name, rows in zip(own["column"], own["rows"], strict=True))
            counts = f"{row['added']:,} added, {row['removed']:,} removed, {row['changed']:,} changed"
            lines.append(f"  {table}: {counts}{f': {cells}' if cells else ''}")
        return ["Rows of the tables:", *(lines or ["  same"])]

    def _place_lines(self) -> list[str]:
        counts = self.counts["pupils"]
        lines = ["Pupils:", *(f"  {what}: {number:,}" for what, number in counts.items() if number)]
        about = self.about["pupils"]
        if len(about):
            lines.append("What changed about those whose place differs:")
            lines += [f"  {what}: {number:,}" for what, number in about.iloc[:MOST_LINES].items()]
            if len(about) > MOST_LINES:
                rest = int(about.iloc[MOST_LINES:].sum())
                lines.append(f"  other combinations: {rest:,}")
            if NOTHING_OF_THEIRS in about.index:
                lines.append(
                    "  (without such a row: the rest of the plan moved them, or a rule or price common to all)"
                )
        return lines

    def _figures(self) -> list[str]:
        lines = ["Figures:"]
        bases = (self.before.policy.cost_basis, self.after.policy.cost_basis)
        if bases[0] != bases[1]:
            lines.append(f"  (£ are counted on different bases, {bases[0]} and {bases[1]}: their change says little)")
        lines += [f"  {line}" for line in self._side_by_side.summary().splitlines()[1:]]
        for by in ("line", "payer"):
            lines.append(f"£ by {by}: before, after, change")
            lines += [
                f"  {name}: {row['before']:,.2f}, {row['after']:,.2f}, {row['change']:+,.2f}"
                for name, row in self.money(by).iterrows()
            ]
        return [*lines, f"Provisions used otherwise: {len(self.use):,}"]

    @cached_property
    def _side_by_side(self) -> Comparison:
        return Comparison({"before": self.before, "after": self.after})

    def __repr__(self) -> str:
        differs = int(self.counts["pupils"].drop([STAYED, WAITS]).sum())
        return f"WhatChanged({differs:,} pupils placed otherwise, {len(self.settings)} settings)"


def what_changed(before: Plan, after: Plan, *, tables: tuple[Problem, Problem] | None = None) -> WhatChanged:
    """Hold a run against an earlier one.

    Parameters
    ----------
    before, after
        The plans, of `solve`, `baseline` or `load_plan`.
    tables
        The problems that they were made from: then rows are compared, too, and it is said what changed about each
        pupil whose place differs. That is no proof of a cause: a plan hangs together.

    Raises
    ------
    InputError
        When the tables are not those that the runs were made from.

    Examples
    --------
    >>> from placement_opt.examples import tiny
    >>> from placement_opt.solve import solve
    >>> from placement_opt.travel import crow_fly
    >>> full = tiny().replace(provisions=tiny().provisions.assign(places=[1, 0, 2, 2]))
    >>> runs = [solve(problem, crow_fly(problem)) for problem in (tiny(), full)]
    >>> what_changed(*runs, tables=(tiny(), full))
    WhatChanged(1 pupils placed otherwise, 1 settings)
    """
    changes = None
    if tables is not None:
        for problem, plan, name in zip(tables, (before, after), ("the first run", "the second run"), strict=True):
            check_tables_of(problem, plan, name)
        changes = table_changes(*tables)
    return WhatChanged(
        before,
        after,
        inputs_between(before, after),
        settings_between(before, after),
        changes,
        placements_between(before, after, changes),
    )
