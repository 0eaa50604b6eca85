"""Where benches are kept; the table of past credits that each was counted from lies in a file."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text

from loanwright.service.kit.database import Moment, metadata

benches = Table(
    "benches",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("model_hash", String(64), ForeignKey("models.hash"), nullable=False),
    # Its directory and the kind of its table.
    Column("place", String(40), nullable=False),
    Column("kind", String(10), nullable=False),
    Column("job_id", String(40), nullable=False),
    # The bins as they are now: the file that `loanwright train --bins` reads.
    Column("draft", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("opened_by", String(80), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Index(None, "opened_at", "id"),
)
