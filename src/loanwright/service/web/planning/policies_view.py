"""Policies as pages say them: who wrote and published them, what is different, what was checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from loanwright.decisioning.policy import Policy
from loanwright.rulebook.differences import diff
from loanwright.service.policies.schemas import Draft, DraftState
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Tone

STATES: Final[Mapping[DraftState, str]] = {
    DraftState.DRAFT: N_("being written"),
    DraftState.SUBMITTED: N_("waits for a second person"),
    DraftState.PUBLISHED: N_("published"),
    DraftState.REJECTED: N_("rejected"),
    DraftState.DISCARDED: N_("given up"),
}
TONES: Final[Mapping[DraftState, Tone]] = {
    DraftState.DRAFT: "info",
    DraftState.SUBMITTED: "warn",
    DraftState.PUBLISHED: "good",
    DraftState.REJECTED: "bad",
    DraftState.DISCARDED: "quiet",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What is wrong with a policy, where, and who shows it."""

    text: str
    place: str
    line: int | None
    example: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ChecksView:
    """What was found out about a policy."""

    passed: bool
    findings: list[Finding]
    examples: list[tuple[str, bool, str]]
    proved: list[str]


def present_checks(
    report: Mapping[str, Any], language: Language, lines: Mapping[str, int] | None = None
) -> ChecksView:
    """Return the checks of a policy, as `Report.to_mapping` tells them."""
    known = lines or {}
    return ChecksView(
        passed=bool(report["passed"]),
        findings=[
            Finding(
                text=one["text"].get(language.code) or one["text"]["en"],
                place=one["place"],
                line=known.get(one["place"]),
                example=_shown(one["example"], language),
            )
            for one in report["findings"]
        ],
        examples=[
            (one["name"], bool(one["passed"]), "; ".join(one["problems"]))
            for one in report["examples"]
        ],
        proved=[one.get(language.code) or one["en"] for one in report["proved"]],
    )


def differences(old: Policy | None, new: Policy, language: Language) -> list[tuple[str, str]]:
    """Return what is different in words, each with its kind."""
    return [(one.kind, one.text.in_language(language.code)) for one in diff(old, new)]


def state_of(draft: Draft, language: Language) -> tuple[str, Tone]:
    """Return how far a draft is, in words, and their tone."""
    return language.gettext(STATES[draft.state]), TONES[draft.state]


def cutoff_rows(policy: Policy, titles: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """Return the cut-offs of a policy as rows."""
    return [
        (titles.get(segment, segment), str(one.approve_from), str(one.refer_from))
        for segment, one in policy.cutoffs.items()
    ]


def _shown(example: Mapping[str, Any], language: Language) -> str:
    missing = language.gettext("missing")
    told = ((name, missing if value is None else value) for name, value in example.items())
    return ", ".join(f"{name} = {value}" for name, value in told)
