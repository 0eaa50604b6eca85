"""The network in plain numpy: equal to the compiled kernel bit for bit.

Every sum is made term by term in the order of its index, and the exponential is made here, so
that no library's idea of order, vector width or last digit enters.
"""

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.neural_weights import NORM_EPSILON, Weights

Array = NDArray[np.float64]

LOG2_E = 1.44269504088896338700
# ln 2 in two parts, and minimax coefficients of r·(eʳ+1)/(eʳ−1) in r² (FreeBSD msun, e_exp.c).
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
E1, E2, E3, E4, E5 = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
LEAST = -700.0


def network(weights: Weights, heads: int, tokens: Array) -> Array:
    """Return the log-odds (n,) of tokens (n, t, d)."""
    x = tokens.copy()
    for layer in range(len(weights.norm)):
        mixed = _linear(_normal(x, weights.norm[layer]), weights.mixing[layer])
        mixed = mixed + weights.mixing_shift[layer]
        attended = _linear(_attention(mixed, heads), weights.out[layer])
        x = x + (attended + weights.out_shift[layer])
        inner = _linear(_normal(x, weights.norm_inner[layer]), weights.inner[layer])
        inner = np.maximum(inner + weights.inner_shift[layer], 0.0)
        x = x + (_linear(inner, weights.outer[layer]) + weights.outer_shift[layer])
    hidden = _linear(x.reshape(len(x), -1), weights.head) + weights.head_shift
    hidden = np.maximum(hidden, 0.0)
    return _linear(hidden, weights.answer[:-1, None])[:, 0] + weights.answer[-1]


def _linear(x: Array, matrix: Array) -> Array:
    total = np.zeros((*x.shape[:-1], matrix.shape[1]))
    for place, row in enumerate(matrix):
        total += x[..., place, None] * row
    return total


def _sum(x: Array) -> Array:
    total = np.zeros(x.shape[:-1])
    for place in range(x.shape[-1]):
        total += x[..., place]
    return total


def _normal(x: Array, norm: Array) -> Array:
    width = float(x.shape[-1])
    centred = x - (_sum(x) / width)[..., None]
    spread = np.sqrt(_sum(centred * centred) / width + NORM_EPSILON)
    answer: Array = centred / spread[..., None] * norm[0] + norm[1]
    return answer


def _attention(mixed: Array, heads: int) -> Array:
    rows, tokens, triple = mixed.shape
    width = triple // 3
    size = width // heads
    # Axes: row, head, asking token, asked token, place in the head.
    query, key, value = (
        mixed[:, :, part * width : (part + 1) * width]
        .reshape(rows, tokens, heads, size)
        .transpose(0, 2, 1, 3)
        for part in range(3)
    )
    likeness = np.zeros((rows, heads, tokens, tokens))
    for place in range(size):
        likeness += query[..., :, None, place] * key[..., None, :, place]
    likeness = likeness / np.sqrt(float(size))
    weight = exponential(likeness - likeness.max(axis=-1, keepdims=True))
    weight = weight / _sum(weight)[..., None]
    total = np.zeros((rows, heads, tokens, size))
    for asked in range(tokens):
        total += weight[..., asked, None] * value[:, :, None, asked, :]
    return total.transpose(0, 2, 1, 3).reshape(rows, tokens, width)


def exponential(values: Array) -> Array:
    """Return e to the power of numbers from 0 down, from + − × / and exact scaling only."""
    bounded = np.maximum(values, LEAST)
    power = np.rint(bounded * LOG2_E)
    high = bounded - power * LN2_HIGH
    low = power * LN2_LOW
    rest = high - low
    square = rest * rest
    series = (((E5 * square + E4) * square + E3) * square + E2) * square + E1
    remainder = rest - square * series
    fraction = 1.0 - ((low - (rest * remainder) / (2.0 - remainder)) - high)
    return np.ldexp(fraction, power.astype(np.int32))
