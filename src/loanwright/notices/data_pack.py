"""The data-subject pack: all data used with source and time, logic, weights, outcome, readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from loanwright.features.text import Text
from loanwright.law.pack import Pack
from loanwright.notices.document import Document, Section, Table
from loanwright.notices.filling import filling_of, specific_reasons
from loanwright.notices.looks import Look, look_section
from loanwright.notices.notice import footer, refuse_gaps
from loanwright.notices.record import Lender, Record, Weight
from loanwright.notices.words import check_language, day_in_words, number_in_words, word
from loanwright.notices.written import Written, written_sections


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """Who did what with a person's data, how often, and when last.

    Attributes
    ----------
    who
        A word of ``loanwright.notices.words``: yourself, person, machine or system.
    """

    who: str
    deed: str
    times: int
    last: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """A rule by which data are kept, and until when; None where nobody knows."""

    rule: Text
    until: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Subject:
    """Everything that a data-subject pack is made from.

    Attributes
    ----------
    day
        The day it was asked for.
    contacts
        Pairs of label and value.
    records
        The automated decisions as they were made.
    looks
        What persons made of each, by its id, the oldest first.
    written
        What the lender's people have written about the person beside it.
    told_weights
        Whether numbers of the model are told, as to the lender's people.
    """

    applicant_id: str
    day: date
    contacts: Sequence[tuple[Text, str]] = field(default=(), repr=False)
    records: Sequence[Record] = ()
    looks: Mapping[str, Sequence[Look]] = field(default_factory=dict, repr=False)
    written: Sequence[Written] = field(default=(), repr=False)
    seen: Sequence[Seen] = ()
    kept: Sequence[Kept] = ()
    told_weights: bool = False


def compose_data_pack(subject: Subject, lender: Lender, pack: Pack, language: str) -> Document:
    """Return all that is kept of a person, in the order in which one asks for it.

    Raises
    ------
    NoticeIncomplete
        If the law asks for a fact that the lender has not given.
    LanguageUnknown
        If there are no words in this language.
    """
    check_language(language)
    about = _about(subject)
    return Document(
        kind="data-pack",
        language=language,
        title=word("data_pack", language),
        sender=lender.name,
        facts=(("ID", subject.applicant_id), *_facts(subject, language)),
        sections=(
            *_contacts(subject, language),
            _logic(language),
            *_decisions(subject, language),
            *written_sections(subject.written, language),
            _seen(subject.seen, language),
            _kept(subject.kept, language),
            *_rights(about, lender, pack, language),
        ),
        footer=footer(pack, about, language),
        law=pack.code,
        law_hash=pack.hash,
    )


def _about(subject: Subject) -> Record:
    """Return the record that the words of the law speak of: the person's, as a whole."""
    nothing = Text(en="—", ru="—")
    return Record(
        decision_id=subject.applicant_id,
        product=nothing,
        occasion="data",
        received_on=subject.day,
        decided_on=subject.day,
        automated=True,
    )


def _facts(subject: Subject, language: str) -> tuple[tuple[str, str], ...]:
    return ((word("when", language), day_in_words(subject.day, language)),)


def _contacts(subject: Subject, language: str) -> list[Section]:
    rows = tuple((title.in_language(language), value) for title, value in subject.contacts)
    if not rows:
        return []
    header = (word("datum", language), word("value", language))
    table = Table(header=header, rows=rows)
    return [Section(code="contacts", title=word("contacts", language), table=table)]


def _logic(language: str) -> Section:
    text = word("logic_text", language)
    return Section(code="logic", title=word("logic", language), paragraphs=(text,))


def _decisions(subject: Subject, language: str) -> list[Section]:
    if not subject.records:
        title, text = word("applications", language), word("no_decisions", language)
        return [Section(code="decisions", title=title, paragraphs=(text,))]
    return [part for one in subject.records for part in _history(one, subject, language)]


def _history(record: Record, subject: Subject, language: str) -> list[Section]:
    """Return the automated decision as it was, then each look of a person at it."""
    looks = subject.looks.get(record.decision_id, ())
    decision = _decision(record, subject.told_weights, language)
    return [decision, *(look_section(one, language) for one in looks)]


def _decision(record: Record, told_weights: bool, language: str) -> Section:
    day = day_in_words(record.decided_on, language)
    outcome = f"{word('by_machine', language)}: {word(record.occasion, language)}."
    note = (word("weights_text", language),) if told_weights else ()
    header = [word(name, language) for name in ("datum", "value", "source", "since", "effect")]
    if told_weights:
        header.append(word("weight", language))
    rows = tuple(_datum(one, told_weights, language) for one in record.weights)
    return Section(
        code=record.decision_id,
        title=f"{record.product.in_language(language)}, {day} ({record.decision_id})",
        paragraphs=(outcome, *note),
        items=tuple(one.in_language(language) for one in specific_reasons(record)),
        table=Table(header=tuple(header), rows=rows),
    )


def _datum(one: Weight, told_weights: bool, language: str) -> tuple[str, ...]:
    told = (
        one.title.in_language(language),
        one.value.in_language(language),
        one.source.in_language(language),
        one.since or "",
        "" if one.contribution is None else word(one.towards, language),
    )
    if not told_weights:
        return told
    return (*told, "" if one.contribution is None else number_in_words(one.contribution, language))


def _seen(seen: Sequence[Seen], language: str) -> Section:
    header = tuple(word(name, language) for name in ("who", "deed", "times", "when"))
    rows = tuple(
        (word(one.who, language), one.deed, str(one.times), day_in_words(one.last, language))
        for one in seen
    )
    return Section(
        code="seen",
        title=word("seen", language),
        paragraphs=(word("seen_text", language),),
        table=Table(header=header, rows=rows) if rows else None,
    )


def _kept(kept: Sequence[Kept], language: str) -> Section:
    title = word("retention", language)
    if not kept:
        text = word("no_retention", language)
        return Section(code="retention", title=title, paragraphs=(text,))
    rows = tuple((one.rule.in_language(language), _until(one, language)) for one in kept)
    header = (word("rule", language), word("until", language))
    return Section(code="retention", title=title, table=Table(header=header, rows=rows))


def _until(one: Kept, language: str) -> str:
    if one.until is None:
        return word("unknown_end", language)
    return day_in_words(one.until, language)


def _rights(about: Record, lender: Lender, pack: Pack, language: str) -> list[Section]:
    filling = filling_of(about, lender, pack, language)
    duties = [one for one in pack.duties if filling.prints(one, about.occasion)]
    refuse_gaps(duties, filling, pack)
    return [
        Section(
            code=one.code,
            title=one.title.in_language(language) if one.title is not None else "",
            paragraphs=filling.fill(one, language),
            source=one.source.in_language(language),
        )
        for one in duties
    ]
