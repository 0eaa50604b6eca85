"""Where experiments are kept, and who was decided by which arm."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from loanwright.service.kit.database import Moment, metadata

RUNNING = text("state = 'running'")
STATES = "'draft', 'approved', 'running', 'stopped', 'concluded'"

experiments = Table(
    "experiments",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(64), nullable=False, unique=True),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    Column("state", String(12), nullable=False),
    # Arms, measure, plan and guardrails: never changed after they were proposed.
    Column("design", Text, nullable=False),
    Column("salt", String(32), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("created_by", String(120), nullable=False),
    Column("approved_at", Moment),
    Column("approved_by", String(120)),
    Column("started_at", Moment),
    # What decided when it started, and what it is compared with.
    Column("champion_hash", String(64)),
    Column("policy_hash", String(64)),
    Column("stopped_at", Moment),
    Column("why", Text),
    Column("concluded_at", Moment),
    Column("conclusion", Text),
    CheckConstraint(f"state IN ({STATES})", name="state"),
    CheckConstraint("approved_by <> created_by", name="second_person"),
    CheckConstraint(
        "state NOT IN ('approved', 'running') OR approved_by IS NOT NULL", name="approved"
    ),
    Index(None, "created_at", "id"),
    Index(
        "uq_experiments_running",
        "product",
        "segment",
        unique=True,
        postgresql_where=RUNNING,
        sqlite_where=RUNNING,
    ),
)

assignments = Table(
    "experiment_assignments",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    # No foreign keys: every transaction would lock the one row of the experiment.
    Column("decision_id", String(40), nullable=False, unique=True),
    Column("experiment_id", String(40), nullable=False),
    Column("arm", String(40), nullable=False),
    Column("applicant_id", String(40), nullable=False),
    Column("outcome", String(10), nullable=False),
    Column("decided_at", Moment, nullable=False),
    Index(None, "experiment_id", "applicant_id"),
    sqlite_autoincrement=True,
)
