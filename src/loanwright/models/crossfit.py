"""Judging a family on rows that it has not seen, fold by fold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.features.columns import ColumnSpec
from loanwright.models.registry import make_model
from loanwright.sampling import Fold

Floats = NDArray[np.float64]
AfterFold = Callable[[int, Floats], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """What is to be learned, and on which rows it is judged.

    Attributes
    ----------
    matrix
        (n, p) features of all rows; NaN is missing, categories are codes.
    default
        (n,) labels, 1 is bad.
    columns
        What the dictionary says about the columns.
    folds
        Rows to learn from and rows to be judged on.
    seed
        Of every model.
    applicant
        (n,) the person of each row, whose rows models hold out together; None is another person
        in every row.
    """

    matrix: Floats
    default: NDArray[np.int8]
    columns: tuple[ColumnSpec, ...]
    folds: tuple[Fold, ...]
    seed: int = 0
    applicant: NDArray[Any] | None = None

    def judged_labels(self) -> tuple[NDArray[np.int8], ...]:
        """Return the labels that each fold is judged on."""
        return tuple(self.default[fold.judged] for fold in self.folds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """A family with its settings.

    Attributes
    ----------
    family
        A key of `loanwright.models.registry.FAMILIES`.
    settings
        Parameters of its estimator; those not named keep their defaults.
    """

    family: str
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def plain_settings(self) -> dict[str, Any]:
        """Return the settings as JSON can hold them; what it cannot hold is only named."""
        return {name: _plain(value) for name, value in sorted(self.settings.items())}


@dataclass(frozen=True, kw_only=True, slots=True)
class OutOfFold:
    """What a candidate says about rows that it has not seen.

    Attributes
    ----------
    candidate
        Who says it.
    log_odds
        For each fold the raw log-odds of its judged rows.
    seconds
        How long fitting and asking took, all folds together.
    """

    candidate: Candidate
    log_odds: tuple[Floats, ...]
    seconds: float

    @property
    def family(self) -> str:
        """Return the family of the candidate."""
        return self.candidate.family


def cross_fit(
    task: Task, candidate: Candidate, *, after_fold: AfterFold | None = None
) -> OutOfFold:
    """Fit a candidate on every fold and return its log-odds of the rows held out.

    Parameters
    ----------
    task
        Rows, labels and folds.
    candidate
        Family and settings.
    after_fold
        Called with the number of each fold and the log-odds of its judged rows; what it raises
        ends the work.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> X = random.normal(size=(400, 1))
    >>> y = (random.random(400) < 1 / (1 + np.exp(-X[:, 0]))).astype(np.int8)
    >>> even, odd = np.arange(0, 400, 2), np.arange(1, 400, 2)
    >>> specs = (ColumnSpec(name="x", kind="numeric", direction=1, special=(), categories=0),)
    >>> folds = (Fold(fit=even, judged=odd), Fold(fit=odd, judged=even))
    >>> task = Task(matrix=X, default=y, columns=specs, folds=folds)
    >>> [len(part) for part in cross_fit(task, Candidate(family="scorecard")).log_odds]
    [200, 200]
    """
    started = perf_counter()
    found = []
    for number, fold in enumerate(task.folds):
        log_odds = fit_rows(task, candidate, fold.fit).decision_function(task.matrix[fold.judged])
        found.append(log_odds)
        if after_fold is not None:
            after_fold(number, log_odds)
    return OutOfFold(candidate=candidate, log_odds=tuple(found), seconds=perf_counter() - started)


def fit_rows(task: Task, candidate: Candidate, rows: NDArray[np.int64]) -> Any:
    """Return the candidate's model, fitted on these rows of the task."""
    model = make_model(candidate.family, columns=task.columns, seed=task.seed, **candidate.settings)
    groups = None if task.applicant is None else task.applicant[rows]
    return model.fit(task.matrix[rows], task.default[rows], groups)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else "given"
