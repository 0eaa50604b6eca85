"""The steps of an expression as closures over one row: each is a line, for each is run often.

A closure takes the row, from which it reads facts by their keys, and gives a number, a truth (which
counts as 0 or 1 where a number is meant) or None where the answer is missing.
"""

from collections.abc import Callable, Mapping
from math import inf
from typing import Any, Final

Closure = Callable[[Any], Any]


def constant(value: float | bool) -> Closure:
    """Return the closure that gives a constant."""
    return lambda _: value


def absent(number: str, code: str) -> Closure:
    """Return the closure that tells whether a fact is neither a number nor a code."""
    return lambda row: row[number] is None and row[code] is None


def among(key: str, codes: frozenset[str]) -> Closure:
    """Return the closure that tells whether a category is one of these codes."""
    return lambda row: None if (code := row[key]) is None else code in codes


#: A fact compared with a constant: what policies do most.
WITH_CONSTANT: Final[Mapping[str, Callable[[str, float], Closure]]] = {
    "less": lambda key, c: lambda row: None if (x := row[key]) is None else x < c,
    "less_equal": lambda key, c: lambda row: None if (x := row[key]) is None else x <= c,
    "greater": lambda key, c: lambda row: None if (x := row[key]) is None else x > c,
    "greater_equal": lambda key, c: lambda row: None if (x := row[key]) is None else x >= c,
    "equal": lambda key, c: lambda row: None if (x := row[key]) is None else x == c,
    "not_equal": lambda key, c: lambda row: None if (x := row[key]) is None else x != c,
}


def _add(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (a := first(row)) is None or (b := second(row)) is None:
            return None
        return result if -inf < (result := a + b) < inf else None

    return run


def _subtract(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (a := first(row)) is None or (b := second(row)) is None:
            return None
        return result if -inf < (result := a - b) < inf else None

    return run


def _multiply(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (a := first(row)) is None or (b := second(row)) is None:
            return None
        return result if -inf < (result := a * b) < inf else None

    return run


def _divide(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (a := first(row)) is None or (b := second(row)) is None or not b:
            return None
        return result if -inf < (result := a / b) < inf else None

    return run


def _less(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        return None if (a := first(row)) is None or (b := second(row)) is None else a < b

    return run


def _less_equal(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        return None if (a := first(row)) is None or (b := second(row)) is None else a <= b

    return run


def _greater(first: Closure, second: Closure) -> Closure:
    return _less(second, first)


def _greater_equal(first: Closure, second: Closure) -> Closure:
    return _less_equal(second, first)


def _equal(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        return None if (a := first(row)) is None or (b := second(row)) is None else a == b

    return run


def _not_equal(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        return None if (a := first(row)) is None or (b := second(row)) is None else a != b

    return run


def _and(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        a = first(row)
        if a is not None and not a:
            return False
        b = second(row)
        if b is not None and not b:
            return False
        return None if a is None or b is None else True

    return run


def _or(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (a := first(row)) or (b := second(row)):
            return True
        return None if a is None or b is None else False

    return run


def _not(operand: Closure) -> Closure:
    return lambda row: None if (value := operand(row)) is None else not value


def _missing(operand: Closure) -> Closure:
    return lambda row: operand(row) is None


def _if(condition: Closure, first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        if (holds := condition(row)) is None:
            return None
        return first(row) if holds else second(row)

    return run


def _sum(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        a, b = first(row), second(row)
        if a is None or b is None:
            return b if a is None else a
        return result if -inf < (result := a + b) < inf else None

    return run


def _least(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        a, b = first(row), second(row)
        if a is None or b is None:
            return b if a is None else a
        return b if b < a else a

    return run


def _most(first: Closure, second: Closure) -> Closure:
    def run(row: Any) -> Any:
        a, b = first(row), second(row)
        if a is None or b is None:
            return b if a is None else a
        return b if b > a else a

    return run


#: The same operations as in the evaluators over columns, by their names.
BUILD: Final[Mapping[str, Callable[..., Closure]]] = {
    "add": _add,
    "subtract": _subtract,
    "multiply": _multiply,
    "divide": _divide,
    "less": _less,
    "less_equal": _less_equal,
    "greater": _greater,
    "greater_equal": _greater_equal,
    "equal": _equal,
    "not_equal": _not_equal,
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
    "missing": _missing,
    "sum": _sum,
    "least": _least,
    "most": _most,
}
