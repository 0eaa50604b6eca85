"""How often one person may ask for what is costly: counted in the database, by day."""

import math
from datetime import timedelta
from typing import Final

from loanwright.service.kit.database import Database, database_now
from loanwright.service.kit.problem import Throttled
from loanwright.service.privacy.keys import Key
from loanwright.service.users import repository

DAY: Final = timedelta(days=1)


class QuotaUsedUp(Throttled):
    """Asked {most} times within a day; ask again in {retry_after} seconds."""


class Quotas:
    """Counts what one person asks for; a day begins with the first question."""

    def __init__(self, *, database: Database, master: Key) -> None:
        self._database = database
        self._master = master

    def count(self, what: str, subject: str, *, most: int) -> int:
        """Count a question, or refuse it and say when the next one may come.

        Returned is how many there were within the day, this one included.
        """
        name = self._name(what, subject)
        with self._database.write() as connection:
            now = database_now(connection)
            row = repository.count_guess(connection, name, now=now, since=now - DAY)
        if row.used > most:
            left = (row.started_at + DAY - now).total_seconds()
            raise QuotaUsedUp(most=most, retry_after=max(1, math.ceil(left)))
        return int(row.used)

    def used(self, what: str, subject: str) -> int:
        """Return how often one person has asked within the day."""
        name = self._name(what, subject)
        with self._database.read() as connection:
            return repository.count_used(connection, name, database_now(connection) - DAY)

    def _name(self, what: str, subject: str) -> str:
        return self._master.salt(f"quotas:{what}:{subject}").hex()
