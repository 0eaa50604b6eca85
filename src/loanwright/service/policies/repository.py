"""The SQL of policy versions and drafts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, func, insert, or_, select, update

from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page, read_cursor, write_cursor
from loanwright.service.policies.tables import policy_drafts, policy_versions

_last = (
    select(func.max(policy_versions.c.sequence).label("sequence"))
    .group_by(policy_versions.c.product)
    .subquery()
)
#: Every publication, with the draft that it was, if it was one.
_published: Select[Any] = select(
    policy_versions,
    *(
        policy_drafts.c[name].label(f"draft_{name}")
        for name in ("id", "origin", "author", "note", "checks")
    ),
).outerjoin(policy_drafts, policy_drafts.c.published_as == policy_versions.c.sequence)

_drafts = Listing(
    select(policy_drafts),
    key=policy_drafts.c.id,
    sorts={"created_at": policy_drafts.c.created_at},
)


def insert_version(connection: Connection, row: Mapping[str, Any]) -> int:
    """Append a published version, and return its place."""
    statement = insert(policy_versions).returning(policy_versions.c.sequence)
    return connection.execute(statement, row).scalar_one()


def list_live(connection: Connection) -> list[Row[Any]]:
    """Return the last published version of every product."""
    statement = select(policy_versions).join(_last, _last.c.sequence == policy_versions.c.sequence)
    return list(connection.execute(statement.order_by(policy_versions.c.product)))


def list_live_at(connection: Connection, moment: datetime | None) -> list[Row[Any]]:
    """Return the last publication of every product until a moment, with its draft."""
    until = [] if moment is None else [policy_versions.c.published_at <= moment]
    last = (
        select(func.max(policy_versions.c.sequence))
        .where(*until)
        .group_by(policy_versions.c.product)
    )
    statement = _published.where(policy_versions.c.sequence.in_(last))
    return list(connection.execute(statement.order_by(policy_versions.c.product)))


def find(connection: Connection, product: str, policy_hash: str) -> Row[Any] | None:
    """Return the last publication of a version, if it was published."""
    statement = (
        select(policy_versions)
        .where(policy_versions.c.product == product, policy_versions.c.hash == policy_hash)
        .order_by(policy_versions.c.sequence.desc())
        .limit(1)
    )
    return connection.execute(statement).one_or_none()


def list_publications(connection: Connection, **wanted: Any) -> list[Row[Any]]:
    """Return the publications whose columns have these values, the newest first."""
    where = [policy_versions.c[name] == value for name, value in wanted.items()]
    statement = _published.where(*where).order_by(policy_versions.c.sequence.desc())
    return list(connection.execute(statement))


def page_publications(
    connection: Connection, wanted: Mapping[str, Any], *, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of the publications whose columns have these values, the newest first."""
    where: list[ColumnElement[bool]] = [
        policy_versions.c[name] == value for name, value in wanted.items()
    ]
    if cursor is not None:
        where.append(policy_versions.c.sequence < read_cursor(cursor))
    statement = _published.where(*where).order_by(policy_versions.c.sequence.desc())
    rows = list(connection.execute(statement.limit(limit + 1)))
    more = len(rows) > limit
    items = rows[:limit]
    return Page(items=items, next_cursor=write_cursor(items[-1].sequence) if more else None)


def list_beginning(connection: Connection, beginning: str) -> list[str]:
    """Return the hashes of published versions that begin like this."""
    # Hashes are of letters and digits; whatever else begins so is none.
    statement = select(policy_versions.c.hash).where(
        func.substr(policy_versions.c.hash, 1, len(beginning)) == beginning
    )
    return list(connection.execute(statement.distinct().limit(10)).scalars())


def insert_draft(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a draft."""
    connection.execute(insert(policy_drafts), row)


def find_draft(connection: Connection, draft_id: str, *, lock: bool = False) -> Row[Any] | None:
    """Return one draft, kept from changing until the transaction ends where it is locked."""
    query = select(policy_drafts).where(policy_drafts.c.id == draft_id)
    return connection.execute(query.with_for_update() if lock else query).one_or_none()


def change_draft(connection: Connection, draft_id: str, values: Mapping[str, Any]) -> None:
    """Change a draft, which becomes another version of it."""
    statement = update(policy_drafts).where(policy_drafts.c.id == draft_id)
    connection.execute(statement.values(**values, version=policy_drafts.c.version + 1))


def page_drafts(
    connection: Connection, wanted: Mapping[str, Any], *, limit: int, cursor: str | None
) -> Page[Row[Any]]:
    """Return a page of the drafts whose columns have these values, the newest first."""
    where = [policy_drafts.c[name] == value for name, value in wanted.items()]
    return _drafts.page(connection, sort="-created_at", limit=limit, cursor=cursor, where=where)


def list_drafts_beginning(connection: Connection, beginning: str) -> Sequence[str]:
    """Return the ids of drafts that begin like this, or whose hash does."""
    starts = [
        func.substr(column, 1, len(beginning)) == beginning
        for column in (policy_drafts.c.id, policy_drafts.c.hash)
    ]
    statement = select(policy_drafts.c.id).where(or_(*starts)).limit(10)
    return list(connection.execute(statement).scalars())
