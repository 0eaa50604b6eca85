"""Credit assigned to an applicant: an account opened by hand."""

import re
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Annotated, Any, Final

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import Repayment
from loanwright.errors import Rejected
from loanwright.service.accounts.schemas import Opening, Wanted
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.web.admin.words import REPAYMENTS
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show, values_of

router = page_router()
AccountsWrite = Annotated[Viewer, Depends(enter("accounts:write"))]
AccountsService = Annotated[Accounts, Depends(provided("accounts"))]
RecordsService = Annotated[Records, Depends(provided("applicant_records"))]
ApplicantId = Annotated[str, Path(pattern=f"^apl_[{ALPHABET}]{{{LENGTH}}}$")]
PLACE: Final = "/admin/applicants/{applicant_id}/credit"
FIELDS: Final = ("product", "amount", "rate", "term", "repayment", "disbursed_on")
GROUPS: Final = re.compile("[\\s\u00a0\u2007\u202f]")
MOST_MONTHS: Final = 600


@router.get(PLACE)
def ask(
    request: Request,
    viewer: AccountsWrite,
    accounts: AccountsService,
    records: RecordsService,
    applicant_id: ApplicantId,
) -> Response:
    """Ask which credit an applicant is to get."""
    values = {
        "product": next(iter(accounts.products)),
        "repayment": str(Repayment.ANNUITY),
        "disbursed_on": accounts.today().isoformat(),
    }
    records.get(viewer.principal, applicant_id)
    return _ask(request, viewer, accounts, applicant_id, values=values)


@router.post(PLACE)
def assign(
    request: Request,
    viewer: AccountsWrite,
    form: Posted,
    accounts: AccountsService,
    applicant_id: ApplicantId,
) -> Response:
    """Open the account, or say what is wrong with it."""
    values = values_of(form, *FIELDS)
    wrong, read = read_credit(values, accounts, viewer.language)
    if read is None:
        return _ask(request, viewer, accounts, applicant_id, values=values, wrong=wrong)
    try:
        accounts.open(viewer.principal, Opening(applicant_id=applicant_id, **read))
    except Rejected:
        message = viewer.language.gettext(N_("Nobody lends on these terms: please check them."))
        return _ask(
            request, viewer, accounts, applicant_id, values=values, wrong={"amount": message}
        )
    return go(
        f"/admin/applicants/{applicant_id}/credit",
        notice=N_("The account is open."),
    )


def read_credit(
    values: dict[str, str], accounts: Accounts, language: Language
) -> tuple[dict[str, str], dict[str, Any] | None]:
    """Return what is wrong with the terms of a credit, and the terms once nothing is."""
    _ = language.gettext
    amount, rate, term = (_number(values[name]) for name in ("amount", "rate", "term"))
    product = accounts.products.get(values["product"])
    wrong = {}
    if product is None:
        wrong["product"] = _(N_("Choose a product."))
    if amount is None or amount <= 0:
        wrong["amount"] = _(N_("Write an amount, such as 120 000."))
    if rate is None or not 0 <= rate <= 1_000:
        wrong["rate"] = _(N_("Write the interest of a year in per cent, such as 14.9."))
    if term is None or term != int(term) or not 1 <= term <= MOST_MONTHS:
        wrong["term"] = _(N_("Write a number of months from 1 to 600."))
    if values["repayment"] not in REPAYMENTS:
        wrong["repayment"] = _(N_("Choose how it is repaid."))
    day = _day(values["disbursed_on"])
    if day is None:
        wrong["disbursed_on"] = _(N_("Write a day."))
    if wrong or product is None or amount is None or rate is None or term is None or day is None:
        return wrong, None
    return {}, {
        "product": product.name,
        "currency": product.currency,
        "amount": int(amount * minor_units(product.currency)),
        "annual_rate_bp": int(rate * 100),
        "term_months": int(term),
        "repayment": Repayment(values["repayment"]),
        "disbursed_on": day,
    }


def _number(text: str) -> Decimal | None:
    compact = GROUPS.sub("", text)
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", compact):
        compact = compact.replace(",", "")
    try:
        number = Decimal(compact.replace(",", "."))
    except InvalidOperation:
        return None
    return number if number.is_finite() and abs(number) < 10**12 else None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _ask(
    request: Request,
    viewer: Viewer,
    accounts: Accounts,
    applicant_id: str,
    *,
    values: dict[str, str],
    wrong: dict[str, str] | None = None,
) -> Response:
    _, language = viewer.language.gettext, viewer.language
    wanted = Wanted(applicant_id=applicant_id)
    return show(
        request,
        viewer,
        "admin/credit.html",
        status=422 if wrong else 200,
        applicant_id=applicant_id,
        accounts=accounts.list_page(viewer.principal, wanted).items,
        values=values,
        wrong=wrong or {},
        products=[
            (one.name, f"{one.title.in_language(language.code)}, {one.currency}")
            for one in accounts.products.values()
        ],
        repayments=[(code, _(text)) for code, text in REPAYMENTS.items()],
    )
