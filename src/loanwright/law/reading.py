"""Reads packs from TOML, and refuses texts that speak of facts they do not ask for."""

from __future__ import annotations

import itertools
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from loanwright.errors import Rejected
from loanwright.features.text import Text
from loanwright.law.facts import ALWAYS, EVENTS, FACTS, LISTS, OCCASIONS
from loanwright.law.pack import Band, Deadline, Duty, Pack


class PackRefused(Rejected):
    """The law pack {pack} cannot be used: {why}."""


def read_packs(texts: Mapping[str, str]) -> tuple[Pack, ...]:
    """Read packs by name; one that follows another takes over the duties of that one.

    Parameters
    ----------
    texts
        The TOML texts, by the name of the file without its ending.

    Returns
    -------
    tuple of Pack
        In the order of jurisdiction and first day.

    Raises
    ------
    PackRefused
        If a pack is malformed, follows one that is not there, or overlaps another in time.
    """
    told = {name: _parsed(name, text) for name, text in texts.items()}
    packs = [_pack(name, told, ()) for name in told]
    ordered = tuple(sorted(packs, key=lambda one: (one.jurisdiction, one.valid_from)))
    for before, after in itertools.pairwise(ordered):
        if before.jurisdiction == after.jurisdiction and before.in_force(after.valid_from):
            raise PackRefused(pack=after.code, why=f"{before.code} is still valid on its first day")
    return ordered


def _parsed(name: str, text: str) -> Mapping[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise PackRefused(pack=name, why=f"it is not TOML ({problem})") from problem


def _pack(name: str, told: Mapping[str, Mapping[str, Any]], above: tuple[str, ...]) -> Pack:
    if name not in told:
        raise PackRefused(pack=above[-1], why=f"it follows {name}, which is not there")
    if name in above:
        raise PackRefused(pack=name, why="it follows itself")
    read = told[name]
    try:
        pack = _own(name, read)
    except (KeyError, TypeError, ValueError) as problem:
        raise PackRefused(pack=name, why=f"{type(problem).__name__}: {problem}") from problem
    if "follows" not in read:
        return pack
    before = _pack(read["follows"], told, (*above, name))
    places = {one["code"]: one["after"] for one in read.get("duties", ()) if "after" in one}
    merged = _merged(name, before, pack, read.get("without", ()))
    return replace(pack, duties=_placed(name, merged, places))


def _own(name: str, read: Mapping[str, Any]) -> Pack:
    pack = Pack(
        code=name,
        jurisdiction=str(read["jurisdiction"]),
        valid_from=_day(read["valid_from"]),
        valid_until=_day(read["valid_until"]) if "valid_until" in read else None,
        title=Text(**read["title"]),
        note=Text(**read["note"]),
        duties=tuple(_duty(one) for one in read.get("duties", ())),
    )
    for duty in pack.duties:
        _check(name, duty)
    return pack


def _merged(name: str, before: Pack, own: Pack, without: Any) -> tuple[Duty, ...]:
    """Return the duties of the pack before, replaced, left out and added to, each in its place."""
    inherited = {one.code: one for one in before.duties}
    lost = [code for code in without if code not in inherited]
    if lost:
        raise PackRefused(pack=name, why=f"it leaves out {lost[0]}, which {before.code} has not")
    merged = {**inherited, **{one.code: one for one in own.duties}}
    return tuple(duty for code, duty in merged.items() if code not in without)


def _placed(name: str, duties: tuple[Duty, ...], places: Mapping[str, str]) -> tuple[Duty, ...]:
    """Return the duties with some of them moved to right after another."""
    ordered = {one.code: one for one in duties}
    for code, place in places.items():
        if place not in ordered:
            raise PackRefused(pack=name, why=f"{code} stands after {place}, which is not there")
        moved, rest = ordered.pop(code), list(ordered.values())
        at = list(ordered).index(place) + 1
        ordered = {one.code: one for one in (*rest[:at], moved, *rest[at:])}
    return tuple(ordered.values())


def _duty(told: Mapping[str, Any]) -> Duty:
    return Duty(
        code=str(told["code"]),
        asks=Text(**told["asks"]),
        source=_text(told["source"]),
        verified=bool(told["verified"]),
        checked=str(told["checked"]),
        occasions=tuple(told.get("occasions", ())),
        needs=tuple(told.get("needs", ())),
        requires=tuple(told.get("requires", ())),
        title=Text(**told["title"]) if "title" in told else None,
        text=tuple(Text(**one) for one in told.get("text", ())),
        items=told.get("items"),
        most=told.get("most"),
        over=told.get("over"),
        currency=told.get("currency"),
        bands=tuple(Band(**one) for one in told.get("bands", ())),
        deadline=Deadline(**told["deadline"]) if "deadline" in told else None,
    )


def _check(pack: str, duty: Duty) -> None:
    problems = [*_foreign(duty), *_unasked(duty)]
    if problems:
        raise PackRefused(pack=pack, why=f"{duty.code} {problems[0]}")


def _foreign(duty: Duty) -> Iterator[str]:
    """Tell which words of a duty nobody knows."""
    known = {
        "an occasion": (duty.occasions, OCCASIONS),
        "a fact": ((*duty.needs, *duty.requires), FACTS),
        "a list": (() if duty.items is None else (duty.items,), LISTS),
        "an event": (() if duty.deadline is None else (duty.deadline.event,), EVENTS),
    }
    for what, (given, possible) in known.items():
        yield from (
            f"names {what} that there is not: {one}" for one in given if one not in possible
        )
    if duty.occasions and (duty.title is None or not duty.text):
        yield "is printed and has no title or no text"
    clock = duty.deadline
    if clock is not None and bool(clock.days) == bool(clock.months):
        yield "has a clock without days, or with days and months"


def _unasked(duty: Duty) -> Iterator[str]:
    """Tell which words in braces the facts of a duty do not fill."""
    given = set(ALWAYS).union(
        *(FACTS[one] for one in (*duty.needs, *duty.requires) if one in FACTS)
    )
    given |= {"time"} if duty.deadline is not None else set()
    for text in duty.text:
        for told in (text.en, text.ru):
            words = [word for _, word, _, _ in string.Formatter().parse(told) if word is not None]
            yield from (
                f"speaks of {{{one}}} without needing it" for one in words if one not in given
            )


def _text(told: str | Mapping[str, str]) -> Text:
    """Return a text; one in a single language stands for both, as citations do."""
    return Text(en=told, ru=told) if isinstance(told, str) else Text(**told)


def _day(told: object) -> date:
    if not isinstance(told, date):
        raise TypeError(f"{told!r} is no day")
    return told
