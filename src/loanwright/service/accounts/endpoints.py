"""Accounts over HTTP."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Header, Path, Query, Response

from loanwright.service.accounts.documents import (
    AccountChange,
    AccountDocument,
    AccountOpening,
    AccountPage,
    AccountQuery,
    PerformanceDocument,
    ScheduleDocument,
    describe_account,
    describe_schedule,
    describe_standing,
)
from loanwright.service.accounts.schemas import Account, Opening, Wanted
from loanwright.service.accounts.service import Accounts
from loanwright.service.edge.authentication import DOCUMENTED, require
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.users.schemas import Principal

AccountsService = Annotated[Accounts, Depends(provided("accounts"))]
AccountsRead = Annotated[Principal, Depends(require("accounts:read"))]
AccountsWrite = Annotated[Principal, Depends(require("accounts:write"))]
AccountId = Annotated[str, Path(pattern=f"^acc_[{ALPHABET}]{{{LENGTH}}}$")]
IfMatch = Annotated[str | None, Header(description="The ETag of what you read.")]
AsOf = Annotated[
    date | None, Query(description="The day from which it is seen; left out, today (UTC).")
]
ETAG = {"ETag": {"schema": {"type": "string"}, "description": "Of this version; for If-Match."}}
TAGGED: dict[int | str, dict[str, Any]] = {200: {"headers": ETAG}}

router = APIRouter(prefix="/v1/accounts", tags=["accounts"], dependencies=DOCUMENTED)


@router.get("", response_model=AccountPage, responses=problems((401, 403, 422, 503)))
def list_accounts(
    accounts: AccountsService,
    principal: AccountsRead,
    asked: Annotated[AccountQuery, Query()],
) -> Response:
    """List the accounts within reach, in pages."""
    page = accounts.list_page(principal, Wanted(**asked.model_dump()))
    items = [describe_account(one, accounts.today()) for one in page.items]
    return _json({"items": items, "next_cursor": page.next_cursor})


@router.post(
    "",
    status_code=201,
    response_model=AccountDocument,
    responses={
        201: {"headers": {**ETAG, "Location": {"schema": {"type": "string"}}}},
        **problems((401, 403, 404, 408, 409, 413, 415, 422, 503)),
    },
    openapi_extra=takes(AccountOpening),
)
def open_account(
    accounts: AccountsService,
    principal: AccountsWrite,
    told: Annotated[AccountOpening, Depends(body_of(AccountOpening))],
) -> Response:
    """Book credit for an applicant.

    Without `currency` and `repayment` they are those of the product. An account with the same
    `reference` is refused: send it, and the same credit is never booked twice.
    """
    account = accounts.open(principal, _opening(accounts, told))
    answer = _tagged(accounts, account, status=201)
    answer.headers["location"] = f"/v1/accounts/{account.id}"
    return answer


@router.get(
    "/{account_id}",
    response_model=AccountDocument,
    responses={**TAGGED, **problems((401, 403, 404, 422, 503))},
)
def get_account(
    accounts: AccountsService, principal: AccountsRead, account_id: AccountId
) -> Response:
    """Return one account."""
    return _tagged(accounts, accounts.get(principal, account_id))


@router.patch(
    "/{account_id}",
    response_model=AccountDocument,
    responses={
        **TAGGED,
        **problems((401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 503)),
    },
    openapi_extra=takes(AccountChange),
)
def edit_account(
    accounts: AccountsService,
    principal: AccountsWrite,
    account_id: AccountId,
    told: Annotated[AccountChange, Depends(body_of(AccountChange))],
    if_match: IfMatch = None,
) -> Response:
    """Change an account: JSON merge patch, where null clears and what is left out stays.

    A status other than open ends the account, today or on `ended_on`; open again clears that day.
    """
    wanted = {name: getattr(told, name) for name in told.model_fields_set}
    seen = read_if_match(if_match)
    return _tagged(accounts, accounts.edit(principal, account_id, seen, wanted))


@router.get(
    "/{account_id}/schedule",
    response_model=ScheduleDocument,
    responses=problems((401, 403, 404, 422, 503)),
)
def get_schedule(
    accounts: AccountsService, principal: AccountsRead, account_id: AccountId
) -> Response:
    """Return what is due when, to the minor unit; the principals add up to the amount."""
    return _json(describe_schedule(*accounts.schedule(principal, account_id)))


@router.get(
    "/{account_id}/performance",
    response_model=PerformanceDocument,
    responses=problems((401, 403, 404, 422, 503)),
)
def get_performance(
    accounts: AccountsService,
    principal: AccountsRead,
    account_id: AccountId,
    as_of: AsOf = None,
) -> Response:
    """Return how an account turned out: good, bad or indeterminate.

    The definition is the one in force on the day from which it is seen, and it is in the answer.
    """
    return _json(describe_standing(*accounts.performance(principal, account_id, as_of)))


def _opening(accounts: Accounts, told: AccountOpening) -> Opening:
    product = accounts.product(told.product)
    return Opening(
        applicant_id=told.applicant_id,
        product=told.product,
        amount=told.amount,
        currency=told.currency or product.currency,
        annual_rate_bp=told.annual_rate_bp,
        term_months=told.term_months,
        repayment=told.repayment or product.accounts.repayment,
        disbursed_on=told.disbursed_on,
        reference=told.reference,
        decision_id=told.decision_id,
    )


def _tagged(accounts: Accounts, account: Account, *, status: int = 200) -> Response:
    answer = _json(describe_account(account, accounts.today()), status=status)
    answer.headers["etag"] = write_etag(account.version)
    return answer


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
