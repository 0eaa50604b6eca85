"""Compiled: the network row by row, every sum in the order of its index."""

from math import ldexp, sqrt
from typing import Any

import numpy as np

from loanwright.engine.compiled import compiled
from loanwright.engine.neural_numpy import (
    E1,
    E2,
    E3,
    E4,
    E5,
    LEAST,
    LN2_HIGH,
    LN2_LOW,
    LOG2_E,
)
from loanwright.engine.neural_weights import NORM_EPSILON, Weights


@compiled
def network(weights: Weights, heads: int, tokens: Any) -> Any:
    """Return the log-odds (n,) of tokens (n, t, d)."""
    rows, count, width = tokens.shape
    answers = np.empty(rows)
    x, normal = np.empty((count, width)), np.empty((count, width))
    mixed, attended = np.empty((count, 3 * width)), np.empty((count, width))
    added, inner = np.empty((count, width)), np.empty((count, weights.inner.shape[2]))
    hidden, likeness = np.empty((1, weights.head.shape[1])), np.empty(count)
    flat = x.reshape((1, count * width))
    for row in range(rows):
        x[:] = tokens[row]
        for layer in range(weights.norm.shape[0]):
            _normal(x, weights.norm[layer], normal)
            _linear(normal, weights.mixing[layer], weights.mixing_shift[layer], mixed)
            _attention(mixed, heads, likeness, attended)
            _linear(attended, weights.out[layer], weights.out_shift[layer], added)
            _add(x, added)
            _normal(x, weights.norm_inner[layer], normal)
            _linear(normal, weights.inner[layer], weights.inner_shift[layer], inner)
            _cut(inner)
            _linear(inner, weights.outer[layer], weights.outer_shift[layer], added)
            _add(x, added)
        _linear(flat, weights.head, weights.head_shift, hidden)
        _cut(hidden)
        total = 0.0
        for place in range(hidden.shape[1]):
            total += hidden[0, place] * weights.answer[place]
        answers[row] = total + weights.answer[-1]
    return answers


@compiled
def _linear(x: Any, matrix: Any, shift: Any, out: Any) -> None:
    for token in range(x.shape[0]):
        for column in range(matrix.shape[1]):
            out[token, column] = 0.0
        for place in range(matrix.shape[0]):
            value = x[token, place]
            for column in range(matrix.shape[1]):
                out[token, column] += value * matrix[place, column]
        for column in range(matrix.shape[1]):
            out[token, column] += shift[column]


@compiled
def _add(x: Any, added: Any) -> None:
    for token in range(x.shape[0]):
        for place in range(x.shape[1]):
            x[token, place] += added[token, place]


@compiled
def _cut(x: Any) -> None:
    for token in range(x.shape[0]):
        for place in range(x.shape[1]):
            x[token, place] = max(x[token, place], 0.0)


@compiled
def _normal(x: Any, norm: Any, out: Any) -> None:
    width = float(x.shape[1])
    for token in range(x.shape[0]):
        total = 0.0
        for place in range(x.shape[1]):
            total += x[token, place]
        mean = total / width
        square = 0.0
        for place in range(x.shape[1]):
            centred = x[token, place] - mean
            square += centred * centred
        spread = sqrt(square / width + NORM_EPSILON)
        for place in range(x.shape[1]):
            centred = x[token, place] - mean
            out[token, place] = centred / spread * norm[0, place] + norm[1, place]


@compiled
def _attention(mixed: Any, heads: int, likeness: Any, out: Any) -> None:
    count, width = mixed.shape[0], mixed.shape[1] // 3
    size = width // heads
    root = sqrt(float(size))
    for head in range(heads):
        begin = head * size
        for token in range(count):
            most = -np.inf
            for asked in range(count):
                total = 0.0
                for place in range(begin, begin + size):
                    total += mixed[token, place] * mixed[asked, width + place]
                likeness[asked] = total / root
                most = max(most, likeness[asked])
            total = 0.0
            for asked in range(count):
                likeness[asked] = _exponential(likeness[asked] - most)
                total += likeness[asked]
            for place in range(begin, begin + size):
                out[token, place] = 0.0
            for asked in range(count):
                weight = likeness[asked] / total
                for place in range(begin, begin + size):
                    out[token, place] += weight * mixed[asked, 2 * width + place]


@compiled
def _exponential(value: float) -> float:
    bounded = max(value, LEAST)
    power = np.rint(bounded * LOG2_E)
    high = bounded - power * LN2_HIGH
    low = power * LN2_LOW
    rest = high - low
    square = rest * rest
    series = (((E5 * square + E4) * square + E3) * square + E2) * square + E1
    remainder = rest - square * series
    fraction = 1.0 - ((low - (rest * remainder) / (2.0 - remainder)) - high)
    return ldexp(fraction, int(power))
