"""Shadow assessments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from loanwright.service.edge.authentication import DOCUMENTED, ExperimentsRead
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems
from loanwright.service.shadows.documents import (
    ComparisonDocument,
    TallyList,
    describe,
    describe_tally,
)
from loanwright.service.shadows.service import Shadows

ShadowsService = Annotated[Shadows, Depends(provided("shadows"))]
ModelHash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]

router = APIRouter(prefix="/v1/shadows", tags=["experiments"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 503)))
def list_shadows(shadows: ShadowsService, _principal: ExperimentsRead) -> TallyList:
    """List how much each challenger has assessed, and how often it failed."""
    return TallyList(items=[describe_tally(one) for one in shadows.list_tallies()])


@router.get("/{model_hash}/comparison", responses=problems((401, 403, 404, 422, 503)))
def compare_shadow(
    shadows: ShadowsService, _principal: ExperimentsRead, model_hash: ModelHash
) -> ComparisonDocument:
    """Compare a challenger with what decided, on the last 100,000 it assessed."""
    return describe(shadows.compare(model_hash))
