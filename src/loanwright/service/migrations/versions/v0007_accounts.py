"""Accounts, their payments, and offers."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
REPAYMENT = "repayment IN ('annuity', 'differentiated', 'bullet', 'revolving')"


def upgrade() -> None:
    """Create the tables."""
    _create_accounts()
    _create_payments()
    _create_offers()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("offers")
    op.drop_table("payments")
    op.drop_table("accounts")


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("decision_id", sa.String(40)),
        sa.Column("offer_id", sa.String(40)),
        sa.Column("reference_hash", sa.String(64)),
        *_terms(),
        sa.Column("disbursed_on", sa.Date(), nullable=False),
        sa.Column("vintage", sa.String(7), nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
        sa.Column("ended_on", sa.Date()),
        sa.Column("overdue_since", sa.Date()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "status IN ('open', 'closed', 'written_off', 'cancelled')", name="ck_accounts_status"
        ),
        sa.CheckConstraint("(status = 'open') = (ended_on IS NULL)", name="ck_accounts_ended"),
        sa.CheckConstraint(REPAYMENT, name="ck_accounts_repayment"),
        sa.CheckConstraint(
            "amount > 0 AND term_months > 0 AND annual_rate_bp >= 0 AND version > 0",
            name="ck_accounts_amounts",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_accounts_applicant_id"
        ),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_accounts_decision_id"),
        sa.UniqueConstraint("offer_id", name="uq_accounts_offer_id"),
        sa.UniqueConstraint("reference_hash", name="uq_accounts_reference_hash"),
    )
    for columns in (
        ["applicant_id", "product"],
        ["opened_at", "id"],
        ["vintage", "product"],
        ["overdue_since"],
    ):
        op.create_index(f"ix_accounts_{'_'.join(columns)}", "accounts", columns)


def _create_payments() -> None:
    op.create_table(
        "payments",
        sa.Column("account_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("paid", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date()),
        sa.Column("balance", sa.BigInteger()),
        sa.Column("days_past_due", sa.Integer()),
        sa.Column("why", sa.String(20)),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("recorded_by", sa.String(80), nullable=False),
        sa.CheckConstraint(
            "number > 0 AND version > 0 AND due >= 0 AND paid >= 0 AND "
            "(days_past_due IS NULL OR days_past_due >= 0)",
            name="ck_payments_amounts",
        ),
        sa.CheckConstraint("(version = 1) = (why IS NULL)", name="ck_payments_correction"),
        sa.CheckConstraint(
            "why IN ('mistake', 'paid_since', 'reversed', 'restructured')", name="ck_payments_why"
        ),
        sa.PrimaryKeyConstraint("account_id", "number", "version", name="pk_payments"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_payments_account_id"),
    )


def _create_offers() -> None:
    op.create_table(
        "offers",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        *_terms(),
        sa.Column("monthly_payment", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", MOMENT, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("two_persons", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(80)),
        sa.Column("approved_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("account_id", sa.String(40)),
        *_offer_checks(),
        sa.PrimaryKeyConstraint("id", name="pk_offers"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_offers_decision_id"),
        sa.ForeignKeyConstraint(["applicant_id"], ["applicants.id"], name="fk_offers_applicant_id"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_offers_account_id"),
        sa.UniqueConstraint("account_id", name="uq_offers_account_id"),
    )
    for columns in (["applicant_id"], ["decision_id"], ["made_at", "id"], ["state", "valid_until"]):
        op.create_index(f"ix_offers_{'_'.join(columns)}", "offers", columns)


def _offer_checks() -> list[sa.CheckConstraint]:
    return [
        sa.CheckConstraint(
            "state IN ('proposed', 'open', 'accepted', 'refused', 'withdrawn', 'expired')",
            name="ck_offers_state",
        ),
        sa.CheckConstraint(REPAYMENT, name="ck_offers_repayment"),
        sa.CheckConstraint(
            "amount > 0 AND term_months > 0 AND annual_rate_bp >= 0 AND monthly_payment >= 0",
            name="ck_offers_amounts",
        ),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> made_by", name="ck_offers_two_persons"
        ),
        sa.CheckConstraint(
            "two_persons = 0 OR approved_by IS NOT NULL OR "
            "state IN ('proposed', 'withdrawn', 'expired')",
            name="ck_offers_approved",
        ),
        sa.CheckConstraint(
            "(state = 'accepted') = (account_id IS NOT NULL)", name="ck_offers_account"
        ),
    ]


def _terms() -> list[sa.Column[object]]:
    return [
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("annual_rate_bp", sa.Integer(), nullable=False),
        sa.Column("term_months", sa.Integer(), nullable=False),
        sa.Column("repayment", sa.String(20), nullable=False),
    ]
