"""How applicants moved between grades from one date to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.comparison import holm
from loanwright.metrics.distributions import chi_squared_cdf, normal_interval
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.samples import Floats, ParameterOutOfRange, SampleTooSmall, ShapesDiffer
from loanwright.metrics.significance import SignificanceTest, normal_p_value


@dataclass(frozen=True, kw_only=True, slots=True)
class MigrationMatrix:
    """Counts of moves between grades, from the best grade to the worst.

    Attributes
    ----------
    grades
        Names in their order.
    counts
        (grades, grades) how many were in the row's grade before and in the column's after.
    left
        (grades,) how many of the row's grade have no grade after: defaulted, repaid or gone. They
        belong to the grade's size before.
    """

    grades: tuple[str, ...]
    counts: Floats
    left: Floats

    @property
    def before(self) -> Floats:
        """(grades,) sizes of the grades before, those that left included."""
        return np.asarray(self.counts.sum(axis=1) + self.left)

    @property
    def shares(self) -> Floats:
        """(grades, grades) shares of the row's size before; NaN where a grade held nobody."""
        size = self.before[:, None]
        return np.divide(self.counts, size, out=np.full(self.counts.shape, np.nan), where=size > 0)


def migration_matrix(
    before: Sequence[str], after: Sequence[str | None], *, grades: Sequence[str]
) -> MigrationMatrix:
    """Return how applicants moved between grades.

    Parameters
    ----------
    before, after
        (n,) grades of the same applicants at two dates. None after: the applicant left.
    grades
        All grades from the best to the worst, also those that nobody is in.

    Raises
    ------
    ParameterOutOfRange
        Where a grade is not among ``grades``, or a name comes twice.

    Examples
    --------
    >>> moved = migration_matrix(["A", "A", "B"], ["A", "B", None], grades=["A", "B"])
    >>> moved.counts.tolist(), moved.left.tolist()
    ([[1.0, 1.0], [0.0, 0.0]], [0.0, 1.0])
    """
    if len(before) != len(after):
        raise ShapesDiffer(
            left="before", left_shape=len(before), right="after", right_shape=len(after)
        )
    place = {grade: position for position, grade in enumerate(grades)}
    unknown = {one for one in (*before, *after) if one is not None and one not in place}
    if unknown or None in before or len(place) < len(grades):
        raise ParameterOutOfRange(
            name="grades", value=list(grades), demand="each grade that occurs must be in it once"
        )
    if not len(before):
        raise SampleTooSmall(rows=0, least=1)
    size = len(place)
    # Those that left stand in a column of their own behind the grades.
    columns = [size if one is None else place[one] for one in after]
    cells = np.array([place[one] for one in before]) * (size + 1) + np.array(columns)
    table = np.bincount(cells, minlength=size * (size + 1)).reshape(size, size + 1)
    counts = table.astype(np.float64)
    return MigrationMatrix(grades=tuple(grades), counts=counts[:, :size], left=counts[:, size])


@dataclass(frozen=True, kw_only=True, slots=True)
class Bandwidth:
    """How far those moved who moved, as a share of how far they could have moved.

    Attributes
    ----------
    upper
        Of moves to worse grades (above the diagonal); None where nobody moved so.
    lower
        Of moves to better grades.
    """

    upper: Estimate | None
    lower: Estimate | None


def bandwidth(matrix: MigrationMatrix, *, level: float = 0.95) -> Bandwidth:
    """Return the matrix-weighted bandwidths (MWB) of both directions.

    Parameters
    ----------
    matrix
        Of moves between grades; two grades or more.
    level
        Of the delta-method intervals, which take the moves for independent.

    Notes
    -----
    ECB, Instructions (2019), 2.5.5.1: Σ |i − j| · N(i, j) over one side of the diagonal, divided
    by Σ max(i − 1, K − i) · N(i, j) over the same side.

    Examples
    --------
    >>> counts = np.array([[2.0, 1, 1], [1, 2, 1], [1, 1, 2]])
    >>> matrix = MigrationMatrix(grades=("A", "B", "C"), counts=counts, left=np.zeros(3))
    >>> found = bandwidth(matrix)
    >>> found.upper.value, found.lower.value
    (0.8, 0.8)
    """
    size = _size(matrix)
    i, j = np.indices((size, size))
    moved = np.abs(i - j).astype(np.float64)
    possible = np.maximum(i, size - 1 - i).astype(np.float64)
    return Bandwidth(
        upper=_bandwidth(matrix.counts, moved, possible, j > i, level),
        lower=_bandwidth(matrix.counts, moved, possible, j < i, level),
    )


def _bandwidth(
    counts: Floats, moved: Floats, possible: Floats, side: np.ndarray, level: float
) -> Estimate | None:
    number, distance, most = counts[side], moved[side], possible[side]
    whole = float(np.sum(most * number))
    if whole == 0:
        return None
    value = float(np.sum(distance * number)) / whole
    error = sqrt(float(np.sum(number * (distance - value * most) ** 2))) / whole
    return normal_interval(value, error, level=level, bounds=(0.0, 1.0), method="delta")


def _size(matrix: MigrationMatrix) -> int:
    size = len(matrix.grades)
    if size < 2 or matrix.counts.shape != (size, size) or matrix.left.shape != (size,):
        raise ShapesDiffer(
            left="counts",
            left_shape=matrix.counts.shape,
            right="grades",
            right_shape=(size, size),
        )
    return size


@dataclass(frozen=True, kw_only=True, slots=True)
class MigrationShape:
    """Whether moves get rarer away from the diagonal.

    Attributes
    ----------
    z, p_values
        (grades, grades) statistic and one-sided p-value of each off-diagonal cell against its
        neighbour nearer to the diagonal: a small p-value says that the farther move is the more
        frequent one. NaN on the diagonal and where neither cell holds anybody.
    p_value
        The least p-value, corrected by Holm over all cells that were compared.
    """

    z: Floats
    p_values: Floats
    p_value: float


def migration_shape(matrix: MigrationMatrix) -> MigrationShape:
    """Return the ECB's z-tests that shares fall away from the diagonal.

    Parameters
    ----------
    matrix
        Of moves between grades.

    Notes
    -----
    ECB, Instructions (2019), 2.5.5.2: z = (p(near) − p(far)) / √((p(near) (1 − p(near)) +
    p(far) (1 − p(far)) + 2 p(near) p(far)) / N), with N the size of the grade *before*, those
    that left included; p-value Φ(z). With fewer than ten moves in both cells together the
    p-value is rough.

    Examples
    --------
    >>> counts = np.array([[90.0, 8, 2], [5, 90, 5], [6, 4, 90]])
    >>> matrix = MigrationMatrix(grades=("A", "B", "C"), counts=counts, left=np.zeros(3))
    >>> found = migration_shape(matrix)
    >>> [round(float(one), 4) for one in (found.z[2, 0], found.p_values[2, 0], found.p_value)]
    [-0.6337, 0.2631, 1.0]
    """
    size = _size(matrix)
    share, before = matrix.shares, matrix.before
    z = np.full((size, size), np.nan)
    for i in range(size):
        for j in range(size):
            near = share[i, j + 1 if j < i else j - 1]
            far = share[i, j]
            if i == j or not near + far > 0:
                continue
            variance = (near * (1 - near) + far * (1 - far) + 2 * near * far) / before[i]
            if variance > 0:
                z[i, j] = (near - far) / sqrt(variance)
    tested = ~np.isnan(z)
    p_values = np.full((size, size), np.nan)
    p_values[tested] = [normal_p_value(one, "less") for one in z[tested]]
    corrected = holm(p_values[tested])
    return MigrationShape(z=z, p_values=p_values, p_value=float(min(corrected, default=1.0)))


def migration_change(reference: MigrationMatrix, current: MigrationMatrix) -> SignificanceTest:
    """Return whether applicants move otherwise than they did in a reference period.

    Parameters
    ----------
    reference, current
        Matrices over the same grades.

    Returns
    -------
    SignificanceTest
        Pearson's chi-squared of homogeneity, summed over the grades of origin; those that left
        are one more place to go to. Places that nobody went to in either period are left out.

    Notes
    -----
    Anderson, Goodman (1957). Rough where many cells expect fewer than five.

    Examples
    --------
    >>> counts = np.array([[90.0, 10], [20, 80]])
    >>> then = MigrationMatrix(grades=("A", "B"), counts=counts, left=np.zeros(2))
    >>> now = MigrationMatrix(grades=("A", "B"), counts=counts[::-1], left=np.zeros(2))
    >>> migration_change(then, now).rejects(), migration_change(then, then).p_value
    (True, 1.0)
    """
    if reference.grades != current.grades:
        raise ShapesDiffer(
            left="reference",
            left_shape=reference.grades,
            right="current",
            right_shape=current.grades,
        )
    _size(reference), _size(current)
    statistic, degrees = 0.0, 0
    tables = [np.column_stack([one.counts, one.left]) for one in (reference, current)]
    for then, now in zip(*tables, strict=True):
        both = np.vstack([then, now])
        both = both[:, both.sum(axis=0) > 0]
        size = both.sum(axis=1, keepdims=True)
        if (size == 0).any() or both.shape[1] < 2:
            continue
        expected = size * both.sum(axis=0) / both.sum()
        statistic += float(np.sum((both - expected) ** 2 / expected))
        degrees += both.shape[1] - 1
    return SignificanceTest(
        statistic=statistic,
        p_value=1 - chi_squared_cdf(statistic, degrees) if degrees else 1.0,
        null="applicants move as in the reference period",
        method=f"chi-squared of homogeneity, {degrees} degrees of freedom",
    )


def check_matrix(
    counts: ArrayLike, *, grades: Sequence[str], left: ArrayLike = 0
) -> MigrationMatrix:
    """Return a matrix of given counts, or raise where they are none.

    Examples
    --------
    >>> check_matrix([[3, 1], [0, 2]], grades=["A", "B"]).before.tolist()
    [4.0, 2.0]
    """
    table = np.asarray(counts, dtype=np.float64)
    gone = np.broadcast_to(np.asarray(left, dtype=np.float64), (len(grades),)).copy()
    if not ((table >= 0).all() and (gone >= 0).all()):
        raise ParameterOutOfRange(name="counts", value="negative or NaN", demand="they must be ≥ 0")
    matrix = MigrationMatrix(grades=tuple(grades), counts=table, left=gone)
    _size(matrix)
    return matrix
