"""Notices and data packs over HTTP."""

from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.notices.html import STYLE_HASH
from loanwright.service.edge.authentication import DOCUMENTED, DecisionsRead, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.notices.data_packs import DataPacks
from loanwright.service.notices.documents import (
    IssuedDocument,
    IssuedList,
    NoticeIssuing,
    PaperQuery,
    describe_notice,
)
from loanwright.service.notices.schemas import MEDIA, Paper
from loanwright.service.notices.service import Notices
from loanwright.service.users.schemas import Principal, Reach

NoticesService = Annotated[Notices, Depends(provided("notices"))]
DataPacksService = Annotated[DataPacks, Depends(provided("data_packs"))]
NoticesWrite = Annotated[Principal, Depends(require("notices:write"))]
ApplicantsRead = Annotated[Principal, Depends(require("applicants:read"))]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
#: Its own style, and nothing that would have to be fetched or run.
POLICY: Final = f"default-src 'none'; style-src 'sha256-{STYLE_HASH}'; frame-ancestors 'none'"
PAPER: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The paper in the format that was asked for.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/pdf": {"schema": {"type": "string", "format": "binary"}},
            "application/json": {"schema": {"type": "object"}},
        },
    }
}

router = APIRouter(prefix="/v1", tags=["notices"], dependencies=DOCUMENTED)


@router.get(
    "/decisions/{decision_id}/notice",
    response_class=Response,
    responses={**PAPER, **problems((401, 403, 404, 409, 422, 503))},
)
def get_notice(
    notices: NoticesService,
    principal: DecisionsRead,
    decision_id: DecisionId,
    asked: Annotated[PaperQuery, Query()],
) -> Response:
    """Return the notice of a decision under the law of its day; nothing is recorded.

    The same decision and law give the same bytes. 409 where the law asks for something that the
    lender has not said, such as its address.
    """
    return _paper(notices.write(principal, decision_id, asked.wish()))


@router.post(
    "/decisions/{decision_id}/notices",
    status_code=201,
    response_model=IssuedDocument,
    responses=problems((401, 403, 404, 408, 409, 413, 415, 422, 503)),
    openapi_extra=takes(NoticeIssuing),
)
def issue_notice(
    notices: NoticesService,
    principal: NoticesWrite,
    decision_id: DecisionId,
    told: Annotated[NoticeIssuing, Depends(body_of(NoticeIssuing))],
) -> Response:
    """Put on record that a notice goes out: when, under which law, and the hash of its bytes."""
    issued, _ = notices.issue(principal, decision_id, told.wish())
    return _json(describe_notice(issued), status=201)


@router.get(
    "/decisions/{decision_id}/notices",
    response_model=IssuedList,
    responses=problems((401, 403, 404, 422, 503)),
)
def list_notices(
    notices: NoticesService, principal: DecisionsRead, decision_id: DecisionId
) -> Response:
    """List the notices of a decision that went out."""
    staff = principal.reach is not Reach.SELF
    found = notices.list_of_decision(principal, decision_id)
    return _json({"items": [describe_notice(one, staff=staff) for one in found]})


@router.get(
    "/applicants/{applicant_id}/data-pack",
    response_class=Response,
    responses={**PAPER, **problems((401, 403, 404, 409, 422, 503))},
)
def get_data_pack(
    data_packs: DataPacksService,
    principal: ApplicantsRead,
    applicant_id: ApplicantId,
    asked: Annotated[PaperQuery, Query()],
) -> Response:
    """Return all that is kept of an applicant: data, sources, logic, outcomes, deeds, retention.

    Applicants get their own, without the numbers of the model.
    """
    return _paper(data_packs.write(principal, applicant_id, asked.wish()))


def _paper(paper: Paper) -> Response:
    headers = {
        "content-security-policy": POLICY,
        "content-language": paper.document.language,
        "x-law-pack": paper.document.law,
    }
    return Response(paper.content, media_type=MEDIA[paper.format], headers=headers)


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
