"""The life of a model, from a table to a package, told from top to bottom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loanwright.calibration.fit import fit_calibration
from loanwright.engine.load import load_runtime
from loanwright.errors import Rejected
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.columns import column_specs, matrix_from_columns
from loanwright.features.product import Product
from loanwright.models.choosing import Comparison
from loanwright.models.contest import Pace
from loanwright.models.crossfit import Candidate, OutOfFold, Task, fit_rows
from loanwright.models.plan import NothingToCompare, Plan, run_contest
from loanwright.models.registry import FAMILIES, find_family
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.card import model_card
from loanwright.packaging.contents import common_files, package_facts
from loanwright.packaging.study import Fitted, Progress, Study, model_report
from loanwright.packaging.write import json_bytes, write_package
from loanwright.sampling import inner_folds, read_sample, split_sample
from loanwright.scaling import Scale
from loanwright.validation.html import render

if TYPE_CHECKING:
    import polars as pl

__all__ = [
    "EngineDisagrees",
    "NothingToCompare",
    "Plan",
    "TrainedModel",
    "TrainingRun",
    "train",
    "train_and_choose",
]

#: Largest difference between the log-odds of the trained model and of the engine that serves it,
#: where a family does not state its own.
ENGINE_TOLERANCE: Final = 1e-9
COMPARING: Final = 0.8
"""Share of the time, as the progress tells it."""


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
class TrainingRun:
    """What a training run left: models, and segment to what each choice was made from."""

    models: tuple[TrainedModel, ...]
    comparisons: Mapping[str, Comparison] = field(default_factory=dict)


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

    Without ``only``, all installed families are compared and one is chosen, as in
    `train_and_choose`. With it, the named models are fitted on the development sample (60 %) and
    calibrated on the calibration sample (20 %), and nothing is chosen.

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
        Pairs of segment and family to train; None compares all.
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
    plan = Plan(models_dir=models_dir, seed=seed)
    if only is None:
        return train_and_choose(product, table, plan, progress=progress).models
    pairs = _wanted(product, only)
    study = _open(product, table, plan, progress)
    _refuse_unfit(study, {segment for segment, _ in pairs})
    trained = []
    for place, (segment, family) in enumerate(pairs):
        study.tell(f"{segment}, {family}", place / len(pairs))
        trained.append(
            build_package(study, _task(study, segment), Candidate(family=family), segment)
        )
    study.tell("done", 1.0)
    return tuple(trained)


def train_and_choose(
    product: Product, table: "pl.DataFrame", plan: Plan, *, progress: Progress | None = None
) -> TrainingRun:
    """Compare families on inner folds, choose one, and package all that were compared.

    The judged rows (20 %: drawn, or the latest where the product names a date) are touched by
    nothing before the reports. The folds divide the other 80 %, the rows of one person together.
    Every family is then fitted on the whole 80 % and calibrated by what it said about the rows
    that each fold held out: the calibration sees no row that its model has learned from, and the
    model loses none.

    Parameters
    ----------
    product, table
        As in `train`.
    plan
        What is compared, by what, in which time.
    progress
        Called with what is being done and the share that is done, from 0 to 1.

    Raises
    ------
    LoanwrightError
        As `train`.
    """
    printed = _printed(product)
    printed |= {
        family: printed.get(family, {}) | dict(own) for family, own in plan.settings.items()
    }
    plan = replace(plan, settings=printed)
    study = _open(product, table, plan, progress)
    segments = tuple(
        name for name in product.segments if plan.segments is None or name in plan.segments
    )
    for name in plan.segments or ():
        product.segment(name)
    _refuse_unfit(study, set(segments))
    models: list[TrainedModel] = []
    comparisons = {}
    pace = Pace.of(plan.budget)
    for place, segment in enumerate(segments):
        part = _Part(study=study, segment=segment, place=place, count=len(segments))
        comparison, built = _compare_and_build(part, plan, pace.share(1 / (len(segments) - place)))
        comparisons[segment] = comparison
        models += built
    study.tell("done", 1.0)
    return TrainingRun(models=tuple(models), comparisons=comparisons)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A segment's part of a run and of its progress."""

    study: Study
    segment: str
    place: int
    count: int

    def tell(self, what: str, share: float) -> None:
        share = (self.place + min(share, 1.0)) / self.count
        self.study.tell(f"{self.segment}, {what}", share)


def _compare_and_build(
    part: _Part, plan: Plan, pace: Pace
) -> tuple[Comparison, list[TrainedModel]]:
    study, segment = part.study, part.segment
    folds = plan.fold_count(len(study.sample.default), dated=study.sample.date is not None)
    task = _task(study, segment, folds=folds)
    comparison = run_contest(
        task,
        segment,
        plan,
        pace=pace,
        tell=lambda what, share: part.tell(what, COMPARING * share),
    )
    built = []
    for place, one in enumerate(comparison.compared):
        done = place / len(comparison.compared)
        part.tell(one.family, COMPARING + (1 - COMPARING) * done)
        built.append(build_package(study, task, one.result.candidate, segment, comparison))
    return comparison, built


def _printed(product: Product) -> dict[str, dict[str, Any]]:
    """Return the scale on which a scorecard prints its points."""
    scale = Scale.from_mapping(product.scale)
    names = ("pdo", "anchor_score", "anchor_odds")
    return {"scorecard": {name: float(getattr(scale, name)) for name in names}}


def _open(product: Product, table: "pl.DataFrame", plan: Plan, progress: Progress | None) -> Study:
    tell = progress or (lambda _what, _share: None)
    tell("reading the sample", 0.0)
    sample = read_sample(product, table)
    split = split_sample(
        sample.default, applicant=sample.applicant, date=sample.date, seed=plan.seed
    )
    return Study(
        product=product,
        sample=sample,
        split=split,
        seed=plan.seed,
        models_dir=plan.models_dir,
        tell=tell,
    )


def _task(study: Study, segment: str, *, folds: int = 0) -> Task:
    return Task(
        matrix=matrix_from_columns(study.product, segment, study.sample.columns),
        default=study.sample.default,
        columns=column_specs(study.product, segment),
        folds=inner_folds(study.sample, study.split, count=folds, seed=study.seed) if folds else (),
        seed=study.seed,
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
    study, task, candidate, segment
        The run, the rows of the segment, family and settings, for whom the model is.
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
    report, facts = model_report(study, fitted), _facts(study, candidate, segment)
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
        ),
    )


def _wanted(product: Product, only: Collection[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    for segment, family in only:
        product.segment(segment)
        find_family(family)
    return tuple(
        (segment, family)
        for segment in product.segments
        for family in FAMILIES
        if (segment, family) in set(only)
    )


def _refuse_unfit(study: Study, segments: set[str]) -> None:
    """Say what is wrong before an hour is spent on the models for which it is right."""
    for segment in segments:
        matrix_from_columns(study.product, segment, study.sample.columns)
        reason_catalogue(study.product, segment)
