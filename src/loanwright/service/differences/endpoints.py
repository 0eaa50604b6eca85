"""Why a decision would come out otherwise now, over HTTP."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.outcome import Outcome
from loanwright.service.decisions.endpoints import DecisionId
from loanwright.service.differences.service import Differences
from loanwright.service.edge.authentication import DOCUMENTED, DecisionsReplay
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.kit.documents import problems

DifferencesService = Annotated[Differences, Depends(provided("differences"))]
Hash = Annotated[str, Field(pattern="^(live|[0-9a-f]{64})$")]
CauseName = Literal["data", "model", "policy"]

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], dependencies=DOCUMENTED)


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid", protected_namespaces=())


class DifferenceBody(Strict):
    """With what a past application is decided again; what is left out stays as it was."""

    policy: Hash | None = Field(default=None, description="Hash of a published policy, or live.")
    model: Hash | None = Field(default=None, description="Hash of a model, or live.")
    data: Literal["then", "today"] = Field(
        default="then", description="today takes what is known of the applicant now."
    )


class CameDocument(Strict):
    """How one way of deciding came out."""

    outcome: Outcome
    score: int
    grade: str
    probability_of_default: float = Field(ge=0, le=1)


class StepDocument(Strict):
    """One cause changed, after those before it."""

    cause: CauseName
    before: CameDocument
    after: CameDocument


class ShareDocument(Strict):
    """What one cause adds: after those before it, and as the mean over all orders."""

    cause: CauseName
    in_order: float
    evenly: float


class ComparisonDocument(Strict):
    """A decision then and now, and what of the difference is due to what."""

    decision_id: str
    replayed_equal: bool = Field(description="Whether it replays bit for bit.")
    policy_hash: str
    model_hash: str
    then: CameDocument
    now: CameDocument
    steps: list[StepDocument] = Field(description="In the order data, model, policy.")
    shares: dict[str, list[ShareDocument]] = Field(
        description="Of the change of severity (0 approve, 1 refer, 2 decline), score and PD."
    )
    interaction: bool = Field(description="Whether another order would share otherwise.")


@router.post(
    "/{decision_id}/difference",
    responses=problems((401, 403, 404, 408, 413, 415, 422, 503)),
    openapi_extra=takes(DifferenceBody),
)
def compare_decision(
    differences: DifferencesService,
    principal: DecisionsReplay,
    decision_id: DecisionId,
    body: Annotated[DifferenceBody, Depends(body_of(DifferenceBody))],
) -> ComparisonDocument:
    """Decide a past application with another policy, model or data, and say what did it.

    Nothing is recorded. Causes change in the order data, model, policy; where the order matters,
    `interaction` says so and `evenly` holds the mean over all orders.
    """
    found: dict[str, Any] = differences.compare(
        principal,
        decision_id,
        policy=body.policy,
        model=body.model,
        today=body.data == "today",
    ).document()
    return ComparisonDocument.model_validate(found)
