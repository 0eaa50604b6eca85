"""From the vector to the assessment: engine, calibration and scale, one way for all."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.decisioning.assessment import Assessment
from loanwright.engine.runtime import Runtime
from loanwright.scaling import Scale


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessor:
    """Everything that turns a matrix into assessments.

    Parameters
    ----------
    runtime
        The model: raw log-odds of default and their contributions.
    calibration
        From raw to calibrated log-odds.
    scale
        From calibrated log-odds to probability, score and grade.
    features
        Names of the matrix's columns.
    unnamed
        Features that no reason may name.

    Examples
    --------
    >>> from loanwright.engine.scorecard import ScorecardTable, scorecard_runtime
    >>> from loanwright.scaling import Grade
    >>> bins = [
    ...     {"kind": "range", "upper": 1.0, "log_odds": -0.5, "share": 0.75},
    ...     {"kind": "range", "lower": 1.0, "log_odds": 0.5, "share": 0.25},
    ... ]
    >>> table = {"schema": 1, "intercept": -1.0, "features": [{"name": "delay", "bins": bins}]}
    >>> assessor = Assessor(
    ...     runtime=scorecard_runtime(ScorecardTable.from_mapping(table), backend="numpy"),
    ...     calibration=Calibration(knots_x=(-1.0, 1.0), knots_y=(-1.0, 1.0)),
    ...     scale=Scale(
    ...         pdo=20, anchor_score=600, anchor_odds=30, grades=(Grade(name="A", score_from=0),)
    ...     ),
    ...     features=("delay",),
    ... )
    >>> assessment = assessor.assess(np.array([[2.0]]))[0]
    >>> assessment.log_odds, assessment.contributions, assessment.score
    (-0.5, (0.75,), 516)
    """

    runtime: Runtime
    calibration: Calibration
    scale: Scale
    features: tuple[str, ...]
    unnamed: frozenset[str] = frozenset()

    def assess(self, matrix: NDArray[np.float64]) -> tuple[Assessment, ...]:
        """Return one assessment for each row of an (n, p) matrix; NaN is missing."""
        log_odds, contributions = self.runtime.explain(matrix)
        calibrated = self.calibration.apply(log_odds)
        probability = self.scale.probability(calibrated).tolist()
        scores = self.scale.score(calibrated).tolist()
        base, grade, features = self.runtime.base, self.scale.grade, self.features
        return tuple(
            [
                Assessment(
                    probability_of_default=probable,
                    score=score,
                    grade=grade(score),
                    log_odds=odds,
                    base_log_odds=base,
                    features=features,
                    contributions=tuple(weights),
                    unnamed=self.unnamed,
                )
                for probable, score, odds, weights in zip(
                    probability, scores, log_odds.tolist(), contributions.tolist(), strict=True
                )
            ]
        )
