"""Where it is kept what lenders were asked for whom, and what they answered."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

enquiries = Table(
    "enquiries",
    metadata,
    Column("id", String(40), primary_key=True),
    Column(
        "application_id", String(40), ForeignKey("applications.id"), nullable=False, unique=True
    ),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("ended_at", Moment),
)

enquiry_answers = Table(
    "enquiry_answers",
    metadata,
    Column("enquiry_id", String(40), ForeignKey("enquiries.id"), primary_key=True),
    Column("product", String(80), primary_key=True),
    Column("lender", String(80), nullable=False),
    Column("state", String(10), nullable=False),
    Column("told", Text),
    Column("rank", Integer),
    Column("answered_at", Moment),
    CheckConstraint("state IN ('waiting', 'answered', 'timed_out', 'failed')", name="state"),
)
