"""The SQL of webhooks and deliveries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, insert, or_, select, update

from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page
from loanwright.service.webhooks.schemas import (
    Delivery,
    DeliveryState,
    Webhook,
    WebhookState,
)
from loanwright.service.webhooks.tables import deliveries, webhooks

_hooks: Select[Any] = select(webhooks).where(webhooks.c.state != str(WebhookState.REMOVED))
_by_age = Listing(
    select(deliveries), key=deliveries.c.id, sorts={"created_at": deliveries.c.created_at}
)


def insert_webhook(connection: Connection, row: Mapping[str, Any]) -> None:
    """Insert a webhook."""
    connection.execute(insert(webhooks), row)


def list_webhooks(connection: Connection) -> list[Webhook]:
    """Return the webhooks that were not removed, the oldest first."""
    return [_webhook(row) for row in connection.execute(_hooks.order_by(webhooks.c.id))]


def find_webhook(connection: Connection, webhook_id: str, *, lock: bool = False) -> Webhook | None:
    """Return one webhook that was not removed."""
    query = _hooks.where(webhooks.c.id == webhook_id)
    row = connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _webhook(row)


def change_webhook(connection: Connection, webhook_id: str, values: Mapping[str, Any]) -> None:
    """Change a webhook."""
    statement = update(webhooks).where(webhooks.c.id == webhook_id)
    connection.execute(statement.values(**values, version=webhooks.c.version + 1))


def insert_deliveries(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert deliveries."""
    connection.execute(insert(deliveries), rows)


def find_delivery(connection: Connection, delivery_id: str) -> Delivery | None:
    """Return one delivery."""
    query = select(deliveries).where(deliveries.c.id == delivery_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _delivery(row)


def page_deliveries(connection: Connection, webhook_id: str, **asked: Any) -> Page[Row[Any]]:
    """Return a page of the deliveries of a webhook, the newest first."""
    state = asked.pop("state", None)
    where = [deliveries.c.webhook_id == webhook_id]
    if state is not None:
        where.append(deliveries.c.state == str(state))
    return _by_age.page(connection, sort="-created_at", where=where, **asked)


def list_deliveries(
    connection: Connection, state: DeliveryState | None, most: int
) -> list[Delivery]:
    """Return the latest deliveries, the latest first."""
    query = select(deliveries).order_by(deliveries.c.id.desc()).limit(most)
    if state is not None:
        query = query.where(deliveries.c.state == str(state))
    return [_delivery(row) for row in connection.execute(query)]


def claim(
    connection: Connection, delivery_id: str, *, now: datetime, until: datetime
) -> Delivery | None:
    """Take a delivery whose time has come until some moment; None where it is not free."""
    due = or_(deliveries.c.next_at.is_(None), deliveries.c.next_at <= now)
    waiting = deliveries.c.state == str(DeliveryState.WAITING)
    statement = (
        update(deliveries)
        .where(deliveries.c.id == delivery_id, waiting, due)
        .values(attempts=deliveries.c.attempts + 1, next_at=until)
        .returning(deliveries)
    )
    row = connection.execute(statement).one_or_none()
    return None if row is None else _delivery(row)


def end_attempt(
    connection: Connection, delivery_id: str, attempts: int, values: Mapping[str, Any]
) -> None:
    """Write what came of an attempt, unless a later one has begun."""
    statement = update(deliveries).where(
        deliveries.c.id == delivery_id,
        deliveries.c.attempts == attempts,
        deliveries.c.state == str(DeliveryState.WAITING),
    )
    connection.execute(statement.values(**values))


def list_due(connection: Connection, *, now: datetime, before: datetime, most: int) -> list[str]:
    """Return the deliveries that are due and of which nobody was told since some moment."""
    forgotten = and_(deliveries.c.next_at.is_(None), deliveries.c.told_at < before)
    statement = (
        select(deliveries.c.id)
        .where(
            deliveries.c.state == str(DeliveryState.WAITING),
            or_(deliveries.c.next_at <= now, forgotten),
        )
        .order_by(deliveries.c.told_at)
        .limit(most)
    )
    return list(connection.execute(statement).scalars())


def tell(connection: Connection, ids: Sequence[str], now: datetime) -> None:
    """Write down that workers are being told of these deliveries."""
    statement = update(deliveries).where(deliveries.c.id.in_(ids))
    connection.execute(statement.values(next_at=None, told_at=now))


def wake(connection: Connection, delivery_id: str, now: datetime) -> bool:
    """Let a delivery that has ended begin anew; tell whether it had."""
    statement = (
        update(deliveries)
        .where(deliveries.c.id == delivery_id, deliveries.c.state != str(DeliveryState.WAITING))
        .values(
            state=str(DeliveryState.WAITING),
            attempts=0,
            next_at=None,
            told_at=now,
            delivered_at=None,
        )
    )
    return connection.execute(statement).rowcount == 1


def _webhook(row: Row[Any]) -> Webhook:
    facts = dict(row._mapping)
    events = frozenset(facts.pop("events").split())
    return Webhook(**{**facts, "events": events, "state": WebhookState(facts["state"])})


def _delivery(row: Row[Any]) -> Delivery:
    facts = dict(row._mapping)
    return Delivery(**{**facts, "state": DeliveryState(facts["state"])})


delivery_of = _delivery
