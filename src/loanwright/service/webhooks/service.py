"""Webhooks: told of changes in the transaction that makes them, sent to until somebody hears."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import Connection

from loanwright.errors import Conflict, NotFound, Rejected
from loanwright.service.audit.actions import ACTIONS
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock, iso
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.recent import Recent
from loanwright.service.kit.versions import check_version
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.privacy.vault import Vault
from loanwright.service.webhooks import repository
from loanwright.service.webhooks.addresses import Addresses
from loanwright.service.webhooks.schemas import (
    EVERY,
    MOST_ATTEMPTS,
    PAUSES,
    PING,
    Delivery,
    DeliveryState,
    Heard,
    Webhook,
    WebhookState,
)
from loanwright.service.webhooks.sending import Sender
from loanwright.service.webhooks.signing import SIGNATURE, new_secret, sign

TOPIC: Final = "webhooks"
PREFIX: Final = "whd"
LEASE: Final = timedelta(seconds=30)
FORGOTTEN_AFTER: Final = timedelta(seconds=60)
OLD_SECRET_LIVES: Final = timedelta(hours=24)
MOST_AT_ONCE: Final = 200
#: Nobody is told of these: a webhook that hears of its own deliveries never falls silent.
OF_WEBHOOKS: Final = ("webhook.", "delivery.")
#: Of each pause up to a tenth is added by chance, so that not all come at once.
SPREAD: Final = 10


class WebhookNotFound(NotFound):
    """There is no webhook {webhook_id}."""


class DeliveryNotFound(NotFound):
    """There is no delivery {delivery_id} to this webhook."""


class DeliveryNotEnded(Conflict):
    """The delivery {delivery_id} is still on its way."""


class EventsMissing(Rejected):
    """Name at least one event, or * for every one."""


class EventUnknown(Rejected):
    """There is no event {event}; docs/reference/events.md lists them, * stands for all."""


@dataclass(kw_only=True)
class Webhooks:
    """The webhooks and what is on its way to them."""

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    vault: Vault
    outbox: Outbox
    addresses: Addresses
    sender: Sender
    recent: Recent[list[Webhook]] = field(init=False)

    def __post_init__(self) -> None:
        """Remember for a moment who listens: most changes have nobody to tell."""
        self.recent = Recent(self.list_webhooks)

    def add(self, actor: Actor, *, url: str, events: Iterable[str]) -> tuple[Webhook, str]:
        """Add a webhook; its secret is returned here and never again."""
        wanted = _named(events)
        self.addresses.check(url)
        webhook_id, secret = self.new_id("whk"), new_secret()
        row = {
            "id": webhook_id,
            "url": url,
            "events": wanted,
            "secret": self._seal(webhook_id, secret),
            "state": str(WebhookState.ACTIVE),
            "version": 1,
            "created_at": self.clock.now(),
        }
        with self.database.write() as connection:
            repository.insert_webhook(connection, row)
            after = {"url": url, "events": wanted}
            self._record(connection, actor, "webhook.added", webhook_id, after=after)
        self.recent.forget()
        return self.get(webhook_id), secret

    def get(self, webhook_id: str) -> Webhook:
        """Return one webhook."""
        with self.database.read() as connection:
            return self._find(connection, webhook_id)

    def list_webhooks(self) -> list[Webhook]:
        """Return every webhook, the oldest first."""
        with self.database.read() as connection:
            return repository.list_webhooks(connection)

    def edit(
        self, actor: Actor, webhook_id: str, *, seen: int, changes: Mapping[str, Any]
    ) -> Webhook:
        """Change the address, the events or the state of a webhook that was seen at a version."""
        values = {**changes}
        if "events" in values:
            values["events"] = _named(values["events"])
        if "url" in values:
            self.addresses.check(values["url"])
        with self.database.write() as connection:
            webhook = self._find(connection, webhook_id, lock=True)
            check_version(seen, webhook.version)
            repository.change_webhook(connection, webhook_id, values)
            before = {name: _plain(getattr(webhook, name)) for name in values}
            self._record(
                connection, actor, "webhook.edited", webhook_id, before=before, after=values
            )
        self.recent.forget()
        return self.get(webhook_id)

    def remove(self, actor: Actor, webhook_id: str) -> None:
        """Tell a webhook nothing more."""
        with self.database.write() as connection:
            self._find(connection, webhook_id, lock=True)
            values = {"state": str(WebhookState.REMOVED)}
            repository.change_webhook(connection, webhook_id, values)
            self._record(connection, actor, "webhook.removed", webhook_id)
        self.recent.forget()

    def rotate(self, actor: Actor, webhook_id: str) -> str:
        """Return a new secret; for a day messages are signed with the old one as well."""
        secret = new_secret()
        with self.database.write() as connection:
            webhook = self._find(connection, webhook_id, lock=True)
            values = {
                "secret": self._seal(webhook_id, secret),
                "old_secret": webhook.secret,
                "old_secret_until": self.clock.now() + OLD_SECRET_LIVES,
            }
            repository.change_webhook(connection, webhook_id, values)
            self._record(connection, actor, "webhook.secret_rotated", webhook_id)
        self.recent.forget()
        return secret

    def announce(self, connection: Connection, actor: Actor, changes: Sequence[Change]) -> None:
        """Write down, in the transaction of these changes, who is to be told of them."""
        # In this transaction: a second connection could be waited for by all at once.
        listening = self.recent.get(lambda: repository.list_webhooks(connection))
        if not listening:
            return
        rows = [
            self._row(webhook.id, change, by=actor.id)
            for change in changes
            for webhook in listening
            if webhook.wants(change.action) and not change.action.startswith(OF_WEBHOOKS)
        ]
        self._send_out(connection, rows)

    def try_out(self, actor: Actor, webhook_id: str) -> Delivery:
        """Send a webhook an event that says nothing, to see whether it hears."""
        with self.database.write() as connection:
            webhook = self._find(connection, webhook_id)
            tried = Change(action=PING, subject=webhook.id)
            row = self._row(webhook.id, tried, by=actor.id)
            self._send_out(connection, [row])
            return self._find_delivery(connection, webhook_id, row["id"])

    def page_deliveries(self, webhook_id: str, **asked: Any) -> Page[Delivery]:
        """Return a page of what was sent to a webhook, the newest first."""
        with self.database.read() as connection:
            self._find(connection, webhook_id)
            page = repository.page_deliveries(connection, webhook_id, **asked)
        items = [repository.delivery_of(row) for row in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def list_deliveries(self, state: DeliveryState | None, *, most: int) -> list[Delivery]:
        """Return the latest deliveries to whichever webhook."""
        with self.database.read() as connection:
            return repository.list_deliveries(connection, state, most)

    def get_delivery(self, delivery_id: str) -> Delivery:
        """Return one delivery to whichever webhook."""
        with self.database.read() as connection:
            found = repository.find_delivery(connection, delivery_id)
        if found is None:
            raise DeliveryNotFound(delivery_id=delivery_id)
        return found

    def redeliver(self, actor: Actor, webhook_id: str, delivery_id: str) -> Delivery:
        """Send once more what was delivered or given up."""
        with self.database.write() as connection:
            self._find_delivery(connection, webhook_id, delivery_id)
            if not repository.wake(connection, delivery_id, self.clock.now()):
                raise DeliveryNotEnded(delivery_id=delivery_id)
            self.outbox.put(connection, TOPIC, [delivery_id])
            self._record(connection, actor, "delivery.redriven", delivery_id)
            return self._find_delivery(connection, webhook_id, delivery_id)

    def deliver(self, delivery_id: str) -> bool:
        """Make one attempt at a delivery whose time has come; whatever comes of it is kept."""
        now = self.clock.now()
        with self.database.write() as connection:
            delivery = repository.claim(connection, delivery_id, now=now, until=now + LEASE)
            webhook = None
            if delivery is not None:
                webhook = repository.find_webhook(connection, delivery.webhook_id)
        if delivery is None:
            return True
        if webhook is None or webhook.state is not WebhookState.ACTIVE:
            heard = Heard(problem="webhook_inactive")
        else:
            heard = self._send(webhook, delivery)
        with self.database.write() as connection:
            values = self._ending(delivery, heard)
            repository.end_attempt(connection, delivery_id, delivery.attempts, values)
        return True

    def remind(self) -> int:
        """Announce the deliveries whose next attempt is due; harmless when repeated."""
        now = self.clock.now()
        with self.database.write() as connection:
            due = repository.list_due(
                connection, now=now, before=now - FORGOTTEN_AFTER, most=MOST_AT_ONCE
            )
            repository.tell(connection, due, now)
            self.outbox.put(connection, TOPIC, due)
        return len(due)

    def _send(self, webhook: Webhook, delivery: Delivery) -> Heard:
        body = delivery.body.encode()
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Loanwright",
            "Loanwright-Event": delivery.event,
            "Loanwright-Delivery": delivery.id,
            SIGNATURE: sign(body, shared=self._secrets(webhook), at=self.clock.now()),
        }
        return self.sender.send(webhook.url, body, headers)

    def _ending(self, delivery: Delivery, heard: Heard) -> dict[str, Any]:
        now = self.clock.now()
        told = {"answer_status": heard.status, "problem": heard.problem}
        if heard.well:
            return {
                **told,
                "state": str(DeliveryState.DELIVERED),
                "delivered_at": now,
                "next_at": None,
            }
        if delivery.attempts >= MOST_ATTEMPTS:
            return {**told, "state": str(DeliveryState.DEAD), "next_at": None}
        pause = PAUSES[delivery.attempts - 1]
        return {**told, "next_at": now + pause + pause / SPREAD * secrets.randbelow(100) / 100}

    def _row(self, webhook_id: str, change: Change, *, by: str) -> dict[str, Any]:
        delivery_id, now = self.new_id(PREFIX), self.clock.now()
        # Ids alone: who may know more asks for it with a key.
        told = {
            "id": delivery_id,
            "event": change.action,
            "at": iso(now),
            "by": by,
            "subject": change.subject,
            "applicant": change.person,
        }
        return {
            "id": delivery_id,
            "webhook_id": webhook_id,
            "event": change.action,
            "body": msgspec.json.encode(told).decode(),
            "state": str(DeliveryState.WAITING),
            "attempts": 0,
            "told_at": now,
            "created_at": now,
        }

    def _send_out(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        if rows:
            repository.insert_deliveries(connection, rows)
            self.outbox.put(connection, TOPIC, [str(row["id"]) for row in rows])

    def _secrets(self, webhook: Webhook) -> list[str]:
        sealed = [webhook.secret]
        until = webhook.old_secret_until
        if webhook.old_secret is not None and until is not None and until > self.clock.now():
            sealed.append(webhook.old_secret)
        return [self.vault.master.open(one, place=_place(webhook.id)) for one in sealed]

    def _seal(self, webhook_id: str, secret: str) -> str:
        return self.vault.master.seal(secret, place=_place(webhook_id))

    def _find(self, connection: Connection, webhook_id: str, *, lock: bool = False) -> Webhook:
        found = repository.find_webhook(connection, webhook_id, lock=lock)
        if found is None:
            raise WebhookNotFound(webhook_id=webhook_id)
        return found

    def _find_delivery(self, connection: Connection, webhook_id: str, delivery_id: str) -> Delivery:
        found = repository.find_delivery(connection, delivery_id)
        if found is None or found.webhook_id != webhook_id:
            raise DeliveryNotFound(delivery_id=delivery_id)
        return found

    def _record(
        self, connection: Connection, actor: Actor, action: str, subject: str, **content: Any
    ) -> None:
        self.audit.record(connection, actor, [Change(action=action, subject=subject, **content)])


def _place(webhook_id: str) -> str:
    return f"webhooks.secret:{webhook_id}"


def _named(events: Iterable[str]) -> str:
    wanted = " ".join(sorted(set(events)))
    if not wanted:
        raise EventsMissing
    for event in wanted.split():
        if event != EVERY and event not in ACTIONS:
            raise EventUnknown(event=event)
    return EVERY if EVERY in wanted.split() else wanted


def _plain(value: Any) -> Any:
    return " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)
