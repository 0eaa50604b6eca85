"""What applications look like to a reader of the API's documentation."""

from datetime import datetime
from typing import Literal

from loanwright.service.decisions.borrowers import BorrowerDecision
from loanwright.service.decisions.documents import DecisionDocument, Document


class ApplicantAnswer(Document):
    """The applicant, by our id."""

    id: str


class ApplicationAnswer(Document):
    """An application and its decision."""

    id: str
    received_at: datetime
    product: str
    segment: str
    applicant: ApplicantAnswer
    decision: DecisionDocument


class SpooledReason(Document):
    """Why there is no decision yet."""

    code: str
    source: Literal["service"]
    text: dict[str, str]


class SpooledDecision(Document):
    """What is answered while the database is away."""

    outcome: Literal["refer"]
    reasons: list[SpooledReason]


class SpooledAnswer(Document):
    """An application that is kept outside the database and decided when that is back."""

    id: str
    state: Literal["spooled"]
    product: str
    decision: SpooledDecision


class BorrowerAnswer(Document):
    """An application and its decision, as the borrower whom it concerns sees them."""

    id: str
    received_at: datetime
    product: str
    segment: str
    applicant: ApplicantAnswer
    decision: BorrowerDecision
