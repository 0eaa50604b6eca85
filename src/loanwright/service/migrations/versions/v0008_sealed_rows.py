"""Sealed rows: what is personal in applications, decisions, behaviours and jobs."""

import sqlalchemy as sa
from alembic import context, op

from loanwright.service.migrations.guards import guard, unguard
from loanwright.service.migrations.sealing import open_rows, seal_rows

revision = "0008"
down_revision = "0007"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
# Sealed texts cannot be made smaller: the server should not try.
STORAGE = """
ALTER TABLE decisions
    ALTER COLUMN snapshot SET STORAGE {kind}, ALTER COLUMN reply SET STORAGE {kind};
ALTER TABLE applications ALTER COLUMN received SET STORAGE {kind};
ALTER TABLE behaviours ALTER COLUMN features SET STORAGE {kind}
"""
OF_APPLICATION = """
UPDATE decisions SET applicant_id =
    (SELECT applicant_id FROM applications WHERE applications.id = decisions.application_id)
"""


GUARDED = ("applications", "decisions")


def upgrade() -> None:
    """Name the person of every decision and job, and seal what was stored before."""
    for table in GUARDED:
        unguard(op, table)
    op.add_column("jobs", sa.Column("applicant_id", sa.String(40)))
    # With a default: SQLite can neither add such a column without one nor take it away later.
    op.execute("ALTER TABLE decisions ADD COLUMN applicant_id VARCHAR(40) DEFAULT '' NOT NULL")
    op.execute(OF_APPLICATION)
    op.create_index("ix_decisions_applicant_id", "decisions", ["applicant_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(STORAGE.format(kind="EXTERNAL"))
    seal_rows(op.get_bind(), context.config.attributes.get("vault"))
    for table in GUARDED:
        guard(op, table)
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    _create_holds()
    _create_requests()
    _create_runs()


def downgrade() -> None:
    """Open what is sealed; what nobody can open any more is left empty."""
    for table in ("retention_runs", "erasure_requests", "holds"):
        op.drop_table(table)
    op.drop_index("ix_idempotency_keys_created_at", "idempotency_keys")
    for table in GUARDED:
        unguard(op, table)
    open_rows(op.get_bind(), context.config.attributes.get("vault"))
    op.drop_index("ix_decisions_applicant_id", "decisions")
    op.execute("ALTER TABLE decisions DROP COLUMN applicant_id")
    op.execute("ALTER TABLE jobs DROP COLUMN applicant_id")
    if op.get_bind().dialect.name == "postgresql":
        op.execute(STORAGE.format(kind="EXTENDED"))
    for table in GUARDED:
        guard(op, table)


def _create_holds() -> None:
    op.create_table(
        "holds",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("placed_by", sa.String(80), nullable=False),
        sa.Column("placed_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("released_by", sa.String(80)),
        sa.Column("released_at", MOMENT),
        sa.CheckConstraint(
            "(released_by IS NULL) = (released_at IS NULL)", name="ck_holds_release"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_holds"),
    )
    op.create_index("ix_holds_applicant_id", "holds", ["applicant_id"])


def _create_requests() -> None:
    op.create_table(
        "erasure_requests",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(200)),
        sa.Column("requested_by", sa.String(80), nullable=False),
        sa.Column("requested_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("blocked_by", sa.Text()),
        sa.Column("possible_from", MOMENT),
        sa.Column("forced", sa.Integer(), nullable=False),
        sa.Column("done_at", MOMENT),
        sa.CheckConstraint("state IN ('open', 'done')", name="ck_erasure_requests_state"),
        sa.CheckConstraint(
            "(state = 'done') = (done_at IS NOT NULL)", name="ck_erasure_requests_done"
        ),
        sa.CheckConstraint("forced IN (0, 1)", name="ck_erasure_requests_forced"),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_requests"),
    )
    op.create_index("ix_erasure_requests_applicant_id", "erasure_requests", ["applicant_id"])
    waits = sa.text("state = 'open'")
    op.create_index(
        "uq_erasure_requests_open",
        "erasure_requests",
        ["applicant_id"],
        unique=True,
        sqlite_where=waits,
        postgresql_where=waits,
    )


def _create_runs() -> None:
    op.create_table(
        "retention_runs",
        sa.Column("slot", sa.String(20), nullable=False),
        sa.Column("place", sa.String(40), nullable=False),
        sa.Column("looked_at", sa.Integer(), nullable=False),
        sa.Column("erased", sa.Integer(), nullable=False),
        sa.Column("held", sa.Integer(), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("slot", name="pk_retention_runs"),
    )
