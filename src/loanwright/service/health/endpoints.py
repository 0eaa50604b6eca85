"""Whether the service lives, whether it can decide, and what can be measured of it."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict

from loanwright.errors import Unavailable
from loanwright.service.edge.authentication import DOCUMENTED, Doorkeeper
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.logs import Log
from loanwright.service.edge.provided import provided
from loanwright.service.health.readiness import Readiness
from loanwright.service.kit.documents import problems
from loanwright.service.telemetry.metrics import MEDIA_TYPE, Metrics

Ready = Annotated[Readiness, Depends(provided("readiness"))]
EdgeLog = Annotated[Log, Depends(provided("log"))]
Figures = Annotated[Metrics, Depends(provided("metrics"))]
METRICS_READ = "metrics:read"

router = APIRouter(tags=["health"])


class NotReady(Unavailable):
    """The service cannot decide now: {parts}."""


class Health(BaseModel):
    """All is well."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = "ok"


class ReadyDocument(BaseModel):
    """The service can decide; what is degraded can wait."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok", "degraded"]
    parts: dict[str, Literal["ok", "degraded"]]


@router.head("/health/live", include_in_schema=False)
@router.get("/health/live")
async def live() -> Health:
    """Answer as long as the process lives."""
    return Health()


@router.head("/health/ready", include_in_schema=False)
@router.get("/health/ready", responses=problems((503,)))
def ready(readiness: Ready, log: EdgeLog) -> ReadyDocument:
    """Answer when the database and every live model can decide.

    A broker that is away, a full outbox or little disk beside a PostgreSQL database leave the
    service ready, and `degraded`: decisions that are wanted now need none of them.
    """
    found = readiness.stand()
    if found.failing:
        # The details name paths and hosts: they are for the log.
        log.warning("not_ready", problems={**found.failing, **found.degraded})
        raise NotReady(parts=", ".join(sorted(found.failing)))
    if found.degraded:
        log.warning("degraded", problems=dict(found.degraded))
    return ReadyDocument(
        status="degraded" if found.degraded else "ok",
        parts={
            **dict.fromkeys(found.sound, "ok"),
            **dict.fromkeys(found.degraded, "degraded"),
        },
    )


async def may_measure(request: Request) -> None:
    """Let pass whoever may read figures: everybody, or a key with the scope."""
    if not request.app.state.metrics_public:
        doorkeeper: Doorkeeper = request.app.state.doorkeeper
        headers = read_headers(request.scope["headers"])
        await doorkeeper.admit(headers, scope=METRICS_READ)


@router.get(
    "/metrics",
    dependencies=[*DOCUMENTED, Depends(may_measure)],
    response_class=Response,
    responses={
        200: {
            "description": "Figures in the text format of Prometheus.",
            "content": {"text/plain": {"schema": {"type": "string"}}},
        },
        **problems((401, 403, 503)),
    },
)
def metrics(figures: Figures) -> Response:
    """Return figures for Prometheus; they name products and models, never people."""
    return Response(figures.render(), headers={"content-type": MEDIA_TYPE})
