"""What is different between two policies, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from loanwright.decisioning.language import write
from loanwright.decisioning.policy import (
    Cutoffs,
    Example,
    Humility,
    Policy,
    Rule,
    Table,
    Terms,
)
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
    before = old or Policy(name=new.name, product=new.product, cutoffs={})
    return (
        *_names(before, new),
        *_cutoffs(before, new),
        *_figures(before, new),
        *_tables(before, new),
        *_rules(before, new),
        *_terms(before, new),
        *_humility(before, new),
        *_examples(before, new),
    )


def _names(old: Policy, new: Policy) -> Iterator[Difference]:
    if old.name != new.name:
        text = Text(
            en=f"It is called {new.name} instead of {old.name}.",
            ru=f"Называется {new.name} вместо {old.name}.",
        )
        yield Difference(kind="changed", place="name", text=text)
    if old.product != new.product:
        yield _compared("product", "product", old.product, new.product)


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
    now, was = condition_text(new), condition_text(old)
    if now != was:
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
    """Return the condition of a rule in the canonical way to write it."""
    return write(rule.node)


def _figures(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {one.name: write(one.formula.node) for one in old.figures}
    after = {one.name: write(one.formula.node) for one in new.figures}
    for name, was, now in _paired(before, after):
        yield _compared(f"figures.{name}", name, was, now)


def _tables(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {one.name: one for one in old.tables}
    after = {one.name: one for one in new.tables}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was is None or now is None:
            yield _compared(f"tables.{name}", name, _said_table(was), _said_table(now))
        else:
            yield from _changed_table(was, now)


def _said_table(table: Table | None) -> str | None:
    return None if table is None else "; ".join(_rows(table))


def _changed_table(old: Table, new: Table) -> Iterator[Difference]:
    name, place = new.name, f"tables.{new.name}"
    if old.hit != new.hit:
        yield _compared(place, name, f"hit {old.hit}", f"hit {new.hit}")
    before, after = _rows(old), _rows(new)
    for number in range(max(len(before), len(after))):
        was = before[number] if number < len(before) else None
        now = after[number] if number < len(after) else None
        if was != now:
            yield _compared(f"{place}.rows[{number}]", f"{name} {number + 1}", was, now)


def _rows(table: Table) -> list[str]:
    return [f"{write(row.when.node)} → {_literal(row.value)}" for row in table.rows]


def _terms(old: Policy, new: Policy) -> Iterator[Difference]:
    for grade in dict.fromkeys((*old.terms, *new.terms)):
        was, now = old.terms.get(grade), new.terms.get(grade)
        if was != now:
            place = f"terms.{grade}"
            yield _compared(place, grade, _said_terms(was), _said_terms(now))


def _said_terms(terms: Terms | None) -> str | None:
    if terms is None:
        return None
    return f"≤ {terms.highest_amount}, {terms.annual_rate_bp / 100:.2f} %"


def _humility(old: Policy, new: Policy) -> Iterator[Difference]:
    before, after = old.humility or Humility(), new.humility or Humility()
    for name in ("out_of_range", "most_missing", "unseen_categories", "unseen_segments"):
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            place = f"humility.{name}"
            yield _compared(place, place, _asked(was), _asked(now))


def _asked(value: object) -> str | None:
    return None if value in (None, False) else str(value).lower()


def _examples(old: Policy, new: Policy) -> Iterator[Difference]:
    before = {one.name: one for one in old.examples}
    after = {one.name: one for one in new.examples}
    for name in dict.fromkeys((*before, *after)):
        was, now = before.get(name), after.get(name)
        if was != now:
            place = f"examples.{name}"
            yield _compared(place, f"“{name}”", _expected(was), _expected(now))


def _expected(example: Example | None) -> str | None:
    if example is None:
        return None
    facts = ", ".join(f"{name} = {_literal(value)}" for name, value in example.facts.items())
    scored = "" if example.score is None else f", {example.score}"
    return f"{example.segment}{scored}: {facts or '—'} → {example.expect.outcome}"


def _paired(
    before: Mapping[str, str], after: Mapping[str, str]
) -> Iterator[tuple[str, str | None, str | None]]:
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            yield name, before.get(name), after.get(name)


def _compared(place: str, name: str, was: str | None, now: str | None) -> Difference:
    """Return what became of something that has one text; both texts may be the same still."""
    if was is None:
        text = Text(en=f"{name} is new: {now}.", ru=f"{name}: добавлено {now}.")
        return Difference(kind="added", place=place, text=text)
    if now is None:
        text = Text(en=f"{name} is gone: {was}.", ru=f"{name}: убрано {was}.")
        return Difference(kind="removed", place=place, text=text)
    if was == now:
        text = Text(en=f"{name} is changed in details.", ru=f"{name}: изменены подробности.")
        return Difference(kind="changed", place=place, text=text)
    text = Text(en=f"{name}: {now} instead of {was}.", ru=f"{name}: {now} вместо {was}.")
    return Difference(kind="changed", place=place, text=text)


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)
