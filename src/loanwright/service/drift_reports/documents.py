"""Drift reports as they are asked for over HTTP."""

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from loanwright.drift.watching import DECISIVE
from loanwright.service.drift_reports.schemas import Days, DriftWish, Files
from loanwright.service.jobs.documents import JobDocument
from loanwright.service.kit.ids import ALPHABET, LENGTH

FILE_ID = f"^dft_[{ALPHABET}]{{{LENGTH}}}$"
FileId = Annotated[str, Field(pattern=FILE_ID)]
Method = Literal["psi", "ks", "jensen_shannon", "wasserstein", "missing", "new_categories"]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class DaysBody(Strict):
    """From a day on, through another, in UTC."""

    since: date = Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))
    until: date = Field(ge=date(1970, 1, 1), le=date(2999, 12, 31))

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.until < self.since:
            raise ValueError("until lies before since")
        return self

    def days(self) -> Days:
        """Return them as a value."""
        return Days(since=self.since, until=self.until)


class DriftFilesBody(Strict):
    """Files that were sent before; without a reference the champion's sample is it."""

    chunk: FileId
    reference: FileId | None = None


class DriftReportBody(Strict):
    """What is to be compared: the decisions of some days, or files."""

    product: str | None = Field(default=None, pattern="^[a-z0-9-]{1,64}$")
    segment: str | None = Field(default=None, pattern="^[a-z0-9_-]{1,40}$")
    days: DaysBody | None = Field(default=None, description="Whose decisions are the chunks.")
    by: Literal["week", "month", "all"] = Field(
        default="month", description="How the days are divided into chunks."
    )
    reference: DaysBody | None = Field(
        default=None, description="Days of the reference; the champion's own sample by default."
    )
    files: DriftFilesBody | None = Field(default=None, description="Instead of decisions.")
    methods: list[Method] = Field(
        default=[*DECISIVE], min_length=1, max_length=6, description="What raises alerts."
    )
    significance: float = Field(
        default=0.05, gt=0, lt=1, description="How often a calm chunk may raise any alert."
    )

    @model_validator(mode="after")
    def _either(self) -> Self:
        if (self.days is None) == (self.files is None):
            raise ValueError("give days, or files")
        if self.files is None and (self.product is None or self.segment is None):
            raise ValueError("days need a product and a segment")
        lone = self.files is not None and self.files.reference is None
        if lone and (self.product is None or self.segment is None):
            raise ValueError("one file needs a product and a segment: a champion to compare with")
        return self

    def wish(self) -> DriftWish:
        """Return it as a value."""
        files = self.files
        return DriftWish(
            product=self.product,
            segment=self.segment,
            days=None if self.days is None else self.days.days(),
            by=self.by,
            reference=None if self.reference is None else self.reference.days(),
            files=None if files is None else Files(chunk=files.chunk, reference=files.reference),
            methods=tuple(dict.fromkeys(self.methods)),
            significance=self.significance,
        )


class DriftFileDocument(Strict):
    """A file that was taken in."""

    id: str
    size: int = Field(ge=0)
    sha256: str


class DriftReportList(Strict):
    """Drift reports, the latest first, without their results."""

    items: list[JobDocument]
