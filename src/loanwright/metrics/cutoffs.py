"""Cutoffs by profit, chosen on one sample and judged on another."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from loanwright.errors import Rejected
from loanwright.metrics.bootstrap import Resampling
from loanwright.metrics.distributions import jeffreys, normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.profit import Terms
from loanwright.metrics.samples import Floats, ParameterOutOfRange, Sample, sample


class NoCutoffFits(Rejected):
    """No cutoff keeps the bad rate at most {maximum_bad_rate} with approvals of {minimum}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What a cutoff must keep to; None asks for nothing.

    Attributes
    ----------
    maximum_bad_rate
        Of the approved.
    minimum_approval_rate
        Share of all applicants.
    """

    maximum_bad_rate: float | None = None
    minimum_approval_rate: float | None = None


UNBOUNDED = Bounds()


@dataclass(frozen=True, kw_only=True, slots=True)
class CutoffResult:
    """What a cutoff does to one sample.

    Attributes
    ----------
    cutoff
        Applicants with a risk at or below it are approved.
    approval_rate, bad_rate
        Share of all that is approved, and of the approved that defaults (Jeffreys); the bad rate
        is None where nobody is approved.
    profit
        Per applicant, declined ones earning nothing, with a normal interval.
    approved, defaults
        How many were approved, and how many of those defaulted.
    """

    cutoff: float
    approval_rate: Estimate
    bad_rate: Estimate | None
    profit: Estimate
    approved: int
    defaults: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BestCutoff:
    """A cutoff chosen on one sample and judged on another.

    Attributes
    ----------
    cutoff
        As chosen, with the bootstrap percentiles of choosing it anew: wide where the profit curve
        is flat.
    chosen_on
        What it did to the sample that chose it: flattering, and given to show by how much.
    judged_on
        What it did to the other sample: the figures to report.
    optimism
        Profit per applicant where it was chosen less profit where it was judged.
    """

    cutoff: Estimate
    chosen_on: CutoffResult
    judged_on: CutoffResult
    optimism: float


def choose_cutoff(
    default: ArrayLike, risk: ArrayLike, *, terms: Terms, bounds: Bounds = UNBOUNDED
) -> float:
    """Return the risk up to which approving earns most on this sample, within bounds.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk
        (n,) finite numbers, higher is riskier.
    terms
        What approved applicants bring. For costs of errors give ``gain`` the cost of a false
        positive (a good one declined) and ``loss`` that of a false negative (a bad one approved):
        the least cost and the most profit are at the same cutoff.
    bounds
        What the approved must keep to.

    Returns
    -------
    float
        A risk of the sample, or −∞ where approving nobody is best. Of equally good cutoffs, the
        one that approves more.

    Raises
    ------
    NoCutoffFits
        Where no cutoff keeps to the bounds.

    Examples
    --------
    >>> choose_cutoff([0, 0, 1, 0, 1], [1, 2, 3, 4, 5], terms=Terms(gain=4, loss=3))
    4.0
    >>> few = Bounds(maximum_bad_rate=0.1)
    >>> choose_cutoff([0, 0, 1, 0, 1], [1, 2, 3, 4, 5], terms=Terms(gain=4, loss=3), bounds=few)
    2.0
    """
    checked = sample(default, risk)
    return _choose(checked, terms.profit(checked.default), bounds)


def _choose(checked: Sample, earned: Floats, bounds: Bounds) -> float:
    order = np.argsort(checked.risk, kind="stable")
    risk = checked.risk[order]
    last = np.append(risk[1:] > risk[:-1], True)
    approved = np.append(0, np.flatnonzero(last) + 1)
    profit = np.append(0.0, np.cumsum(earned[order])[last])
    bads = np.append(0, np.cumsum(checked.default[order])[last])
    allowed = np.ones(len(approved), dtype=np.bool_)
    if bounds.minimum_approval_rate is not None:
        allowed &= approved >= bounds.minimum_approval_rate * len(risk)
    if bounds.maximum_bad_rate is not None:
        allowed &= bads <= bounds.maximum_bad_rate * approved
    if not allowed.any():
        raise NoCutoffFits(
            maximum_bad_rate=bounds.maximum_bad_rate, minimum=bounds.minimum_approval_rate
        )
    reachable = np.where(allowed, profit, -np.inf)
    # Sums of equal profits differ by rounding; the later of them approves more.
    ties = np.flatnonzero(reachable >= reachable.max() - 1e-9 * max(1.0, abs(reachable.max())))
    chosen = int(approved[ties[-1]])
    return float(risk[chosen - 1]) if chosen else -np.inf


def judge_cutoff(
    default: ArrayLike, risk: ArrayLike, *, cutoff: float, terms: Terms, level: float = 0.95
) -> CutoffResult:
    """Return what a cutoff does to a sample; honest where another sample chose it.

    Parameters
    ----------
    default, risk, terms
        As in `choose_cutoff`.
    cutoff
        Applicants with a risk at or below it are approved.
    level
        Of the intervals.

    Examples
    --------
    >>> terms = Terms(gain=2, loss=3)
    >>> found = judge_cutoff([0, 0, 1, 0, 1], [1, 2, 3, 4, 5], cutoff=4, terms=terms)
    >>> found.approval_rate.value, found.bad_rate.value, found.profit.value
    (0.8, 0.25, 0.6)
    """
    checked = sample(default, risk, both_classes=False)
    if np.isnan(cutoff):
        raise ParameterOutOfRange(name="cutoff", value=cutoff, demand="a number is needed")
    approve = checked.risk <= cutoff
    approved, defaults = int(approve.sum()), int((approve & checked.default).sum())
    earned = np.where(approve, terms.profit(checked.default), 0.0)
    error = standard_error(float(earned.var(ddof=1)) / len(earned))
    return CutoffResult(
        cutoff=float(cutoff),
        approval_rate=jeffreys(approved, len(approve), level=level),
        bad_rate=jeffreys(defaults, approved, level=level) if approved else None,
        profit=normal_interval(
            float(earned.mean()), error, level=level, bounds=(-np.inf, np.inf), method="normal"
        ),
        approved=approved,
        defaults=defaults,
    )


def best_cutoff(
    chosen_on: tuple[ArrayLike, ArrayLike, Terms],
    judged_on: tuple[ArrayLike, ArrayLike, Terms],
    *,
    bounds: Bounds = UNBOUNDED,
    level: float = 0.95,
    resampling: Resampling | None = None,
) -> BestCutoff:
    """Return the most profitable cutoff of one sample and what it does to another.

    Parameters
    ----------
    chosen_on, judged_on
        (labels, risks, terms) of two samples that share no row. A cutoff judged by the rows that
        chose it looks better than it is.
    bounds
        As in `choose_cutoff`. They hold where the cutoff was chosen; whether they hold where it
        is judged is seen in ``judged_on``.
    level, resampling
        Of the intervals; 200 draws of the choosing sample unless told otherwise. Draws in which
        nothing keeps to the bounds count as approving nobody.

    Examples
    --------
    >>> terms = Terms(gain=4, loss=3)
    >>> sample = ([0, 0, 1, 0, 1], [1, 2, 3, 4, 5], terms)
    >>> best = best_cutoff(sample, ([0, 1, 1], [2, 3, 6], terms))
    >>> best.cutoff.value, best.judged_on.approved, round(best.optimism, 4)
    (4.0, 2, 1.4667)
    """
    default, risk, terms = chosen_on
    cutoff = choose_cutoff(default, risk, terms=terms, bounds=bounds)
    drawing = resampling or Resampling(replicates=200, seed=0, stratified=False)
    first = judge_cutoff(default, risk, cutoff=cutoff, terms=terms, level=level)
    other, other_risk, other_terms = judged_on
    second = judge_cutoff(other, other_risk, cutoff=cutoff, terms=other_terms, level=level)
    checked = sample(default, risk)
    drawn = _rechosen(checked, terms.profit(checked.default), bounds, drawing)
    tail = (1 - level) / 2
    # The inverted distribution needs no average of −∞ and a number.
    lower, upper = np.quantile(drawn, [tail, 1 - tail], method="inverted_cdf")
    return BestCutoff(
        cutoff=Estimate(
            value=cutoff,
            lower=float(min(lower, cutoff)),
            upper=float(max(upper, cutoff)),
            level=level,
            method=f"bootstrap percentiles, {drawing.replicates} replicates",
        ),
        chosen_on=first,
        judged_on=second,
        optimism=first.profit.value - second.profit.value,
    )


def _rechosen(checked: Sample, earned: Floats, bounds: Bounds, drawing: Resampling) -> Floats:
    random = np.random.default_rng(drawing.seed)
    rows = len(earned)
    found = []
    for _ in range(drawing.replicates):
        chosen = random.integers(rows, size=rows)
        drawn = Sample(default=checked.default[chosen], risk=checked.risk[chosen])
        try:
            found.append(_choose(drawn, earned[chosen], bounds))
        except NoCutoffFits:
            found.append(-np.inf)
    return np.array(found)


def cutoff_table(
    default: ArrayLike,
    risk: ArrayLike,
    *,
    terms: Terms,
    approval_rates: ArrayLike = (0.5, 0.6, 0.7, 0.8, 0.9, 1.0),
    level: float = 0.95,
) -> tuple[CutoffResult, ...]:
    """Return what cutoffs of given approval rates do: bad rate and profit at each.

    Parameters
    ----------
    default, risk, terms, level
        As in `judge_cutoff`.
    approval_rates
        Shares to approve, each in (0, 1]; a cutoff inside a tie approves the whole tie.

    Examples
    --------
    >>> table = cutoff_table(
    ...     [0, 0, 1, 1], [1, 2, 3, 4], terms=Terms(gain=1, loss=3), approval_rates=[0.5, 1]
    ... )
    >>> [(row.cutoff, row.bad_rate.value, row.profit.value) for row in table]
    [(2.0, 0.0, 0.5), (4.0, 0.5, -1.0)]
    """
    checked = sample(default, risk, both_classes=False)
    shares = np.atleast_1d(np.asarray(approval_rates, dtype=np.float64))
    if not ((shares > 0) & (shares <= 1)).all():
        raise ParameterOutOfRange(
            name="approval_rates", value=shares.tolist(), demand="each must lie in (0, 1]"
        )
    cutoffs = np.quantile(checked.risk, shares, method="inverted_cdf")
    return tuple(
        judge_cutoff(default, risk, cutoff=float(cutoff), terms=terms, level=level)
        for cutoff in cutoffs
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class SwapSet:
    """Who changes sides when one model replaces another at the same approval rate.

    Attributes
    ----------
    swapped_in, swapped_out
        How many only the new model approves, and only the old one.
    bad_rate_in, bad_rate_out
        Default rates among them (Jeffreys); None where there are none. Outcomes of applicants
        that were never approved are not known: these are rates of those with an outcome.
    """

    swapped_in: int
    swapped_out: int
    bad_rate_in: Estimate | None
    bad_rate_out: Estimate | None


def swap_set(
    default: ArrayLike,
    risk_new: ArrayLike,
    risk_old: ArrayLike,
    *,
    approval_rate: float,
    level: float = 0.95,
) -> SwapSet:
    """Return who a new model approves instead of whom, both approving the same share.

    Parameters
    ----------
    default
        (n,) labels, 1 is bad.
    risk_new, risk_old
        (n,) risks of both models for the same rows.
    approval_rate
        In (0, 1].
    level
        Of the intervals.

    Examples
    --------
    >>> swap = swap_set([0, 1, 0, 1], [1, 3, 2, 4], [1, 2, 3, 4], approval_rate=0.5)
    >>> swap.swapped_in, swap.swapped_out, swap.bad_rate_in.value, swap.bad_rate_out.value
    (1, 1, 0.0, 1.0)
    """
    new = sample(default, risk_new, both_classes=False)
    old = sample(default, risk_old, both_classes=False)
    if not 0 < approval_rate <= 1:
        raise ParameterOutOfRange(
            name="approval_rate", value=approval_rate, demand="it must lie in (0, 1]"
        )
    approve_new, approve_old = (
        one.risk <= np.quantile(one.risk, approval_rate, method="inverted_cdf")
        for one in (new, old)
    )
    sides = (approve_new & ~approve_old, approve_old & ~approve_new)
    counts = [int(side.sum()) for side in sides]
    rates = [
        jeffreys(int(new.default[side].sum()), count, level=level) if count else None
        for side, count in zip(sides, counts, strict=True)
    ]
    return SwapSet(
        swapped_in=counts[0],
        swapped_out=counts[1],
        bad_rate_in=rates[0],
        bad_rate_out=rates[1],
    )
