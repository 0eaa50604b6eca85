"""What a package says against trusting it, for whole columns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.reservation import Reservation
from loanwright.packaging.package import ModelPackage, hidden_inputs

Column = NDArray[np.float64]


def reservations_of(
    package: ModelPackage, matrix: Column, columns: Mapping[str, Column]
) -> list[tuple[Reservation, ...]]:
    """Return the reservations of every row, as the package gives them with its record.

    Parameters
    ----------
    package
        The model.
    matrix
        (n, p) its inputs.
    columns
        Raw feature to (n,) encoded values, from which the matrix was computed.
    """
    if package.known_sample is None:
        return []
    seen = matrix
    for place, needed in hidden_inputs(package.product, package.segment):
        nothing = np.all([np.isnan(columns[name]) for name in needed], axis=0)
        if nothing.any():
            seen = seen.copy() if seen is matrix else seen
            seen[nothing, place] = np.nan
    return package.reservations_of(seen)
