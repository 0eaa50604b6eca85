"""The weights of a network, named and checked, and what the layers do with them."""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.neural_tokens import NeuralInvalid

Array = NDArray[np.float64]
NORM_EPSILON: Final = 2.0**-17
"""The same in single and in double precision: other runtimes keep it in single."""
MOST_LAYERS: Final = 16
MOST_WIDTH: Final = 256


class Weights(NamedTuple):
    """Weights of t tokens of width d in l layers; matrices are (inputs, outputs).

    With N the layer norm, a layer is ``x + attention(N(x))``, then ``x + W relu(V N(x))``; the
    tokens of the last layer, side by side, go through one hidden layer to the log-odds.

    Attributes
    ----------
    norm, norm_inner : (l, 2, d)
        Scales and shifts before attention and before the inner layer.
    mixing, mixing_shift : (l, d, 3 d), (l, 3 d)
        Queries, keys and values of all heads.
    out, out_shift : (l, d, d), (l, d)
        After the heads.
    inner, inner_shift, outer, outer_shift : (l, d, h), (l, h), (l, h, d), (l, d)
        Of the inner layer.
    head, head_shift, answer : (t d, m), (m,), (m + 1,)
        To the log-odds; the last number of ``answer`` is its shift.
    """

    norm: Array
    norm_inner: Array
    mixing: Array
    mixing_shift: Array
    out: Array
    out_shift: Array
    inner: Array
    inner_shift: Array
    outer: Array
    outer_shift: Array
    head: Array
    head_shift: Array
    answer: Array


def check_weights(weights: Weights, *, tokens: int, width: int, heads: int) -> Weights:
    """Return the weights, if their shapes belong together and all are finite.

    Raises
    ------
    NeuralInvalid
        If they are not.
    """
    layers, hidden, last = len(weights.norm), weights.inner.shape[-1], weights.head.shape[-1]
    expected: dict[str, tuple[int, ...]] = {
        "norm": (layers, 2, width),
        "norm_inner": (layers, 2, width),
        "mixing": (layers, width, 3 * width),
        "mixing_shift": (layers, 3 * width),
        "out": (layers, width, width),
        "out_shift": (layers, width),
        "inner": (layers, width, hidden),
        "inner_shift": (layers, hidden),
        "outer": (layers, hidden, width),
        "outer_shift": (layers, width),
        "head": (tokens * width, last),
        "head_shift": (last,),
        "answer": (last + 1,),
    }
    if not (0 < layers <= MOST_LAYERS and 0 < width <= MOST_WIDTH) or heads < 1 or width % heads:
        raise NeuralInvalid(reason="layers, width and heads do not fit", where="weights")
    for name, array in weights._asdict().items():
        if array.shape != expected[name]:
            raise NeuralInvalid(reason=f"the shape is not {expected[name]}", where=name)
        if not np.isfinite(array).all():
            raise NeuralInvalid(reason="a weight is not finite", where=name)
    return weights


def read_array(value: Any, where: str) -> Array:
    """Return nested lists of numbers as an array.

    Raises
    ------
    NeuralInvalid
        If they are no such lists.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError) as error:
        raise NeuralInvalid(reason="it is no array of numbers", where=where) from error
    if not isinstance(value, list) or not _numbers(value):
        raise NeuralInvalid(reason="it is no array of numbers", where=where)
    return array


def _numbers(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_numbers, value))
    return type(value) in (int, float)
