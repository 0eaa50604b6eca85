"""JSON as strangers send it: one meaning, finite numbers, no duplicates, no tricks."""

import json
import math
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

import msgspec

from loanwright.errors import Rejected

LARGEST_INTEGER = 2**53 - 1
MOST_DIGITS = 16
DEEPEST = 16
_ECHO = 60

_decode = msgspec.json.Decoder(Any).decode


class MalformedBody(Rejected):
    """The body is not acceptable JSON: {why}."""

    def __init__(self, *, problem: str, why: str, field: str = "") -> None:
        super().__init__(problem=problem, why=why, field=field)


def parse(body: bytes) -> Any:
    """Return the value of a JSON text, or raise `MalformedBody`.

    Refused: anything but UTF-8, a byte order mark, NaN and infinities, numbers that overflow,
    integers that a double cannot hold exactly, duplicate keys, lone surrogates, the character
    NUL, more than `DEEPEST` levels. Minus zero becomes zero.
    """
    try:
        document = _decode(body)
    except RecursionError:
        _refuse("too_deep", f"it nests deeper than {DEEPEST} levels")
    except (msgspec.MsgspecError, ValueError):
        # The second, slower parser says precisely what is wrong and where.
        return _clean(_parse_slowly(body))
    if b"\\u" in body or body.count(b":") != _members(document):
        return _clean(_parse_slowly(body))
    return _clean(document)


def _members(document: Any) -> int:
    # Every member has one colon. Fewer members than colons: a key was repeated, or a text
    # contains a colon, and only the slower parser can tell which.
    count = 0
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if type(value) is dict:
            count += len(value)
            waiting.extend(value.values())
        elif type(value) is list:
            waiting.extend(value)
    return count


def _clean(document: Any) -> Any:
    # In a box, so that a lone number is a member like any other.
    box = {"": document}
    _clean_members(box, box.items(), "", 0)
    return box[""]


def _clean_members(parent: Any, members: Iterable[tuple[Any, Any]], field: str, depth: int) -> None:
    if depth > DEEPEST:
        _refuse("too_deep", f"it nests deeper than {DEEPEST} levels")
    for name, member in members:
        kind = type(member)
        if kind is float:
            if member == 0.0:
                parent[name] = 0.0
        elif kind is int:
            if not -LARGEST_INTEGER <= member <= LARGEST_INTEGER:
                _refuse_integer(_path(field, name))
        elif kind is dict:
            _clean_members(member, member.items(), _path(field, name), depth + 1)
        elif kind is list:
            _clean_members(member, enumerate(member), _path(field, name), depth + 1)


def _path(field: str, name: object) -> str:
    return f"{field}.{str(name)[:_ECHO]}" if field else str(name)[:_ECHO]


def _parse_slowly(body: bytes) -> Any:
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as failure:
        _refuse("bad_encoding", f"byte {failure.start} is not UTF-8")
    try:
        document = _DECODER.decode(text)
    except RecursionError:
        _refuse("too_deep", f"it nests deeper than {DEEPEST} levels")
    except json.JSONDecodeError as failure:
        _refuse("bad_syntax", f"{failure.msg.lower()} at character {failure.pos}")
    for piece in _texts(document):
        _check_text(piece)
    return document


def _texts(document: Any) -> Iterator[str]:
    waiting = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)


def _check_text(text: str) -> None:
    if "\0" in text:
        _refuse("bad_text", "a text contains the character NUL")
    if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
        _refuse("bad_text", "a text contains half of a surrogate pair")


def _read_pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                _refuse("duplicate_key", "a key is repeated", name[:_ECHO])
            seen.add(name)
    return members


def _read_integer(digits: str) -> int:
    if len(digits.lstrip("-")) > MOST_DIGITS:
        _refuse_integer("")
    return int(digits)


def _read_float(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        _refuse("number_out_of_range", "a number is too large")
    return number


def _refuse_constant(name: str) -> NoReturn:
    _refuse("not_finite", f"{name} is not a number that JSON knows")


def _refuse_integer(field: str) -> NoReturn:
    _refuse("number_out_of_range", "an integer has more digits than can be kept", field)


def _refuse(problem: str, why: str, field: str = "") -> NoReturn:
    # A name that cannot be encoded must not come back in the answer.
    raise MalformedBody(
        problem=problem, why=why, field=field.encode("utf-8", "replace").decode()
    ) from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_read_pairs,
    parse_int=_read_integer,
    parse_float=_read_float,
    parse_constant=_refuse_constant,
)
