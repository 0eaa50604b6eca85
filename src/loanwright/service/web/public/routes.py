"""The public pages: start, how we decide, apply, result."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

import msgspec
from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from loanwright.features.product import Product
from loanwright.features.records import RecordRejected
from loanwright.service.kit.problem import PathUnknown
from loanwright.service.origination.schemas import Caller, Reply, Submission
from loanwright.service.own_keys import read_identity_key
from loanwright.service.settings import Settings
from loanwright.service.web import guard
from loanwright.service.web.assets import asset_response
from loanwright.service.web.page_routes import PageRoute
from loanwright.service.web.pages import PAGE_HEADERS, read_visit, render
from loanwright.service.web.public import presenters
from loanwright.service.web.public.answers import ONCE, Answers, new_once, read_application
from loanwright.service.web.public.forms import Complaint, complain, make_fields
from loanwright.service.web.public.links import ResultLinks

PUBLIC: Final = Caller(id="public", kind="public", scopes=frozenset({"applications:write"}))
SEE_OTHER: Final = 303

Submit = Callable[[Submission], Awaitable[Reply]]


class Origination(Protocol):
    """The verb of origination that the pages need."""

    def submit(self, submission: Submission) -> Reply:
        """Decide one submission, or raise its error."""


class Decisions(Protocol):
    """The verb of the decisions that the pages need."""

    def reply_of(self, application_id: str) -> bytes:
        """Return the stored answer to an application."""


class PublicService(Protocol):
    """What the pages need of the service."""

    @property
    def settings(self) -> Settings:
        """What was set from outside."""

    @property
    def products(self) -> Mapping[str, Product]:
        """The products on offer, by name."""

    @property
    def origination(self) -> Origination:
        """Where applications are decided."""

    @property
    def decisions(self) -> Decisions:
        """Where decisions are kept."""


class PublicPages:
    """The pages that anybody may open."""

    def __init__(self, service: PublicService, submit: Submit) -> None:
        self._service = service
        self._submit = submit
        self._links = ResultLinks(read_identity_key(service.settings))

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
        """Show the questions of one product."""
        return self._show_form(request, self._product(product), {}, ())

    async def apply(self, request: Request, product: str) -> Response:
        """Decide what was sent and lead to the result, or show what is wrong with it."""
        guard.require_own_page(request)
        chosen = self._product(product)
        sent = await guard.read_form(request)
        visit = read_visit(request)
        language = visit.language
        try:
            answers = read_application(chosen, sent, language)
            reply = await self._submit(_submission(chosen, answers))
        except RecordRejected as refusal:
            fields = make_fields(chosen, language)
            complaints = complain(refusal.problems, fields, language)
            return self._show_form(request, chosen, sent, complaints)
        application = msgspec.json.decode(reply.body)
        address = f"/apply/result/{self._links.write(application['id'])}{visit.language_query}"
        return RedirectResponse(address, status_code=SEE_OTHER, headers=dict(PAGE_HEADERS))

    def result(self, request: Request, token: str) -> Response:
        """Show a decision to whoever holds its link."""
        visit = read_visit(request)
        stored = self._service.decisions.reply_of(self._links.read(token))
        application = msgspec.json.decode(stored)
        product = self._service.products.get(application["product"])
        result = presenters.present_result(application, product, visit.language)
        return render(visit, "public/result.html", result=result)

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
        )


def _submission(product: Product, answers: Answers) -> Submission:
    return Submission(
        caller=PUBLIC,
        idempotency_key=answers.key,
        body_hash=answers.body_hash,
        received=answers.body,
        product=product.name,
        applicant=None,
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
    routes.add_api_route("/apply/result/{token}", pages.result, methods=reading)
    routes.add_api_route("/apply/{product}", pages.form, methods=reading)
    routes.add_api_route("/apply/{product}", pages.apply, methods=["POST"])
    routes.add_api_route("/assets/{name}", pages.asset, methods=reading)
    return routes
