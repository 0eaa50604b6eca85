"""From a checked tree back to text: one tree, one text, and parsing it gives the tree again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from loanwright.decisioning.nodes import Kind, Node, membership

_SIGNS: Final[Mapping[str, tuple[str, int]]] = {
    "or": ("or", 1),
    "and": ("and", 2),
    "less": ("<", 4),
    "less_equal": ("<=", 4),
    "greater": (">", 4),
    "greater_equal": (">=", 4),
    "equal": ("==", 4),
    "not_equal": ("!=", 4),
    "add": ("+", 5),
    "subtract": ("-", 5),
    "multiply": ("*", 6),
    "divide": ("/", 6),
}
_NOT, _COMPARISON, _SIGNED, _ATOM = 3, 4, 7, 9
_FOLDS: Final = {"sum": "sum", "least": "min", "most": "max"}

Written = tuple[str, int]


def write(node: Node) -> str:
    """Return the canonical text of a checked expression.

    Examples
    --------
    >>> from loanwright.decisioning.language import OPEN, parse
    >>> write(parse('not(home=="rent")and clip(x,0,9)<=2.50', OPEN))
    'home != "rent" and clip(x, 0, 9) <= 2.5'
    """
    return _write(node)[0]


def _write(node: Node) -> Written:
    """Return the text and how strongly it binds."""
    if node.operation == "constant":
        return _constant(node)
    if node.operation == "feature":
        return node.name, _ATOM
    for shape in _SHAPES:
        written = shape(node)
        if written is not None:
            return written
    sign, strength = _SIGNS[node.operation]
    left, right = node.arguments
    at_least = strength + (strength == _COMPARISON)
    return f"{_inside(left, at_least)} {sign} {_inside(right, strength + 1)}", strength


def _inside(node: Node, at_least: int) -> str:
    text, strength = _write(node)
    return text if strength >= at_least else f"({text})"


def _constant(node: Node) -> Written:
    if node.kind == "boolean":
        return "true" if node.value else "false", _ATOM
    number = repr(node.value)
    return number.removesuffix(".0"), _SIGNED if number.startswith("-") else _ATOM


def _membership(node: Node) -> Written | None:
    negated = node.operation == "not"
    member = membership(node.arguments[0] if negated else node)
    if member is None:
        return None
    name, codes = member
    if len(codes) == 1:
        return f"{name} {'!=' if negated else '=='} {_code(codes[0])}", _COMPARISON
    listed = ", ".join(map(_code, codes))
    return f"{name} {'not in' if negated else 'in'} ({listed})", _COMPARISON


def _code(code: str) -> str:
    plain = '"' not in code and "\\" not in code and code.isprintable()
    return f'"{code}"' if plain else repr(code)


def _not(node: Node) -> Written | None:
    if node.operation != "not":
        return None
    return f"not {_inside(node.arguments[0], _NOT)}", _NOT


def _missing(node: Node) -> Written | None:
    return _called("missing", node.arguments) if node.operation == "missing" else None


def _opposite(node: Node) -> Written | None:
    if node.operation != "subtract" or not _is_zero(node.arguments[0]):
        return None
    operand = node.arguments[1]
    return None if operand.operation == "constant" else (f"-{_inside(operand, _SIGNED)}", _SIGNED)


def _bands(node: Node) -> Written | None:
    if node.kind != "bands":
        return None
    passed = _unfolded(node.arguments[0], "add", node.bands - 1)
    edges = [each.arguments[1] for each in passed]
    return _called("bands", (passed[0].arguments[0], *edges))


def _clip(node: Node) -> Written | None:
    if node.operation != "if" or node.arguments[0].operation != "greater":
        return None
    test, high, above = node.arguments
    if test.arguments != (above, high) or above.operation != "if":
        return None
    inner, low, value = above.arguments
    if inner.operation != "less" or inner.arguments != (value, low):
        return None
    return _called("clip", (value, low, high))


def _abs(node: Node) -> Written | None:
    if node.operation != "if" or node.arguments[0].operation != "less":
        return None
    test, opposite, value = node.arguments
    turned = opposite.operation == "subtract" and opposite.arguments[1:] == (value,)
    if not turned or test.arguments[0] != value or not _is_zero(test.arguments[1]):
        return None
    return _called("abs", (value,)) if _is_zero(opposite.arguments[0]) else None


def _if(node: Node) -> Written | None:
    if node.operation != "if":
        return None
    condition, first, second = node.arguments
    nothing = second.operation == "divide" and all(map(_is_zero, second.arguments))
    return _called("if", (condition, first) if nothing else node.arguments)


def _mean(node: Node) -> Written | None:
    if node.operation != "divide":
        return None
    total, count = node.arguments
    present = _unfolded(count, "sum")
    values = _unfolded(total, "sum", len(present))
    asked = [each.arguments[0].arguments if _asks_presence(each) else () for each in present]
    return _called("mean", values) if asked == [(value,) for value in values] else None


def _asks_presence(node: Node) -> bool:
    return node.operation == "not" and node.arguments[0].operation == "missing"


def _fold(node: Node) -> Written | None:
    name = _FOLDS.get(node.operation)
    if name is None:
        return None
    values = _unfolded(node, node.operation)
    counts = name == "sum" and any(value.kind == "boolean" for value in values)
    return _called("count" if counts else name, values)


def _unfolded(node: Node, operation: str, most: int = 10_000) -> tuple[Node, ...]:
    """Return the values that were joined from left to right, all of them truths or none."""
    values: list[Node] = []
    kinds: set[Kind] = set()
    while node.operation == operation and node.kind != "bands" and len(values) < most - 1:
        kinds |= {node.arguments[1].kind} - {"any"}
        if "boolean" in kinds and len(kinds) > 1:
            break
        values.insert(0, node.arguments[1])
        node = node.arguments[0]
    return (node, *values)


def _called(name: str, arguments: tuple[Node, ...]) -> Written:
    return f"{name}({', '.join(write(argument) for argument in arguments)})", _ATOM


def _is_zero(node: Node) -> bool:
    return node.operation == "constant" and node.kind == "number" and node.value == 0.0


_SHAPES: Final[tuple[Callable[[Node], Written | None], ...]] = (
    _membership,
    _not,
    _missing,
    _bands,
    _clip,
    _abs,
    _if,
    _mean,
    _fold,
    _opposite,
)
