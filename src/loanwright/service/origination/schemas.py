"""What goes into origination and what comes out of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from loanwright.service.users.schemas import Reach


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Who sends an application: the holder of an API key, a user, or the public page.

    Attributes
    ----------
    reach
        For which applicants it may be sent.
    """

    id: str
    kind: Literal["key", "user", "public"]
    scopes: frozenset[str] = frozenset()
    request_id: str | None = None
    reach: Reach = Reach.ALL


@dataclass(frozen=True, kw_only=True, slots=True)
class ApplicantReference:
    """How the caller names the applicant: by a verified document number, or by our id.

    What was kept for later holds the keyed hash in place of the number.
    """

    document_number: str | None = field(default=None, repr=False)
    applicant_id: str | None = None
    document_hash: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Submission:
    """One application as it arrived, parsed but not yet judged.

    Attributes
    ----------
    body_hash
        SHA-256 of the body; of a sealed submission, its keyed hash.
    """

    caller: Caller
    idempotency_key: str | None
    body_hash: str
    received: bytes = field(repr=False)
    product: str
    applicant: ApplicantReference | None
    features: Mapping[str, object] = field(repr=False)
    sealed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """The answer as it was stored: the same bytes now and for every repetition."""

    status: int
    body: bytes = field(repr=False)
    replayed: bool
    decision_id: str | None
