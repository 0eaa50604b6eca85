"""The public pages: start, how we decide, apply, result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loanwright.features.product import Product
from loanwright.features.records import RecordRejected
from loanwright.service.edge.throttle import Throttle
from loanwright.service.enquiries.schemas import Asking
from loanwright.service.kit.problem import PathUnknown
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.own_keys import read_identity_key
from loanwright.service.users.schemas import Principal
from loanwright.service.web import guard
from loanwright.service.web.assets import asset_response
from loanwright.service.web.page_routes import PageRoute
from loanwright.service.web.pages import PAGE_HEADERS, read_visit, render
from loanwright.service.web.public import presenters
from loanwright.service.web.public.answers import ONCE, Answers, new_once, read_application
from loanwright.service.web.public.forms import Complaint, complain, make_fields
from loanwright.service.web.public.links import ResultLinks
from loanwright.service.web.public.needs import PublicService, Submit
from loanwright.service.web.public.results import ResultPages
from loanwright.service.web.public.visitors import (
    applicant_of,
    caller_of,
    find_answers_token,
    find_borrower,
    keep_answers_token,
)

SEE_OTHER: Final = 303
SAVES_PER_MINUTE: Final = 60
#: The button that keeps the answers for later.
LATER: Final = "later"


class PublicPages:
    """The pages that anybody may open."""

    def __init__(self, service: PublicService, submit: Submit) -> None:
        self._service = service
        self._submit = submit
        self._links = ResultLinks(read_identity_key(service.settings))
        self.results = ResultPages(service, self._links)
        self._saves = Throttle(SAVES_PER_MINUTE)

    def start(self, request: Request) -> Response:
        """Show what this bank offers."""
        visit = read_visit(request)
        cards = [presenters.present_product(one, visit.language) for one in self._own()]
        return render(
            visit, "public/start.html", products=cards, example=presenters.present_example()
        )

    def how_we_decide(self, request: Request) -> Response:
        """Show how a decision comes about, and from what."""
        visit = read_visit(request)
        uses = [presenters.present_use(one, visit.language) for one in self._own()]
        return render(visit, "public/how.html", uses=uses)

    def _own(self) -> list[Product]:
        """Return the products of this bank; those of other lenders are asked for by quotes."""
        return [one for one in self._service.products.values() if one.lender is None]

    def form(self, request: Request, product: str) -> Response:
        """Show the questions of one product, with what was answered before."""
        chosen = self._product(product)
        token = find_answers_token(request)
        kept = self._service.questionnaires.find(token, product)
        return self._show_form(request, chosen, kept or {}, (), kept=kept is not None)

    async def apply(self, request: Request, product: str) -> Response:
        """Decide what was sent and lead to the result, or show what is wrong with it."""
        guard.require_own_page(request)
        chosen = self._product(product)
        sent = await guard.read_form(request)
        if sent.pop(LATER, None) is not None:
            return await self._keep(request, product, sent)
        visit = read_visit(request)
        language = visit.language
        try:
            answers = read_application(chosen, sent, language)
            borrower = await find_borrower(request)
            reply = await self._submit(_submission(chosen, answers, borrower))
        except RecordRejected as refusal:
            fields = make_fields(chosen, language)
            complaints = complain(refusal.problems, fields, language)
            return self._show_form(request, chosen, sent, complaints)
        application = msgspec.json.decode(reply.body)
        await run_in_threadpool(self._follow_up, request, application, answers, borrower)
        address = f"/apply/result/{self._links.write(application['id'])}{visit.language_query}"
        return RedirectResponse(address, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))

    def _follow_up(
        self,
        request: Request,
        application: Mapping[str, Any],
        answers: Answers,
        borrower: Principal | None,
    ) -> None:
        """Put the application to every lender, and keep or forget what was answered."""
        product = application["product"]
        if self._service.enquiries.lends(product):
            asking = Asking(
                caller=caller_of(borrower),
                application_id=application["id"],
                applicant_id=application["applicant"]["id"],
                product=product,
                features=answers.features,
            )
            self._service.enquiries.open(asking)
        if borrower is not None:
            self._service.joining.remember(borrower, application["id"])
        self._service.questionnaires.drop(find_answers_token(request), product)

    async def save(self, request: Request, product: str) -> Response:
        """Keep answers in the background, as they are typed."""
        guard.require_own_page(request)
        self._saves.admit(request.client.host if request.client else "unknown")
        self._product(product)
        sent = await guard.read_form(request)
        response = Response(status_code=204, headers=dict(PAGE_HEADERS))
        await self._save(request, response, product, sent)
        return response

    async def _keep(self, request: Request, product: str, sent: Mapping[str, str]) -> Response:
        """Keep answers because their author goes on later, and say so on the page."""
        query = read_visit(request).language_query
        address = f"/apply/{product}{query}{'&' if query else '?'}kept=yes"
        response = RedirectResponse(address, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))
        await self._save(request, response, product, sent)
        return response

    async def _save(
        self, request: Request, response: Response, product: str, sent: Mapping[str, str]
    ) -> None:
        answers = {name: value for name, value in sent.items() if name != ONCE and value}
        token = await run_in_threadpool(
            self._service.questionnaires.save, find_answers_token(request), product, answers
        )
        keep_answers_token(response, token, days=self._service.settings.questionnaire_days)

    def asset(self, request: Request, name: str) -> Response:
        """Send a style, a script or the mark."""
        return asset_response(request, name)

    def _product(self, name: str) -> Product:
        if name not in self._service.products:
            raise PathUnknown
        return self._service.products[name]

    def _show_form(
        self,
        request: Request,
        product: Product,
        values: Mapping[str, str],
        complaints: tuple[Complaint, ...],
        *,
        kept: bool = False,
    ) -> Response:
        visit = read_visit(request)
        return render(
            visit,
            "public/apply.html",
            status=422 if complaints else 200,
            product=presenters.present_product(product, visit.language),
            fields=make_fields(product, visit.language),
            values=values,
            complaints=complaints,
            wrong={complaint.field: complaint.message for complaint in complaints},
            once=new_once(),
            once_name=ONCE,
            later=LATER,
            kept=kept,
            days=self._service.settings.questionnaire_days,
            lenders=self._service.enquiries.lends(product.name),
        )


def _submission(product: Product, answers: Answers, borrower: Principal | None) -> Submission:
    return Submission(
        caller=caller_of(borrower),
        idempotency_key=answers.key,
        body_hash=answers.body_hash,
        received=answers.body,
        product=product.name,
        applicant=applicant_of(borrower),
        features=answers.features,
    )


def router(service: PublicService, *, submit: Submit | None = None) -> APIRouter:
    """Return the public pages; ``submit`` decides, by default in a thread of its own."""

    async def submit_in_thread(submission: Submission) -> Reply:
        return await run_in_threadpool(service.origination.submit, submission)

    pages = PublicPages(service, submit or submit_in_thread)
    routes = APIRouter(route_class=PageRoute, include_in_schema=False)
    reading = ["GET", "HEAD"]
    routes.add_api_route("/", pages.start, methods=reading)
    routes.add_api_route("/how-we-decide", pages.how_we_decide, methods=reading)
    routes.add_api_route("/apply/result/{token}", pages.results.result, methods=reading)
    routes.add_api_route("/apply/result/{token}/join", pages.results.join, methods=["POST"])
    routes.add_api_route("/joined", pages.results.joined, methods=reading)
    routes.add_api_route("/saved/{product}", pages.save, methods=["POST"])
    routes.add_api_route("/apply/{product}", pages.form, methods=reading)
    routes.add_api_route("/apply/{product}", pages.apply, methods=["POST"])
    routes.add_api_route("/assets/{name}", pages.asset, methods=reading)
    return routes
