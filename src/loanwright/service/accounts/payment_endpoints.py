"""Payments over HTTP: recorded and corrected, never changed."""

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.decisioning.schedule import LONGEST_TERM
from loanwright.service.accounts.documents import (
    PaymentCorrection,
    PaymentDocument,
    PaymentPage,
    PaymentQuery,
    PaymentTold,
    PaymentVersions,
    describe_payment,
)
from loanwright.service.accounts.endpoints import (
    ETAG,
    AccountId,
    AccountsRead,
    AccountsWrite,
    AsOf,
    IfMatch,
)
from loanwright.service.accounts.paying import Payments
from loanwright.service.accounts.schemas import PaymentRecord, RecordedPayment
from loanwright.service.edge.authentication import DOCUMENTED
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems
from loanwright.service.kit.versions import read_if_match, write_etag
from loanwright.service.users.schemas import Reach

PaymentsService = Annotated[Payments, Depends(provided("payments"))]
Number = Annotated[int, Path(ge=1, le=LONGEST_TERM, description="Which month of the account.")]

router = APIRouter(
    prefix="/v1/accounts/{account_id}/payments", tags=["accounts"], dependencies=DOCUMENTED
)


@router.get("", response_model=PaymentPage, responses=problems((401, 403, 404, 422, 503)))
def list_payments(
    payments: PaymentsService,
    principal: AccountsRead,
    account_id: AccountId,
    asked: Annotated[PaymentQuery, Query()],
) -> Response:
    """List the payments of an account as they stand, month by month."""
    page = payments.list_page(principal, account_id, limit=asked.limit, cursor=asked.cursor)
    day = asked.as_of or payments.accounts.today()
    staff = principal.reach is not Reach.SELF
    items = [describe_payment(one, day, staff=staff) for one in page.items]
    return _json({"items": items, "next_cursor": page.next_cursor})


@router.post(
    "",
    status_code=201,
    response_model=PaymentDocument,
    responses={
        201: {"headers": {**ETAG, "Location": {"schema": {"type": "string"}}}},
        **problems((401, 403, 404, 408, 409, 413, 415, 422, 503)),
    },
    openapi_extra=takes(PaymentTold),
)
def record_payment(
    payments: PaymentsService,
    principal: AccountsWrite,
    account_id: AccountId,
    told: Annotated[PaymentTold, Depends(body_of(PaymentTold))],
) -> Response:
    """Record one month of an account.

    Where the account has a schedule, `due_on` and `due` can be left out. A month is recorded
    once; say it anew as a correction. The behaviour of the applicant is renewed at once.
    """
    recorded = payments.record(principal, account_id, PaymentRecord(**told.model_dump()))
    answer = _tagged(recorded, payments.accounts.today(), status=201)
    answer.headers["location"] = f"/v1/accounts/{account_id}/payments/{recorded.number}"
    return answer


@router.get(
    "/{number}",
    response_model=PaymentVersions,
    responses={200: {"headers": ETAG}, **problems((401, 403, 404, 422, 503))},
)
def get_payment(
    payments: PaymentsService,
    principal: AccountsRead,
    account_id: AccountId,
    number: Number,
    as_of: AsOf = None,
) -> Response:
    """Return everything that was ever said of one month, the first version first."""
    found = payments.list_versions(principal, account_id, number)
    day = as_of or payments.accounts.today()
    staff = principal.reach is not Reach.SELF
    answer = _json({"items": [describe_payment(one, day, staff=staff) for one in found]})
    answer.headers["etag"] = write_etag(found[-1].version)
    return answer


@router.put(
    "/{number}",
    response_model=PaymentDocument,
    responses={
        200: {"headers": ETAG},
        **problems((401, 403, 404, 408, 409, 412, 413, 415, 422, 428, 503)),
    },
    openapi_extra=takes(PaymentCorrection),
)
def correct_payment(
    payments: PaymentsService,
    principal: AccountsWrite,
    account_id: AccountId,
    number: Number,
    told: Annotated[PaymentCorrection, Depends(body_of(PaymentCorrection))],
    if_match: IfMatch = None,
) -> Response:
    """Say anew what one month was like, and why; what was said before stays on record."""
    seen = read_if_match(if_match)
    record = PaymentRecord(number=number, **told.model_dump(exclude={"why"}))
    recorded = payments.correct(principal, account_id, seen, record, told.why)
    return _tagged(recorded, payments.accounts.today())


def _tagged(recorded: RecordedPayment, today: date, *, status: int = 200) -> Response:
    answer = _json(describe_payment(recorded, today), status=status)
    answer.headers["etag"] = write_etag(recorded.version)
    return answer


def _json(document: Any, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(document), status_code=status, media_type="application/json"
    )
