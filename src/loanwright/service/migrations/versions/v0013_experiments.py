"""Experiments, and which arm made which decision."""

import sqlalchemy as sa
from alembic import op

from loanwright.service.migrations.guards import guard

revision = "0013"
down_revision = "0012"

MOMENT = sa.DateTime(timezone=True).with_variant(sa.String(24), "sqlite")
STATES = "'draft', 'approved', 'running', 'stopped', 'concluded'"
APPROVED = "state NOT IN ('approved', 'running') OR approved_by IS NOT NULL"
RUNNING = sa.text("state = 'running'")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "experiments",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("product", sa.String(80), nullable=False),
        sa.Column("segment", sa.String(40), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("design", sa.Text(), nullable=False),
        sa.Column("salt", sa.String(32), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.String(120), nullable=False),
        sa.Column("approved_at", MOMENT),
        sa.Column("approved_by", sa.String(120)),
        sa.Column("started_at", MOMENT),
        sa.Column("champion_hash", sa.String(64)),
        sa.Column("policy_hash", sa.String(64)),
        sa.Column("stopped_at", MOMENT),
        sa.Column("why", sa.Text()),
        sa.Column("concluded_at", MOMENT),
        sa.Column("conclusion", sa.Text()),
        sa.PrimaryKeyConstraint("id", name="pk_experiments"),
        sa.UniqueConstraint("name", name="uq_experiments_name"),
        sa.CheckConstraint(f"state IN ({STATES})", name="ck_experiments_state"),
        sa.CheckConstraint("approved_by <> created_by", name="ck_experiments_second_person"),
        sa.CheckConstraint(APPROVED, name="ck_experiments_approved"),
    )
    op.create_index("ix_experiments_created_at_id", "experiments", ["created_at", "id"])
    op.create_index(
        "uq_experiments_running",
        "experiments",
        ["product", "segment"],
        unique=True,
        postgresql_where=RUNNING,
        sqlite_where=RUNNING,
    )
    _assignments()


def _assignments() -> None:
    op.create_table(
        "experiment_assignments",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=True,
            nullable=False,
        ),
        sa.Column("decision_id", sa.String(40), nullable=False),
        sa.Column("experiment_id", sa.String(40), nullable=False),
        sa.Column("arm", sa.String(40), nullable=False),
        sa.Column("applicant_id", sa.String(40), nullable=False),
        sa.Column("outcome", sa.String(10), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_experiment_assignments"),
        sa.UniqueConstraint("decision_id", name="uq_experiment_assignments_decision_id"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_experiment_assignments_experiment_id_applicant_id",
        "experiment_assignments",
        ["experiment_id", "applicant_id"],
    )
    guard(op, "experiment_assignments")


def downgrade() -> None:
    """Drop the tables."""
    op.drop_table("experiment_assignments")
    op.drop_table("experiments")
