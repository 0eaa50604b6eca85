"""From plain data to rules."""

import re
from collections.abc import Mapping
from sys import float_info
from typing import Final

from loanwright.decisioning.conditions import NUMBER, OPERATORS, Condition, ConditionRefused
from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.decisioning.document import PolicyRejected, Section
from loanwright.decisioning.evaluating import read_date
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.readable import Readable
from loanwright.decisioning.rule import Rule

#: Codes of rules have a first part of their own, so that no feature's code can be meant.
CODE: Final = re.compile(r"rule\.[a-z][a-z0-9_]*")
LANGUAGES: Final = ("en", "ru")


def read_rules(
    section: Section, readable: Readable, cutoffs: Mapping[str, Cutoffs]
) -> tuple[Rule, ...]:
    """Return the rules of a policy.

    Raises
    ------
    PolicyRejected
        With the ``key`` that is not acceptable and the ``problem`` with it.
    """
    listed = section.items("rules") if section.has("rules") else []
    rules = tuple(_read_rule(content, path, readable) for path, content in listed)
    _refuse_contradictions(rules, cutoffs)
    return rules


def _read_rule(content: object, path: str, readable: Readable) -> Rule:
    section = Section(content, path, known=("code", "outcome", "when", "text", "segments"))
    code = section.text("code")
    if not CODE.fullmatch(code):
        raise section.refuse("code", f"{code!r} is not of the form {CODE.pattern}")
    outcome = section.text("outcome")
    if outcome not in (Outcome.REFER, Outcome.DECLINE):
        raise section.refuse("outcome", f"refer or decline is needed, not {outcome!r}")
    return Rule(
        code=code,
        outcome=Outcome(outcome),
        when=_read_when(section, readable),
        text=_read_text(section.section("text", known=LANGUAGES)),
        segments=_read_segments(section),
    )


def _read_when(section: Section, readable: Readable) -> tuple[Condition, ...] | Formula:
    if readable.expressions and isinstance(section.content.get("when"), str):
        return readable.formula(section, "when", ("boolean",))
    conditions = section.items("when")
    if not conditions:
        raise section.refuse("when", "at least one condition is needed")
    return tuple(_read_condition(member, place, readable) for place, member in conditions)


def _read_text(section: Section) -> dict[str, str]:
    return {language: section.text(language) for language in LANGUAGES}


def _read_segments(section: Section) -> tuple[str, ...]:
    if "segments" not in section.content:
        return ()
    segments = tuple(f"{segment}" for _, segment in section.items("segments"))
    if not segments:
        raise section.refuse("segments", "name at least one segment, or leave the key out")
    return segments


def _read_condition(content: object, path: str, readable: Readable) -> Condition:
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
    _refuse_other_kind(section, condition, readable)
    _refuse_too_large(section, condition)
    return condition


def _refuse_other_kind(section: Section, condition: Condition, readable: Readable) -> None:
    name = readable.find(condition.feature)
    if name is None:
        raise section.refuse("feature", f"there is no fact {condition.feature!r}")
    kind = "text" if name.kind == "category" else name.kind
    if kind == "any" or condition.operator == "missing" or condition.kind == kind:
        return
    # Facts hold dates as texts, though expressions count them in days.
    if kind != NUMBER or not _are_days(condition.value):
        problem = f"{condition.feature} is a {kind}, which {condition.value!r} is not"
        raise section.refuse("value", problem)


def _refuse_too_large(section: Section, condition: Condition) -> None:
    members = condition.value if isinstance(condition.value, tuple) else (condition.value,)
    if any(isinstance(each, int) and abs(each) > float_info.max for each in members):
        raise section.refuse("value", f"numbers within ±{float_info.max:.1e} are needed")


def _are_days(value: object) -> bool:
    members = value if isinstance(value, tuple) else (value,)
    return all(isinstance(each, str) and read_date(each) is not None for each in members)


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
