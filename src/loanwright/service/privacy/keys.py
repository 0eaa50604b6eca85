"""Keys and what they close: AES-256-GCM, a fresh nonce each time, bound to its place."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from loanwright.errors import Unavailable

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
MARK: Final = "s1."


class SealBroken(Unavailable):
    """What is kept at {place} cannot be opened: it was changed, or the master key is another."""


class Key:
    """A key that seals texts, each bound to its place: moved elsewhere, it does not open.

    Examples
    --------
    >>> key = Key(bytes(32))
    >>> key.open(key.seal("Anna", place="applicants.name:apl_1"), place="applicants.name:apl_1")
    'Anna'
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._cipher = AESGCM(secret)

    def seal(self, text: str, *, place: str) -> str:
        """Return the text so that only this key can read it, and only as kept at this place."""
        return MARK + base64.b64encode(self.seal_bytes(text.encode(), place=place)).decode("ascii")

    def open(self, sealed: str, *, place: str) -> str:
        """Return the text that was sealed for this place, or raise `SealBroken`."""
        if not sealed.startswith(MARK):
            raise SealBroken(place=place)
        return self.open_bytes(_decode(sealed[len(MARK) :], place), place=place).decode()

    def seal_bytes(self, content: bytes, *, place: str) -> bytes:
        """Return the content sealed, as bytes."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, content, place.encode())

    def open_bytes(self, sealed: bytes, *, place: str) -> bytes:
        """Return the content that was sealed for this place, or raise `SealBroken`."""
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place.encode())
        except (InvalidTag, ValueError):
            raise SealBroken(place=place) from None

    def salt(self, name: str) -> bytes:
        """Return 32 bytes that only this key can give for this name."""
        return hmac.new(self._secret, f"salt:{name}".encode(), hashlib.sha256).digest()

    def wrap(self, key: "Key", *, place: str) -> str:
        """Return another key, sealed by this one."""
        return base64.b64encode(self.seal_bytes(key._secret, place=place)).decode("ascii")

    def unwrap(self, wrapped: str, *, place: str) -> "Key":
        """Return the key that was wrapped for this place, or raise `SealBroken`."""
        return Key(self.open_bytes(_decode(wrapped, place), place=place))


def _decode(text: str, place: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise SealBroken(place=place) from None


def is_sealed(text: str) -> bool:
    """Tell whether a text looks as `Key.seal` leaves it."""
    return text.startswith(MARK)


def new_key() -> Key:
    """Return a key that nobody has had before."""
    return Key(secrets.token_bytes(KEY_BYTES))
