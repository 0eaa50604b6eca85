"""The lender's rule book as data: cutoffs on the score and rules over the facts."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from loanwright.decisioning.conditions import OPERATORS, Condition, ConditionRefused
from loanwright.decisioning.document import PolicyRejected, Section
from loanwright.decisioning.outcome import Outcome
from loanwright.errors import Rejected

__all__ = [
    "Condition",
    "Cutoffs",
    "CutoffsRefused",
    "Policy",
    "PolicyRejected",
    "Rule",
    "SegmentHasNoCutoffs",
]

#: Codes of rules have a first part of their own, so that no feature's code can be meant.
CODE: Final = re.compile(r"rule\.[a-z][a-z0-9_]*")
LANGUAGES: Final = ("en", "ru")


class CutoffsRefused(Rejected):
    """Cutoffs are integers, refer_from <= approve_from, not {refer_from} and {approve_from}."""


class SegmentHasNoCutoffs(Rejected):
    """The policy {policy} has no cutoffs for the segment {segment}; it knows {known}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cutoffs:
    """Where a score is approved, referred or declined.

    Parameters
    ----------
    approve_from
        The lowest score that is approved.
    refer_from
        The lowest score that is referred to a person; not above ``approve_from`` (equal means
        that the score never refers).

    Examples
    --------
    >>> cutoffs = Cutoffs(approve_from=600, refer_from=560)
    >>> [str(cutoffs.outcome(score)) for score in (600, 599, 560, 559)]
    ['approve', 'refer', 'refer', 'decline']
    """

    approve_from: int
    refer_from: int

    def __post_init__(self) -> None:
        """Refuse cutoffs that leave a score without exactly one outcome."""
        plain = type(self.approve_from) is int and type(self.refer_from) is int
        if not plain or self.refer_from > self.approve_from:
            raise CutoffsRefused(refer_from=self.refer_from, approve_from=self.approve_from)

    def outcome(self, score: int) -> Outcome:
        """Return the outcome of a score; a score exactly at a cutoff gets the better one."""
        if score >= self.approve_from:
            return Outcome.APPROVE
        return Outcome.REFER if score >= self.refer_from else Outcome.DECLINE


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One rule: when all its conditions hold, the outcome is at least this severe.

    Parameters
    ----------
    code
        Its name in reasons and results.
    outcome
        ``refer`` or ``decline``.
    when
        The conditions, at least one.
    text
        What to tell the applicant, by language (``en``, ``ru``).
    segments
        The segments it speaks about; empty means all.
    """

    code: str
    outcome: Outcome
    when: tuple[Condition, ...]
    text: Mapping[str, str]
    segments: tuple[str, ...] = ()

    def concerns(self, segment: str) -> bool:
        """Return whether the rule speaks about this segment."""
        return not self.segments or segment in self.segments

    def fires(self, facts: Mapping[str, object]) -> bool | None:
        """Return whether all conditions hold; None when missing facts leave it open."""
        known = True
        for condition in self.when:
            holds = condition.holds(facts)
            if holds is False:
                return False
            if holds is None:
                known = False
        return True if known else None


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A named rule book.

    Parameters
    ----------
    name
        What people call it.
    cutoffs
        Cutoffs by segment.
    rules
        Rules in the order in which their reasons are given; codes are unique.

    Examples
    --------
    >>> policy = Policy.from_mapping(
    ...     {
    ...         "name": "demo",
    ...         "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}},
    ...         "rules": [
    ...             {
    ...                 "code": "rule.min_age",
    ...                 "outcome": "decline",
    ...                 "when": [{"feature": "age", "operator": "lt", "value": 18}],
    ...                 "text": {"en": "Too young.", "ru": "Слишком молоды."},
    ...             }
    ...         ],
    ...     }
    ... )
    >>> policy.cutoffs_of("new").approve_from, policy.rules[0].fires({"age": 17})
    (600, True)
    >>> Policy.from_mapping(policy.to_mapping()).hash == policy.hash
    True
    """

    name: str
    cutoffs: Mapping[str, Cutoffs]
    rules: tuple[Rule, ...] = ()

    @staticmethod
    def from_mapping(
        document: Mapping[str, Any], *, kinds: Mapping[str, str] | None = None
    ) -> "Policy":
        """Read a policy from plain data, refusing whatever is not understood.

        Parameters
        ----------
        document
            ``name``, ``cutoffs`` by segment, and optionally ``rules``.
        kinds
            Where known: the kind (``number``, ``text``, ``boolean``) of every fact that rules
            may use. Then an unknown fact and a comparison with another kind are refused too.

        Raises
        ------
        PolicyRejected
            With the ``key`` that is not acceptable and the ``problem`` with it.
        """
        section = Section(document, "", known=("name", "cutoffs", "rules"))
        cutoffs = _read_cutoffs(section.section("cutoffs", known=None))
        listed = section.items("rules") if "rules" in section.content else []
        rules = tuple(_read_rule(content, path, kinds) for path, content in listed)
        _refuse_contradictions(rules, cutoffs)
        return Policy(name=section.text("name"), cutoffs=cutoffs, rules=rules)

    def to_mapping(self) -> dict[str, Any]:
        """Return the policy as plain data that JSON and TOML can hold."""
        return {
            "name": self.name,
            "cutoffs": {
                segment: {"approve_from": cut.approve_from, "refer_from": cut.refer_from}
                for segment, cut in self.cutoffs.items()
            },
            "rules": [_rule_mapping(rule) for rule in self.rules],
        }

    @cached_property
    def hash(self) -> str:
        """Return the SHA-256, in hex, of the policy as canonical JSON (sorted keys, UTF-8)."""
        canonical = json.dumps(
            self.to_mapping(),
            sort_keys=True,
            ensure_ascii=False,
            allow_nan=False,
            separators=(",", ":"),
        )
        return hashlib.sha256(canonical.encode()).hexdigest()

    def cutoffs_of(self, segment: str) -> Cutoffs:
        """Return the cutoffs of a segment.

        Raises
        ------
        SegmentHasNoCutoffs
            When the policy does not name the segment.
        """
        cutoffs = self.cutoffs.get(segment)
        if cutoffs is None:
            known = ", ".join(sorted(self.cutoffs))
            raise SegmentHasNoCutoffs(policy=self.name, segment=segment, known=known)
        return cutoffs

    def rule(self, code: str) -> Rule | None:
        """Return the rule of this code, or None."""
        return next((rule for rule in self.rules if rule.code == code), None)


def _read_cutoffs(section: Section) -> dict[str, Cutoffs]:
    if not section.content:
        raise PolicyRejected(key=section.path, problem="at least one segment is needed")
    known = ("approve_from", "refer_from")
    cutoffs = {}
    for segment in section.content:
        points = section.section(segment, known=known)
        approve_from, refer_from = (points.integer(name) for name in known)
        if refer_from > approve_from:
            raise points.refuse("refer_from", f"must not be above approve_from ({approve_from})")
        cutoffs[segment] = Cutoffs(approve_from=approve_from, refer_from=refer_from)
    return cutoffs


def _read_rule(content: object, path: str, kinds: Mapping[str, str] | None) -> Rule:
    section = Section(content, path, known=("code", "outcome", "when", "text", "segments"))
    code = section.text("code")
    if not CODE.fullmatch(code):
        raise section.refuse("code", f"{code!r} is not of the form {CODE.pattern}")
    outcome = section.text("outcome")
    if outcome not in (Outcome.REFER, Outcome.DECLINE):
        raise section.refuse("outcome", f"refer or decline is needed, not {outcome!r}")
    conditions = section.items("when")
    if not conditions:
        raise section.refuse("when", "at least one condition is needed")
    when = tuple(_read_condition(member, place, kinds) for place, member in conditions)
    return Rule(
        code=code,
        outcome=Outcome(outcome),
        when=when,
        text=_read_text(section.section("text", known=LANGUAGES)),
        segments=_read_segments(section),
    )


def _read_text(section: Section) -> dict[str, str]:
    return {language: section.text(language) for language in LANGUAGES}


def _read_segments(section: Section) -> tuple[str, ...]:
    if "segments" not in section.content:
        return ()
    segments = tuple(f"{segment}" for _, segment in section.items("segments"))
    if not segments:
        raise section.refuse("segments", "name at least one segment, or leave the key out")
    return segments


def _read_condition(content: object, path: str, kinds: Mapping[str, str] | None) -> Condition:
    section = Section(content, path, known=("feature", "operator", "value"))
    operator = section.text("operator")
    value = True if operator == "missing" else section.value("value")
    value = section.content.get("value", value)
    try:
        condition = Condition(
            feature=section.text("feature"),
            operator=operator,
            value=tuple(value) if isinstance(value, list) else value,
        )
    except ConditionRefused as refusal:
        name = "value" if operator in OPERATORS else "operator"
        raise section.refuse(name, refusal.problem) from None
    if kinds is not None:
        _refuse_other_kind(section, condition, kinds)
    return condition


def _refuse_other_kind(section: Section, condition: Condition, kinds: Mapping[str, str]) -> None:
    kind = kinds.get(condition.feature)
    if kind is None:
        raise section.refuse("feature", f"there is no fact {condition.feature!r}")
    if condition.operator != "missing" and condition.kind != kind:
        problem = f"{condition.feature} is a {kind}, which {condition.value!r} is not"
        raise section.refuse("value", problem)


def _refuse_contradictions(rules: tuple[Rule, ...], cutoffs: Mapping[str, Cutoffs]) -> None:
    seen: set[str] = set()
    for place, rule in enumerate(rules):
        if rule.code in seen:
            problem = f"the code {rule.code!r} is used by an earlier rule"
            raise PolicyRejected(key=f"rules[{place}].code", problem=problem)
        seen.add(rule.code)
        for segment in rule.segments:
            if segment not in cutoffs:
                problem = f"there are no cutoffs for the segment {segment!r}"
                raise PolicyRejected(key=f"rules[{place}].segments", problem=problem)


def _rule_mapping(rule: Rule) -> dict[str, Any]:
    mapping: dict[str, Any] = {
        "code": rule.code,
        "outcome": str(rule.outcome),
        "when": [_condition_mapping(condition) for condition in rule.when],
        "text": dict(rule.text),
    }
    if rule.segments:
        mapping["segments"] = list(rule.segments)
    return mapping


def _condition_mapping(condition: Condition) -> dict[str, Any]:
    value = condition.value
    return {
        "feature": condition.feature,
        "operator": condition.operator,
        "value": list(value) if isinstance(value, tuple) else value,
    }
