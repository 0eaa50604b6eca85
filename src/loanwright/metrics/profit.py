"""What a ranking is worth in money: EMP, the H-measure, and the profit of approving."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.bootstrap import Counts, Resampling, bootstrap, distinct_counts
from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.hull import Blocks, concave_hull, least_loss, maximum_profit
from loanwright.metrics.samples import Floats, ParameterOutOfRange, ShapesDiffer, finite, sample


@dataclass(frozen=True, kw_only=True, slots=True)
class LossModel:
    """What a default costs and what a good loan earns, as shares of the amount lent.

    Attributes
    ----------
    p0, p1
        Probability that a defaulted loan loses nothing, and that it loses everything; between
        the two its loss is uniform. The defaults are those of Verbraken et al. (2014).
    roi
        Return on a loan that is repaid.
    """

    p0: float = 0.55
    p1: float = 0.1
    roi: float = 0.2644

    def __post_init__(self) -> None:
        """Refuse what is no distribution.

        Raises
        ------
        ParameterOutOfRange
            Where a share is negative or both together exceed 1.
        """
        if not (self.p0 >= 0 and self.p1 >= 0 and self.p0 + self.p1 <= 1):
            raise ParameterOutOfRange(
                name="p0 and p1",
                value=(self.p0, self.p1),
                demand="they must be ≥ 0 and at most 1 together",
            )
        if not (0 <= self.roi < np.inf):
            raise ParameterOutOfRange(name="roi", value=self.roi, demand="it must be ≥ 0")


DEFAULT_LOSS = LossModel()


def emp(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    loss: LossModel = DEFAULT_LOSS,
    level: float = 0.95,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return the expected maximum profit of declining by this ranking.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk
        (n,) finite numbers, higher is riskier.
    loss
        How loss given default is distributed, and the return on a good loan.
    level, replicates, seed
        Of the bootstrap, in which the default rate varies as it would from sample to sample.

    Returns
    -------
    Estimate
        Profit over approving everybody, per applicant, as a share of the amount lent; never
        negative, 0 where the best is to approve all.

    Notes
    -----
    ∫ max over cutoffs of [λ · π₁ F₁ − roi · π₀ F₀] dH(λ), where F₁ and F₀ are the shares of the
    bads and goods that are declined: Verbraken, Bravo, Weber, Baesens (2014). Their paper numbers
    the classes the other way round.

    Examples
    --------
    >>> default, risk = [0, 1] * 4, [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
    >>> round(emp(default, risk).value, 10)
    0.0974701705
    """
    counts = distinct_counts(sample(default, risk))
    resampling = Resampling(replicates=replicates, seed=seed, stratified=False, smooth=True)
    return bootstrap(counts, partial(_emp, loss=loss), level=level, resampling=resampling)


def _emp(counts: Counts, *, loss: LossModel) -> float:
    return maximum_profit(concave_hull(counts), p0=loss.p0, p1=loss.p1, roi=loss.roi)[0]


def emp_declined(default: ArrayLike, risk: ArrayLike, *, loss: LossModel = DEFAULT_LOSS) -> float:
    """Return the expected share of applicants that the most profitable cutoffs decline.

    Examples
    --------
    >>> default, risk = [0, 1] * 4, [0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.8, 0.9]
    >>> round(emp_declined(default, risk), 6)
    0.324345
    """
    blocks = concave_hull(distinct_counts(sample(default, risk)))
    return maximum_profit(blocks, p0=loss.p0, p1=loss.p1, roi=loss.roi)[1]


def severity_prior(ratio: float) -> tuple[float, float]:
    """Return the beta prior whose most likely cost ratio is this one.

    Parameters
    ----------
    ratio
        Cost of declining a good applicant over the cost of approving a bad one; > 0. The number
        of bads per good is the usual choice where nothing is known.

    Notes
    -----
    Beta(2, 1 + 1 / ratio), the ``severity.ratio`` of the R package hmeasure.

    Examples
    --------
    >>> severity_prior(0.1)
    (2.0, 11.0)
    """
    if not ratio > 0:
        raise ParameterOutOfRange(name="ratio", value=ratio, demand="it must be positive")
    return 2.0, 1 + 1 / ratio


def h_measure(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    prior: tuple[float, float] | None = None,
    level: float = 0.95,
    replicates: int = 500,
    seed: int = 0,
) -> Estimate:
    """Return Hand's H: the share of the loss of a blind lender that the ranking avoids.

    Parameters
    ----------
    default, risk, level, replicates, seed
        As in `emp`.
    prior
        (a, b) of the beta distribution of the cost of declining a good one, as a share of the
        costs of both errors. None is Beta(1 + π, 1 + 1 − π), π the default rate, of Hand and
        Anagnostopoulos (2014); (2, 2) is Hand (2009); `severity_prior` gives that of the R
        package hmeasure.

    Returns
    -------
    Estimate
        From 0, useless, to 1, perfect. Unlike AUC it weighs errors alike for every model.

    Notes
    -----
    1 − L / L_blind, with L the mean over costs of the least loss on the concave hull of the ROC
    curve. Values under different priors cannot be compared.

    Examples
    --------
    >>> round(h_measure([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], prior=(2, 2)).value, 7)
    0.5
    """
    counts = distinct_counts(sample(default, risk))
    resampling = Resampling(replicates=replicates, seed=seed, stratified=False, smooth=True)
    return bootstrap(counts, partial(_h, prior=prior), level=level, resampling=resampling)


def _h(counts: Counts, *, prior: tuple[float, float] | None) -> float:
    bads, goods = counts.bad.sum(), counts.good.sum()
    rate = float(bads / (bads + goods))
    shape = prior or (1 + rate, 2 - rate)
    blind = least_loss(Blocks(bad=np.array([bads]), good=np.array([goods])), shape=shape)
    return max(0.0, 1 - least_loss(concave_hull(counts), shape=shape) / blind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """What an approved applicant brings, in any unit of money.

    Attributes
    ----------
    gain
        Of an approved good one: one number, or (n,) one for each row; ≥ 0. It is what declining
        a good one costs (a false positive).
    loss
        Of an approved bad one, likewise (a false negative).
    """

    gain: ArrayLike
    loss: ArrayLike

    def profit(self, default: ArrayLike) -> Floats:
        """Return what each row earns if it is approved.

        Examples
        --------
        >>> Terms(gain=10, loss=[50, 60, 70]).profit([0, 1, 0]).tolist()
        [10.0, -60.0, 10.0]
        """
        label = np.asarray(default, dtype=np.bool_)
        return np.where(label, -self._side("loss", len(label)), self._side("gain", len(label)))

    def _side(self, name: str, rows: int) -> Floats:
        values = finite(getattr(self, name), name=name)
        if values.shape not in ((), (1,), (rows,)):
            raise ShapesDiffer(
                left=name, left_shape=values.shape, right="default", right_shape=(rows,)
            )
        if (values < 0).any():
            raise ParameterOutOfRange(name=name, value="negative", demand="it must be ≥ 0")
        return values


@dataclass(frozen=True, kw_only=True, slots=True)
class ProfitCurve:
    """The profit of approving the safest applicants, at rising approval rates.

    Attributes
    ----------
    approval
        (points,) approval rates, from 0 to 1.
    profit, lower, upper
        (points,) profit per applicant (not per approved one) with its pointwise band.
    bad_rate
        (points,) default rate of the approved; NaN where nobody is approved.
    level
        Confidence level of the band at each point; it does not hold for all at once.
    """

    approval: Floats
    profit: Floats
    lower: Floats
    upper: Floats
    bad_rate: Floats
    level: float


def profit_curve(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    terms: Terms,
    points: int = 101,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> ProfitCurve:
    """Return the profit per applicant at evenly spaced approval rates, with a bootstrap band.

    Parameters
    ----------
    default, risk
        As in `emp`.
    terms
        What approved applicants bring.
    points
        How many approval rates, two or more.
    level, resampling
        Of the band; 500 replicates unless told otherwise, rows drawn with replacement.

    Notes
    -----
    Applicants with equal risk share their place: the curve runs straight across a tie. Each
    replicate draws whole rows and approves the same shares anew, so the band knows that the
    cutoff moves too.

    Examples
    --------
    >>> curve = profit_curve(
    ...     [0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4], terms=Terms(gain=1, loss=3), points=3
    ... )
    >>> curve.profit.tolist(), curve.bad_rate[1:].tolist()
    ([0.0, 0.5, -1.0], [0.0, 0.5])
    """
    if points < 2:
        raise ParameterOutOfRange(name="points", value=points, demand="two or more are needed")
    drawing = resampling or Resampling(replicates=500, seed=0, stratified=False)
    checked = sample(default, risk)
    order = np.argsort(checked.risk, kind="stable")
    _, start = np.unique(checked.risk[order], return_index=True)
    earned = terms.profit(checked.default)[order]
    shares = np.linspace(0, 1, points)
    ones, rows = np.ones(len(order)), len(order)
    profit = _cumulative(earned, ones, start, shares)
    bad = _cumulative(checked.default[order].astype(np.float64), ones, start, shares)
    random = np.random.default_rng(drawing.seed)
    drawn = np.array(
        [
            _cumulative(earned, weights, start, shares)
            for weights in (
                np.bincount(random.integers(rows, size=rows), minlength=rows).astype(np.float64)
                for _ in range(drawing.replicates)
            )
        ]
    )
    reach = normal_quantile(level) * drawn.std(axis=0, ddof=1)
    return ProfitCurve(
        approval=shares,
        profit=profit,
        lower=profit - reach,
        upper=profit + reach,
        bad_rate=np.divide(bad, shares, out=np.full(points, np.nan), where=shares > 0),
        level=level,
    )


def _cumulative(values: Floats, weights: Floats, start: np.ndarray, shares: Floats) -> Floats:
    """Return the weighted sum of the values of the safest shares, per row."""
    reached = np.concatenate([[0.0], np.cumsum(np.add.reduceat(weights, start))])
    summed = np.concatenate([[0.0], np.cumsum(np.add.reduceat(weights * values, start))])
    return np.interp(shares, reached / reached[-1], summed / reached[-1])
