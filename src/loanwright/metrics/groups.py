"""Rows in groups of alike probabilities."""

from dataclasses import dataclass

import numpy as np

from loanwright.metrics.samples import Floats, Sample


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupSums:
    """Sums over groups of alike probabilities, from the safest to the riskiest.

    Attributes
    ----------
    rows, defaults, expected
        (groups,) counts of rows and defaults, and sums of stated probabilities.
    variance
        (groups,) Σ p (1 − p), the variance of the defaults under the null.
    group
        (n,) the group of each row.
    """

    rows: Floats
    defaults: Floats
    expected: Floats
    variance: Floats
    group: np.ndarray


def group_sums(checked: Sample, groups: int) -> GroupSums:
    """Return sums over groups of equal size; equal probabilities stay together."""
    p = checked.risk
    edges = np.unique(np.quantile(p, np.arange(1, groups) / groups, method="lower"))
    _, group = np.unique(np.searchsorted(edges, p, side="left"), return_inverse=True)
    sums = [
        np.bincount(group, weights=weights).astype(np.float64)
        for weights in (np.ones_like(p), checked.default.astype(np.float64), p, p * (1 - p))
    ]
    return GroupSums(
        rows=sums[0], defaults=sums[1], expected=sums[2], variance=sums[3], group=group
    )
