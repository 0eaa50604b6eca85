"""The service as an ASGI application."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache, partial
from importlib.metadata import version

from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp

from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.service.access import endpoints as access
from loanwright.service.access import sign_on_endpoints
from loanwright.service.accounts import endpoints as accounts
from loanwright.service.accounts import payment_endpoints as payments
from loanwright.service.alerts import endpoints as alerts
from loanwright.service.applicants import endpoints as applicants
from loanwright.service.applicants import profile_endpoints as profiles
from loanwright.service.auditing import endpoints as auditing
from loanwright.service.batches import endpoints as batches
from loanwright.service.bootstrap import Service
from loanwright.service.business import endpoints as business
from loanwright.service.decisions import endpoints as decisions
from loanwright.service.differences import endpoints as differences
from loanwright.service.drift_reports import endpoints as drift_reports
from loanwright.service.edge import reader
from loanwright.service.edge.authentication import Doorkeeper
from loanwright.service.edge.gate import Gate
from loanwright.service.edge.gather import Gatherer
from loanwright.service.edge.hot_route import HotRoute
from loanwright.service.edge.logs import Log, json_log
from loanwright.service.edge.openapi import write_openapi
from loanwright.service.edge.parameters import refuse_unknown_parameters
from loanwright.service.edge.patience import Patience
from loanwright.service.edge.refusals import Refusals
from loanwright.service.edge.throttle import Throttle
from loanwright.service.erasure import endpoints as erasure
from loanwright.service.experiments import endpoints as experiments
from loanwright.service.health import endpoints as health
from loanwright.service.inventory import endpoints as inventory
from loanwright.service.jobs import endpoints as all_jobs
from loanwright.service.kit.recent import Recent
from loanwright.service.lenders import endpoints as lenders
from loanwright.service.managers import endpoints as managers
from loanwright.service.monitoring import endpoints as monitoring
from loanwright.service.notices import endpoints as notices
from loanwright.service.offers import endpoints as offers
from loanwright.service.origination import asked_later as jobs
from loanwright.service.origination import endpoints as origination
from loanwright.service.origination import rescoring_endpoints as assessments
from loanwright.service.origination.reception import Reception
from loanwright.service.origination.schemas import Reply, Submission
from loanwright.service.policies import draft_endpoints as policy_drafts
from loanwright.service.policies import endpoints as policies
from loanwright.service.products import endpoints as products
from loanwright.service.products.form import application_schema
from loanwright.service.registry import endpoints as registry
from loanwright.service.reviews import desk_endpoints as desk
from loanwright.service.reviews import endpoints as reviews
from loanwright.service.schedules import endpoints as schedules
from loanwright.service.shadows import endpoints as shadows
from loanwright.service.simulations import endpoints as simulations
from loanwright.service.spool.replaying import SpoolReplayer
from loanwright.service.training import endpoints as training
from loanwright.service.web import pages, routes
from loanwright.service.webhooks import endpoints as webhooks

# While one batch waits for PostgreSQL to commit, the next is computed; SQLite has one writer.
THREADS = {"postgresql": 2}
#: The count of open alerts, which every page shows, may be so old.
ALERTS_SECONDS = 5.0
PARTS = (
    origination,
    all_jobs,
    jobs,
    applicants,
    profiles,
    assessments,
    managers,
    decisions,
    differences,
    accounts,
    payments,
    offers,
    desk,
    reviews,
    notices,
    erasure,
    # Its addresses are narrower than those of the registry.
    inventory,
    registry,
    policy_drafts,
    policies,
    experiments,
    shadows,
    monitoring,
    alerts,
    schedules,
    products,
    batches,
    training,
    lenders,
    drift_reports,
    simulations,
    business,
    webhooks,
    access,
    auditing,
    health,
)
#: Parts of the service that endpoints ask for by name.
PROVIDED = (
    "applicant_records",
    "profiles",
    "rescoring",
    "managers",
    "notes",
    "roster",
    "suppositions",
    "views",
    "searches",
    "decisions",
    "last_words",
    "paths",
    "trials",
    "questionnaires",
    "joining",
    "enquiries",
    "differences",
    "accounts",
    "payments",
    "offers",
    "experiments",
    "shadows",
    "monitoring",
    "outlook",
    "alerts",
    "schedules",
    "reviews",
    "review_queue",
    "review_requests",
    "second_looks",
    "override_log",
    "similar",
    "notices",
    "data_packs",
    "jobs",
    "erasure",
    "ledger",
    "verifications",
    "registry",
    "inventory",
    "benches",
    "policies",
    "policy_drafts",
    "webhooks",
    "batches",
    "training",
    "quotes",
    "lenders",
    "drift_reports",
    "simulations",
    "cutoff_desk",
    "business",
    "approvals",
    "cohorts",
    "products",
    "readiness",
    "installation",
    "clock",
    "metrics",
)
DESCRIPTION = """\
Credit decisions that can be explained, replayed and defended.

Every call needs an API key or a session, except `/health` and logging in. Errors are problem
documents (RFC 9457): `code` is stable, `errors` names every field that is wrong. 422 means that
what was sent is not acceptable, whether it is malformed or out of range; 400 is never used.
"""


def create_app(service: Service, *, log: Log | None = None) -> ASGIApp:
    """Return the whole service: gate, hot route, and the framework behind them."""
    settings = service.settings
    log = log or json_log(settings.log_level)
    gatherer = _gatherer(service)
    doorkeeper = Doorkeeper(service.keys, service.access.sessions)
    reception = Reception(
        doorkeeper=doorkeeper,
        gatherer=gatherer,
        later=service.later,
        seconds=settings.gather_timeout,
        away=service.away,
        believed=settings.spool_key_minutes * 60,
    )
    refusals = Refusals(page=pages.render_problem)
    framework = _framework(service, refusals, gatherer)
    _provide(
        framework,
        service,
        doorkeeper=doorkeeper,
        gatherer=gatherer,
        reception=reception,
        log=log,
        open_alerts=Recent(service.alerts.count_open, seconds=ALERTS_SECONDS),
    )
    framework.router.lifespan_context = partial(_lifespan, service, log)
    return Gate(
        app=_routed(framework, service, reception, refusals),
        refusals=refusals,
        throttle=Throttle(settings.public_per_minute),
        log=log,
        new_id=service.new_id,
        body_limit=settings.body_limit,
        body_seconds=settings.body_timeout,
        metrics=service.metrics,
        traces=service.traces,
        hosts=frozenset(map(str.lower, settings.allowed_hosts)),
    )


def _routed(
    framework: FastAPI, service: Service, reception: Reception, refusals: Refusals
) -> ASGIApp:
    settings = service.settings
    patient = Patience(app=framework, seconds=settings.gather_timeout)
    if not settings.hot_route:
        return patient
    return HotRoute(
        app=patient,
        method="POST",
        path=origination.PATH,
        reception=reception.receive_application,
        refusals=refusals,
    )


def _gatherer(service: Service) -> Gatherer[Submission, Reply]:
    settings = service.settings
    return Gatherer(
        service.origination.submit_many,
        batch=settings.gather_batch,
        waiting=settings.gather_waiting,
        timeout=settings.gather_timeout,
        threads=THREADS.get(service.database.name, 1),
        metrics=service.metrics,
        traces=service.traces,
    )


def _framework(
    service: Service, refusals: Refusals, gatherer: Gatherer[Submission, Reply]
) -> FastAPI:
    framework = describe(service.products.values())
    framework.include_router(reader.router)
    # Providers add parameters of their own to the way back.
    framework.include_router(sign_on_endpoints.router)
    routes.add_pages(framework, service, submit=gatherer.submit)
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
    for part in PARTS:
        # Whoever looks after machines may ask as they are used to.
        strict = [] if part is health else [Depends(refuse_unknown_parameters)]
        framework.include_router(part.router, dependencies=strict)
    body = application_schema(sorted(offered, key=lambda product: product.name))
    bodies = {("post", origination.PATH): body, ("post", jobs.UPLOAD): body}
    write = partial(write_openapi, framework, bodies=bodies)
    framework.openapi = cache(write)  # type: ignore[method-assign]
    return framework


def _provide(framework: FastAPI, service: Service, **more: object) -> None:
    parts = {name: getattr(service, name) for name in PROVIDED}
    parts["metrics_public"] = service.settings.metrics_public
    for name, part in {**parts, **vars(service.access), **more}.items():
        setattr(framework.state, name, part)


@asynccontextmanager
async def _lifespan(service: Service, log: Log, framework: FastAPI) -> AsyncIterator[None]:
    settings = service.settings
    workers = None
    if settings.broker_url is None:
        workers = await asyncio.to_thread(service.workers, log, threads=settings.worker_threads)
        workers.start()
    replayer = None if service.away is None else SpoolReplayer(service.away.replay, events=log)
    if replayer is not None:
        replayer.start()
    yield
    await framework.state.gatherer.close(settings.graceful_timeout)
    if replayer is not None:
        await asyncio.to_thread(replayer.stop)
    if workers is not None:
        service.stop_long_work()
        await asyncio.to_thread(workers.stop)
    service.close()
