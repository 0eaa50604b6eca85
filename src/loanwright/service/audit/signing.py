"""Signatures of seals: Ed25519; whoever has the public keys can check them."""

import hashlib
from collections.abc import Iterable, Iterator

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

KEY_ID_LENGTH = 16


class Signer:
    """Signs seals with one private key.

    Examples
    --------
    >>> signer = Signer(bytes(32))
    >>> PublicKeys([signer.public]).confirm(signer.key_id, b"text", signer.sign(b"text"))
    True
    """

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        #: The public key, 32 bytes in hexadecimal digits.
        self.public = self._key.public_key().public_bytes_raw().hex()
        self.key_id = key_id_of(self.public)

    def sign(self, content: bytes) -> str:
        """Return the signature of the content, in hexadecimal digits."""
        return self._key.sign(content).hex()


class PublicKeys:
    """The public keys that are trusted: the present one and those before it."""

    def __init__(self, keys: Iterable[str]) -> None:
        self._keys = {key_id_of(key): key for key in keys}

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys.values())

    def knows(self, key_id: str) -> bool:
        """Tell whether there is a key of this id."""
        return key_id in self._keys

    def find(self, key_id: str) -> str | None:
        """Return the key of this id, if it is trusted."""
        return self._keys.get(key_id)

    def confirm(self, key_id: str, content: bytes, signature: str) -> bool:
        """Tell whether the key of this id is trusted and has signed the content."""
        public = self._keys.get(key_id)
        if public is None:
            return False
        try:
            key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public))
            key.verify(bytes.fromhex(signature), content)
        except (InvalidSignature, ValueError):
            return False
        return True


def key_id_of(public: str) -> str:
    """Return the short name of a public key: the beginning of its SHA-256."""
    return hashlib.sha256(bytes.fromhex(public)).hexdigest()[:KEY_ID_LENGTH]
