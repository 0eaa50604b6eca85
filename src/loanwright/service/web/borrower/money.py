"""My offers and my accounts: what is offered, what was accepted, what is due and what was paid."""

import math
from collections.abc import Iterator
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Conflict
from loanwright.service.accounts.schemas import RecordedPayment
from loanwright.service.accounts.schemas import Wanted as WantedAccounts
from loanwright.service.offers.schemas import Wanted as WantedOffers
from loanwright.service.web.borrower import parts
from loanwright.service.web.borrower.money_view import (
    present_account,
    present_months,
    present_offer,
    present_schedule,
)
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, go, page_router, show

router = page_router()
PAGE: Final = 200
ACCEPTED: Final = N_("You have accepted the offer. Your account is open.")
REFUSED: Final = N_("You have turned the offer down.")
TOO_LATE: Final = N_("This offer cannot be accepted any more.")


@router.get("/my/offers")
def list_offers(request: Request, viewer: parts.ReadOffers, own: parts.OwnRooms) -> Response:
    """List what is offered to a borrower, the cheapest in a year first."""
    page = own.offers.list_page(viewer.principal, WantedOffers(limit=PAGE))
    cheapest = sorted(page.items, key=lambda one: math.inf if one.apr is None else one.apr)
    offers = [present_offer(one, own.products, viewer.language) for one in cheapest]
    return show(
        request,
        viewer,
        "borrower/offers.html",
        open_offers=[one for one in offers if one.open],
        past=[one for one in offers if not one.open],
    )


@router.post("/my/offers/{offer_id}/accept")
def accept_offer(
    viewer: parts.AcceptOffers, _form: Posted, own: parts.OwnRooms, offer_id: parts.OfferId
) -> Response:
    """Accept an offer; it opens an account."""
    try:
        accepted = own.offers.accept(viewer.principal, offer_id)
    except Conflict:
        return go("/my/offers", notice=TOO_LATE, tone="warn")
    return go(f"/my/accounts/{accepted.account_id}", notice=ACCEPTED)


@router.post("/my/offers/{offer_id}/refuse")
def refuse_offer(
    viewer: parts.AcceptOffers, _form: Posted, own: parts.OwnRooms, offer_id: parts.OfferId
) -> Response:
    """Turn an offer down."""
    try:
        own.offers.refuse(viewer.principal, offer_id)
    except Conflict:
        return go("/my/offers", notice=TOO_LATE, tone="warn")
    return go("/my/offers", notice=REFUSED)


@router.get("/my/accounts")
def list_accounts(request: Request, viewer: parts.ReadAccounts, own: parts.OwnRooms) -> Response:
    """List the accounts of a borrower."""
    page = own.accounts.list_page(viewer.principal, WantedAccounts(limit=PAGE))
    today = own.accounts.today()
    accounts = [present_account(one, own.products, today, viewer.language) for one in page.items]
    return show(request, viewer, "borrower/accounts.html", accounts=accounts)


@router.get("/my/accounts/{account_id}")
def show_account(
    request: Request, viewer: parts.ReadAccounts, own: parts.OwnRooms, account_id: parts.AccountId
) -> Response:
    """Show an account: what was paid month by month, and what is due when."""
    account, instalments = own.accounts.schedule(viewer.principal, account_id)
    today, language = own.accounts.today(), viewer.language
    recorded = list(_payments(viewer, own, account_id))
    return show(
        request,
        viewer,
        "borrower/account.html",
        account=present_account(account, own.products, today, language),
        months=present_months(recorded, account.currency, today, language),
        schedule=present_schedule(instalments, account.currency, language),
    )


def _payments(viewer: Viewer, own: parts.Own, account_id: str) -> Iterator[RecordedPayment]:
    cursor: Any = None
    while True:
        page = own.payments.list_page(viewer.principal, account_id, limit=PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return
