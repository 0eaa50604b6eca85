"""Populations whose truth is known, for the proofs."""

from functools import cache
from math import log, sqrt
from statistics import NormalDist

import numpy as np

from loanwright.metrics.bootstrap import Counts
from loanwright.metrics.hull import Blocks, concave_hull, least_loss, maximum_profit
from loanwright.metrics.profit import DEFAULT_LOSS, Terms

RATE = 0.2
DISTANCE = 1.0
BINORMAL_AUC = NormalDist().cdf(DISTANCE / sqrt(2))
BINORMAL_KS = 2 * NormalDist().cdf(DISTANCE / 2) - 1
TERMS = Terms(gain=1.0, loss=4.0)
GRID = np.linspace(-9, 10, 400_001)


def binormal(
    random: np.random.Generator, rows: int, *, distance: float = DISTANCE
) -> tuple[np.ndarray, np.ndarray]:
    """Return defaults at a fifth of the rows or so, and risks that lie higher for the bad."""
    default = random.random(rows) < RATE
    return default, random.normal(size=rows) + distance * default


def two_models(
    random: np.random.Generator, rows: int, *, second: float = DISTANCE, alike: float = 0.6
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return defaults and the risks of two models that err alike."""
    default = random.random(rows) < RATE
    shared = sqrt(alike) * random.normal(size=rows)
    own = sqrt(1 - alike) * random.normal(size=(2, rows))
    return default, shared + own[0] + DISTANCE * default, shared + own[1] + second * default


@cache
def _cells() -> Counts:
    normal = NormalDist()
    edges = GRID
    share = [np.diff([normal.cdf(x - shift) for x in edges]) for shift in (DISTANCE, 0.0)]
    return Counts(bad=RATE * share[0], good=(1 - RATE) * share[1])


@cache
def binormal_emp() -> float:
    """Return the EMP of the whole population."""
    blocks = concave_hull(_cells())
    return maximum_profit(blocks, p0=DEFAULT_LOSS.p0, p1=DEFAULT_LOSS.p1, roi=DEFAULT_LOSS.roi)[0]


@cache
def binormal_h() -> float:
    """Return the H-measure of the whole population."""
    shape = (1 + RATE, 2 - RATE)
    blind = Blocks(bad=np.array([RATE]), good=np.array([1 - RATE]))
    return 1 - least_loss(concave_hull(_cells()), shape=shape) / least_loss(blind, shape=shape)


@cache
def binormal_precision() -> float:
    """Return the average precision of the whole population."""
    bad, good = (side[::-1] for side in _cells())
    found = np.cumsum(bad) - bad / 2
    flagged = found + np.cumsum(good) - good / 2
    used = flagged > 0
    return float(np.sum(bad[used] * found[used] / flagged[used]) / bad.sum())


def profit_at(cutoff: float) -> float:
    """Return the profit per applicant of approving up to a risk."""
    normal = NormalDist()
    good = (1 - RATE) * normal.cdf(cutoff) * float(TERMS.gain)
    return good - RATE * normal.cdf(cutoff - DISTANCE) * float(TERMS.loss)


@cache
def profit_of_approving(share: float) -> float:
    """Return the profit per applicant of approving this share."""
    approved = np.cumsum(_cells().bad + _cells().good)
    return profit_at(float(GRID[np.searchsorted(approved, share) + 1]))


def best_cutoff() -> float:
    """Return the risk at which an applicant earns as much as it loses."""
    price = log(float(TERMS.gain) / float(TERMS.loss) * (1 - RATE) / RATE)
    return price / DISTANCE + DISTANCE / 2


def calibrated(
    random: np.random.Generator, rows: int, *, slope: float = 1.0, shift: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Return defaults made from log-odds, and probabilities that state them as told."""
    log_odds = random.normal(-2, 1, rows)
    return random.random(rows) < _logistic(slope * log_odds + shift), _logistic(log_odds)


def refitted(random: np.random.Generator, rows: int) -> tuple[np.ndarray, np.ndarray]:
    """Return defaults, and probabilities of a logistic regression fitted on them."""
    from loanwright.metrics.probability import fit_line

    log_odds = random.normal(-2, 1, rows)
    default = random.random(rows) < _logistic(log_odds)
    line = fit_line(default.astype(np.float64), log_odds)
    return default, _logistic(line.intercept + line.slope * log_odds)


def _logistic(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


@cache
def _log_odds() -> tuple[np.ndarray, np.ndarray]:
    """Return log-odds of the calibrated population and their weights."""
    log_odds = np.linspace(-10, 6, 200_001)
    weight = np.exp(-((log_odds + 2) ** 2) / 2)
    return log_odds, weight / weight.sum()


@cache
def truth_of(name: str) -> float:
    """Return what a measure is in the calibrated population."""
    log_odds, weight = _log_odds()
    p = _logistic(log_odds)
    brier = float(weight @ (p * (1 - p)))
    if name == "brier":
        return brier
    if name == "log loss":
        return float(-(weight @ (p * np.log(p) + (1 - p) * np.log1p(-p))))
    if name == "skill":
        rate = float(weight @ p)
        return 1 - brier / (rate * (1 - rate))
    true = _logistic(0.8 * log_odds + 0.3)
    low, high = -5.0, 5.0
    for _ in range(80):
        middle = (low + high) / 2
        too_low = float(weight @ (_logistic(log_odds + middle) - true)) < 0
        low, high = (middle, high) if too_low else (low, middle)
    return low


@cache
def calibration_gap(slope: float, groups: int = 10) -> float:
    """Return the expected calibration error of the whole population, over groups of equal size."""
    log_odds, weight = _log_odds()
    gap = weight * (_logistic(slope * log_odds) - _logistic(log_odds))
    group = np.minimum((np.cumsum(weight) * groups).astype(int), groups - 1)
    return float(np.abs(np.bincount(group, weights=gap)).sum())


def correlated_defaults(
    random: np.random.Generator, rows: int, probability: float, correlation: float
) -> int:
    """Return how many of a grade default in one year of the one-factor model."""
    normal = NormalDist()
    state = sqrt(correlation) * random.normal()
    rate = normal.cdf((normal.inv_cdf(probability) - state) / sqrt(1 - correlation))
    return int(random.binomial(rows, rate))


def columns(random: np.random.Generator, rows: int) -> dict[str, np.ndarray]:
    """Return a feature of numbers, one with missing values, and one of categories."""
    income = np.exp(random.normal(size=rows))
    age = np.where(random.random(rows) < 0.1, np.nan, random.normal(40, 10, rows))
    return {"income": income, "age": age, "home": random.choice(["own", "rent", "other"], rows)}
