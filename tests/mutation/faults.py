"""The small faults that a module can have, each as another syntax tree of it."""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path

COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "minimum": "maximum", "maximum": "minimum"}
ROUNDING = {"floor": "ceil", "ceil": "floor", "rint": "floor"}
SKIPPED = (ast.Import, ast.ImportFrom, ast.AnnAssign)
Change = Callable[[ast.AST], None]


@dataclass(frozen=True)
class Fault:
    """One small fault.

    Parameters
    ----------
    path
        Of the module, from the folder of the project.
    line
        Where it is.
    first, last
        The lines of the statement that it is in; of the whole function for what a function is given by default, of the
        whole module for what is done once.
    before, after
        The statement as it is and with the fault, cut short.
    place, way
        Which node of the tree, in the order of `ast.walk`, and which of its faults.
    """

    path: str
    line: int
    first: int
    last: int
    before: str
    after: str
    place: int
    way: int


def faults_of(path: Path, home: Path) -> list[Fault]:
    """Return every fault that a module can have."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped, spans = _skipped(tree), _spans(tree)
    found = []
    for place, node in enumerate(ast.walk(tree)):
        if node in skipped:
            continue
        for way in range(len(_changes(node))):
            before, after = _told(tree, place, way)
            if before != after:
                name, line = path.relative_to(home).as_posix(), getattr(node, "lineno", 0)
                found.append(Fault(name, line, *spans[node], before, after, place, way))
    return found


def with_fault(source: str, fault: Fault) -> ast.Module:
    """Return the tree of a module with a fault."""
    tree = ast.parse(source)
    _put_in(tree, fault.place, fault.way)
    return ast.fix_missing_locations(tree)


def _put_in(tree: ast.Module, place: int, way: int) -> ast.AST:
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == place)
    _changes(node)[way](node)
    return node


def _told(tree: ast.Module, place: int, way: int) -> tuple[str, str]:
    node = next(node for number, node in enumerate(ast.walk(tree)) if number == place)
    other = deepcopy(node)
    _changes(other)[way](other)
    return _short(node), _short(ast.fix_missing_locations(other))


def _short(node: ast.AST) -> str:
    return " ".join(ast.unparse(node).split("\n")[0].split())[:100]


def _changes(node: ast.AST) -> list[Change]:
    """Return what can be made wrong at a node; each change is made to a node of the same kind."""
    return [change for kind, find in _KINDS.items() if isinstance(node, kind) for change in find(node)]


def _of_comparison(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Compare)
    for at, operator in enumerate(node.ops):
        other = COMPARISONS[type(operator)]
        yield lambda node, at=at, other=other: node.ops.__setitem__(at, other())  # type: ignore[misc]


def _of_sum(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.BinOp | ast.AugAssign)
    if type(node.op) in OPERATORS:
        yield lambda node: setattr(node, "op", OPERATORS[type(node.op)]())


def _of_logic(node: ast.AST) -> Iterator[Change]:
    yield lambda node: setattr(node, "op", ast.And() if isinstance(node.op, ast.Or) else ast.Or())


def _of_sign(node: ast.AST) -> Iterator[Change]:
    """Take the sign away: plus changes nothing."""
    yield lambda node: setattr(node, "op", ast.UAdd()) if isinstance(node.op, ast.USub) else _drop_not(node)


def _drop_not(node: ast.AST) -> None:
    assert isinstance(node, ast.UnaryOp)
    inner = node.operand
    if isinstance(node.op, ast.Not):
        node.operand = ast.UnaryOp(ast.Not(), inner)
    else:
        node.operand = ast.UnaryOp(ast.Invert(), inner)


def _of_constant(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Constant)
    if isinstance(node.value, bool):
        yield lambda node: setattr(node, "value", not node.value)
    elif isinstance(node.value, int | float):
        yield lambda node: setattr(node, "value", node.value + 1)


def _of_choice(node: ast.AST) -> Iterator[Change]:
    yield lambda node: setattr(node, "test", ast.UnaryOp(ast.Not(), node.test))


def _of_return(node: ast.AST) -> Iterator[Change]:
    assert isinstance(node, ast.Return)
    if node.value is not None and not (isinstance(node.value, ast.Constant) and node.value.value is None):
        yield lambda node: setattr(node, "value", ast.Constant(None))


def _of_jump(node: ast.AST) -> Iterator[Change]:
    yield lambda node: setattr(node, "__class__", ast.Continue if isinstance(node, ast.Break) else ast.Break)


def _of_name(node: ast.AST) -> Iterator[Change]:
    """Exchange functions such as min and max, where they are called."""
    assert isinstance(node, ast.Call)
    others = NAMES | ROUNDING
    if isinstance(node.func, ast.Name) and node.func.id in others:
        yield lambda node: setattr(node.func, "id", others[node.func.id])
    if isinstance(node.func, ast.Attribute) and node.func.attr in others:
        yield lambda node: setattr(node.func, "attr", others[node.func.attr])


def _of_block(node: ast.AST) -> Iterator[Change]:
    """Leave out a statement that changes or says something: a call, an assignment to a part, a sum, an error."""
    for at, step in enumerate(node.body):  # type: ignore[attr-defined]
        is_call = isinstance(step, ast.Expr) and isinstance(step.value, ast.Call)
        is_part = isinstance(step, ast.Assign) and isinstance(step.targets[0], ast.Subscript | ast.Attribute)
        if is_call or is_part or isinstance(step, ast.AugAssign | ast.Raise):
            yield lambda node, at=at: node.body.__setitem__(at, ast.Pass())  # type: ignore[misc]


_KINDS: dict[type[ast.AST] | tuple[type[ast.AST], ...], Callable[[ast.AST], Iterator[Change]]] = {
    ast.Compare: _of_comparison,
    (ast.BinOp, ast.AugAssign): _of_sum,
    ast.BoolOp: _of_logic,
    ast.UnaryOp: _of_sign,
    ast.Constant: _of_constant,
    (ast.If, ast.IfExp, ast.While): _of_choice,
    ast.Return: _of_return,
    (ast.Break, ast.Continue): _of_jump,
    ast.Call: _of_name,
    (ast.FunctionDef, ast.If, ast.For, ast.While, ast.With): _of_block,
}


def _spans(tree: ast.Module) -> dict[ast.AST, tuple[int, int]]:
    """Return for each node the lines that are run when it is."""
    whole = (1, max((getattr(node, "end_lineno", 1) for node in ast.walk(tree)), default=1))
    spans: dict[ast.AST, tuple[int, int]] = {tree: whole}

    def go_on(node: ast.AST, span: tuple[int, int], *, is_once: bool) -> None:
        for part in ast.iter_child_nodes(node):
            own, once = span, is_once
            if isinstance(part, ast.FunctionDef | ast.Lambda):
                own, once = (part.lineno, part.end_lineno or part.lineno), False
            elif isinstance(part, ast.stmt) and not is_once:
                own = _lines(part)
            spans[part] = own
            go_on(part, own, is_once=once)

    go_on(tree, whole, is_once=True)
    return spans


def _lines(step: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement; of one with others in it, the lines before these."""
    inner = getattr(step, "body", None)
    last = inner[0].lineno - 1 if inner else step.end_lineno or step.lineno
    return step.lineno, max(step.lineno, last)


def _skipped(tree: ast.Module) -> set[ast.AST]:
    """Return what no fault is put into: imports, annotations, decorators, and what is raised or shown to people."""
    skipped: set[ast.AST] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST] = []
        if isinstance(node, SKIPPED):
            parts = [node]
        elif isinstance(node, ast.FunctionDef):
            parts = [*node.decorator_list, *([node.returns] if node.returns else []), *_annotations(node)]
        elif isinstance(node, ast.ClassDef):
            parts = list(node.decorator_list)
        elif isinstance(node, ast.JoinedStr):
            parts = [node]
        for part in parts:
            skipped.update(ast.walk(part))
    return skipped


def _annotations(node: ast.FunctionDef) -> list[ast.AST]:
    every = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return [one.annotation for one in every if one.annotation is not None]
