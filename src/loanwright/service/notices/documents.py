"""Papers as they appear over HTTP."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.kit.clock import iso
from loanwright.service.notices.schemas import Format, IssuedNotice, Wish

Jurisdiction = Annotated[str, Field(pattern="^[A-Z]{2,10}$")]


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class PaperQuery(Document):
    """How a paper is wanted."""

    jurisdiction: Jurisdiction | None = Field(
        default=None, description="Left out, it is the lender's.", examples=["EU"]
    )
    language: Literal["en", "ru"] | None = Field(
        default=None, description="Left out, it is the applicant's, else English."
    )
    format: Format = Format.HTML

    def wish(self) -> Wish:
        """Return it as a value."""
        return Wish(jurisdiction=self.jurisdiction, language=self.language, format=self.format)


class NoticeIssuing(Document):
    """How a notice is to go out."""

    jurisdiction: Jurisdiction | None = None
    language: Literal["en", "ru"] | None = None
    format: Literal["html", "pdf", "json"] = "pdf"

    def wish(self) -> Wish:
        """Return it as a value."""
        chosen = Format(self.format)
        return Wish(jurisdiction=self.jurisdiction, language=self.language, format=chosen)


class IssuedDocument(Document):
    """A notice that went out."""

    id: str = Field(examples=["ntc_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"])
    decision_id: str
    applicant_id: str
    product: str
    jurisdiction: str
    language: Literal["en", "ru"]
    format: Format
    law_pack: str
    law_hash: str
    occasion: Literal["approve", "counteroffer", "refer", "decline"]
    content_hash: str = Field(description="SHA-256 of the bytes that went out.")
    issued_by: str | None = Field(description="Not told to the applicant.")
    issued_at: datetime


class IssuedList(Document):
    """The notices of a decision, the oldest first."""

    items: list[IssuedDocument]


def describe_notice(issued: IssuedNotice, *, staff: bool = True) -> dict[str, Any]:
    """Return a notice that went out as plain values."""
    names = (
        "id", "decision_id", "applicant_id", "product", "jurisdiction", "language", "law_pack",
        "law_hash", "occasion", "content_hash",
    )  # fmt: skip
    return {
        **{name: getattr(issued, name) for name in names},
        "format": str(issued.format),
        "issued_by": issued.issued_by if staff else None,
        "issued_at": iso(issued.issued_at),
    }
