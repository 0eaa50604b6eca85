"""Erasure and holds as they appear over HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.kit.documents import Instant

REASON = "For the record; it outlives the person's data, so it must not name them."


class Document(BaseModel):
    """A part of an answer, or a body."""

    model_config = ConfigDict(extra="forbid")


class ErasureSent(Document):
    """The wish that a person be erased."""

    reason: str | None = Field(default=None, min_length=1, max_length=200, description=REASON)
    force: bool = Field(default=False, description="Erase against rules and holds; needs a reason.")


class BlockDocument(Document):
    """One thing that keeps a person from being erased."""

    code: str = Field(examples=["us.reg_b", "hold", "account.open"])
    source: str
    until: datetime | None = Field(description="When it ends; null where nobody knows.")


class ErasureDocument(Document):
    """A request for erasure, and what became of it."""

    id: str
    applicant_id: str
    state: Literal["open", "done"]
    reason: str | None
    requested_by: str
    requested_at: datetime
    due_at: datetime = Field(description="30 days later: by then it is carried out or answered.")
    blocked_by: list[BlockDocument]
    possible_from: datetime | None
    forced: bool
    done_at: datetime | None


class HoldSent(Document):
    """An order to keep what is known of a person."""

    reason: str = Field(min_length=1, max_length=200, description=REASON)
    until: Instant | None = None


class HoldDocument(Document):
    """A hold."""

    id: str
    applicant_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    until: datetime | None
    released_by: str | None
    released_at: datetime | None


class HoldList(Document):
    """The holds on a person, the newest first."""

    items: list[HoldDocument]
