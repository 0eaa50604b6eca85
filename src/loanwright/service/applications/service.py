"""Applications, kept as received."""

from collections.abc import Sequence

from sqlalchemy import Connection

from loanwright.errors import NotFound
from loanwright.service.applications import repository
from loanwright.service.applications.schemas import Application
from loanwright.service.kit.database import Database


class ApplicationNotFound(NotFound):
    """There is no application {application_id}."""


class Applications:
    """The requests for credit."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    def receive(self, connection: Connection, received: Sequence[Application]) -> None:
        """Keep applications as they came, inside the transaction that decides them."""
        rows = [
            {
                "id": one.id,
                "applicant_id": one.applicant_id,
                "product": one.product,
                "segment": one.segment,
                "caller_id": one.caller_id,
                "received": one.received,
                "received_at": one.received_at,
            }
            for one in received
        ]
        repository.insert_applications(connection, rows)

    def get(self, application_id: str) -> Application:
        """Return one application."""
        with self._database.read() as connection:
            row = repository.find(connection, application_id)
        if row is None:
            raise ApplicationNotFound(application_id=application_id)
        return Application(**row._mapping)

    def count(self) -> int:
        """Return how many applications there are."""
        with self._database.read() as connection:
            return repository.count(connection)
