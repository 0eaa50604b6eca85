"""Where accounts are kept, and their payments, of which rows are only ever added."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
)

from loanwright.service.kit.database import Moment, metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("applicant_id", String(40), ForeignKey("applicants.id"), nullable=False),
    Column("product", String(80), nullable=False),
    Column("decision_id", String(40), ForeignKey("decisions.id")),
    # Whatever happens at once, an offer opens one account.
    Column("offer_id", String(40), unique=True),
    Column("reference_hash", String(64), unique=True),
    Column("amount", BigInteger, nullable=False),
    Column("currency", String(3), nullable=False),
    Column("annual_rate_bp", Integer, nullable=False),
    Column("term_months", Integer, nullable=False),
    Column("repayment", String(20), nullable=False),
    Column("disbursed_on", Date, nullable=False),
    Column("vintage", String(7), nullable=False),
    Column("status", String(20), nullable=False),
    Column("ended_on", Date),
    Column("overdue_since", Date),
    Column("version", Integer, nullable=False),
    Column("opened_at", Moment, nullable=False),
    CheckConstraint("status IN ('open', 'closed', 'written_off', 'cancelled')", name="status"),
    CheckConstraint("(status = 'open') = (ended_on IS NULL)", name="ended"),
    CheckConstraint(
        "repayment IN ('annuity', 'differentiated', 'bullet', 'revolving')", name="repayment"
    ),
    CheckConstraint(
        "amount > 0 AND term_months > 0 AND annual_rate_bp >= 0 AND version > 0", name="amounts"
    ),
    Index(None, "applicant_id", "product"),
    Index(None, "opened_at", "id"),
    Index(None, "vintage", "product"),
    Index(None, "overdue_since"),
)

payments = Table(
    "payments",
    metadata,
    Column("account_id", String(40), ForeignKey(accounts.c.id), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("due_on", Date, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("paid", BigInteger, nullable=False),
    Column("paid_on", Date),
    Column("balance", BigInteger),
    Column("days_past_due", Integer),
    Column("why", String(20)),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String(80), nullable=False),
    CheckConstraint(
        "number > 0 AND version > 0 AND due >= 0 AND paid >= 0 AND "
        "(days_past_due IS NULL OR days_past_due >= 0)",
        name="amounts",
    ),
    CheckConstraint("(version = 1) = (why IS NULL)", name="correction"),
    CheckConstraint("why IN ('mistake', 'paid_since', 'reversed', 'restructured')", name="why"),
)

# An account is edited; what was said of its end, and when, stays here.
account_endings = Table(
    "account_endings",
    metadata,
    Column("account_id", String(40), ForeignKey(accounts.c.id), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("status", String(20), nullable=False),
    Column("ended_on", Date),
    Column("recorded_at", Moment, nullable=False),
    CheckConstraint("(status = 'open') = (ended_on IS NULL)", name="ended"),
)
