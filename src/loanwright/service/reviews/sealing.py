"""What of a review is personal: sealed when it is stored, opened when it is read."""

from typing import Any

from sqlalchemy import Row

from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import Vault
from loanwright.service.reviews.schemas import Kind, Result, Review, State
from loanwright.service.reviews.worth import Worth

SEALED = ("reason", "answer")
WORTH = ("closeness", "size", "disagreement")


def seal(key: Key, review_id: str, name: str, text: str | None) -> str | None:
    """Return a text of a review as it is stored."""
    return None if text is None else key.seal(text, place=_place(name, review_id))


def unseal(key: Key | None, row_id: str, name: str, sealed: str | None) -> str | None:
    """Return a text that was sealed; None where there is none, or the person was erased."""
    return None if key is None or sealed is None else key.open(sealed, place=_place(name, row_id))


def open_review(row: Row[Any], vault: Vault) -> Review:
    """Return a review as it was written; without its texts where its applicant was erased."""
    fields: dict[str, Any] = dict(row._mapping)
    key = vault.unwrap(row.applicant_id, fields.pop("wrapped"))
    for name in SEALED:
        fields[name] = unseal(key, row.id, name, fields[name])
    read = {
        "kind": Kind(row.kind),
        "state": State(row.state),
        "result": None if row.result is None else Result(row.result),
        "two_persons": bool(row.two_persons),
        "worth": Worth(**{name: fields.pop(name) for name in WORTH}),
    }
    return Review(**{**fields, **read})


def _place(name: str, review_id: str) -> str:
    return f"reviews.{name}:{review_id}"
