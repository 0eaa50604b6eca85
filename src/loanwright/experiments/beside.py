"""Two models beside each other on the same applications: where they agree and what would change."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.outcome import Outcome
from loanwright.metrics.comparison import PairedComparison, compare_auc

Floats = NDArray[np.float64]
FEWEST_LABELS: Final = 10
"""Of each kind, before two models are compared by how accounts turned out."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """One application as the model that decided it and another one saw it.

    Attributes
    ----------
    decided, would
        Outcome by the deciding model, and by the other one under the same policy.
    probability, other_probability
        Of default, by each.
    default
        How the account turned out, 1 for bad and 0 for good; None where that is not known yet,
        or there is no account.
    """

    decided: Outcome
    would: Outcome
    probability: float
    other_probability: float
    default: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SwapSet:
    """Applications that one model approves and the other does not.

    Attributes
    ----------
    probability, other_probability
        Mean probability of default by the deciding model and by the other one; None of nothing.
    known
        How many of them have an account that turned out good or bad.
    bad
        How many of these are bad.
    """

    number: int
    probability: float | None
    other_probability: float | None
    known: int
    bad: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """How another model compares with those that decided.

    Attributes
    ----------
    agreement
        Share of applications with the same outcome; None of nothing.
    changed
        How many have which outcome by each, such as ``("approve", "decline")``.
    swapped_in, swapped_out
        Approved by the other model only, and by the deciding one only.
    mean_difference, mean_absolute_difference, largest_difference
        Of the probabilities, other minus deciding.
    rank_agreement
        Spearman's rank correlation; None where one of them ranks nothing.
    labels
        AUC of both, the other model first, on accounts that turned out good or bad; None while
        there are too few. Only what was approved has an account, so that the other model is
        judged on a selection.
    """

    number: int
    agreement: float | None
    changed: dict[tuple[str, str], int]
    swapped_in: SwapSet
    swapped_out: SwapSet
    mean_difference: float | None
    mean_absolute_difference: float | None
    largest_difference: float | None
    rank_agreement: float | None
    labels: PairedComparison | None


def compare(pairs: Sequence[Pair]) -> Beside:
    """Return how another model compares with those that decided.

    Examples
    --------
    >>> a, b, c = Outcome
    >>> pairs = [
    ...     Pair(decided=a, would=a, probability=0.02, other_probability=0.03),
    ...     Pair(decided=c, would=a, probability=0.30, other_probability=0.05),
    ...     Pair(decided=a, would=c, probability=0.05, other_probability=0.40),
    ... ]
    >>> found = compare(pairs)
    >>> round(found.agreement, 3), found.swapped_in.number, found.swapped_out.other_probability
    (0.333, 1, 0.4)
    """
    mine = np.array([one.probability for one in pairs], dtype=np.float64)
    theirs = np.array([one.other_probability for one in pairs], dtype=np.float64)
    moved = theirs - mine
    crossed = Counter((str(one.decided), str(one.would)) for one in pairs)
    same = sum(number for (first, second), number in crossed.items() if first == second)
    return Beside(
        number=len(pairs),
        agreement=same / len(pairs) if pairs else None,
        changed=dict(sorted(crossed.items())),
        swapped_in=_swapped([one for one in pairs if _approves(one.would, one.decided)]),
        swapped_out=_swapped([one for one in pairs if _approves(one.decided, one.would)]),
        mean_difference=_mean(moved),
        mean_absolute_difference=_mean(np.abs(moved)),
        largest_difference=float(np.abs(moved).max()) if pairs else None,
        rank_agreement=_rank_agreement(mine, theirs),
        labels=_by_labels(pairs),
    )


def _approves(one: Outcome, other: Outcome) -> bool:
    return one is Outcome.APPROVE and other is not Outcome.APPROVE


def _swapped(pairs: Sequence[Pair]) -> SwapSet:
    labels = [one.default for one in pairs if one.default is not None]
    return SwapSet(
        number=len(pairs),
        probability=_mean(np.array([one.probability for one in pairs])),
        other_probability=_mean(np.array([one.other_probability for one in pairs])),
        known=len(labels),
        bad=sum(labels),
    )


def _mean(values: Floats) -> float | None:
    return float(values.mean()) if values.size else None


def _rank_agreement(mine: Floats, theirs: Floats) -> float | None:
    if mine.size < 2 or np.ptp(mine) == 0 or np.ptp(theirs) == 0:
        return None
    from scipy.stats import spearmanr

    return float(spearmanr(mine, theirs).statistic)


def _by_labels(pairs: Sequence[Pair]) -> PairedComparison | None:
    known = [one for one in pairs if one.default is not None]
    label = np.array([one.default for one in known], dtype=bool)
    if min(int(label.sum()), int((~label).sum())) < FEWEST_LABELS:
        return None
    return compare_auc(
        label,
        [one.other_probability for one in known],
        [one.probability for one in known],
    )
