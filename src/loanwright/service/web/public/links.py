"""Addresses of results that nobody can guess, without keeping a list of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from loanwright.service.kit.problem import PathUnknown

PURPOSE: Final = b"loanwright result link"
SIGNATURE_BYTES: Final = 18


class ResultLinks:
    """Writes and reads the token at the end of a result's address.

    The token is the application's id and a keyed hash of it: whoever knows the id, which is the
    reference number that is read out on the telephone, does not thereby know the address.
    """

    def __init__(self, key: bytes) -> None:
        self._key = hmac.digest(key, PURPOSE, hashlib.sha256)

    def write(self, application_id: str) -> str:
        """Return the token of an application."""
        return f"{application_id}.{self._sign(application_id)}"

    def read(self, token: str) -> str:
        """Return the application of a token, or refuse as if there were no such page."""
        application_id, _, signature = token.rpartition(".")
        expected = self._sign(application_id)
        if not hmac.compare_digest(signature.encode(), expected.encode()):
            raise PathUnknown
        return application_id

    def _sign(self, application_id: str) -> str:
        digest = hmac.digest(self._key, application_id.encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
