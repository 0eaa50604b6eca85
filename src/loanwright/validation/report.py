"""The validation report of one model: plain values, the same for the same input."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.metrics.discrimination import roc_points
from loanwright.metrics.distributions import jeffreys
from loanwright.metrics.stability import psi
from loanwright.scaling import Scale
from loanwright.validation.checks import run_checks
from loanwright.validation.features import FeatureSummary
from loanwright.validation.samples import ScoredSample, judged_sample, measure

SCORE_BINS = 24


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """What the report is about.

    Attributes
    ----------
    product, segment, family
        Names.
    title
        Of product and segment, by language, such as ``{"en": "Credit card, new"}``.
    seed
        With which the model was trained.
    facts
        Anything else worth writing down, such as library versions; plain values only.
    """

    product: str
    segment: str
    family: str
    title: Mapping[str, str]
    seed: int
    facts: Mapping[str, Any]

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "product": self.product,
            "segment": self.segment,
            "family": self.family,
            "title": dict(self.title),
            "seed": self.seed,
            "facts": dict(self.facts),
        }


def validation_report(
    *,
    subject: Subject,
    split: Mapping[str, Any],
    samples: tuple[ScoredSample, ...],
    scale: Scale,
    features: tuple[FeatureSummary, ...],
    calibration: Calibration,
) -> dict[str, Any]:
    """Return the report of one model as plain values, ready to be written as JSON.

    Parameters
    ----------
    subject
        What the report is about.
    split
        How the samples were made, as plain values, such as ``{"kind": "random",
        "grouped_by": "applicant_id"}``.
    samples
        Development, calibration, and holdout or out_of_time, which is the one judged.
    scale
        From which the grades come.
    features
        What `loanwright.validation.features.feature_summaries` returned.
    calibration
        The curve between raw and calibrated log-odds.

    Returns
    -------
    dict
        Measures with intervals for each sample; for the judged one the reliability, the grades,
        the ROC curve and the distribution of scores; the features; and checks with their
        thresholds. Floats are rounded to 6 digits after the point.

    Raises
    ------
    SamplesUnfit, OneClassOnly, ProbabilityOutOfRange
        Where the samples cannot be judged.
    """
    judged = judged_sample(samples)
    report: dict[str, Any] = {
        "schema": 1,
        "subject": subject.to_mapping(),
        "split": dict(split),
        "judged": judged.name,
        "samples": {sample.name: measure(sample) for sample in samples},
        "scale": scale.to_mapping(),
        "grades": _grades(judged, scale),
        "scores": _scores(judged),
        "roc": _roc(judged),
        "stability": _stability(samples, judged),
        "features": [feature.to_mapping() for feature in features],
        "calibration": _calibration(calibration),
    }
    report["checks"] = run_checks(report)
    return report


def _grades(sample: ScoredSample, scale: Scale) -> list[dict[str, Any]]:
    index = scale.grade_index(sample.score)
    default = np.asarray(sample.default, dtype=np.bool_)
    return [
        {
            "name": grade.name,
            "score_from": grade.score_from,
            **_group(default[index == position], sample.probability[index == position]),
            "share": round(float(np.mean(index == position)), 6),
        }
        for position, grade in enumerate(scale.grades)
    ]


def _group(default: NDArray[np.bool_], probability: NDArray[np.float64]) -> dict[str, Any]:
    if not len(default):
        return {"count": 0, "defaults": 0, "default_rate": None, "mean_probability": None}
    defaults = int(default.sum())
    return {
        "count": len(default),
        "defaults": defaults,
        "default_rate": jeffreys(defaults, len(default)).to_mapping(),
        "mean_probability": round(float(probability.mean()), 6),
    }


def _scores(sample: ScoredSample) -> dict[str, Any]:
    edges = round_edges(int(sample.score.min()), int(sample.score.max()))
    default = np.asarray(sample.default, dtype=np.bool_)
    good, _ = np.histogram(sample.score[~default], bins=edges)
    bad, _ = np.histogram(sample.score[default], bins=edges)
    return {"edges": edges, "good": good.tolist(), "bad": bad.tolist()}


def round_edges(low: int, high: int) -> list[int]:
    """Return about SCORE_BINS edges at round scores around all scores."""
    wide = max(high - low + 1, 1) / SCORE_BINS
    step = next(step for step in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 10**9) if step >= wide)
    first = low // step * step
    return list(range(first, high + step + 1, step))


def _roc(sample: ScoredSample) -> dict[str, Any]:
    goods, bads = roc_points(np.asarray(sample.default), sample.probability)
    return {"goods": goods.round(6).tolist(), "bads": bads.round(6).tolist()}


def _stability(samples: tuple[ScoredSample, ...], judged: ScoredSample) -> dict[str, Any] | None:
    # Not against development: a model that has seen its rows scores them apart from all others.
    reference = next((one for one in samples if one.name == "calibration"), None)
    if reference is None:
        return None
    found = psi(reference.score, judged.score)
    return {
        "reference": reference.name,
        "psi": found.psi.to_mapping(),
        "critical": round(found.critical, 6),
        "shifted": bool(found.shifted),
    }


def _calibration(calibration: Calibration) -> dict[str, Any]:
    return {
        "method": calibration.method,
        "knots": [
            [round(x, 6), round(y, 6)]
            for x, y in zip(calibration.knots_x, calibration.knots_y, strict=True)
        ],
    }
