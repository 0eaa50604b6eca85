"""Alerts and their rules as they appear over HTTP."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.alerts.rules import AlertSeverity, Figure
from loanwright.service.alerts.schemas import Alert, AlertState, KeptRule, Reading, RuleState
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page

Name = Annotated[str, Field(pattern="^[A-Za-z0-9_.-]{1,64}$")]
Clock = Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["22:00"])]
Number = Annotated[float, Field(ge=-1e12, le=1e12)]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class QuietHours(Strict):
    """Hours in which no mail is sent."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True)

    begins: Clock = Field(alias="from")
    ends: Clock = Field(alias="to")
    zone: Annotated[str, Field(min_length=1, max_length=60, examples=["Europe/Berlin"])]


class RuleDocument(Strict):
    """Which figure, of what, beyond which threshold, for how many chunks."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    figure: Figure
    above: Number | None = Field(default=None, description="Either this or `below`.")
    below: Number | None = None
    product: Name | None = None
    segment: Name | None = None
    feature: Name | None = None
    chunks: Annotated[int, Field(ge=1, le=60)] = 1
    severity: AlertSeverity = AlertSeverity.WARNING
    email: Annotated[list[Annotated[str, Field(max_length=330)]], Field(max_length=20)] = []
    quiet: QuietHours | None = None

    def plain(self) -> dict[str, Any]:
        """Return the document as plain values."""
        return self.model_dump(by_alias=True, exclude_none=True, mode="json")


class RuleChanges(Strict):
    """What is to be changed of a rule; what is not named stays."""

    rule: RuleDocument | None = None
    state: Annotated[str, Field(pattern="^(active|paused)$")] | None = None


class KeptRuleDocument(Strict):
    """A rule and what became of it."""

    id: str
    rule: RuleDocument
    state: RuleState
    version: int
    created_by: str
    created_at: datetime
    looked_at: datetime | None
    problem: str | None = Field(description="Why it could not be looked at last time.")


class RuleList(Strict):
    """Every rule."""

    items: list[KeptRuleDocument]


class ReadingDocument(Strict):
    """The value of a figure in one chunk."""

    chunk: str
    value: float


class ReadingList(Strict):
    """What was read last, the oldest first."""

    items: list[ReadingDocument]


class AlertDocument(Strict):
    """Something that went too far."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)

    id: str
    rule_id: str
    name: str
    figure: Figure
    severity: AlertSeverity
    product: str | None
    segment: str | None
    feature: str | None
    beyond: str
    threshold: float
    value: float = Field(description="As it was last seen.")
    chunk: str
    state: AlertState
    raised_at: datetime
    seen_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    note: str | None
    resolved_at: datetime | None


class AlertPage(Strict):
    """A page of alerts."""

    items: list[AlertDocument]
    next_cursor: str | None


class AlertQuery(Strict):
    """Which alerts are asked for."""

    state: AlertState | None = None
    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: Annotated[str, Field(max_length=512)] | None = None


class Acknowledgement(Strict):
    """What is done about an alert."""

    note: Annotated[str, Field(min_length=1, max_length=1_000)]


class OrderedLook(Strict):
    """A look at every rule that was ordered."""

    job_id: str


def describe_rule(kept: KeptRule) -> KeptRuleDocument:
    """Return a rule and what became of it."""
    return KeptRuleDocument(
        id=kept.id,
        rule=RuleDocument.model_validate(kept.rule.to_mapping()),
        state=kept.state,
        version=kept.version,
        created_by=kept.created_by,
        created_at=kept.created_at,
        looked_at=kept.looked_at,
        problem=kept.problem,
    )


def describe_alert(alert: Alert) -> AlertDocument:
    """Return an alert."""
    return AlertDocument.model_validate(alert)


def describe_page(page: Page[Alert]) -> AlertPage:
    """Return a page of alerts."""
    return AlertPage(
        items=[describe_alert(one) for one in page.items], next_cursor=page.next_cursor
    )


def describe_readings(readings: list[Reading]) -> ReadingList:
    """Return readings."""
    items = [ReadingDocument(chunk=one.chunk, value=one.value) for one in readings]
    return ReadingList(items=items)
