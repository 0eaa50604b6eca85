"""Where the keys of persons are kept, wrapped by the master key."""

from sqlalchemy import Column, String, Table

from loanwright.service.kit.database import Moment, metadata

person_keys = Table(
    "person_keys",
    metadata,
    # No foreign key: a key outlives nothing and is gone before its person is.
    Column("person_id", String(40), primary_key=True),
    Column("wrapped", String(120)),
    Column("created_at", Moment, nullable=False),
    Column("destroyed_at", Moment),
)
