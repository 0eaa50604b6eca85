"""What was decided, append-only, and its replay bit for bit."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, Final

from sqlalchemy import Connection, FromClause, Row

from loanwright.decisioning.policy import Policy
from loanwright.errors import NotFound
from loanwright.service.decisions import repository
from loanwright.service.decisions.replay import compare, compare_many
from loanwright.service.decisions.schemas import (
    DecisionLine,
    DecisionRecord,
    Difference,
    Replay,
    Tallied,
)
from loanwright.service.decisions.sealing import open_reply, open_row, seal_row
from loanwright.service.kit.database import Database
from loanwright.service.kit.months import ALWAYS, Span
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page, read_cursor, write_cursor
from loanwright.service.policies.service import Policies
from loanwright.service.privacy.keys import Key
from loanwright.service.privacy.vault import PersonErased, Vault
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry
from loanwright.service.users.schemas import Principal

#: Decisions that are assessed again together, as far as they share a model.
TOGETHER: Final = 1_000
#: Plain decisions that are read together.
AT_ONCE: Final = 5_000


class DecisionNotFound(NotFound):
    """There is no decision {decision_id}."""


class ApplicationNotDecided(NotFound):
    """There is no application {application_id}."""


class Decisions:
    """The decisions; nothing here is ever changed."""

    def __init__(
        self, *, database: Database, vault: Vault, registry: Registry, policies: Policies
    ) -> None:
        self._database = database
        self._vault = vault
        self._registry = registry
        self._policies = policies

    def append(
        self,
        connection: Connection,
        rows: Sequence[Mapping[str, Any]],
        keys: Mapping[str, Key],
    ) -> list[dict[str, Any]]:
        """Add decisions, each sealed by the key of its applicant; return the rows as stored.

        It happens inside the transaction that made them.
        """
        sealed = [seal_row(row, keys[row["applicant_id"]]) for row in rows]
        repository.insert_decisions(connection, sealed)
        return sealed

    def list_replies(
        self, connection: Connection, ids: Sequence[str]
    ) -> dict[str, str | PersonErased]:
        """Return the stored answers of decisions, by decision, inside a transaction."""
        rows = repository.list_replies(connection, ids)
        return {row.id: open_reply(row, self._vault) for row in rows}

    def get(self, decision_id: str, *, by: Principal | None = None) -> DecisionRecord:
        """Return one decision; out of reach of whoever asks is like not there."""
        with self._database.read() as connection:
            found = repository.find(connection, decision_id, by)
        if found is None:
            raise DecisionNotFound(decision_id=decision_id)
        return self._open(found)

    def read_lines(self, product: str, since: datetime) -> Iterator[DecisionLine]:
        """Go through what is not personal of the decisions since a moment, the newest first."""
        before = None
        while True:
            with self._database.read() as connection:
                lines = repository.list_lines_before(
                    connection, product=product, since=since, sequence=before, limit=AT_ONCE
                )
            yield from lines
            if len(lines) < AT_ONCE:
                return
            before = lines[-1].sequence

    def list_opened(self, ids: Collection[str]) -> list[DecisionRecord]:
        """Return those of some decisions whose applicants were not erased."""
        with self._database.read() as connection:
            rows = repository.list_by_id(connection, ids)
        opened = [open_row(row, self._vault) for row in rows]
        return [one for one in opened if isinstance(one, DecisionRecord)]

    def get_line(self, decision_id: str) -> DecisionLine:
        """Return what of a decision is not personal; it is there even where the person is not."""
        with self._database.read() as connection:
            found = repository.find_line(connection, decision_id)
        if found is None:
            raise DecisionNotFound(decision_id=decision_id)
        return found

    @property
    def last(self) -> FromClause:
        """Return the last decision on each person, for the lists of other rooms.

        There is a row for each product, and one without a product for all of them.
        """
        return repository.LAST

    def override(
        self, connection: Connection, applicant_id: str, decision_id: str, outcome: str
    ) -> None:
        """Let lists tell the outcome that a person gave in the place of a decision."""
        repository.override_last(connection, applicant_id, decision_id, outcome)

    def list_last(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> dict[str, datetime]:
        """Return when the last decision on each person was made."""
        return repository.list_last(connection, applicant_ids)

    def count_of(self, connection: Connection, applicant_id: str) -> int:
        """Return how many decisions on a person there are."""
        return repository.count_of(connection, applicant_id)

    def list_of_applicant(
        self, applicant_id: str, *, by: Principal | None = None, most: int = MAXIMUM_PAGE
    ) -> list[DecisionRecord]:
        """Return the decisions on one person in reach, the newest first, opened."""
        with self._database.read() as connection:
            rows = repository.list_of_applicant(connection, applicant_id, most, by)
        return [self._open(row) for row in rows]

    def reply_of(self, application_id: str, *, by: Principal | None = None) -> bytes:
        """Return the very bytes with which an application was answered."""
        with self._database.read() as connection:
            found = repository.find_of_application(connection, application_id, by)
        if found is None:
            raise ApplicationNotDecided(application_id=application_id)
        return self._open(found).reply.encode()

    def list_page(
        self,
        *,
        limit: int = 50,
        cursor: str | None = None,
        product: str | None = None,
        outcome: str | None = None,
        by: Principal | None = None,
    ) -> Page[DecisionLine]:
        """Return one page of decisions in reach, without what is personal, the newest first."""
        size = max(1, min(limit, MAXIMUM_PAGE))
        before = None if cursor is None else read_cursor(cursor)
        asked = {"product": product, "outcome": outcome}
        wanted = {name: value for name, value in asked.items() if value is not None}
        with self._database.read() as connection:
            found = repository.list_before(
                connection, sequence=before, limit=size + 1, wanted=wanted, by=by
            )
        items = found[:size]
        more = len(found) > size
        return Page(items=items, next_cursor=write_cursor(items[-1].sequence) if more else None)

    def read_all(
        self, *, product: str | None = None, within: Span = ALWAYS, at_once: int = MAXIMUM_PAGE
    ) -> Iterator[DecisionLine]:
        """Go through the decisions, the newest first; a `DecisionRecord` unless it was erased."""
        wanted = {} if product is None else {"product": product}
        before = None
        while True:
            with self._database.read() as connection:
                rows = repository.list_whole_before(
                    connection, sequence=before, limit=at_once, wanted=wanted, within=within
                )
            yield from (open_row(row, self._vault) for row in rows)
            if len(rows) < at_once:
                return
            before = rows[-1].sequence

    def decided_by(self, stored: DecisionRecord) -> tuple[Package, Policy]:
        """Return the model and the policy that made a decision."""
        package = self._package(stored.model_hash)
        return package, self._policy(stored.product, stored.policy_hash)

    def policy_of(self, line: DecisionLine) -> Policy:
        """Return the policy that made a decision."""
        return self._policy(line.product, line.policy_hash)

    def list_recent(self, *, product: str, most: int) -> list[DecisionLine]:
        """Return the plain part of the last decisions of a product, the newest first."""
        with self._database.read() as connection:
            return repository.list_before(
                connection, sequence=None, limit=most, wanted={"product": product}
            )

    def replay(self, decision_id: str, *, by: Principal | None = None) -> Replay:
        """Compute one decision again and compare every bit."""
        stored = self.get(decision_id, by=by)
        package = self._package(stored.model_hash)
        return _replay(stored, package, self._policy(stored.product, stored.policy_hash))

    def replay_all(self, *, at_once: int = MAXIMUM_PAGE) -> Iterator[Replay]:
        """Compute every decision again, the newest first; those of erased persons cannot be."""
        package_of, policy_of = cache(self._package), cache(self._policy)
        for held in _in_chunks(self.read_all(at_once=at_once)):
            records = [one for one in held if isinstance(one, DecisionRecord)]
            found: dict[str, tuple[Difference, ...]] = {}
            for group in _alike(records):
                package = package_of(group[0].model_hash)
                policy = policy_of(group[0].product, group[0].policy_hash)
                found |= compare_many(group, package, policy)
            for one in held:
                erased = one.id not in found
                yield Replay(decision_id=one.id, differences=found.get(one.id, ()), erased=erased)

    def tally(self, within: Span = ALWAYS) -> list[Tallied]:
        """Return how many decisions of a span are alike, by month, erased persons with them."""
        with self._database.read() as connection:
            return repository.tally(connection, within)

    def list_lines(self, ids: Collection[str]) -> list[DecisionLine]:
        """Return what of some decisions is not personal."""
        wanted = sorted(ids)
        with self._database.read() as connection:
            return [
                line
                for start in range(0, len(wanted), TOGETHER)
                for line in repository.list_lines(connection, wanted[start : start + TOGETHER])
            ]

    def count(self) -> int:
        """Return how many decisions there are."""
        with self._database.read() as connection:
            return repository.count(connection)

    def count_by_model(self, since: datetime) -> dict[str, int]:
        """Return how many decisions each model has made since a moment."""
        with self._database.read() as connection:
            return repository.count_by_model(connection, since)

    def _open(self, row: Row[Any]) -> DecisionRecord:
        found = open_row(row, self._vault)
        if not isinstance(found, DecisionRecord):
            raise PersonErased(person_id=found.applicant_id)
        return found

    def _package(self, model_hash: str) -> Package:
        return self._registry.open(self._registry.get(model_hash))

    def _policy(self, product: str, policy_hash: str) -> Policy:
        return self._policies.get(product, policy_hash).policy


def _replay(stored: DecisionRecord, package: Package, policy: Policy) -> Replay:
    return Replay(decision_id=stored.id, differences=compare(stored, package, policy))


def _in_chunks(lines: Iterator[DecisionLine]) -> Iterator[list[DecisionLine]]:
    while chunk := list(islice(lines, TOGETHER)):
        yield chunk


def _alike(records: Sequence[DecisionRecord]) -> list[list[DecisionRecord]]:
    """Return the decisions that were made alike: by one model and one policy for one segment."""
    groups: dict[tuple[str, ...], list[DecisionRecord]] = {}
    for one in records:
        key = (one.product, one.segment, one.model_hash, one.policy_hash)
        groups.setdefault(key, []).append(one)
    return list(groups.values())
