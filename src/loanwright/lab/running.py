"""The run of an experiment, told from top to bottom."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loanwright.errors import Unavailable
from loanwright.features.product import Product, parse_product
from loanwright.lab.experiment import Experiment
from loanwright.lab.record import Record
from loanwright.lab.search import TriedSettings, open_storage
from loanwright.lab.tracking import Tracker
from loanwright.lab.tuning import Tuner
from loanwright.training import Plan, TrainingRun, train_and_choose

if TYPE_CHECKING:
    import polars as pl

Progress = Callable[[str, float], None]


class SegmentNotInFile(Unavailable):
    """The product file has no list of features for the segment {segment} that can be replaced."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a run leaves what it makes.

    Attributes
    ----------
    models
        Directory of the packages.
    experiments
        Directory of the studies and records.
    tracker
        Keeps the facts.
    now
        Returns the time, aware, in UTC.
    """

    models: Path
    experiments: Path
    tracker: Tracker
    now: Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """What a run made, and its record."""

    run: TrainingRun
    record: Record


@dataclass(frozen=True, kw_only=True, slots=True)
class Given:
    """What a person fixes beside the experiment: settings of families, such as own bins."""

    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def run_experiment(
    experiment: Experiment,
    product: Product,
    table: "pl.DataFrame",
    place: Place,
    *,
    given: Given | None = None,
    progress: Progress | None = None,
) -> Finished:
    """Compare families, search the contenders, choose, package, and keep the facts.

    Parameters
    ----------
    experiment
        What is tried. Its studies go on where an earlier run of the same sample, killed or not,
        has left them, and are shared with every process that runs it at the same time on the
        same storage.
    product, table
        What is trained on what.
    place
        Where everything goes.
    given
        Settings that are fixed.
    progress
        Called with what is being done and the share that is done, from 0 to 1.

    Raises
    ------
    StorageRefused
        If the studies cannot be kept.
    LoanwrightError
        As `loanwright.training.train_and_choose`.
    """
    known = with_features(product, experiment.features)
    record = Record(started=place.now(), experiment=experiment.to_mapping())
    place.tracker.note(record)
    plan = Plan(
        models_dir=place.models,
        seed=experiment.seed,
        segments=experiment.segments,
        families=experiment.families,
        settings=(given or Given()).settings,
        criterion=experiment.criterion,
        noise=experiment.noise,
        folds=experiment.folds,
        budget=experiment.budget,
        tune=_tuner(experiment, place, record),
    )
    run = train_and_choose(known, table, plan, progress=progress)
    for segment, comparison in run.comparisons.items():
        record.add_comparison(segment, comparison)
    for model in run.models:
        record.add_model(model)
    record.sample = dict(run.models[0].report["subject"]["facts"])
    record.finished = place.now()
    place.tracker.finish(record, run)
    return Finished(run=run, record=record)


def _tuner(experiment: Experiment, place: Place, record: Record) -> Tuner | None:
    if not experiment.trials:
        return None

    def noted(segment: str, family: str, tried: TriedSettings) -> None:
        record.add_trial(segment, family, tried)
        place.tracker.note(record)

    return Tuner(
        experiment=experiment.name,
        storage=open_storage(experiment.storage, place.experiments / experiment.name),
        spaces=experiment.spaces,
        criterion=experiment.criterion,
        noise=experiment.noise,
        trials=experiment.trials,
        noted=noted,
        all_families=experiment.families is not None,
    )


def with_features(product: Product, features: Mapping[str, tuple[str, ...]]) -> Product:
    """Return the product with other features in some of its segments.

    The text of the product file is changed and read anew, so that a package holds exactly the
    product that it was trained with.

    Parameters
    ----------
    product
        As its file says.
    features
        Segment to the names that take the place of its own.

    Raises
    ------
    SegmentUnknown, ProductRefused
        If a segment or a feature is not in the product.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> small = with_features(bundled_product("credit-card"), {"existing": ("limit", "delay_1")})
    >>> small.segment("existing").features
    ('limit', 'delay_1')
    """
    text = product.text
    for segment, names in features.items():
        product.segment(segment)
        listed = ", ".join(f'"{name}"' for name in names)
        table = rf"(^\[segments\.{segment}\][^\[]*?^features\s*=\s*)\[[^\]]*\]"
        text, found = re.subn(table, rf"\g<1>[{listed}]", text, flags=re.MULTILINE)
        if found != 1:
            raise SegmentNotInFile(segment=segment)
    return product if text == product.text else parse_product(text)
