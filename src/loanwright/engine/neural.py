"""Networks over tokens as plain values, and their runtime."""

import importlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.engine.neural_sampling import METHOD, settle, stops, walks_of
from loanwright.engine.neural_tokens import NeuralInvalid, TokenColumn, embed
from loanwright.engine.neural_weights import Weights, check_weights, read_array
from loanwright.engine.runtime import Backend, FloatArray, Runtime, as_matrix, chosen_backend

SCHEMA: Final = 1
MOST_REFERENCES: Final = 256
_FILE: Final = ("schema", "heads", "explanation", "columns", "references", "embeddings", "weights")
_COLUMN: Final = ("name", "knots", "special", "codes")
_EXPLANATION: Final = ("method", "references", "permutations", "standard_error")
_BLOCK_ROWS: Final = 256


@dataclass(frozen=True, kw_only=True, slots=True)
class NeuralTable:
    """A network: how features become tokens, its weights, and the rows it explains against.

    Attributes
    ----------
    columns
        How each feature becomes a token, in the order of the matrix.
    heads
        Of the attention.
    embeddings
        (rows, d) of all columns, one after the other.
    weights
        Of the layers.
    references
        (k, p) rows of features; contributions are against their mean log-odds.
    standard_error
        Of a contribution, by sampling: root mean square over development rows and features.
    """

    columns: tuple[TokenColumn, ...]
    heads: int
    embeddings: FloatArray
    weights: Weights
    references: FloatArray
    standard_error: float

    def __post_init__(self) -> None:
        if not self.columns or self.embeddings.ndim != 2:
            raise NeuralInvalid(reason="it needs columns and embeddings", where="columns")
        rows, width = self.embeddings.shape
        if rows != sum(column.rows for column in self.columns):
            raise NeuralInvalid(reason="there is not one for each value", where="embeddings")
        if not np.isfinite(self.embeddings).all():
            raise NeuralInvalid(reason="a number is not finite", where="embeddings")
        check_weights(self.weights, tokens=len(self.columns), width=width, heads=self.heads)
        fits = self.references.ndim == 2 and self.references.shape[1] == len(self.columns)
        if not fits or not 0 < len(self.references) <= MOST_REFERENCES:
            raise NeuralInvalid(reason="they do not fit the columns", where="references")
        if not (isfinite(self.standard_error) and self.standard_error >= 0):
            raise NeuralInvalid(reason="the standard error is no number", where="explanation")


def write_neural(table: NeuralTable) -> str:
    """Return the text of a ``neural.json``; its numbers come back exactly."""
    columns = [
        {
            "name": column.name,
            "knots": list(column.knots),
            "special": list(column.special),
            "codes": column.codes,
        }
        for column in table.columns
    ]
    references = [[None if x != x else x for x in row] for row in table.references.tolist()]
    parts = {
        "schema": SCHEMA,
        "heads": table.heads,
        "explanation": _explanation(table),
        "columns": columns,
        "references": references,
        "embeddings": table.embeddings.tolist(),
        "weights": {name: array.tolist() for name, array in table.weights._asdict().items()},
    }
    lines = [
        f"{json.dumps(name)}: {json.dumps(part, ensure_ascii=False, allow_nan=False)}"
        for name, part in parts.items()
    ]
    return "{" + ",\n ".join(lines) + "}\n"


def _explanation(table: NeuralTable) -> dict[str, Any]:
    count = len(table.references)
    return {
        "method": METHOD,
        "references": count,
        "permutations": 2 * count,
        "standard_error": table.standard_error,
    }


def parse_neural(text: str) -> NeuralTable:
    """Return the network that the text of a ``neural.json`` holds.

    Raises
    ------
    NeuralInvalid
        If the text is damaged, or its numbers make no network.

    Examples
    --------
    >>> parse_neural("{}")
    Traceback (most recent call last):
    ...
    loanwright.engine.neural_tokens.NeuralInvalid: The network cannot be used: ...
    """
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NeuralInvalid(reason="it is no JSON", where="file") from error
    _check_names(mapping, _FILE, "file")
    if mapping["schema"] != SCHEMA or type(mapping["heads"]) is not int:
        raise NeuralInvalid(reason=f"its schema is not {SCHEMA}", where="file")
    _check_names(mapping["weights"], Weights._fields, "weights")
    _check_names(mapping["explanation"], _EXPLANATION, "explanation")
    weights = {name: read_array(value, name) for name, value in mapping["weights"].items()}
    table = NeuralTable(
        columns=tuple(map(_column, _list(mapping, "columns"))),
        heads=mapping["heads"],
        embeddings=read_array(mapping["embeddings"], "embeddings"),
        weights=Weights(**weights),
        references=_references(_list(mapping, "references")),
        standard_error=_number(mapping["explanation"]["standard_error"], "explanation"),
    )
    if mapping["explanation"] != _explanation(table):
        raise NeuralInvalid(reason="it is not what this file explains by", where="explanation")
    return table


def _check_names(entry: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(entry, Mapping) or set(entry) != set(names):
        raise NeuralInvalid(reason=f"it does not hold {', '.join(names)}", where=where)


def _list(entry: Mapping[str, Any], name: str) -> list[Any]:
    found = entry[name]
    if not isinstance(found, list):
        raise NeuralInvalid(reason="it is no list", where=name)
    return found


def _number(value: Any, where: str) -> float:
    if type(value) not in (int, float):
        raise NeuralInvalid(reason="it is no number", where=where)
    return float(value)


def _column(entry: Any) -> TokenColumn:
    _check_names(entry, _COLUMN, "columns")
    name, codes = entry["name"], entry["codes"]
    if type(name) is not str or type(codes) is not int:
        raise NeuralInvalid(reason="a column has no name or codes", where="columns")
    knots, special = (
        tuple(_number(one, name) for one in _list(entry, part)) for part in ("knots", "special")
    )
    return TokenColumn(name=name, knots=knots, special=special, codes=codes)


def _references(rows: list[Any]) -> FloatArray:
    if not all(isinstance(row, list) for row in rows):
        raise NeuralInvalid(reason="they are no rows", where="references")
    filled = [[np.nan if x is None else _number(x, "references") for x in row] for row in rows]
    if len({len(row) for row in filled}) != 1:
        raise NeuralInvalid(reason="they are no rows of one length", where="references")
    return np.array(filled, dtype=np.float64)


def neural_runtime(table: NeuralTable, *, backend: Backend = "auto") -> Runtime:
    """Return a runtime of this network.

    Parameters
    ----------
    table : NeuralTable
        The network.
    backend : {"auto", "numba", "numpy"}
        Compiled, plain numpy, or compiled where numba can be imported. The bits are the same.

    Returns
    -------
    Runtime
        Log-odds are exact; contributions are Shapley values by permutation sampling (Castro et
        al., 2009), two opposite walks from each reference row. They are additive by
        construction: each walk's steps add up to the row's log-odds less its reference's, and
        ``base`` is the mean log-odds of the references. ``explanation`` says how and how well.
    """
    module = f"loanwright.engine.neural_{chosen_backend(backend)}"
    return NeuralRuntime(table=table, network=importlib.import_module(module).network)


class NeuralRuntime:
    """A network ready to answer."""

    def __init__(self, *, table: NeuralTable, network: Any) -> None:
        self._table, self._network = table, network
        self._references = self._tokens(table.references)
        self._reference_log_odds = self._answers(self._references)
        total = 0.0
        for answer in self._reference_log_odds.tolist():
            total += answer
        self._base = total / len(table.references)

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return len(self._table.columns)

    @property
    def base(self) -> float:
        """Return the mean log-odds of the reference rows."""
        return self._base

    @property
    def explanation(self) -> Mapping[str, Any]:
        """Return method, number of references and permutations, and the standard error."""
        return _explanation(self._table)

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        answer = np.empty(len(rows))
        for start in range(0, len(rows), _BLOCK_ROWS):
            block = slice(start, start + _BLOCK_ROWS)
            answer[block] = self._answers(self._tokens(rows[block]))
        return answer

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        log_odds, contributions = self.log_odds(rows), np.empty(rows.shape)
        for number, row in enumerate(rows):
            contributions[number] = self._walk(row, float(log_odds[number]))[0]
        return log_odds, contributions

    def sampling_errors(self, matrix: ArrayLike) -> FloatArray:
        """Return the standard error of each contribution, (n, p), from pairs of walks."""
        rows = as_matrix(matrix, self.feature_count)
        answers = self.log_odds(rows).tolist()
        errors = [self._walk(row, answer)[1] for row, answer in zip(rows, answers, strict=True)]
        return np.array(errors).reshape(rows.shape)

    def _walk(self, row: FloatArray, answer: float) -> tuple[FloatArray, FloatArray]:
        walks = walks_of(row, len(self._references))
        between = stops(walks, self._tokens(row[None])[0], self._references)
        count, features = walks.order.shape
        heights = np.empty((count, features + 1))
        heights[:, 0] = np.repeat(self._reference_log_odds, 2)
        heights[:, -1] = answer
        said = self._answers(between.reshape(-1, *between.shape[2:]))
        heights[:, 1:-1] = said.reshape(count, features - 1)
        return settle(walks, heights)

    def _tokens(self, rows: FloatArray) -> NDArray[np.float64]:
        return embed(self._table.columns, self._table.embeddings, rows)

    def _answers(self, tokens: NDArray[np.float64]) -> FloatArray:
        answers: FloatArray = self._network(
            self._table.weights, self._table.heads, np.ascontiguousarray(tokens)
        )
        return answers
