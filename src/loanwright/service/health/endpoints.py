"""Whether the service lives, and whether it can decide."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from loanwright.errors import Unavailable
from loanwright.service.edge.logs import Log
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems

Check = Annotated[Callable[[], Mapping[str, str]], Depends(provided("check_ready"))]
EdgeLog = Annotated[Log, Depends(provided("log"))]

router = APIRouter(prefix="/health", tags=["health"])


class NotReady(Unavailable):
    """The service cannot decide now: {parts}."""


class Health(BaseModel):
    """All is well."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["ok"] = "ok"


@router.get("/live")
async def live() -> Health:
    """Answer as long as the process lives."""
    return Health()


@router.get("/ready", responses=problems((503,)))
def ready(check: Check, log: EdgeLog) -> Health:
    """Answer when the database and every live model can decide."""
    found = check()
    if found:
        # The details name paths and hosts: they are for the log.
        log.warning("not_ready", problems=dict(found))
        raise NotReady(parts=", ".join(sorted(found)))
    return Health()
