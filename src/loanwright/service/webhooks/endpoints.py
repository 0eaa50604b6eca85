"""Webhooks over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, WebhooksRead, WebhooksWrite
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.webhooks.documents import (
    AddedWebhook,
    DeliveryDocument,
    DeliveryPage,
    NewSecret,
    NewWebhook,
    WebhookChanges,
    WebhookDocument,
    WebhookList,
    describe_delivery,
    describe_webhook,
)
from loanwright.service.webhooks.schemas import DeliveryState
from loanwright.service.webhooks.service import Webhooks

WebhooksService = Annotated[Webhooks, Depends(provided("webhooks"))]
WebhookId = Annotated[str, Path(pattern=f"^whk_[{ALPHABET}]{{{LENGTH}}}$")]
DeliveryId = Annotated[str, Path(pattern=f"^whd_[{ALPHABET}]{{{LENGTH}}}$")]
Asked = Annotated[NewWebhook, Depends(body_of(NewWebhook))]
Changes = Annotated[WebhookChanges, Depends(body_of(WebhookChanges))]
IfMatch = Annotated[str | None, Header(description="The ETag of what you have seen.")]
READ = problems((401, 403, 404, 422, 503))
WRITE = problems((401, 403, 404, 408, 413, 415, 422, 503))
EDIT = problems((401, 403, 404, 408, 412, 413, 415, 422, 428, 503))
ACT = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1/webhooks", tags=["webhooks"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 503)))
def list_webhooks(webhooks: WebhooksService, _principal: WebhooksRead) -> WebhookList:
    """List every webhook, the oldest first."""
    return WebhookList(items=[describe_webhook(one) for one in webhooks.list_webhooks()])


@router.post("", status_code=201, responses=WRITE, openapi_extra=takes(NewWebhook))
def add_webhook(
    webhooks: WebhooksService, principal: WebhooksWrite, asked: Asked, response: Response
) -> AddedWebhook:
    """Add a webhook; its secret is shown in this answer and never again."""
    added, secret = webhooks.add(principal.actor, url=asked.url, events=asked.events)
    response.headers["Location"] = f"/v1/webhooks/{added.id}"
    response.headers["ETag"] = write_etag(added.version)
    return AddedWebhook(**describe_webhook(added).model_dump(), secret=secret)


@router.get("/{webhook_id}", responses=READ)
def get_webhook(
    webhooks: WebhooksService, _principal: WebhooksRead, webhook_id: WebhookId, response: Response
) -> WebhookDocument:
    """Return one webhook."""
    webhook = webhooks.get(webhook_id)
    response.headers["ETag"] = write_etag(webhook.version)
    return describe_webhook(webhook)


@router.patch("/{webhook_id}", responses=EDIT, openapi_extra=takes(WebhookChanges))
def edit_webhook(
    webhooks: WebhooksService,
    principal: WebhooksWrite,
    webhook_id: WebhookId,
    changes: Changes,
    response: Response,
    if_match: IfMatch = None,
) -> WebhookDocument:
    """Change the address, the events or the state of a webhook."""
    webhook = webhooks.edit(
        principal.actor,
        webhook_id,
        seen=read_if_match(if_match),
        changes=changes.model_dump(exclude_none=True),
    )
    response.headers["ETag"] = write_etag(webhook.version)
    return describe_webhook(webhook)


@router.delete("/{webhook_id}", status_code=204, responses=ACT)
def remove_webhook(
    webhooks: WebhooksService, principal: WebhooksWrite, webhook_id: WebhookId
) -> None:
    """Tell a webhook nothing more."""
    webhooks.remove(principal.actor, webhook_id)


@router.post("/{webhook_id}/secret", responses=ACT)
def rotate_secret(
    webhooks: WebhooksService, principal: WebhooksWrite, webhook_id: WebhookId
) -> NewSecret:
    """Make a new secret; for a day messages are signed with the old one as well."""
    return NewSecret(secret=webhooks.rotate(principal.actor, webhook_id))


@router.post("/{webhook_id}/trial", status_code=202, responses=ACT)
def try_webhook(
    webhooks: WebhooksService, principal: WebhooksWrite, webhook_id: WebhookId
) -> DeliveryDocument:
    """Send an event that says nothing, to see whether the receiver hears."""
    return describe_delivery(webhooks.try_out(principal.actor, webhook_id))


@router.get("/{webhook_id}/deliveries", responses=READ)
def list_deliveries(
    webhooks: WebhooksService,
    _principal: WebhooksRead,
    webhook_id: WebhookId,
    state: DeliveryState | None = None,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
) -> DeliveryPage:
    """List what was sent to a webhook, the newest first, in pages."""
    page = webhooks.page_deliveries(webhook_id, state=state, limit=limit, cursor=cursor)
    items = [describe_delivery(one) for one in page.items]
    return DeliveryPage(items=items, next_cursor=page.next_cursor)


@router.post("/{webhook_id}/deliveries/{delivery_id}/redelivery", status_code=202, responses=ACT)
def redeliver(
    webhooks: WebhooksService,
    principal: WebhooksWrite,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
) -> DeliveryDocument:
    """Send once more what was delivered or given up."""
    return describe_delivery(webhooks.redeliver(principal.actor, webhook_id, delivery_id))
