"""Messages that wait to be published."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table

from loanwright.service.kit.database import Moment, metadata

outbox = Table(
    "outbox",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("topic", String(40), nullable=False),
    # An id and nothing else: what it stands for is read where it is worked on.
    Column("subject", String(40), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("published_at", Moment),
    Index("ix_outbox_waiting", "published_at", "sequence"),
    sqlite_autoincrement=True,
)
