"""The SQL of offers."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, or_, select, update

from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.offers.schemas import ALIVE, Offer, State, Wanted, offer_of
from loanwright.service.offers.tables import offers

SORTS = {"made_at": offers.c.made_at, "amount": offers.c.amount}
APPLICANT = offers.c.applicant_id
#: What was never approved by a second person, where one is needed, the applicant never sees.
APPROVED = or_(offers.c.two_persons == 0, offers.c.approved_by.is_not(None))
_listing = Listing(select(offers), key=offers.c.id, sorts=SORTS)


def insert_offers(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert offers."""
    connection.execute(insert(offers), rows)


def find(connection: Connection, offer_id: str) -> Offer | None:
    """Return one offer, if it is there."""
    row = connection.execute(select(offers).where(offers.c.id == offer_id)).mappings().first()
    return None if row is None else offer_of(dict(row))


def lock_of_decision(connection: Connection, decision_id: str) -> list[Offer]:
    """Return every offer of a decision; nobody else changes them until the transaction ends."""
    statement = (
        select(offers)
        .where(offers.c.decision_id == decision_id)
        .order_by(offers.c.id)
        .with_for_update()
    )
    return [offer_of(dict(row)) for row in connection.execute(statement).mappings()]


def page(
    connection: Connection,
    wanted: Wanted,
    *,
    now: datetime,
    within: Sequence[ColumnElement[bool]],
) -> Page[Offer]:
    """Return one page of the offers that are wanted and within reach."""
    where = [*within, *_conditions(wanted, now)]
    found = _listing.page(
        connection, sort=wanted.sort, limit=wanted.limit, cursor=wanted.cursor, where=where
    )
    items = [offer_of(dict(row._mapping)) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


def _conditions(wanted: Wanted, now: datetime) -> list[ColumnElement[bool]]:
    where = []
    if wanted.applicant_id is not None:
        where.append(offers.c.applicant_id == wanted.applicant_id)
    if wanted.decision_id is not None:
        where.append(offers.c.decision_id == wanted.decision_id)
    over = offers.c.state.in_(ALIVE) & (offers.c.valid_until <= now)
    if wanted.state is State.EXPIRED:
        where.append(or_(offers.c.state == str(State.EXPIRED), over))
    elif wanted.state is not None:
        where += [offers.c.state == str(wanted.state), ~over]
    return where


def list_taken(connection: Connection, product: str) -> dict[str, bool]:
    """Return which decisions on a product had an offer that could be taken, and which was."""
    taken = func.max(case((offers.c.state == str(State.ACCEPTED), 1), else_=0))
    query = select(offers.c.decision_id, taken).where(offers.c.product == product, APPROVED)
    return {
        row[0]: bool(row[1]) for row in connection.execute(query.group_by(offers.c.decision_id))
    }


def change(
    connection: Connection, offer_id: str, state: State, values: Mapping[str, Any]
) -> Offer | None:
    """Change an offer that is still in this state, and return it; None if it is not."""
    statement = (
        update(offers)
        .where(offers.c.id == offer_id, offers.c.state == str(state))
        .values(**values)
        .returning(offers)
    )
    row = connection.execute(statement).mappings().first()
    return None if row is None else offer_of(dict(row))


def list_over(connection: Connection, now: datetime, most: int) -> list[Offer]:
    """Return offers that have run out and are not marked yet, locked in one order."""
    statement = (
        select(offers)
        .where(offers.c.state.in_(ALIVE), offers.c.valid_until <= now)
        .order_by(offers.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [offer_of(dict(row)) for row in connection.execute(statement).mappings()]
