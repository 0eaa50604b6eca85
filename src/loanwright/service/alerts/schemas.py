"""Alerts as values."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from loanwright.service.alerts.rules import Rule


class RuleState(StrEnum):
    """Whether a rule is looked at; a removed one stays for the sake of its alerts."""

    ACTIVE = "active"
    PAUSED = "paused"
    REMOVED = "removed"


class AlertState(StrEnum):
    """Where an alert is in its life."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class MailState(StrEnum):
    """Whether a mail has gone out."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """The value of a figure in one chunk.

    Attributes
    ----------
    chunk
        Such as ``2026-11`` or ``2026-11-21``; in the order of time as text.
    """

    chunk: str
    value: float


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptRule:
    """A rule and what became of it."""

    id: str
    rule: Rule
    state: RuleState
    version: int
    created_by: str
    created_at: datetime
    looked_at: datetime | None
    problem: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Alert:
    """Something that went too far.

    Attributes
    ----------
    value, chunk
        Where it was last seen.
    """

    id: str
    rule_id: str
    name: str
    figure: str
    severity: str
    product: str | None
    segment: str | None
    feature: str | None
    beyond: str
    threshold: float
    value: float
    chunk: str
    state: AlertState
    raised_at: datetime
    seen_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None
    resolved_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mail:
    """A mail about an alert on its way to one address."""

    id: str
    alert_id: str
    occasion: str
    address: str
    state: MailState
    attempts: int
    next_at: datetime | None
