"""What a model says of many applications at once, without the weights of its features."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.errors import LoanwrightError
from loanwright.packaging.package import ModelPackage


def only(answers: Assessed, chosen: NDArray[np.bool_]) -> Assessed:
    """Return the answers of some of the rows."""
    said = answers.reservations
    return replace(
        answers,
        scores=answers.scores[chosen],
        probabilities=answers.probabilities[chosen],
        grades=answers.grades[chosen],
        reservations=[said[row] for row in np.flatnonzero(chosen).tolist()] if said else (),
    )


def assess(
    package: ModelPackage, matrix: NDArray[np.float64]
) -> tuple[Assessed, NDArray[np.bool_]]:
    """Return the answers of a model to a whole matrix, with the bits that each row gets alone.

    Raises nothing for a row that the model cannot answer: the second array says False there.
    """
    assessor = package.assessor
    try:
        log_odds = assessor.runtime.log_odds(matrix)
        calibrated = assessor.calibration.apply(log_odds)
        scores = assessor.scale.score(calibrated)
        answers = Assessed(
            scores=scores,
            probabilities=assessor.scale.probability(calibrated),
            grades=assessor.scale.grade_index(scores),
            names=tuple(grade.name for grade in assessor.scale.grades),
            inputs=package.features,
        )
        return answers, np.ones(len(matrix), dtype=np.bool_)
    except LoanwrightError:
        if len(matrix) < 2:
            return _no_answers(package, len(matrix)), np.zeros(len(matrix), dtype=np.bool_)
    # One bad row must not take the others with it.
    middle = len(matrix) // 2
    return _joined(assess(package, matrix[:middle]), assess(package, matrix[middle:]))


def _no_answers(package: ModelPackage, rows: int) -> Assessed:
    zeros = np.zeros(rows, dtype=np.int64)
    names = tuple(grade.name for grade in package.assessor.scale.grades)
    return Assessed(scores=zeros, probabilities=np.zeros(rows), grades=zeros, names=names)


def _joined(
    one: tuple[Assessed, NDArray[np.bool_]], other: tuple[Assessed, NDArray[np.bool_]]
) -> tuple[Assessed, NDArray[np.bool_]]:
    first, second = one[0], other[0]
    joined = replace(
        first,
        scores=np.concatenate([first.scores, second.scores]),
        probabilities=np.concatenate([first.probabilities, second.probabilities]),
        grades=np.concatenate([first.grades, second.grades]),
    )
    return joined, np.concatenate([one[1], other[1]])
