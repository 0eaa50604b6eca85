"""Whether each grade defaulted as its stated probability says."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.one_factor import (
    check_counts,
    check_rate,
    defaults_cdf,
    rate_variance,
)
from loanwright.metrics.samples import ShapesDiffer
from loanwright.metrics.significance import (
    Alternative,
    SignificanceTest,
    normal_p_value,
    tail_p_value,
)

NULL = "the true probability is at most the stated one"


def jeffreys_test(
    defaults: int, rows: int, probability: float, *, alternative: str = Alternative.GREATER
) -> SignificanceTest:
    """Return the Jeffreys test of one grade, as the ECB prescribes it.

    Parameters
    ----------
    defaults, rows
        0 ≤ defaults ≤ rows, rows ≥ 1.
    probability
        The stated probability of default, strictly between 0 and 1.
    alternative
        ``greater`` looks for too many defaults (the ECB's one-sided test), ``less`` for too few.

    Returns
    -------
    SignificanceTest
        The p-value is the posterior probability that the true rate is at or below the stated one:
        Beta(D + ½, N − D + ½) at the stated probability. The statistic is the default rate.

    Notes
    -----
    ECB, Instructions for reporting the validation results of internal models (2019), 2.5.3.1.
    Counts are whole numbers, so 5 % can only be met on average over stated probabilities: with
    ten to fifty expected defaults the type-I error swings between 4.0 and 6.2 %, with three to
    ten between 3.2 and 7.2 %; its mean is 5.0 %. It takes defaults to
    be independent; with an asset correlation it rejects sound grades in every bad year.

    Examples
    --------
    >>> round(jeffreys_test(8, 100, 0.04).p_value, 4)
    0.0304
    """
    from scipy.stats import beta

    check_counts(defaults, rows)
    a, b = defaults + 0.5, rows - defaults + 0.5
    stated = check_rate(probability)
    upper, lower = float(beta.cdf(stated, a, b)), float(beta.sf(stated, a, b))
    return SignificanceTest(
        statistic=defaults / rows,
        p_value=tail_p_value(lower, upper, alternative),
        null=NULL,
        method=f"Jeffreys, {alternative}",
    )


def binomial_test(
    defaults: int,
    rows: int,
    probability: float,
    *,
    alternative: str = Alternative.GREATER,
    asset_correlation: float = 0.0,
    mid_p: bool = False,
) -> SignificanceTest:
    """Return the exact test of one grade's number of defaults.

    Parameters
    ----------
    defaults, rows, probability, alternative
        As in `jeffreys_test`.
    asset_correlation
        ρ of the one-factor model (Vasicek); 0 is the binomial test. Retail portfolios are often
        given 0.03 to 0.16.
    mid_p
        Whether to count only half of the probability of what was seen. Without it the test is
        conservative, its error between 3 and 5 %; with it, 5 % on average.

    Returns
    -------
    SignificanceTest
        The p-value is P(at least as many defaults) under the stated probability. The statistic is
        the default rate.

    Examples
    --------
    >>> round(binomial_test(8, 100, 0.04).p_value, 4)
    0.0475
    >>> round(binomial_test(8, 100, 0.04, asset_correlation=0.05).p_value, 4)
    0.11
    """
    check_counts(defaults, rows)
    stated = check_rate(probability)
    most = defaults_cdf(defaults, rows, stated, asset_correlation=asset_correlation)
    fewer = defaults_cdf(defaults - 1, rows, stated, asset_correlation=asset_correlation)
    half = (most - fewer) / 2 if mid_p else 0.0
    return SignificanceTest(
        statistic=defaults / rows,
        p_value=tail_p_value(most - half, 1 - fewer - half, alternative),
        null=NULL,
        method=f"{'mid-p ' if mid_p else ''}binomial, {alternative}"
        + (f", asset correlation {asset_correlation:g}" if asset_correlation else ""),
    )


def normal_test(
    defaults: int,
    rows: int,
    probability: float,
    *,
    alternative: str = Alternative.GREATER,
    asset_correlation: float = 0.0,
) -> SignificanceTest:
    """Return the normal approximation of `binomial_test`, with or without asset correlation.

    Parameters
    ----------
    defaults, rows, probability, alternative, asset_correlation
        As in `binomial_test`.

    Returns
    -------
    SignificanceTest
        The statistic is (default rate − stated) / its standard deviation.

    Notes
    -----
    BCBS Working Paper 14 (2005). The rate is skewed to the right, so the normal tail is too
    thin: with fewer than ten expected defaults, or with any correlation, prefer `binomial_test`.
    With ρ = 0.12, a stated 2 % and 500 rows it rejects 6.6 % of sound grades at a nominal 5 %,
    and 1.8 % of them at a nominal 0.1 %.

    Examples
    --------
    >>> round(normal_test(8, 100, 0.04).p_value, 4)
    0.0206
    """
    check_counts(defaults, rows)
    stated = check_rate(probability)
    spread = sqrt(rate_variance(rows, stated, asset_correlation=asset_correlation))
    statistic = (defaults / rows - stated) / spread
    return SignificanceTest(
        statistic=statistic,
        p_value=normal_p_value(statistic, alternative),
        null=NULL,
        method=f"normal, {alternative}"
        + (f", asset correlation {asset_correlation:g}" if asset_correlation else ""),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeCheck:
    """Everything that is tested of one grade.

    Attributes
    ----------
    rows, defaults, stated
        Counts and the stated probability of default.
    default_rate
        Observed, with its Jeffreys interval; None in an empty grade, as are the p-values.
    jeffreys, binomial, normal
        P-values of the one-sided tests, as they are.
    jeffreys_holm
        Corrected for there being several grades that hold anybody.
    """

    rows: int
    defaults: int
    stated: float
    default_rate: Estimate | None
    jeffreys: float | None
    binomial: float | None
    normal: float | None
    jeffreys_holm: float | None

    @property
    def empty(self) -> bool:
        """Whether nobody is in the grade: it is then shown, and nothing is concluded."""
        return self.rows == 0


def check_grades(
    defaults: Sequence[int],
    rows: Sequence[int],
    probabilities: Sequence[float],
    *,
    asset_correlation: float = 0.0,
    level: float = 0.95,
) -> tuple[GradeCheck, ...]:
    """Return the tests of every grade; an empty grade is kept and not tested.

    Parameters
    ----------
    defaults, rows, probabilities
        (grades,) counts and stated probabilities, in any order.
    asset_correlation
        For the normal test and the binomial test; the Jeffreys test has none.
    level
        Of the intervals.

    Examples
    --------
    >>> found = check_grades([1, 0, 30], [100, 0, 200], [0.01, 0.05, 0.1])
    >>> [one.empty for one in found], round(found[2].jeffreys, 4), round(found[2].jeffreys_holm, 4)
    ([False, True, False], 0.0125, 0.025)
    """
    if not len(defaults) == len(rows) == len(probabilities):
        raise ShapesDiffer(
            left="defaults", left_shape=len(defaults), right="rows", right_shape=len(rows)
        )
    p_values = [
        jeffreys_test(count, size, stated).p_value if size else None
        for count, size, stated in zip(defaults, rows, probabilities, strict=True)
    ]
    corrected = iter(holm([p for p in p_values if p is not None]).tolist())
    return tuple(
        GradeCheck(
            rows=size,
            defaults=count,
            stated=check_rate(stated),
            default_rate=jeffreys(count, size, level=level),
            jeffreys=p,
            binomial=binomial_test(
                count, size, stated, asset_correlation=asset_correlation
            ).p_value,
            normal=normal_test(count, size, stated, asset_correlation=asset_correlation).p_value,
            jeffreys_holm=next(corrected),
        )
        if p is not None
        else _empty_grade(stated)
        for count, size, stated, p in zip(defaults, rows, probabilities, p_values, strict=True)
    )


def _empty_grade(stated: float) -> GradeCheck:
    return GradeCheck(
        rows=0,
        defaults=0,
        stated=check_rate(stated),
        default_rate=None,
        jeffreys=None,
        binomial=None,
        normal=None,
        jeffreys_holm=None,
    )
