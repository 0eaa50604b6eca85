"""The audit log: every change of state, in the transaction that makes it."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import msgspec
from sqlalchemy import Connection

from loanwright.service.audit import repository
from loanwright.service.audit.canonical import canonical, row_hash, salted_hash
from loanwright.service.audit.schemas import Actor, Change, Salter
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.ids import Ids

#: Is told of changes, inside the transaction that makes them.
Listener: TypeAlias = Callable[[Connection, Actor, Sequence[Change]], object]
Deed: TypeAlias = tuple[Actor, Sequence[Change]]

NOT_HASHED = frozenset({"sequence", "hash", "mac"})
MAC_BYTES = 16


class Keys(Protocol):
    """Knows the keys of persons, and the one for what belongs to no person."""

    @property
    def master(self) -> Salter:
        """Return the key for what belongs to no person."""
        ...

    def open(self, connection: Connection, person_ids: Collection[str]) -> Mapping[str, Salter]:
        """Return the keys of persons; whose key was destroyed is missing."""
        ...


class Audit:
    """Keeps who changed what."""

    def __init__(self, *, clock: Clock, new_id: Ids, keys: Keys) -> None:
        self._clock = clock
        self._new_id = new_id
        self._keys = keys
        self._mac_key = keys.master.salt("audit_entries.mac")
        self._listeners: list[Listener] = []

    def listen(self, listener: Listener) -> None:
        """Tell somebody of every change, inside the transaction that makes it."""
        self._listeners.append(listener)

    def record(self, connection: Connection, actor: Actor, changes: Sequence[Change]) -> None:
        """Append changes, inside the transaction that makes them."""
        self.record_all(connection, [(actor, changes)])

    def record_all(self, connection: Connection, deeds: Sequence[Deed]) -> None:
        """Append the changes of several actors in one statement."""
        pairs = [(actor, change) for actor, changes in deeds for change in changes]
        if not pairs:
            return
        now, ids = self._clock.now(), self._new_id.several("aud", len(pairs))
        keys = self._open(connection, [change for _, change in pairs])
        rows = [
            self._row(entry_id, now, actor, change, keys.get(change.person or ""))
            for entry_id, (actor, change) in zip(ids, pairs, strict=True)
        ]
        repository.append(connection, rows)
        for listener in self._listeners:
            for actor, changes in deeds:
                listener(connection, actor, changes)

    def salts_of(self, connection: Connection, entry_id: str, person: str | None) -> list[bytes]:
        """Return the salts that an entry may have been made with, of which the keys are there."""
        keys = self._keys.open(connection, [person]) if person is not None else {}
        return [key.salt(entry_id) for key in (*keys.values(), self._keys.master)]

    def is_genuine(self, row: Mapping[str, Any]) -> bool:
        """Tell whether this service has written an entry, and that as it stands."""
        entry_hash = str(row["hash"])
        genuine = row_hash(row, NOT_HASHED) == entry_hash
        return genuine and hmac.compare_digest(str(row["mac"]), self._mac(entry_hash))

    def _open(self, connection: Connection, changes: Iterable[Change]) -> Mapping[str, Salter]:
        """Open the keys of persons that nobody has opened yet, where there is content to salt."""
        wanted = {
            change.person
            for change in changes
            if change.person is not None
            and change.key is None
            and (change.before is not None or change.after is not None)
        }
        return self._keys.open(connection, wanted) if wanted else {}

    def _row(
        self, entry_id: str, now: datetime, actor: Actor, change: Change, key: Salter | None
    ) -> dict[str, Any]:
        before, after = change.before, change.after
        salt = b""
        if before is not None or after is not None:
            salt = (change.key or key or self._keys.master).salt(entry_id)
        row: dict[str, Any] = {
            "id": entry_id,
            "at": now,
            "actor": actor.id,
            "request_id": actor.request_id,
            "action": change.action,
            "subject": change.subject,
            "person": change.person,
            "before_hash": None if before is None else salted_hash(before, salt),
            "after_hash": None if after is None else salted_hash(after, salt),
            "stored": None if change.stored is None else stored_text(change.stored),
        }
        row["hash"] = row_hash(row, NOT_HASHED)
        row["mac"] = self._mac(row["hash"])
        return row

    def _mac(self, entry_hash: str) -> str:
        # Who can write into the database alone cannot add what this service would seal.
        return hmac.digest(self._mac_key, entry_hash.encode(), hashlib.sha256)[:MAC_BYTES].hex()


def read_stored_text(told: str | None) -> dict[str, str | None]:
    """Return the hashes of stored rows, by table and key; of a text that is broken, none."""
    if told is None:
        return {}
    try:
        return msgspec.json.decode(told, type=dict[str, str | None])
    except (msgspec.MsgspecError, ValueError):
        return {}


def stored_text(stored: Mapping[str, Mapping[str, Any] | None]) -> str:
    """Return the hashes of stored rows, by table and key, as the text of an entry."""
    hashes = {place: None if row is None else row_hash(row) for place, row in stored.items()}
    return canonical(hashes).decode()
