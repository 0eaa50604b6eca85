"""What all models of a training run share, and the report of one of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.features.product import Product
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.contents import report_subject
from loanwright.packaging.groups import protected_groups
from loanwright.sampling import Sample, Split
from loanwright.validation.features import feature_summaries
from loanwright.validation.report import validation_report
from loanwright.validation.samples import ScoredSample

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What all models of one training run share.

    Attributes
    ----------
    product, sample, split, seed, models_dir
        What is trained, from what, and where the packages go.
    tell
        Called with what is being done and the share that is done.
    """

    product: Product
    sample: Sample
    split: Split
    seed: int
    models_dir: Path
    tell: Progress


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A model on its way from fitted to packaged, with its raw log-odds of every row.

    Attributes
    ----------
    development, calibration
        Rows that it learned from, and rows whose log-odds, from models that had not seen them,
        found the calibration.
    """

    segment: str
    family: str
    specs: tuple[ColumnSpec, ...]
    matrix: Floats
    files: Mapping[str, bytes]
    importance: Mapping[str, float]
    log_odds: Floats
    development: Rows
    calibration: Rows
    calibration_log_odds: Floats
    assessor: Assessor

    def probability(self, log_odds: Floats) -> Floats:
        """Return the calibrated probability of default."""
        return self.assessor.scale.probability(self.assessor.calibration.apply(log_odds))

    def scored(self, name: str, study: Study, rows: Rows, log_odds: Floats) -> ScoredSample:
        """Return a sample with the raw log-odds that count for it."""
        calibrated = self.assessor.calibration.apply(log_odds)
        return ScoredSample(
            name=name,
            default=study.sample.default[rows],
            probability=self.assessor.scale.probability(calibrated),
            score=self.assessor.scale.score(calibrated),
        )


def model_report(study: Study, fitted: Fitted) -> dict[str, Any]:
    """Return the validation report of a fitted model, as plain values."""
    split, product = study.split, study.product
    features = product.model_features(fitted.segment)
    development, judged = fitted.development, split.judged
    divided = split.to_mapping() | {
        "development": len(development),
        "calibration": len(fitted.calibration),
    }
    report = validation_report(
        subject=report_subject(
            product, fitted.segment, fitted.family, study.sample, seed=study.seed
        ),
        split=divided,
        samples=(
            fitted.scored("development", study, development, fitted.log_odds[development]),
            fitted.scored("calibration", study, fitted.calibration, fitted.calibration_log_odds),
            fitted.scored(split.judged_name, study, judged, fitted.log_odds[judged]),
        ),
        scale=fitted.assessor.scale,
        features=feature_summaries(
            fitted.specs,
            fitted.matrix[development],
            study.sample.default[development],
            titles={feature.name: feature.title.to_mapping() for feature in features},
            importance=fitted.importance,
        ),
        calibration=fitted.assessor.calibration,
    )
    return report | {"protected_groups": _groups(study, fitted)}


def _groups(study: Study, fitted: Fitted) -> list[dict[str, Any]]:
    judged, sample = study.split.judged, study.sample
    columns = {name: column[judged] for name, column in sample.columns.items()}
    probability = fitted.probability(fitted.log_odds[judged])
    return protected_groups(study.product, columns, sample.default[judged], probability)
