"""Where it is kept which files were sent to be scored, and how far they are."""

from sqlalchemy import BigInteger, Column, Double, Index, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

batches = Table(
    "batches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("job_id", String(40), unique=True),
    Column("caller_id", String(80), nullable=False),
    Column("product", String(80), nullable=False),
    Column("segment", String(40), nullable=False),
    Column("model_hash", String(64), nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("wishes", Text, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("rows", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("share", Double, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Column("removed_at", Moment),
    Index("ix_batches_caller_id_created_at", "caller_id", "created_at"),
)
