"""From a candidate to its package: fitted, calibrated, measured, written."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.fit import fit_calibration
from loanwright.engine.load import load_runtime
from loanwright.errors import Rejected
from loanwright.features.product import Product
from loanwright.models.choosing import Comparison
from loanwright.models.contract import DefaultClassifier
from loanwright.models.crossfit import Candidate, OutOfFold, Task, fit_rows
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.card import model_card
from loanwright.packaging.contents import common_files, package_facts, report_subject
from loanwright.packaging.groups import protected_groups
from loanwright.packaging.write import json_bytes, write_package
from loanwright.sampling import Sample, Split
from loanwright.scaling import Scale
from loanwright.validation.features import feature_summaries
from loanwright.validation.html import render
from loanwright.validation.report import validation_report
from loanwright.validation.samples import ScoredSample

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]
Progress = Callable[[str, float], None]

#: Largest difference between the log-odds of the trained model and of the engine that serves it,
#: where a family does not state its own.
ENGINE_TOLERANCE: Final = 1e-9


class EngineDisagrees(Rejected):
    """The engine differs from the trained {family} by {difference} on the log-odds."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainedModel:
    """A model that was trained, validated and packaged.

    Attributes
    ----------
    segment, family
        What it is for, and what kind of model it is.
    path, hash
        Its package.
    report
        Its validation report, as in ``report.json``.
    champion
        Whether it is to be the first champion of the segment: its family is the one that the
        product names, or the one chosen where the product says "best".
    chosen
        Whether the comparison chose it.
    """

    segment: str
    family: str
    path: Path
    hash: str
    report: Mapping[str, Any]
    champion: bool
    chosen: bool = False


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
    model: DefaultClassifier
    matrix: Floats
    files: Mapping[str, bytes]
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


def build_package(
    study: Study,
    task: Task,
    candidate: Candidate,
    segment: str,
    comparison: Comparison | None = None,
) -> TrainedModel:
    """Fit a candidate, calibrate and measure it, and write its package.

    Parameters
    ----------
    study, task
        The run, and the rows of the segment.
    candidate
        Family and settings.
    segment
        For whom the model is.
    comparison
        Where it was compared: then it learns from development and calibration rows together, and
        what its folds said about the rows they held out calibrates it. None fits it on the
        development rows and calibrates it on the calibration rows.

    Raises
    ------
    EngineDisagrees
        If the engine does not return what was trained.
    """
    out_of_fold = None if comparison is None else comparison.find(candidate.family).result
    fitted = _fit(study, task, candidate, segment, out_of_fold)
    report, facts = _validate(study, fitted, task), _facts(study, candidate, segment)
    chosen = comparison is not None and comparison.chosen == candidate.family
    if comparison is not None:
        report |= {"comparison": comparison.to_mapping()}
        facts |= {"chosen": chosen, "calibrated_on": "rows held out by inner folds"}
    contents = {
        **fitted.files,
        **common_files(
            study.product, segment, fitted.assessor, study.sample.columns, fitted.log_odds
        ),
        "report.json": json_bytes(report),
        "report.html": render(report).encode(),
        "card.md": model_card(study.product, facts, report).encode(),
    }
    written = write_package(study.models_dir, facts, contents)
    named = study.product.segment(segment).champion
    return TrainedModel(
        segment=segment,
        family=candidate.family,
        path=written.path,
        hash=written.hash,
        report=report,
        champion=chosen if named == "best" else named == candidate.family,
        chosen=chosen,
    )


def _facts(study: Study, candidate: Candidate, segment: str) -> dict[str, Any]:
    facts = package_facts(study.product, segment, candidate.family, study.sample, seed=study.seed)
    return facts | {"settings": candidate.plain_settings}


def _fit(
    study: Study, task: Task, candidate: Candidate, segment: str, seen: OutOfFold | None
) -> Fitted:
    split = study.split
    learned = split.development
    if seen is not None:
        learned = np.sort(np.concatenate([split.development, split.calibration]))
    model = fit_rows(task, candidate, learned)
    files = model.native_files()
    # From here on the engine answers for the model: what is measured is what will be served.
    runtime = load_runtime(candidate.family, files)
    log_odds = runtime.log_odds(task.matrix)
    difference = float(np.abs(model.decision_function(task.matrix) - log_odds).max())
    if not difference <= getattr(model, "tolerance", ENGINE_TOLERANCE):
        raise EngineDisagrees(family=candidate.family, difference=difference)
    calibration = split.calibration
    held_out = log_odds[calibration]
    if seen is not None:
        calibration = np.concatenate([fold.judged for fold in task.folds])
        held_out = np.concatenate(seen.log_odds)
    default = study.sample.default
    return Fitted(
        segment=segment,
        model=model,
        matrix=task.matrix,
        files=files,
        log_odds=log_odds,
        development=learned,
        calibration=calibration,
        calibration_log_odds=held_out,
        assessor=Assessor(
            runtime=runtime,
            calibration=fit_calibration(held_out, default[calibration], seed=study.seed),
            scale=Scale.from_mapping(study.product.scale),
            features=study.product.segment(segment).features,
        ),
    )


def _validate(study: Study, fitted: Fitted, task: Task) -> dict[str, Any]:
    split, product = study.split, study.product
    features = product.model_features(fitted.segment)
    development, judged = fitted.development, split.judged
    divided = split.to_mapping() | {
        "development": len(development),
        "calibration": len(fitted.calibration),
    }
    report = validation_report(
        subject=report_subject(
            product, fitted.segment, fitted.model.family, study.sample, seed=study.seed
        ),
        split=divided,
        samples=(
            fitted.scored("development", study, development, fitted.log_odds[development]),
            fitted.scored("calibration", study, fitted.calibration, fitted.calibration_log_odds),
            fitted.scored(split.judged_name, study, judged, fitted.log_odds[judged]),
        ),
        scale=fitted.assessor.scale,
        features=feature_summaries(
            task.columns,
            fitted.matrix[development],
            study.sample.default[development],
            titles={feature.name: feature.title.to_mapping() for feature in features},
            importance=fitted.model.importance(),
        ),
        calibration=fitted.assessor.calibration,
    )
    return report | {"protected_groups": _groups(study, fitted)}


def _groups(study: Study, fitted: Fitted) -> list[dict[str, Any]]:
    judged, sample = study.split.judged, study.sample
    columns = {name: column[judged] for name, column in sample.columns.items()}
    probability = fitted.probability(fitted.log_odds[judged])
    return protected_groups(study.product, columns, sample.default[judged], probability)
