"""Letting families compete within a limited time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Final

import numpy as np

from loanwright.models.choosing import Skipped
from loanwright.models.crossfit import Candidate, Floats, OutOfFold, Task, cross_fit, fit_rows

#: A family that would take more than this share of the time that is left is skipped.
GREATEST_SHARE: Final = 0.5
#: What promises most for its time is tried first, and the first two are never skipped.
TRIED_FIRST: Final = ("scorecard", "lightgbm", "logistic", "xgboost", "catboost", "additive")
NEVER_SKIPPED: Final = 2
#: Fits take longer with more rows, but less than in proportion: trees have a price of their own.
GROWTH: Final = 0.8
#: Rows of the first, small fit that tells how long the whole will take.
PILOT_ROWS: Final = 4_000
#: Seconds of the final fit on all rows, per second of a fit on the rows of one fold.
FINAL_FIT: Final = 1.4

TimeLeft = Callable[[], float]


@dataclass(frozen=True, kw_only=True, slots=True)
class Contest:
    """What came of letting families compete.

    Attributes
    ----------
    results
        One for each family that was judged on every fold.
    skipped
        Families for which the time was too short.
    """

    results: tuple[OutOfFold, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How much time there is.

    Attributes
    ----------
    left
        Returns the seconds that are left; infinite where nobody waits.
    """

    left: TimeLeft = field(default=lambda: float("inf"))

    @staticmethod
    def of(seconds: float | None) -> "Pace":
        """Return a pace that ends so many seconds from now; None never ends."""
        if seconds is None:
            return Pace()
        end = perf_counter() + seconds
        return Pace(left=lambda: end - perf_counter())

    @property
    def limited(self) -> bool:
        """Return whether it ends at all."""
        return self.left() != float("inf")

    def share(self, part: float) -> "Pace":
        """Return a pace that ends when this part of what is left is over."""
        return Pace.of(self.left() * part) if self.limited else self

    def less(self, seconds: float) -> "Pace":
        """Return a pace that ends so many seconds earlier."""
        return Pace.of(max(0.0, self.left() - seconds)) if self.limited else self


class _TooSlow(Exception):  # a turn of the story, caught where it begins
    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


def compete(
    task: Task,
    candidates: Sequence[Candidate],
    *,
    pace: Pace | None = None,
    tell: Callable[[Candidate, int], None] = lambda _candidate, _place: None,
) -> Contest:
    """Judge candidates on the same folds, and skip those for which the time is too short.

    Parameters
    ----------
    task
        Rows, labels and folds.
    candidates
        One for each family, in the order in which they are tried.
    pace
        How much time there is; None waits for all of them.
    tell
        Called before each candidate with its place.

    Returns
    -------
    Contest
        The first two that are tried are never skipped.
    """
    clock = pace or Pace()
    results: list[OutOfFold] = []
    skipped: list[Skipped] = []
    for place, candidate in enumerate(sorted(candidates, key=_promise)):
        tell(candidate, place)
        try:
            pace_of_one = clock if place >= NEVER_SKIPPED else Pace()
            results.append(_in_time(task, candidate, pace_of_one))
        except _TooSlow as slow:
            skipped.append(_too_slow(candidate.family, slow.seconds))
    return Contest(results=tuple(results), skipped=tuple(skipped))


def _promise(candidate: Candidate) -> int:
    known = candidate.family in TRIED_FIRST
    return TRIED_FIRST.index(candidate.family) if known else len(TRIED_FIRST)


def final_seconds(results: Sequence[OutOfFold]) -> float:
    """Return how long the final fits will take; the members of a blend are fitted twice."""
    return 2 * FINAL_FIT * sum(one.seconds / len(one.log_odds) for one in results)


def _too_slow(family: str, seconds: float) -> Skipped:
    minutes = max(1, round(seconds / 60))
    return Skipped(
        family=family,
        why=f"it would take about {minutes} min, too much of the time that is left",
        remedy=f"give it more time with --budget, or name it alone with --families {family}",
    )


def _in_time(task: Task, candidate: Candidate, pace: Pace) -> OutOfFold:
    if not pace.limited:
        return cross_fit(task, candidate)
    started, allowed = perf_counter(), GREATEST_SHARE * pace.left()
    fits = len(task.folds) + FINAL_FIT
    foreseen = _pilot(task, candidate) * fits
    if foreseen > allowed:
        raise _TooSlow(foreseen)

    def look_at_the_clock(number: int, _: Floats) -> None:
        each = (perf_counter() - started) / (number + 1)
        if each * fits > allowed:
            raise _TooSlow(each * fits)

    return cross_fit(task, candidate, after_fold=look_at_the_clock)


def _pilot(task: Task, candidate: Candidate) -> float:
    """Return the seconds that one fit will take, from a fit on a part of the rows."""
    fit = task.folds[0].fit
    if len(fit) < 2 * PILOT_ROWS:
        return 0.0
    rows = np.sort(np.random.default_rng(task.seed).choice(fit, PILOT_ROWS, replace=False))
    small = replace(task, folds=())
    if len(np.unique(task.default[rows])) < 2:
        return 0.0
    started = perf_counter()
    fit_rows(small, candidate, rows)
    return (perf_counter() - started) * (len(fit) / PILOT_ROWS) ** GROWTH
