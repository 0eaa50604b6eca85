"""Scored samples, and what is measured on each of them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.metrics.discrimination import auc, gini, ks, pr_auc
from loanwright.metrics.estimate import Estimate
from loanwright.metrics.probability import (
    CalibrationLine,
    LineNotFound,
    Reliability,
    brier,
    brier_skill,
    calibration_line,
    log_loss,
    reliability,
)

NAMES = ("development", "calibration", "holdout", "out_of_time", "fresh")
JUDGED = ("holdout", "out_of_time", "fresh")
"""The samples that neither the model nor its calibration has seen: one of them is judged."""


class SamplesUnfit(Rejected):
    """The samples do not make a report: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredSample:
    """One sample with the model's answers.

    Attributes
    ----------
    name
        development, calibration, holdout (random), out_of_time (dated), or fresh (rows that were
        not there when the model was made).
    default
        (n,) labels, 1 is bad.
    probability
        (n,) calibrated probabilities of default.
    score
        (n,) points, higher is safer.
    """

    name: str
    default: NDArray[Any]
    probability: NDArray[np.float64]
    score: NDArray[np.int64]

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise SamplesUnfit(problem=f"{self.name!r} is none of {', '.join(NAMES)}")
        shapes = {np.shape(part) for part in (self.default, self.probability, self.score)}
        if len(shapes) != 1:
            raise SamplesUnfit(problem=f"{self.name} has parts of different lengths")


def judged_sample(samples: tuple[ScoredSample, ...]) -> ScoredSample:
    """Return the untouched sample on which the model is judged.

    Raises
    ------
    SamplesUnfit
        Where there is none, or a sample comes twice.
    """
    names = [sample.name for sample in samples]
    if len(set(names)) != len(names):
        raise SamplesUnfit(problem="a sample comes twice")
    found = [sample for sample in samples if sample.name in JUDGED]
    if not found:
        raise SamplesUnfit(problem="neither holdout nor out_of_time is there")
    return found[-1]


def measure(sample: ScoredSample) -> dict[str, Any]:
    """Return every measure of one sample with its interval, as plain values.

    The line of calibration is None where there is none: a model that says the same of everybody
    has no slope.
    """
    default, stated = np.asarray(sample.default, dtype=np.bool_), sample.probability
    line = _line(default, stated)
    estimates: dict[str, Estimate | None] = {
        "auc": auc(default, stated),
        "gini": gini(default, stated),
        "ks": ks(default, stated),
        "pr_auc": pr_auc(default, stated),
        "brier": brier(default, stated),
        "brier_skill": brier_skill(default, stated),
        "log_loss": log_loss(default, stated),
        "calibration_slope": None if line is None else line.slope,
        "calibration_intercept": None if line is None else line.intercept,
        "calibration_in_the_large": None if line is None else line.in_the_large,
    }
    table = reliability(default, stated)
    return {
        "rows": len(default),
        "defaults": int(default.sum()),
        "default_rate": round(float(default.mean()), 6),
        "mean_probability": round(float(stated.mean()), 6),
        **{name: one and one.to_mapping() for name, one in estimates.items()},
        "expected_calibration_error": round(table.ece, 6),
        "reliability": reliability_rows(table),
    }


def _line(default: NDArray[np.bool_], stated: NDArray[np.float64]) -> CalibrationLine | None:
    try:
        return calibration_line(default, stated)
    except LineNotFound:
        return None


def reliability_rows(table: Reliability) -> list[dict[str, Any]]:
    """Return the reliability table as plain values."""
    return [
        {
            "lower": round(b.lower, 6),
            "upper": round(b.upper, 6),
            "count": b.count,
            "defaults": b.defaults,
            "mean_probability": round(b.mean_probability, 6),
            "default_rate": b.default_rate.to_mapping(),
        }
        for b in table.bins
    ]
