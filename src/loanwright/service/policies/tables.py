"""Where published policies are kept; the last one published for a product is live."""

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

policy_versions = Table(
    "policy_versions",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("hash", String(64), nullable=False),
    Column("product", String(80), nullable=False),
    Column("document", Text, nullable=False),
    Column("published_at", Moment, nullable=False),
    Column("published_by", String(120), nullable=False),
    Index(None, "product", "hash"),
    sqlite_autoincrement=True,
)
