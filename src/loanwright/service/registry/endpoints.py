"""Models over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, ModelsApprove, ModelsRead
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import Instant, problems
from loanwright.service.registry.documents import (
    Approval,
    LiveModel,
    LiveModels,
    ModelDetail,
    ModelDocument,
    ModelList,
    Retirement,
    RollBack,
    describe_detail,
    describe_model,
)
from loanwright.service.registry.errors import PackageWithout
from loanwright.service.registry.schemas import State
from loanwright.service.registry.service import Registry

RegistryService = Annotated[Registry, Depends(provided("registry"))]
ModelHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str | None, Query(pattern="^[a-z0-9_-]{1,64}$")]
READ = problems((401, 403, 404, 422, 503))
CHANGE = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))
FILES = {
    "report": ("report.json", "application/json"),
    "page": ("report.html", "text/html; charset=utf-8"),
    "card": ("card.md", "text/markdown; charset=utf-8"),
}

router = APIRouter(prefix="/v1/models", tags=["models"], dependencies=DOCUMENTED)


@router.get("/live", responses=problems((401, 403, 422, 503)))
def list_live_models(
    registry: RegistryService,
    _principal: ModelsRead,
    at: Annotated[Instant | None, Query(description="A moment; by default now.")] = None,
) -> LiveModels:
    """List the models that decide now, or that decided at a moment, and who let them."""
    if at is None:
        found = [(one, None) for one in registry.list_live()]
        return LiveModels(items=[_live(one, since=one.since) for one, _ in found])
    return LiveModels(
        items=[
            _live(one, since=change.at, by=change.by) for one, change in registry.list_live_at(at)
        ]
    )


@router.get("", responses=problems((401, 403, 422, 503)))
def list_models(
    registry: RegistryService,
    _principal: ModelsRead,
    product: Name = None,
    segment: Name = None,
    state: State | None = None,
) -> ModelList:
    """List registered models, the last changed first."""
    asked = {"product": product, "segment": segment, "state": state}
    wanted = {name: value for name, value in asked.items() if value is not None}
    found = [
        one
        for one in reversed(registry.list_models())
        if all(getattr(one, name) == value for name, value in wanted.items())
    ]
    return ModelList(items=[describe_model(one) for one in found])


@router.get("/{model_hash}", responses=READ)
def get_model(
    registry: RegistryService, _principal: ModelsRead, model_hash: ModelHash
) -> ModelDetail:
    """Return a model, every change of its state, and what its package says of itself."""
    model = registry.get(model_hash)
    transitions = registry.list_transitions(model_hash)
    checks = registry.list_checks(transitions)
    return describe_detail(model, transitions, checks, registry.open(model))


@router.get(
    "/{model_hash}/{file}",
    response_class=Response,
    responses={
        200: {
            "description": "The file.",
            "content": {
                kind.partition(";")[0]: {"schema": {"type": "string"}}
                for name, kind in FILES.values()
                if name != "report.json"
            }
            | {"application/json": {"schema": {"type": "object"}}},
        },
        **READ,
    },
)
def get_model_file(
    registry: RegistryService,
    _principal: ModelsRead,
    model_hash: ModelHash,
    file: Literal["report", "page", "card"],
) -> Response:
    """Return the validation report of a model, as data or as a page, or its card."""
    package = registry.open(registry.get(model_hash))
    name, kind = FILES[file]
    path = package.path / name
    if not path.is_file():
        raise PackageWithout(model_hash=model_hash, file=file)
    return Response(path.read_bytes(), media_type=kind)


@router.post("/{model_hash}/approval", responses=CHANGE, openapi_extra=takes(Approval))
def approve_model(
    registry: RegistryService,
    principal: ModelsApprove,
    model_hash: ModelHash,
    approval: Annotated[Approval, Depends(body_of(Approval))],
) -> ModelDocument:
    """Make a model challenger or champion; who brought it in cannot approve it."""
    to = State(approval.to)
    moved = registry.approve(model_hash, to=to, by=principal.id, note=approval.note)
    return describe_model(moved)


@router.post("/{model_hash}/retirement", responses=CHANGE, openapi_extra=takes(Retirement))
def retire_model(
    registry: RegistryService,
    principal: ModelsApprove,
    model_hash: ModelHash,
    retirement: Annotated[Retirement, Depends(body_of(Retirement))],
) -> ModelDocument:
    """Take a model out of service; its decisions still replay."""
    moved = registry.retire(model_hash, by=principal.id, note=retirement.note)
    return describe_model(moved)


@router.post("/rollback", responses=CHANGE, openapi_extra=takes(RollBack))
def roll_back(
    registry: RegistryService,
    principal: ModelsApprove,
    asked: Annotated[RollBack, Depends(body_of(RollBack))],
) -> ModelDocument:
    """Let the champion before the present one decide again; it was approved before."""
    moved = registry.roll_back(asked.product, asked.segment, by=principal.id, note=asked.note)
    return describe_model(moved)


def _live(model: Any, **more: Any) -> LiveModel:
    return LiveModel(
        product=model.product,
        segment=model.segment,
        family=model.family,
        hash=model.hash,
        **more,
    )
