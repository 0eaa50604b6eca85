"""Whether a grade defaulted over several years as stated."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.grades import NULL
from loanwright.metrics.one_factor import check_counts, check_rate, defaults_pmf
from loanwright.metrics.samples import ParameterOutOfRange, SampleTooSmall, ShapesDiffer
from loanwright.metrics.significance import Alternative, SignificanceTest, tail_p_value


def normal_test_over_years(
    default_rates: ArrayLike, probabilities: ArrayLike, *, alternative: str = Alternative.GREATER
) -> SignificanceTest:
    """Return the test of one grade over several years that lets defaults depend on each other.

    Parameters
    ----------
    default_rates, probabilities
        (years,) observed and stated rates of the grade, two years or more.
    alternative
        As in `jeffreys_test`.

    Returns
    -------
    SignificanceTest
        Σ (observed − stated) / (√years · s), with s the standard deviation of the yearly
        differences: Student's t with years − 1 degrees of freedom.

    Notes
    -----
    BCBS Working Paper 14 (2005), which uses the normal distribution; over five years that
    rejects 9 % of symmetric differences instead of 5 %. Default rates are skewed, and against
    too many defaults the test is careful: 2 % over five years with ρ = 0.05. Years must be
    independent of one another; applicants of one year need not be.

    Examples
    --------
    >>> found = normal_test_over_years([0.03, 0.05, 0.04], [0.02, 0.03, 0.03])
    >>> round(found.statistic, 4), round(found.p_value, 4)
    (4.0, 0.0286)
    """
    from scipy.stats import t

    observed, stated = (np.asarray(v, dtype=np.float64) for v in (default_rates, probabilities))
    if observed.shape != stated.shape or observed.ndim != 1:
        raise ShapesDiffer(
            left="default_rates",
            left_shape=observed.shape,
            right="probabilities",
            right_shape=stated.shape,
        )
    years = len(observed)
    if years < 2:
        raise SampleTooSmall(rows=years, least=2)
    gap = observed - stated
    spread = float(gap.std(ddof=1))
    # Differences that agree but for rounding have no spread to be judged by.
    if spread <= 1e-12 * float(np.abs(gap).max()):
        raise ParameterOutOfRange(
            name="default_rates", value=observed.tolist(), demand="the differences must vary"
        )
    statistic = float(gap.mean()) * sqrt(years) / spread
    lower, upper = (float(side(statistic, years - 1)) for side in (t.cdf, t.sf))
    return SignificanceTest(
        statistic=statistic,
        p_value=tail_p_value(lower, upper, alternative),
        null=NULL,
        method=f"t over {years} years, {alternative}",
    )


class Light(StrEnum):
    """Colours of `traffic_light`."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"


@dataclass(frozen=True, kw_only=True, slots=True)
class TrafficLight:
    """A colour for one grade over one or more years.

    Attributes
    ----------
    light
        Green where fewer defaults than seen have a probability below 95 % under the stated
        probabilities; red where it is 99.9 % or more; yellow between.
    confidence
        That probability.
    defaults, expected
        Over all years.
    """

    light: Light
    confidence: float
    defaults: int
    expected: float


def traffic_light(
    defaults: Sequence[int],
    rows: Sequence[int],
    probabilities: Sequence[float],
    *,
    asset_correlation: float = 0.0,
) -> TrafficLight:
    """Return the colour of a grade's defaults over the years.

    Parameters
    ----------
    defaults, rows, probabilities
        (years,) counts and stated probabilities, one year or more. Years without rows add
        nothing.
    asset_correlation
        Of the applicants of one year; years are independent of each other.

    Returns
    -------
    TrafficLight
        Under the null it is not green at most 5 % of the time and red at most 0.1 %.

    Notes
    -----
    After Tasche (2003) and Blochwitz, Hohl, Wehn (2005), with the exact distribution of the sum
    of the years' defaults instead of its normal approximation.

    Examples
    --------
    >>> found = traffic_light([8, 9], [100, 120], [0.04, 0.04])
    >>> found.light.value, round(found.confidence, 4)
    ('yellow', 0.9922)
    """
    if not len(defaults) == len(rows) == len(probabilities):
        raise ShapesDiffer(
            left="defaults", left_shape=len(defaults), right="rows", right_shape=len(rows)
        )
    seen, expected = 0, 0.0
    total = np.ones(1)
    years = [y for y in zip(defaults, rows, probabilities, strict=True) if y[1]]
    if not years:
        raise SampleTooSmall(rows=0, least=1)
    most = sum(int(year[0]) for year in years)
    for count, size, stated in years:
        check_counts(count, size)
        seen, expected = seen + count, expected + size * check_rate(stated)
        year_pmf = defaults_pmf(min(most, size), size, stated, asset_correlation=asset_correlation)
        total = np.convolve(total, year_pmf)[: most + 1]
    fewer = float(min(1.0, total[:seen].sum()))
    light = Light.GREEN if fewer < 0.95 else Light.RED if fewer >= 0.999 else Light.YELLOW
    return TrafficLight(light=light, confidence=fewer, defaults=seen, expected=expected)
