"""Applications, kept as received."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection

from loanwright.errors import NotFound
from loanwright.service.applications import repository
from loanwright.service.applications.schemas import Application
from loanwright.service.kit.database import Database
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import Vault

#: Applications that are looked up by one query.
TOGETHER: Final = 1_000


class ApplicationNotFound(NotFound):
    """There is no application {application_id}."""


class Applications:
    """The requests for credit."""

    def __init__(self, *, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def receive(
        self, connection: Connection, received: Sequence[Application], keys: Mapping[str, Key]
    ) -> list[dict[str, Any]]:
        """Keep applications as they came, each sealed by the key of its applicant.

        It happens inside the transaction that decides them; the rows as stored are returned.
        """
        rows = [
            {
                "id": one.id,
                "applicant_id": one.applicant_id,
                "product": one.product,
                "segment": one.segment,
                "caller_id": one.caller_id,
                "received": keys[one.applicant_id].seal(one.received, place=_place(one.id)),
                "received_at": one.received_at,
            }
            for one in received
        ]
        repository.insert_applications(connection, rows)
        return rows

    def get(self, application_id: str) -> Application:
        """Return one application."""
        with self._database.read() as connection:
            row = repository.find(connection, application_id)
            if row is None:
                raise ApplicationNotFound(application_id=application_id)
            key = self._vault.get(connection, row.applicant_id)
        received = key.open(row.received, place=_place(application_id))
        return Application(**{**row._mapping, "received": received})

    def sender_of(self, connection: Connection, application_id: str) -> str | None:
        """Return who sent an application; it is no secret, and there when the person is not."""
        row = repository.find(connection, application_id)
        return None if row is None else str(row.caller_id)

    def list_senders(self, ids: Sequence[str]) -> dict[str, str]:
        """Return who sent applications, by application."""
        with self._database.read() as connection:
            return {
                application_id: sender
                for start in range(0, len(ids), TOGETHER)
                for application_id, sender in repository.list_senders(
                    connection, ids[start : start + TOGETHER]
                ).items()
            }

    def count(self) -> int:
        """Return how many applications there are."""
        with self._database.read() as connection:
            return repository.count(connection)


def _place(application_id: str) -> str:
    return f"applications.received:{application_id}"
