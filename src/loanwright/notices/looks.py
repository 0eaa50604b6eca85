"""Looks of persons at a decision, as a data-subject pack tells them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from loanwright.features.text import Text
from loanwright.notices.document import Section
from loanwright.notices.words import day_in_words, word


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """One look of a person at one decision.

    Attributes
    ----------
    kind
        ``referral``, ``review``, ``objection`` or ``reasons``.
    asked
        What the person wrote, or None.
    role
        Who answered: a role, ``person``, ``machine`` or ``system``; None where nobody has yet.
    seconded
        Role of the second person who agreed, or None.
    found, answer
        Why, in the lender's words, and what was written to the person.
    stands
        The outcome that stood afterwards; None where it has not ended.
    """

    code: str
    kind: str
    opened_on: date
    asked: str | None = field(default=None, repr=False)
    role: str | None = None
    seconded: str | None = None
    answered_on: date | None = None
    found: Text | None = None
    answer: str | None = field(default=None, repr=False)
    stands: str | None = None
    withdrawn: bool = False


def look_section(look: Look, language: str) -> Section:
    """Return what was asked, who answered, and what stands since."""
    opened = day_in_words(look.opened_on, language)
    return Section(
        code=look.code,
        title=f"{word(f'look_{look.kind}', language)}, {opened}",
        paragraphs=(*_asked(look, language), *_answered(look, language)),
    )


def _asked(look: Look, language: str) -> list[str]:
    return [] if look.asked is None else [f"{word('you_wrote', language)}: {look.asked}"]


def _answered(look: Look, language: str) -> list[str]:
    if look.answered_on is None or look.stands is None or look.role is None:
        return [word("look_withdrawn" if look.withdrawn else "look_open", language)]
    day = day_in_words(look.answered_on, language)
    lines = [f"{word('answered_by', language)}: {word(look.role, language)}, {day}."]
    if look.seconded is not None:
        lines.append(f"{word('agreed_by', language)}: {word(look.seconded, language)}.")
    if look.found is not None:
        lines.append(look.found.in_language(language))
    if look.answer is not None:
        lines.append(f"{word('we_wrote', language)}: {look.answer}")
    return [*lines, f"{word('stands', language)}: {word(look.stands, language)}."]
