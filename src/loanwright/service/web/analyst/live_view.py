"""What was live at a moment, as lines of a page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from loanwright.service.policies.schemas import Publication
from loanwright.service.registry.schemas import Check, Model, Transition
from loanwright.service.web.analyst.model_view import (
    SHORT,
    CheckLine,
    Names,
    present_checks,
)
from loanwright.service.web.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class LiveModel:
    """A champion of a moment."""

    model: Model
    short: str
    since: str
    by: str
    proposer: str
    note: str
    checks: list[CheckLine]
    passed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class LivePolicy:
    """A policy of a moment."""

    product: str
    short: str
    since: str
    by: str
    author: str


def present_models(
    found: Iterable[tuple[Model, Transition]],
    checks: Mapping[int, Sequence[Check]],
    reports: Mapping[str, Mapping[str, Any] | None],
    names: Names,
    language: Language,
) -> list[LiveModel]:
    """Return the champions, who let them, and what they had passed."""
    return [
        LiveModel(
            model=model,
            short=model.hash[:SHORT],
            since=language.moment(change.at),
            by=names(change.by),
            proposer=names(change.proposer) if change.proposer else "",
            note=change.note,
            checks=present_checks(
                checks.get(change.sequence, ()), reports.get(model.hash), language
            ),
            passed=sum(str(one.result) == "passed" for one in checks.get(change.sequence, ())),
        )
        for model, change in found
    ]


def present_policies(
    found: Iterable[Publication], names: Names, language: Language
) -> list[LivePolicy]:
    """Return the policies, who wrote them and who published them."""
    return [
        LivePolicy(
            product=one.version.product,
            short=one.version.hash[:SHORT],
            since=language.moment(one.version.published_at),
            by=names(one.version.published_by),
            author=names(one.author) if one.author else language.gettext("the product file"),
        )
        for one in found
    ]
