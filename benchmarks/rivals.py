"""The same questions by other means: one PuLP model that holds every allowed pair, and other packages.

The one-shot model is written here from docs/formulation.md and from the table of allowed pairs, as somebody would who
has PuLP and not this library; it shares nothing with `placement_opt.model`.
"""

import json
import os
import subprocess
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pandas as pd
import pulp

import placement_opt as po
from benchmarks.environments import python_of
from benchmarks.public_instances import Question
from placement_opt.links import possible_links
from placement_opt.solve.highs import FastHighs

LEAST_UNPLACED_GBP = 1_000_000.0
"""What an unplaced pupil weighs at least in the one-shot model: far more than any place costs, so that the fewest
pupils are unplaced before money counts."""

NOT_STATED = ("part_limits", "pair_rules", "resources", "resource_use")
"""Tables that the one-shot model does not know; the cases measured here have none of them."""


class NotStatedError(ValueError):
    """The question has something that a rival cannot state."""


@dataclass
class Outcome:
    """What a method found.

    Parameters
    ----------
    seconds
        Of each phase: pairs, model, solve, and so on.
    allowed_pairs
        How many pairs the question has.
    status
        In the words of the method.
    cost_gbp, bound_gbp
        Money of the plan, and what no plan with as few unplaced pupils is below; None = none or not told.
    unplaced
        Pupils without a place.
    started_mb
        Peak memory of a process that the method started, where that tells.
    notes
        Anything else worth keeping, as plain values.
    """

    seconds: dict[str, float]
    allowed_pairs: int | None = None
    status: str = ""
    cost_gbp: float | None = None
    bound_gbp: float | None = None
    unplaced: int | None = None
    started_mb: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)


class Watch:
    """Seconds of phases, one after the other."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = perf_counter()

    def lap(self, phase: str) -> None:
        """Note the seconds since the last lap."""
        now = perf_counter()
        self.seconds[phase] = self.seconds.get(phase, 0.0) + now - self._last
        self._last = now


@dataclass
class OneShot:
    """The whole model in one PuLP problem.

    Parameters
    ----------
    question, pairs
        What is asked, and `candidate_pairs(...).table()`.
    """

    question: Question
    pairs: pd.DataFrame

    def __post_init__(self) -> None:
        problem = self.question.problem
        refuse_what_is_not_stated(problem)
        self.lp = pulp.LpProblem("one_shot", pulp.LpMinimize)
        self.pupils = problem.pupils.set_index("pupil_id")
        self.provisions = problem.provisions.set_index("provision_id")
        self.hubs = problem.hubs.set_index("provision_id")
        self.links = possible_links(problem, self.question.travel)
        self.setting = problem.settings.set_index("setting_id")
        self.unplaced_gbp = max(LEAST_UNPLACED_GBP, 20.0 * float(self.pairs["cost_gbp"].max()))
        self.money: list[tuple[pulp.LpVariable, float]] = []
        self._columns()
        self._pupils_and_places()
        self._sites()
        self._outreach()
        self._budgets()
        unplaced = [(column, self.unplaced_gbp) for column in self.unplaced.values()]
        self.lp.setObjective(pulp.LpAffineExpression(self.money + unplaced))

    def _columns(self) -> None:
        whole, counts = pulp.LpInteger, self.pupils["count"].to_dict()
        self.at: dict[str, list[tuple[str, pulp.LpVariable]]] = defaultdict(list)
        self.of: dict[str, list[pulp.LpVariable]] = defaultdict(list)
        rows = zip(self.pairs["pupil_id"], self.pairs["provision_id"], self.pairs["cost_gbp"].tolist(), strict=True)
        for number, (pupil, provision, cost) in enumerate(rows):
            column = self.lp.add_variable(f"x{number}", 0, counts[pupil], whole)
            self.at[provision].append((pupil, column))
            self.of[pupil].append(column)
            self.money.append((column, cost))
        self.unplaced = {
            pupil: self.lp.add_variable(f"u{number}", 0, counts[pupil], whole)
            for number, pupil in enumerate(self.pupils.index)
        }
        self.open: dict[str, pulp.LpVariable] = {}
        self.classes: dict[str, pulp.LpVariable] = {}
        for number, row in enumerate(self.provisions.itertuples()):
            is_site = row.status in {"candidate", "closable"}
            if row.status != "closed" and (is_site or row.kind == "spoke" or row.min_pupils > 0):
                self.open[row.Index] = self.lp.add_variable(f"y{number}", 0, 1, whole)
                self._pay(self.open[row.Index], row.open_gbp if is_site else 0.0)
            if row.max_classes > 0 and row.status != "closed":
                self.classes[row.Index] = self.lp.add_variable(f"c{number}", 0, row.max_classes, whole)
                self._pay(self.classes[row.Index], row.class_gbp)

    def _pay(self, column: pulp.LpVariable, gbp: float) -> None:
        if gbp:
            self.money.append((column, float(gbp)))

    def _row(self, terms: Iterable[tuple[pulp.LpVariable, float]], sense: int, right: float) -> None:
        self.lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression(list(terms)), sense=sense, rhs=float(right)))

    def _most(self, terms: Iterable[tuple[pulp.LpVariable, float]], right: float) -> None:
        self._row(terms, pulp.LpConstraintLE, right)

    def _pupils_and_places(self) -> None:
        """State C1, C2 and C8."""
        counts, places_of = self.pupils["count"].to_dict(), self.pupils["places"].to_dict()
        for pupil, column in self.unplaced.items():
            terms = [(placed, 1.0) for placed in self.of[pupil]]
            self._row([*terms, (column, 1.0)], pulp.LpConstraintEQ, counts[pupil])
        for number, row in enumerate(self.provisions.itertuples()):
            terms = [(column, float(places_of[pupil])) for pupil, column in self.at[row.Index]]
            decided, right = self.open.get(row.Index), float(row.places)
            if decided is not None:
                terms.append((decided, -right))
                right = 0.0
            if row.Index in self.classes:
                terms.append((self.classes[row.Index], -float(row.class_places)))
                if decided is not None:
                    self._most([(self.classes[row.Index], 1.0), (decided, -float(row.max_classes))], 0)
            if row.overflow_places > 0:
                over = self.lp.add_variable(f"o{number}", 0, row.overflow_places)
                terms.append((over, -1.0))
                self._pay(over, row.overflow_gbp)
                if decided is not None:
                    self._most([(over, 1.0), (decided, -float(row.overflow_places))], 0)
            self._most(terms, right)

    def _sites(self) -> None:
        """State C4, C7 and the limits on sites."""
        counts = self.pupils["count"].to_dict()
        for provision, decided in self.open.items():
            for pupil, column in self.at[provision]:
                self._most([(column, 1.0), (decided, -float(counts[pupil]))], 0)
            least = float(self.provisions.at[provision, "min_pupils"])
            if least > 0:
                terms = [(column, 1.0) for _, column in self.at[provision]]
                self._row([*terms, (decided, -least)], pulp.LpConstraintGE, 0)
        for limit in self.question.problem.table("site_limits").itertuples():
            is_in = self.provisions["status"].isin(["candidate", "closable"])
            for name in ("kind", "status"):
                if not pd.isna(getattr(limit, name)):
                    is_in &= self.provisions[name] == getattr(limit, name)
            if not pd.isna(limit.locality):
                is_in &= self.provisions["setting_id"].map(self.setting["locality"]) == limit.locality
            terms = [(self.open[provision], 1.0) for provision in self.provisions.index[is_in]]
            self._most(terms, limit.max_open)
            self._row(terms, pulp.LpConstraintGE, limit.min_open)

    def _outreach(self) -> None:
        """State C5 and C6."""
        hours = self.pupils["support_hours"].to_dict()
        counts = self.pupils["count"].to_dict()
        teams = {
            hub: self.lp.add_variable(f"k{number}", 0, row.max_teams, pulp.LpInteger)
            for number, (hub, row) in enumerate(self.hubs.iterrows())
        }
        at_hub, at_spoke = defaultdict(list), defaultdict(list)
        for number, link in enumerate(self.links.itertuples()):
            chosen = self.lp.add_variable(f"l{number}", 0, 1, pulp.LpInteger)
            drawn = self.lp.add_variable(f"g{number}", 0)
            self._pay(chosen, link.travel_gbp)
            hub = self.hubs.loc[link.hub_id]
            support = sum(hours[pupil] * counts[pupil] for pupil, _ in self.at[link.spoke_id])
            most = min(hub["team_hours_per_week"] * hub["max_teams"], link.visit_hours + support)
            self._most([(drawn, 1.0), (chosen, -float(most))], 0)
            if link.hub_id in self.open:
                self._most([(chosen, 1.0), (self.open[link.hub_id], -1.0)], 0)
            if link.visit_hours > 0:
                self._most([(chosen, 1.0), (teams[link.hub_id], -1.0)], 0)
            at_hub[link.hub_id].append((chosen, drawn))
            at_spoke[link.spoke_id].append((chosen, drawn, link.visit_hours))
        for spoke in self.provisions.index[self.provisions["kind"] == "spoke"]:
            if spoke not in self.open:
                continue
            links = at_spoke[spoke]
            self._row([*((one, 1.0) for one, _, _ in links), (self.open[spoke], -1.0)], pulp.LpConstraintEQ, 0)
            terms = [(drawn, 1.0) for _, drawn, _ in links] + [(one, -float(visit)) for one, _, visit in links]
            self._row([*terms, *((x, -hours[i]) for i, x in self.at[spoke] if hours[i])], pulp.LpConstraintEQ, 0)
        for hub, row in self.hubs.iterrows():
            self._pay(teams[hub], row["team_gbp"])
            self._most([(one, 1.0) for one, _ in at_hub[hub]], row["max_spokes"])
            drawn = [(one, 1.0) for _, one in at_hub[hub]]
            self._most([*drawn, (teams[hub], -float(row["team_hours_per_week"]))], 0)
            if hub in self.open:
                self._most([(teams[hub], 1.0), (self.open[hub], -float(row["max_teams"]))], 0)

    def _budgets(self) -> None:
        """State C9 for capital."""
        for budget in self.question.problem.table("budgets").itertuples():
            inside = self.provisions["setting_id"].map(self.setting["locality"]) == budget.locality
            counted = self.provisions if pd.isna(budget.locality) else self.provisions[inside]
            terms = [
                (self.open[row.Index], float(row.capital_gbp))
                for row in counted.itertuples()
                if row.status == "candidate"
            ]
            terms += [
                (self.classes[row.Index], float(row.class_capital_gbp))
                for row in counted.itertuples()
                if row.Index in self.classes
            ]
            self._most(terms, budget.limit_gbp)

    def unplaced_pupils(self) -> int:
        """Return how many pupils the solution leaves without a place."""
        return round(sum(column.varValue or 0.0 for column in self.unplaced.values()))

    def cost_gbp(self) -> float:
        """Return the money of the solution, columns that are whole rounded."""
        values = ((column, gbp, column.varValue or 0.0) for column, gbp in self.money)
        return sum(gbp * (round(value) if column.cat == pulp.LpInteger else value) for column, gbp, value in values)


def refuse_what_is_not_stated(problem: po.Problem) -> None:
    """Refuse a question that the one-shot model does not hold.

    Raises
    ------
    NotStatedError
        When the question has tables or wishes that the model has no rows for.
    """
    pupils, budgets = problem.pupils, problem.table("budgets")
    wrong = [name for name in NOT_STATED if not problem.table(name).empty]
    wrong += [name for name in ("sibling_group", "requested_setting_id", "mainstream") if pupils[name].notna().any()]
    wrong += ["current_provision_id"] * bool(pupils["current_provision_id"].notna().any())
    wrong += ["places of a school"] * bool(problem.settings["places"].notna().any())
    wrong += ["budgets of other types than capital"] * bool((budgets["type"] != "capital").any())
    if wrong:
        raise NotStatedError(f"The one-shot model does not hold: {', '.join(wrong)}.")


def one_shot_highs(question: Question, options: po.SolveOptions, seconds: float) -> Outcome:
    """Solve the one-shot model by PuLP's own interface to HiGHS."""

    def solve(lp: pulp.LpProblem) -> None:
        lp.solve(pulp.HiGHS(msg=False, gapRel=options.gap, timeLimit=seconds, threads=options.threads))

    return _one_shot(question, solve)


def one_shot_cbc(question: Question, options: po.SolveOptions, seconds: float) -> Outcome:
    """Solve the one-shot model by CBC, an installed one or the one that comes with PuLP."""

    def solve(lp: pulp.LpProblem) -> None:
        available = pulp.listSolvers(onlyAvailable=True)
        name = next((name for name in ("COIN_CMD", "PULP_CBC_CMD") if name in available), None)
        if name is None:
            raise NotStatedError("No CBC is installed: neither COIN_CMD nor PULP_CBC_CMD is available to PuLP.")
        lp.solve(pulp.getSolver(name, msg=False, gapRel=options.gap, timeLimit=seconds, threads=options.threads))

    return _one_shot(question, solve)


def _one_shot(question: Question, solve: Callable[[pulp.LpProblem], None]) -> Outcome:
    warnings.simplefilter("ignore", DeprecationWarning)
    watch = Watch()
    pairs = po.candidate_pairs(question.problem, question.travel, policy=question.policy).table()
    watch.lap("pairs")
    model = OneShot(question, pairs)
    watch.lap("model")
    solve(model.lp)
    watch.lap("solve")
    outcome = Outcome(watch.seconds, len(pairs), pulp.LpSolution[model.lp.sol_status])
    outcome.notes = {"columns": len(model.lp.variables()), "rows": len(model.lp.constraints())}
    if model.lp.sol_status in {pulp.LpSolutionOptimal, pulp.LpSolutionIntegerFeasible}:
        outcome.unplaced, outcome.cost_gbp = model.unplaced_pupils(), round(model.cost_gbp(), 2)
        solver = getattr(model.lp, "solverModel", None)
        if solver is not None and hasattr(solver, "getInfo"):
            # PuLP leaves the objective's constant out; this objective has none
            bound = float(solver.getInfo().mip_dual_bound) - model.unplaced_gbp * outcome.unplaced
            outcome.bound_gbp = min(bound, outcome.cost_gbp)
    return outcome


def ortools_flow(question: Question, _options: po.SolveOptions, seconds: float) -> Outcome:
    """Solve the pure question by or-tools' minimum cost flow, given the ready pairs.

    Its wheel cannot be loaded beside highspy, so it runs in its own environment and process; its time holds building
    and solving the flow, and not the file that the pairs go through.
    """
    refuse_what_is_not_stated(question.problem)
    problem = question.problem
    tables = ("hubs", "budgets", "site_limits")
    decided = (problem.provisions["status"] != "open") | (problem.provisions[["min_pupils", "max_classes"]] > 0).any(
        axis=1
    )
    if decided.any() or any(not problem.table(name).empty for name in tables) or (problem.pupils["places"] != 1).any():
        raise NotStatedError(
            "A flow holds pupils and places only: no sites, classes, outreach, budgets or several places."
        )
    watch = Watch()
    pairs = po.candidate_pairs(problem, question.travel, policy=question.policy).table()
    watch.lap("pairs")
    arrays = {
        "pupil": pd.Index(problem.pupils["pupil_id"]).get_indexer(pairs["pupil_id"]).astype(np.int32),
        "provision": pd.Index(problem.provisions["provision_id"]).get_indexer(pairs["provision_id"]).astype(np.int32),
        "pence": (pairs["cost_gbp"].to_numpy() * 100).round().astype(np.int64),
        "supply": problem.pupils["count"].to_numpy(dtype=np.int64),
        "capacity": problem.provisions["places"].to_numpy(dtype=np.int64),
        "overflow": problem.provisions["overflow_places"].to_numpy(dtype=np.int64),
        "overflow_pence": (problem.provisions["overflow_gbp"].to_numpy() * 100).round().astype(np.int64),
        "unplaced_pence": np.array([round(LEAST_UNPLACED_GBP * 100)], dtype=np.int64),
    }
    answer = _in_environment("ortools", "rival_ortools.py", arrays, seconds)
    phases = {**watch.seconds, "model": answer["build_s"], "solve": answer["solve_s"]}
    cost_gbp = answer["pence"] / 100
    started_mb, notes = answer["peak_mb"] or 0.0, {"version": answer["version"]}
    return Outcome(phases, len(pairs), answer["status"], cost_gbp, cost_gbp, answer["unplaced"], started_mb, notes)


def spopt_median(question: Question, options: po.SolveOptions, seconds: float) -> Outcome:
    """Solve a p-median question by spopt in its own environment: every pair allowed, exactly p sites."""
    problem = question.problem
    limits, provisions, pupils = problem.table("site_limits"), problem.provisions, problem.pupils
    if len(limits) != 1 or limits["min_open"].ne(limits["max_open"]).any() or provisions["open_gbp"].any():
        raise NotStatedError("spopt's p-median needs exactly p sites and no opening costs.")
    watch = Watch()
    pairs = po.candidate_pairs(problem, question.travel, policy=question.policy).table()
    watch.lap("pairs")
    price = pairs.pivot_table(index="pupil_id", columns="provision_id", values="cost_gbp").to_numpy()
    if np.isnan(price).any() or price.shape != (len(pupils), len(provisions)):
        raise NotStatedError("spopt's p-median needs every pair to be allowed.")
    is_open = (provisions["status"] == "open").to_numpy()
    taken = (pupils["count"] * pupils["places"]).to_numpy(dtype=float)
    is_short = bool((provisions["places"] < taken.sum()).any())
    arrays = {
        "cost": price * (pupils["count"].to_numpy() / taken)[:, None],
        "weight": taken,
        "sites": np.array([int(limits["max_open"].iloc[0]) + int(is_open.sum())]),
        "fixed": is_open.astype(int),
        "capacity": provisions["places"].to_numpy(dtype=float) if is_short else np.empty(0),
        "gap": np.array([options.gap]),
        "seconds": np.array([seconds]),
    }
    answer = _in_environment("spopt", "rival_spopt.py", arrays, seconds)
    phases = {**watch.seconds, "model": answer["build_s"], "solve": answer["solve_s"]}
    started_mb, notes = answer["peak_mb"] or 0.0, {"version": answer["version"]}
    return Outcome(phases, len(pairs), answer["status"], answer["cost"], None, 0, started_mb, notes)


def _in_environment(name: str, script: str, arrays: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Run a script of this folder in an environment of its own, on arrays in a file."""
    python = python_of(name)
    if python is None:
        raise NotStatedError(f"{name} is not installed: run `python -m benchmarks environments`.")
    with tempfile.TemporaryDirectory() as folder:
        question, answer = Path(folder) / "question.npz", Path(folder) / "answer.json"
        np.savez(question, **arrays)
        command = [str(python), str(Path(__file__).with_name(script)), str(question), str(answer)]
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
        done = subprocess.run(  # noqa: S603 - a script of this folder, with paths made here
            command, capture_output=True, text=True, timeout=seconds, check=False, env=environment
        )
        if done.returncode:
            raise RuntimeError(f"{name} failed: {done.stderr.strip()[-500:]}")
        return dict(json.loads(answer.read_text(encoding="utf-8")))


def pulp_interface(_question: Question | None, _options: po.SolveOptions, _seconds: float) -> Outcome:
    """Hand a PuLP model of 60,000 columns to HiGHS by the library's class and by PuLP's own, in the same process."""
    warnings.simplefilter("ignore", DeprecationWarning)
    watch = Watch()
    lp = _model_of(1_000, 60)
    watch.lap("model")
    ours = FastHighs()
    ours.createAndConfigureSolver(lp)
    ours.buildSolverModel(lp)
    watch.lap("copy by the library")
    our_offset = _offset(lp)
    theirs = pulp.HiGHS(msg=False)
    watch.lap("other")
    theirs.createAndConfigureSolver(lp)
    theirs.buildSolverModel(lp)
    watch.lap("copy by PuLP")
    notes = {
        "columns": len(lp.variables()),
        "constant of the objective": lp.objective.constant,
        "constant passed by the library": our_offset,
        "constant passed by PuLP": _offset(lp),
        "ratio": watch.seconds["copy by PuLP"] / watch.seconds["copy by the library"],
    }
    return Outcome({name: s for name, s in watch.seconds.items() if name != "other"}, status="built", notes=notes)


def _offset(lp: pulp.LpProblem) -> float:
    return float(lp.solverModel.getLp().offset_)


def _model_of(pupils: int, provisions: int) -> pulp.LpProblem:
    rng = np.random.default_rng(1)
    cost = rng.uniform(1, 100, (pupils, provisions)).round(2).tolist()
    lp = pulp.LpProblem("interface", pulp.LpMinimize)
    x = [[lp.add_variable(f"x_{i}_{p}", 0, 1, pulp.LpInteger) for p in range(provisions)] for i in range(pupils)]
    terms = [
        (column, price)
        for columns, prices in zip(x, cost, strict=True)
        for column, price in zip(columns, prices, strict=True)
    ]
    lp.setObjective(pulp.LpAffineExpression(terms, constant=1_000.0))
    for columns in x:
        lp.addConstraint(pulp.LpConstraint(pulp.LpAffineExpression([(c, 1.0) for c in columns]), 0, rhs=1))
    for p in range(provisions):
        row = pulp.LpAffineExpression([(columns[p], 1.0) for columns in x])
        lp.addConstraint(pulp.LpConstraint(row, -1, rhs=1 + pupils // provisions))
    return lp
