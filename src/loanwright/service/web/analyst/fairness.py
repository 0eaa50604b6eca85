"""How a model treats protected groups: what was stated of each, and what was observed."""

from typing import Annotated

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.web.analyst.asked import ModelsRead, RegistryService
from loanwright.service.web.analyst.fairness_view import present_groups
from loanwright.service.web.analyst.model_view import (
    SHORT,
    STATES,
    find_package,
    report_of,
    said,
    title_of,
)
from loanwright.service.web.office import page_router, show

router = page_router()
Asked = Annotated[str, Query(pattern="^[0-9a-f]{64}$")]


@router.get("/analysis/fairness")
def show_fairness(
    request: Request,
    viewer: ModelsRead,
    registry: RegistryService,
    model: Asked | None = None,
) -> Response:
    """Show what a model states of protected groups, and what was observed of them."""
    models = {one.hash: one for one in registry.list_models()}
    live = list(registry.list_live())
    chosen = models.get(model or "") or (live[0] if live else None)
    package = None if chosen is None else find_package(registry.open, chosen)[0]
    report = None if package is None else report_of(package)
    ordered = [*live, *(one for one in reversed(models.values()) if one not in live)]
    return show(
        request,
        viewer,
        "analyst/fairness.html",
        chosen=chosen,
        title="" if chosen is None else title_of(chosen, package, viewer.language),
        models=[
            (
                one.hash,
                f"{one.product} · {one.segment} · {one.family} {one.hash[:SHORT]} "
                f"({said(STATES[str(one.state)], viewer.language)[0]})",
            )
            for one in ordered
        ],
        groups=present_groups(report, viewer.language),
    )
