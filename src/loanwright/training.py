"""The life of a model, from a table to a package, told from top to bottom."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from loanwright.errors import Unavailable
from loanwright.explanation.reasons import reason_catalogue
from loanwright.features.columns import column_specs, matrix_from_columns
from loanwright.features.product import Product
from loanwright.models.blending import FAMILY as BLEND
from loanwright.models.blending import blend
from loanwright.models.choosing import NOISE, Comparison, compare, not_installed
from loanwright.models.contest import Pace, compete
from loanwright.models.criteria import AUC, Criterion
from loanwright.models.crossfit import Candidate, OutOfFold, Task
from loanwright.models.registry import FAMILIES, find_family, installed_families
from loanwright.packaging.build import (
    EngineDisagrees,
    Progress,
    Study,
    TrainedModel,
    build_package,
)
from loanwright.sampling import inner_folds, read_sample, split_sample

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

#: Looks for better settings: segment, task, what the defaults reached, time; returns, for each
#: family that came to it, the better of the two.
Tune = Callable[[str, Task, Sequence[OutOfFold], Pace], Sequence[OutOfFold]]

MANY_ROWS: Final = 20_000
FOLDS: Final = 5
FOLDS_OF_MANY_ROWS: Final = 3
"""With dates as well: there every fold costs a share of the earliest rows."""
TUNING_SHARE: Final = 0.75
"""Of the time that is left after the comparison; the rest is for the final fits."""


class NothingToCompare(Unavailable):
    """None of the families {families} is installed here; `loanwright doctor` says what is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """How the families of a product are to be compared.

    Attributes
    ----------
    models_dir
        Where the packages are written.
    seed
        Of everything that chance decides.
    segments, families
        Which to train; None trains all, and every family that is installed.
    settings
        Family to the parameters of its estimator that differ from their defaults.
    criterion, noise
        By which figure families are compared, and how many paired standard errors are noise.
    folds
        Inner folds; None takes 5, and 3 from 20,000 rows on or where the product names a date.
    budget
        Seconds for all of it; families that would need too much of it are skipped. None waits.
    tune
        Looks for better settings of the contenders; None keeps the given ones.
    """

    models_dir: Path
    seed: int = 0
    segments: tuple[str, ...] | None = None
    families: tuple[str, ...] | None = None
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    criterion: Criterion = field(default_factory=AUC)
    noise: float = NOISE
    folds: int | None = None
    budget: float | None = None
    tune: Tune | None = None

    def candidates(self) -> tuple[Candidate, ...]:
        """Return the installed families that are wanted, the easiest to read first."""
        wanted = set(FAMILIES if self.families is None else self.families)
        for family in wanted:
            find_family(family)
        return tuple(
            Candidate(family=family, settings=self.settings.get(family, {}))
            for family in installed_families()
            if family in wanted
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingRun:
    """What a training run left.

    Attributes
    ----------
    models
        In the order of the product's segments, for each the easiest to read first.
    comparisons
        Segment to what the choice was made from; empty where nothing was compared.
    """

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
        part = _Part(segment=segment, begin=place / len(segments), share=1 / len(segments))
        comparison, built = _contest(study, plan, part, pace.share(1 / (len(segments) - place)))
        comparisons[segment] = comparison
        models += built
    study.tell("done", 1.0)
    return TrainingRun(models=tuple(models), comparisons=comparisons)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """A segment's part of the whole progress."""

    segment: str
    begin: float
    share: float

    def at(self, share: float) -> float:
        return self.begin + self.share * min(share, 1.0)


def _contest(
    study: Study, plan: Plan, part: _Part, pace: Pace
) -> tuple[Comparison, list[TrainedModel]]:
    segment, candidates = part.segment, plan.candidates()
    if not candidates:
        raise NothingToCompare(families=", ".join(plan.families or ()))
    task = _task(study, segment, folds=_fold_count(study, plan))
    blended = len(candidates) > 1 and any(one.family == BLEND for one in candidates)
    candidates = tuple(one for one in candidates if one.family != BLEND or not blended)
    steps = 2.0 * (len(candidates) + blended)

    def tell(candidate: Candidate, place: int) -> None:
        study.tell(f"{segment}, comparing {candidate.family}", part.at(place / steps))

    found = compete(task, candidates, pace=pace.share(0.5) if plan.tune else pace, tell=tell)
    results: Sequence[OutOfFold] = found.results
    if plan.tune is not None:
        results = plan.tune(segment, task, results, pace.share(TUNING_SHARE))
    if blended and (mixed := blend(task, results)) is not None:
        results = (*results, mixed)
    wanted = tuple(FAMILIES) if plan.families is None else plan.families
    comparison = compare(
        task,
        results,
        criterion=plan.criterion,
        noise=plan.noise,
        skipped=(*not_installed(wanted), *found.skipped),
    )
    built = []
    for place, one in enumerate(comparison.compared):
        study.tell(f"{segment}, {one.family}", part.at(0.5 + place / steps))
        built.append(build_package(study, task, one.result.candidate, segment, comparison))
    return comparison, built


def _open(product: Product, table: "pl.DataFrame", plan: Plan, progress: Progress | None) -> Study:
    tell = progress or _say_nothing
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


def _fold_count(study: Study, plan: Plan) -> int:
    if plan.folds is not None:
        return plan.folds
    many = len(study.sample.default) >= MANY_ROWS or study.sample.date is not None
    return FOLDS_OF_MANY_ROWS if many else FOLDS


def _task(study: Study, segment: str, *, folds: int = 0) -> Task:
    return Task(
        matrix=matrix_from_columns(study.product, segment, study.sample.columns),
        default=study.sample.default,
        columns=column_specs(study.product, segment),
        folds=inner_folds(study.sample, study.split, count=folds, seed=study.seed) if folds else (),
        seed=study.seed,
    )


def _say_nothing(_what: str, _share: float) -> None:
    """Take the place of a progress report that nobody wants."""


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
