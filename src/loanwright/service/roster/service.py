"""Lists of applicants with how they stand: found, filtered, sorted by their last decision."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import Connection

from loanwright.service.accounts.schemas import Status
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.schemas import UNASSIGNED
from loanwright.service.kit.database import Database
from loanwright.service.kit.pagination import Page
from loanwright.service.roster import repository
from loanwright.service.roster.repository import Source, Window
from loanwright.service.roster.schemas import Asked, Holding, Line, Sort
from loanwright.service.users.schemas import Principal, Reach

NEWEST_FIRST: Final = f"-{Sort.ADDED}"
#: Further than this nobody counts with the eyes.
MOST_COUNTED: Final = 1_000
ALL_PRODUCTS: Final = ""


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The people whom somebody looks after, or may see."""

    database: Database
    records: Records
    accounts: Accounts
    _sources: dict[str, Source] = field(default_factory=dict, repr=False)

    def list_page(
        self,
        principal: Principal,
        asked: Asked,
        *,
        sort: str = NEWEST_FIRST,
        limit: int = 25,
        cursor: str | None = None,
    ) -> Page[Line]:
        """Return a page of the people whom a principal may see and asks for."""
        where = self.records.conditions(principal, asked.people)
        source = self._source(asked.product)
        window = Window(limit=limit, cursor=cursor, few=_are_few(principal, asked))
        with self.database.read() as connection:
            found = repository.page(
                connection, source, asked, where=where, sort=sort, window=window
            )
            records = self.records.open(connection, found.items)
            held = self._held(connection, [one.id for one in records])
        lines = [
            Line(record=record, last=repository.last_of(row), holding=held.get(record.id))
            for record, row in zip(records, found.items, strict=True)
        ]
        return Page(items=lines, next_cursor=found.next_cursor)

    def count(self, principal: Principal, asked: Asked, *, most: int = MOST_COUNTED) -> int:
        """Return how many they are, counting no further than one more than `most`."""
        where = self.records.conditions(principal, asked.people)
        source = self._source(asked.product)
        with self.database.read() as connection:
            return repository.count(connection, source, asked, where=where, most=most + 1)

    def _source(self, product: str | None) -> Source:
        known = product is not None and product in self.accounts.products
        name = product if product and known else ALL_PRODUCTS
        if name not in self._sources:
            self._sources[name] = Source(
                people=self.records.rows,
                last=self.accounts.decisions.last,
                overdue=self.accounts.overdue,
                product=name,
            )
        return self._sources[name]

    def _held(self, connection: Connection, ids: Sequence[str]) -> dict[str, Holding]:
        held: dict[str, Holding] = {}
        for account in self.accounts.list_held(connection, ids):
            known = held.get(account.applicant_id, Holding(accounts=0, overdue_since=None))
            late = [known.overdue_since] if known.overdue_since else []
            if account.status is Status.OPEN and account.overdue_since is not None:
                late.append(account.overdue_since)
            held[account.applicant_id] = Holding(
                accounts=known.accounts + (account.status is Status.OPEN),
                overdue_since=min(late) if late else None,
            )
        return held


def _are_few(principal: Principal, asked: Asked) -> bool:
    """Tell whether few people are meant: somebody's own, or those with one name or number."""
    people = asked.people
    manager = people.manager_id is not None and people.manager_id != UNASSIGNED
    found = people.name is not None or people.document_number is not None
    own = people.own or principal.reach is not Reach.ALL
    return own or manager or found or asked.arrears is True
