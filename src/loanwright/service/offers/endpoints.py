"""Offers over HTTP."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.offers.documents import (
    OfferDocument,
    OfferMaking,
    OfferPage,
    OfferQuery,
    describe_offer,
)
from loanwright.service.offers.schemas import Offer, Terms, Wanted
from loanwright.service.offers.service import Offers
from loanwright.service.users.schemas import Principal, Reach

OffersService = Annotated[Offers, Depends(provided("offers"))]
OffersRead = Annotated[Principal, Depends(require("offers:read"))]
OffersWrite = Annotated[Principal, Depends(require("offers:write"))]
OffersAccept = Annotated[Principal, Depends(require("offers:accept"))]
OfferId = Annotated[str, Path(pattern=f"^off_[{ALPHABET}]{{{LENGTH}}}$")]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
CHANGED = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1", tags=["offers"], dependencies=DOCUMENTED)


@router.get("/offers", response_model=OfferPage, responses=problems((401, 403, 422, 503)))
def list_offers(
    offers: OffersService,
    principal: OffersRead,
    asked: Annotated[OfferQuery, Query()],
) -> Response:
    """List the offers within reach, in pages; applicants see what was made to them."""
    page = offers.list_page(principal, Wanted(**asked.model_dump()))
    return _page(principal, page.items, page.next_cursor)


@router.get(
    "/decisions/{decision_id}/offers",
    response_model=OfferPage,
    responses=problems((401, 403, 404, 422, 503)),
)
def list_offers_of_decision(
    offers: OffersService, principal: OffersRead, decision_id: DecisionId
) -> Response:
    """List the offers that followed a decision, the newest first."""
    return _page(principal, offers.list_of_decision(principal, decision_id), None)


@router.post(
    "/offers",
    status_code=201,
    response_model=OfferDocument,
    responses={
        201: {"headers": {"Location": {"schema": {"type": "string"}}}},
        **problems((401, 403, 404, 408, 409, 413, 415, 422, 503)),
    },
    openapi_extra=takes(OfferMaking),
)
def make_offer(
    offers: OffersService,
    principal: OffersWrite,
    told: Annotated[OfferMaking, Depends(body_of(OfferMaking))],
) -> Response:
    """Offer credit after an approval.

    An offer above `offer_alone_up_to` is *proposed* until somebody else approves it; any other
    is *open* at once.
    """
    repayment = told.repayment or offers.repayment_after(told.decision_id)
    terms = Terms(
        amount=told.amount,
        annual_rate_bp=told.annual_rate_bp,
        term_months=told.term_months,
        repayment=repayment,
    )
    made = offers.make(principal, told.decision_id, terms, valid_days=told.valid_days)
    answer = _json(describe_offer(made), status=201)
    answer.headers["location"] = f"/v1/offers/{made.id}"
    return answer


@router.get(
    "/offers/{offer_id}",
    response_model=OfferDocument,
    responses=problems((401, 403, 404, 422, 503)),
)
def get_offer(offers: OffersService, principal: OffersRead, offer_id: OfferId) -> Response:
    """Return one offer."""
    return _offer(principal, offers.get(principal, offer_id))


@router.post("/offers/{offer_id}/approve", response_model=OfferDocument, responses=CHANGED)
def approve_offer(offers: OffersService, principal: OffersWrite, offer_id: OfferId) -> Response:
    """Let a proposed offer go out; whoever made it cannot."""
    return _offer(principal, offers.approve(principal, offer_id))


@router.post("/offers/{offer_id}/withdraw", response_model=OfferDocument, responses=CHANGED)
def withdraw_offer(offers: OffersService, principal: OffersWrite, offer_id: OfferId) -> Response:
    """Take an offer back that nobody has accepted."""
    return _offer(principal, offers.withdraw(principal, offer_id))


@router.post("/offers/{offer_id}/accept", response_model=OfferDocument, responses=CHANGED)
def accept_offer(offers: OffersService, principal: OffersAccept, offer_id: OfferId) -> Response:
    """Accept an open offer; it opens one account, and other offers of the decision end."""
    return _offer(principal, offers.accept(principal, offer_id))


@router.post("/offers/{offer_id}/refuse", response_model=OfferDocument, responses=CHANGED)
def refuse_offer(offers: OffersService, principal: OffersAccept, offer_id: OfferId) -> Response:
    """Turn an open offer down."""
    return _offer(principal, offers.refuse(principal, offer_id))


def _page(principal: Principal, items: Any, next_cursor: str | None) -> Response:
    staff = principal.reach is not Reach.SELF
    described = [describe_offer(one, staff=staff) for one in items]
    return _json({"items": described, "next_cursor": next_cursor})


def _offer(principal: Principal, offer: Offer) -> Response:
    return _json(describe_offer(offer, staff=principal.reach is not Reach.SELF))


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
