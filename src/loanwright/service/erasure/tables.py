"""Where holds, requests for erasure and retention runs are kept."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, text

from loanwright.service.kit.database import Moment, metadata

holds = Table(
    "holds",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("applicant_id", String(40), nullable=False, index=True),
    Column("reason", String(200), nullable=False),
    Column("placed_by", String(80), nullable=False),
    Column("placed_at", Moment, nullable=False),
    Column("until", Moment),
    Column("released_by", String(80)),
    Column("released_at", Moment),
    CheckConstraint("(released_by IS NULL) = (released_at IS NULL)", name="release"),
)

_OPEN = text("state = 'open'")

erasure_requests = Table(
    "erasure_requests",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("applicant_id", String(40), nullable=False, index=True),
    Column("state", String(10), nullable=False),
    Column("reason", String(200)),
    Column("requested_by", String(80), nullable=False),
    Column("requested_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    # Why it could not be carried out at once, and when it can be, as it was answered.
    Column("blocked_by", Text),
    Column("possible_from", Moment),
    Column("forced", Integer, nullable=False),
    Column("done_at", Moment),
    CheckConstraint("state IN ('open', 'done')", name="state"),
    CheckConstraint("(state = 'done') = (done_at IS NOT NULL)", name="done"),
    CheckConstraint("forced IN (0, 1)", name="forced"),
    # However many ask at once, a person has one request that waits.
    Index(
        "uq_erasure_requests_open",
        "applicant_id",
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    ),
)

retention_runs = Table(
    "retention_runs",
    metadata,
    # The stretch of six hours it belongs to: one run for all processes.
    Column("slot", String(20), primary_key=True),
    Column("place", String(40), nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("erased", Integer, nullable=False),
    Column("held", Integer, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
)
