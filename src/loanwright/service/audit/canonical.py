"""One way to write a value down, so that everybody who hashes it gets the same hash.

The text is RFC 8785 (JCS) over texts, whole numbers, true, false, null, lists and objects: keys
sorted, no spaces, UTF-8. A real number is written as the text of its bits (`float.hex`), a moment
as ISO 8601 in UTC with microseconds and `Z`.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, Final

import msgspec

_encode = msgspec.json.Encoder(order="deterministic", decimal_format="string").encode
_AS_THEY_ARE: Final = frozenset({str, int, bool, type(None)})
SEQUENCE: Final = frozenset({"sequence"})


def canonical(content: Any) -> bytes:
    """Return the canonical text of a value.

    Examples
    --------
    >>> canonical({"b": [1, None], "a": 0.5})
    b'{"a":"0x1.0000000000000p-1","b":[1,null]}'
    """
    return _encode(_plain(content))


def row_text(row: Mapping[str, Any], without: Collection[str] = SEQUENCE) -> bytes:
    """Return the canonical text of a row; columns without a value are left out of it."""
    return _encode(
        {
            name: value if type(value) in _AS_THEY_ARE else _plain(value)
            for name, value in row.items()
            if value is not None and name not in without
        }
    )


def row_hash(row: Mapping[str, Any], without: Collection[str] = SEQUENCE) -> str:
    """Return the SHA-256 of the canonical text of a row."""
    return hashlib.sha256(row_text(row, without)).hexdigest()


def salted_hash(content: Any, salt: bytes) -> str:
    """Return the SHA-256 of a salt and the canonical text of a value."""
    return hashlib.sha256(salt + canonical(content)).hexdigest()


def _plain(value: Any) -> Any:
    if type(value) in _AS_THEY_ARE:
        return value
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, datetime):
        moment = value.astimezone(UTC).replace(tzinfo=None)
        return moment.isoformat(timespec="microseconds") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(held) for name, held in value.items()}
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return [_plain(held) for held in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(held) for held in value)
    return value
