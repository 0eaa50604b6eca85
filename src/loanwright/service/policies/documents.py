"""Policies as they are sent and answered over HTTP."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.rulebook.differences import Difference
from loanwright.rulebook.report import Report
from loanwright.service.kit.documents import Title
from loanwright.service.policies.schemas import Draft, DraftState, Origin, Publication

Note = Annotated[str, Field(max_length=2_000, description="Why; it is written down.")]
ProductName = Annotated[str, Field(pattern="^[a-z0-9-]{1,64}$", examples=["credit-card"])]
PolicyDocument = Annotated[
    dict[str, Any],
    Field(
        description="The policy: name, cutoffs, rules and whatever else its language knows.",
        examples=[
            {
                "name": "card-2026-11",
                "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}},
            }
        ],
    ),
]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class NewDraft(Strict):
    """A policy that is to decide a product one day."""

    product: ProductName
    policy: PolicyDocument
    note: Note = ""


class DraftChanges(Strict):
    """What is to be changed of a draft; what is not named stays."""

    policy: PolicyDocument | None = None
    note: Note | None = None


class PolicyToCheck(Strict):
    """A policy that is to be checked and not kept."""

    product: ProductName
    policy: PolicyDocument


class Rejection(Strict):
    """A submitted policy is not to decide."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class RollBackAsked(Strict):
    """An earlier version is to decide again."""

    product: ProductName
    policy_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = Field(
        default=None, description="Which one; by default the one before the present one."
    )
    note: Note = ""


class FindingDocument(Strict):
    """Something that is wrong with a policy."""

    code: str = Field(description="What kind of thing it is, stable.")
    place: str = Field(description="Where in the policy.", examples=["rules[2]"])
    text: Title
    example: dict[str, Any] = Field(description="An input that shows it, verified by deciding it.")


class ExampleDocument(Strict):
    """What came of one example of the policy."""

    name: str
    passed: bool
    problems: list[str]


class ReportDocument(Strict):
    """What the checks say of a policy."""

    passed: bool
    product_hash: str = Field(description="The product file that it was checked against.")
    findings: list[FindingDocument]
    examples: list[ExampleDocument]
    proved: list[Title] = Field(description="What holds for every applicant there can be.")


class PublicationDocument(Strict):
    """One publication of a policy: what decided from then on, and who let it."""

    product: str
    name: str
    hash: str
    published_at: datetime
    published_by: str
    author: str | None = Field(description="Who wrote it; null where it came from a product file.")
    draft_id: str | None
    origin: Origin | None
    note: str | None
    checks: ReportDocument | None = Field(description="What the checks said when it was submitted.")


class PublicationList(Strict):
    """What decides, or decided, each product."""

    items: list[PublicationDocument]


class PublicationPage(Strict):
    """A part of the publications."""

    items: list[PublicationDocument]
    next_cursor: str | None


class PolicyDetail(Strict):
    """A policy, and when it was published for which product."""

    hash: str
    policy: dict[str, Any]
    publications: list[PublicationDocument]


class DraftLine(Strict):
    """A draft without its policy."""

    id: str
    product: str
    name: str
    hash: str
    origin: Origin
    state: DraftState
    note: str
    author: str
    created_at: datetime
    changed_at: datetime
    submitted_at: datetime | None
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    version: int


class DraftDetail(DraftLine):
    """A draft."""

    policy: dict[str, Any]
    base_hash: str | None = Field(description="What was live when it was submitted.")
    checks: ReportDocument | None


class DraftPage(Strict):
    """A part of the drafts."""

    items: list[DraftLine]
    next_cursor: str | None


class ChangeDocument(Strict):
    """One difference between two policies, in words."""

    kind: Literal["added", "removed", "changed"]
    place: str
    text: Title


class DifferenceDocument(Strict):
    """What is different in the second of two policies."""

    old: str | None
    new: str
    items: list[ChangeDocument]


def describe_report(report: Report | Mapping[str, Any]) -> ReportDocument:
    """Return a report, fresh or as it was stored."""
    facts = report.to_mapping() if isinstance(report, Report) else report
    return ReportDocument.model_validate(facts)


def describe_publication(one: Publication) -> PublicationDocument:
    """Return a publication."""
    version = one.version
    return PublicationDocument(
        product=version.product,
        name=version.policy.name,
        hash=version.hash,
        published_at=version.published_at,
        published_by=version.published_by,
        author=one.author,
        draft_id=one.draft_id,
        origin=one.origin,
        note=one.note,
        checks=None if one.checks is None else describe_report(one.checks),
    )


def describe_line(draft: Draft) -> DraftLine:
    """Return a draft without its policy."""
    return DraftLine(**_line(draft))


def describe_draft(draft: Draft) -> DraftDetail:
    """Return a draft."""
    return DraftDetail(
        **_line(draft),
        policy=draft.policy.to_mapping(),
        base_hash=draft.base_hash,
        checks=None if draft.checks is None else describe_report(draft.checks),
    )


def describe_differences(
    old: str | None, new: str, differences: Iterable[Difference]
) -> DifferenceDocument:
    """Return what is different in words."""
    items = [
        ChangeDocument(kind=one.kind, place=one.place, text=Title(en=one.text.en, ru=one.text.ru))
        for one in differences
    ]
    return DifferenceDocument(old=old, new=new, items=items)


def _line(draft: Draft) -> dict[str, Any]:
    facts = {name: getattr(draft, name) for name in DraftLine.model_fields if name != "name"}
    return {**facts, "name": draft.policy.name}
