"""How far an export is from the engine, measured before it is written."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.packaging.assessor import Assessor

Matrix = NDArray[np.float64]
TOLERANCE = 1e-9
"""Most that an export may differ from the engine, on log-odds and on probabilities."""


class ExportDiffers(Rejected):
    """The {format} export is not written: {what} differs from the engine by {difference}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parity:
    """How an export was compared with the engine.

    Attributes
    ----------
    max_difference
        Largest difference of the raw log-odds.
    max_probability_difference
        Largest difference of the calibrated probability; None where it is not exported.
    score_differences
        Rows with another score; None where it is not exported.
    rows, golden_rows
        How many rows were compared, and how many of them are the package's golden rows.
    dtype
        Of the export's numbers.
    tolerance
        What the differences had to stay below.
    """

    max_difference: float
    max_probability_difference: float | None
    score_differences: int | None
    rows: int
    golden_rows: int
    dtype: str
    tolerance: float = TOLERANCE

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)

    def refuse_unfit(self, kind: str) -> "Parity":
        """Return itself, if an export as like as this may be written.

        Raises
        ------
        ExportDiffers
            If it may not; NaN is a difference.
        """
        figures = {
            "the log-odds": self.max_difference,
            "the probability": self.max_probability_difference or 0.0,
        }
        for what, difference in figures.items():
            if not difference <= self.tolerance:
                raise ExportDiffers(format=kind, what=what, difference=difference)
        if self.score_differences:
            rows = f"{self.score_differences} of {self.rows} rows"
            raise ExportDiffers(format=kind, what="the score", difference=rows)
        return self


def compare(
    assessor: Assessor,
    rows: Matrix,
    found: Mapping[str, NDArray[Any]],
    *,
    golden_rows: int,
    dtype: str,
) -> Parity:
    """Return how far an export is from the engine.

    Parameters
    ----------
    assessor
        The engine with its calibration and scale.
    rows
        (n, p) what both were asked.
    found
        What the export said, each (n,): ``log_odds`` and, unless it is raw,
        ``probability_of_default`` and ``score``.
    golden_rows
        How many of the rows are golden.
    dtype
        Of the export's numbers.
    """
    log_odds = assessor.runtime.log_odds(rows)
    calibrated = assessor.calibration.apply(log_odds)
    probability, score = found.get("probability_of_default"), found.get("score")
    return Parity(
        max_difference=_most(found["log_odds"], log_odds),
        max_probability_difference=None
        if probability is None
        else _most(probability, assessor.scale.probability(calibrated)),
        score_differences=None
        if score is None
        else int(np.count_nonzero(score != assessor.scale.score(calibrated))),
        rows=len(rows),
        golden_rows=golden_rows,
        dtype=dtype,
    )


def _most(found: NDArray[Any], expected: Matrix) -> float:
    return float(np.abs(found - expected).max())
