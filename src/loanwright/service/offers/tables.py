"""Where offers are kept."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from loanwright.service.kit.database import Moment, metadata

offers = Table(
    "offers",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("decision_id", String(40), ForeignKey("decisions.id"), nullable=False, index=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False, index=True),
    Column("product", String(80), nullable=False),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("annual_rate_bp", Integer, nullable=False),
    Column("term_months", Integer, nullable=False),
    Column("repayment", String(20), nullable=False),
    Column("monthly_payment", BigInteger, nullable=False),
    Column("valid_until", Moment, nullable=False),
    Column("state", String(10), nullable=False),
    Column("two_persons", Integer, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("approved_by", String(80)),
    Column("approved_at", Moment),
    Column("ended_at", Moment),
    Column("account_id", String(40), ForeignKey("accounts.id"), unique=True),
    Column("total_cost", BigInteger),
    Column("apr", Double),
    Column("psk", Double),
    Column("debt_burden_before", Double),
    Column("debt_burden_after", Double),
    Column("cooling_off_hours", Integer),
    Column("available_at", Moment),
    CheckConstraint(
        "state IN ('proposed', 'open', 'accepted', 'refused', 'withdrawn', 'expired')",
        name="state",
    ),
    CheckConstraint(
        "repayment IN ('annuity', 'differentiated', 'bullet', 'revolving')", name="repayment"
    ),
    CheckConstraint(
        "amount > 0 AND term_months > 0 AND annual_rate_bp >= 0 AND monthly_payment >= 0",
        name="amounts",
    ),
    CheckConstraint("approved_by IS NULL OR approved_by <> made_by", name="two_persons"),
    CheckConstraint(
        "two_persons = 0 OR approved_by IS NOT NULL OR "
        "state IN ('proposed', 'withdrawn', 'expired')",
        name="approved",
    ),
    CheckConstraint("(state = 'accepted') = (account_id IS NOT NULL)", name="account"),
    Index(None, "made_at", "id"),
    Index(None, "state", "valid_until"),
)
