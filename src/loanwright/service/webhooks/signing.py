"""How a receiver knows that a message is ours and not an old one repeated."""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Final

SECRET_MARK: Final = "whs_"  # noqa: S105
SECRET_BYTES: Final = 32
SIGNATURE: Final = "Loanwright-Signature"


def new_secret() -> str:
    """Return a secret that a webhook shares with its receiver."""
    return SECRET_MARK + secrets.token_urlsafe(SECRET_BYTES)


def sign(body: bytes, *, shared: Iterable[str], at: datetime) -> str:
    """Return the signature header: the moment, and an HMAC-SHA256 for every valid secret.

    The signed text is the moment in whole seconds since 1970, a full stop, and the body.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> sign(b"{}", shared=["whs_example"], at=datetime(2026, 1, 1, tzinfo=UTC))[:16]
    't=1767225600,v1='
    """
    seconds = int(at.timestamp())
    signatures = [f"v1={_hmac(one, seconds, body)}" for one in shared]
    return ",".join([f"t={seconds}", *signatures])


def verify(header: str, body: bytes, *, secret: str, now: datetime, tolerance: int = 300) -> bool:
    """Tell whether a signature header is right for this body, and at most `tolerance` s old.

    A receiver in Python may use this as it is; in other languages it is as short.

    Examples
    --------
    >>> from datetime import UTC, datetime
    >>> now = datetime(2026, 1, 1, tzinfo=UTC)
    >>> header = sign(b"{}", shared=["whs_example"], at=now)
    >>> verify(header, b"{}", secret="whs_example", now=now)
    True
    >>> verify(header, b"{ }", secret="whs_example", now=now)
    False
    """
    parts = [part.partition("=") for part in header.split(",")]
    moments = [value for name, _, value in parts if name == "t"]
    if len(moments) != 1 or not moments[0].isdigit() or len(moments[0]) > 12:
        return False
    seconds = int(moments[0])
    if abs(now.timestamp() - seconds) > tolerance:
        return False
    wanted = _hmac(secret, seconds, body)
    given = [value for name, _, value in parts if name == "v1"]
    return any(hmac.compare_digest(wanted.encode(), one.encode()) for one in given)


def _hmac(secret: str, seconds: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % seconds + body, hashlib.sha256).hexdigest()
