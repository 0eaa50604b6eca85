"""Enquiries as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from loanwright.features.text import Text
from loanwright.service.origination.schemas import Caller


class AnswerState(StrEnum):
    """How far one lender is."""

    WAITING = "waiting"
    ANSWERED = "answered"
    TIMED_OUT = "timed_out"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class LenderAnswer:
    """What one lender has said, or that it has not yet.

    Attributes
    ----------
    told
        The answer as `POST /v1/quotes` tells it; None until it is there, or where the applicant
        was erased.
    rank
        Its place among all that have answered, known in the end.
    """

    lender: str
    title: Text
    product: str
    state: AnswerState
    told: Mapping[str, Any] | None = field(repr=False)
    rank: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Enquiry:
    """One application that was put to every lender."""

    id: str
    application_id: str
    applicant_id: str
    product: str
    asked_at: datetime
    ended_at: datetime | None
    answers: tuple[LenderAnswer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """What is to be put to every lender: an application that was just answered."""

    caller: Caller
    application_id: str
    applicant_id: str
    product: str
    features: Mapping[str, Any] = field(repr=False)
