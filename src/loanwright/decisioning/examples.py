"""A policy's own examples: an application, and what must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.reservation import Reservation


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """What an example must give.

    Parameters
    ----------
    outcome
        The outcome.
    rules
        Codes of all the rules that must fire, and no others; None says nothing of them.
    reasons
        Codes of all the reasons in their order; None says nothing of them.
    highest_amount, annual_rate_bp
        The terms; None says nothing of them.
    """

    outcome: Outcome
    rules: tuple[str, ...] | None = None
    reasons: tuple[str, ...] | None = None
    highest_amount: int | None = None
    annual_rate_bp: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One application that a policy must decide as stated.

    Parameters
    ----------
    name
        What it shows, as a sentence.
    segment
        The applicant's segment.
    facts
        What is known about the application, by name.
    expect
        What must come of it.
    score, probability_of_default, grade
        The model's answer; None takes one that the policy approves.
    reservations
        What the package says of the application.
    """

    name: str
    segment: str
    facts: Mapping[str, object]
    expect: Expectation
    score: int | None = None
    probability_of_default: float | None = None
    grade: str | None = None
    reservations: tuple[Reservation, ...] = ()
