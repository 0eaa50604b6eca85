"""The service as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.service.bootstrap import Service
from loanwright.service.decisions import endpoints as decisions
from loanwright.service.edge import reader
from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.gate import Gate
from loanwright.service.edge.gather import Gatherer
from loanwright.service.edge.hot_route import HotRoute
from loanwright.service.edge.logs import Log, json_log
from loanwright.service.edge.openapi import write_openapi
from loanwright.service.edge.refusals import Refusals
from loanwright.service.edge.throttle import Throttle
from loanwright.service.health import endpoints as health
from loanwright.service.origination import asked_later as jobs
from loanwright.service.origination import endpoints as origination
from loanwright.service.origination.reception import Reception
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.products import endpoints as products
from loanwright.service.products.form import application_schema
from loanwright.service.registry import endpoints as registry
from loanwright.service.web import pages, routes

# While one batch waits for PostgreSQL to commit, the next is computed; SQLite has one writer.
THREADS = {"postgresql": 2}
DESCRIPTION = """\
Credit decisions that can be explained, replayed and defended.

Every call needs an API key, except `/health`. Errors are problem documents (RFC 9457): `code` is
stable, `errors` names every field that is wrong. 422 means that what was sent is not acceptable,
whether it is malformed or out of range; 400 is never used.
"""


def create_app(service: Service, *, log: Log | None = None) -> ASGIApp:
    """Return the whole service: gate, hot route, and the framework behind them."""
    settings = service.settings
    log = log or json_log()
    gatherer = Gatherer[Submission, Reply](
        service.origination.submit_many,
        batch=settings.gather_batch,
        waiting=settings.gather_waiting,
        timeout=settings.gather_timeout,
        threads=THREADS.get(service.database.name, 1),
    )
    doorkeeper = Doorkeeper(service.keys)
    reception = Reception(doorkeeper=doorkeeper, gatherer=gatherer, later=service.later)
    refusals = Refusals(page=pages.render_problem)
    framework = _framework(service, refusals, gatherer)
    _provide(
        framework,
        service,
        doorkeeper=doorkeeper,
        gatherer=gatherer,
        reception=reception,
        log=log,
    )
    framework.router.lifespan_context = partial(_lifespan, service, log)
    inner: ASGIApp = framework
    if settings.hot_route:
        inner = HotRoute(
            app=framework,
            method="POST",
            path=origination.PATH,
            reception=reception.receive_application,
            refusals=refusals,
        )
    return Gate(
        app=inner,
        refusals=refusals,
        throttle=Throttle(settings.public_per_minute),
        log=log,
        new_id=service.new_id,
        body_limit=settings.body_limit,
        body_seconds=settings.gather_timeout,
    )


def _framework(
    service: Service, refusals: Refusals, gatherer: Gatherer[Submission, Reply]
) -> FastAPI:
    framework = describe(service.products.values())
    framework.include_router(reader.router)
    framework.include_router(routes.router(service, submit=gatherer.submit))
    for kind in (LoanwrightError, RequestValidationError, HTTPException, Exception):
        framework.add_exception_handler(kind, refusals.respond)
    return framework


def describe(offered: Iterable[Product]) -> FastAPI:
    """Return the API alone: enough to be described, not yet to be served."""
    framework = FastAPI(
        title="Loanwright",
        version=version("loanwright"),
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for part in (origination, jobs, decisions, registry, products, health):
        framework.include_router(part.router)
    body = application_schema(sorted(offered, key=lambda product: product.name))
    bodies = {("post", origination.PATH): body, ("post", jobs.UPLOAD): body}
    write = partial(write_openapi, framework, bodies=bodies)
    framework.openapi = cache(write)  # type: ignore[method-assign]
    return framework


def _provide(framework: FastAPI, service: Service, **more: object) -> None:
    parts = {
        "decisions": service.decisions,
        "jobs": service.jobs,
        "registry": service.registry,
        "products": service.products,
        "check_ready": service.check_ready,
    }
    for name, part in {**parts, **more}.items():
        setattr(framework.state, name, part)


@asynccontextmanager
async def _lifespan(service: Service, log: Log, framework: FastAPI) -> AsyncIterator[None]:
    settings = service.settings
    workers = None
    if settings.broker_url is None:
        workers = await asyncio.to_thread(service.workers, log, threads=settings.worker_threads)
        workers.start()
    yield
    await framework.state.gatherer.close(settings.graceful_timeout)
    if workers is not None:
        await asyncio.to_thread(workers.stop)
    service.close()
