"""What is different between two policies, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from loanwright.decisioning.policy import Cutoffs, Policy, Rule
from loanwright.features.text import Text

Kind = Literal["added", "removed", "changed"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One thing that is different.

    Attributes
    ----------
    kind
        Whether it was added, removed or changed.
    place
        Where in the document, such as ``rules.rule.minimum_age``.
    text
        What is different, in a sentence.
    """

    kind: Kind
    place: str
    text: Text


def diff(old: Policy | None, new: Policy) -> tuple[Difference, ...]:
    """Return what is different in the newer of two policies.

    Parameters
    ----------
    old
        The policy before; None where there was none.
    new
        The policy after.

    Returns
    -------
    tuple of Difference
        In the order of the document; empty where both say the same.

    Examples
    --------
    >>> before = Policy.from_mapping(
    ...     {"name": "a", "cutoffs": {"new": {"approve_from": 600, "refer_from": 560}}}
    ... )
    >>> after = Policy.from_mapping(
    ...     {"name": "a", "cutoffs": {"new": {"approve_from": 610, "refer_from": 560}}}
    ... )
    >>> [one.text.en for one in diff(before, after)]
    ['new: approve from 610 instead of 600.']
    """
    before = old or Policy(name=new.name, cutoffs={})
    return (*_names(before, new), *_cutoffs(before, new), *_rules(before, new))


def _names(old: Policy, new: Policy) -> Iterator[Difference]:
    if old.name != new.name:
        text = Text(
            en=f"It is called {new.name} instead of {old.name}.",
            ru=f"Называется {new.name} вместо {old.name}.",
        )
        yield Difference(kind="changed", place="name", text=text)


def _cutoffs(old: Policy, new: Policy) -> Iterator[Difference]:
    for segment in dict.fromkeys((*old.cutoffs, *new.cutoffs)):
        before, after = old.cutoffs.get(segment), new.cutoffs.get(segment)
        if before != after:
            yield from _cutoffs_of(segment, before, after)


def _cutoffs_of(
    segment: str, before: Cutoffs | None, after: Cutoffs | None
) -> Iterator[Difference]:
    place = f"cutoffs.{segment}"
    if after is None:
        text = Text(en=f"{segment} is not decided.", ru=f"{segment} больше не решается.")
        yield Difference(kind="removed", place=place, text=text)
    elif before is None:
        text = Text(
            en=f"{segment}: approve from {after.approve_from}, refer from {after.refer_from}.",
            ru=f"{segment}: одобрять от {after.approve_from}, на проверку от {after.refer_from}.",
        )
        yield Difference(kind="added", place=place, text=text)
    else:
        yield from _moved(segment, before, after)


def _moved(segment: str, before: Cutoffs, after: Cutoffs) -> Iterator[Difference]:
    words = {"approve_from": ("approve", "одобрять"), "refer_from": ("refer", "на проверку")}
    for name, (en, ru) in words.items():
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            text = Text(
                en=f"{segment}: {en} from {now} instead of {was}.",
                ru=f"{segment}: {ru} от {now} вместо {was}.",
            )
            yield Difference(kind="changed", place=f"cutoffs.{segment}.{name}", text=text)


def _rules(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {rule.code: rule for rule in old.rules}
    after = {rule.code: rule for rule in new.rules}
    for code, rule in before.items():
        if code not in after:
            yield _rule("removed", rule, Text(en="is gone", ru="больше нет"))
    for code, rule in after.items():
        if code not in before:
            yield _rule("added", rule, _said(rule))
        else:
            yield from _changed_rule(before[code], rule)
    yield from _reordered(list(before), list(after))


def _rule(kind: Kind, rule: Rule, text: Text) -> Difference:
    said = Text(en=f"{rule.code}: {text.en}.", ru=f"{rule.code}: {text.ru}.")
    return Difference(kind=kind, place=f"rules.{rule.code}", text=said)


def _changed_rule(old: Rule, new: Rule) -> Iterator[Difference]:
    if old.outcome is not new.outcome:
        en, ru = f"{new.outcome} instead of {old.outcome}", f"{new.outcome} вместо {old.outcome}"
        yield _rule("changed", new, Text(en=en, ru=ru))
    if old.when != new.when:
        now, was = condition_text(new), condition_text(old)
        en, ru = f"when {now} (before: {was})", f"если {now} (прежде: {was})"
        yield _rule("changed", new, Text(en=en, ru=ru))
    if set(old.segments) != set(new.segments):
        en = f"for {_listed(new.segments, 'every segment')}"
        ru = f"для {_listed(new.segments, 'всех сегментов')}"
        yield _rule("changed", new, Text(en=en, ru=ru))
    if dict(old.text) != dict(new.text):
        en, ru = f"the applicant reads “{new.text['en']}”", f"заявитель читает «{new.text['ru']}»"
        yield _rule("changed", new, Text(en=en, ru=ru))


def _reordered(old: list[str], new: list[str]) -> Iterator[Difference]:
    kept = [code for code in old if code in set(new)]
    now = [code for code in new if code in set(old)]
    if kept != now:
        text = Text(
            en=f"Reasons are given in another order: {', '.join(now)}.",
            ru=f"Причины называются в другом порядке: {', '.join(now)}.",
        )
        yield Difference(kind="changed", place="rules", text=text)


def _said(rule: Rule) -> Text:
    condition = condition_text(rule)
    en = f"{rule.outcome} when {condition}, for {_listed(rule.segments, 'every segment')}"
    ru = f"{rule.outcome}, если {condition}, для {_listed(rule.segments, 'всех сегментов')}"
    return Text(en=en, ru=ru)


def _listed(segments: tuple[str, ...], otherwise: str) -> str:
    return ", ".join(segments) or otherwise


def condition_text(rule: Rule) -> str:
    """Return the condition of a rule as one writes it."""
    return " and ".join(_condition(one) for one in rule.when)


_SIGNS: Mapping[str, str] = {
    "eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "in": "in",
    "not_in": "not in",
}  # fmt: skip


def _condition(condition: Any) -> str:
    if condition.operator == "missing":
        said = f"missing({condition.feature})"
        return said if condition.value else f"not {said}"
    return f"{condition.feature} {_SIGNS[condition.operator]} {_literal(condition.value)}"


def _literal(value: object) -> str:
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))})"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()
