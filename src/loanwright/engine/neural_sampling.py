"""Shapley values by permutation sampling, with chance that is a function of the row alone."""

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Bits = NDArray[np.uint64]

METHOD: Final = "permutation-sampling"
_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


class Walks(NamedTuple):
    """The orders in which features of the reference rows are exchanged for the row's own.

    Attributes
    ----------
    order : (m, p) int64
        Per walk the features from the first to the last exchanged. Walks 2k and 2k + 1 begin at
        reference k, and one is the other backwards.
    rank : (m, p) int64
        Per walk the place of each feature in its order.
    """

    order: NDArray[np.int64]
    rank: NDArray[np.int64]


def walks_of(row: Array, references: int) -> Walks:
    """Return two walks from each reference row, drawn from the bits of a row.

    The same row is explained by the same walks for ever, alone and in a batch.

    Parameters
    ----------
    row
        (p,) the row; NaN is missing.
    references
        How many reference rows there are.

    Examples
    --------
    >>> walks = walks_of(np.array([1.0, np.nan, 3.0]), 2)
    >>> walks.order.shape, bool((walks.order[0] == walks.order[1][::-1]).all())
    ((4, 3), True)
    """
    features = len(row)
    seed = _hash(row)
    count = np.arange(references * features, dtype=np.uint64)
    keys = _mixed(seed + count * _STEP).reshape(references, features)
    forward = np.argsort(keys, axis=1, kind="stable")
    order = np.empty((2 * references, features), np.int64)
    order[0::2], order[1::2] = forward, forward[:, ::-1]
    return Walks(order=order, rank=np.argsort(order, axis=1, kind="stable"))


def _hash(row: Array) -> np.uint64:
    # All missing values are one, and so are the two zeros.
    bits = np.where(np.isnan(row), np.nan, row + 0.0).view(np.uint64)
    seed = _mixed(np.zeros(1, np.uint64))
    for place in range(len(bits)):
        seed = _mixed(seed ^ bits[place : place + 1])
    return np.uint64(seed[0])


def _mixed(bits: Bits) -> Bits:
    """Return well-mixed bits (SplitMix64)."""
    mixed = bits + _STEP
    mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
    mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return mixed ^ (mixed >> np.uint64(31))


def stops(walks: Walks, row: Array, references: Array) -> Array:
    """Return the tokens at every stop between a reference row and the row.

    Parameters
    ----------
    walks
        m walks.
    row
        (p, d) tokens of the row.
    references
        (m / 2, p, d) tokens of the reference rows.

    Returns
    -------
    ndarray
        (m, p - 1, p, d): stop s of a walk has the first s + 1 features of its order from the row.
    """
    features = len(row)
    from_row = walks.rank[:, None, :] <= np.arange(features - 1)[None, :, None]
    begins = np.repeat(references, 2, axis=0)[:, None]
    return np.where(from_row[..., None], row[None, None], begins)


def settle(walks: Walks, heights: Array) -> tuple[Array, Array]:
    """Return contributions (p,) and the standard error of each (p,).

    Parameters
    ----------
    walks
        m walks.
    heights
        (m, p + 1) log-odds from each walk's reference row to the row.
    """
    gains: Array = np.empty((len(walks.order), walks.order.shape[-1]))
    np.put_along_axis(gains, walks.order, heights[:, 1:] - heights[:, :-1], axis=1)
    pairs = (gains[0::2] + gains[1::2]) * 0.5
    count = len(pairs)
    mean = np.zeros(gains.shape[-1])
    for pair in pairs:
        mean += pair
    mean /= count
    spread = np.zeros_like(mean)
    for pair in pairs:
        spread += (pair - mean) ** 2
    return mean, np.sqrt(spread / max(count - 1, 1) / count)
