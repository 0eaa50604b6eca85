"""Choosing a family: the easiest to read of those within the noise of the best."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from loanwright.models.criteria import AUC, Criterion, Gap, fold_gap, fold_values
from loanwright.models.crossfit import OutOfFold, Task
from loanwright.models.registry import find_family, skipped_families

#: How many paired standard errors count as noise.
NOISE: Final = 1.0
#: What readability may cost at most, as a share of the best figure: on a small sample the noise
#: is wide, and what is lost in it may be real.
GREATEST_COST: Final = 0.00125
DIGITS: Final = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Skipped:
    """A family that was not compared.

    Attributes
    ----------
    family, why, remedy
        Its name, why it is missing, and how to have it.
    """

    family: str
    why: str
    remedy: str

    def to_mapping(self) -> dict[str, str]:
        """Return plain values."""
        return {"family": self.family, "why": self.why, "remedy": self.remedy}


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One candidate beside the best.

    Attributes
    ----------
    result
        What it said about the rows held out.
    mean, spread
        Of the criterion over the folds; the spread is their standard deviation.
    behind
        How much better the best one is; 0 for the best itself.
    within_noise
        Whether that is no more than the noise, and no more than readability may cost.
    """

    result: OutOfFold
    mean: float
    spread: float
    behind: Gap
    within_noise: bool

    @property
    def family(self) -> str:
        """Return its family."""
        return self.result.family


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """All candidates, judged on the same rows, and the one that the rule chooses.

    Attributes
    ----------
    criterion
        By which they were compared.
    noise
        How many paired standard errors count as noise.
    rows
        How many rows judged them.
    compared
        The easiest to read first.
    best, chosen
        Families.
    skipped
        Families that were not compared.
    """

    criterion: Criterion
    noise: float
    rows: int
    compared: tuple[Compared, ...]
    best: str
    chosen: str
    skipped: tuple[Skipped, ...] = field(default=())

    def find(self, family: str) -> Compared:
        """Return the row of this family."""
        return next(one for one in self.compared if one.family == family)

    @property
    def rule(self) -> str:
        """Return the rule in words."""
        return (
            f"the easiest to read of the families whose {self.criterion.name} over the inner "
            f"folds is within {self.noise:g} paired standard error(s) of the best and at most "
            f"{GREATEST_COST:.3%} worse"
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values for the report; no seconds, so that equal models stay equal."""
        return {
            "metric": self.criterion.name,
            "rule": self.rule,
            "noise": self.noise,
            "rows": self.rows,
            "folds": len(self.compared[0].result.log_odds),
            "best": self.best,
            "chosen": self.chosen,
            "families": [self._row(one) for one in self.compared],
            "skipped": [one.to_mapping() for one in self.skipped],
        }

    def _row(self, one: Compared) -> dict[str, Any]:
        return {
            "family": one.family,
            "rank": find_family(one.family).rank,
            "mean": round(one.mean, DIGITS),
            "spread": round(one.spread, DIGITS),
            "behind": round(one.behind.value, DIGITS),
            "standard_error": round(one.behind.error, DIGITS),
            "p_value": round(one.behind.p_value, DIGITS),
            "within_noise": one.within_noise,
            "chosen": one.family == self.chosen,
            "settings": one.result.candidate.plain_settings,
        }


def compare(
    task: Task,
    results: Sequence[OutOfFold],
    *,
    criterion: Criterion | None = None,
    noise: float = NOISE,
    skipped: Sequence[Skipped] = (),
) -> Comparison:
    """Compare candidates on the rows held out and choose one.

    Parameters
    ----------
    task
        The folds that judged them.
    results
        One a family, all of the same folds.
    criterion
        AUC unless another is given.
    noise
        How many paired standard errors count as noise, ≥ 0; 0 chooses the best figure.
    skipped
        Families that could not be compared; they are written down.

    Returns
    -------
    Comparison
        Its chosen family is the one of the lowest rank whose figure is no further from the best
        than the noise and costs at most 0.125 % of it.

    Notes
    -----
    The one-standard-error rule of Breiman, Friedman, Olshen, Stone (1984), with the standard
    error of the paired difference (DeLong for AUC) in place of that of the figure itself. The
    best of many is partly the luckiest of many; the rule spends that luck on readability.

    Examples
    --------
    >>> from loanwright.models.crossfit import Candidate
    >>> from loanwright.sampling import Fold
    >>> rows = np.arange(400)
    >>> default = (rows % 2).astype(np.int8)
    >>> task = Task(
    ...     matrix=np.empty((400, 0)), default=default, columns=(),
    ...     folds=(Fold(fit=rows, judged=rows),),
    ... )
    >>> risk = default + np.random.default_rng(0).normal(size=400)
    >>> said = [
    ...     OutOfFold(candidate=Candidate(family=name), log_odds=(risk * sign,), seconds=0.1)
    ...     for name, sign in (("scorecard", 1.0), ("lightgbm", 2.0), ("forest", -1.0))
    ... ]
    >>> compare(task, said).chosen
    'scorecard'
    """
    by = criterion or AUC()
    ordered = sorted(results, key=lambda result: find_family(result.family).rank)
    labels = task.judged_labels()
    means = [by.sign * fold_values(by, labels, result.log_odds).mean() for result in ordered]
    best = ordered[int(np.argmax(means))]
    most = GREATEST_COST * abs(max(means))
    rows = tuple(_compared(task, result, best, by, noise=noise, most=most) for result in ordered)
    return Comparison(
        criterion=by,
        noise=noise,
        rows=sum(map(len, labels)),
        compared=rows,
        best=best.family,
        chosen=next(one.family for one in rows if one.within_noise),
        skipped=tuple(skipped),
    )


def _compared(
    task: Task,
    result: OutOfFold,
    best: OutOfFold,
    criterion: Criterion,
    *,
    noise: float,
    most: float,
) -> Compared:
    labels = task.judged_labels()
    values = fold_values(criterion, labels, result.log_odds)
    behind = Gap(value=0.0, error=0.0)
    if result is not best:
        behind = fold_gap(criterion, labels, best.log_odds, result.log_odds)
    return Compared(
        result=result,
        mean=float(values.mean()),
        spread=float(values.std(ddof=1)) if len(values) > 1 else 0.0,
        behind=behind,
        within_noise=bool(behind.value <= min(noise * behind.error, most)),
    )


def better_of(
    task: Task, default: OutOfFold, tuned: OutOfFold, criterion: Criterion, *, noise: float = NOISE
) -> OutOfFold:
    """Return tuned settings where they are better by more than the noise, else the default ones.

    The best of many trials is partly the luckiest: within the noise the defaults stay.
    """
    gap = fold_gap(criterion, task.judged_labels(), tuned.log_odds, default.log_odds)
    return tuned if gap.value > noise * gap.error else default


def not_installed(wanted: Sequence[str]) -> tuple[Skipped, ...]:
    """Return the families among these that are not installed here, with what adds them."""
    return tuple(
        Skipped(family=one.name, why=f"{one.needs} is not installed", remedy=one.remedy)
        for one in skipped_families()
        if one.name in wanted
    )
