"""Additive models as tables of terms, and their runtime."""

import importlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final, Self, cast

import numpy as np
from numpy.typing import ArrayLike

from loanwright.engine.additive_layout import lay_out_terms
from loanwright.engine.additive_terms import (
    AdditiveInvalid,
    CategoryTerm,
    Fields,
    LinearTerm,
    PairAxis,
    PairTerm,
    SpecialLogOdds,
    StepTerm,
    Term,
    Transform,
)
from loanwright.engine.runtime import Backend, FloatArray, Runtime, as_matrix, chosen_backend

SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class AdditiveTable:
    """Raw log-odds of default as an intercept and a sum of terms.

    Attributes
    ----------
    intercept
        Log-odds before any term.
    features
        Names of the columns of the matrix, in order. A feature without a term adds nothing.
    terms
        In the order of summation. A feature has at most one term of its own, and two features at
        most one pair.

    Raises
    ------
    AdditiveInvalid
        Where that is not so.

    Examples
    --------
    >>> table = AdditiveTable.from_mapping({
    ...     "schema": 1, "intercept": -1.0, "features": ["delay"], "terms": [
    ...     {"kind": "step", "feature": "delay", "edges": [1.0], "log_odds": [-0.5, 0.5],
    ...      "share": [0.75, 0.25], "missing": 0.0, "special": [], "mean": -0.25}]})
    >>> table.base
    -1.25
    >>> AdditiveTable.from_mapping(table.to_mapping()) == table
    True
    """

    intercept: float
    features: tuple[str, ...]
    terms: tuple[Term, ...]

    def __post_init__(self) -> None:
        if not self.features or len(set(self.features)) != len(self.features):
            raise AdditiveInvalid(reason="it needs features, each once", where="features")
        if not abs(self.intercept) < float("inf"):
            raise AdditiveInvalid(reason="a number is not finite", where="intercept")
        seen: set[frozenset[str]] = set()
        for term in self.terms:
            if not set(term.features) <= set(self.features):
                raise AdditiveInvalid(reason="it reads an unknown feature", where=term.name)
            if frozenset(term.features) in seen:
                raise AdditiveInvalid(reason="a term is there twice", where=term.name)
            seen.add(frozenset(term.features))

    @property
    def base(self) -> float:
        """Return the intercept plus the means of the terms, summed in their order."""
        total = self.intercept
        for term in self.terms:
            total += term.mean
        return total

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the table that an ``additive.json`` holds.

        Raises
        ------
        AdditiveInvalid
            If a field is missing, unknown or of another type, or if the terms make no sense.
        """
        fields = Fields(mapping, "file")
        if fields.get("schema") != SCHEMA:
            raise AdditiveInvalid(reason=f"its schema is not {SCHEMA}", where="schema")
        features = fields.entries("features")
        if not all(isinstance(name, str) for name in features):
            raise AdditiveInvalid(reason="a feature has no name", where="features")
        terms = tuple(_term(entry) for entry in fields.entries("terms"))
        intercept = fields.number("intercept")
        fields.finish()
        return cls(intercept=intercept, features=tuple(features), terms=terms)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values that `from_mapping` reads."""
        return {
            "schema": SCHEMA,
            "intercept": self.intercept,
            "features": list(self.features),
            "terms": [_plain({"kind": term.kind, **asdict(term)}) for term in self.terms],
        }


def parse_additive(text: str) -> AdditiveTable:
    """Return the table that the text of an ``additive.json`` holds.

    Raises
    ------
    AdditiveInvalid
        If it is no JSON, or not such a table.
    """
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise AdditiveInvalid(reason="it is no JSON", where="file") from error
    return AdditiveTable.from_mapping(mapping)


def write_additive(table: AdditiveTable) -> str:
    """Return the text of an ``additive.json``; its numbers come back exactly."""
    mapping = table.to_mapping()
    terms = ",\n  ".join(json.dumps(term, ensure_ascii=False) for term in mapping.pop("terms"))
    head = json.dumps(mapping, ensure_ascii=False)[:-1]
    return f'{head},\n "terms": [\n  {terms}\n ]}}\n'


def additive_runtime(table: AdditiveTable, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of this additive model.

    Parameters
    ----------
    table : AdditiveTable
        The model.
    backend : {"auto", "numba", "numpy"}
        Compiled, plain numpy, or compiled where numba can be imported. The bits are the same.

    Returns
    -------
    Runtime
        A term of one feature contributes its value less its mean over the development sample. A
        pair contributes its value less its mean, half to each of its features. ``base`` is the
        intercept plus the means. Every number, NaN and infinities too, has an answer.

    Notes
    -----
    Contributions are exact Shapley values, by the definition for a model that is a sum: the value
    of a sum of games is the sum of the values. A term of one feature is a game of one player. A
    pair f with features i, j is worth v({}) = E f, v({i}) = E f(x_i, X_j), v({j}) = E f(X_i, x_j)
    and v({i, j}) = f(x_i, x_j), each mean over the development sample, so i gets
    (v({i}) - v({}) + v({i, j}) - v({j})) / 2. `PairTerm` holds only centred tables, of which
    v({i}) = v({j}) = 0 whatever the values: both get (f(x_i, x_j) - E f) / 2, half each.

    Examples
    --------
    >>> term = StepTerm(feature="delay", edges=(1.0,), log_odds=(-0.5, 0.5), share=(0.75, 0.25),
    ...                 missing=0.0, mean=-0.25)
    >>> table = AdditiveTable(intercept=-1.0, features=("delay",), terms=(term,))
    >>> log_odds, contributions = additive_runtime(table, backend="numpy").explain([[0.9], [1.0]])
    >>> log_odds.tolist(), contributions.tolist()
    ([-1.5, -0.5], [[-0.25], [0.75]])
    """
    module = f"loanwright.engine.additive_{chosen_backend(backend)}"
    return AdditiveRuntime(table=table, kernels=importlib.import_module(module))


class AdditiveRuntime:
    """An additive model ready to answer."""

    def __init__(self, *, table: AdditiveTable, kernels: Any) -> None:
        self._layout = lay_out_terms(table.intercept, table.features, table.terms)
        self._feature_count, self._base = len(table.features), table.base
        self._assess = kernels.assess_rows

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return self._feature_count

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        return self._base

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        return self.explain(matrix)[0]

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        rows = as_matrix(matrix, self._feature_count)
        answer, contributions = np.empty(len(rows)), np.zeros(rows.shape)
        self._assess(self._layout, rows, answer, contributions)
        return answer, contributions


def _linear(fields: Fields) -> LinearTerm:
    return LinearTerm(
        feature=fields.text("feature"),
        low=fields.number("low"),
        high=fields.number("high"),
        transform=cast("Transform", fields.text("transform")),
        centre=fields.number("centre"),
        scale=fields.number("scale"),
        coefficient=fields.number("coefficient"),
        missing=fields.number("missing"),
        special=_special(fields),
        mean=fields.number("mean"),
    )


def _step(fields: Fields) -> StepTerm:
    return StepTerm(
        feature=fields.text("feature"),
        edges=fields.numbers("edges"),
        log_odds=fields.numbers("log_odds"),
        share=fields.numbers("share"),
        missing=fields.number("missing"),
        special=_special(fields),
        mean=fields.number("mean"),
    )


def _category(fields: Fields) -> CategoryTerm:
    return CategoryTerm(
        feature=fields.text("feature"),
        log_odds=fields.numbers("log_odds"),
        share=fields.numbers("share"),
        missing=fields.number("missing"),
        other=fields.number("other"),
        mean=fields.number("mean"),
    )


def _pair(fields: Fields) -> PairTerm:
    axes = tuple(_axis(entry) for entry in fields.entries("axes"))
    if len(axes) != 2:
        raise AdditiveInvalid(reason="a pair has not two axes", where=fields.where)
    return PairTerm(axes=axes, log_odds=fields.rows("log_odds"), mean=fields.number("mean"))


def _axis(entry: Any) -> PairAxis:
    fields = Fields(entry, "axis")
    edges = None if fields.get("edges") is None else fields.numbers("edges")
    axis = PairAxis(feature=fields.text("feature"), edges=edges, share=fields.numbers("share"))
    fields.finish()
    return axis


_TERMS: Final[Mapping[str, Callable[[Fields], Term]]] = MappingProxyType(
    {"linear": _linear, "step": _step, "category": _category, "pair": _pair}
)


def _term(entry: Any) -> Term:
    named = isinstance(entry, Mapping) and isinstance(entry.get("feature"), str)
    fields = Fields(entry, entry["feature"] if named else "terms")
    kind = fields.text("kind")
    if kind not in _TERMS:
        raise AdditiveInvalid(reason="a term has no known kind", where="terms")
    term = _TERMS[kind](fields)
    fields.finish()
    return term


def _special(fields: Fields) -> tuple[SpecialLogOdds, ...]:
    found = []
    for entry in fields.entries("special"):
        one = Fields(entry, fields.where)
        found.append(SpecialLogOdds(value=one.number("value"), log_odds=one.number("log_odds")))
        one.finish()
    return tuple(found)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value
