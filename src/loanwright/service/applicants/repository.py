"""The SQL of applicants."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, and_, func, insert, select

from loanwright.service.applicants.schemas import Applicant, Behaviour
from loanwright.service.applicants.tables import applicants, behaviours
from loanwright.service.kit.bulk import Lookup, insert_new

CHUNK = 500
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
).select_from(
    applicants.outerjoin(
        behaviours,
        and_(behaviours.c.applicant_id == applicants.c.id, behaviours.c.version == _newest),
    )
)


_insert_behaviours = insert(behaviours)
_known = Lookup(_with_behaviours, applicants.c.document_hash, applicants.c.id)


def list_known(connection: Connection, names: Collection[str]) -> list[Applicant]:
    """Return the applicants whose document hash or id is among the names."""
    return _gather(_known.rows(connection, names)) if names else []


def insert_applicants(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Insert applicants whose document hash is not there yet; return the ids inserted."""
    return insert_new(connection, applicants, rows, applicants.c.id)


def insert_behaviours(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert versions of behaviour."""
    connection.execute(_insert_behaviours, rows)


def count_applicants(connection: Connection) -> int:
    """Return how many applicants there are."""
    return connection.execute(select(func.count()).select_from(applicants)).scalar_one()


def _gather(rows: Iterable[Row[Any]]) -> list[Applicant]:
    found: dict[str, Applicant] = {}
    known: dict[str, dict[str, Behaviour]] = {}
    for row in rows:
        identity, document_hash, created_at, product, version, features = tuple(row)
        if identity not in found:
            known[identity] = {}
            found[identity] = Applicant(
                id=identity,
                document_hash=document_hash,
                created_at=created_at,
                behaviours=known[identity],
            )
        if product is not None:
            known[identity][product] = Behaviour(version=version, features=_read_json(features))
    return list(found.values())
