"""Training over HTTP."""

import asyncio
import shutil
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.batches.endpoints import FILES, read_kind
from loanwright.service.batches.errors import BatchTooLarge
from loanwright.service.edge.authentication import DOCUMENTED, ModelsRead, ModelsTrain
from loanwright.service.edge.provided import provided
from loanwright.service.edge.upload import TooLong, save
from loanwright.service.jobs.documents import JobDocument, read_job
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.training.schemas import TrainingWish
from loanwright.service.training.service import TrainingRuns

SECONDS_FOR_A_PIECE: Final = 10.0
TrainingService = Annotated[TrainingRuns, Depends(provided("training"))]
RunId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]

router = APIRouter(prefix="/v1/training-runs", tags=["models"], dependencies=DOCUMENTED)


class TrainingQuery(BaseModel):
    """What is wished of a training."""

    model_config = ConfigDict(extra="forbid")

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")
    families: str = Field(
        default="",
        pattern="^([a-z_]{1,40}(,[a-z_]{1,40}){0,20})?$",
        description="Families to compare, by commas; by default every one that is installed.",
    )
    segments: str = Field(
        default="",
        pattern="^([a-z0-9_-]{1,40}(,[a-z0-9_-]{1,40}){0,9})?$",
        description="Segments to train, by commas; by default all of the product.",
    )
    budget: int = Field(default=600, ge=10, le=86_400, description="Seconds for all of it.")
    trials: int | None = Field(
        default=None, ge=0, le=1_000, description="Trials of the search; 0 searches nothing."
    )
    seed: int = Field(default=0, ge=0, le=2**31 - 1)

    def wish(self, kind: str) -> TrainingWish:
        """Return the wish for a table of this kind."""
        return TrainingWish(
            product=self.product,
            kind=kind,
            families=tuple(self.families.split(",")) if self.families else (),
            segments=tuple(self.segments.split(",")) if self.segments else (),
            budget=self.budget,
            trials=self.trials,
            seed=self.seed,
        )


class TrainingList(BaseModel):
    """Training runs, the latest first."""

    model_config = ConfigDict(extra="forbid")

    items: list[JobDocument]


@router.post(
    "",
    status_code=202,
    responses=problems((401, 403, 408, 413, 415, 422, 503)),
    openapi_extra={"requestBody": {"required": True, "content": FILES}},
)
async def order_training(
    request: Request,
    response: Response,
    training: TrainingService,
    principal: ModelsTrain,
    asked: Annotated[TrainingQuery, Query()],
) -> JobDocument:
    """Train on a CSV or Parquet table of past credits, with the label of the product's sample.

    What comes of it are candidates: they decide nothing before another person approves them. Ask
    for the run, or for its job; its result names the models.
    """
    kind = read_kind(request)
    table = training.make_place(kind)
    try:
        await save(request.stream(), table, limit=training.limit, seconds=SECONDS_FOR_A_PIECE)
        job = await asyncio.to_thread(
            training.accept, principal.actor, principal.id, table, asked.wish(kind)
        )
    except BaseException as failure:
        shutil.rmtree(table.parent, ignore_errors=True)
        if isinstance(failure, TooLong):
            raise BatchTooLarge(limit=training.limit) from None
        raise
    response.headers["Location"] = f"/v1/training-runs/{job.id}"
    return read_job(job)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_training_runs(
    training: TrainingService,
    principal: ModelsRead,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
) -> TrainingList:
    """List the latest training runs; a key sees its own."""
    found = training.list_runs(principal, most=limit)
    return TrainingList(items=[read_job(one) for one in found])


@router.get("/{run_id}", responses=problems((401, 403, 404, 422, 503)))
def get_training_run(
    training: TrainingService, principal: ModelsRead, run_id: RunId
) -> JobDocument:
    """Return how far a training is and, once it is done, which models came of it."""
    return read_job(training.get(principal, run_id))
