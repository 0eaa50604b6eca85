"""The answer to an application: what stands, what lenders offer, and a sign-in for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loanwright.errors import LoanwrightError, Rejected
from loanwright.service.joining.service import SignIn
from loanwright.service.kit.problem import problem_of
from loanwright.service.users.service import EmailRefused, NameRefused
from loanwright.service.web import guard
from loanwright.service.web.languages import N_
from loanwright.service.web.pages import PAGE_HEADERS, read_visit, render
from loanwright.service.web.public import presenters
from loanwright.service.web.public.links import ResultLinks
from loanwright.service.web.public.needs import PublicService
from loanwright.service.web.public.offers_view import present_market

SEE_OTHER: Final = 303
TOO_MANY: Final = 429
FIELDS: Final = ("name", "email", "password")
WRONG_NAME: Final = N_("Write your name, as on your document.")
WRONG_EMAIL: Final = N_("Write an e-mail address, such as anna@example.com.")
WRONG_PASSWORD: Final = N_("At least 15 characters, and not one that everybody tries.")
TOO_OFTEN: Final = N_("This was tried too often today. Please try again tomorrow.")


class ResultPages:
    """The pages of those who hold the link to an answer."""

    def __init__(self, service: PublicService, links: ResultLinks) -> None:
        self._service = service
        self._links = links

    def result(self, request: Request, token: str) -> Response:
        """Show a decision to whoever holds its link."""
        return self._show(request, token, {}, {})

    async def join(self, request: Request, token: str) -> Response:
        """Make a sign-in for the application, and say the same whoever had the address before."""
        guard.require_own_page(request)
        application_id = self._links.read(token)
        form = await guard.read_form(request)
        values = {name: form.get(name, "").strip() for name in FIELDS}
        wanted = SignIn(**{**values, "password": form.get("password", "")})
        try:
            await run_in_threadpool(
                self._service.joining.join,
                application_id,
                wanted,
                address=request.client.host if request.client else "unknown",
                request_id=getattr(request.state, "request_id", None),
            )
        except LoanwrightError as error:
            wrong = _complaint(error)
            if wrong is None:
                raise
            return await run_in_threadpool(self._show, request, token, values, wrong)
        visit = read_visit(request)
        address = f"/joined{visit.language_query}"
        return RedirectResponse(address, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))

    def joined(self, request: Request) -> Response:
        """Say how to go on after a sign-in was made."""
        return render(read_visit(request), "public/joined.html")

    def _show(
        self, request: Request, token: str, values: Mapping[str, str], wrong: Mapping[str, str]
    ) -> Response:
        visit = read_visit(request)
        application_id = self._links.read(token)
        application = msgspec.json.decode(self._service.decisions.reply_of(application_id))
        product = self._service.products.get(application["product"])
        enquiry = self._service.enquiries.find(application_id)
        said = {name: visit.language.gettext(text) for name, text in wrong.items()}
        return render(
            visit,
            "public/result.html",
            status=422 if wrong else 200,
            result=presenters.present_result(self._standing(application), product, visit.language),
            market=None if enquiry is None else present_market(enquiry, visit.language),
            joined=self._service.joining.is_joined(application_id),
            token=token,
            values=values,
            wrong=said,
        )

    def _standing(self, application: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return an application with the outcome that stands: a person may have changed it."""
        decision = application["decision"]
        outcome = self._service.last_words([decision["id"]]).get(decision["id"])
        reviewed = outcome is not None
        told = {**decision, "outcome": outcome or decision["outcome"], "reviewed": reviewed}
        return {**application, "decision": told}


def _complaint(error: LoanwrightError) -> dict[str, str] | None:
    """Return what is wrong with which field, None where it is not the form's fault."""
    if isinstance(error, NameRefused):
        return {"name": WRONG_NAME}
    if isinstance(error, EmailRefused):
        return {"email": WRONG_EMAIL}
    if isinstance(error, Rejected):
        return {"password": WRONG_PASSWORD}
    if problem_of(error).status == TOO_MANY and "most" in error.facts:
        return {"": TOO_OFTEN}
    return None
