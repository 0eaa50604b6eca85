"""Trainers that read numbers as float32, and the float64 questions that mean the same.

A trainer that rounds a value to float32 and asks whether it is at most a bound asks, of the value
itself, whether it is at most one certain float64: the greatest that rounds to no more than the
bound. So a tree learned in float32 is served in float64 without one value going another way.
"""

from math import inf
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.columns import KZERO

LARGEST: Final = float(np.float32(1e38))
"""Greater numbers are read as this one, so that no trainer meets an infinity."""


def as_float32(X: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the numbers as a trainer reads them; NaN stays NaN.

    Numbers as near to 0 as the engine cannot tell from it (1e-35) are 0.

    Examples
    --------
    >>> import numpy as np
    >>> as_float32(np.array([0.1, 1e-40, -1e300])).tolist()
    [0.10000000149011612, 0.0, -9.999999680285692e+37]
    """
    held = np.clip(X, -LARGEST, LARGEST)
    return np.where(np.abs(held) <= KZERO, 0.0, held).astype(np.float32)


def at_most(bound: float) -> float:
    """Return the greatest float64 that `as_float32` reads as a number of at most this bound.

    Parameters
    ----------
    bound
        The trainer's threshold; not NaN.

    Returns
    -------
    float
        t such that ``x <= t`` exactly when ``as_float32(x) <= bound``; an infinity where every
        number, or none, is at most the bound.

    Examples
    --------
    >>> import numpy as np
    >>> t = at_most(0.5)
    >>> float(np.float32(t)), float(np.float32(np.nextafter(t, 1))) > 0.5
    (0.5, True)
    """
    if bound >= LARGEST:
        return inf
    if bound < -LARGEST:
        return -inf
    low = np.float32(bound)
    if float(low) > bound:
        low = np.nextafter(low, np.float32(-inf))
    # The sum of two neighbours in float32 is exact in float64, and so is its half.
    middle = (float(low) + float(np.nextafter(low, np.float32(inf)))) / 2
    return middle if np.float32(middle) <= low else float(np.nextafter(middle, -inf))


def less_than(bound: float) -> float:
    """Return the greatest float64 that `as_float32` reads as a number below this float32 bound.

    Examples
    --------
    >>> less_than(1.0) < 1.0
    True
    """
    if abs(bound) > LARGEST:
        return at_most(bound)
    return at_most(float(np.nextafter(np.float32(bound), np.float32(-inf))))
