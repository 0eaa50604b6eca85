"""Findings and the inventory as they are sent and answered over HTTP."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.inventory.schemas import (
    Correction,
    Entry,
    Finding,
    FindingState,
    FindingWish,
    Severity,
    Tier,
)
from loanwright.service.registry.schemas import State

SAID = "What is wrong."
OWNER = "Who mends it."


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class FindingAsked(Strict):
    """Something was found wrong with a model."""

    said: str = Field(min_length=1, max_length=2_000, description=SAID)
    severity: Severity = Field(strict=False, description="An open high one stops an approval.")
    owner: str = Field(min_length=1, max_length=120, description=OWNER)
    due_on: date = Field(strict=False, description="Until when; today or later.")

    def wish(self) -> FindingWish:
        """Return what was found."""
        return FindingWish(
            said=self.said, severity=self.severity, owner=self.owner, due_on=self.due_on
        )


class CorrectionAsked(Strict):
    """What is to be different about a finding; what is left out stays."""

    state: FindingState | None = Field(default=None, strict=False)
    severity: Severity | None = Field(default=None, strict=False)
    owner: str | None = Field(default=None, min_length=1, max_length=120, description=OWNER)
    due_on: date | None = Field(default=None, strict=False)
    note: str = Field(
        default="",
        max_length=2_000,
        description="What was done; needed to resolve a finding, and to open it again.",
    )

    def wish(self) -> Correction:
        """Return what is to be different."""
        return Correction(
            state=self.state,
            severity=self.severity,
            owner=self.owner,
            due_on=self.due_on,
            note=self.note,
        )


class FindingChangeDocument(Strict):
    """A finding as somebody has left it."""

    state: FindingState
    severity: Severity
    owner: str
    due_on: date
    note: str
    by: str
    at: datetime


class FindingDocument(Strict):
    """Something found wrong with a model, as it is now, and how it came there."""

    id: str
    model: str
    said: str
    state: FindingState
    severity: Severity
    owner: str
    due_on: date
    changes: list[FindingChangeDocument] = Field(description="The first one first.")


class FindingList(Strict):
    """What was found wrong with a model, the first found first."""

    items: list[FindingDocument]


class EntryDocument(Strict):
    """A model and what depends on it."""

    hash: str
    product: str
    segment: str
    family: str
    state: State
    tier: Tier = Field(description="By role, share of the decisions, and how plain the family is.")
    decisions: int = Field(description="How many it made in the last ninety days.")
    share: float = Field(description="Their share of all of them.")
    open_findings: int
    next_due_on: date | None


class InventoryDocument(Strict):
    """Every registered model, the last changed first."""

    items: list[EntryDocument]


def describe_finding(finding: Finding) -> FindingDocument:
    """Return a finding."""
    present = finding.present
    return FindingDocument(
        id=finding.id,
        model=present.model_hash,
        said=present.said,
        state=present.state,
        severity=present.severity,
        owner=present.owner,
        due_on=present.due_on,
        changes=[
            FindingChangeDocument(
                state=one.state,
                severity=one.severity,
                owner=one.owner,
                due_on=one.due_on,
                note=one.note,
                by=one.by,
                at=one.at,
            )
            for one in finding.changes
        ],
    )


def describe_entry(entry: Entry) -> EntryDocument:
    """Return one model of the inventory."""
    model = entry.model
    return EntryDocument(
        hash=model.hash,
        product=model.product,
        segment=model.segment,
        family=model.family,
        state=model.state,
        tier=entry.tier,
        decisions=entry.decisions,
        share=entry.share,
        open_findings=len(entry.findings),
        next_due_on=entry.findings[0].due_on if entry.findings else None,
    )
