"""The SQL of reviews and overrides."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, case, func, insert, select, update

from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.privacy.joining import WRAPPED, join_keys
from loanwright.service.reviews.schemas import LIVE, Override, Side, Wanted
from loanwright.service.reviews.tables import overrides, reviews

APPLICANT = reviews.c.applicant_id
SORTS = {"opened_at": reviews.c.opened_at, "due_at": reviews.c.due_at}
_ALIVE = reviews.c.state.in_([str(one) for one in LIVE])
_whole = select(reviews, WRAPPED).select_from(join_keys(reviews, APPLICANT))
_listing = Listing(_whole, key=reviews.c.id, sorts=SORTS)


def insert_reviews(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert reviews."""
    connection.execute(insert(reviews), rows)


def insert_override(connection: Connection, row: Mapping[str, Any]) -> None:
    """Append an override."""
    connection.execute(insert(overrides), row)


def find(connection: Connection, review_id: str) -> Row[Any] | None:
    """Return one review with the key of its applicant, if it is there."""
    return connection.execute(_whole.where(reviews.c.id == review_id)).one_or_none()


def find_live(connection: Connection, decision_id: str, kind: str) -> str | None:
    """Return the unresolved review of a decision and kind, if there is one."""
    statement = select(reviews.c.id).where(
        reviews.c.decision_id == decision_id, reviews.c.kind == kind, _ALIVE
    )
    return connection.execute(statement).scalar_one_or_none()


def list_of_decision(connection: Connection, decision_id: str) -> list[Row[Any]]:
    """Return every review of a decision, the oldest first."""
    statement = _whole.where(reviews.c.decision_id == decision_id)
    return list(connection.execute(statement.order_by(reviews.c.opened_at, reviews.c.id)))


def list_overrides(connection: Connection, decision_id: str) -> list[Override]:
    """Return what persons decided in the place of a decision, the oldest first."""
    statement = select(overrides).where(overrides.c.decision_id == decision_id)
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return [Override(**{**row._mapping, "side": Side(row.side)}) for row in found]


def list_last_words(connection: Connection, decision_ids: Collection[str]) -> dict[str, str]:
    """Return the outcomes that persons gave some decisions, the last word of each."""
    statement = select(overrides.c.decision_id, overrides.c.outcome).where(
        overrides.c.decision_id.in_(decision_ids)
    )
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return {row.decision_id: row.outcome for row in found}


def list_overrides_of_product(connection: Connection, product: str) -> dict[str, str]:
    """Return the outcomes that persons gave decisions of a product, the last word of each."""
    statement = select(overrides.c.decision_id, overrides.c.outcome).where(
        overrides.c.product == product
    )
    found = connection.execute(statement.order_by(overrides.c.made_at, overrides.c.id))
    return {row.decision_id: row.outcome for row in found}


def page(
    connection: Connection,
    wanted: Wanted,
    *,
    now: datetime,
    within: Sequence[ColumnElement[bool]],
) -> Page[Row[Any]]:
    """Return one page of the reviews that are wanted and within reach."""
    return _listing.page(
        connection,
        sort=wanted.sort,
        limit=wanted.limit,
        cursor=wanted.cursor,
        where=[*within, *_conditions(wanted, now)],
    )


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    asked = {
        reviews.c.state: wanted.state,
        reviews.c.kind: wanted.kind,
        reviews.c.decision_id: wanted.decision_id,
        reviews.c.applicant_id: wanted.applicant_id,
    }
    where = [column == str(value) for column, value in asked.items() if value is not None]
    if wanted.overdue is not None:
        over = _ALIVE & (reviews.c.due_at <= now)
        where.append(over if wanted.overdue else ~over)
    return where


def count_referrals(connection: Connection, product: str) -> tuple[int, int]:
    """Return how many referrals of a product were approved, and how many were resolved."""
    approved = func.coalesce(func.sum(case((reviews.c.outcome == "approve", 1), else_=0)), 0)
    statement = select(approved, func.count()).where(
        reviews.c.product == product,
        reviews.c.kind == "referral",
        reviews.c.state == "resolved",
        reviews.c.outcome.in_(("approve", "decline")),
    )
    found = connection.execute(statement).one()
    return int(found[0]), int(found[1])


def change(connection: Connection, review_id: str, state: str, values: Mapping[str, Any]) -> bool:
    """Change a review that is still in this state, and tell whether it was."""
    statement = update(reviews).where(reviews.c.id == review_id, reviews.c.state == state)
    return connection.execute(statement.values(**values)).rowcount == 1


def list_over(connection: Connection, now: datetime, most: int) -> list[Row[Any]]:
    """Return reviews whose time is over and of which nobody has been told, locked in one order."""
    statement = (
        select(reviews.c.id, reviews.c.applicant_id, reviews.c.state, reviews.c.due_at)
        .where(_ALIVE, reviews.c.due_at <= now, reviews.c.overdue_at.is_(None))
        .order_by(reviews.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return list(connection.execute(statement))


def mark_over(connection: Connection, ids: Collection[str], now: datetime) -> None:
    """Write down that it was told that these reviews are overdue."""
    connection.execute(update(reviews).where(reviews.c.id.in_(ids)).values(overdue_at=now))


def withdraw_of(connection: Connection, applicant_ids: Collection[str]) -> None:
    """End what is under way for persons."""
    statement = update(reviews).where(APPLICANT.in_(applicant_ids), _ALIVE)
    connection.execute(statement.values(state="withdrawn"))
