"""Where a score is approved, referred or declined."""

from dataclasses import dataclass

from loanwright.decisioning.outcome import Outcome
from loanwright.errors import Rejected


class CutoffsRefused(Rejected):
    """Cutoffs are integers, refer_from <= approve_from, not {refer_from} and {approve_from}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutoffs:
    """Where a score is approved, referred or declined.

    Parameters
    ----------
    approve_from
        The lowest score that is approved.
    refer_from
        The lowest score that is referred to a person; not above ``approve_from`` (equal means
        that the score never refers).

    Examples
    --------
    >>> cutoffs = Cutoffs(approve_from=600, refer_from=560)
    >>> [str(cutoffs.outcome(score)) for score in (600, 599, 560, 559)]
    ['approve', 'refer', 'refer', 'decline']
    """

    approve_from: int
    refer_from: int

    def __post_init__(self) -> None:
        """Refuse cutoffs that leave a score without exactly one outcome."""
        plain = type(self.approve_from) is int and type(self.refer_from) is int
        if not plain or self.refer_from > self.approve_from:
            raise CutoffsRefused(refer_from=self.refer_from, approve_from=self.approve_from)

    def outcome(self, score: int) -> Outcome:
        """Return the outcome of a score; a score exactly at a cutoff gets the better one."""
        if score >= self.approve_from:
            return Outcome.APPROVE
        return Outcome.REFER if score >= self.refer_from else Outcome.DECLINE
