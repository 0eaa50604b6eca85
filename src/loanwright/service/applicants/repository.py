"""The SQL of applicants: of the application's way, and of their records."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Table,
    and_,
    delete,
    exists,
    false,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from loanwright.service.applicants.errors import DocumentTaken
from loanwright.service.applicants.schemas import UNASSIGNED, Applicant, Behaviour, Wanted
from loanwright.service.applicants.tables import (
    applicant_names,
    applicants,
    behaviours,
    profile_versions,
)
from loanwright.service.kit.bulk import Append, Lookup, insert_new
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.privacy.joining import WRAPPED, join_keys
from loanwright.service.privacy.vault import Vault

CHUNK = 500
ROWS = applicants
_read_json = msgspec.json.Decoder().decode

_other = behaviours.alias("other")
_newest = (
    select(func.max(_other.c.version))
    .where(
        _other.c.applicant_id == behaviours.c.applicant_id, _other.c.product == behaviours.c.product
    )
    .scalar_subquery()
)
_with_behaviours = select(
    applicants.c.id,
    applicants.c.document_hash,
    applicants.c.created_at,
    behaviours.c.product,
    behaviours.c.version,
    behaviours.c.features,
    WRAPPED,
).select_from(
    join_keys(applicants, applicants.c.id).outerjoin(
        behaviours,
        and_(behaviours.c.applicant_id == applicants.c.id, behaviours.c.version == _newest),
    )
)


_insert_behaviours = insert(behaviours)
_known = Lookup(_with_behaviours, applicants.c.document_hash, applicants.c.id)


def list_known(connection: Connection, names: Collection[str], vault: Vault) -> list[Applicant]:
    """Return the applicants whose document hash or id is among the names, with their keys."""
    return _gather(_known.rows(connection, names), vault) if names else []


def insert_applicants(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert applicants whose document hash is not there yet; return the ids inserted."""
    return insert_new(connection, applicants, rows, applicants.c.id)


def insert_behaviours(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert versions of behaviour."""
    connection.execute(_insert_behaviours, rows)


def count_applicants(connection: Connection) -> int:
    """Return how many applicants there are."""
    return connection.execute(select(func.count()).select_from(applicants)).scalar_one()


def behaviour_place(applicant_id: str, product: str, version: int) -> str:
    """Return the place that the sealed features of a behaviour are bound to."""
    return f"behaviours.features:{applicant_id}/{product}/{version}"


def _gather(rows: Iterable[Row[Any]], vault: Vault) -> list[Applicant]:
    found: dict[str, Applicant] = {}
    known: dict[str, dict[str, Behaviour]] = {}
    for row in rows:
        identity, document_hash, created_at, product, version, features, wrapped = tuple(row)
        if identity not in found:
            known[identity] = {}
            found[identity] = Applicant(
                id=identity,
                document_hash=document_hash,
                created_at=created_at,
                behaviours=known[identity],
                key=vault.unwrap(identity, wrapped),
            )
        key = found[identity].key
        if product is not None and key is not None:
            text = key.open(features, place=behaviour_place(identity, product, version))
            known[identity][product] = Behaviour(version=version, features=_read_json(text))
    return list(found.values())


_append_names = Append(applicant_names)
_listed = Listing(
    select(applicants),
    key=applicants.c.id,
    sorts={one.name: one for one in (applicants.c.created_at, applicants.c.updated_at)},
)


def list_profiles(
    connection: Connection, applicant_id: str, product: str, *, newest: bool = False
) -> list[Row[Any]]:
    """Return the versions of a profile, the newest first, or the newest alone."""
    return _versions(connection, profile_versions, applicant_id, product, newest)


def behaviour_since(
    connection: Connection, applicant_id: str, product: str, version: int
) -> datetime | None:
    """Return when a version of a behaviour was recorded, None where there is no such version."""
    statement = select(behaviours.c.recorded_at).where(
        behaviours.c.applicant_id == applicant_id,
        behaviours.c.product == product,
        behaviours.c.version == version,
    )
    return connection.execute(statement).scalar_one_or_none()


def list_behaviours(
    connection: Connection, applicant_id: str, product: str, *, newest: bool = False
) -> list[Row[Any]]:
    """Return the versions of a behaviour, the newest first, or the newest alone."""
    return _versions(connection, behaviours, applicant_id, product, newest)


def _versions(
    connection: Connection, table: Table, applicant_id: str, product: str, newest: bool
) -> list[Row[Any]]:
    query = (
        select(table)
        .where(table.c.applicant_id == applicant_id, table.c.product == product)
        .order_by(table.c.version.desc())
    )
    return list(connection.execute(query.limit(1) if newest else query))


def insert_profile(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a version of a profile."""
    connection.execute(insert(profile_versions), row)


def find_record(
    connection: Connection, applicant_id: str, *, lock: bool = False
) -> Row[Any] | None:
    """Return the row of an applicant who is not erased; locked, nobody else edits it meanwhile."""
    query = select(applicants).where(
        applicants.c.id == applicant_id, applicants.c.erased_at.is_(None)
    )
    # An application that names this applicant need not wait for the lock.
    query = query.with_for_update(key_share=True) if lock else query
    return connection.execute(query).one_or_none()


def page_records(
    connection: Connection,
    *,
    where: Sequence[ColumnElement[bool]],
    sort: str,
    limit: int,
    cursor: str | None,
) -> Page[Row[Any]]:
    """Return a page of the rows that meet every condition; the erased are not among them."""
    whole = (applicants.c.erased_at.is_(None), *where)
    return _listed.page(connection, sort=sort, limit=limit, cursor=cursor, where=whole)


def conditions(
    wanted: Wanted,
    *,
    document_hash: str | None,
    tokens: Collection[int] | None,
    account_holders: ColumnElement[str] | None,
) -> list[ColumnElement[bool]]:
    """Return what is asked of the rows of a list."""
    column, where = applicants.c, []
    if wanted.status is not None:
        where.append(column.status == wanted.status.value)
    if wanted.manager_id == UNASSIGNED:
        where.append(column.manager_id.is_(None))
    elif wanted.manager_id is not None:
        where.append(column.manager_id == wanted.manager_id)
    if wanted.created_from is not None:
        where.append(column.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        where.append(column.created_at < wanted.created_before)
    if document_hash is not None:
        where.append(column.document_hash == document_hash)
    if wanted.has_account is not None and account_holders is not None:
        # Few hold one or most do: from a list of ids the planner chooses where to begin.
        holds = column.id.in_(select(account_holders))
        where.append(holds if wanted.has_account else ~exists().where(account_holders == column.id))
    if tokens is not None:
        # A search for nothing but signs finds nobody, rather than everybody.
        where += [_named(token) for token in sorted(tokens)] or [false()]
    return where


def of_manager(manager_id: str) -> ColumnElement[bool]:
    """Return the condition that an applicant is this manager's."""
    return applicants.c.manager_id == manager_id


def list_managers(connection: Connection, ids: Collection[str]) -> dict[str, str | None]:
    """Return who looks after applicants; an id that is missing is no applicant."""
    query = select(applicants.c.id, applicants.c.manager_id).where(applicants.c.id.in_(ids))
    return {row.id: row.manager_id for row in connection.execute(query)}


def only(applicant_id: str) -> ColumnElement[bool]:
    """Return the condition of being this applicant."""
    return applicants.c.id == applicant_id


def update_record(connection: Connection, applicant_id: str, values: Mapping[str, Any]) -> None:
    """Change the row of an applicant."""
    try:
        connection.execute(update(applicants).where(applicants.c.id == applicant_id), values)
    except IntegrityError as failure:
        # The one rule that a caller can break: two people have no document number in common.
        raise DocumentTaken from failure


def replace_names(connection: Connection, applicant_id: str, tokens: Collection[int]) -> None:
    """Let an applicant be found by these tokens and by no others."""
    mine = applicant_names.c.applicant_id == applicant_id
    connection.execute(delete(applicant_names).where(mine))
    rows = [{"token": token, "applicant_id": applicant_id} for token in sorted(tokens)]
    if rows:
        _append_names.write(connection, rows)


def list_assigned(
    connection: Connection, *, ids: Collection[str] | None = None, manager_id: str | None = None
) -> list[Row[Any]]:
    """Return, locked in one order, those of the ids, or of a manager, who are not erased."""
    held = (applicants.c.id, applicants.c.manager_id, applicants.c.version, applicants.c.status)
    query = select(*held).where(applicants.c.erased_at.is_(None))
    if ids is not None:
        query = query.where(applicants.c.id.in_(sorted(ids)))
    if manager_id is not None:
        query = query.where(of_manager(manager_id))
    ordered = query.order_by(applicants.c.id).with_for_update(key_share=True)
    return list(connection.execute(ordered))


def assign(
    connection: Connection, ids: Collection[str], manager_id: str | None, at: datetime
) -> None:
    """Give applicants to a manager, or to nobody."""
    changed = {
        "manager_id": manager_id,
        "updated_at": at,
        "version": applicants.c.version + 1,
    }
    for start in range(0, len(ids), CHUNK):
        chunk = sorted(ids)[start : start + CHUNK]
        connection.execute(update(applicants).where(applicants.c.id.in_(chunk)).values(changed))


def count_by_manager(connection: Connection) -> dict[str, int]:
    """Return how many applicants each manager looks after."""
    query = (
        select(applicants.c.manager_id, func.count())
        .where(applicants.c.manager_id.is_not(None), applicants.c.erased_at.is_(None))
        .group_by(applicants.c.manager_id)
    )
    return {row.manager_id: row[1] for row in connection.execute(query)}


def _named(token: int) -> ColumnElement[bool]:
    found = select(applicant_names.c.applicant_id).where(applicant_names.c.token == token)
    return applicants.c.id.in_(found)


def list_added(connection: Connection, ids: Collection[str]) -> dict[str, datetime]:
    """Return when applicants were added who are not erased."""
    query = select(applicants.c.id, applicants.c.created_at).where(
        applicants.c.id.in_(ids), applicants.c.erased_at.is_(None)
    )
    return {row.id: row.created_at for row in connection.execute(query)}


def is_erased(connection: Connection, applicant_id: str) -> bool:
    """Tell whether there was an applicant who is erased."""
    query = select(applicants.c.erased_at).where(applicants.c.id == applicant_id)
    return connection.execute(query).scalar_one_or_none() is not None


def forget(connection: Connection, ids: Collection[str], at: datetime) -> None:
    """Clear everything that leads to persons."""
    cleared = ("document_hash", "contacts", "manager_id", "language", "verified_how", "verified_at")
    values = {**dict.fromkeys(cleared), "erased_at": at, "updated_at": at}
    connection.execute(update(applicants).where(applicants.c.id.in_(ids)).values(**values))
    connection.execute(delete(applicant_names).where(applicant_names.c.applicant_id.in_(ids)))
