"""The vault: gives out the keys of persons, and destroys them."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from loanwright.errors import NotFound
from loanwright.service.kit.clock import Clock
from loanwright.service.privacy import repository
from loanwright.service.privacy.keys import Key, new_key


class PersonErased(NotFound):
    """What was known of {person_id} has been erased."""


class Vault:
    """The keys of persons, wrapped by the master key."""

    def __init__(self, *, clock: Clock, master: bytes) -> None:
        self._clock = clock
        self._master = Key(master)

    @property
    def master(self) -> Key:
        """Return the key for what belongs to no person."""
        return self._master

    def make(self, connection: Connection, person_ids: Sequence[str]) -> dict[str, Key]:
        """Give new persons their keys, inside the transaction that adds them."""
        now = self._clock.now()
        keys = {person_id: new_key() for person_id in person_ids}
        rows = [
            {
                "person_id": person_id,
                "wrapped": self._master.wrap(key, place=person_id),
                "created_at": now,
                "destroyed_at": None,
            }
            for person_id, key in keys.items()
        ]
        if rows:
            repository.insert_keys(connection, rows)
        return keys

    def open(self, connection: Connection, person_ids: Collection[str]) -> dict[str, Key]:
        """Return the keys of persons; whose key was destroyed, or who has none, is missing."""
        found = repository.list_keys(connection, person_ids) if person_ids else {}
        keys = {person_id: self.unwrap(person_id, found[person_id]) for person_id in found}
        return {person_id: key for person_id, key in keys.items() if key is not None}

    def unwrap(self, person_id: str, wrapped: str | None) -> Key | None:
        """Return the key of a person as a query found it, None where it was destroyed."""
        return None if wrapped is None else self._master.unwrap(wrapped, place=person_id)

    def get(self, connection: Connection, person_id: str) -> Key:
        """Return the key of one person, or raise `PersonErased`."""
        found = self.open(connection, [person_id])
        if person_id not in found:
            raise PersonErased(person_id=person_id)
        return found[person_id]

    def lock(self, connection: Connection, person_ids: Collection[str]) -> None:
        """Let nobody else erase or hold these persons before the transaction ends."""
        repository.lock(connection, person_ids)

    def list_living(self, connection: Connection, after: str, most: int) -> list[str]:
        """Return persons whose keys were not destroyed, in the order of their ids."""
        return repository.list_living(connection, after, most)

    def is_destroyed(self, connection: Connection, person_id: str) -> bool:
        """Tell whether a person had a key that was destroyed."""
        found = repository.list_keys(connection, [person_id])
        return person_id in found and found[person_id] is None

    def destroy(self, connection: Connection, person_id: str) -> bool:
        """Destroy the key of a person, and tell whether there was one."""
        return repository.destroy(connection, person_id, self._clock.now())
