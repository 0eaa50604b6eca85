"""Where the audit log is kept: entries that only grow, and the seals over them."""

from sqlalchemy import BigInteger, Column, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column(
        "sequence",
        BigInteger().with_variant(Integer(), "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    Column("id", String(40), nullable=False, unique=True),
    Column("at", Moment, nullable=False),
    Column("actor", String(120), nullable=False),
    Column("request_id", String(128)),
    Column("action", String(60), nullable=False),
    Column("subject", String(120), nullable=False, index=True),
    Column("person", String(40)),
    Column("before_hash", String(64)),
    Column("after_hash", String(64)),
    # Which rows the entry vouches for, and the hash of each as it is stored.
    Column("stored", Text),
    Column("hash", String(64), nullable=False),
    Column("mac", String(32), nullable=False),
    sqlite_autoincrement=True,
)

audit_seals = Table(
    "audit_seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("sealed_at", Moment, nullable=False),
    Column("previous", String(64), nullable=False),
    # Sequences, as ranges: of the entries, and of the decisions that these entries tell of.
    Column("entries", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("through", BigInteger().with_variant(Integer(), "sqlite"), nullable=False),
    Column("decisions", Text, nullable=False),
    Column("root", String(64), nullable=False),
    # Places before the last entry that were empty when the seal was made.
    Column("awaited", Text, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("hash", String(64), nullable=False),
    Column("signature", String(128), nullable=False),
    # The beginnings of the leaves: they name the entry that is to blame for a wrong root.
    Column("leaves", Text, nullable=False),
)

# A row here, in the same transaction, lets rows be deleted whose time to be kept is over.
retention_passes = Table(
    "retention_passes",
    metadata,
    Column("name", String(40), primary_key=True),
)
