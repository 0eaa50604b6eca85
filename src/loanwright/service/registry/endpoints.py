"""Models over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from loanwright.service.edge.authentication import DOCUMENTED, ModelsRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems
from loanwright.service.registry.service import Registry

RegistryService = Annotated[Registry, Depends(provided("registry"))]

router = APIRouter(prefix="/v1/models", tags=["models"], dependencies=DOCUMENTED)


class LiveModel(BaseModel):
    """A model that decides now."""

    model_config = ConfigDict(extra="forbid")

    product: str
    segment: str
    family: str
    hash: str
    since: datetime


class LiveModels(BaseModel):
    """The models that decide now, by product and segment."""

    model_config = ConfigDict(extra="forbid")

    items: list[LiveModel]


@router.get("/live", responses=problems((401, 403, 503)))
def list_live_models(registry: RegistryService, _key: ModelsRead) -> LiveModels:
    """List the models that decide now."""
    return LiveModels(
        items=[
            LiveModel(
                product=one.product,
                segment=one.segment,
                family=one.family,
                hash=one.hash,
                since=one.since,
            )
            for one in registry.list_live()
        ]
    )
