"""What is asked of booked credit, and what is found."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from loanwright.metrics.estimate import Estimate
from loanwright.metrics.migration import Bandwidth, MigrationMatrix
from loanwright.performance.expected import Expected
from loanwright.performance.realised import Realised
from loanwright.performance.trust import Doubt


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which accounts are looked at, and from when.

    Attributes
    ----------
    segment
        None for all.
    since, until
        Vintages, ``YYYY-MM``, both included; None for no end.
    as_of
        The day from which they are seen; None for today.
    known_on
        What was recorded after the end of this day does not count; None for what is known now.
    """

    product: str
    segment: str | None = None
    since: str | None = None
    until: str | None = None
    as_of: date | None = None
    known_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Stated:
    """What was stated of the accounts of a vintage whose decisions are known."""

    log_odds: np.ndarray
    probability: np.ndarray
    grades: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FirstSaid:
    """What was expected of a vintage when it was first written down."""

    as_of: date
    rows: int
    rate: Estimate
    auc: Estimate | None
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class VintageOutlook:
    """What was expected of a vintage, and what happened.

    Attributes
    ----------
    expected
        From the probabilities, corrected by the vintages that had matured: by now, or where this
        one has matured itself, by three months after it began.
    doubts
        What speaks against it.
    learnt_from
        How many matured vintages it was corrected by.
    first_said
        What was written down first, if anything was.
    happened
        None until the windows of all its accounts are over.
    """

    vintage: str
    accounts: int
    expected: Expected
    doubts: tuple[Doubt, ...]
    learnt_from: int
    first_said: FirstSaid | None
    happened: Realised | None


@dataclass(frozen=True, kw_only=True, slots=True)
class VintagePerformance:
    """How a vintage turned out, as far as labels are ripe."""

    vintage: str
    accounts: int
    ripe: int
    realised: Realised | None


@dataclass(frozen=True, kw_only=True, slots=True)
class GradeMoves:
    """How applicants who came again moved between grades.

    Attributes
    ----------
    left_out
        Pairs of decisions with a grade that the present scale does not have.
    """

    matrix: MigrationMatrix | None
    bandwidth: Bandwidth | None
    left_out: int
