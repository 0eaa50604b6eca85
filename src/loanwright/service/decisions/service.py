"""What was decided, append-only, and its replay bit for bit."""

from collections.abc import Iterator, Sequence
from functools import cache

from sqlalchemy import Connection

from loanwright.decisioning.policy import Policy
from loanwright.errors import NotFound
from loanwright.service.decisions import repository
from loanwright.service.decisions.replay import compare
from loanwright.service.decisions.schemas import DecisionRecord, Replay
from loanwright.service.kit.database import Database
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page, read_cursor, write_cursor
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry


class DecisionNotFound(NotFound):
    """There is no decision {decision_id}."""


class ApplicationNotDecided(NotFound):
    """There is no application {application_id}."""


class Decisions:
    """The decisions; nothing here is ever changed."""

    def __init__(self, *, database: Database, registry: Registry, policies: Policies) -> None:
        self._database = database
        self._registry = registry
        self._policies = policies

    def append(self, connection: Connection, rows: Sequence[dict[str, object]]) -> None:
        """Add decisions inside the transaction that made them."""
        repository.insert_decisions(connection, rows)

    def list_replies(self, connection: Connection, ids: Sequence[str]) -> dict[str, str]:
        """Return the stored answers of decisions, by decision, inside a transaction."""
        return repository.list_replies(connection, ids)

    def get(self, decision_id: str) -> DecisionRecord:
        """Return one decision."""
        with self._database.read() as connection:
            found = repository.find(connection, decision_id)
        if found is None:
            raise DecisionNotFound(decision_id=decision_id)
        return found

    def reply_of(self, application_id: str) -> bytes:
        """Return the very bytes with which an application was answered."""
        with self._database.read() as connection:
            reply = repository.find_reply(connection, application_id)
        if reply is None:
            raise ApplicationNotDecided(application_id=application_id)
        return reply.encode()

    def list_page(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        product: str | None = None,
        outcome: str | None = None,
    ) -> Page[DecisionRecord]:
        """Return one page of decisions, the newest first."""
        size = max(1, min(limit, MAXIMUM_PAGE))
        before = None if cursor is None else read_cursor(cursor)
        asked = {"product": product, "outcome": outcome}
        wanted = {name: value for name, value in asked.items() if value is not None}
        with self._database.read() as connection:
            found = repository.list_before(
                connection, sequence=before, limit=size + 1, wanted=wanted
            )
        items = found[:size]
        more = len(found) > size
        return Page(items=items, next_cursor=write_cursor(items[-1].sequence) if more else None)

    def replay(self, decision_id: str) -> Replay:
        """Compute one decision again and compare every bit."""
        stored = self.get(decision_id)
        package = self._package(stored.model_hash)
        return _replay(stored, package, self._policy(stored.product, stored.policy_hash))

    def replay_all(self, *, at_once: int = MAXIMUM_PAGE) -> Iterator[Replay]:
        """Compute every decision again, the newest first."""
        package_of, policy_of = cache(self._package), cache(self._policy)
        cursor = None
        while True:
            page = self.list_page(limit=at_once, cursor=cursor)
            for stored in page.items:
                policy = policy_of(stored.product, stored.policy_hash)
                yield _replay(stored, package_of(stored.model_hash), policy)
            cursor = page.next_cursor
            if cursor is None:
                return

    def count(self) -> int:
        """Return how many decisions there are."""
        with self._database.read() as connection:
            return repository.count(connection)

    def _package(self, model_hash: str) -> Package:
        return self._registry.open(self._registry.get(model_hash))

    def _policy(self, product: str, policy_hash: str) -> Policy:
        return self._policies.get(product, policy_hash).policy


def _replay(stored: DecisionRecord, package: Package, policy: Policy) -> Replay:
    return Replay(decision_id=stored.id, differences=compare(stored, package, policy))
