"""Published rule books: the last one published for a product decides."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from loanwright.decisioning.policy import Policy
from loanwright.errors import Conflict, NotFound, Unavailable
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.pagination import Page
from loanwright.service.kit.recent import Recent
from loanwright.service.policies import repository
from loanwright.service.policies.errors import PolicyAmbiguous, PolicyUnknown
from loanwright.service.policies.schemas import PolicyVersion, Publication


class PolicyAlreadyPublished(Conflict):
    """The version is already live for {product}: {policy_hash}."""


class PolicyNotFound(NotFound):
    """No version {policy_hash} was published for {product}."""


class NoPolicy(Unavailable):
    """No policy is published for {product} yet."""


class Policies:
    """The published policies; what is live is at most a second old."""

    def __init__(self, *, database: Database, clock: Clock, audit: Audit) -> None:
        self._database = database
        self._clock = clock
        self._audit = audit
        self._parsed: dict[str, Policy] = {}
        self._live = Recent(self._read_live)

    def publish(self, product: str, policy: Policy, *, by: str) -> PolicyVersion:
        """Publish a policy for a product; from now on it decides."""
        with self._database.write() as connection:
            sequence = self.append(connection, Actor(id=by), product, policy)
        self.forget()
        return self.get_publication(sequence).version

    def append(self, connection: Connection, actor: Actor, product: str, policy: Policy) -> int:
        """Publish a policy inside a transaction; return the place of the publication.

        When the transaction is over, `forget` what was live before it.
        """
        live = {row.product: row.hash for row in repository.list_live(connection)}
        if live.get(product) == policy.hash:
            raise PolicyAlreadyPublished(product=product, policy_hash=policy.hash)
        row = {
            "hash": policy.hash,
            "product": product,
            "document": write_policy(policy),
            "published_at": self._clock.now(),
            "published_by": actor.id,
        }
        sequence = repository.insert_version(connection, row)
        change = Change(
            action="policy.published",
            subject=policy.hash,
            after=row,
            stored={f"policy_versions:{sequence}": row},
        )
        self._audit.record(connection, actor, [change])
        return sequence

    def forget(self) -> None:
        """Ask the database anew for what is live."""
        self._live.forget()

    def live(self, product: str) -> PolicyVersion:
        """Return the policy that decides a product now."""
        version = self._live.get().get(product)
        if version is None:
            raise NoPolicy(product=product)
        return version

    def all_live(self) -> Mapping[str, PolicyVersion]:
        """Return the policies that decide now, by product."""
        return self._live.get()

    def list_live(self) -> tuple[PolicyVersion, ...]:
        """Return the policies that decide now, by product."""
        live = self._live.get()
        return tuple(live[product] for product in sorted(live))

    def get(self, product: str, policy_hash: str) -> PolicyVersion:
        """Return one published version."""
        with self._database.read() as connection:
            row = repository.find(connection, product, policy_hash)
        if row is None:
            raise PolicyNotFound(product=product, policy_hash=policy_hash)
        return self._version(row)

    def get_publication(self, sequence: int) -> Publication:
        """Return one publication."""
        with self._database.read() as connection:
            (row,) = repository.list_publications(connection, sequence=sequence)
        return self._publication(row)

    def list_live_at(self, moment: datetime | None = None) -> tuple[Publication, ...]:
        """Return what decided each product at a moment: who wrote it, who published it."""
        with self._database.read() as connection:
            rows = repository.list_live_at(connection, moment)
        return tuple(map(self._publication, rows))

    def list_publications(self, **wanted: str) -> tuple[Publication, ...]:
        """Return the publications of a product, or of a hash, the newest first."""
        with self._database.read() as connection:
            rows = repository.list_publications(connection, **wanted)
        return tuple(map(self._publication, rows))

    def page_publications(
        self, *, limit: int = 50, cursor: str | None = None, **wanted: str
    ) -> Page[Publication]:
        """Return a page of publications, the newest first."""
        with self._database.read() as connection:
            page = repository.page_publications(connection, wanted, limit=limit, cursor=cursor)
        items = [self._publication(row) for row in page.items]
        return Page(items=items, next_cursor=page.next_cursor)

    def find_live(self, product: str) -> PolicyVersion | None:
        """Return the policy that decides a product now, if one does."""
        return self._live.get().get(product)

    def get_published(self, policy_hash: str) -> Policy:
        """Return a policy that was published, for whichever product."""
        published = self.list_publications(hash=policy_hash)
        if not published:
            raise PolicyUnknown(policy_hash=policy_hash)
        return published[0].version.policy

    def find_hash(self, beginning: str) -> str | None:
        """Return the hash of the one published version that begins like this, if there is one."""
        with self._database.read() as connection:
            found = repository.list_beginning(connection, beginning)
        if len(found) > 1:
            raise PolicyAmbiguous(count=len(found), beginning=beginning)
        return found[0] if found else None

    def read(self, policy_hash: str, document: str) -> Policy:
        """Return the policy of a stored document; the same one is read once."""
        if policy_hash not in self._parsed:
            self._parsed[policy_hash] = Policy.from_mapping(msgspec.json.decode(document))
        return self._parsed[policy_hash]

    def _read_live(self) -> dict[str, PolicyVersion]:
        with self._database.read() as connection:
            rows = repository.list_live(connection)
        return {row.product: self._version(row) for row in rows}

    def _version(self, row: Row[Any]) -> PolicyVersion:
        return PolicyVersion(
            hash=row.hash,
            product=row.product,
            policy=self.read(row.hash, row.document),
            published_at=row.published_at,
            published_by=row.published_by,
        )

    def _publication(self, row: Row[Any]) -> Publication:
        return Publication(
            sequence=row.sequence,
            version=self._version(row),
            draft_id=row.draft_id,
            origin=row.draft_origin,
            author=row.draft_author,
            note=row.draft_note,
            checks=None if row.draft_checks is None else msgspec.json.decode(row.draft_checks),
        )


def write_policy(policy: Policy) -> str:
    """Return a policy as the text that is stored."""
    return json.dumps(policy.to_mapping(), ensure_ascii=False, sort_keys=True)
