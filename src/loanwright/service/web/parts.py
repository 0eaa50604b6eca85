"""What the macros of `office/parts.html` are given: figures, happenings, tabs; texts are said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["good", "warn", "bad", "info", "quiet"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Kpi:
    """A figure at a glance; its tone repeats what the words of the delta say."""

    label: str
    value: str
    delta: str = ""
    tone: Tone = "quiet"
    note: str = ""
    href: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Happening:
    """One entry of a timeline."""

    when: str
    title: str
    text: str = ""
    tone: Tone = "quiet"
    href: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """A link from one view of a thing to another."""

    title: str
    href: str
    here: bool = False
    count: int | None = None
