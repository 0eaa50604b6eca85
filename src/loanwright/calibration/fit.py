"""Finding the calibration curve on the calibration sample."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.calibration.beta import beta_curve
from loanwright.calibration.curve import Calibration
from loanwright.errors import Rejected
from loanwright.metrics.probability import LineNotFound, fit_line
from loanwright.metrics.samples import Floats, SampleTooSmall, sample

Method = Literal["auto", "platt", "beta", "isotonic"]

FOLDS = 5
LEAST_ROWS = 30
LEAST_BLOCK_ROWS = 50
"""Isotonic blocks smaller than this are joined: fewer rows say too little about a rate."""
LEAST_BENT_ROWS = 1000
"""With fewer rows only the line is tried: a bend could not be told from chance."""
LEAST_STEP = 1e-6
SLOPE_SPREAD = 0.25


class RankingReversed(Rejected):
    """Risk falls as the raw log-odds rise (slope {slope:.3f}): the model ranks backwards."""


class CalibrationMethodUnknown(Rejected):
    """There is no calibration method {method}; known: auto, platt, beta, isotonic."""


def fit_calibration(
    log_odds: ArrayLike, default: ArrayLike, *, method: Method = "auto", seed: int = 0
) -> Calibration:
    """Return the strictly increasing curve from raw to calibrated log-odds.

    Parameters
    ----------
    log_odds
        (n,) raw log-odds of default of the calibration sample, which the model has not seen.
    default
        (n,) labels, 1 is bad; both classes must be present.
    method
        "platt" is a line; "beta" bends each tail by a power of its own; "isotonic" joins the
        centres of the blocks of pool-adjacent-violators by rising segments, so that equal rates
        stay ranked by the raw log-odds and no tie is made; "auto" takes what
        `choose_calibration` chooses.
    seed
        Of the folds of "auto".

    Raises
    ------
    RankingReversed
        Where a higher log-odds goes with fewer defaults.
    SampleTooSmall, OneClassOnly, ValuesNotFinite, ShapesDiffer, LabelsNotBinary
        Where the sample does not serve.

    Notes
    -----
    Platt (1999), with a normal prior of the slope around 1 (standard deviation 0.25) in place
    of his smoothed labels: models that are not reweighted are nearly calibrated already, and a
    hundred rows must not bend them at will. Thousands of rows overrule the prior.

    Examples
    --------
    >>> import numpy as np
    >>> random = np.random.default_rng(0)
    >>> raw = random.normal(size=4000)
    >>> happened = random.random(4000) < 1 / (1 + np.exp(-(2 * raw - 1)))
    >>> curve = fit_calibration(raw, happened, method="platt")
    >>> [round(value, 1) for value in curve.apply([0.0, 1.0]).tolist()]
    [-1.0, 1.0]
    """
    raw, label = _checked(log_odds, default)
    chosen = choose_calibration(raw, label, seed=seed).method if method == "auto" else method
    if chosen not in METHODS:
        raise CalibrationMethodUnknown(method=chosen)
    return METHODS[chosen](raw, label)


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationTrial:
    """What one method reached on rows it was not fitted on.

    Attributes
    ----------
    method
        Its name.
    log_loss
        Mean over all rows, each from the folds that did not hold it.
    excess, error
        Mean difference to the best method, row by row, and its standard error.
    """

    method: str
    log_loss: float
    excess: float
    error: float

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "method": self.method,
            "log_loss": round(self.log_loss, 8),
            "excess": round(self.excess, 8),
            "error": round(self.error, 8),
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationChoice:
    """The method that was chosen, and what it was chosen from."""

    method: str
    trials: tuple[CalibrationTrial, ...]


def choose_calibration(
    log_odds: ArrayLike, default: ArrayLike, *, seed: int = 0
) -> CalibrationChoice:
    """Choose a method by log loss on rows that it was not fitted on.

    Each method is fitted on four fifths and judged on the fifth, five times. The simplest
    (platt, then beta, then isotonic) whose loss exceeds the best one's by no more than one
    standard error of their difference is taken; fewer than 1,000 rows are given the line.

    Parameters
    ----------
    log_odds, default
        (n,) raw log-odds and labels of the calibration sample.
    seed
        Of the folds.

    Raises
    ------
    RankingReversed, SampleTooSmall, OneClassOnly, ValuesNotFinite, ShapesDiffer, LabelsNotBinary
        As `fit_calibration`.

    Examples
    --------
    >>> random = np.random.default_rng(1)
    >>> raw = random.normal(size=3000)
    >>> bad = random.random(3000) < 1 / (1 + np.exp(-raw))
    >>> choice = choose_calibration(raw, bad)
    >>> choice.method, [trial.method for trial in choice.trials]
    ('platt', ['platt', 'beta', 'isotonic'])
    """
    raw, label = _checked(log_odds, default)
    if len(label) < LEAST_BENT_ROWS:
        return CalibrationChoice(method="platt", trials=())
    losses = _losses_out_of_fold(raw, label, _stratified_folds(label, seed=seed))
    if losses is None:
        return CalibrationChoice(method="platt", trials=())
    best = min(losses, key=lambda method: float(losses[method].mean()))
    trials = tuple(_trial(method, loss, losses[best]) for method, loss in losses.items())
    chosen = next(trial.method for trial in trials if trial.excess <= trial.error)
    return CalibrationChoice(method=chosen, trials=trials)


def _checked(log_odds: ArrayLike, default: ArrayLike) -> tuple[Floats, Floats]:
    checked = sample(default, log_odds)
    if len(checked.default) < LEAST_ROWS:
        raise SampleTooSmall(rows=len(checked.default), least=LEAST_ROWS)
    return checked.risk, checked.default.astype(np.float64)


def _platt(log_odds: Floats, label: Floats) -> Calibration:
    line = _line(log_odds, label)
    return Calibration(
        knots_x=(-1.0, 1.0),
        knots_y=(line.intercept - line.slope, line.intercept + line.slope),
        method="platt",
    )


class _Line(NamedTuple):
    intercept: float
    slope: float


def _line(log_odds: Floats, label: Floats) -> _Line:
    if np.ptp(log_odds) <= 1e-12 * max(1.0, abs(float(log_odds[0]))):
        # The model says the same of everybody: it is given the rate, the slope stays unknown.
        odds = (label.sum() + 0.5) / (len(label) - label.sum() + 0.5)
        return _Line(intercept=float(np.log(odds) - log_odds.mean()), slope=1.0)
    fitted = fit_line(label, log_odds, precision=SLOPE_SPREAD**-2)
    if fitted.slope <= 0:
        raise RankingReversed(slope=fitted.slope)
    return _Line(intercept=fitted.intercept, slope=fitted.slope)


def _beta(log_odds: Floats, label: Floats) -> Calibration:
    _line(log_odds, label)
    return beta_curve(log_odds, label, precision=SLOPE_SPREAD**-2)


def _isotonic(log_odds: Floats, label: Floats) -> Calibration:
    line = _line(log_odds, label)
    order = np.argsort(log_odds, kind="stable")
    blocks = _joined(_pooled(log_odds[order], label[order]), least=LEAST_BLOCK_ROWS)
    x = [block.centre for block in blocks]
    y = [block.log_odds for block in blocks]
    # Beyond the outermost blocks nothing was seen: the curve goes on with the slope of the line.
    knots_x = (x[0] - 1.0, *x, x[-1] + 1.0)
    knots_y = (y[0] - line.slope, *y, y[-1] + line.slope)
    return Calibration(knots_x=knots_x, knots_y=knots_y, method="isotonic")


class _Block(NamedTuple):
    rows: float
    bad: float
    risk: float

    @property
    def rate(self) -> float:
        return self.bad / self.rows

    @property
    def centre(self) -> float:
        return self.risk / self.rows

    @property
    def log_odds(self) -> float:
        return float(np.log((self.bad + 0.5) / (self.rows - self.bad + 0.5)))

    def with_(self, other: "_Block") -> "_Block":
        return _Block(self.rows + other.rows, self.bad + other.bad, self.risk + other.risk)


def _pooled(log_odds: Floats, label: Floats) -> list[_Block]:
    """Return the blocks of pool-adjacent-violators over rows in rising order of log-odds."""
    distinct, start = np.unique(log_odds, return_index=True)
    rows = np.diff(np.append(start, len(log_odds))).astype(np.float64)
    bad = np.add.reduceat(label, start)
    blocks: list[_Block] = []
    for n, b, x in zip(rows.tolist(), bad.tolist(), distinct.tolist(), strict=True):
        block = _Block(n, b, n * x)
        while blocks and blocks[-1].rate >= block.rate:
            block = blocks.pop().with_(block)
        blocks.append(block)
    return blocks


def _joined(blocks: list[_Block], *, least: int) -> list[_Block]:
    """Join small blocks to a neighbour, and blocks whose smoothed log-odds do not rise."""
    kept: list[_Block] = []
    for block in blocks:
        kept.append(block)
        while len(kept) > 1 and (kept[-2].rows < least or not _rising(kept[-2], kept[-1])):
            _join_last(kept)
    while len(kept) > 1 and (kept[-1].rows < least or not _rising(kept[-2], kept[-1])):
        _join_last(kept)
    return kept


def _rising(first: _Block, second: _Block) -> bool:
    return (
        first.log_odds + LEAST_STEP < second.log_odds and first.centre + LEAST_STEP < second.centre
    )


def _join_last(blocks: list[_Block]) -> None:
    last = blocks.pop()
    blocks[-1] = blocks[-1].with_(last)


#: From the simplest to the freest.
METHODS: Mapping[str, Callable[[Floats, Floats], Calibration]] = MappingProxyType(
    {"platt": _platt, "beta": _beta, "isotonic": _isotonic}
)


def _losses_out_of_fold(
    log_odds: Floats, label: Floats, fold: NDArray[np.int64]
) -> dict[str, Floats] | None:
    losses = {method: np.empty(len(label)) for method in METHODS}
    for index in range(FOLDS):
        rest, held = fold != index, fold == index
        if label[rest].min() == label[rest].max():
            return None
        for method in tuple(losses):
            try:
                curve = METHODS[method](log_odds[rest], label[rest])
            except LineNotFound:
                # A method that finds no curve for a part of the sample is out of the choice.
                del losses[method]
                continue
            losses[method][held] = _losses(curve.apply(log_odds[held]), label[held])
    return losses or None


def _trial(method: str, loss: Floats, best: Floats) -> CalibrationTrial:
    excess = loss - best
    return CalibrationTrial(
        method=method,
        log_loss=float(loss.mean()),
        excess=float(excess.mean()),
        error=float(excess.std(ddof=1)) / len(excess) ** 0.5,
    )


def _stratified_folds(label: Floats, *, seed: int) -> NDArray[np.int64]:
    shuffled = np.random.default_rng(seed).permutation(len(label))
    order = shuffled[np.argsort(label[shuffled], kind="stable")]
    fold = np.empty(len(label), dtype=np.int64)
    fold[order] = np.arange(len(label)) % FOLDS
    return fold


def _losses(log_odds: Floats, label: Floats) -> Floats:
    """Return the log loss of each row, from log-odds: ln(1 + e^x) − label · x."""
    return np.logaddexp(0.0, log_odds) - label * log_odds
