"""What a model says of many applications at once, without the weights of its features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import LoanwrightError
from loanwright.packaging.package import ModelPackage

Whole = NDArray[np.int64]
Column = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What a model says of n applications.

    Attributes
    ----------
    scores, probabilities
        (n,) points and calibrated probabilities of default.
    grades, names
        (n,) places in the names of the grades.
    """

    scores: Whole
    probabilities: Column
    grades: Whole
    names: tuple[str, ...]

    def only(self, chosen: NDArray[np.bool_]) -> Answers:
        """Return the answers of some of the rows."""
        return Answers(
            scores=self.scores[chosen],
            probabilities=self.probabilities[chosen],
            grades=self.grades[chosen],
            names=self.names,
        )


def assess(package: ModelPackage, matrix: NDArray[np.float64]) -> tuple[Answers, NDArray[np.bool_]]:
    """Return the answers of a model to a whole matrix, with the bits that each row gets alone.

    Raises nothing for a row that the model cannot answer: the second array says False there.
    """
    assessor = package.assessor
    try:
        log_odds = assessor.runtime.log_odds(matrix)
        calibrated = assessor.calibration.apply(log_odds)
        scores = assessor.scale.score(calibrated)
        answers = Answers(
            scores=scores,
            probabilities=assessor.scale.probability(calibrated),
            grades=assessor.scale.grade_index(scores),
            names=tuple(grade.name for grade in assessor.scale.grades),
        )
        return answers, np.ones(len(matrix), dtype=np.bool_)
    except LoanwrightError:
        if len(matrix) < 2:
            return _no_answers(package, len(matrix)), np.zeros(len(matrix), dtype=np.bool_)
    # One bad row must not take the others with it.
    middle = len(matrix) // 2
    return _joined(assess(package, matrix[:middle]), assess(package, matrix[middle:]))


def _no_answers(package: ModelPackage, rows: int) -> Answers:
    zeros = np.zeros(rows, dtype=np.int64)
    names = tuple(grade.name for grade in package.assessor.scale.grades)
    return Answers(scores=zeros, probabilities=np.zeros(rows), grades=zeros, names=names)


def _joined(
    one: tuple[Answers, NDArray[np.bool_]], other: tuple[Answers, NDArray[np.bool_]]
) -> tuple[Answers, NDArray[np.bool_]]:
    first, second = one[0], other[0]
    joined = {
        name: np.concatenate([getattr(first, name), getattr(second, name)])
        for name in ("scores", "probabilities", "grades")
    }
    return Answers(**joined, names=first.names), np.concatenate([one[1], other[1]])
