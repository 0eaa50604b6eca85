"""The SQL of decisions."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, true, update

from loanwright.service.decisions.schemas import DecisionLine, Tallied
from loanwright.service.decisions.tables import decisions, last_decisions
from loanwright.service.kit.bulk import Append, Lookup, Newest
from loanwright.service.kit.months import ALWAYS, MonthOf, Span
from loanwright.service.privacy.joining import WRAPPED, join_keys
from loanwright.service.users.reach import within
from loanwright.service.users.schemas import Principal

_SEALED = ("snapshot", "reply")
#: In place of a product: the last decision, whatever it was about.
ALL_PRODUCTS = ""
LAST = last_decisions
_with_keys = join_keys(decisions, decisions.c.applicant_id)
_whole = select(decisions, WRAPPED).select_from(_with_keys)
_line = select(*(column for column in decisions.columns if column.name not in _SEALED))

_append = Append(decisions)
_last = Newest(last_decisions, "decided_at", "decision_id")
_replies = Lookup(
    select(decisions.c.id, decisions.c.applicant_id, decisions.c.reply, WRAPPED).select_from(
        _with_keys
    ),
    decisions.c.id,
)

_wholes = Lookup(_whole, decisions.c.id)
_lines = Lookup(_line, decisions.c.id)

ALIKE = ("product", "segment", "grade", "outcome", "model_hash", "policy_hash")


def insert_decisions(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append decisions."""
    _append.write(connection, rows)
    _last.write(connection, [last for row in rows for last in _lasts(row)])


def _lasts(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    told = {name: row[name] for name in ("applicant_id", "outcome", "score", "grade", "decided_at")}
    last = {**told, "decision_id": row["id"], "overridden": 0}
    return [{**last, "product": product} for product in (ALL_PRODUCTS, row["product"])]


def override_last(
    connection: Connection, applicant_id: str, decision_id: str, outcome: str
) -> None:
    """Let a person's word stand where a decision is the last one."""
    mine = last_decisions.c.applicant_id == applicant_id
    statement = update(last_decisions).where(mine, last_decisions.c.decision_id == decision_id)
    connection.execute(statement.values(outcome=outcome, overridden=1))


def _seen(by: Principal | None) -> ColumnElement[bool]:
    return true() if by is None else within(by, decisions.c.applicant_id)


def find(connection: Connection, decision_id: str, by: Principal | None = None) -> Row[Any] | None:
    """Return one decision in reach with the key of its applicant, if it is there."""
    statement = _whole.where(decisions.c.id == decision_id, _seen(by))
    return connection.execute(statement).one_or_none()


def list_by_id(connection: Connection, ids: Collection[str]) -> Sequence[Row[Any]]:
    """Return decisions with the keys of their applicants."""
    return _wholes.rows(connection, ids).all()


def list_lines_before(
    connection: Connection, *, product: str, since: datetime, sequence: int | None, limit: int
) -> list[DecisionLine]:
    """Return the plain part of the decisions on a product since a moment, the newest first."""
    query = _line.where(decisions.c.decided_at >= since)
    rows = _before(connection, query, sequence=sequence, limit=limit, wanted={"product": product})
    return [DecisionLine(**row._mapping) for row in rows]


def find_of_application(
    connection: Connection, application_id: str, by: Principal | None = None
) -> Row[Any] | None:
    """Return the decision of an application in reach with the key of its applicant."""
    statement = _whole.where(decisions.c.application_id == application_id, _seen(by))
    return connection.execute(statement).one_or_none()


def list_replies(connection: Connection, ids: Sequence[str]) -> Sequence[Row[Any]]:
    """Return how the applications of these decisions were answered, each with its key."""
    return _replies.rows(connection, ids).all()


def list_before(
    connection: Connection,
    *,
    sequence: int | None,
    limit: int,
    wanted: Mapping[str, str],
    by: Principal | None = None,
) -> list[DecisionLine]:
    """Return the plain part of decisions in reach before a place in the list, the newest first."""
    query = _line.where(_seen(by))
    rows = _before(connection, query, sequence=sequence, limit=limit, wanted=wanted)
    return [DecisionLine(**row._mapping) for row in rows]


def list_whole_before(
    connection: Connection,
    *,
    sequence: int | None,
    limit: int,
    wanted: Mapping[str, str],
    within: Span = ALWAYS,
) -> Sequence[Row[Any]]:
    """Return decisions before a place in the list with the keys of their applicants."""
    query = _whole.where(*_decided(within))
    return _before(connection, query, sequence=sequence, limit=limit, wanted=wanted)


def _decided(within: Span) -> list[ColumnElement[bool]]:
    ends = []
    if within.since is not None:
        ends.append(decisions.c.decided_at >= within.since)
    if within.until is not None:
        ends.append(decisions.c.decided_at < within.until)
    return ends


def tally(connection: Connection, within: Span) -> list[Tallied]:
    """Return how many decisions of a span are alike in everything that is told here."""
    month = MonthOf(decisions.c.decided_at).label("month")
    alike = (month, *(decisions.c[name] for name in ALIKE))
    query = select(*alike, func.count().label("decided")).where(*_decided(within))
    return [Tallied(**row._mapping) for row in connection.execute(query.group_by(*alike))]


def list_lines(connection: Connection, ids: Collection[str]) -> list[DecisionLine]:
    """Return the plain part of some decisions."""
    return [DecisionLine(**row._mapping) for row in _lines.rows(connection, ids)]


def _before(
    connection: Connection,
    query: Any,
    *,
    sequence: int | None,
    limit: int,
    wanted: Mapping[str, str],
) -> Sequence[Row[Any]]:
    statement = query.order_by(decisions.c.sequence.desc()).limit(limit)
    for name, value in wanted.items():
        statement = statement.where(decisions.c[name] == value)
    if sequence is not None:
        statement = statement.where(decisions.c.sequence < sequence)
    return connection.execute(statement).all()


def list_of_applicant(
    connection: Connection, applicant_id: str, most: int, by: Principal | None = None
) -> Sequence[Row[Any]]:
    """Return the decisions on one person in reach, the newest first, with the person's key."""
    statement = _whole.where(decisions.c.applicant_id == applicant_id, _seen(by))
    return connection.execute(statement.order_by(decisions.c.sequence.desc()).limit(most)).all()


def count(connection: Connection) -> int:
    """Return how many decisions there are."""
    return connection.execute(select(func.count()).select_from(decisions)).scalar_one()


def count_by_model(connection: Connection, since: datetime) -> dict[str, int]:
    """Return how many decisions each model has made since a moment."""
    query = select(decisions.c.model_hash, func.count()).where(decisions.c.decided_at >= since)
    return {row[0]: row[1] for row in connection.execute(query.group_by(decisions.c.model_hash))}


def find_line(connection: Connection, decision_id: str) -> DecisionLine | None:
    """Return the plain part of one decision, if it is there."""
    row = connection.execute(_line.where(decisions.c.id == decision_id)).one_or_none()
    return None if row is None else DecisionLine(**row._mapping)


def list_last(connection: Connection, ids: Collection[str]) -> dict[str, datetime]:
    """Return when the last decision on each person was made."""
    person = decisions.c.applicant_id
    query = select(person, func.max(decisions.c.decided_at)).where(person.in_(ids))
    return {row[0]: row[1] for row in connection.execute(query.group_by(person))}


def count_of(connection: Connection, applicant_id: str) -> int:
    """Return how many decisions on a person there are."""
    query = select(func.count()).select_from(decisions)
    return connection.execute(query.where(decisions.c.applicant_id == applicant_id)).scalar_one()
