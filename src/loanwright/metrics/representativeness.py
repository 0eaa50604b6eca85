"""Whether one sample stands for another, feature by feature."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.comparison import holm
from loanwright.metrics.samples import Floats, SampleTooSmall, ShapesDiffer
from loanwright.metrics.stability import PopulationStability, psi, psi_of_counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Representation:
    """How one feature of a sample compares with the reference.

    Attributes
    ----------
    name
        Of the feature.
    distance
        Kolmogorov–Smirnov distance of the present values (numbers), or half the sum of absolute
        differences of shares (categories): between 0 and 1, and no function of the sizes.
    p_value, p_value_holm
        How often two samples of one population lie as far apart, alone and corrected for there
        being several features. With many rows everything is significant: read the distance.
    stability
        The PSI with its critical value, missing values a bin of their own.
    missing_reference, missing_current
        Shares of missing values.
    """

    name: str
    distance: float
    p_value: float
    p_value_holm: float
    stability: PopulationStability
    missing_reference: float
    missing_current: float


def represent(
    reference: Mapping[str, ArrayLike], current: Mapping[str, ArrayLike]
) -> tuple[Representation, ...]:
    """Return how far a sample lies from the reference, feature by feature.

    Parameters
    ----------
    reference, current
        Columns by name, the same names in both. Columns of numbers are compared as such, NaN
        being missing; columns of anything else as categories, None being missing.

    Raises
    ------
    ShapesDiffer
        Where the names differ.
    SampleTooSmall
        Where a column holds no value.

    Notes
    -----
    Numbers: the two-sample Kolmogorov–Smirnov test of scipy on the values that are there; its
    p-value errs on the safe side where values tie. Categories: Pearson's chi-squared of scipy.

    Examples
    --------
    >>> then = {"age": list(range(20, 60)), "home": ["own", "rent"] * 20}
    >>> now = {"age": list(range(30, 70)), "home": ["own", "rent"] * 20}
    >>> [(one.name, round(one.distance, 2), one.p_value_holm < 0.2) for one in represent(then, now)]
    [('age', 0.25, False), ('home', 0.0, False)]
    """
    if set(reference) != set(current):
        raise ShapesDiffer(
            left="reference",
            left_shape=sorted(reference),
            right="current",
            right_shape=sorted(current),
        )
    found = [_compare(np.asarray(reference[name]), np.asarray(current[name])) for name in reference]
    corrected = holm([p_value for _, p_value, _, _ in found])
    return tuple(
        Representation(
            name=name,
            distance=distance,
            p_value=p_value,
            p_value_holm=float(several),
            stability=stability,
            missing_reference=missing[0],
            missing_current=missing[1],
        )
        for name, (distance, p_value, stability, missing), several in zip(
            reference, found, corrected, strict=True
        )
    )


_Found = tuple[float, float, PopulationStability, tuple[float, float]]


def _compare(before: np.ndarray, after: np.ndarray) -> _Found:
    if not (len(before) and len(after)):
        raise SampleTooSmall(rows=min(len(before), len(after)), least=1)
    if before.dtype.kind in "biuf" and after.dtype.kind in "biuf":
        return _compare_numbers(before.astype(np.float64), after.astype(np.float64))
    return _compare_categories(before, after)


def _compare_numbers(before: Floats, after: Floats) -> _Found:
    from scipy.stats import ks_2samp

    present = [one[~np.isnan(one)] for one in (before, after)]
    if not (len(present[0]) and len(present[1])):
        raise SampleTooSmall(rows=0, least=1)
    distance, p_value = ks_2samp(*present, method="auto")
    missing = (float(np.isnan(before).mean()), float(np.isnan(after).mean()))
    return float(distance), float(p_value), psi(before, after), missing


def _compare_categories(before: np.ndarray, after: np.ndarray) -> _Found:
    from scipy.stats import chi2_contingency

    texts = [
        np.array(["" if one is None else f"={one}" for one in side]) for side in (before, after)
    ]
    names = np.unique(np.concatenate(texts))
    counts = np.array([[np.count_nonzero(side == name) for name in names] for side in texts])
    shares = counts / counts.sum(axis=1, keepdims=True)
    p_value = float(chi2_contingency(counts, correction=False).pvalue) if len(names) > 1 else 1.0
    missing = tuple(float(np.mean(side == "")) for side in texts)
    return (
        float(np.abs(shares[0] - shares[1]).sum()) / 2,
        p_value,
        psi_of_counts(*counts),
        (missing[0], missing[1]),
    )
