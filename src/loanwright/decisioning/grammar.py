"""From the text of an expression to its checked tree.

Python's own grammar is used to read the text; nothing is ever evaluated by Python.
"""

from __future__ import annotations

import ast
import difflib
import itertools
import re
from collections.abc import Callable, Mapping
from typing import Final

from loanwright.decisioning.nodes import ExpressionRefused, Kind, Name, NameUnknown, Node

LONGEST: Final = 4000
DEEPEST: Final = 40
TALLEST: Final = 150
FUNCTION_NAMES: Final = (
    "if", "sum", "mean", "min", "max", "count", "clip", "abs", "missing", "bands",
)  # fmt: skip

_QUOTED_OR_IF: Final = re.compile(r"""("[^"]*"|'[^']*')|\bif(?=\s*\()""")
#: The two truths, as TOML and JSON write them.
TRUTHS: Final = {"true": 1.0, "false": 0.0}
_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_RANGES: Final = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}


def parse(text: str, names: Mapping[str, Name]) -> Node:
    """Parse and type-check an expression.

    Parameters
    ----------
    text
        The expression.
    names
        What it may read, and of which kind that is; ``OPEN`` lets the use tell.

    Returns
    -------
    Node
        The checked tree.

    Raises
    ------
    ExpressionRefused
        If the text is not an expression of this language, names an unknown value or code, or
        mixes kinds.

    Examples
    --------
    >>> parse("1 / 2 + 3", {}).operation
    'add'
    >>> parse("__import__('os')", {})
    Traceback (most recent call last):
    loanwright.decisioning.nodes.ExpressionRefused: there is no function __import__; ...
    """
    if len(text) > LONGEST:
        raise ExpressionRefused(f"is longer than {LONGEST} characters; split it in two")
    source = _QUOTED_OR_IF.sub(lambda found: found[1] or "if_", text.strip())
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionRefused(f"cannot be read ({error.__class__.__name__}: {error})") from error
    node = _Checker(names).check(tree.body, 0)
    if _height(node) > TALLEST:
        raise ExpressionRefused(f"has more than {TALLEST} steps on each other; split it in two")
    return node


def _height(node: Node) -> int:
    """Return how many steps stand on each other; what reads trees goes down one by one."""
    height, level = 0, [node]
    while level:
        height += 1
        level = [argument for each in level for argument in each.arguments]
    return height


class _Checker:
    """Turns a Python syntax tree into checked nodes, refusing all it does not know."""

    def __init__(self, names: Mapping[str, Name]) -> None:
        self._names = names

    def check(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionRefused(f"is nested deeper than {DEEPEST}; split it in two")
        rules: dict[type[ast.expr], Callable[..., Node]] = {
            ast.Constant: self._constant,
            ast.Name: self._name,
            ast.UnaryOp: self._unary,
            ast.BinOp: self._arithmetic,
            ast.BoolOp: self._logic,
            ast.Compare: self._compare,
            ast.Call: self._call,
        }
        rule = rules.get(type(tree))
        if rule is None:
            what = ast.unparse(tree)[:60]
            raise ExpressionRefused(
                f"{what!r} is not part of the language; use + - * /, comparisons, and/or/not and "
                f"the functions {', '.join(FUNCTION_NAMES)}"
            )
        return rule(tree, depth + 1)

    def _constant(self, tree: ast.Constant, _depth: int) -> Node:
        if isinstance(tree.value, bool):
            return Node(operation="constant", kind="boolean", value=float(tree.value))
        if isinstance(tree.value, int | float) and abs(tree.value) <= 1e15:
            return Node(operation="constant", kind="number", value=float(tree.value))
        if isinstance(tree.value, str):
            raise ExpressionRefused(
                f"the code {tree.value[:40]!r} must be compared with a category"
            )
        raise ExpressionRefused(f"{tree.value!r:.40} is not a number below 1e15")

    def _name(self, tree: ast.Name, _depth: int) -> Node:
        if tree.id in TRUTHS:
            return Node(operation="constant", kind="boolean", value=TRUTHS[tree.id])
        return Node(operation="feature", kind=self._known(tree.id).kind, name=tree.id)

    def _known(self, name: str) -> Name:
        known = self._names.get(name)
        if known is None:
            nearest = difflib.get_close_matches(name, list(self._names), n=1)
            raise NameUnknown(name, nearest[0] if nearest else None)
        return known

    def _unary(self, tree: ast.UnaryOp, depth: int) -> Node:
        if isinstance(tree.op, ast.Not):
            return _step("not", "boolean", self._boolean(tree.operand, depth))
        if isinstance(tree.op, ast.USub):
            operand = self._number(tree.operand, depth)
            if operand.operation == "constant":
                return Node(operation="constant", kind="number", value=-operand.value)
            return _step("subtract", "number", _number(0.0), operand)
        raise ExpressionRefused("only - and not may stand before a value")

    def _arithmetic(self, tree: ast.BinOp, depth: int) -> Node:
        operation = _ARITHMETIC.get(type(tree.op))
        if operation is None:
            raise ExpressionRefused("of the arithmetic signs, only + - * / are known")
        left, right = self._number(tree.left, depth), self._number(tree.right, depth)
        return _step(operation, "number", left, right)

    def _logic(self, tree: ast.BoolOp, depth: int) -> Node:
        operation = "and" if isinstance(tree.op, ast.And) else "or"
        return _fold(operation, "boolean", [self._boolean(v, depth) for v in tree.values])

    def _compare(self, tree: ast.Compare, depth: int) -> Node:
        values = [tree.left, *tree.comparators]
        pairs = zip(tree.ops, itertools.pairwise(values), strict=True)
        tests = [self._one_comparison(op, left, right, depth) for op, (left, right) in pairs]
        if len(tests) > 1 and not all(type(op) in _RANGES for op in tree.ops):
            raise ExpressionRefused("only a range such as 18 <= x < 65 joins two comparisons")
        return _fold("and", "boolean", tests)

    def _one_comparison(
        self, operator: ast.cmpop, left: ast.expr, right: ast.expr, depth: int
    ) -> Node:
        name = left.id if isinstance(left, ast.Name) and left.id not in TRUTHS else ""
        if name and self._is_category(name, right):
            return self._code_test(name, operator, right)
        if isinstance(operator, ast.In | ast.NotIn):
            return self._number_membership(operator, left, right, depth)
        operation = _COMPARISONS.get(type(operator))
        if operation is None:
            raise ExpressionRefused("is and is not are unknown; use == and !=")
        arguments = self._number(left, depth), self._number(right, depth)
        return _step(operation, "boolean", *arguments)

    def _is_category(self, name: str, right: ast.expr) -> bool:
        kind = self._known(name).kind
        return kind == "category" or (kind == "any" and any(map(_is_text, _members(right))))

    def _number_membership(
        self, operator: ast.cmpop, left: ast.expr, right: ast.expr, depth: int
    ) -> Node:
        if not isinstance(right, ast.Tuple | ast.List) or not right.elts:
            raise ExpressionRefused('write x in (1, 2), or category in ("a", "b")')
        value = self._number(left, depth)
        items = [self._number(item, depth) for item in right.elts]
        tests = [_step("equal", "boolean", value, item) for item in items]
        test = _fold("or", "boolean", tests)
        return _step("not", "boolean", test) if isinstance(operator, ast.NotIn) else test

    def _code_test(self, name: str, operator: ast.cmpop, right: ast.expr) -> Node:
        many = isinstance(operator, ast.In | ast.NotIn)
        if many != isinstance(right, ast.Tuple | ast.List) or not _members(right):
            raise ExpressionRefused(f'write {name} == "code" or {name} in ("a", "b")')
        if not many and not isinstance(operator, ast.Eq | ast.NotEq):
            raise ExpressionRefused(f"{name} has no order: compare it with ==, != or in")
        test = _fold("or", "boolean", [self._one_code(name, item) for item in _members(right)])
        negated = isinstance(operator, ast.NotIn | ast.NotEq)
        return _step("not", "boolean", test) if negated else test

    def _one_code(self, name: str, item: ast.expr) -> Node:
        codes = self._known(name).codes
        code = item.value if isinstance(item, ast.Constant) else None
        if not isinstance(code, str) or (codes and code not in codes):
            raise ExpressionRefused(
                f"{ast.unparse(item)[:40]} is not a code of {name}; "
                f"its codes are {', '.join(codes) or 'texts in quotes'}"
            )
        position = float(codes.index(code)) if codes else -1.0
        own = Node(operation="feature", kind="category", name=name)
        stated = Node(operation="constant", kind="number", value=position, code=code)
        return _step("equal", "boolean", own, stated)

    def _call(self, tree: ast.Call, depth: int) -> Node:
        name = tree.func.id.removesuffix("_") if isinstance(tree.func, ast.Name) else ""
        if name not in FUNCTION_NAMES:
            raise ExpressionRefused(
                f"there is no function {ast.unparse(tree.func)[:40]}; "
                f"known: {', '.join(FUNCTION_NAMES)}"
            )
        if tree.keywords or any(isinstance(a, ast.Starred) for a in tree.args) or not tree.args:
            raise ExpressionRefused(f"{name} takes values separated by commas")
        build: dict[str, Callable[[list[ast.expr], int], Node]] = {
            "if": self._if,
            "count": self._count,
            "clip": self._clip,
            "abs": self._abs,
            "missing": self._missing,
            "bands": self._bands,
        }
        if name in build:
            return build[name](tree.args, depth)
        return self._aggregate(name, tree.args, depth)

    def _if(self, arguments: list[ast.expr], depth: int) -> Node:
        if len(arguments) not in (2, 3):
            raise ExpressionRefused("if takes a condition, a value, and a value for otherwise")
        condition = self._boolean(arguments[0], depth)
        left = self.check(arguments[1], depth)
        right = self.check(arguments[2], depth) if len(arguments) == 3 else _nothing(left.kind)
        kind = left.kind if right.kind == "any" else right.kind
        if left.kind not in (kind, "any") or kind not in ("number", "boolean", "any"):
            raise ExpressionRefused("if(condition, a, b) needs two numbers or two conditions")
        return _step("if", kind, condition, left, right)

    def _aggregate(self, name: str, arguments: list[ast.expr], depth: int) -> Node:
        numbers = [self._number(a, depth) for a in arguments]
        if name != "mean":
            return _fold({"sum": "sum", "min": "least", "max": "most"}[name], "number", numbers)
        present = [
            _step("not", "boolean", _step("missing", "boolean", number)) for number in numbers
        ]
        total, count = _fold("sum", "number", numbers), _fold("sum", "number", present)
        return _step("divide", "number", total, count)

    def _count(self, arguments: list[ast.expr], depth: int) -> Node:
        conditions = [self._boolean(a, depth) for a in arguments]
        return _fold("sum", "number", [*conditions])

    def _clip(self, arguments: list[ast.expr], depth: int) -> Node:
        _expect("clip", arguments, 3)
        value, low, high = (self._number(a, depth) for a in arguments)
        above = _step("if", "number", _step("less", "boolean", value, low), low, value)
        return _step("if", "number", _step("greater", "boolean", above, high), high, above)

    def _abs(self, arguments: list[ast.expr], depth: int) -> Node:
        _expect("abs", arguments, 1)
        value, zero = self._number(arguments[0], depth), _number(0.0)
        opposite = _step("subtract", "number", zero, value)
        return _step("if", "number", _step("less", "boolean", value, zero), opposite, value)

    def _missing(self, arguments: list[ast.expr], depth: int) -> Node:
        _expect("missing", arguments, 1)
        return _step("missing", "boolean", self.check(arguments[0], depth))

    def _bands(self, arguments: list[ast.expr], depth: int) -> Node:
        value, *edges = (self._number(a, depth) for a in arguments)
        limits = [edge.value for edge in edges if edge.operation == "constant"]
        rising = all(a < b for a, b in itertools.pairwise(limits))
        if not edges or len(limits) != len(edges) or not rising:
            raise ExpressionRefused("bands(x, 25, 35, 50) needs rising numbers as its edges")
        passed = [_step("greater_equal", "boolean", value, edge) for edge in edges]
        counted = _fold("add", "number", passed)
        return Node(
            operation="add",
            kind="bands",
            arguments=(counted, _number(0.0)),
            bands=len(edges) + 1,
        )

    def _number(self, tree: ast.expr, depth: int) -> Node:
        node = self.check(tree, depth)
        if node.kind not in ("number", "bands", "any"):
            raise ExpressionRefused(f"{ast.unparse(tree)[:60]!r} is not a number")
        return node

    def _boolean(self, tree: ast.expr, depth: int) -> Node:
        node = self.check(tree, depth)
        if node.kind not in ("boolean", "any"):
            raise ExpressionRefused(f"{ast.unparse(tree)[:60]!r} is not true or false")
        return node


def _number(value: float) -> Node:
    return Node(operation="constant", kind="number", value=value)


def _nothing(kind: Kind) -> Node:
    """Return a step that is always missing."""
    return _step("divide", kind, _number(0.0), _number(0.0))


def _step(operation: str, kind: Kind, *arguments: Node) -> Node:
    return Node(operation=operation, kind=kind, arguments=arguments)


def _fold(operation: str, kind: Kind, nodes: list[Node]) -> Node:
    """Join from left to right, so that the order of rounding is the order of writing."""
    result = nodes[0]
    for node in nodes[1:]:
        result = _step(operation, kind, result, node)
    return result


def _expect(name: str, arguments: list[ast.expr], count: int) -> None:
    if len(arguments) != count:
        raise ExpressionRefused(f"{name} takes {count} values, not {len(arguments)}")


def _members(right: ast.expr) -> list[ast.expr]:
    return right.elts if isinstance(right, ast.Tuple | ast.List) else [right]


def _is_text(tree: ast.expr) -> bool:
    return isinstance(tree, ast.Constant) and isinstance(tree.value, str)
