"""The language of derived features: small, closed, typed, and total.

An expression is written with feature names, numbers, category codes in quotes and

=========================================  ====================================================
``+ - * /``                                numbers; ``x / 0`` and any overflow are missing
``< <= > >= == !=``                        two numbers, or a category and a code in quotes
``category in ("a", "b")``                 whether a category is one of several codes
``and or not``                             booleans, in three-valued logic
``if(condition, a, b)``                    a or b; missing if the condition is missing
``if(condition, a)``                       a, or missing
``sum mean min max`` ``(x, y, ...)``       of the values that are there; missing if none is
``count(c, d, ...)``                       how many conditions hold, of those that are known
``clip(x, low, high)`` ``abs(x)``          missing if x is missing
``missing(x)``                             true or false, never missing
``bands(x, 25, 35, 50)``                   0 below 25, 1 below 35, 2 below 50, else 3
=========================================  ====================================================

Operators and comparisons of a missing value are missing; ``false and missing`` is false and
``true or missing`` is true. Every step is one IEEE operation, so one row and a million rows give
the same bits. Python's own grammar is used to read the text; nothing is ever evaluated by Python.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from loanwright.features.feature import Feature

Kind = Literal["number", "boolean", "category", "bands"]

LONGEST: Final = 4000
DEEPEST: Final = 40
FUNCTION_NAMES: Final = (
    "if", "sum", "mean", "min", "max", "count", "clip", "abs", "missing", "bands",
)  # fmt: skip

_QUOTED_OR_IF: Final = re.compile(r"""("[^"]*"|'[^']*')|\bif(?=\s*\()""")
_ARITHMETIC: Final[dict[type[ast.operator], str]] = {
    ast.Add: "add",
    ast.Sub: "subtract",
    ast.Mult: "multiply",
    ast.Div: "divide",
}
_COMPARISONS: Final[dict[type[ast.cmpop], str]] = {
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
}


class ExpressionRefused(ValueError):
    """An expression that cannot be used; the text says why and what to write instead."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """One checked step of an expression.

    Attributes
    ----------
    operation
        "constant", "feature", or the name of an operation of the evaluator.
    kind
        What the step gives: a number, a boolean, a category, or bands.
    arguments
        The steps it needs.
    value
        The constant.
    name
        The feature.
    bands
        Number of bands when ``kind`` is "bands".
    """

    operation: str
    kind: Kind
    arguments: tuple[Node, ...] = ()
    value: float = 0.0
    name: str = ""
    bands: int = 0


def parse_expression(text: str, features: Mapping[str, Feature]) -> Node:
    """Parse and type-check an expression.

    Parameters
    ----------
    text
        The expression.
    features
        The features it may name.

    Returns
    -------
    Node
        The checked tree.

    Raises
    ------
    ExpressionRefused
        If the text is not an expression of this language, names an unknown feature or code, or
        mixes kinds.

    Examples
    --------
    >>> parse_expression("1 / 2 + 3", {}).operation
    'add'
    >>> parse_expression("__import__('os')", {})
    Traceback (most recent call last):
    loanwright.features.expressions.ExpressionRefused: there is no function __import__; ...
    """
    if len(text) > LONGEST:
        raise ExpressionRefused(f"is longer than {LONGEST} characters; split it in two features")
    source = _QUOTED_OR_IF.sub(lambda found: found[1] or "if_", text.strip())
    try:
        tree = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionRefused(f"cannot be read ({error.__class__.__name__}: {error})") from error
    return _Checker(features).check(tree.body, 0)


class _Checker:
    """Turns a Python syntax tree into checked nodes, refusing all it does not know."""

    def __init__(self, features: Mapping[str, Feature]) -> None:
        self._features = features

    def check(self, tree: ast.expr, depth: int) -> Node:
        if depth > DEEPEST:
            raise ExpressionRefused(f"is nested deeper than {DEEPEST}; split it in two features")
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
                f"the code {tree.value[:40]!r} must be compared with a category feature"
            )
        raise ExpressionRefused(f"{tree.value!r:.40} is not a number below 1e15")

    def _name(self, tree: ast.Name, _depth: int) -> Node:
        feature = self._features.get(tree.id)
        if feature is None:
            raise ExpressionRefused(f"names {tree.id}, which is not a feature of this product")
        kinds: dict[str, Kind] = {"boolean": "boolean", "category": "category"}
        kind = kinds.get(feature.type, "number")
        return Node(operation="feature", kind=kind, name=tree.id)

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
        if len(tree.ops) != 1:
            raise ExpressionRefused("compares more than two values at once; join them with and")
        operator, left, right = tree.ops[0], tree.left, tree.comparators[0]
        feature = self._features.get(left.id) if isinstance(left, ast.Name) else None
        if feature is not None and feature.type == "category":
            return self._code_test(feature, operator, right)
        operation = _COMPARISONS.get(type(operator))
        if operation is None:
            raise ExpressionRefused("in and not in need a category feature on their left")
        arguments = self._number(left, depth), self._number(right, depth)
        return _step(operation, "boolean", *arguments)

    def _code_test(self, feature: Feature, operator: ast.cmpop, right: ast.expr) -> Node:
        items = right.elts if isinstance(right, ast.Tuple | ast.List) else [right]
        many = isinstance(operator, ast.In | ast.NotIn)
        if many != isinstance(right, ast.Tuple | ast.List) or not items:
            raise ExpressionRefused(
                f'write {feature.name} == "code" or {feature.name} in ("a", "b")'
            )
        if not many and not isinstance(operator, ast.Eq | ast.NotEq):
            raise ExpressionRefused(f"{feature.name} has no order: compare it with ==, != or in")
        tests = [self._one_code(feature, item) for item in items]
        test = _fold("or", "boolean", tests)
        negated = isinstance(operator, ast.NotIn | ast.NotEq)
        return _step("not", "boolean", test) if negated else test

    def _one_code(self, feature: Feature, item: ast.expr) -> Node:
        code = item.value if isinstance(item, ast.Constant) else None
        if code not in feature.codes:
            raise ExpressionRefused(
                f"{ast.unparse(item)[:40]} is not a code of {feature.name}; "
                f"its codes are {', '.join(feature.codes)}"
            )
        own = Node(operation="feature", kind="category", name=feature.name)
        position = _number(float(feature.codes.index(str(code))))
        return _step("equal", "boolean", own, position)

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
        if left.kind != right.kind or left.kind not in ("number", "boolean"):
            raise ExpressionRefused("if(condition, a, b) needs two numbers or two conditions")
        return _step("if", left.kind, condition, left, right)

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
        if node.kind not in ("number", "bands"):
            raise ExpressionRefused(f"{ast.unparse(tree)[:60]!r} is not a number")
        return node

    def _boolean(self, tree: ast.expr, depth: int) -> Node:
        node = self.check(tree, depth)
        if node.kind != "boolean":
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


def referenced(node: Node) -> frozenset[str]:
    """Return the names of the features that ``node`` reads directly."""
    own = {node.name} if node.operation == "feature" else set()
    return frozenset(own.union(*(referenced(a) for a in node.arguments)))
