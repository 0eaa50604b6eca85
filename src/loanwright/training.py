"""The life of a model, from a table to a package, told from top to bottom."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.fit import fit_calibration
from loanwright.engine.load import load_runtime
from loanwright.engine.runtime import Runtime
from loanwright.errors import Rejected
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.columns import (
    column_specs,
    matrix_from_columns,
)
from loanwright.features.product import Product
from loanwright.models.contract import DefaultClassifier
from loanwright.models.registry import find_family, installed_families, make_model
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.card import model_card
from loanwright.packaging.choosing import choose_rows, records_of
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.groups import protected_groups
from loanwright.packaging.layout import GOLDEN_ROWS
from loanwright.packaging.write import json_bytes, write_package
from loanwright.sampling import Sample, Split, read_sample, split_sample
from loanwright.scaling import Scale
from loanwright.validation.features import feature_summaries
from loanwright.validation.html import render
from loanwright.validation.report import Subject, validation_report
from loanwright.validation.samples import ScoredSample

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Progress = Callable[[str, float], None]

#: Largest difference between the log-odds of the trained model and of the engine that serves it.
ENGINE_TOLERANCE: Final = 1e-9
LIBRARIES: Final = ("loanwright", "lightgbm", "numba", "numpy", "polars", "scikit-learn", "scipy")


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
        Whether the product names its family as the first champion of the segment.
    """

    segment: str
    family: str
    path: Path
    hash: str
    report: Mapping[str, Any]
    champion: bool


def train(
    product: Product,
    table: "pl.DataFrame",
    *,
    models_dir: Path,
    seed: int = 0,
    only: Collection[tuple[str, str]] | None = None,
    progress: Progress | None = None,
) -> tuple[TrainedModel, ...]:
    """Train, calibrate, validate and package the models of a product.

    The sample is split once, the rows of one person together: development 60 % for fitting,
    calibration 20 % for the probabilities, and 20 % that nothing touches before it is judged
    (the latest ones where the product names a date).

    Parameters
    ----------
    product
        The dictionary; its ``sample`` names label, person and date.
    table
        polars table with a column for each raw feature of the models, and the label. Columns
        that the product does not know are left alone and named in the report.
    models_dir
        Where the packages are written.
    seed
        Of everything that chance decides: same seed, same table, same versions, same bytes.
    only
        Pairs of segment and family to train; None trains all.
    progress
        Called with what is being done and the share that is done, from 0 to 1.

    Returns
    -------
    tuple of TrainedModel
        In the order of the product's segments, for each the scorecard first.

    Raises
    ------
    ColumnsRefused
        If a column is missing or a value does not fit the dictionary.
    SampleHasOneClass, TooFewDefaults, SplitRefused
        If the sample does not serve.
    SegmentUnknown, FamilyUnknown
        If ``only`` names what is not there.
    EngineDisagrees
        If the engine does not return what was trained.

    Examples
    --------
    >>> from loanwright.datasets.bundled import load_dataset
    >>> from loanwright.features.product import bundled_product
    >>> table = load_dataset("instalment-loan")
    >>> loan = bundled_product("instalment-loan")
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as directory:
    ...     trained = train(
    ...         loan, table, models_dir=Path(directory), only=[("new", "scorecard")]
    ...     )
    ...     trained[0].path.name.rsplit("-", 1)[0]
    'instalment-loan-new-scorecard'
    """
    tell = progress or _say_nothing
    tell("reading the sample", 0.0)
    sample = read_sample(product, table)
    split = split_sample(sample.default, applicant=sample.applicant, date=sample.date, seed=seed)
    study = Study(product=product, sample=sample, split=split, seed=seed, models_dir=models_dir)
    wanted = _wanted(product, only)
    _refuse_unfit(study, {segment for segment, _ in wanted})
    trained = []
    for place, (segment, family) in enumerate(wanted):
        tell(f"{segment}, {family}", place / len(wanted))
        trained.append(_train_one(study, segment, family))
    tell("done", 1.0)
    return tuple(trained)


@dataclass(frozen=True, kw_only=True, slots=True)
class Study:
    """What all models of one training run share."""

    product: Product
    sample: Sample
    split: Split
    seed: int
    models_dir: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitted:
    """A model on its way from fitted to packaged, with its raw log-odds of every row."""

    segment: str
    model: DefaultClassifier
    matrix: Floats
    files: Mapping[str, bytes]
    runtime: Runtime
    log_odds: Floats


def _train_one(study: Study, segment: str, family: str) -> TrainedModel:
    fitted = _fit(study, segment, family)
    part, default = study.split.calibration, study.sample.default
    calibration = fit_calibration(fitted.log_odds[part], default[part], seed=study.seed)
    assessor = Assessor(
        runtime=fitted.runtime,
        calibration=calibration,
        scale=Scale.from_mapping(study.product.scale),
        features=study.product.segment(segment).features,
    )
    report = _validate(study, fitted, assessor)
    facts = _facts(study, segment, family)
    contents = {
        **fitted.files,
        **_common_files(study, fitted, assessor),
        "report.json": json_bytes(report),
        "report.html": render(report).encode(),
        "card.md": model_card(study.product, facts, report).encode(),
    }
    written = write_package(study.models_dir, facts, contents)
    return TrainedModel(
        segment=segment,
        family=family,
        path=written.path,
        hash=written.hash,
        report=report,
        champion=study.product.segment(segment).champion == family,
    )


def _fit(study: Study, segment: str, family: str) -> Fitted:
    matrix = matrix_from_columns(study.product, segment, study.sample.columns)
    model = make_model(family, columns=column_specs(study.product, segment), seed=study.seed)
    part = study.split.development
    model.fit(matrix[part], study.sample.default[part])
    files = model.native_files()
    # From here on the engine answers for the model: what is measured is what will be served.
    runtime = load_runtime(family, files)
    log_odds = runtime.log_odds(matrix)
    difference = float(np.abs(model.decision_function(matrix) - log_odds).max())
    if not difference <= ENGINE_TOLERANCE:
        raise EngineDisagrees(family=family, difference=difference)
    return Fitted(
        segment=segment,
        model=model,
        matrix=matrix,
        files=files,
        runtime=runtime,
        log_odds=log_odds,
    )


def _validate(study: Study, fitted: Fitted, assessor: Assessor) -> dict[str, Any]:
    split, product = study.split, study.product
    development = split.development
    calibrated = assessor.calibration.apply(fitted.log_odds)
    probability = assessor.scale.probability(calibrated)
    score = assessor.scale.score(calibrated)
    features = product.model_features(fitted.segment)
    named = (
        ("development", development),
        ("calibration", split.calibration),
        (split.judged_name, split.judged),
    )
    report = validation_report(
        subject=_subject(study, fitted),
        split=split.to_mapping(),
        samples=tuple(
            ScoredSample(
                name=name,
                default=study.sample.default[rows],
                probability=probability[rows],
                score=score[rows],
            )
            for name, rows in named
        ),
        scale=assessor.scale,
        features=feature_summaries(
            column_specs(product, fitted.segment),
            fitted.matrix[development],
            study.sample.default[development],
            titles={feature.name: feature.title.to_mapping() for feature in features},
            importance=fitted.model.importance(),
        ),
        calibration=assessor.calibration,
    )
    return report | {"protected_groups": _groups(study, probability)}


def _subject(study: Study, fitted: Fitted) -> Subject:
    product, segment = study.product, study.product.segment(fitted.segment)
    return Subject(
        product=product.name,
        segment=segment.name,
        family=fitted.model.family,
        title={
            language: f"{product.title.in_language(language)}: "
            f"{segment.title.in_language(language)}"
            for language in ("en", "ru")
        },
        seed=study.seed,
        facts={
            "product file": product.hash,
            "sample": study.sample.hash,
            "grouped by": product.sample.applicant or "row",
            "ignored columns": ", ".join(study.sample.ignored) or "none",
        },
    )


def _groups(study: Study, probability: Floats) -> list[dict[str, Any]]:
    judged, sample = study.split.judged, study.sample
    columns = {name: column[judged] for name, column in sample.columns.items()}
    return protected_groups(study.product, columns, sample.default[judged], probability[judged])


def _common_files(study: Study, fitted: Fitted, assessor: Assessor) -> dict[str, bytes]:
    product, segment, columns = study.product, fitted.segment, study.sample.columns
    rows = choose_rows(columns, product.inputs(segment), fitted.log_odds, count=GOLDEN_ROWS)
    records = records_of(product, segment, columns, rows)
    catalogue = reason_catalogue(product, segment)
    return {
        "product.toml": product.text.encode(),
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "reasons.json": json_bytes({code: text.to_mapping() for code, text in catalogue.items()}),
        "golden.jsonl": write_golden(golden_lines(product, segment, assessor, records)),
    }


def _facts(study: Study, segment: str, family: str) -> dict[str, Any]:
    product, sample = study.product, study.sample
    return {
        "product": {"name": product.name, "hash": product.hash},
        "segment": segment,
        "family": family,
        "features": list(product.segment(segment).features),
        "engine": {"schema": 1},
        "library_versions": {name: version(name) for name in LIBRARIES},
        "seed": study.seed,
        "sample": {
            "hash": sample.hash,
            "rows": len(sample.default),
            "defaults": int(sample.default.sum()),
        },
    }


def _say_nothing(_what: str, _share: float) -> None:
    """Take the place of a progress report that nobody wants."""


def _wanted(
    product: Product, only: Collection[tuple[str, str]] | None
) -> tuple[tuple[str, str], ...]:
    for segment, family in only or ():
        product.segment(segment)
        find_family(family)
    pairs = tuple(
        (segment, family) for segment in product.segments for family in installed_families()
    )
    return pairs if only is None else tuple(pair for pair in pairs if pair in set(only))


def _refuse_unfit(study: Study, segments: set[str]) -> None:
    """Say what is wrong before an hour is spent on the models for which it is right."""
    for segment in segments:
        matrix_from_columns(study.product, segment, study.sample.columns)
        reason_catalogue(study.product, segment)
