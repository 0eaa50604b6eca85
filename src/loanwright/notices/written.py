"""What the lender's people have written about somebody, as a data-subject pack tells it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from loanwright.features.text import Text
from loanwright.notices.document import Section, Table
from loanwright.notices.words import day_in_words, word


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A note, a review put back, or something that was asked for.

    Attributes
    ----------
    kind
        ``note``, ``returned`` or ``requested``.
    role
        Who wrote it: a role, ``person``, ``machine`` or ``system``.
    about
        What was asked for, or why a review was put back.
    text, answer
        The words that were written, and those of the person themselves.
    """

    kind: str
    on: date
    role: str
    about: Text | None = None
    text: str | None = field(default=None, repr=False)
    answer: str | None = field(default=None, repr=False)


def written_sections(written: Sequence[Written], language: str) -> list[Section]:
    """Return what was written, the oldest first; nothing where nothing was."""
    if not written:
        return []
    header = tuple(word(name, language) for name in ("when", "who", "datum", "words"))
    rows = tuple(_row(one, language) for one in sorted(written, key=lambda one: one.on))
    return [
        Section(
            code="written",
            title=word("written", language),
            table=Table(header=header, rows=rows),
        )
    ]


def _row(one: Written, language: str) -> tuple[str, ...]:
    what = word(f"written_{one.kind}", language)
    about = "" if one.about is None else one.about.in_language(language)
    answer = "" if one.answer is None else f"{word('you_wrote', language)}: {one.answer}"
    return (
        day_in_words(one.on, language),
        word(one.role, language),
        ": ".join(part for part in (what, about) if part),
        " — ".join(part for part in (one.text, answer) if part),
    )
