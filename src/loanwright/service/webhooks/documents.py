"""Webhooks as they are sent and answered over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.webhooks.schemas import Delivery, DeliveryState, Webhook, WebhookState

EventName = Annotated[str, Field(pattern=r"^(\*|[a-z_]{1,40}\.[a-z_]{1,40})$")]
Url = Annotated[str, Field(min_length=1, max_length=2_000, examples=["https://bank.example/hooks"])]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class NewWebhook(Strict):
    """A webhook to be added."""

    url: Url
    events: Annotated[list[EventName], Field(min_length=1, max_length=50)] = Field(
        description="Names of events such as decision.made, or * for every one."
    )


class WebhookChanges(Strict):
    """What is to be changed of a webhook; what is not named stays."""

    url: Url | None = None
    events: Annotated[list[EventName], Field(min_length=1, max_length=50)] | None = None
    state: Literal["active", "paused"] | None = None


class WebhookDocument(Strict):
    """A webhook."""

    id: str
    url: str
    events: list[str]
    state: WebhookState
    version: int
    created_at: datetime


class AddedWebhook(WebhookDocument):
    """A webhook that was just added, with the secret that is shown this once."""

    secret: str


class NewSecret(Strict):
    """The new secret of a webhook; the old one is used beside it for a day."""

    secret: str


class WebhookList(Strict):
    """Every webhook."""

    items: list[WebhookDocument]


class DeliveryDocument(Strict):
    """One event on its way to one webhook."""

    id: str
    event: str
    state: DeliveryState
    attempts: int
    next_at: datetime | None = Field(description="When the next attempt comes, if one is set.")
    answer_status: int | None = Field(description="The status of the last answer.")
    problem: str | None = Field(description="Why there was no answer.")
    created_at: datetime
    delivered_at: datetime | None


class DeliveryPage(Strict):
    """A part of what was sent to a webhook."""

    items: list[DeliveryDocument]
    next_cursor: str | None


def describe_webhook(webhook: Webhook) -> WebhookDocument:
    """Return a webhook without its secrets."""
    return WebhookDocument(
        id=webhook.id,
        url=webhook.url,
        events=sorted(webhook.events),
        state=webhook.state,
        version=webhook.version,
        created_at=webhook.created_at,
    )


def describe_delivery(delivery: Delivery) -> DeliveryDocument:
    """Return a delivery."""
    return DeliveryDocument(
        id=delivery.id,
        event=delivery.event,
        state=delivery.state,
        attempts=delivery.attempts,
        next_at=delivery.next_at,
        answer_status=delivery.answer_status,
        problem=delivery.problem,
        created_at=delivery.created_at,
        delivered_at=delivery.delivered_at,
    )
