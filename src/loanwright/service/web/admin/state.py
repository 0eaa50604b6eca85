"""How the installation is set, and how it is."""

from typing import Annotated, Any, Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.health.installation import Installation
from loanwright.service.health.readiness import Readiness
from loanwright.service.jobs.service import Jobs
from loanwright.service.registry.service import Registry
from loanwright.service.web.admin.words import SOURCES
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.office import Viewer, enter, page_router, show
from loanwright.service.web.parts import Kpi

router = page_router()
Looking = Annotated[Viewer, Depends(enter("jobs:read"))]
InstallationService = Annotated[Installation, Depends(provided("installation"))]
ReadinessService = Annotated[Readiness, Depends(provided("readiness"))]
JobsService = Annotated[Jobs, Depends(provided("jobs"))]
RegistryService = Annotated[Registry, Depends(provided("registry"))]
GIB: Final = 2**30
PART_NAMES: Final = {
    "database": N_("Database"),
    "models": N_("Models"),
    "disk": N_("Disk"),
    "relay": N_("Messages on their way"),
    "broker": N_("Message broker"),
    "stopping": N_("This process"),
}


@router.get("/admin/settings")
def show_settings(request: Request, viewer: Looking, installation: InstallationService) -> Response:
    """Show every setting and where it comes from; secrets are never shown."""
    lines = [
        (one, viewer.language.gettext(SOURCES[one.source])) for one in installation.list_settings()
    ]
    return show(request, viewer, "admin/settings.html", settings=lines)


@router.get("/admin/health")
def show_health(
    request: Request,
    viewer: Looking,
    installation: InstallationService,
    readiness: ReadinessService,
    jobs: JobsService,
    registry: RegistryService,
) -> Response:
    """Show part by part whether the service can decide, what waits, and what it runs on."""
    machine, standing = installation.describe(), readiness.stand()
    waiting, oldest = jobs.outbox.waiting()
    return show(
        request,
        viewer,
        "admin/health.html",
        failing=bool(standing.failing),
        parts_found=_parts(standing, viewer.language),
        kpis=_figures(jobs.count_unfinished(), waiting, oldest, machine, viewer.language),
        machine=machine,
        models=[(one, registry.challengers().get(key, ())) for key, one in registry.live().items()],
    )


def _parts(standing: Any, language: Language) -> list[tuple[str, str, str, str]]:
    _ = language.gettext
    found = (
        *((name, why, _(N_("out of order")), "bad") for name, why in standing.failing.items()),
        *((name, why, _(N_("can wait")), "warn") for name, why in standing.degraded.items()),
        *((name, "", _(N_("in order")), "good") for name in standing.sound),
    )
    return [(_(PART_NAMES.get(name, name)), why, said, tone) for name, why, said, tone in found]


def _figures(
    unfinished: dict[str, int],
    waiting: int,
    oldest: float | None,
    machine: Any,
    language: Language,
) -> list[Kpi]:
    _, number = language.gettext, language.number
    age = _(N_("the oldest waits %(seconds)s s")) % {"seconds": number(round(oldest or 0))}
    failed = unfinished["failed"]
    free = language.decimal(machine.disk_free / GIB, 1)
    used, most = machine.connections
    return [
        Kpi(
            label=_(N_("Jobs that wait")),
            value=number(unfinished["queued"]),
            href="/admin/jobs?state=queued",
        ),
        Kpi(
            label=_(N_("Jobs under way")),
            value=number(unfinished["running"]),
            href="/admin/jobs?state=running",
        ),
        Kpi(
            label=_(N_("Jobs that failed")),
            value=number(failed),
            delta=_(N_("look at them")) if failed else "",
            tone="bad" if failed else "quiet",
            href="/admin/jobs?state=failed",
        ),
        Kpi(
            label=_(N_("Messages on their way")),
            value=number(waiting),
            note=age if waiting else "",
        ),
        Kpi(
            label=_(N_("Free on the disk")),
            value=f"{free} GiB",
            note=_(N_("of %(total)s GiB")) % {"total": number(round(machine.disk_total / GIB))},
        ),
        Kpi(label=_(N_("Connections in use")), value=f"{used} / {most}"),
    ]
