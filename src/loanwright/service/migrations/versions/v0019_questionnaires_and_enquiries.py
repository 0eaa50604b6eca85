"""Unfinished questionnaires, and what lenders were asked and answered."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "questionnaires",
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("saved_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("token_hash", "product", name="pk_questionnaires"),
    )
    op.create_index("ix_questionnaires_expires_at", "questionnaires", ["expires_at"])
    _create_enquiries()


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("enquiry_answers")
    op.drop_table("enquiries")
    op.drop_table("questionnaires")


def _create_enquiries() -> None:
    op.create_table(
        "enquiries",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("application_id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT),
        sa.PrimaryKeyConstraint("id", name="pk_enquiries"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name="fk_enquiries_application_id"
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_enquiries_applicant_id"
        ),
        sa.UniqueConstraint("application_id", name="uq_enquiries_application_id"),
    )
    op.create_index("ix_enquiries_applicant_id", "enquiries", ["applicant_id"])
    op.create_table(
        "enquiry_answers",
        sa.Column("enquiry_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("lender", sa.String(80), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("told", sa.Text()),
        sa.Column("rank", sa.Integer()),
        sa.Column("answered_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('waiting', 'answered', 'timed_out', 'failed')",
            name="ck_enquiry_answers_state",
        ),
        sa.PrimaryKeyConstraint("enquiry_id", "product", name="pk_enquiry_answers"),
        sa.ForeignKeyConstraint(
            ["enquiry_id"], ["enquiries.id"], name="fk_enquiry_answers_enquiry_id"
        ),
    )
