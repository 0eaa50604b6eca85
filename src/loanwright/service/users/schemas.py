"""API keys as values."""

from dataclasses import dataclass
from datetime import datetime

SCOPES = (
    "applications:write",
    "applications:read",
    "decisions:read",
    "decisions:replay",
    "models:read",
    "products:read",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiKey:
    """A key for machine calls: who has it and what it may do."""

    id: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
