"""From a posted form to one application that is decided once, however often it is sent."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.service.web.guard import FormUnreadable
from loanwright.service.web.languages import Language
from loanwright.service.web.public.forms import SEGMENT, read_answers

ONCE: Final = "once"
ONCE_BYTES: Final = 16
ONCE_PATTERN: Final = re.compile(r"[A-Za-z0-9_-]{22}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Answers:
    """What the applicant answered, ready to be submitted."""

    key: str
    body: bytes = field(repr=False)
    body_hash: str
    features: Mapping[str, object] = field(repr=False)


def new_once() -> str:
    """Return a fresh token for one showing of a form."""
    return secrets.token_urlsafe(ONCE_BYTES)


def read_application(product: Product, form: Mapping[str, str], language: Language) -> Answers:
    """Check the answers of a form and give them a key.

    The key covers the token and the answers: sent twice, they are decided once; corrected and
    sent again from the same page, they are a new application.
    """
    answers = dict(form)
    once = answers.pop(ONCE, "")
    if not ONCE_PATTERN.fullmatch(once):
        raise FormUnreadable
    features = read_answers(product, answers, language)
    validate_record(product, SEGMENT, features, accept_sources={"questionnaire"})
    document = {"product": product.name, "features": features}
    body = msgspec.json.encode(document, order="sorted")
    digest = hashlib.sha256(body).hexdigest()
    key = hashlib.sha256(f"{once} {digest}".encode()).hexdigest()
    return Answers(key=key, body=body, body_hash=digest, features=features)
