"""Raw headers in, the headers of every answer out."""

import re
from collections.abc import Iterable, Mapping, Sequence

RawHeaders = Sequence[tuple[bytes, bytes]]

API_POLICY = b"default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    b"frame-ancestors 'none'"
)
ALWAYS: RawHeaders = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"strict-transport-security", b"max-age=31536000; includeSubDomains"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
UNLESS_SET: RawHeaders = (
    # "no-referrer" would make browsers send `Origin: null` with our own form.
    (b"referrer-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)
API_HEADERS: RawHeaders = (*ALWAYS, *UNLESS_SET, (b"content-security-policy", API_POLICY))
REPEATABLE = frozenset(name for name, _ in ALWAYS)
_REQUEST_ID = re.compile(rb"[A-Za-z0-9._:-]{1,64}")


REQUEST_ID = b"x-request-id"


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[bytes, bytes]:
    """Return headers by lower-case name; one that was sent twice is joined by a comma."""
    headers: dict[bytes, bytes] = {}
    for name, value in raw:
        headers[name] = headers[name] + b", " + value if name in headers else value
    return headers


def find_request_id(headers: Mapping[bytes, bytes]) -> str | None:
    """Return the request id that the caller chose, if it is a harmless one."""
    sent = headers.get(REQUEST_ID)
    return sent.decode() if sent is not None and _REQUEST_ID.fullmatch(sent) else None


def secured(headers: Iterable[tuple[bytes, bytes]], request_id: str) -> list[tuple[bytes, bytes]]:
    """Return the headers of an answer with everything that every answer carries."""
    own = [one for one in headers if one[0] not in REPEATABLE]
    present = dict(own)
    own += ALWAYS
    own += [one for one in UNLESS_SET if one[0] not in present]
    if b"content-security-policy" not in present:
        html = present.get(b"content-type", b"").startswith(b"text/html")
        own.append((b"content-security-policy", PAGE_POLICY if html else API_POLICY))
    own.append((b"x-request-id", request_id.encode("ascii")))
    return own
