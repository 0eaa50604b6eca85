"""Which of two models is better on the same rows, and whether that is more than chance."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.discrimination import placements
from loanwright.metrics.distributions import normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import (
    Floats,
    ParameterOutOfRange,
    SampleTooSmall,
    ShapesDiffer,
    finite,
    sample,
)
from loanwright.metrics.significance import Alternative, SignificanceTest, normal_p_value


@dataclass(frozen=True, kw_only=True, slots=True)
class PairedComparison:
    """Two models measured on the same rows.

    Attributes
    ----------
    first, second
        What each model reached alone.
    difference
        First less second, with an interval that knows both saw the same rows.
    statistic, p_value
        The difference over its standard error, and how often chance alone is as far from 0,
        on either side. Where the models rank every pair alike the difference is exactly 0 and
        its p-value 1.
    method
        How it was tested, in words.
    """

    first: float
    second: float
    difference: Estimate
    statistic: float
    p_value: float
    method: str


def compare_auc(
    default: ArrayLike, risk_a: ArrayLike, risk_b: ArrayLike, *, level: float = 0.95
) -> PairedComparison:
    """Return the difference of two AUCs on the same rows by DeLong's paired test.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk_a, risk_b
        (n,) finite risks of two models for the same rows in the same order, higher is riskier.
        Their units need not agree: only ranks count, ties one half.
    level
        Of the interval of the difference.

    Returns
    -------
    PairedComparison
        AUC of a less AUC of b: positive where a ranks better. ``holm`` corrects several.

    Raises
    ------
    OneClassOnly, ValuesNotFinite, ShapesDiffer, LabelsNotBinary
        Where the input is not such a sample.
    SampleTooSmall
        Where a class has one row only: a variance needs two.

    Notes
    -----
    DeLong, DeLong, Clarke-Pearson (1988): the variance of the mean difference of placements,
    over bads and over goods. Placements come from sorted searches (the midranks of Sun, Xu
    2014), O(n log n). The test says nothing about two *nested* models judged on the rows that
    fitted them: there it is far too timid (Demler, Pencina, D'Agostino 2012).

    Examples
    --------
    >>> default = [0, 0, 0, 0, 1, 1, 1, 1]
    >>> found = compare_auc(default, [1, 2, 3, 6, 4, 5, 7, 8], [2, 1, 8, 6, 3, 4, 7, 5])
    >>> found.first, found.second, round(found.p_value, 4)
    (0.875, 0.5625, 0.2016)
    """
    first, second = sample(default, risk_a), sample(default, risk_b)
    bad_a, good_a = placements(first.default, first.risk)
    bad_b, good_b = placements(second.default, second.risk)
    gap_bad, gap_good = bad_a - bad_b, good_a - good_b
    variance = variance_of_mean(gap_bad) + variance_of_mean(gap_good)
    one, other = float(bad_a.mean()), float(bad_b.mean())
    return _paired(one, other, standard_error(variance), level=level, method="DeLong, paired")


def _paired(
    one: float, other: float, error: float, *, level: float, method: str
) -> PairedComparison:
    gap = one - other
    # Models that order every pair alike differ by rounding alone.
    statistic = gap / error if error > 1e-12 else 0.0
    return PairedComparison(
        first=one,
        second=other,
        difference=normal_interval(
            gap, error, level=level, bounds=(-np.inf, np.inf), method=method
        ),
        statistic=statistic,
        p_value=normal_p_value(statistic) if error > 1e-12 else float(abs(gap) <= 1e-12),
        method=method,
    )


def variance_of_mean(values: Floats) -> float:
    """Return the estimated variance of a mean, or raise `SampleTooSmall` for one value."""
    if len(values) < 2:
        raise SampleTooSmall(rows=len(values), least=2)
    return float(values.var(ddof=1)) / len(values)


def compare_losses(
    loss_a: ArrayLike, loss_b: ArrayLike, *, level: float = 0.95
) -> PairedComparison:
    """Return the difference of two mean losses (or profits) over the same rows.

    Parameters
    ----------
    loss_a, loss_b
        (n,) what each row cost under each model: squared errors, log losses, money.
    level
        Of the interval of the difference.

    Returns
    -------
    PairedComparison
        Mean of a less mean of b, by the paired t statistic with its normal distribution; for
        losses, negative where a is better.

    Examples
    --------
    >>> found = compare_losses([0.1, 0.2, 0.3, 0.2], [0.2, 0.2, 0.5, 0.3])
    >>> round(found.difference.value, 3), round(found.p_value, 4)
    (-0.1, 0.0143)
    """
    first, second = finite(loss_a, name="loss_a"), finite(loss_b, name="loss_b")
    if first.shape != second.shape or first.ndim != 1:
        raise ShapesDiffer(
            left="loss_a", left_shape=first.shape, right="loss_b", right_shape=second.shape
        )
    error = standard_error(variance_of_mean(first - second))
    method = "paired normal"
    return _paired(float(first.mean()), float(second.mean()), error, level=level, method=method)


def auc_against_development(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    development_auc: float,
    development_error: float = 0.0,
) -> SignificanceTest:
    """Return whether the AUC has fallen since development, one-sided, as the ECB asks.

    Parameters
    ----------
    default, risk
        The current sample, as in `compare_auc`.
    development_auc
        The AUC that was reported at development or initial validation.
    development_error
        Its standard error. The ECB's template takes the development AUC as a fixed number, 0;
        it was itself measured on a sample, and then the template's test rejects too often:
        11 % instead of 5 % where the development sample is as large as the current one.

    Returns
    -------
    SignificanceTest
        The statistic is (development AUC − current AUC) / √(s² + error²), where s² is DeLong's
        variance of the current AUC. A small p-value says that the model ranks worse than it did.

    Notes
    -----
    ECB, Instructions for reporting the validation results of internal models (2019), 2.5.4.1.

    Examples
    --------
    >>> found = auc_against_development([0, 0, 1, 1], [1, 3, 2, 4], development_auc=0.9)
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (0.4243, 0.3357)
    """
    if not 0 <= development_auc <= 1:
        raise ParameterOutOfRange(
            name="development_auc", value=development_auc, demand="it must lie between 0 and 1"
        )
    checked = sample(default, risk)
    above_good, above_bad = placements(checked.default, checked.risk)
    variance = variance_of_mean(above_good) + variance_of_mean(above_bad) + development_error**2
    gap = development_auc - float(above_good.mean())
    statistic = gap / sqrt(variance) if variance > 0 else float(np.sign(gap) * np.inf if gap else 0)
    return SignificanceTest(
        statistic=statistic,
        p_value=normal_p_value(statistic, Alternative.GREATER),
        null="the model ranks at least as well as at development",
        method="one-sided z with DeLong's variance (ECB 2019, 2.5.4.1)",
    )


def holm(p_values: ArrayLike) -> Floats:
    """Return p-values corrected for being several, by Holm's step-down method.

    Parameters
    ----------
    p_values
        (k,) p-values of k tests, in any order.

    Returns
    -------
    ndarray
        (k,) corrected p-values in the same order, never below the given ones: rejecting those
        below 5 % is wrong about any true null at most 5 % of the time, however the tests depend
        on one another.

    Notes
    -----
    Holm (1979).

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(6).tolist()
    [0.03, 0.06, 0.06]
    """
    values = finite(p_values, name="p_values")
    if values.ndim != 1:
        raise ShapesDiffer(
            left="p_values", left_shape=values.shape, right="a list", right_shape="(k,)"
        )
    if ((values < 0) | (values > 1)).any():
        raise ParameterOutOfRange(
            name="p_values", value=values.tolist(), demand="they must lie between 0 and 1"
        )
    order = np.argsort(values)
    # The least p-value answers for all k tests, the next for k − 1, and none is below the last.
    corrected = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.empty_like(values)
    found[order] = np.minimum(corrected, 1.0)
    return found
