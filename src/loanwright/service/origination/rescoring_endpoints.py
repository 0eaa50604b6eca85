"""Assessments of applicants over HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.origination.documents import ApplicationAnswer, BorrowerAnswer
from loanwright.service.origination.rescoring import Rescoring, answer_for
from loanwright.service.users.schemas import Principal

RescoringService = Annotated[Rescoring, Depends(provided("rescoring"))]
ApplicationsWrite = Annotated[Principal, Depends(require("applications:write"))]
ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern="^[!-~]+$",
        description="Names this assessment: sent again, it gets the same bytes.",
    ),
]

router = APIRouter(prefix="/v1/applicants", tags=["applicants"], dependencies=DOCUMENTED)


class AssessmentSent(BaseModel):
    """For which product an applicant is to be assessed."""

    model_config = ConfigDict(extra="forbid")

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")


@router.post(
    "/{applicant_id}/assessments",
    status_code=201,
    response_model=ApplicationAnswer | BorrowerAnswer,
    openapi_extra=takes(AssessmentSent),
    responses={
        201: {
            "description": "An application made of what is known, and its decision; both durable.",
            "headers": {"Location": {"schema": {"type": "string"}}},
        },
        **problems((401, 403, 404, 408, 413, 415, 422, 503)),
    },
)
def assess_applicant(
    rescoring: RescoringService,
    principal: ApplicationsWrite,
    applicant_id: ApplicantId,
    sent: Annotated[AssessmentSent, Depends(body_of(AssessmentSent))],
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Assess an applicant from their profile as it holds today, and decide.

    What has expired is missing: if the product needs it, the answer is 422 and names it. A
    borrower is told grade, outcome and reasons.
    """
    reply = rescoring.assess(principal, applicant_id, sent.product, idempotency_key=idempotency_key)
    headers = {"Location": f"/v1/applications/{msgspec.json.decode(reply.body)['id']}"}
    if reply.replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(
        answer_for(principal, reply.body),
        status_code=reply.status,
        headers=headers,
        media_type="application/json",
    )
