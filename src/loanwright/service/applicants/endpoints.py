"""Applicants over HTTP."""

from typing import Annotated, Any, Literal

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Response
from pydantic import BaseModel, Field

from loanwright.service.applicants.documents import (
    ApplicantDocument,
    ApplicantPage,
    ApplicantPatch,
    ApplicantSent,
    ContactsSent,
)
from loanwright.service.applicants.records import Records, check_scope
from loanwright.service.applicants.schemas import (
    Contacts,
    Edit,
    Identity,
    Record,
    Status,
    Wanted,
)
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import Instant, problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.users.schemas import Principal

RecordsService = Annotated[Records, Depends(provided("applicant_records"))]
ApplicantsRead = Annotated[Principal, Depends(require("applicants:read"))]
ApplicantsWrite = Annotated[Principal, Depends(require("applicants:write"))]
ContactsWrite = Annotated[Principal, Depends(require("contacts:write"))]
ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[
    str | None, Header(alias="If-Match", description="The ETag of what you have read.")
]
ETAG = {"headers": {"ETag": {"schema": {"type": "string"}}}}
READ = (401, 403, 404, 422, 503)
WRITTEN = (401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 503)

router = APIRouter(prefix="/v1/applicants", tags=["applicants"], dependencies=DOCUMENTED)


class Filters(BaseModel):
    """Which applicants a list is to have."""

    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=512)
    sort: Literal["created_at", "-created_at", "updated_at", "-updated_at"] = "-created_at"
    scope: Literal["own", "all"] | None = Field(
        default=None, description="`own`: whom one looks after; `all`: everyone one may see."
    )
    status: Status | None = None
    manager: str | None = Field(
        default=None,
        pattern=f"^(none|usr_[{ALPHABET}]{{{LENGTH}}})$",
        description="Whom they are assigned to; `none`: nobody.",
    )
    created_from: Instant | None = None
    created_before: Instant | None = None
    has_account: bool | None = None
    document_number: str | None = Field(default=None, min_length=1, max_length=64)
    name: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Beginnings of words of the name, two letters or more each.",
    )


@router.post(
    "",
    status_code=201,
    response_model=ApplicantDocument,
    openapi_extra=takes(ApplicantSent),
    responses={
        201: {"headers": {**ETAG["headers"], "Location": {"schema": {"type": "string"}}}},
        **problems((401, 403, 408, 409, 413, 415, 422, 503)),
    },
)
def add_applicant(
    records: RecordsService,
    principal: ApplicantsWrite,
    sent: Annotated[ApplicantSent, Depends(body_of(ApplicantSent))],
) -> Response:
    """Add an applicant; a manager who adds one looks after them."""
    record = records.add(
        principal,
        contacts=Contacts(**sent.contacts.model_dump()),
        language=sent.language,
        identity=None if sent.identity is None else Identity(**sent.identity.model_dump()),
    )
    answer = _answer(record, status=201)
    answer.headers["Location"] = f"/v1/applicants/{record.id}"
    return answer


@router.get("", response_model=ApplicantPage, responses=problems((401, 403, 422, 503)))
def list_applicants(
    records: RecordsService, principal: ApplicantsRead, filters: Annotated[Filters, Query()]
) -> Response:
    """List applicants in pages: filtered, sorted, searched by number or by name."""
    check_scope(principal, everyone=filters.scope == "all")
    page = records.list_page(
        principal,
        _wanted(filters),
        sort=filters.sort,
        limit=filters.limit,
        cursor=filters.cursor,
    )
    return as_json(
        {"items": [one.document() for one in page.items], "next_cursor": page.next_cursor}
    )


@router.get(
    "/{applicant_id}",
    response_model=ApplicantDocument,
    responses={200: ETAG, **problems(READ)},
)
def get_applicant(
    records: RecordsService, principal: ApplicantsRead, applicant_id: ApplicantId
) -> Response:
    """Return one applicant, with the ETag that an edit needs."""
    return _answer(records.get(principal, applicant_id))


@router.patch(
    "/{applicant_id}",
    response_model=ApplicantDocument,
    openapi_extra=takes(ApplicantPatch),
    responses={200: ETAG, **problems(WRITTEN)},
)
def edit_applicant(
    records: RecordsService,
    principal: ApplicantsWrite,
    applicant_id: ApplicantId,
    patch: Annotated[ApplicantPatch, Depends(body_of(ApplicantPatch))],
    if_match: IfMatch = None,
) -> Response:
    """Edit an applicant by a JSON merge patch: what is absent stays, null clears.

    `If-Match` must name the version that was read. If somebody was quicker, the answer is 412
    with what the applicant is now.
    """
    seen = read_if_match(if_match)
    return _answer(records.edit(principal, applicant_id, seen=seen, edit=_edit(patch)))


@router.patch(
    "/{applicant_id}/contacts",
    response_model=ApplicantDocument,
    openapi_extra=takes(ContactsSent),
    responses={200: ETAG, **problems(WRITTEN)},
)
def edit_contacts(
    records: RecordsService,
    principal: ContactsWrite,
    applicant_id: ApplicantId,
    patch: Annotated[ContactsSent, Depends(body_of(ContactsSent))],
    if_match: IfMatch = None,
) -> Response:
    """Edit the contacts alone: this much a borrower may do to their own record."""
    seen = read_if_match(if_match)
    edit = Edit(contacts=patch.model_dump(exclude_unset=True))
    return _answer(records.edit(principal, applicant_id, seen=seen, edit=edit))


@router.delete(
    "/{applicant_id}",
    response_model=ApplicantDocument,
    responses={200: ETAG, **problems((401, 403, 404, 409, 412, 422, 428, 503))},
)
def close_applicant(
    records: RecordsService,
    principal: ApplicantsWrite,
    applicant_id: ApplicantId,
    if_match: IfMatch = None,
) -> Response:
    """Close a record: its manager is taken off and it is marked closed; nothing is erased."""
    seen = read_if_match(if_match)
    return _answer(records.close(principal, applicant_id, seen=seen))


def _edit(patch: ApplicantPatch) -> Edit:
    sent = patch.model_fields_set
    fields: dict[str, Any] = {"language": patch.language, "status": patch.status.value}
    contacts: dict[str, Any] | None = {}
    if "contacts" in sent:
        given = patch.contacts
        contacts = None if given is None else given.model_dump(exclude_unset=True)
    return Edit(
        fields={name: value for name, value in fields.items() if name in sent},
        contacts=contacts,
        identity=Identity(**patch.identity.model_dump()) if "identity" in sent else None,
    )


def _wanted(filters: Filters) -> Wanted:
    return Wanted(
        status=filters.status,
        manager_id=filters.manager,
        created_from=filters.created_from,
        created_before=filters.created_before,
        has_account=filters.has_account,
        document_number=filters.document_number,
        name=filters.name,
        own=filters.scope == "own",
    )


def as_json(document: Any, *, status: int = 200) -> Response:
    """Return a document as the answer."""
    content = msgspec.json.encode(document)
    return Response(content, status_code=status, media_type="application/json")


def _answer(record: Record, *, status: int = 200) -> Response:
    answer = as_json(record.document(), status=status)
    answer.headers["ETag"] = write_etag(record.version)
    return answer
