"""The inventory and the findings over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from loanwright.service.edge.authentication import DOCUMENTED, ModelsApprove, ModelsRead
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.inventory.documents import (
    CorrectionAsked,
    FindingAsked,
    FindingDocument,
    FindingList,
    InventoryDocument,
    describe_entry,
    describe_finding,
)
from loanwright.service.inventory.service import Inventory
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH

InventoryService = Annotated[Inventory, Depends(provided("inventory"))]
ModelHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
FindingId = Annotated[str, Path(pattern=f"^fnd_[{ALPHABET}]{{{LENGTH}}}$")]
READ = problems((401, 403, 404, 422, 503))
CHANGE = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))

router = APIRouter(prefix="/v1/models", tags=["models"], dependencies=DOCUMENTED)


@router.get("/inventory", responses=problems((401, 403, 422, 503)))
def list_inventory(inventory: InventoryService, _principal: ModelsRead) -> InventoryDocument:
    """List every model with its tier: how much depends on it, and what is open against it."""
    return InventoryDocument(items=[describe_entry(one) for one in inventory.list_entries()])


@router.get("/{model_hash}/findings", responses=READ)
def list_findings(
    inventory: InventoryService, _principal: ModelsRead, model_hash: ModelHash
) -> FindingList:
    """List what was found wrong with a model, with every change."""
    inventory.registry.get(model_hash)
    found = inventory.list_findings(model_hash)
    return FindingList(items=[describe_finding(one) for one in found])


@router.post(
    "/{model_hash}/findings",
    status_code=201,
    responses=CHANGE,
    openapi_extra=takes(FindingAsked),
)
def open_finding(
    inventory: InventoryService,
    principal: ModelsApprove,
    model_hash: ModelHash,
    asked: Annotated[FindingAsked, Depends(body_of(FindingAsked))],
) -> FindingDocument:
    """Put on record what was found wrong with a model, who mends it and until when."""
    found = inventory.open_finding(principal.actor, model_hash, asked.wish())
    return describe_finding(found)


@router.post(
    "/{model_hash}/findings/{finding_id}", responses=CHANGE, openapi_extra=takes(CorrectionAsked)
)
def correct_finding(
    inventory: InventoryService,
    principal: ModelsApprove,
    model_hash: ModelHash,
    finding_id: FindingId,
    asked: Annotated[CorrectionAsked, Depends(body_of(CorrectionAsked))],
) -> FindingDocument:
    """Resolve a finding, open it again, or give it another owner, day or weight.

    Nothing is overwritten: every change is a row of its own.
    """
    found = inventory.correct_finding(principal.actor, model_hash, finding_id, asked.wish())
    return describe_finding(found)
