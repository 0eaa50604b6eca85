"""What decided at a moment, who let it, and what it had passed."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.kit.clock import SystemClock
from loanwright.service.policies.service import Policies
from loanwright.service.registry.schemas import Model
from loanwright.service.web.analyst.asked import (
    ModelsRead,
    RegistryService,
    UsersService,
    names_by,
)
from loanwright.service.web.analyst.live_view import present_models, present_policies
from loanwright.service.web.analyst.model_view import find_package, report_of
from loanwright.service.web.office import page_router, show

router = page_router()
PoliciesService = Annotated[Policies, Depends(provided("policies"))]


@router.get("/analysis/time-machine")
def show_moment(
    request: Request,
    viewer: ModelsRead,
    registry: RegistryService,
    policies: PoliciesService,
    users: UsersService,
) -> Response:
    """Show which models and policies decided at a moment; by default now."""
    now, asked = SystemClock().now(), request.query_params.get("at", "").strip()
    moment, wrong = now, ""
    if asked:
        try:
            moment = datetime.fromisoformat(asked).replace(tzinfo=UTC)
        except ValueError:
            wrong = viewer.language.gettext("Write the moment as 2026-05-03 14:05.")
    found = registry.list_live_at(moment)
    checks = registry.list_checks([change for _, change in found])
    names, language = names_by(users), viewer.language
    return show(
        request,
        viewer,
        "analyst/time_machine.html",
        status=422 if wrong else 200,
        asked=asked or f"{now:%Y-%m-%dT%H:%M:%S}",
        moment=moment,
        wrong=wrong or None,
        models=present_models(
            found, checks, _reports(registry, [model for model, _ in found]), names, language
        ),
        policies=present_policies(policies.list_live_at(moment), names, language),
    )


def _reports(
    registry: RegistryService, models: Iterable[Model]
) -> dict[str, Mapping[str, Any] | None]:
    """Return the reports that say in words what the checks of each model were."""
    found = {one.hash: find_package(registry.open, one)[0] for one in models}
    return {key: None if package is None else report_of(package) for key, package in found.items()}
