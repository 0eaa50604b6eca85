"""Cutoffs by profit, chosen on one sample and judged on another."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from loanwright.errors import Rejected
from loanwright.metrics.distributions import jeffreys, normal_interval, standard_error
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.profit import Terms
from loanwright.metrics.samples import Booleans, Floats, ParameterOutOfRange, Sample, sample

# How far luck alone lets a best cutoff lead all those at and beyond the true one, in standard
# deviations of the profits between: for a two-sided Brownian motion with parabolic drift, the
# least lead over √distance beyond zero, simulated 20,000 times. The same for every portfolio.
_LEVELS = (0.8, 0.9, 0.95, 0.975, 0.99)
_LEADS = (1.02, 1.31, 1.56, 1.77, 2.02)


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
        As chosen, with the cutoffs that the sample cannot tell from it: wide where the profit
        curve is flat.
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
    return _choose(_path(checked, terms.profit(checked.default), bounds), bounds)


class _Path(NamedTuple):
    """What approving up to each distinct risk does, from nobody to all."""

    risk: Floats
    approved: Floats
    profit: Floats
    squares: Floats
    allowed: Booleans


def _path(checked: Sample, earned: Floats, bounds: Bounds) -> _Path:
    order = np.argsort(checked.risk, kind="stable")
    risk, rows = checked.risk[order], len(order)
    last = np.append(risk[1:] > risk[:-1], True)
    approved = np.append(0.0, np.flatnonzero(last) + 1.0)
    profit, squares, bads = (
        np.append(0.0, np.cumsum(values[order])[last])
        for values in (earned, earned**2, checked.default.astype(np.float64))
    )
    allowed = np.ones(len(approved), dtype=np.bool_)
    if bounds.minimum_approval_rate is not None:
        allowed &= approved >= bounds.minimum_approval_rate * rows
    if bounds.maximum_bad_rate is not None:
        allowed &= bads <= bounds.maximum_bad_rate * approved
    return _Path(
        risk=np.append(-np.inf, risk[last]),
        approved=approved,
        profit=profit,
        squares=squares,
        allowed=allowed,
    )


def _choose(path: _Path, bounds: Bounds) -> float:
    if not path.allowed.any():
        raise NoCutoffFits(
            maximum_bad_rate=bounds.maximum_bad_rate, minimum=bounds.minimum_approval_rate
        )
    reachable = np.where(path.allowed, path.profit, -np.inf)
    # Sums of equal profits differ by rounding; the later of them approves more.
    slack = 1e-9 * max(1.0, abs(float(reachable.max())))
    return float(path.risk[np.flatnonzero(reachable >= reachable.max() - slack)[-1]])


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
    level
        Of the intervals, from 0.8 to 0.99.

    Notes
    -----
    A best cutoff settles with the cube root of the rows, and bootstrap percentiles of it are
    wrong at any size (Abrevaya, Huang 2005). Its interval here holds all cutoffs, between the
    least and the greatest such, whose profit trails the best by no more than luck explains in
    picking it. Where a bound decides the cutoff instead of the profit, the interval says what
    profit would allow within the bounds of this sample, and no more.

    Examples
    --------
    >>> terms = Terms(gain=4, loss=3)
    >>> sample = ([0, 0, 1, 0, 1], [1, 2, 3, 4, 5], terms)
    >>> best = best_cutoff(sample, ([0, 1, 1], [2, 3, 6], terms))
    >>> best.cutoff.value, best.judged_on.approved, round(best.optimism, 4)
    (4.0, 2, 1.4667)
    """
    if not _LEVELS[0] <= level <= _LEVELS[-1]:
        raise ParameterOutOfRange(
            name="level", value=level, demand=f"it must lie in [{_LEVELS[0]}, {_LEVELS[-1]}]"
        )
    default, risk, terms = chosen_on
    cutoff = choose_cutoff(default, risk, terms=terms, bounds=bounds)
    first = judge_cutoff(default, risk, cutoff=cutoff, terms=terms, level=level)
    other, other_risk, other_terms = judged_on
    second = judge_cutoff(other, other_risk, cutoff=cutoff, terms=other_terms, level=level)
    checked = sample(default, risk)
    earned = terms.profit(checked.default)
    lower, upper = _told_apart(checked, earned, cutoff=cutoff, bounds=bounds, level=level)
    return BestCutoff(
        cutoff=Estimate(
            value=cutoff,
            lower=min(lower, cutoff),
            upper=max(upper, cutoff),
            level=level,
            method="profits not told apart",
        ),
        chosen_on=first,
        judged_on=second,
        optimism=first.profit.value - second.profit.value,
    )


def _told_apart(
    checked: Sample, earned: Floats, *, cutoff: float, bounds: Bounds, level: float
) -> tuple[float, float]:
    """Return the ends of the cutoffs whose profit this sample cannot tell from the best."""
    path = _path(checked, earned, bounds)
    critical = float(np.interp(level, _LEVELS, _LEADS))
    best = int(np.searchsorted(path.risk, cutoff, side="left"))
    lead = path.profit[best] - path.profit
    spread = np.sqrt(np.abs(path.squares - path.squares[best]))
    near = np.flatnonzero(path.allowed & (lead <= critical * spread + 1e-12))
    return float(path.risk[near[0]]), float(path.risk[near[-1]])


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
