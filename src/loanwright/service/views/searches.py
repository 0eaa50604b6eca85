"""Searches for names: what is looked for is sealed into the address, and ends after an hour."""

import base64
import binascii
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from loanwright.service.kit.clock import Clock
from loanwright.service.privacy.keys import Key, SealBroken
from loanwright.service.users.schemas import Principal

LASTING: Final = timedelta(hours=1)
#: Sealed and written in letters, it is short enough for an address.
MOST_BYTES: Final = 100
MOMENT_BYTES: Final = 5


@dataclass(frozen=True, kw_only=True)
class Searches:
    """Seals what somebody looks for, so that no address and no log tells a name."""

    clock: Clock
    key: Key

    def seal(self, principal: Principal, text: str) -> str:
        """Return what somebody looks for as a token that only they can use."""
        ends = int((self.clock.now() + LASTING).timestamp()).to_bytes(MOMENT_BYTES)
        looked_for = text.strip().encode()[:MOST_BYTES].decode(errors="ignore")
        sealed = self.key.seal_bytes(ends + looked_for.encode(), place=_place(principal))
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def open(self, principal: Principal, token: str) -> str | None:
        """Return what a token says, or None where it has ended or is somebody else's."""
        try:
            sealed = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
            content = self.key.open_bytes(sealed, place=_place(principal))
        except (SealBroken, binascii.Error, ValueError):
            return None
        ends = int.from_bytes(content[:MOMENT_BYTES])
        return content[MOMENT_BYTES:].decode() if self.clock.now().timestamp() < ends else None


def _place(principal: Principal) -> str:
    return f"search:{principal.id}"
