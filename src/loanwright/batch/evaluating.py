"""Expressions of a policy over columns of facts: the bits that one row gives alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.facts import Column, Fact, coded, numbers, truths
from loanwright.decisioning.figures import Figure, Table
from loanwright.decisioning.nodes import Node, membership
from loanwright.features.program import PLAIN

Facts = Mapping[str, Fact]


def evaluate_node(node: Node, facts: Facts, rows: int) -> Column:
    """Return what a checked expression gives for each of n rows.

    Parameters
    ----------
    node
        As ``loanwright.decisioning.language.parse`` returns it.
    facts
        By name; one that is not there is missing everywhere.
    rows
        How many there are.

    Returns
    -------
    ndarray
        (n,) float64: numbers, or 0.0 and 1.0 for truths; NaN is missing.

    Examples
    --------
    >>> from loanwright.decisioning.language import OPEN, parse
    >>> facts = {"income": numbers(np.array([100.0, 0.0, np.nan]))}
    >>> evaluate_node(parse("60 / income > 0.5", OPEN), facts, 3)
    array([ 1., nan, nan])
    """
    with np.errstate(all="ignore"):
        return _evaluate(node, facts, rows)


def figure_of(figure: Figure | Table, facts: Facts, rows: int) -> Fact:
    """Return a figure of a policy for n rows."""
    if isinstance(figure, Figure):
        found = evaluate_node(figure.formula.node, facts, rows) + 0.0
        return truths(found) if _is_truth(figure.formula.node, facts) else numbers(found)
    places = _row_of(figure, facts, rows)
    if figure.kind == "category":
        codes = figure.reads_as.codes
        return coded(_at(places, [codes.index(f"{row.value}") for row in figure.rows]), codes)
    values = _at(places, [float(row.value) for row in figure.rows])
    return truths(values) if figure.kind == "boolean" else numbers(values)


def truth(values: Column) -> Column:
    """Return 1.0 for what counts as true, 0.0 for zero, NaN for missing."""
    return np.where(np.isnan(values), np.nan, (values != 0.0).astype(np.float64))


def _is_truth(node: Node, facts: Facts) -> bool:
    if node.kind != "any":
        return node.kind == "boolean"
    fact = facts.get(node.name)
    return fact is not None and not fact.numeric and not fact.texts


def _row_of(table: Table, facts: Facts, rows: int) -> Column:
    """Return which row of a table holds for each application; NaN where none is known to."""
    says = [evaluate_node(row.when.node, facts, rows) for row in table.rows]
    if table.hit == "unique":
        held = np.array([one != 0.0 for one in says])
        known = ~np.isnan(says).any(axis=0) & (held.sum(axis=0) == 1)
        return np.where(known, held.argmax(axis=0), np.nan)
    found, open_still = np.full(rows, np.nan), np.ones(rows, dtype=np.bool_)
    for place, one in enumerate(says):
        found[open_still & (truth(one) == 1.0)] = place
        # The first row that holds, or may hold, ends the search.
        open_still &= one == 0.0
    return found


def _at(places: Column, values: list[float] | list[int]) -> Column:
    at = np.where(np.isnan(places), len(values), places).astype(np.int64)
    return np.array([*values, np.nan], dtype=np.float64)[at]


def _evaluate(node: Node, facts: Facts, rows: int) -> Column:
    if node.operation == "constant":
        return np.full(rows, node.value + 0.0)
    if node.operation == "feature":
        return _number(node.name, facts, rows)
    member = membership(node)
    if member is not None:
        fact = facts.get(member[0])
        return np.full(rows, np.nan) if fact is None else fact.among(member[1])
    if node.operation == "missing" and node.arguments[0].operation == "feature":
        return _absent(node.arguments[0].name, facts, rows)
    read = [_evaluate(argument, facts, rows) for argument in node.arguments]
    if node.operation in _LOGIC:
        return _LOGIC[node.operation](*read)
    return PLAIN[node.operation](read[0], read[-1] if len(read) < 2 else read[1], read[-1])


def _number(name: str, facts: Facts, rows: int) -> Column:
    fact = facts.get(name)
    return np.full(rows, np.nan) if fact is None else fact.numbers


def _absent(name: str, facts: Facts, rows: int) -> Column:
    fact = facts.get(name)
    return np.ones(rows) if fact is None else np.isnan(fact.values).astype(np.float64)


def _and(first: Column, second: Column) -> Column:
    a, b = truth(first), truth(second)
    return np.where((a == 0) | (b == 0), 0.0, a * b)


def _or(first: Column, second: Column) -> Column:
    a, b = truth(first), truth(second)
    return np.where((a == 1) | (b == 1), 1.0, a + b)


def _not(operand: Column) -> Column:
    return 1.0 - truth(operand)


def _if(condition: Column, first: Column, second: Column) -> Column:
    holds = truth(condition)
    return np.where(np.isnan(holds), np.nan, np.where(holds == 1.0, first, second))


_LOGIC: Final[Mapping[str, Callable[..., NDArray[np.float64]]]] = {
    "and": _and,
    "or": _or,
    "not": _not,
    "if": _if,
}
