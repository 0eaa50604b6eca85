"""What happened, beside what was stated: ranking, calibration and grades of one vintage."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from loanwright.metrics.discrimination import auc, ks
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.grades import GradeCheck, check_grades
from loanwright.metrics.probability import CalibrationLine, LineNotFound, calibration_line
from loanwright.metrics.samples import probabilities

#: Fewer of either class, and no ranking and no slope is shown.
LEAST: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Realised:
    """How a group of accounts turned out.

    Attributes
    ----------
    rows, bad
        Accounts whose label is known, and how many were bad.
    rate
        Their bad rate.
    stated
        What their probabilities said on average.
    auc, ks, line
        None with fewer than ten good or ten bad.
    grades
        By name, those that hold anybody: the stated rate against what happened (Jeffreys,
        corrected by Holm over the grades).
    """

    rows: int
    bad: int
    rate: Estimate
    stated: float
    auc: Estimate | None
    ks: Estimate | None
    line: CalibrationLine | None
    grades: dict[str, GradeCheck]


def realised(
    default: ArrayLike,
    probability: ArrayLike,
    grades: Sequence[str],
    *,
    level: float = 0.95,
    replicates: int = 200,
) -> Realised:
    """Return what happened beside what was stated.

    Parameters
    ----------
    default
        (n,) labels of accounts whose window is over, 1 is bad.
    probability
        (n,) stated probabilities of default.
    grades
        (n,) grade of each at its decision.
    level
        Of all intervals.
    replicates
        Of the bootstrap of KS.

    Examples
    --------
    >>> found = realised([0, 0, 1, 0], [0.1, 0.1, 0.5, 0.3], ["A", "A", "C", "B"])
    >>> found.bad, found.stated, found.auc is None, list(found.grades)
    (1, 0.25, True, ['A', 'B', 'C'])
    """
    checked = probabilities(default, probability, both_classes=False)
    rows, bad = len(checked.default), checked.defaults
    enough = LEAST <= bad <= rows - LEAST
    log_odds = np.log(checked.risk) - np.log1p(-checked.risk)
    return Realised(
        rows=rows,
        bad=bad,
        rate=jeffreys(bad, rows, level=level),
        stated=float(checked.risk.mean()),
        auc=auc(checked.default, log_odds, level=level) if enough else None,
        ks=ks(checked.default, log_odds, level=level, replicates=replicates) if enough else None,
        line=_line(checked.default, checked.risk, level) if enough else None,
        grades=_grades(checked.default, checked.risk, np.asarray(grades), level),
    )


def _line(default: np.ndarray, probability: np.ndarray, level: float) -> CalibrationLine | None:
    try:
        return calibration_line(default, probability, level=level)
    except LineNotFound:
        return None


def _grades(
    default: np.ndarray, probability: np.ndarray, grades: np.ndarray, level: float
) -> dict[str, GradeCheck]:
    names = sorted(set(grades.tolist()))
    own = [grades == name for name in names]
    checks = check_grades(
        [int(default[rows].sum()) for rows in own],
        [int(rows.sum()) for rows in own],
        [float(probability[rows].mean()) for rows in own],
        level=level,
    )
    return dict(zip(names, checks, strict=True))
