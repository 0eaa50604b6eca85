"""Applications over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from loanwright.service.decisions.borrowers import LastWords, told_bytes
from loanwright.service.decisions.service import Decisions
from loanwright.service.edge.authentication import DOCUMENTED, ApplicationsRead
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.provided import provided
from loanwright.service.edge.refusals import as_response
from loanwright.service.jobs.documents import JobDocument
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.origination.documents import (
    ApplicationAnswer,
    BorrowerAnswer,
    SpooledAnswer,
)
from loanwright.service.origination.reception import Reception, wants_later

PATH = "/v1/applications"
ReceptionService = Annotated[Reception, Depends(provided("reception"))]
DecisionsService = Annotated[Decisions, Depends(provided("decisions"))]
LastWordsHere = Annotated[LastWords, Depends(provided("last_words"))]
ApplicationId = Annotated[str, Path(pattern=f"^app_[{ALPHABET}]{{{LENGTH}}}$")]

router = APIRouter(prefix=PATH, tags=["applications"], dependencies=DOCUMENTED)


@router.post(
    "",
    status_code=201,
    response_model=ApplicationAnswer | BorrowerAnswer,
    responses={
        201: {
            "description": "The application and its decision, both durable.",
            "headers": {
                "Location": {"schema": {"type": "string"}},
                "Idempotency-Replayed": {
                    "description": "Present when this answer was given before.",
                    "schema": {"type": "string", "enum": ["true"]},
                },
            },
        },
        202: {
            "model": JobDocument | SpooledAnswer,
            "description": "The application is durable and will be decided: ask the job. Where "
            "the service has a spool and the database is away, there is no job yet; send the same "
            "again later, with the same key, or with the id of this answer as key.",
            "headers": {
                "Location": {"schema": {"type": "string"}},
                "Preference-Applied": {"schema": {"type": "string", "const": "respond-async"}},
            },
        },
        **problems((401, 403, 404, 408, 413, 415, 422, 503)),
    },
)
async def receive_application(
    request: Request,
    reception: ReceptionService,
    mode: Annotated[
        Literal["sync", "async"], Query(description="async is the same as respond-async.")
    ] = "sync",
) -> Response:
    """Take in an application, decide it and answer with the decision and its reasons.

    With an `Idempotency-Key` (1 to 255 visible ASCII characters) the same body can be sent again:
    the answer is the same, byte for byte, and nothing is decided twice. It is 404 only where that
    answer is gone, because its applicant was erased.

    With `Prefer: respond-async` the answer comes at once, as a job that will decide.
    """
    headers, body = read_headers(request.scope["headers"]), await request.body()
    if mode == "async" or wants_later(headers):
        return as_response(await reception.accept_application(headers, body))
    return as_response(await reception.receive_application(headers, body))


@router.get(
    "/{application_id}",
    response_model=ApplicationAnswer | BorrowerAnswer,
    responses=problems((401, 403, 404, 422, 503)),
)
def get_application(
    decisions: DecisionsService,
    principal: ApplicationsRead,
    last_words: LastWordsHere,
    application_id: ApplicationId,
) -> Response:
    """Return the very bytes with which an application was answered.

    A borrower is told the outcome that stands, which a person may have changed since.
    """
    reply = decisions.reply_of(application_id, by=principal)
    told = told_bytes(principal.reach, reply, last_words)
    return Response(told, media_type="application/json")
