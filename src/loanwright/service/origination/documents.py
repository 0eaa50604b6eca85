"""What applications look like to a reader of the API's documentation."""

from datetime import datetime

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
