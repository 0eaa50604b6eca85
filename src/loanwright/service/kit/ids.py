"""Identifiers: a prefix, 48 bits of time and 80 random bits in Crockford's base 32."""

import re
import secrets
from collections.abc import Callable

from loanwright.service.kit.clock import Clock

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 26
RANDOM_BYTES = 10
_PAIRS = tuple(high + low for high in ALPHABET for low in ALPHABET)
_SHIFTS = tuple(range(120, -1, -10))
_SHAPE = re.compile(rf"[a-z]{{2,8}}_[{ALPHABET}]{{{LENGTH}}}")


class Ids:
    """Makes identifiers that cannot be guessed and that sort by the time they were made."""

    def __init__(
        self, clock: Clock, random_bytes: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._clock = clock
        self._random_bytes = random_bytes

    def __call__(self, prefix: str) -> str:
        """Return a new identifier such as `dec_01JD3ZK8M0…`."""
        return self.several(prefix, 1)[0]

    def several(self, prefix: str, count: int) -> list[str]:
        """Return new identifiers of one moment."""
        time_bits = int(self._clock.now().timestamp() * 1000) << 80
        drawn = self._random_bytes(RANDOM_BYTES * count)
        starts = range(0, RANDOM_BYTES * count, RANDOM_BYTES)
        return [
            f"{prefix}_{_write(time_bits | int.from_bytes(drawn[at : at + RANDOM_BYTES]))}"
            for at in starts
        ]


def _write(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def id_from(prefix: str, digest: bytes) -> str:
    """Return the identifier that stands for a digest: the same for the same."""
    return f"{prefix}_{_write(int.from_bytes(digest[:16]))}"


def is_id(text: str, prefix: str) -> bool:
    """Tell whether the text has the shape of an identifier with this prefix."""
    return text.startswith(prefix + "_") and _SHAPE.fullmatch(text) is not None
