"""By which figure candidates are compared, and how sure their differences are."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from types import MappingProxyType
from typing import Any, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.metrics.comparison import PairedComparison, compare_auc, compare_losses
from loanwright.metrics.discrimination import placements

Floats = NDArray[np.float64]
Labels = NDArray[Any]

REPLICATES: Final = 200
_WIDTH: Final = 2 * NormalDist().inv_cdf(0.975)


class CriterionUnknown(Rejected):
    """There is no metric {metric} to choose by; known: {known}."""


class CostsRefused(Rejected):
    """The costs cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """How much better one candidate is than another on the same rows.

    Attributes
    ----------
    value
        In the unit of the criterion; positive where the first is better.
    error
        Standard error of the value, given the fitted models.
    """

    value: float
    error: float

    @property
    def p_value(self) -> float:
        """Return how often chance alone is as far from 0, on either side."""
        if self.error <= 0:
            return 1.0 if self.value == 0 else 0.0
        return 2 * NormalDist().cdf(-abs(self.value) / self.error)


@runtime_checkable
class Criterion(Protocol):
    """A figure that is greater for the better candidate.

    Attributes
    ----------
    name
        As in experiment files.
    sign
        1 where people read the figure as greater is better, −1 for a loss.
    """

    @property
    def name(self) -> str:
        """Return the name in experiment files."""
        ...

    @property
    def sign(self) -> int:
        """Return 1 where greater is better, −1 for a loss."""
        ...

    def value(self, default: Labels, log_odds: Floats) -> float:
        """Return the figure as people read it."""
        ...

    def gap(self, default: Labels, first: Floats, second: Floats) -> Gap:
        """Return how much better the first is than the second on these rows."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class AUC:
    """Area under the ROC curve; differences by DeLong's paired test.

    Examples
    --------
    >>> AUC().value(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8]))
    0.75
    """

    name: str = "auc"
    sign: int = 1

    def value(self, default: Labels, log_odds: Floats) -> float:
        """Return the share of pairs of a bad and a good row that are ordered rightly."""
        return float(placements(np.asarray(default, np.bool_), log_odds)[0].mean())

    def gap(self, default: Labels, first: Floats, second: Floats) -> Gap:
        """Return the difference of the areas."""
        return _gap(compare_auc(default, first, second))


@dataclass(frozen=True, kw_only=True, slots=True)
class LogLoss:
    """Mean log loss of the raw log-odds, before calibration.

    Examples
    --------
    >>> round(LogLoss().value(np.array([0, 1]), np.array([0.0, 0.0])), 4)
    0.6931
    """

    name: str = "log_loss"
    sign: int = -1

    def value(self, default: Labels, log_odds: Floats) -> float:
        """Return the mean of ln(1 + eˣ) − label · x."""
        return float(_log_losses(default, log_odds).mean())

    def gap(self, default: Labels, first: Floats, second: Floats) -> Gap:
        """Return the loss of the second less the loss of the first."""
        return _gap(compare_losses(_log_losses(default, second), _log_losses(default, first)))


@dataclass(frozen=True, kw_only=True, slots=True)
class Profit:
    """Profit per applicant where everyone is declined who is expected to cost money.

    The cutoff follows from the costs alone and is not chosen on the rows that judge it: an
    applicant is declined where PD · loss > (1 − PD) · gain.

    Attributes
    ----------
    false_negative
        What an approved bad applicant costs, > 0.
    false_positive
        What is missed by declining a good one, > 0.

    Examples
    --------
    >>> by_profit = Profit(false_negative=5.0, false_positive=1.0)
    >>> by_profit.value(np.array([0, 0, 1]), np.array([-3.0, 2.0, 2.0])).__round__(4)
    0.3333
    """

    false_negative: float
    false_positive: float
    name: str = "profit"
    sign: int = 1

    def __post_init__(self) -> None:
        for name in ("false_negative", "false_positive"):
            if not 0 < getattr(self, name) < float("inf"):
                raise CostsRefused(problem=f"{name} must be a number above 0")

    def value(self, default: Labels, log_odds: Floats) -> float:
        """Return the mean over all rows; a declined row brings 0."""
        return float(self._rows(default, log_odds).mean())

    def gap(self, default: Labels, first: Floats, second: Floats) -> Gap:
        """Return the difference of the profits."""
        return _gap(compare_losses(self._rows(default, first), self._rows(default, second)))

    def _rows(self, default: Labels, log_odds: Floats) -> Floats:
        approved = log_odds <= np.log(self.false_positive / self.false_negative)
        earned = np.where(np.asarray(default, np.bool_), -self.false_negative, self.false_positive)
        return np.where(approved, earned, 0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class PrecisionRecall:
    """Area under precision over recall; differences by a seeded paired bootstrap of the rows.

    Examples
    --------
    >>> round(PrecisionRecall().value(np.array([0, 0, 1, 1]), np.array([0.1, 0.4, 0.35, 0.8])), 4)
    0.8333
    """

    name: str = "pr_auc"
    sign: int = 1

    def value(self, default: Labels, log_odds: Floats) -> float:
        """Return average precision."""
        return _Ordered.of(default, log_odds).precision(np.ones(len(log_odds)))

    def gap(self, default: Labels, first: Floats, second: Floats) -> Gap:
        """Return the difference of the areas."""
        one, other = _Ordered.of(default, first), _Ordered.of(default, second)
        random = np.random.default_rng(0)
        drawn = []
        for _ in range(REPLICATES):
            weights = random.poisson(1.0, len(first)).astype(np.float64)
            drawn.append(one.precision(weights) - other.precision(weights))
        value = self.value(default, first) - self.value(default, second)
        return Gap(value=value, error=float(np.std(drawn, ddof=1)))


@dataclass(frozen=True, slots=True)
class _Ordered:
    """Labels from the riskiest row down, and where a run of equal risks ends."""

    order: NDArray[np.int64]
    bad: Floats
    last: NDArray[np.int64]

    @staticmethod
    def of(default: Labels, log_odds: Floats) -> "_Ordered":
        order = np.argsort(-log_odds, kind="stable")
        risk = log_odds[order]
        last = np.append(np.flatnonzero(np.diff(risk)), len(risk) - 1)
        return _Ordered(order, np.asarray(default, np.float64)[order], last)

    def precision(self, weights: Floats) -> float:
        weighted = weights[self.order]
        found = np.cumsum(weighted * self.bad)[self.last]
        flagged = np.cumsum(weighted)[self.last]
        precision = np.divide(found, flagged, out=np.zeros(len(found)), where=flagged > 0)
        return float(np.sum(np.diff(found, prepend=0.0) * precision) / max(found[-1], 1e-300))


CRITERIA: Final[Mapping[str, type[Any]]] = MappingProxyType(
    {"auc": AUC, "pr_auc": PrecisionRecall, "log_loss": LogLoss, "profit": Profit}
)


def find_criterion(metric: str, *, costs: Mapping[str, float] | None = None) -> Criterion:
    """Return the criterion of this name.

    Parameters
    ----------
    metric
        A key of `CRITERIA`.
    costs
        ``false_negative`` and ``false_positive``, which profit needs.

    Raises
    ------
    CriterionUnknown
        Where there is none.
    CostsRefused
        Where profit is asked for without costs that are above 0.

    Examples
    --------
    >>> find_criterion("auc").name
    'auc'
    """
    if metric not in CRITERIA:
        raise CriterionUnknown(metric=metric, known=", ".join(CRITERIA))
    if metric != "profit":
        found: Criterion = CRITERIA[metric]()
        return found
    given = dict(costs or {})
    if given.keys() != {"false_negative", "false_positive"}:
        raise CostsRefused(problem="profit needs false_negative and false_positive")
    return Profit(false_negative=given["false_negative"], false_positive=given["false_positive"])


def fold_values(
    criterion: Criterion, labels: tuple[Labels, ...], log_odds: tuple[Floats, ...]
) -> Floats:
    """Return the figure of each fold, as people read it."""
    pairs = zip(labels, log_odds, strict=True)
    return np.array([criterion.value(default, risk) for default, risk in pairs])


def fold_gap(
    criterion: Criterion,
    labels: tuple[Labels, ...],
    first: tuple[Floats, ...],
    second: tuple[Floats, ...],
) -> Gap:
    """Return the mean over folds of how much better the first is, with its standard error.

    Notes
    -----
    Folds are judged on different rows, so their variances add. The log-odds of different folds
    come from different models and are never ranked against one another.
    """
    gaps = [
        criterion.gap(default, one, other)
        for default, one, other in zip(labels, first, second, strict=True)
    ]
    return Gap(
        value=float(np.mean([gap.value for gap in gaps])),
        error=sqrt(sum(gap.error**2 for gap in gaps)) / len(gaps),
    )


def _gap(paired: PairedComparison) -> Gap:
    interval = paired.difference
    return Gap(value=interval.value, error=(interval.upper - interval.lower) / _WIDTH)


def _log_losses(default: Labels, log_odds: Floats) -> Floats:
    return np.logaddexp(0.0, log_odds) - np.asarray(default, np.float64) * log_odds
