"""Guardrails: what must not happen while an experiment runs, watched all the time."""

import math
from dataclasses import dataclass
from enum import StrEnum

from loanwright.experiments.errors import PlanRefused
from loanwright.experiments.evidence import Counts, Range, difference, log_evidence, possible


class Watched(StrEnum):
    """What a guardrail watches."""

    APPROVAL_RATE = "approval_rate"
    EARLY_ARREARS = "early_arrears"


@dataclass(frozen=True, kw_only=True, slots=True)
class Guardrail:
    """How far a rate of the arm that is tried may lie from that of the arm that decides today.

    Parameters
    ----------
    watched
        Which rate.
    lowest, highest
        Bounds of the difference, tried minus today's.
    error
        Probability, over the whole experiment, of stopping although the difference is within
        the bounds.

    Raises
    ------
    PlanRefused
        When the bounds do not hold 0, or the error is not between 0 and 0.5.

    Examples
    --------
    >>> rail = Guardrail(watched=Watched.APPROVAL_RATE, lowest=-0.05, highest=0.05, error=0.01)
    >>> look = rail.look(Counts(hits=1_200, misses=800), Counts(hits=900, misses=1_100))
    >>> look.broken, round(look.difference, 2)
    (True, -0.15)
    """

    watched: Watched
    lowest: float
    highest: float
    error: float

    def __post_init__(self) -> None:
        """Refuse what would stop an experiment in which both arms are the same."""
        if not -1 <= self.lowest <= 0 <= self.highest <= 1:
            raise PlanRefused(problem="a guardrail needs -1 <= lowest <= 0 <= highest <= 1")
        if not 0 < self.error < 0.5:
            raise PlanRefused(problem="the error of a guardrail must lie between 0 and 0.5")

    def look(self, base: Counts, other: Counts) -> "Look":
        """Return what can be said now; it may be asked after every single row."""
        evidence = log_evidence(base, other, lowest=self.lowest, highest=self.highest)
        return Look(
            guardrail=self,
            base=base,
            other=other,
            difference=difference(base, other),
            possible=possible(base, other, level=1 - self.error),
            broken=evidence >= -math.log(self.error),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a guardrail saw.

    Attributes
    ----------
    difference
        Of the rates, tried minus today's; None where an arm has no rows.
    possible
        The differences that are not ruled out, at all looks together.
    broken
        Whether the experiment must stop.
    """

    guardrail: Guardrail
    base: Counts
    other: Counts
    difference: float | None
    possible: Range
    broken: bool
