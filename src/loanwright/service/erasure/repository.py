"""The SQL of holds, requests for erasure and retention runs."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from loanwright.service.erasure.schemas import Block, ErasureRequest, Hold, RequestState
from loanwright.service.erasure.tables import erasure_requests, holds, retention_runs
from loanwright.service.kit.bulk import Lookup, insert_new
from loanwright.service.kit.clock import from_iso

_holds_of = Lookup(select(holds).where(holds.c.released_at.is_(None)), holds.c.applicant_id)
_requests_of = Lookup(
    select(erasure_requests).where(erasure_requests.c.state == "open"),
    erasure_requests.c.applicant_id,
)


def insert_hold(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a hold."""
    connection.execute(insert(holds), row)


def release_hold(connection: Connection, hold_id: str, by: str, at: datetime) -> bool:
    """End a hold, and tell whether it was there to be ended."""
    statement = update(holds).where(holds.c.id == hold_id, holds.c.released_at.is_(None))
    return connection.execute(statement.values(released_by=by, released_at=at)).rowcount == 1


def find_hold(connection: Connection, hold_id: str) -> Hold | None:
    """Return one hold."""
    row = connection.execute(select(holds).where(holds.c.id == hold_id)).one_or_none()
    return None if row is None else Hold(**row._mapping)


def list_holds(connection: Connection, applicant_id: str | None, most: int) -> list[Hold]:
    """Return holds, of one person or of everybody, the newest first."""
    query = select(holds).order_by(holds.c.placed_at.desc(), holds.c.id.desc()).limit(most)
    if applicant_id is not None:
        query = query.where(holds.c.applicant_id == applicant_id)
    return [Hold(**row._mapping) for row in connection.execute(query)]


def holds_in_force(connection: Connection, ids: Collection[str], now: datetime) -> list[Hold]:
    """Return the holds on persons that have neither been released nor run out."""
    found = [Hold(**row._mapping) for row in _holds_of.rows(connection, ids)]
    return [one for one in found if one.until is None or one.until > now]


def insert_request(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a request, unless somebody else has just asked for the same."""
    insert_new(connection, erasure_requests, [row], erasure_requests.c.id)


def change_request(connection: Connection, request_id: str, values: Mapping[str, Any]) -> None:
    """Change a request."""
    statement = update(erasure_requests).where(erasure_requests.c.id == request_id)
    connection.execute(statement.values(**values))


def close_requests(connection: Connection, ids: Collection[str], at: datetime) -> None:
    """Write down that persons who had asked for it were erased."""
    statement = update(erasure_requests).where(
        erasure_requests.c.applicant_id.in_(ids), erasure_requests.c.state == "open"
    )
    connection.execute(statement.values(state="done", done_at=at))


def open_requests(connection: Connection, ids: Collection[str]) -> dict[str, ErasureRequest]:
    """Return the requests that wait, by person."""
    return {row.applicant_id: _request(row) for row in _requests_of.rows(connection, ids)}


def find_request(connection: Connection, applicant_id: str) -> ErasureRequest | None:
    """Return the last request for a person."""
    found = _requests(connection, erasure_requests.c.applicant_id == applicant_id, 1)
    return found[0] if found else None


def list_requests(connection: Connection, most: int) -> list[ErasureRequest]:
    """Return the requests that wait, the newest first."""
    return _requests(connection, erasure_requests.c.state == "open", most)


def _requests(
    connection: Connection, where: ColumnElement[bool], most: int
) -> list[ErasureRequest]:
    table = erasure_requests.c
    query = select(erasure_requests).where(where)
    query = query.order_by(table.requested_at.desc(), table.id.desc()).limit(most)
    return [_request(row) for row in connection.execute(query)]


def begin_run(connection: Connection, row: Mapping[str, Any]) -> None:
    """Begin a run, if no process has yet."""
    insert_new(connection, retention_runs, [row], retention_runs.c.slot)


def lock_run(connection: Connection, slot: str) -> Row[Any] | None:
    """Return a run that is not finished, unless another process is at it this moment."""
    query = select(retention_runs).where(
        and_(retention_runs.c.slot == slot, retention_runs.c.finished_at.is_(None))
    )
    return connection.execute(query.with_for_update(skip_locked=True)).one_or_none()


def is_finished(connection: Connection, slot: str) -> bool:
    """Tell whether a run has gone through everybody."""
    query = select(func.count()).where(
        retention_runs.c.slot == slot, retention_runs.c.finished_at.is_not(None)
    )
    return connection.execute(query).scalar_one() == 1


def change_run(connection: Connection, slot: str, values: Mapping[str, Any]) -> None:
    """Write down how far a run is."""
    statement = update(retention_runs).where(retention_runs.c.slot == slot)
    connection.execute(statement.values(**values))


def forget_runs(connection: Connection, before: datetime) -> None:
    """Forget runs that began long ago."""
    old = or_(retention_runs.c.started_at < before)
    connection.execute(retention_runs.delete().where(old))


def write_blocks(blocks: Collection[Block]) -> str | None:
    """Return blocks as they are kept with a request."""
    if not blocks:
        return None
    return msgspec.json.encode([one.document() for one in blocks]).decode()


def _request(row: Row[Any]) -> ErasureRequest:
    fields = dict(row._mapping)
    told = fields.pop("blocked_by")
    blocks = [] if told is None else msgspec.json.decode(told)
    return ErasureRequest(
        **{**fields, "state": RequestState(fields["state"]), "forced": bool(fields["forced"])},
        blocks=tuple(
            Block(**{**one, "until": from_iso(one["until"]) if one["until"] else None})
            for one in blocks
        ),
    )
