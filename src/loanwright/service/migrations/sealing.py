"""Seals what older versions stored plainly, and opens it again on the way back, in blocks."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, MetaData, Row, String, Table, Text, select, tuple_

from loanwright.errors import Unavailable
from loanwright.service.kit.clock import SystemClock
from loanwright.service.kit.database import Moment
from loanwright.service.kit.ids import Ids
from loanwright.service.privacy.keys import MARK, Key, is_sealed
from loanwright.service.privacy.repository import list_keys
from loanwright.service.privacy.vault import Vault

BLOCK: Final = 500
ERASED: Final = "{}"
# The tables as they are at this step, whatever becomes of them later.
metadata = MetaData()
applicants = Table(
    "applicants",
    metadata,
    Column("id", String, primary_key=True),
    Column("document_hash", String),
    Column("created_at", Moment),
)
jobs = Table(
    "jobs",
    metadata,
    Column("id", String, primary_key=True),
    Column("applicant_id", String),
    Column("state", String),
    Column("payload", Text),
)


class MasterKeyNeeded(Unavailable):
    """What is stored can be sealed or opened only with the master key: use `loanwright db`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """Columns of a table that are sealed, and the columns that name a row and its person."""

    table: Table
    names: tuple[str, ...]
    person: str
    columns: tuple[str, ...]

    def place(self, column: str, row: Row[Any]) -> str:
        """Return the place that a sealed text is bound to."""
        named = "/".join(str(row._mapping[name]) for name in self.names)
        return f"{self.table.name}.{column}:{named}"


def _sealed(table: str, names: tuple[str, ...], person: str, *columns: str) -> Sealed:
    every = {name: Column(name, String, primary_key=name in names) for name in (*names, person)}
    texts = [Column(name, Text) for name in columns]
    made = Table(table, MetaData(), *every.values(), *texts)
    return Sealed(table=made, names=names, person=person, columns=columns)


SEALED: Final = (
    _sealed("applications", ("id",), "applicant_id", "received"),
    _sealed("decisions", ("id",), "applicant_id", "snapshot", "reply"),
    _sealed("behaviours", ("applicant_id", "product", "version"), "applicant_id", "features"),
    _sealed("jobs", ("id",), "applicant_id", "payload"),
)


def seal_rows(connection: Connection, vault: Vault | None) -> None:
    """Give every person a key, and seal everything personal."""
    if connection.execute(select(applicants.c.id).limit(1)).first() is None and not _waiting(
        connection
    ):
        return
    if vault is None:
        raise MasterKeyNeeded
    for rows in _blocks(connection, applicants, ("id",)):
        ids = [row.id for row in rows]
        there = list_keys(connection, ids)
        vault.make(connection, [one for one in ids if one not in there])
    _name_owners(connection, vault)
    for sealed in SEALED:
        _rewrite(connection, sealed, vault, _seal)


def open_rows(connection: Connection, vault: Vault | None) -> None:
    """Open everything that is sealed."""
    query = select(jobs.c.id).where(jobs.c.payload.startswith(MARK, autoescape=True))
    waiting = connection.execute(query).scalars().all()
    for sealed in SEALED:
        _rewrite(connection, sealed, vault, _open)
    for job_id in waiting:
        # The version before finds the applicant in the payload.
        row = connection.execute(jobs.select().where(jobs.c.id == job_id)).one()
        named = {"document_hash": None, "applicant_id": row.applicant_id}
        payload = json.dumps({**json.loads(row.payload), **named}, ensure_ascii=False)
        connection.execute(jobs.update().where(jobs.c.id == job_id).values(payload=payload))


def _waiting(connection: Connection) -> Sequence[Row[str, str, str]]:
    """Return the jobs that hold something and name nobody yet."""
    query = select(jobs.c.id, jobs.c.state, jobs.c.payload)
    found = connection.execute(query.where(jobs.c.payload != "", jobs.c.applicant_id.is_(None)))
    return found.all()


def _name_owners(connection: Connection, vault: Vault) -> None:
    """Say whom waiting jobs are about; what ended jobs needed is not needed any more."""
    new_id, now = Ids(SystemClock()), SystemClock().now()
    for row in _waiting(connection):
        change = jobs.update().where(jobs.c.id == row.id)
        if row.state == "done":
            connection.execute(change.values(payload=""))
            continue
        payload = json.loads(row.payload)
        person, document = payload.get("applicant_id"), payload.get("document_hash")
        if document is not None:
            known = select(applicants.c.id).where(applicants.c.document_hash == document)
            person = connection.execute(known).scalar_one_or_none()
        if person is None:
            person = new_id("apl")
            values = {"id": person, "document_hash": document, "created_at": now}
            connection.execute(applicants.insert().values(values))
            vault.make(connection, [person])
        connection.execute(change.values(applicant_id=person))


Change = Callable[[str, Key | None, str], str]


def _seal(text: str, key: Key | None, place: str) -> str:
    return text if key is None or text == "" or is_sealed(text) else key.seal(text, place=place)


def _open(text: str, key: Key | None, place: str) -> str:
    if not is_sealed(text):
        return text
    return ERASED if key is None else key.open(text, place=place)


def _rewrite(connection: Connection, sealed: Sealed, vault: Vault | None, change: Change) -> None:
    """Write the columns anew, block by block."""
    for rows in _blocks(connection, sealed.table, sealed.names):
        people = {row._mapping[sealed.person] for row in rows} - {None}
        if vault is None and any(is_sealed(row._mapping[sealed.columns[0]]) for row in rows):
            raise MasterKeyNeeded
        keys: Mapping[str, Key] = {} if vault is None else vault.open(connection, people)
        for row in rows:
            key = keys.get(row._mapping[sealed.person])
            texts = {
                name: change(row._mapping[name], key, sealed.place(name, row))
                for name in sealed.columns
            }
            if any(texts[name] != row._mapping[name] for name in texts):
                named = [sealed.table.c[name] == row._mapping[name] for name in sealed.names]
                connection.execute(sealed.table.update().where(*named).values(**texts))


def _blocks(
    connection: Connection, table: Table, names: tuple[str, ...]
) -> Iterator[Sequence[Row[Any]]]:
    """Go through a table in the order of its key."""
    columns = [table.c[name] for name in names]
    query = table.select().order_by(*columns).limit(BLOCK)
    after: tuple[Any, ...] | None = None
    while True:
        asked = query if after is None else query.where(tuple_(*columns) > tuple_(*after))
        rows = connection.execute(asked).all()
        if not rows:
            return
        yield rows
        after = tuple(rows[-1]._mapping[name] for name in names)
