"""The terms of additive models as CASE expressions of standard SQL."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import singledispatch

from loanwright.engine.additive import AdditiveTable
from loanwright.engine.additive_terms import CategoryTerm, LinearTerm, PairAxis, PairTerm, StepTerm
from loanwright.engine.scorecard import ScorecardFeature, ScorecardTable
from loanwright.features.feature import Feature


@dataclass(frozen=True, kw_only=True, slots=True)
class SqlModel:
    """Raw log-odds as an intercept and named expressions, in the order of summation."""

    intercept: float
    terms: tuple[tuple[str, str], ...]


Features = Mapping[str, Feature]
Branch = tuple[str, str]


@singledispatch
def sql_model(model: object, _features: Features) -> SqlModel | None:
    """Return a model as SQL expressions, or None where its kind has none."""


@sql_model.register
def _(model: ScorecardTable, features: Features) -> SqlModel:
    terms = [(one.name, _bins(one, features[one.name])) for one in model.features]
    return SqlModel(intercept=model.intercept, terms=tuple(terms))


@sql_model.register
def _(model: AdditiveTable, features: Features) -> SqlModel:
    terms = [("_".join(term.features), _term(term, features)) for term in model.terms]
    return SqlModel(intercept=model.intercept, terms=tuple(terms))


def number(value: float) -> str:
    """Return a number as a literal with all its digits, in the form of approximate numbers.

    Without the exponent a literal would be an exact decimal, and databases would compute in
    decimals, which overflow.

    Examples
    --------
    >>> number(-0.1), number(3), number(1e-7)
    ('-0.1E0', '3.0E0', '1E-07')
    """
    text = repr(float(value)).upper()
    return text if "E" in text else f"{text}E0"


def quoted(name: str) -> str:
    """Return a name as a delimited identifier.

    Examples
    --------
    >>> quoted("limit")
    '"limit"'
    """
    return '"' + name.replace('"', '""') + '"'


def column(feature: Feature) -> str:
    """Return how the value of a feature is read: truth values as 0 and 1."""
    name = quoted(feature.name)
    return f"CAST({name} AS INTEGER)" if feature.type == "boolean" else name


def _literal(feature: Feature, code: float) -> str:
    if feature.type == "category":
        return "'" + feature.codes[int(code)].replace("'", "''") + "'"
    return number(code)


def _case(branches: Iterable[Branch], otherwise: str | None) -> str:
    lines = [f"WHEN {condition} THEN {value}" for condition, value in branches]
    if otherwise is None and not lines:
        return "NULL"
    if not lines:
        return str(otherwise)
    ending = [] if otherwise is None else [f"ELSE {otherwise}"]
    return "CASE " + " ".join([*lines, *ending]) + " END"


def _bins(feature: ScorecardFeature, described: Feature) -> str:
    name = column(described)
    branches: list[Branch] = []
    for one in feature.bins:
        if one.kind == "missing":
            branches.insert(0, (f"{name} IS NULL", number(one.log_odds)))
        elif one.exact:
            codes = ", ".join(_literal(described, code) for code in one.exact)
            branches.append((f"{name} IN ({codes})", number(one.log_odds)))
    ranges = [one for one in feature.bins if one.kind == "range"]
    for one in ranges:
        bound = f"{name} IS NOT NULL" if one.upper is None else f"{name} <= {number(one.upper)}"
        branches.append((bound, number(one.log_odds)))
    return _case(branches, None)


def _term(term: object, features: Features) -> str:
    if isinstance(term, PairTerm):
        return _pair(term, features)
    if isinstance(term, CategoryTerm):
        numbers = [*map(number, term.log_odds), number(term.missing), number(term.other)]
        return _codes(features[term.feature], numbers)
    if isinstance(term, StepTerm | LinearTerm):
        name = column(features[term.feature])
        branches = [(f"{name} IS NULL", number(term.missing))]
        branches += [
            (f"{name} = {number(one.value)}", number(one.log_odds)) for one in term.special
        ]
        if isinstance(term, LinearTerm):
            return _case(branches, _line(term, name))
        steps = _steps(name, term.edges, list(map(number, term.log_odds)))
        return _case([*branches, *steps[0]], steps[1])
    raise TypeError(type(term).__name__)


def _line(term: LinearTerm, name: str) -> str:
    low, high = number(term.low), number(term.high)
    held = f"CASE WHEN {name} < {low} THEN {low} WHEN {name} > {high} THEN {high} ELSE {name} END"
    if term.transform == "log":
        held = f"LN(1.0E0 + {held})"
    scaled = f"(({held}) - ({number(term.centre)})) / {number(term.scale)}"
    return f"({number(term.coefficient)}) * ({scaled})"


def _steps(name: str, edges: Sequence[float], values: Sequence[str]) -> tuple[list[Branch], str]:
    below = [(f"{name} < {number(edge)}", values[place]) for place, edge in enumerate(edges)]
    return below, values[len(edges)]


def _codes(feature: Feature, values: Sequence[str]) -> str:
    """Return a choice by code; the last two values are for missing and for any other code."""
    name = column(feature)
    branches = [(f"{name} IS NULL", values[-2])]
    known = range(min(len(values) - 2, len(feature.codes) or len(values)))
    branches += [(f"{name} = {_literal(feature, code)}", values[code]) for code in known]
    return _case(branches, values[-1])


def _pair(term: PairTerm, features: Features) -> str:
    first, second = term.axes
    inner = [_axis(second, features, list(map(number, row))) for row in term.log_odds]
    return _axis(first, features, inner)


def _axis(axis: PairAxis, features: Features, values: Sequence[str]) -> str:
    feature = features[axis.feature]
    if axis.edges is None:
        return _codes(feature, values)
    name = column(feature)
    below, last = _steps(name, axis.edges, values)
    return _case([(f"{name} IS NULL", values[-1]), *below], last)
