"""The architecture: imports point only down, and nothing at all goes round in a circle."""

import ast
from pathlib import Path

import pytest

import placement_opt

ROOT = Path(placement_opt.__file__).parent

LAYERS = (
    ("errors", "file_limits", "given", "harmless", "progress", "schema", "whole_files"),
    (
        "cells",
        "consistency",
        "consistency_ahead",
        "consistency_transport",
        "delivery",
        "drawing",
        "headers",
        "localities",
        "made_from",
        "listed",
        "parameters",
        "phases",
        "policy",
        "problem",
        "travel",
        "journey_checks",
        "saved",
        "summaries",
        "suppression",
        "complement",
        "witnesses",
        "workers",
        "inequality",
        "plan_tables",
        "year_rules",
        "years_plan",
        "certificate",
        "plan",
        "legs",
        "route_rules",
        "route_tables",
        "route_plan",
    ),
    ("files", "registers", "roads", "examples", "malvern", "demand"),
    (
        "facts",
        "suitability",
        "nearest",
        "tariff",
        "transport",
        "links",
        "rules",
        "prices",
        "kind_prices",
        "pairs",
        "timeline",
        "duties",
        "duty_words",
        "answer",
    ),
    ("verify",),
    ("model",),
    ("solve",),
    ("compare", "flows", "statutory", "routing", "scenarios", "why"),
    ("report",),
    ("arguments", "cli"),
)
"""From the bottom up; a module may import its own layer and those before it."""

ONLY_BELOW = {
    "pulp": {"model", "solve"},
    "highspy": {"solve"},
    "ot": {"solve"},
    "scipy": {"complement", "model", "roads", "solve"},
}
"""Libraries that only these parts may import."""


def _modules() -> dict[str, Path]:
    paths = sorted(ROOT.rglob("*.py"))
    return {".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path for path in paths}


def _imports(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            members = {f"{node.module}.{alias.name}" for alias in node.names}
            modules = {name for name in members if name.removeprefix("placement_opt.") in MODULES}
            names |= modules | ({node.module} if modules != members else set())
    return names


MODULES = {name: path for name, path in _modules().items() if name != "__init__"}


def _part(module: str) -> str:
    return module.split(".", maxsplit=1)[0]


LAYER_OF = {part: place for place, layer in enumerate(LAYERS) for part in layer}


@pytest.mark.parametrize("module", MODULES)
def test_imports_point_down(module: str) -> None:
    assert _part(module) in LAYER_OF, f"{module} has no layer; give it one in LAYERS"
    for name in _imports(MODULES[module]):
        if name.startswith("placement_opt."):
            imported = _part(name.removeprefix("placement_opt."))
            if imported in LAYER_OF:
                assert LAYER_OF[imported] <= LAYER_OF[_part(module)], f"{module} imports {name}, which is above it"


@pytest.mark.parametrize("library", ONLY_BELOW)
def test_solver_libraries_stay_where_they_belong(library: str) -> None:
    users = {_part(module) for module, path in MODULES.items() if any(_part(n) == library for n in _imports(path))}
    assert users
    assert users <= ONLY_BELOW[library]


def test_no_import_goes_round_in_a_circle() -> None:
    edges = {
        module: {
            name.removeprefix("placement_opt.")
            for name in _imports(path)
            if name.removeprefix("placement_opt.") in MODULES and name != f"placement_opt.{module}"
        }
        for module, path in MODULES.items()
    }
    done: set[str] = set()

    def visit(module: str, trail: tuple[str, ...]) -> None:
        assert module not in trail, " -> ".join((*trail, module))
        if module not in done:
            for other in sorted(edges[module]):
                visit(other, (*trail, module))
            done.add(module)

    for module in edges:
        visit(module, ())


@pytest.mark.parametrize("module", MODULES)
def test_a_module_holds_one_idea(module: str) -> None:
    lines = MODULES[module].read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{module} has {lines} lines"
