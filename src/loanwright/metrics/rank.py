"""Rank statistics beside AUC: Somers' D, the CAP curve, and AUC by bootstrap."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.bootstrap import Counts, Resampling, bootstrap, distinct_counts
from loanwright.metrics.discrimination import auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, sample


def somers_d(default: ArrayLike, risk: ArrayLike, *, level: float = 0.95) -> Estimate:
    """Return Somers' D of the risk given the label, from −1 to 1.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk
        (n,) finite numbers, higher is riskier.
    level
        Confidence level.

    Returns
    -------
    Estimate
        (pairs ordered rightly − pairs ordered wrongly) / pairs of a bad and a good: with a
        binary label this is the Gini coefficient, ties in the risk counting nothing, and so is
        its interval (DeLong on the logit of the AUC).

    Notes
    -----
    Somers (1962). ``scipy.stats.somersd(default, risk)`` gives the same value through a table of
    distinct risks by labels, in time that grows with the square of the rows.

    Examples
    --------
    >>> somers_d([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.5
    """
    area = auc(default, risk, level=level)
    return Estimate(
        value=2 * area.value - 1,
        lower=2 * area.lower - 1,
        upper=2 * area.upper - 1,
        level=level,
        method=area.method,
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CapCurve:
    """A cumulative accuracy profile: which share of the defaults the riskiest applicants hold.

    Attributes
    ----------
    share
        (points,) shares of all applicants, riskiest first, from 0 to 1.
    captured
        (points,) share of the defaults among them.
    perfect
        (points,) what a ranking without error would capture.
    ratio
        Area between curve and diagonal over that of the perfect ranking: the Gini coefficient.
    """

    share: Floats
    captured: Floats
    perfect: Floats
    ratio: Estimate


def cap(default: ArrayLike, risk: ArrayLike, *, points: int = 101, level: float = 0.95) -> CapCurve:
    """Return the cumulative accuracy profile at evenly spaced shares of applicants.

    Parameters
    ----------
    default, risk, level
        As in `somers_d`.
    points
        How many shares, two or more.

    Notes
    -----
    Engelmann, Hayden, Tasche (2003). Applicants with equal risk enter together, so the curve
    runs straight across a tie.

    Examples
    --------
    >>> curve = cap([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], points=5)
    >>> curve.captured.tolist(), curve.perfect.tolist()
    ([0.0, 0.5, 0.5, 1.0, 1.0], [0.0, 0.5, 1.0, 1.0, 1.0])
    """
    if points < 2:
        raise ParameterOutOfRange(name="points", value=points, demand="two or more are needed")
    checked = sample(default, risk)
    counts = distinct_counts(checked)
    bad, rows = counts.bad[::-1], (counts.bad + counts.good)[::-1]
    reached = np.concatenate([[0.0], np.cumsum(rows)]) / rows.sum()
    found = np.concatenate([[0.0], np.cumsum(bad)]) / bad.sum()
    share = np.linspace(0, 1, points)
    return CapCurve(
        share=share,
        captured=np.interp(share, reached, found),
        perfect=np.minimum(share * len(checked.default) / checked.defaults, 1.0),
        ratio=somers_d(default, risk, level=level),
    )


def auc_bootstrap(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    level: float = 0.95,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return the AUC with a stratified bootstrap interval, to set beside DeLong's.

    Parameters
    ----------
    default, risk, level
        As in `somers_d`.
    replicates, seed
        Of the bootstrap.

    Returns
    -------
    Estimate
        Where it differs from DeLong's by more than a tenth of its width, look for repeated rows:
        both take rows to be independent.

    Examples
    --------
    >>> auc_bootstrap([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]).value
    0.75
    """
    counts = distinct_counts(sample(default, risk))
    resampling = Resampling(replicates=replicates, seed=seed, stratified=True)
    return bootstrap(counts, _area, level=level, resampling=resampling)


def _area(counts: Counts) -> float:
    below = np.cumsum(counts.good) - counts.good / 2
    return float(np.sum(counts.bad * below) / (counts.bad.sum() * counts.good.sum()))
