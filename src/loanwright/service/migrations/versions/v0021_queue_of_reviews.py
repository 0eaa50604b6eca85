"""The queue of reviews: their worth, leases and waits; returns, requests and second looks."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard, unguard

revision = "0021"
down_revision = "0020"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
NEVER = "1970-01-01T00:00:00.000Z"
#: New columns of reviews; plain SQL, so that SQLite adds each without rewriting the table.
COLUMNS = (
    "closeness {real} DEFAULT 0 NOT NULL",
    "size {real} DEFAULT 0 NOT NULL",
    "disagreement {real} DEFAULT 0 NOT NULL",
    f"first_at {{moment}} DEFAULT '{NEVER}' NOT NULL",
    "lease_until {moment}",
    "stopped_at {moment}",
    "awaited INTEGER DEFAULT 0 NOT NULL",
)
GROWING = ("review_returns", "second_looks", "second_answers")


def upgrade() -> None:
    """Add the columns and create the tables; what is open keeps the order of its time."""
    postgresql = op.get_bind().dialect.name == "postgresql"
    types = {
        "real": "DOUBLE PRECISION" if postgresql else "DOUBLE",
        "moment": "TIMESTAMP WITH TIME ZONE" if postgresql else "VARCHAR(24)",
    }
    for column in COLUMNS:
        op.execute(f"ALTER TABLE reviews ADD COLUMN {column.format(**types)}")
    op.execute("UPDATE reviews SET first_at = due_at")
    op.create_index("ix_reviews_state_first_at_id", "reviews", ["state", "first_at", "id"])
    op.create_index("ix_overrides_made_at_id", "overrides", ["made_at", "id"])
    _create_returns()
    _create_requests()
    _create_looks()
    _create_answers()
    for table in GROWING:
        guard(op, table)


def downgrade() -> None:
    """Drop the tables and the columns."""
    for table in GROWING:
        unguard(op, table)
    for table in ("second_answers", "second_looks", "review_requests", "review_returns"):
        op.drop_table(table)
    op.drop_index("ix_overrides_made_at_id", "overrides")
    op.drop_index("ix_reviews_state_first_at_id", "reviews")
    for column in COLUMNS:
        op.execute(f"ALTER TABLE reviews DROP COLUMN {column.split()[0]}")


def _create_returns() -> None:
    op.create_table(
        "review_returns",
        *_of_review(),
        sa.Column("code", sa.String(40), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("returned_by", sa.String(80), nullable=False),
        sa.Column("returned_at", MOMENT, nullable=False),
        *_keys("review_returns"),
    )
    op.create_index("ix_review_returns_review_id", "review_returns", ["review_id"])


def _create_requests() -> None:
    op.create_table(
        "review_requests",
        *_of_review(),
        sa.Column("item", sa.String(40), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("asked_by", sa.String(80), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("ended_by", sa.String(80)),
        sa.Column("ended_at", MOMENT),
        sa.CheckConstraint(
            "state IN ('open', 'received', 'waived')", name="ck_review_requests_state"
        ),
        sa.CheckConstraint(
            "state = 'open' OR ended_by IS NOT NULL", name="ck_review_requests_ended"
        ),
        *_keys("review_requests"),
    )
    op.create_index("ix_review_requests_review_id", "review_requests", ["review_id"])
    op.create_index("ix_review_requests_applicant_id", "review_requests", ["applicant_id"])


def _create_looks() -> None:
    op.create_table(
        "second_looks",
        *_of_review(),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("first_outcome", sa.String(10), nullable=False),
        sa.Column("first_by", sa.String(80), nullable=False),
        sa.Column("opened_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "first_outcome IN ('approve', 'decline')", name="ck_second_looks_first_outcome"
        ),
        *_keys("second_looks"),
        sa.UniqueConstraint("review_id", name="uq_second_looks_review_id"),
    )
    op.create_index("ix_second_looks_applicant_id", "second_looks", ["applicant_id"])
    op.create_index("ix_second_looks_opened_at_id", "second_looks", ["opened_at", "id"])


def _create_answers() -> None:
    op.create_table(
        "second_answers",
        sa.Column("look_id", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("words", sa.Text()),
        sa.Column("answered_by", sa.String(80), nullable=False),
        sa.Column("answered_at", MOMENT, nullable=False),
        sa.CheckConstraint("outcome IN ('approve', 'decline')", name="ck_second_answers_outcome"),
        sa.PrimaryKeyConstraint("look_id", name="pk_second_answers"),
        sa.ForeignKeyConstraint(["look_id"], ["second_looks.id"], name="fk_second_answers_look_id"),
    )


def _of_review() -> list[sa.Column[str]]:
    return [
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("review_id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["review_id"], ["reviews.id"], name=f"fk_{table}_review_id"),
    ]
