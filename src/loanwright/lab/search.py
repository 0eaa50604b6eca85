"""The search for better settings of one family: an Optuna study that survives its process."""

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loanwright.errors import Rejected
from loanwright.lab.spaces import Space, suggest
from loanwright.models.contest import Pace
from loanwright.models.criteria import Criterion
from loanwright.models.crossfit import Candidate, Floats, OutOfFold, Task, cross_fit

if TYPE_CHECKING:
    from optuna.storages import BaseStorage
    from optuna.study import Study
    from optuna.trial import FrozenTrial

HEARTBEAT: Final = 5
"""Seconds between the signs of life of a running trial; one without any for three times as long
was killed, and is counted no more."""
PATIENCE: Final = 60
"""Seconds that a process waits for another one that is writing to the same SQLite file."""
STARTUP: Final = 8
SQLITE: Final = "sqlite:///"


class StorageRefused(Rejected):
    """The storage of the studies cannot be used: {cause}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TriedSettings:
    """One finished trial.

    Attributes
    ----------
    number
        Of the trial in its study.
    state
        ``complete``, or ``pruned`` where the first folds were worse than most.
    value
        The figure over the folds that were judged, as people read it; None where none was.
    settings
        What was tried.
    seconds
        How long it took.
    """

    number: int
    state: str
    value: float | None
    settings: Mapping[str, Any]
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Search:
    """What one family is searched with.

    Attributes
    ----------
    study
        Its name in the storage.
    storage
        As `open_storage` returns it.
    candidate
        Family, and the settings that are not searched.
    space
        Where is looked.
    criterion
        What is made better.
    trials
        At most so many finished ones, those of earlier and of other processes counted.
    """

    study: str
    storage: "BaseStorage"
    candidate: Candidate
    space: Space
    criterion: Criterion
    trials: int


Told = Callable[[TriedSettings, int, float | None], None]


def _database_trouble() -> type[Exception]:
    # Optuna lets the errors of its database through; the lab itself has nothing to do with one.
    found: type[Exception] = import_module("sqlalchemy.exc").SQLAlchemyError
    return found


def open_storage(url: str | None, directory: Path) -> "BaseStorage":
    """Open the database that holds the studies.

    Parameters
    ----------
    url
        Any database URL that SQLAlchemy knows; None takes ``study.db`` in the directory.
    directory
        Made where it is not there.

    Raises
    ------
    StorageRefused
        If the URL leads nowhere.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    directory.mkdir(parents=True, exist_ok=True)
    address = url or f"{SQLITE}{(directory / 'study.db').resolve()}"
    options = {"connect_args": {"timeout": PATIENCE}} if address.startswith(SQLITE) else {}
    try:
        with alone(directory), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return optuna.storages.RDBStorage(
                address,
                engine_kwargs=options,
                heartbeat_interval=HEARTBEAT,
                grace_period=3 * HEARTBEAT,
            )
    except (ValueError, ImportError, RuntimeError, OSError, _database_trouble()) as error:
        raise StorageRefused(cause=f"{type(error).__name__}: {error}") from error


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Let one process at a time make tables here; the lock dies with its process."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system
        yield
        return
    with (directory / ".lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def search(search: Search, task: Task, *, pace: Pace, told: Told) -> OutOfFold | None:
    """Look for better settings until the trials or the time are over.

    Parameters
    ----------
    search
        Study, family and space.
    task
        Folds; nothing else is looked at.
    pace
        How much time there is.
    told
        Called after each trial with it, with how many are finished, and with the best figure.

    Returns
    -------
    OutOfFold or None
        What the best settings said; None where no trial was complete.

    Notes
    -----
    Tree-structured Parzen estimator (Bergstra et al., 2011). Each trial's generator is seeded by
    seed and number, so that a study that one process ends, or several share, tries no settings
    twice by accident. After each fold, trials below the median of the others are pruned.
    """
    study = _open_study(search)
    seen: dict[int, OutOfFold] = {}
    running = _Running(search=search, task=task, pace=pace, seen=seen)
    # A trial that cannot end in time is not begun: half of one is worth nothing.
    while _finished(study) < search.trials and pace.left() > running.foreseen:
        study.optimize(running.objective, n_trials=1)
        last = running.last
        if last is not None:
            told(last, _finished(study), _best_value(study, search.criterion))
    best = _best(study)
    if best is None:
        return None
    if best.number in seen:
        return seen[best.number]
    # The best settings were found by another process, or before this one began.
    return cross_fit(task, _with(search.candidate, best.user_attrs["settings"]))


def _with(candidate: Candidate, settings: Mapping[str, Any]) -> Candidate:
    return Candidate(family=candidate.family, settings={**candidate.settings, **settings})


@dataclass(kw_only=True, slots=True)
class _Running:
    """One process's share in a study."""

    search: Search
    task: Task
    pace: Pace
    seen: dict[int, OutOfFold]
    last: TriedSettings | None = None
    foreseen: float = 0.0

    def objective(self, trial: Any) -> float:
        import optuna

        self.last = None
        trial.study.sampler = _sampler(self.task.seed, trial.number)
        settings = suggest(trial, self.search.space)
        trial.set_user_attr("settings", settings)
        started = perf_counter()
        values: list[float] = []

        def after_fold(number: int, log_odds: Floats) -> None:
            criterion, fold = self.search.criterion, self.task.folds[number]
            values.append(criterion.value(self.task.default[fold.judged], log_odds))
            trial.report(criterion.sign * float(np.mean(values)), number)
            unfinished = number + 1 < len(self.task.folds)
            if unfinished and (trial.should_prune() or self.pace.left() <= 0):
                raise optuna.TrialPruned

        state = "pruned"
        try:
            found = cross_fit(
                self.task, _with(self.search.candidate, settings), after_fold=after_fold
            )
            self.seen[trial.number] = found
            state = "complete"
            self.foreseen = found.seconds / 2
        finally:
            self.last = TriedSettings(
                number=trial.number,
                state=state,
                value=float(np.mean(values)) if values else None,
                settings=settings,
                seconds=perf_counter() - started,
            )
        self._forget()
        return self.search.criterion.sign * float(np.mean(values))

    def _forget(self) -> None:
        """Keep what the best said, and of the others nothing."""
        best = max(self.seen, key=lambda number: self._value(number))
        for number in [number for number in self.seen if number != best]:
            del self.seen[number]

    def _value(self, number: int) -> float:
        criterion, labels = self.search.criterion, self.task.judged_labels()
        said = zip(labels, self.seen[number].log_odds, strict=True)
        return criterion.sign * float(np.mean([criterion.value(y, x) for y, x in said]))


def _sampler(seed: int, number: int) -> Any:
    from optuna.samplers import TPESampler

    own = int(np.random.SeedSequence([seed, number]).generate_state(1)[0])
    return TPESampler(seed=own, n_startup_trials=STARTUP)


def _open_study(search: Search) -> "Study":
    import optuna

    return optuna.create_study(
        storage=search.storage,
        study_name=search.study,
        direction="maximize",
        load_if_exists=True,
        pruner=optuna.pruners.MedianPruner(n_startup_trials=STARTUP // 2, n_warmup_steps=0),
    )


def _counted(study: "Study") -> "list[FrozenTrial]":
    from optuna.trial import TrialState

    return study.get_trials(deepcopy=False, states=(TrialState.COMPLETE, TrialState.PRUNED))


def _finished(study: "Study") -> int:
    return len(_counted(study))


def _best(study: "Study") -> "FrozenTrial | None":
    from optuna.trial import TrialState

    complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
    return max(complete, key=lambda trial: (trial.value, -trial.number), default=None)


def _best_value(study: "Study", criterion: Criterion) -> float | None:
    best = _best(study)
    return None if best is None or best.value is None else criterion.sign * best.value
