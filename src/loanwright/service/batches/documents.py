"""Batches as they are answered over HTTP."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.batches.schemas import (
    Asked,
    BatchState,
    BatchWishes,
    FileKind,
    Standing,
)
from loanwright.service.kit.documents import ProblemDocument

ColumnName = Annotated[str, Field(max_length=200)]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class BatchQuery(Strict):
    """What is wished of a file."""

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")
    segment: str | None = Field(
        default=None,
        pattern="^[a-z0-9_-]{1,40}$",
        description="Segment of all rows; found from the columns if left out.",
    )
    result: FileKind | None = Field(
        default=None, description="Kind of the result; by default that of the file."
    )
    id: ColumnName = Field(default="", description="Column that names a row.")
    keep: list[ColumnName] = Field(
        default=[], max_length=100, description="Columns that pass through."
    )
    texts: Literal["", "en", "ru"] = Field(
        default="", description="Language of the reasons' texts; without it their codes alone."
    )
    allow_absent: bool = Field(
        default=False, description="Take absent columns for missing, if they may."
    )

    def order(self, caller_id: str, kind: FileKind, *, key: str | None) -> Asked:
        """Return what is asked of a file of this kind."""
        return Asked(
            caller_id=caller_id,
            product=self.product,
            segment=self.segment,
            wishes=BatchWishes(
                kind=kind,
                result=self.result or kind,
                id=self.id,
                keep=tuple(self.keep),
                language=self.texts,
                allow_absent=self.allow_absent,
            ),
            key=key,
        )


class BatchRows(Strict):
    """How many rows of a file are done."""

    done: int = Field(ge=0, description="Rows that were read; rejected ones among them.")
    rejected: int = Field(ge=0, description="Rows that cannot be scored.")


class BatchDocument(Strict):
    """A file that was sent to be scored, and how far it is."""

    id: str
    state: BatchState
    job_id: str = Field(description="The job that scores it; /v1/jobs/{job_id} answers too.")
    product: str
    segment: str
    model_hash: str
    policy_hash: str
    kind: FileKind
    result: FileKind
    bytes: int
    rows: BatchRows
    share: float = Field(ge=0, le=1, description="How much of the file is done.")
    created_at: datetime
    finished_at: datetime | None
    removed_at: datetime | None = Field(description="When its files were removed.")
    problem: ProblemDocument | None = Field(description="Why it failed.")


class BatchPage(Strict):
    """A part of a list of batches."""

    items: list[BatchDocument]
    next_cursor: str | None


def describe_batch(standing: Standing) -> BatchDocument:
    """Return a batch."""
    batch, job = standing.batch, standing.job
    problem = None if job.problem is None else msgspec.json.decode(job.problem)
    return BatchDocument(
        id=batch.id,
        state=standing.state,
        job_id=job.id,
        product=batch.product,
        segment=batch.segment,
        model_hash=batch.model_hash,
        policy_hash=batch.policy_hash,
        kind=batch.wishes.kind,
        result=batch.wishes.result,
        bytes=batch.bytes,
        rows=BatchRows(done=batch.rows, rejected=batch.rejected),
        share=batch.share,
        created_at=batch.created_at,
        finished_at=job.finished_at,
        removed_at=batch.removed_at,
        problem=None if problem is None else ProblemDocument.model_validate(problem),
    )
