"""Additive models in flat arrays, as both kernels read them."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.engine.additive_terms import CategoryTerm, LinearTerm, PairAxis, StepTerm, Term

NUMBERS, CODES = range(2)
TABLE, LINE, LOG_LINE = range(3)
NO_AXIS: Final = -1

# ln 2 in two parts, and the coefficients of (ln(1+f) − f + f²/2) / s − …, s = f / (2 + f)
# (FreeBSD msun, e_log.c).
LN2_HIGH: Final = 6.93147180369123816490e-01
LN2_LOW: Final = 1.90821492927058770002e-10
EVEN: Final = (3.999999999940941908e-01, 2.222219843214978396e-01, 1.531383769920937332e-01)
ODD: Final = (
    6.666666666666735130e-01,
    2.857142874366239149e-01,
    1.818357216161805012e-01,
    1.479819860511658591e-01,
)
SQRT_HALF: Final = 0.7071067811865476


class AdditiveLayout(NamedTuple):
    """An additive model in flat arrays.

    Attributes
    ----------
    terms : (t, 5) int64
        Per term its kind, its first axis, its second axis or -1, where its cells begin, and how
        many cells its second axis has (1 without one).
    lines : (t, 6) float64
        Per term of kind LINE or LOG_LINE: low, high, centre, scale, coefficient, mean.
    axes : (a, 6) int64
        Per axis its kind, its feature, begin and end of its edges, begin and end of its special
        values; of codes, how many there are stands where the end of the edges would.
    edges, special : (e,), (s,) float64
        Of all axes.
    log_odds, contribution : (c,) float64
        Of all cells; a line's first cell is not used. The contribution is centred, of a pair half.
    intercept : float
        Log-odds before any term.
    """

    terms: NDArray[np.int64]
    lines: NDArray[np.float64]
    axes: NDArray[np.int64]
    edges: NDArray[np.float64]
    special: NDArray[np.float64]
    log_odds: NDArray[np.float64]
    contribution: NDArray[np.float64]
    intercept: float


class _Builder:
    def __init__(self, features: Sequence[str]) -> None:
        self.place = {name: number for number, name in enumerate(features)}
        self.terms: list[tuple[int, int, int, int, int]] = []
        self.lines: list[tuple[float, ...]] = []
        self.axes: list[tuple[int, int, int, int, int, int]] = []
        self.edges: list[float] = []
        self.special: list[float] = []
        self.log_odds: list[float] = []
        self.contribution: list[float] = []

    def numbers(self, feature: str, edges: Sequence[float], special: Sequence[float]) -> int:
        starts = len(self.edges), len(self.special)
        self.edges += edges
        self.special += special
        ends = len(self.edges), len(self.special)
        return self._axis(NUMBERS, feature, (starts[0], ends[0], starts[1], ends[1]))

    def codes(self, feature: str, count: int) -> int:
        return self._axis(CODES, feature, (0, count, 0, 0))

    def _axis(self, kind: int, feature: str, ends: tuple[int, int, int, int]) -> int:
        self.axes.append((kind, self.place[feature], *ends))
        return len(self.axes) - 1

    def main(self, kind: int, axis: int, cells: Sequence[float], mean: float) -> None:
        self.terms.append((kind, axis, NO_AXIS, len(self.log_odds), 1))
        self.log_odds += cells
        self.contribution += [cell - mean for cell in cells]

    def add(self, term: Term) -> None:
        line = (0.0, 0.0, 0.0, 1.0, 0.0, term.mean)
        if isinstance(term, LinearTerm):
            axis = self.numbers(term.feature, (), [one.value for one in term.special])
            kind = LOG_LINE if term.transform == "log" else LINE
            self.main(kind, axis, [0.0, *_tail(term)], term.mean)
            ends = (term.low, term.high, term.centre, term.scale)
            line = (*ends, term.coefficient, term.mean)
        elif isinstance(term, StepTerm):
            axis = self.numbers(term.feature, term.edges, [one.value for one in term.special])
            self.main(TABLE, axis, [*term.log_odds, *_tail(term)], term.mean)
        elif isinstance(term, CategoryTerm):
            axis = self.codes(term.feature, len(term.log_odds))
            self.main(TABLE, axis, [*term.log_odds, term.missing, term.other], term.mean)
        else:
            first, second = map(self.pair_axis, term.axes)
            width = len(term.axes[1].share)
            self.terms.append((TABLE, first, second, len(self.log_odds), width))
            cells = [cell for row in term.log_odds for cell in row]
            self.log_odds += cells
            self.contribution += [(cell - term.mean) * 0.5 for cell in cells]
        self.lines.append(line)

    def pair_axis(self, axis: PairAxis) -> int:
        if axis.edges is None:
            return self.codes(axis.feature, len(axis.share) - 2)
        return self.numbers(axis.feature, axis.edges, ())


def _tail(term: LinearTerm | StepTerm) -> list[float]:
    return [*(one.log_odds for one in term.special), term.missing]


def lay_out_terms(
    intercept: float, features: Sequence[str], terms: Sequence[Term]
) -> AdditiveLayout:
    """Return the flat arrays of an additive model."""
    builder = _Builder(features)
    for term in terms:
        builder.add(term)
    return AdditiveLayout(
        terms=np.array(builder.terms, np.int64).reshape(-1, 5),
        lines=np.array(builder.lines, np.float64).reshape(-1, 6),
        axes=np.array(builder.axes, np.int64).reshape(-1, 6),
        edges=np.array(builder.edges, np.float64),
        special=np.array(builder.special, np.float64),
        log_odds=np.array(builder.log_odds, np.float64),
        contribution=np.array(builder.contribution, np.float64),
        intercept=intercept,
    )
