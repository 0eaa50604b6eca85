"""What a model says of many applications."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.reservation import Reservation

Column = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessed:
    """A model's answers to n applications.

    Attributes
    ----------
    scores, probabilities
        (n,) each.
    grades, names
        (n,) places in the names of the grades.
    inputs
        Names of the model's inputs.
    reservations
        What its package says of each row; empty for a model that does not know its sample.
    """

    scores: NDArray[np.int64]
    probabilities: Column = field(repr=False)
    grades: NDArray[np.int64] = field(repr=False)
    names: tuple[str, ...]
    inputs: tuple[str, ...] = ()
    reservations: Sequence[Sequence[Reservation]] = field(default=(), repr=False)
