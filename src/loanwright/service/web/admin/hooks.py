"""Webhooks and what was sent to them."""

from typing import Annotated

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.web.admin.words import DELIVERY_STATES, WEBHOOK_STATES, options, say
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Viewer, enter, go, page_router, show
from loanwright.service.webhooks.schemas import DeliveryState
from loanwright.service.webhooks.service import Webhooks

router = page_router()
WebhooksRead = Annotated[Viewer, Depends(enter("webhooks:read"))]
WebhooksWrite = Annotated[Viewer, Depends(enter("webhooks:write"))]
WebhooksService = Annotated[Webhooks, Depends(provided("webhooks"))]
WebhookId = Annotated[str, Path(pattern=f"^whk_[{ALPHABET}]{{{LENGTH}}}$")]
DeliveryId = Annotated[str, Path(pattern=f"^whd_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE = "/admin/webhooks"


@router.get(PLACE)
def show_webhooks(request: Request, viewer: WebhooksRead, webhooks: WebhooksService) -> Response:
    """Show who is told of what."""
    lines = [
        (one, *say(WEBHOOK_STATES, str(one.state), viewer.language))
        for one in webhooks.list_webhooks()
    ]
    return show(request, viewer, "admin/webhooks.html", webhooks=lines)


@router.get(f"{PLACE}/{{webhook_id}}")
def show_webhook(
    request: Request, viewer: WebhooksRead, webhooks: WebhooksService, webhook_id: WebhookId
) -> Response:
    """Show one webhook, and what was sent to it."""
    webhook = webhooks.get(webhook_id)
    listing = Listing.read(request, sorts=(), filters=("state",), sort="-created_at")
    asked = listing.get("state")
    state = DeliveryState(asked) if asked in DELIVERY_STATES else None
    page = webhooks.page_deliveries(webhook_id, state=state, limit=50, cursor=listing.cursor)
    return show(
        request,
        viewer,
        "admin/webhook.html",
        webhook=webhook,
        state=say(WEBHOOK_STATES, str(webhook.state), viewer.language),
        deliveries=[
            (one, *say(DELIVERY_STATES, str(one.state), viewer.language)) for one in page.items
        ],
        listing=listing.reaching(page.next_cursor),
        states=options(DELIVERY_STATES, viewer.language),
    )


@router.post(f"{PLACE}/{{webhook_id}}/trial")
def try_out(viewer: WebhooksWrite, webhooks: WebhooksService, webhook_id: WebhookId) -> Response:
    """Send an event that says nothing."""
    webhooks.try_out(viewer.principal.actor, webhook_id)
    return go(f"{PLACE}/{webhook_id}", notice=N_("A trial is on its way."))


@router.post(f"{PLACE}/{{webhook_id}}/deliveries/{{delivery_id}}")
def redeliver(
    viewer: WebhooksWrite,
    webhooks: WebhooksService,
    webhook_id: WebhookId,
    delivery_id: DeliveryId,
) -> Response:
    """Send once more what was delivered or given up."""
    webhooks.redeliver(viewer.principal.actor, webhook_id, delivery_id)
    return go(f"{PLACE}/{webhook_id}", notice=N_("It is sent once more."))
