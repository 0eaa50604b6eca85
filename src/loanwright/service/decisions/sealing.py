"""What of a decision is personal: sealed when it is stored, opened when it is read."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row

from loanwright.service.decisions.schemas import DecisionLine, DecisionRecord
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import PersonErased, Vault

SEALED = ("snapshot", "reply")


def seal_row(row: Mapping[str, Any], key: Key) -> dict[str, Any]:
    """Return the row of a decision as it is stored."""
    sealed = {name: key.seal(row[name], place=place_of(name, row["id"])) for name in SEALED}
    return {**row, **sealed}


def open_row(row: Row[Any], vault: Vault) -> DecisionLine:
    """Return a decision as it was made; only its plain part where its applicant was erased."""
    fields = dict(row._mapping)
    key = vault.unwrap(row.applicant_id, fields.pop("wrapped"))
    texts = {name: fields.pop(name) for name in SEALED}
    if key is None:
        return DecisionLine(**fields)
    opened: dict[str, Any] = {
        name: key.open(text, place=place_of(name, row.id)) for name, text in texts.items()
    }
    return DecisionRecord(**fields, **opened)


def open_reply(row: Row[Any], vault: Vault) -> str | PersonErased:
    """Return how an application was answered, or that its applicant was erased since."""
    key = vault.unwrap(row.applicant_id, row.wrapped)
    if key is None:
        return PersonErased(person_id=row.applicant_id)
    return key.open(row.reply, place=place_of("reply", row.id))


def place_of(column: str, decision_id: str) -> str:
    """Return the place that a sealed text of a decision is bound to."""
    return f"decisions.{column}:{decision_id}"
