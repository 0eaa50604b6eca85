"""Tests of whether probabilities came true, and what the Brier score is made of."""

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.distributions import chi_squared_cdf
from loanwright.metrics.groups import group_sums
from loanwright.metrics.probability import calibration_line
from loanwright.metrics.samples import (
    Floats,
    ParameterOutOfRange,
    Sample,
    probabilities,
)
from loanwright.metrics.significance import SignificanceTest, normal_p_value

CALIBRATED = "defaults happen as often as stated"


def spiegelhalter(default: ArrayLike, probability: ArrayLike) -> SignificanceTest:
    """Return Spiegelhalter's z-test of the Brier score, two-sided.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    probability
        (n,) probabilities of default, strictly between 0 and 1.

    Returns
    -------
    SignificanceTest
        The statistic is normal under the null that every row defaults with its stated
        probability. It weighs rows by 1 − 2p: rows near one half count nothing, and errors that
        cancel in this weight stay unseen. It needs no groups.

    Raises
    ------
    SampleTooSmall, ProbabilityOutOfRange, ValuesNotFinite, ShapesDiffer, LabelsNotBinary
        Where the input is not such a sample.

    Notes
    -----
    Σ (y − p)(1 − 2p) / √Σ (1 − 2p)² p (1 − p): Spiegelhalter (1986); Rufibach (2010).

    Examples
    --------
    >>> found = spiegelhalter([0, 0, 0, 1], [0.1, 0.2, 0.3, 0.4])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (-0.5025, 0.6153)
    """
    checked = probabilities(default, probability, both_classes=False)
    p, y = checked.risk, checked.default.astype(np.float64)
    variance = float(np.sum((1 - 2 * p) ** 2 * p * (1 - p)))
    if variance == 0:
        raise ParameterOutOfRange(
            name="probability", value=0.5, demand="some must differ from one half"
        )
    statistic = float(np.sum((y - p) * (1 - 2 * p))) / sqrt(variance)
    return SignificanceTest(
        statistic=statistic,
        p_value=normal_p_value(statistic),
        null=CALIBRATED,
        method="Spiegelhalter z, two-sided",
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class HosmerLemeshow:
    """A Hosmer–Lemeshow test, and what it says without the size of the sample.

    Attributes
    ----------
    statistic, degrees, p_value
        Chi-squared with so many degrees of freedom under the null of perfect calibration.
    groups, rows
        How many groups of alike probabilities there are, and how many rows.
    gap
        Typical distance of observed and stated rate in standard deviations of a single row,
        √(max(0, statistic − degrees) / rows): an effect that does not grow with the sample.
    p_value_tolerant
        The p-value of the null that the gap is at most ``tolerance``: it rejects what matters
        where the plain test rejects everything.
    tolerance
        The gap that is let pass.
    """

    statistic: float
    degrees: int
    p_value: float
    groups: int
    rows: int
    gap: float
    p_value_tolerant: float
    tolerance: float


def hosmer_lemeshow(
    default: ArrayLike,
    probability: ArrayLike,
    *,
    groups: int = 10,
    fitted: bool = False,
    tolerance: float = 0.02,
) -> HosmerLemeshow:
    """Return the Hosmer–Lemeshow test over groups of equal size.

    Parameters
    ----------
    default, probability
        As in `spiegelhalter`.
    groups
        How many; equal probabilities stay together, so fewer may come out. Groups that expect
        fewer than five defaults (or five goods) make the p-value unreliable.
    fitted
        Whether the probabilities were fitted on these very rows: then two degrees of freedom are
        spent. On a holdout or out-of-time sample none are; taking two away there, as software
        made for fitted samples does, doubles the false alarms (11 % instead of 5 %).
    tolerance
        The gap that `HosmerLemeshow.p_value_tolerant` lets pass. 0.02 is a rate of 10 % that
        turns out 10.6 %.

    Notes
    -----
    Σ over groups of (observed − expected)² / (expected · (1 − expected / n)): Hosmer, Lemeshow
    (1980). With n it finds ever smaller gaps: a rate of 10.3 % for 10 % passes at 5,000
    rows and is rejected at 200,000. The tolerant p-value is non-central chi-squared with
    n · tolerance² (Nattino, Pennell, Lemeshow 2020).

    Examples
    --------
    >>> found = hosmer_lemeshow([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.6, 0.7, 0.8], groups=2)
    >>> found.degrees, round(found.statistic, 4), round(found.p_value, 4)
    (2, 0.3492, 0.8398)
    """
    checked = probabilities(default, probability, both_classes=False)
    if groups < 2:
        raise ParameterOutOfRange(name="groups", value=groups, demand="two or more are needed")
    table = group_sums(checked, groups)
    rate = table.expected / table.rows
    statistic = float(
        np.sum((table.defaults - table.expected) ** 2 / (table.rows * rate * (1 - rate)))
    )
    degrees = len(table.rows) - (2 if fitted else 0)
    if degrees < 1:
        raise ParameterOutOfRange(
            name="groups", value=len(table.rows), demand="three or more must remain"
        )
    from scipy.stats import ncx2

    rows = len(checked.risk)
    return HosmerLemeshow(
        statistic=statistic,
        degrees=degrees,
        p_value=max(0.0, 1 - chi_squared_cdf(statistic, degrees)),
        groups=len(table.rows),
        rows=rows,
        gap=sqrt(max(0.0, statistic - degrees) / rows),
        p_value_tolerant=float(ncx2.sf(statistic, degrees, rows * tolerance**2)),
        tolerance=tolerance,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class BrierParts:
    """The Brier score, taken apart: reliability − resolution + uncertainty + within.

    Attributes
    ----------
    brier
        The whole.
    reliability
        Mean squared distance of stated and observed rates of the groups: 0 is calibrated.
    resolution
        Mean squared distance of the groups' rates from the overall rate: more is better.
    uncertainty
        rate · (1 − rate): what the portfolio itself leaves open.
    within
        What probabilities that differ inside a group add; 0 where they are all equal.
    reliability_unbiased, resolution_unbiased
        Both less what chance alone adds to them in groups of these sizes; may be just below 0.
    """

    brier: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float
    reliability_unbiased: float
    resolution_unbiased: float


def murphy(default: ArrayLike, probability: ArrayLike, *, groups: int = 10) -> BrierParts:
    """Return Murphy's decomposition of the Brier score.

    Parameters
    ----------
    default, probability
        As in `spiegelhalter`.
    groups
        Of equal size; equal probabilities stay together.

    Notes
    -----
    Murphy (1973); the term within groups after Stephenson, Coelho, Jolliffe (2008); the unbiased
    parts after Ferro, Fricker (2012). The parts depend on the groups, the whole does not.

    Examples
    --------
    >>> parts = murphy([0, 0, 1, 1], [0.25, 0.25, 0.75, 0.75], groups=2)
    >>> parts.brier, parts.reliability, parts.resolution, parts.uncertainty, parts.within
    (0.0625, 0.0625, 0.25, 0.25, 0.0)
    """
    checked = probabilities(default, probability, both_classes=False)
    if groups < 1:
        raise ParameterOutOfRange(name="groups", value=groups, demand="one or more are needed")
    table = group_sums(checked, groups)
    rows, total = table.rows, len(checked.risk)
    observed, stated = table.defaults / rows, table.expected / rows
    rate = float(checked.default.mean())
    whole = float(np.mean((checked.risk - checked.default) ** 2))
    reliability = float(np.sum(rows * (stated - observed) ** 2)) / total
    resolution = float(np.sum(rows * (observed - rate) ** 2)) / total
    uncertainty = rate * (1 - rate)
    several = rows > 1
    chance = float(
        np.sum((rows * observed * (1 - observed))[several] / (rows[several] - 1)) / total
    )
    return BrierParts(
        brier=whole,
        reliability=reliability,
        resolution=resolution,
        uncertainty=uncertainty,
        within=whole - (reliability - resolution + uncertainty),
        reliability_unbiased=reliability - chance,
        resolution_unbiased=resolution - chance + uncertainty / (total - 1),
    )


def calibration_line_test(default: ArrayLike, probability: ArrayLike) -> SignificanceTest:
    """Return Cox's test that the recalibration line has slope 1 and intercept 0.

    Parameters
    ----------
    default, probability
        As in `spiegelhalter`; both classes are needed.

    Returns
    -------
    SignificanceTest
        The likelihood ratio of the fitted line against the stated probabilities, chi-squared
        with 2 degrees of freedom: the most powerful of these tests where probabilities are
        shifted or too extreme.

    Notes
    -----
    Cox (1958); Miller, Hui, Tierney (1991).

    Examples
    --------
    >>> import numpy as np
    >>> stated = np.linspace(0.1, 0.9, 9)
    >>> found = calibration_line_test([0, 1, 0, 0, 1, 0, 1, 1, 1], stated)
    >>> round(found.p_value, 3) > 0.5
    True
    """
    checked = probabilities(default, probability, both_classes=True)
    line = calibration_line(checked.default, checked.risk)
    log_odds = np.log(checked.risk) - np.log1p(-checked.risk)
    fitted = line.intercept.value + line.slope.value * log_odds
    gain = _log_likelihood(checked, fitted) - _log_likelihood(checked, log_odds)
    statistic = max(0.0, 2 * gain)
    return SignificanceTest(
        statistic=statistic,
        p_value=1 - chi_squared_cdf(statistic, 2),
        null="slope 1 and intercept 0",
        method="likelihood ratio, 2 degrees of freedom (Cox)",
    )


def _log_likelihood(checked: Sample, log_odds: Floats) -> float:
    return float(-np.sum(np.logaddexp(0.0, np.where(checked.default, -log_odds, log_odds))))
