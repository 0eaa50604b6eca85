"""Reviews, what persons decided in the place of decisions, and the notices that went out."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard, unguard

revision = "0016"
down_revision = "0015"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
LIVE = sa.text("state IN ('open', 'taken', 'proposed')")


def upgrade() -> None:
    """Create the tables."""
    _create_reviews()
    _index_reviews()
    _create_overrides()
    _create_notices()
    guard(op, "overrides")
    guard(op, "issued_notices")


def downgrade() -> None:
    """Drop the tables."""
    unguard(op, "issued_notices")
    unguard(op, "overrides")
    op.drop_table("issued_notices")
    op.drop_table("overrides")
    op.drop_table("reviews")


def _create_reviews() -> None:
    op.create_table(
        "reviews",
        sa.Column("id", sa.String(40), nullable=False),
        *_about(),
        sa.Column("kind", sa.String(10), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("jurisdiction", sa.String(20)),
        sa.Column("law_pack", sa.String(80)),
        sa.Column("opened_by", sa.String(80), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("taken_by", sa.String(80)),
        sa.Column("taken_at", MOMENT),
        sa.Column("result", sa.String(10)),
        sa.Column("outcome", sa.String(10)),
        sa.Column("code", sa.String(40)),
        sa.Column("answer", sa.Text()),
        sa.Column("resolved_by", sa.String(80)),
        sa.Column("resolved_at", MOMENT),
        sa.Column("two_persons", sa.Integer(), nullable=False),
        sa.Column("approved_by", sa.String(80)),
        sa.Column("approved_at", MOMENT),
        sa.Column("overdue_at", MOMENT),
        *_checks_of_reviews(),
        sa.PrimaryKeyConstraint("id", name="pk_reviews"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_reviews_decision_id"),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_reviews_applicant_id"
        ),
    )


def _index_reviews() -> None:
    op.create_index("ix_reviews_decision_id", "reviews", ["decision_id"])
    op.create_index("ix_reviews_applicant_id", "reviews", ["applicant_id"])
    op.create_index("ix_reviews_opened_at_id", "reviews", ["opened_at", "id"])
    op.create_index("ix_reviews_due_at_id", "reviews", ["due_at", "id"])
    op.create_index(
        "uq_reviews_live",
        "reviews",
        ["decision_id", "kind"],
        unique=True,
        sqlite_where=LIVE,
        postgresql_where=LIVE,
    )


def _checks_of_reviews() -> list[sa.CheckConstraint]:
    checks = {
        "kind": "kind IN ('referral', 'review', 'objection', 'reasons')",
        "state": "state IN ('open', 'taken', 'proposed', 'resolved', 'withdrawn')",
        "result": "result IN ('upheld', 'changed')",
        "outcome": "outcome IN ('approve', 'refer', 'decline')",
        "two_persons": "approved_by IS NULL OR approved_by <> resolved_by",
        "resolved": "state <> 'resolved' OR (resolved_by IS NOT NULL AND result IS NOT NULL AND "
        "(two_persons = 0 OR approved_by IS NOT NULL))",
    }
    return [sa.CheckConstraint(told, name=f"ck_reviews_{name}") for name, told in checks.items()]


def _create_overrides() -> None:
    op.create_table(
        "overrides",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("review_id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("before", sa.String(10), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("side", sa.String(4), nullable=False),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("made_by", sa.String(80), nullable=False),
        sa.Column("approved_by", sa.String(80)),
        sa.Column("made_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "outcome IN ('approve', 'decline') AND outcome <> before", name="ck_overrides_outcome"
        ),
        sa.CheckConstraint("side IN ('low', 'high')", name="ck_overrides_side"),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> made_by", name="ck_overrides_two_persons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_overrides"),
        sa.ForeignKeyConstraint(["decision_id"], ["decisions.id"], name="fk_overrides_decision_id"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name="fk_overrides_review_id"),
        sa.UniqueConstraint("review_id", name="uq_overrides_review_id"),
    )
    op.create_index("ix_overrides_decision_id", "overrides", ["decision_id"])
    op.create_index("ix_overrides_applicant_id", "overrides", ["applicant_id"])


def _create_notices() -> None:
    op.create_table(
        "issued_notices",
        sa.Column("id", sa.String(40), nullable=False),
        *_about(),
        sa.Column("jurisdiction", sa.String(20), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("format", sa.String(4), nullable=False),
        sa.Column("law_pack", sa.String(80), nullable=False),
        sa.Column("law_hash", sa.String(64), nullable=False),
        sa.Column("occasion", sa.String(20), nullable=False),
        sa.Column("content_hash", sa.String(64), nullable=False),
        sa.Column("issued_by", sa.String(80), nullable=False),
        sa.Column("issued_at", MOMENT, nullable=False),
        sa.CheckConstraint("format IN ('html', 'pdf', 'json')", name="ck_issued_notices_format"),
        sa.PrimaryKeyConstraint("id", name="pk_issued_notices"),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name="fk_issued_notices_decision_id"
        ),
        sa.ForeignKeyConstraint(
            ["applicant_id"], ["applicants.id"], name="fk_issued_notices_applicant_id"
        ),
    )
    op.create_index("ix_issued_notices_decision_id", "issued_notices", ["decision_id"])
    op.create_index("ix_issued_notices_applicant_id", "issued_notices", ["applicant_id"])


def _about() -> list[sa.Column[str]]:
    return [
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
    ]
