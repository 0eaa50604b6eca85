"""Policies as values: what was published, and what is on its way there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from loanwright.decisioning.policy import Policy

Origin = Literal["written", "rollback"]


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyVersion:
    """A policy as it was published for a product; it never changes."""

    hash: str
    product: str
    policy: Policy
    published_at: datetime
    published_by: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Publication:
    """One publication of a version: who wrote it, who let it decide, which checks it passed.

    Attributes
    ----------
    author, draft_id, note, checks
        Of the draft that it was; None of what was published without one, such as the policy of a
        product file.
    """

    sequence: int
    version: PolicyVersion
    draft_id: str | None = None
    origin: Origin | None = None
    author: str | None = None
    note: str | None = None
    checks: Mapping[str, Any] | None = field(default=None, repr=False)


class DraftState(StrEnum):
    """Where a draft is in its life."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"
    REJECTED = "rejected"
    DISCARDED = "discarded"


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A policy on its way to deciding.

    Attributes
    ----------
    origin
        ``written``, or ``rollback`` where it is an earlier version again.
    base_hash
        The version that was live when it was submitted.
    checks
        What the checks said when it was submitted.
    decided_by, decided_at, reason
        Who published, rejected or discarded it, when, and why.
    """

    id: str
    product: str
    origin: Origin
    policy: Policy
    hash: str
    note: str
    state: DraftState
    version: int
    author: str
    created_at: datetime
    changed_at: datetime
    base_hash: str | None
    submitted_at: datetime | None
    checks: Mapping[str, Any] | None = field(repr=False)
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
