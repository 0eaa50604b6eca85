"""Published rule books: the last one published for a product decides."""

import json
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Row

from loanwright.decisioning.policy import Policy
from loanwright.errors import Conflict, NotFound, Unavailable
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.recent import Recent
from loanwright.service.policies import repository
from loanwright.service.policies.schemas import PolicyVersion


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
        document = json.dumps(policy.to_mapping(), ensure_ascii=False, sort_keys=True)
        now = self._clock.now()
        with self._database.write() as connection:
            live = {row.product: row.hash for row in repository.list_live(connection)}
            if live.get(product) == policy.hash:
                raise PolicyAlreadyPublished(product=product, policy_hash=policy.hash)
            row = {
                "hash": policy.hash,
                "product": product,
                "document": document,
                "published_at": now,
                "published_by": by,
            }
            sequence = repository.insert_version(connection, row)
            change = Change(
                action="policy.published",
                subject=policy.hash,
                after=row,
                stored={f"policy_versions:{sequence}": row},
            )
            self._audit.record(connection, Actor(id=by), [change])
        self._live.forget()
        return self.get(product, policy.hash)

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

    def _read_live(self) -> dict[str, PolicyVersion]:
        with self._database.read() as connection:
            rows = repository.list_live(connection)
        return {row.product: self._version(row) for row in rows}

    def _version(self, row: Row[Any]) -> PolicyVersion:
        if row.hash not in self._parsed:
            self._parsed[row.hash] = Policy.from_mapping(msgspec.json.decode(row.document))
        return PolicyVersion(
            hash=row.hash,
            product=row.product,
            policy=self._parsed[row.hash],
            published_at=row.published_at,
            published_by=row.published_by,
        )
