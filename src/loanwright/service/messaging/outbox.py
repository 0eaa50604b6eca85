"""The outbox: messages are rows, written in the transaction that causes them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.messaging import repository


class Outbox:
    """Where messages wait for the relay."""

    def __init__(self, *, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def put(self, connection: Connection, topic: str, subjects: Iterable[str]) -> None:
        """Append a message for each subject, inside the transaction that causes it."""
        now = self._clock.now()
        rows = [
            {"topic": topic, "subject": subject, "created_at": now, "published_at": None}
            for subject in subjects
        ]
        if rows:
            repository.insert_messages(connection, rows)

    def repeat(self, topic: str, since: datetime) -> int:
        """Let the messages of a topic be published again: whoever had them may be gone."""
        with self._database.write() as connection:
            return repository.mark_waiting(connection, topic, since)

    def waiting(self) -> tuple[int, float | None]:
        """Return how many messages wait, and for how many seconds the oldest has."""
        with self._database.read() as connection:
            count = repository.count_waiting(connection)
            first = repository.list_waiting(connection, 1)
        now = self._clock.now()
        return count, (now - first[0].created_at).total_seconds() if first else None

    def count_waiting(self) -> int:
        """Return how many messages were not published yet."""
        with self._database.read() as connection:
            return repository.count_waiting(connection)
