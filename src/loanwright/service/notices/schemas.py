"""Notices that went out, as values."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from loanwright.notices.document import Document


class Format(StrEnum):
    """How a paper is written."""

    HTML = "html"
    PDF = "pdf"
    JSON = "json"


MEDIA = {
    Format.HTML: "text/html; charset=utf-8",
    Format.PDF: "application/pdf",
    Format.JSON: "application/json",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """How a paper is wanted; what is left out, the lender and the applicant have settled."""

    jurisdiction: str | None = None
    language: str | None = None
    format: Format = Format.HTML


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A paper, and its bytes in one format."""

    document: Document
    jurisdiction: str
    occasion: str
    format: Format
    content: bytes = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedNotice:
    """A notice that went out: when, by whom, under which law, and the hash of its bytes."""

    id: str
    decision_id: str
    applicant_id: str
    product: str
    jurisdiction: str
    language: str
    format: Format
    law_pack: str
    law_hash: str
    occasion: str
    content_hash: str
    issued_by: str
    issued_at: datetime
