"""Published policies as values."""

from dataclasses import dataclass
from datetime import datetime

from loanwright.decisioning.policy import Policy


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyVersion:
    """A policy as it was published for a product; it never changes."""

    hash: str
    product: str
    policy: Policy
    published_at: datetime
    published_by: str
