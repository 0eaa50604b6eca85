"""A paper as a value: nothing but texts, in the order in which they are read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """Rows of texts beneath a header."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """A part of a paper with a title of its own.

    Attributes
    ----------
    code
        The duty that it meets, or the name of the part.
    source
        Where the law asks for it, or None.
    items
        A list beneath the text, in order.
    """

    code: str
    title: str
    paragraphs: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    table: Table | None = None
    source: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """A whole paper in one language.

    Attributes
    ----------
    kind
        ``notice`` or ``data-pack``.
    facts
        Pairs of label and value at its head.
    law
        Code of the pack that it was written under.
    law_hash
        SHA-256 of that pack.
    """

    kind: str
    language: str
    title: str
    sender: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    footer: str
    law: str
    law_hash: str

    @property
    def hash(self) -> str:
        """Return the SHA-256 of everything in it: the same decision and law, the same hash."""
        content = json.dumps(self.to_mapping(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return asdict(self)
