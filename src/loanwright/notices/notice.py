"""The notice of a decision: what the law of its day asks to be told, filled with its record."""

from __future__ import annotations

from loanwright.errors import Conflict
from loanwright.law.pack import Duty, Pack
from loanwright.notices.document import Document, Section
from loanwright.notices.filling import Filling, filling_of, lists_of
from loanwright.notices.record import Lender, Record
from loanwright.notices.words import check_language, day_in_words, word


class NoticeIncomplete(Conflict):
    """The law {law} asks for what is not known here: {missing}. No notice goes out without it."""


def compose_notice(record: Record, lender: Lender, pack: Pack, language: str) -> Document:
    """Return the notice of a decision.

    Parameters
    ----------
    record
        The decision as it was made.
    lender
        Who decided.
    pack
        The law of the day of the decision.
    language
        "en" or "ru".

    Returns
    -------
    Document
        The same for the same arguments, whenever it is asked for.

    Raises
    ------
    NoticeIncomplete
        If the law asks for a fact that the lender or the decision does not have.
    LanguageUnknown
        If there are no words in this language.
    """
    check_language(language)
    filling = filling_of(record, lender, pack, language)
    duties = [one for one in pack.duties if filling.prints(one, record.occasion)]
    refuse_gaps(duties, filling, pack)
    return Document(
        kind="notice",
        language=language,
        title=word("notice", language),
        sender=lender.name,
        facts=_facts(record, language),
        sections=tuple(_section(one, record, filling, language) for one in duties),
        footer=footer(pack, record, language),
        law=pack.code,
        law_hash=pack.hash,
    )


def refuse_gaps(duties: list[Duty], filling: Filling, pack: Pack) -> None:
    """Raise `NoticeIncomplete` if anything is missing that the printed duties ask for."""
    missing = dict.fromkeys(fact for duty in duties for fact in filling.missing(duty))
    if missing:
        raise NoticeIncomplete(law=pack.code, missing=", ".join(missing))


def footer(pack: Pack, record: Record, language: str) -> str:
    """Return which law a paper was written under."""
    day = day_in_words(record.decided_on, language)
    law = word("law", language).format(day=day)
    return f"{law}: {pack.title.in_language(language)} ({pack.code})"


def _section(duty: Duty, record: Record, filling: Filling, language: str) -> Section:
    title = duty.title.in_language(language) if duty.title is not None else ""
    items = lists_of(record, language)[duty.items](duty.most) if duty.items is not None else []
    return Section(
        code=duty.code,
        title=title,
        paragraphs=filling.fill(duty, language),
        items=tuple(items),
        source=duty.source.in_language(language),
    )


def _facts(record: Record, language: str) -> tuple[tuple[str, str], ...]:
    return (
        (word("decision", language), record.decision_id),
        (word("product", language), record.product.in_language(language)),
        (word("decided_on", language), day_in_words(record.decided_on, language)),
        (word("outcome", language), word(record.occasion, language)),
    )
