"""The number of defaults in a grade whose applicants share a common factor."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.metrics.samples import Floats, ParameterOutOfRange, ShapesDiffer

_REACH = 8.5
_COARSEST = 0.05
_FINEST = 0.0005
_RESOLVED = 0.3


def check_correlation(asset_correlation: float) -> float:
    """Return an asset correlation in [0, 1), or raise `ParameterOutOfRange`."""
    if not 0 <= asset_correlation < 1:
        raise ParameterOutOfRange(
            name="asset_correlation", value=asset_correlation, demand="it must lie in [0, 1)"
        )
    return asset_correlation


def check_rate(probability: float) -> float:
    """Return a probability strictly between 0 and 1, or raise `ParameterOutOfRange`."""
    if not 0 < probability < 1:
        raise ParameterOutOfRange(
            name="probability", value=probability, demand="it must lie strictly between 0 and 1"
        )
    return float(probability)


def check_counts(defaults: int, rows: int) -> None:
    """Refuse counts that no grade can have, by `ParameterOutOfRange`."""
    if not 0 <= defaults <= rows or rows < 1:
        raise ParameterOutOfRange(
            name="defaults", value=defaults, demand=f"it must lie between 0 and {rows} rows, ≥ 1"
        )


def conditional_rates(
    rows: int, probability: float, asset_correlation: float
) -> tuple[Floats, Floats]:
    """Return default rates in the states of the common factor, and the states' weights.

    Φ((Φ⁻¹(p) − √ρ · z) / √(1 − ρ)) for normal z: Vasicek (1987). Without correlation there is
    one state. States lie close enough for the rates of neighbours to differ by a fraction of the
    spread that so many rows have: a wide grid would turn the distribution into stairs.

    Examples
    --------
    >>> rates, weights = conditional_rates(100, 0.02, 0.12)
    >>> round(float(rates @ weights), 6)
    0.02
    """
    if check_correlation(asset_correlation) == 0:
        return np.array([probability]), np.ones(1)
    from scipy.special import ndtr, ndtri

    spread = np.sqrt(rows * probability * (1 - probability))
    step = max(_FINEST, min(_COARSEST, _RESOLVED / max(spread, 1.0)))
    nodes = np.linspace(-_REACH, _REACH, 2 * int(np.ceil(_REACH / step)) + 1)
    weights = np.exp(-(nodes**2) / 2)
    weights /= weights.sum()
    distance = ndtri(probability) - np.sqrt(asset_correlation) * nodes
    return ndtr(distance / np.sqrt(1 - asset_correlation)), weights


def defaults_cdf(
    defaults: int, rows: int, probability: float, *, asset_correlation: float = 0.0
) -> float:
    """Return the probability of at most so many defaults.

    Parameters
    ----------
    defaults, rows
        Counts; below 0 defaults the answer is 0.
    probability
        Of default of each row, strictly between 0 and 1.
    asset_correlation
        ρ of the one-factor model; 0 is the binomial distribution.

    Examples
    --------
    >>> round(defaults_cdf(2, 100, 0.02), 4)
    0.6767
    >>> round(defaults_cdf(2, 100, 0.02, asset_correlation=0.12), 4)
    0.7072
    """
    if defaults < 0:
        return 0.0
    from scipy.stats import binom

    rates, weights = conditional_rates(rows, probability, asset_correlation)
    return float(min(1.0, weights @ binom.cdf(defaults, rows, rates)))


def defaults_pmf(
    most: int, rows: int, probability: float, *, asset_correlation: float = 0.0
) -> NDArray[np.float64]:
    """Return the probabilities of 0, 1, … ``most`` defaults.

    Examples
    --------
    >>> defaults_pmf(2, 2, 0.5).round(6).tolist()
    [0.25, 0.5, 0.25]
    """
    from scipy.stats import binom

    rates, weights = conditional_rates(rows, probability, asset_correlation)
    counts = np.arange(most + 1)
    return np.asarray(weights @ binom.pmf(counts[None, :], rows, rates[:, None]))


def rate_variance(rows: int, probability: float, *, asset_correlation: float = 0.0) -> float:
    """Return the variance of the default rate of so many rows.

    p (1 − p) / n, and with correlation (1 − 1/n) · (Φ₂(Φ⁻¹(p), Φ⁻¹(p); ρ) − p²) on top.

    Examples
    --------
    >>> rate_variance(100, 0.5)
    0.0025
    """
    rates, weights = conditional_rates(rows, probability, asset_correlation)
    joint = float(weights @ rates**2)
    return probability * (1 - probability) / rows + (1 - 1 / rows) * (joint - probability**2)


def as_counts(defaults: ArrayLike, rows: ArrayLike) -> tuple[Floats, Floats]:
    """Return checked counts of defaults and rows per grade."""
    bad, size = (np.asarray(values, dtype=np.float64) for values in (defaults, rows))
    if bad.shape != size.shape or bad.ndim != 1:
        raise ShapesDiffer(
            left="defaults", left_shape=bad.shape, right="rows", right_shape=size.shape
        )
    if not ((bad >= 0) & (bad <= size)).all():
        raise ParameterOutOfRange(
            name="defaults", value=bad.tolist(), demand="each must lie between 0 and its rows"
        )
    return bad, size
