"""The three things a lender can answer, ordered by severity."""

from collections.abc import Iterable
from enum import StrEnum


class Outcome(StrEnum):
    """What the lender does with an application; the later member is the more severe one.

    Examples
    --------
    >>> Outcome("refer").severity
    1
    >>> Outcome.most_severe([Outcome.APPROVE, Outcome.DECLINE, Outcome.REFER])
    <Outcome.DECLINE: 'decline'>
    """

    APPROVE = "approve"
    REFER = "refer"
    DECLINE = "decline"

    @property
    def severity(self) -> int:
        """Return 0 for approve, 1 for refer, 2 for decline."""
        return _SEVERITY[self]

    @staticmethod
    def most_severe(outcomes: Iterable["Outcome"]) -> "Outcome":
        """Return the most severe of at least one outcome.

        Raises
        ------
        ValueError
            When there is none to choose from.
        """
        return max(outcomes, key=_SEVERITY.__getitem__)


_SEVERITY = {Outcome.APPROVE: 0, Outcome.REFER: 1, Outcome.DECLINE: 2}
