"""Booked credit of one vintage, as it was known at a moment and is seen from a day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from loanwright.decisioning.performance import PerformanceDefinition, definition_on
from loanwright.performance.book import Book, book_of
from loanwright.service.accounts import repository
from loanwright.service.accounts.schemas import Status
from loanwright.service.accounts.service import Accounts


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """The accounts of one vintage.

    Attributes
    ----------
    decisions
        Of each account, the decision that led to it, if one did.
    """

    vintage: str
    decisions: tuple[str | None, ...]
    book: Book

    def only(self, chosen: np.ndarray) -> "Watched":
        """Return some of the accounts."""
        places = np.flatnonzero(chosen)
        return Watched(
            vintage=self.vintage,
            decisions=tuple(self.decisions[place] for place in places),
            book=self.book.only(places),
        )


@dataclass(frozen=True, kw_only=True)
class Watch:
    """Looks at booked credit.

    Attributes
    ----------
    as_of
        The day from which it is seen: what happened later does not count.
    known_at
        The moment at which it was known: what was recorded, or corrected, later does not count.
    """

    accounts: Accounts
    as_of: date
    known_at: datetime

    def definition(self, product: str) -> PerformanceDefinition:
        """Return what counts as good and bad on that day."""
        return definition_on(self.accounts.definitions(product), self.as_of)

    def list_vintages(self, product: str) -> list[str]:
        """Return the months of origination up to that day, the oldest first."""
        last = f"{self.as_of:%Y-%m}"
        with self.accounts.database.read() as connection:
            found = repository.list_vintages(connection, product)
        return [one for one in found if one <= last]

    def of(self, product: str, vintage: str) -> Watched:
        """Return the accounts of a vintage that were not cancelled."""
        with self.accounts.database.read() as connection:
            asked = (connection, product, vintage, self.known_at)
            rows = [
                row
                for row in repository.list_watched(*asked)
                if row.status != Status.CANCELLED and row.disbursed_on <= self.as_of
            ]
            paid = repository.list_watched_payments(*asked)
        places = {row.id: place for place, row in enumerate(rows)}
        ends = [
            (
                row.disbursed_on,
                row.ended_on if row.status == Status.CLOSED else None,
                row.ended_on if row.status == Status.WRITTEN_OFF else None,
            )
            for row in rows
        ]
        payments: list[Any] = [(places[row[0]], *row[1:]) for row in paid if row[0] in places]
        return Watched(
            vintage=vintage,
            decisions=tuple(row.decision_id for row in rows),
            book=book_of(ends, payments, self.as_of),
        )
