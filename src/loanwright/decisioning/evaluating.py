"""One row of facts, one answer: expressions as closures, in three-valued logic.

None stands for missing. Every step is the same IEEE operation as in the evaluators over columns
(`loanwright.features.program`), so both give the same bits.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from datetime import date
from math import inf
from typing import Any, Final

from loanwright.decisioning.nodes import Node, membership

Answer = float | bool | str | None
Evaluator = Callable[[Mapping[str, object]], Answer]

_EPOCH: Final = date(1970, 1, 1)
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Values(dict[str, Any]):
    """Facts as expressions read them: each is looked at once, and only when it is asked for.

    Parameters
    ----------
    facts
        What is known, by name; absent, None and not finite are missing.
    """

    __slots__ = ("facts",)

    def __init__(self, facts: Mapping[str, object]) -> None:
        super().__init__()
        self.facts = facts

    def __missing__(self, key: str) -> Answer:
        """Read a fact as the first letter of ``key`` asks."""
        value = self[key] = _READ[key[0]](self.facts.get(key[1:]))
        return value


#: An expression as a closure; what it gives may still be a boolean where a number is meant.
Closure = Callable[[Values], Any]


def evaluator(node: Node) -> Evaluator:
    """Return the function that evaluates a checked expression for one row of facts.

    Parameters
    ----------
    node
        As ``parse`` returns it.

    Returns
    -------
    callable
        Facts by name to a float, a bool, a code, or None where the answer is missing. Dates are
        texts such as 2026-11-21 and count as days since 1970-01-01.

    Examples
    --------
    >>> from loanwright.decisioning.language import OPEN, parse
    >>> burden = evaluator(parse("payments / income > 0.5", OPEN))
    >>> burden({"payments": 60, "income": 100}), burden({"payments": 60, "income": 0})
    (True, None)
    """
    run, finish = closure(node), finisher(node)
    return lambda facts: finish(run(Values(facts)))


def closure(node: Node) -> Closure:
    """Return the closure that computes ``node`` from values."""
    if node.operation == "constant":
        return _constant(bool(node.value) if node.kind == "boolean" else node.value + 0.0)
    if node.operation == "feature":
        return operator.itemgetter(_key(node))
    member = membership(node)
    if member is not None:
        return _among(*member)
    if node.operation == "missing" and node.arguments[0].operation == "feature":
        return _absent("?" + node.arguments[0].name)
    if node.operation in _COMPARED:
        return _compared(node)
    return _BUILD[node.operation](*(closure(argument) for argument in node.arguments))


def finisher(node: Node) -> Callable[[Any], Answer]:
    """Return what turns the result of ``closure`` into the kind that ``node`` states."""
    if node.kind == "boolean":
        return lambda value: None if value is None else bool(value)
    if node.kind == "category":
        return lambda value: value
    if node.kind == "any":
        return lambda value: value if value is None or isinstance(value, bool) else value + 0.0
    return lambda value: None if value is None else float(value) + 0.0


def _key(node: Node) -> str:
    return ("'" if node.kind == "category" else "#") + node.name


def _read_number(fact: object) -> float | None:
    if isinstance(fact, bool):
        return fact
    if isinstance(fact, str):
        return read_date(fact)
    if not isinstance(fact, int | float):
        return None
    try:
        return float(fact) if -inf < fact < inf else None
    except OverflowError:
        return None


def read_date(fact: str) -> float | None:
    """Return YYYY-MM-DD as days since 1970-01-01, or None if it is not a date."""
    if not _DAY.fullmatch(fact):
        return None
    try:
        return float((date.fromisoformat(fact) - _EPOCH).days)
    except ValueError:
        return None


def _read_code(fact: object) -> str | None:
    return fact if isinstance(fact, str) else None


def _is_present(fact: object) -> bool:
    return isinstance(fact, str) or _read_number(fact) is not None


_READ: Final[Mapping[str, Callable[[object], Any]]] = {
    "#": _read_number,
    "'": _read_code,
    "?": _is_present,
}


def _constant(value: float | bool) -> Closure:
    return lambda _: value


def _absent(key: str) -> Closure:
    return lambda values: not values[key]


def _among(name: str, codes: tuple[str, ...]) -> Closure:
    key, known = "'" + name, frozenset(codes)
    return lambda values: None if (code := values[key]) is None else code in known


def _compared(node: Node) -> Closure:
    compare = _COMPARED[node.operation]
    left, right = node.arguments
    if left.operation == "feature" and right.operation == "constant":
        return _compared_with_constant(compare, _key(left), right.value)
    first, second = closure(left), closure(right)

    def run(values: Values) -> bool | None:
        a, b = first(values), second(values)
        return None if a is None or b is None else compare(a, b)

    return run


def _compared_with_constant(
    compare: Callable[[Any, Any], bool], key: str, constant: float
) -> Closure:
    return lambda values: None if (value := values[key]) is None else compare(value, constant)


def _arithmetic(compute: Callable[[Any, Any], float]) -> Callable[[Closure, Closure], Closure]:
    def build(first: Closure, second: Closure) -> Closure:
        def run(values: Values) -> float | None:
            a, b = first(values), second(values)
            return None if a is None or b is None else _finite(compute(a, b))

        return run

    return build


def _finite(value: float) -> float | None:
    return value if -inf < value < inf else None


def _divided(a: float, b: float) -> float:
    return a / b if b else inf


def _sum(first: Closure, second: Closure) -> Closure:
    def run(values: Values) -> float | None:
        a, b = first(values), second(values)
        if a is None or b is None:
            return b if a is None else a
        return _finite(a + b)

    return run


def _extreme(is_better: Callable[[Any, Any], bool]) -> Callable[[Closure, Closure], Closure]:
    def build(first: Closure, second: Closure) -> Closure:
        def run(values: Values) -> float | None:
            a, b = first(values), second(values)
            if a is None or b is None:
                return b if a is None else a
            return b if is_better(b, a) else a

        return run

    return build


def _and(first: Closure, second: Closure) -> Closure:
    def run(values: Values) -> bool | None:
        a = first(values)
        if a is not None and not a:
            return False
        b = second(values)
        if b is not None and not b:
            return False
        return None if a is None or b is None else True

    return run


def _or(first: Closure, second: Closure) -> Closure:
    def run(values: Values) -> bool | None:
        a = first(values)
        if a:
            return True
        b = second(values)
        if b:
            return True
        return None if a is None or b is None else False

    return run


def _not(operand: Closure) -> Closure:
    return lambda values: None if (value := operand(values)) is None else not value


def _missing(operand: Closure) -> Closure:
    return lambda values: operand(values) is None


def _if(condition: Closure, first: Closure, second: Closure) -> Closure:
    def run(values: Values) -> Any:
        holds = condition(values)
        if holds is None:
            return None
        return first(values) if holds else second(values)

    return run


_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
}
_BUILD: Final[Mapping[str, Callable[..., Closure]]] = {
    "add": _arithmetic(operator.add),
    "subtract": _arithmetic(operator.sub),
    "multiply": _arithmetic(operator.mul),
    "divide": _arithmetic(_divided),
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "missing": _missing,
    "sum": _sum,
    "least": _extreme(operator.lt),
    "most": _extreme(operator.gt),
}
