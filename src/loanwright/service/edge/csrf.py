"""What a cookie alone does not prove: that our own page has sent the request."""

import hashlib
import hmac
from collections.abc import Mapping
from typing import Final

from loanwright.errors import Forbidden

HEADER: Final = b"x-csrf-token"
SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_SITE: Final = frozenset({b"same-origin", b"none"})
# What a page of anybody can send without asking our leave first.
SIMPLE_TYPES: Final = (b"text/plain", b"multipart/form-data", b"application/x-www-form-urlencoded")
_MARK: Final = b"loanwright csrf"


class ForeignOrigin(Forbidden):
    """Origin or Sec-Fetch-Site must say that the request comes from a page of this service."""


class CsrfTokenWrong(Forbidden):
    """A session needs its own token in the header X-CSRF-Token."""


class BodyFromForm(Forbidden):
    """A session may not send the body of a form here; send application/json."""


def csrf_token(session_token: str) -> str:
    """Return the token that belongs to a session; only who has the session can know it."""
    return hmac.new(session_token.encode(), _MARK, hashlib.sha256).hexdigest()


def require_own_origin(headers: Mapping[bytes, bytes]) -> None:
    """Refuse what the page of another site has sent, and what does not say where it is from."""
    site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
    if site is None and origin is None:
        raise ForeignOrigin
    if site is not None and site not in OWN_SITE:
        raise ForeignOrigin
    if origin is not None and origin.partition(b"://")[2] != headers.get(b"host"):
        raise ForeignOrigin


def require_token(session_token: str, sent: str | None) -> None:
    """Refuse a request that does not carry the token of its session."""
    expected = csrf_token(session_token)
    if sent is None or not hmac.compare_digest(sent.encode(), expected.encode()):
        raise CsrfTokenWrong


def require_no_form(headers: Mapping[bytes, bytes]) -> None:
    """Refuse the kinds of body that a form can have."""
    if headers.get(b"content-type", b"").strip().lower().startswith(SIMPLE_TYPES):
        raise BodyFromForm


def guard_session(headers: Mapping[bytes, bytes], session_token: str) -> None:
    """Refuse an unsafe request of a session that another site could have made a browser send."""
    require_own_origin(headers)
    require_no_form(headers)
    sent = headers.get(HEADER)
    require_token(session_token, None if sent is None else sent.decode("latin-1"))


def guard_login(headers: Mapping[bytes, bytes]) -> None:
    """Refuse a login into which another site pushes a browser; who is no browser may log in."""
    require_no_form(headers)
    if b"sec-fetch-site" in headers or b"origin" in headers:
        require_own_origin(headers)
