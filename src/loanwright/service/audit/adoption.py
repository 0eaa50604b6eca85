"""Rows that are older than the log: it takes them in as they are when it begins."""

from typing import Final

from sqlalchemy import Connection

from loanwright.service.audit import repository
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.audit.vouched import COMPLETE
from loanwright.service.kit.database import Database

UPGRADE: Final = Actor(id="system:upgrade")
AT_ONCE: Final = 200


def adopt(database: Database, audit: Audit) -> int:
    """Vouch for the rows that are there when the log is empty; return how many."""
    with database.read() as connection:
        if repository.list_after(connection, 0, 1):
            return 0
    with database.write() as connection:
        # One process adopts; who comes second finds the log begun.
        free = repository.begin_sealing(connection)
        if not free or repository.list_after(connection, 0, 1):
            return 0
        return sum(_adopt(connection, audit, name) for name in COMPLETE)


def _adopt(connection: Connection, audit: Audit, name: str) -> int:
    table, count, after = repository.stored_table(name), 0, None
    if table is None:
        return 0
    while keys := repository.list_keys(connection, table, after, AT_ONCE):
        after, count = keys[-1], count + len(keys)
        rows = repository.read_stored(connection, table, [str(key) for key in keys])
        stored = {f"{name}:{key}": row for key, row in rows.items()}
        change = Change(action="audit.adopted", subject=name, stored=stored)
        audit.record(connection, UPGRADE, [change])
    return count
