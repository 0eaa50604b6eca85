"""Applicants as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Behaviour:
    """What the bank knew of an applicant's behaviour with one product; versions only grow."""

    version: int
    features: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Applicant:
    """A person who asks for credit, with the newest behaviour by product."""

    id: str
    document_hash: str | None
    created_at: datetime
    behaviours: Mapping[str, Behaviour]
