"""Shadow assessments as values."""

from dataclasses import dataclass
from datetime import datetime

from loanwright.experiments.beside import Beside


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """What a challenger thought of a decision, or how it failed.

    Attributes
    ----------
    detail
        Contributions and reasons; sealed before it is stored.
    failure
        Name of the error, None where there was none.
    """

    outcome: str | None = None
    probability_of_default: float | None = None
    score: int | None = None
    grade: str | None = None
    detail: str | None = None
    failure: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opinion:
    """What a challenger would have made of one decision."""

    model_hash: str
    outcome: str
    probability_of_default: float
    score: int
    grade: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """How much a challenger has assessed."""

    model_hash: str
    assessed: int
    failed: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A challenger beside what decided, on what it assessed last.

    Attributes
    ----------
    failures
        How often it failed, by the name of the error.
    """

    model_hash: str
    product: str
    segment: str
    failures: dict[str, int]
    beside: Beside
