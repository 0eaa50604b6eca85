"""What a look of a person is worth, and therefore how far ahead of its time it stands in the queue.

The order of the queue must be plain, must not let anything be forgotten, and must be quick to read
however long it is. So worth is counted in time: a review stands where it would stand by its clock,
moved ahead by a share of the time that it was given.

=================  ===============================================================  ============
term               1 where                                                          moves ahead
=================  ===============================================================  ============
``closeness``      the score is at a cutoff; half of it for every doubling of odds  0.25
``size``           as much is asked for as the product ever gives                   0.15
``disagreement``   a challenger sees quite other odds; 0.5 where they are doubled   0.25
=================  ===============================================================  ============

Together they are 0.65 at most: what has used 65 hundredths of its time comes before everything
that is opened then with as much time, so nothing waits for ever.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from loanwright.decisioning.cutoffs import Cutoffs

CLOSENESS: Final = 0.25
SIZE: Final = 0.15
DISAGREEMENT: Final = 0.25
_STEPS: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Worth:
    """The terms of the worth of a review, each between 0 and 1."""

    closeness: float = 0.0
    size: float = 0.0
    disagreement: float = 0.0

    @property
    def ahead(self) -> float:
        """Return the share of its time by which it is moved ahead.

        Examples
        --------
        >>> round(Worth(closeness=1, size=1, disagreement=1).ahead, 2)
        0.65
        >>> Worth().ahead
        0.0
        """
        return CLOSENESS * self.closeness + SIZE * self.size + DISAGREEMENT * self.disagreement

    def first_at(self, opened_at: datetime, due_at: datetime) -> datetime:
        """Return the moment by which it is ordered: its last one, moved ahead.

        Examples
        --------
        >>> from datetime import UTC
        >>> opened, due = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 31, tzinfo=UTC)
        >>> Worth(closeness=1, disagreement=1).first_at(opened, due).isoformat()
        '2026-03-16T00:00:00+00:00'
        """
        moved = due_at - (due_at - opened_at) * self.ahead
        return moved.replace(microsecond=moved.microsecond // 1000 * 1000)


def closeness(score: int, cutoffs: Cutoffs, points_per_doubling: float) -> float:
    """Return how close a score is to the nearer cutoff.

    Parameters
    ----------
    score
        In points.
    points_per_doubling
        Points in which the odds double, of the product's scale.

    Returns
    -------
    float
        1 at a cutoff, halved by every doubling of the odds away from it.

    Examples
    --------
    >>> cutoffs = Cutoffs(approve_from=600, refer_from=560)
    >>> [closeness(score, cutoffs, 20) for score in (600, 580, 520)]
    [1.0, 0.5, 0.25]
    """
    distance = min(abs(score - cutoffs.approve_from), abs(score - cutoffs.refer_from))
    return float(0.5 ** (distance / points_per_doubling))


def size(asked: float | None, most: float | None) -> float:
    """Return how much is asked for beside the most that the product gives, in tenths.

    What cannot be said is 0. Tenths, because it is kept where the amount itself may not be.

    Examples
    --------
    >>> size(260_000, 1_000_000), size(None, 1_000_000), size(5, None), size(7, 5)
    (0.3, 0.0, 0.0, 1.0)
    """
    if asked is None or most is None or most <= 0:
        return 0.0
    return round(min(max(asked / most, 0.0), 1.0) * _STEPS) / _STEPS


def disagreement(probability: float, others: Iterable[float]) -> float:
    """Return how much the challenger that disagrees most sees other odds than what decided.

    Examples
    --------
    >>> disagreement(0.2, [0.2])
    0.0
    >>> round(disagreement(1 / 3, [0.5, 0.34]), 9)
    0.5
    >>> disagreement(0.2, [])
    0.0
    """
    apart = max((abs(_log_odds(one) - _log_odds(probability)) for one in others), default=0.0)
    return 1.0 - 0.5 ** (apart / math.log(2))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, 1e-12), 1 - 1e-12)
    return math.log(inside / (1 - inside))
