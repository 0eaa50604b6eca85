"""Erasure and holds over HTTP."""

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Response

from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.erasure.documents import (
    ErasureDocument,
    ErasureSent,
    HoldDocument,
    HoldList,
    HoldSent,
)
from loanwright.service.erasure.service import Erasure
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.users.schemas import Principal

ErasureService = Annotated[Erasure, Depends(provided("erasure"))]
MayErase = Annotated[Principal, Depends(require("applicants:erase"))]
ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
HoldId = Annotated[str, Path(pattern=f"^hld_[{ALPHABET}]{{{LENGTH}}}$")]
READ = (401, 403, 404, 422, 503)
WRITTEN = (401, 403, 404, 408, 413, 415, 422, 503)

router = APIRouter(
    prefix="/v1/applicants/{applicant_id}", tags=["erasure"], dependencies=DOCUMENTED
)


@router.post(
    "/erasure",
    response_model=ErasureDocument,
    openapi_extra=takes(ErasureSent),
    responses=problems(WRITTEN),
)
def erase_applicant(
    erasure: ErasureService,
    principal: MayErase,
    applicant_id: ApplicantId,
    sent: Annotated[ErasureSent, Depends(body_of(ErasureSent))],
) -> Response:
    """Erase a person: their key is destroyed, and nobody can read any more what it had sealed.

    Where a rule or a hold blocks it, the request stays open, says what blocks it and until when,
    and is carried out when that is over.
    """
    erasure.check_seen(principal, applicant_id)
    request = erasure.request(principal.actor, applicant_id, reason=sent.reason, force=sent.force)
    return _json(request.document())


@router.get("/erasure", response_model=ErasureDocument, responses=problems(READ))
def get_erasure(
    erasure: ErasureService, principal: MayErase, applicant_id: ApplicantId
) -> Response:
    """Return the last request to erase a person; it stays when the person is gone."""
    erasure.check_seen(principal, applicant_id)
    found = erasure.find_request(applicant_id)
    if found is None:
        raise ApplicantNotFound(applicant_id=applicant_id)
    return _json(found.document())


@router.get("/holds", response_model=HoldList, responses=problems(READ))
def list_holds(erasure: ErasureService, principal: MayErase, applicant_id: ApplicantId) -> Response:
    """List the holds on a person, those that have ended too."""
    erasure.check_seen(principal, applicant_id)
    return _json({"items": [one.document() for one in erasure.list_holds(applicant_id)]})


@router.post(
    "/holds",
    status_code=201,
    response_model=HoldDocument,
    openapi_extra=takes(HoldSent),
    responses=problems(WRITTEN),
)
def hold_applicant(
    erasure: ErasureService,
    principal: MayErase,
    applicant_id: ApplicantId,
    sent: Annotated[HoldSent, Depends(body_of(HoldSent))],
) -> Response:
    """Keep what is known of a person until the hold is released or runs out."""
    erasure.check_seen(principal, applicant_id)
    held = erasure.hold(principal.actor, applicant_id, reason=sent.reason, until=sent.until)
    return _json(held.document(), status=201)


@router.delete("/holds/{hold_id}", response_model=HoldDocument, responses=problems(READ))
def release_hold(
    erasure: ErasureService,
    principal: MayErase,
    applicant_id: ApplicantId,
    hold_id: HoldId,
) -> Response:
    """Release a hold; a request for erasure that it blocked is carried out within hours."""
    erasure.check_seen(principal, applicant_id)
    return _json(erasure.release(principal.actor, hold_id, applicant_id=applicant_id).document())


def _json(document: Any, *, status: int = 200) -> Response:
    content = msgspec.json.encode(document)
    return Response(content, status_code=status, media_type="application/json")
