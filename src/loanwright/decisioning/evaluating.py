"""One row of facts, one answer: expressions as closures, in three-valued logic.

None stands for missing. Every step is the same IEEE operation as in the evaluators over columns
(`loanwright.features.program`), so both give the same bits.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from math import inf
from operator import itemgetter
from typing import Any, Final

from loanwright.decisioning import steps
from loanwright.decisioning.nodes import Node, membership
from loanwright.decisioning.steps import Closure

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
    numbers
        Pairs of key and name of what will surely be asked for as a number: reading all of it at
        once is quicker.
    """

    __slots__ = ("facts",)

    def __init__(
        self, facts: Mapping[str, object], numbers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__()
        self.facts = facts
        find = facts.get
        for key, name in numbers:
            fact = find(name)
            plain = type(fact) is float and -inf < fact < inf
            self[key] = fact if plain else _read_number(fact)

    def __missing__(self, key: str) -> Answer:
        """Read a fact as the first letter of ``key`` asks."""
        value = self[key] = _READ[key[0]](self.facts.get(key[1:]))
        return value


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
        return steps.constant(bool(node.value) if node.kind == "boolean" else node.value + 0.0)
    if node.operation == "feature":
        return itemgetter(_key(node))
    member = membership(node)
    if member is not None:
        name, codes = member
        return steps.among("'" + name, frozenset(codes))
    if node.operation == "missing" and node.arguments[0].operation == "feature":
        name = node.arguments[0].name
        return steps.absent("#" + name, "'" + name)
    if node.operation in steps.WITH_CONSTANT and _is_fact_with_constant(node):
        fact, stated = node.arguments
        return steps.WITH_CONSTANT[node.operation](_key(fact), stated.value)
    return steps.BUILD[node.operation](*(closure(argument) for argument in node.arguments))


def numbers_in(nodes: Iterable[Node]) -> tuple[tuple[str, str], ...]:
    """Return key and name of every fact that these expressions read as a number."""
    read = dict.fromkeys(name for node in nodes for name in _numbers_of(node))
    return tuple(("#" + name, name) for name in read)


def _numbers_of(node: Node) -> Iterator[str]:
    if node.operation == "feature" and node.kind != "category":
        yield node.name
    for argument in node.arguments:
        yield from _numbers_of(argument)


def finisher(node: Node) -> Callable[[Any], Answer]:
    """Return what turns the result of ``closure`` into the kind that ``node`` states."""
    if node.kind == "boolean":
        return lambda value: None if value is None else bool(value)
    if node.kind == "category":
        return lambda value: value
    if node.kind == "any":
        return lambda value: value if value is None or isinstance(value, bool) else value + 0.0
    return lambda value: None if value is None else float(value) + 0.0


def _is_fact_with_constant(node: Node) -> bool:
    left, right = node.arguments
    return left.operation == "feature" and right.operation == "constant"


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


_READ: Final[Mapping[str, Callable[[object], Any]]] = {
    "#": _read_number,
    "'": _read_code,
}
