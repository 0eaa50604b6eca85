"""Webhooks and deliveries as values."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

#: How long after each failed attempt the next one comes; after the last one nothing comes.
PAUSES: Final = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 10_800, 21_600, 43_200)
)
MOST_ATTEMPTS: Final = len(PAUSES) + 1
#: Stands for every event.
EVERY: Final = "*"
PING: Final = "webhook.tried"


class WebhookState(StrEnum):
    """Whether a webhook is told of anything; a removed one stays for the sake of its deliveries."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class DeliveryState(StrEnum):
    """Whether somebody has heard."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Webhook:
    """An address that is told of events."""

    id: str
    url: str
    events: frozenset[str]
    secret: str = field(repr=False)
    old_secret: str | None = field(repr=False)
    old_secret_until: datetime | None
    state: WebhookState
    version: int
    created_at: datetime

    def wants(self, event: str) -> bool:
        """Tell whether it is told of this event."""
        return self.state is WebhookState.ACTIVE and bool(self.events & {event, EVERY})


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One event on its way to one webhook.

    Attributes
    ----------
    next_at
        When the next attempt may be made; None where it may be made at once.
    told_at
        When workers were last told of it.
    """

    id: str
    webhook_id: str
    event: str
    body: str = field(repr=False)
    state: DeliveryState
    attempts: int
    next_at: datetime | None
    told_at: datetime
    answer_status: int | None
    problem: str | None
    created_at: datetime
    delivered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """What came of one attempt: the status of an answer, or why there was none."""

    status: int | None = None
    problem: str | None = None

    @property
    def well(self) -> bool:
        """Tell whether the receiver has taken it."""
        return self.status is not None and 200 <= self.status < 300
