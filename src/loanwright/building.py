"""From a candidate to a package: fitted, answered for by the engine, calibrated, measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from loanwright.calibration.fit import fit_calibration
from loanwright.engine.load import load_runtime
from loanwright.errors import Rejected
from loanwright.explanation.reasons import never_named
from loanwright.explanation.reference import known_inputs
from loanwright.models.choosing import Comparison
from loanwright.models.crossfit import Candidate, OutOfFold, Task, fit_rows
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.card import model_card
from loanwright.packaging.contents import common_files, package_facts, reference_file
from loanwright.packaging.profiles import profile_file
from loanwright.packaging.study import Fitted, Study, model_report
from loanwright.packaging.write import json_bytes, write_package
from loanwright.scaling import Scale
from loanwright.validating import report_page, validate_fitted

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
class Choice:
    """What a model that was compared brings along.

    Attributes
    ----------
    comparison
        All that competed, and the one that was chosen.
    full_report
        Whether the chosen one gets the report in sixteen chapters.
    """

    comparison: Comparison
    full_report: bool = True


def build_package(
    study: Study,
    task: Task,
    candidate: Candidate,
    segment: str,
    choice: Choice | None = None,
) -> TrainedModel:
    """Fit a candidate, calibrate and measure it, and write its package.

    Parameters
    ----------
    study, task, candidate, segment
        The run, the rows of the segment, family and settings, for whom the model is.
    choice
        Where it was compared: then it learns from development and calibration rows together, and
        what its folds said about the rows they held out calibrates it. None fits it on the
        development rows and calibrates it on the calibration rows.

    Raises
    ------
    EngineDisagrees
        If the engine does not return what was trained.
    """
    comparison = None if choice is None else choice.comparison
    seen = None if comparison is None else comparison.find(candidate.family).result
    fitted = _fit(study, task, candidate, segment, seen)
    chosen = comparison is not None and comparison.chosen == candidate.family
    facts = _facts(study, candidate, segment)
    if comparison is not None:
        facts |= {"chosen": chosen, "calibrated_on": "rows held out by inner folds"}
    report = _report(study, fitted, choice)
    contents = {
        **fitted.files,
        **common_files(
            study.product, segment, fitted.assessor, study.sample.columns, fitted.log_odds
        ),
        **reference_file(
            fitted.assessor,
            known_inputs(fitted.specs, fitted.matrix[fitted.development]),
            fitted.matrix[fitted.development],
        ),
        **profile_file(
            study.product,
            segment,
            fitted.assessor,
            {name: one[fitted.development] for name, one in study.sample.columns.items()},
            fitted.matrix[study.split.judged],
        ),
        "report.json": json_bytes(report),
        "report.html": report_page(report).encode(),
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


def _report(study: Study, fitted: Fitted, choice: Choice | None) -> dict[str, Any]:
    report = model_report(study, fitted)
    if choice is None:
        return report
    report |= {"comparison": choice.comparison.to_mapping()}
    if choice.full_report and choice.comparison.chosen == fitted.family:
        report |= {"full": validate_fitted(study, fitted, report)}
    return report


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
        family=candidate.family,
        specs=task.columns,
        importance=model.importance(),
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
            unnamed=never_named(study.product, segment),
        ),
    )
