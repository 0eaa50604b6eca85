"""From log-odds of default to probability, score and grade, with the same bits everywhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected

SATURATION = 708.0
"""Log-odds beyond which the logistic is flat: exp(708) is the last power with room to spare."""

_LOG2_E = 1.44269504088896338700
# ln 2 in two parts: the first has 21 trailing zero bits, so that k times it is exact.
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
# Minimax coefficients of r·(eʳ+1)/(eʳ−1) in r² on [−ln2/2, ln2/2] (FreeBSD msun, e_exp.c).
_RATIONAL = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LARGEST_BELOW_ONE = 1.0 - 2.0**-53


class LogOddsNotFinite(Rejected):
    """Log-odds must be finite numbers; {count} of {rows} are not."""


class ScaleNotUsable(Rejected):
    """The score scale cannot be used: {problem}."""


def _exponential(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return e to the power of values within ±SATURATION, from + − × / and exact scaling only."""
    power = np.rint(values * _LOG2_E)
    high = values - power * _LN2_HIGH
    low = power * _LN2_LOW
    rest = high - low
    square = rest * rest
    series = np.full_like(values, _RATIONAL[4])
    for coefficient in reversed(_RATIONAL[:4]):
        series = series * square + coefficient
    remainder = rest - square * series
    fraction = 1.0 - ((low - (rest * remainder) / (2.0 - remainder)) - high)
    return np.ldexp(fraction, power.astype(np.int32))


def logistic(log_odds: ArrayLike) -> NDArray[np.float64]:
    """Return probabilities from log-odds, with bits that depend on nothing but the input.

    Library exponentials differ in their last bits between processors, vector widths and batch
    lengths; a replayed decision must not. So the exponential is made here, by range reduction and
    a rational polynomial, from additions, multiplications and divisions that IEEE 754 rounds in
    one way only.

    Parameters
    ----------
    log_odds
        Finite log-odds, any shape. They are flat beyond ±708, where a float64 has no more room.

    Returns
    -------
    ndarray
        1 / (1 + exp(−x)) of the same shape, strictly between 0 and 1, non-decreasing in x,
        within 2 units in the last place.

    Raises
    ------
    LogOddsNotFinite
        Where a value is NaN or infinite.

    Examples
    --------
    >>> logistic([-1000.0, 0.0, 1000.0]).tolist()
    [3.307553003638408e-308, 0.5, 0.9999999999999999]
    """
    values = _finite(log_odds)
    # 1 / (1 + eˣ) rather than eˣ / (1 + eˣ): each rounded step is monotone.
    opposite = _exponential(np.clip(-values, -SATURATION, SATURATION))
    return np.minimum(1.0 / (1.0 + opposite), _LARGEST_BELOW_ONE)


def _finite(log_odds: ArrayLike) -> NDArray[np.float64]:
    values = np.asarray(log_odds, dtype=np.float64)
    wrong = values.size - int(np.count_nonzero(np.isfinite(values)))
    if wrong:
        raise LogOddsNotFinite(count=wrong, rows=values.size)
    return values


def _natural_logarithm(value: float) -> float:
    """Return ln(value), correctly rounded: decimal arithmetic is the same on every machine."""
    return float(Decimal(value).ln())


@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """One rating grade and the least score that earns it."""

    name: str
    score_from: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Scale:
    """Points from log-odds: ``score = offset − factor · log_odds``, rounded half to even.

    Parameters
    ----------
    pdo
        Points that double the odds good : bad, > 0.
    anchor_score, anchor_odds
        The score given at these odds good : bad.
    grades
        From the safest to the riskiest, ``score_from`` falling. The last grade takes every
        score below the one before it, so its own ``score_from`` is only a label.

    Raises
    ------
    ScaleNotUsable
        Where the numbers do not describe a scale.

    Examples
    --------
    >>> scale = Scale(pdo=20, anchor_score=600, anchor_odds=30, grades=(
    ...     Grade(name="A", score_from=600), Grade(name="B", score_from=0)))
    >>> from math import log
    >>> scale.score([-log(30), -log(60), -log(15)]).tolist()
    [600, 620, 580]
    >>> scale.grade(600), scale.grade(599), scale.grade(-40)
    ('A', 'B', 'B')
    """

    pdo: float
    anchor_score: float
    anchor_odds: float
    grades: tuple[Grade, ...]
    factor: float = field(init=False, repr=False, compare=False)
    offset: float = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        _check_points(self)
        _check_grades(self.grades)
        factor = self.pdo / _natural_logarithm(2.0)
        offset = self.anchor_score - factor * _natural_logarithm(self.anchor_odds)
        object.__setattr__(self, "factor", factor)
        object.__setattr__(self, "offset", offset)

    def score(self, log_odds: ArrayLike) -> NDArray[np.int64]:
        """Return integer points from log-odds of default; higher is safer; nothing is clipped."""
        return np.rint(self.offset - self.factor * _finite(log_odds)).astype(np.int64)

    def probability(self, log_odds: ArrayLike) -> NDArray[np.float64]:
        """Return the probability of default: the deterministic `logistic` of the log-odds."""
        return logistic(log_odds)

    def grade(self, score: int) -> str:
        """Return the name of the grade that this score earns."""
        for grade in self.grades[:-1]:
            if score >= grade.score_from:
                return grade.name
        return self.grades[-1].name

    def grade_index(self, scores: ArrayLike) -> NDArray[np.int64]:
        """Return for each score the index of its grade in ``grades``, 0 the safest."""
        floors = np.array([-grade.score_from for grade in self.grades[:-1]], dtype=np.int64)
        return np.searchsorted(floors, -np.asarray(scores, dtype=np.int64), side="left")

    def to_mapping(self) -> dict[str, Any]:
        """Return the scale as plain values, in the shape of a product file's ``[scale]``."""
        return {
            "pdo": self.pdo,
            "anchor_score": self.anchor_score,
            "anchor_odds": self.anchor_odds,
            "grades": [{"name": g.name, "score_from": g.score_from} for g in self.grades],
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the scale that plain values describe."""
        try:
            grades = tuple(
                Grade(name=str(grade["name"]), score_from=_integer(grade["score_from"]))
                for grade in mapping["grades"]
            )
            points = {key: _number(mapping[key]) for key in ("pdo", "anchor_score", "anchor_odds")}
        except KeyError as error:
            raise ScaleNotUsable(problem=f"{error.args[0]} is missing") from error
        return cls(grades=grades, **points)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ScaleNotUsable(problem=f"{value!r} is not a number")
    return float(value)


def _integer(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ScaleNotUsable(problem=f"{value!r} is not a whole number of points")
    return value


def _check_points(scale: Scale) -> None:
    if not all(np.isfinite((scale.pdo, scale.anchor_score, scale.anchor_odds))):
        raise ScaleNotUsable(problem="its numbers must be finite")
    if scale.pdo <= 0:
        raise ScaleNotUsable(problem="pdo must be positive")
    if scale.anchor_odds <= 0:
        raise ScaleNotUsable(problem="anchor_odds must be positive")


def _check_grades(grades: Sequence[Grade]) -> None:
    if not grades:
        raise ScaleNotUsable(problem="it has no grades")
    if len({grade.name for grade in grades}) != len(grades):
        raise ScaleNotUsable(problem="two grades have one name")
    floors = [grade.score_from for grade in grades]
    if any(below >= above for above, below in pairwise(floors)):
        raise ScaleNotUsable(problem="score_from must fall from each grade to the next")
