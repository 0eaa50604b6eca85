"""The lines of the roster as values."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from loanwright.service.applicants.schemas import Record, Wanted


class Sort(StrEnum):
    """By what the roster is sorted; with a - in front, the other way round."""

    ADDED = "added"
    EDITED = "edited"
    DECIDED = "decided"
    SCORE = "score"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """Which applicants are looked for; what is None does not matter.

    Attributes
    ----------
    people
        What is asked of the persons themselves.
    product
        Whose last decision counts; None: the last one of all products.
    decided
        Whether there is such a decision.
    """

    people: Wanted = field(default_factory=Wanted)
    product: str | None = None
    outcome: str | None = None
    grade: str | None = None
    decided: bool | None = None
    arrears: bool | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Last:
    """The last decision on a person, and the word that stands.

    Attributes
    ----------
    overridden
        Whether a person decided otherwise.
    """

    decision_id: str
    outcome: str
    overridden: bool
    score: int
    grade: str
    decided_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Holding:
    """How many accounts are open, and since when the oldest arrears last, if there are any."""

    accounts: int
    overdue_since: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One applicant on the roster."""

    record: Record
    last: Last | None
    holding: Holding | None
