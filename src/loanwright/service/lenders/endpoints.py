"""Lenders and quotes over HTTP."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.responses import StreamingResponse

from loanwright.lending.lender import Lender
from loanwright.lending.options import Wish
from loanwright.service.edge.authentication import DOCUMENTED, ProductsRead, require
from loanwright.service.edge.headers import find_request_id, read_headers
from loanwright.service.edge.logs import Log
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.lenders.documents import (
    LenderList,
    QuoteAsking,
    describe_lender,
    write_event,
)
from loanwright.service.lenders.quotes import Quotes
from loanwright.service.lenders.schemas import Asked, Unanswered
from loanwright.service.origination.errors import ApplicantNotYours
from loanwright.service.origination.schemas import Caller
from loanwright.service.users.schemas import Principal, Reach

QuotesService = Annotated[Quotes, Depends(provided("quotes"))]
LendersHere = Annotated[tuple[Lender, ...], Depends(provided("lenders"))]
Events = Annotated[Log, Depends(provided("log"))]
ApplicationsWrite = Annotated[Principal, Depends(require("applications:write"))]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="Names these applications: sent again, every lender answers as before.",
    ),
]
STREAM = "text/event-stream"
#: Neither a browser nor a proxy keeps events back until there are more.
UNBUFFERED = {"cache-control": "no-store", "x-accel-buffering": "no"}

router = APIRouter(prefix="/v1", tags=["lenders"], dependencies=DOCUMENTED)


@router.get("/lenders", response_model=LenderList, responses=problems((401, 403, 503)))
def list_lenders(lenders: LendersHere, _key: ProductsRead) -> Response:
    """List the lenders of this installation, and what each of them lends."""
    document = {"items": [describe_lender(one) for one in lenders]}
    return Response(msgspec.json.encode(document), media_type="application/json")


@router.post(
    "/quotes",
    response_class=StreamingResponse,
    openapi_extra=takes(QuoteAsking),
    responses={
        200: {
            "description": "Server-sent events: `lender` for each lender as it answers, or as it "
            "is given up, and `ranking` in the end.",
            "content": {STREAM: {"schema": {"type": "string"}}},
        },
        **problems((401, 403, 404, 408, 413, 415, 422, 503)),
    },
)
async def ask_for_quotes(
    request: Request,
    quotes: QuotesService,
    log: Events,
    principal: ApplicationsWrite,
    told: Annotated[QuoteAsking, Depends(body_of(QuoteAsking))],
    idempotency_key: IdempotencyKey = None,
) -> StreamingResponse:
    """Ask every lender for one credit; each decides for itself, and is told of as it answers.

    Every answer is a recorded decision of that lender. `best` is the highest amount up to the
    wish, and the term nearest to it, that the lender would approve within the applicant's means.
    A lender that takes longer than `lender_seconds` is named as `timed_out`.
    """
    request_id = find_request_id(read_headers(request.scope["headers"]))
    asked = _asked(principal, told, idempotency_key, request_id)
    quotes.check(asked)
    return StreamingResponse(_written(quotes, asked, log), media_type=STREAM, headers=UNBUFFERED)


def _asked(
    principal: Principal, told: QuoteAsking, key: str | None, request_id: str | None
) -> Asked:
    asked = Asked(
        caller=Caller(
            id=principal.id,
            kind=principal.kind,
            scopes=principal.permissions,
            request_id=request_id,
            reach=principal.reach,
        ),
        idempotency_key=key,
        base=told.product,
        applicant=_applicant(told),
        features=told.features,
        wish=Wish(amount=told.amount, term_months=told.term_months),
    )
    if principal.reach is not Reach.SELF:
        return asked
    own = {"id": str(principal.applicant_id)}
    if asked.applicant not in (None, own):
        raise ApplicantNotYours
    return replace(asked, applicant=own)


def _applicant(told: QuoteAsking) -> dict[str, Any] | None:
    if told.applicant is None:
        return None
    return told.applicant.model_dump(exclude_none=True)


async def _written(quotes: Quotes, asked: Asked, log: Log) -> AsyncIterator[bytes]:
    async for event in quotes.stream(asked):
        if isinstance(event, Unanswered):
            cause = None if event.cause is None else type(event.cause).__name__
            log.warning("lender_unanswered", lender=event.lender.name, code=event.code, cause=cause)
        yield write_event(event)
