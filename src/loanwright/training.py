"""The life of a model, from a table to a package, told from top to bottom."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loanwright.building import Choice, EngineDisagrees, TrainedModel, build_package
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.columns import column_specs, matrix_from_columns
from loanwright.features.product import Product
from loanwright.models.choosing import Comparison
from loanwright.models.contest import Pace
from loanwright.models.crossfit import Candidate, Task
from loanwright.models.plan import NothingToCompare, Plan, run_contest
from loanwright.models.registry import FAMILIES, find_family
from loanwright.packaging.study import Progress, Study
from loanwright.sampling import inner_folds, read_sample, split_sample
from loanwright.scaling import Scale

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

COMPARING: Final = 0.8
"""Share of the time, as the progress tells it."""


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
    nothing here before the reports; a product drafted from the same table has seen them. The
    folds divide the other 80 %, the rows of one person together.
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
        candidate = one.result.candidate
        choice = Choice(comparison=comparison, full_report=plan.full_report)
        built.append(build_package(study, task, candidate, segment, choice))
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
        applicant=study.sample.applicant,
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
