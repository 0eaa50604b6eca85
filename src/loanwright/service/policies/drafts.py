"""The life of a policy before it decides: written, submitted, published by somebody else."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import msgspec
from sqlalchemy import Connection, Row

from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.rulebook.reading import read_for
from loanwright.rulebook.report import Report
from loanwright.service.audit.schemas import Actor, Change
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page
from loanwright.service.kit.versions import check_version
from loanwright.service.policies import repository
from loanwright.service.policies.errors import (
    DraftChangesNothing,
    DraftFails,
    DraftForAnotherProduct,
    DraftFrozen,
    DraftNotFound,
    DraftNotSubmitted,
    DraftOfAnother,
    ExamplesNeeded,
    LivePolicyChanged,
    NameMissing,
    NoEarlierVersion,
    PolicyAmbiguous,
    ProductNotServed,
    ReasonNeeded,
    SecondPersonNeeded,
)
from loanwright.service.policies.schemas import Draft, DraftState, Origin, Publication
from loanwright.service.policies.service import Policies, PolicyNotFound, write_policy
from loanwright.service.users.grants import could_be

PREFIX: Final = "pol"
#: Says what is wrong with a document, which may be no policy, for a product.
Examine: TypeAlias = Callable[[Mapping[str, Any], Product], Report]


@dataclass(frozen=True, kw_only=True)
class PolicyDrafts:
    """The drafts, and what becomes of them.

    Only the author changes and submits a draft. Submitting freezes it, once it has passed its
    checks; then somebody else publishes or rejects it.
    """

    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    products: Mapping[str, Product]
    policies: Policies
    examine: Examine

    def write(self, actor: Actor, product: str, document: object, *, note: str = "") -> Draft:
        """Write down a policy that is to decide a product one day."""
        actor = _named(actor)
        policy = read_draft(document, self.product(product))
        row = self._row(actor, product, policy, origin="written", note=note)
        with self.database.write() as connection:
            repository.insert_draft(connection, row)
            self._record(connection, actor, "policy.drafted", row["id"], after=row)
        return self.get(row["id"])

    def edit(
        self,
        actor: Actor,
        draft_id: str,
        *,
        seen: int,
        document: object | None = None,
        note: str | None = None,
    ) -> Draft:
        """Change a draft that was seen at a version, while it is one, by its author."""
        with self.database.write() as connection:
            draft = self._own(connection, actor, draft_id)
            check_version(seen, draft.version, {"policy": draft.policy.to_mapping()})
            product = self.product(draft.product)
            policy = draft.policy if document is None else read_draft(document, product)
            values = {
                "document": write_policy(policy),
                "hash": policy.hash,
                "note": draft.note if note is None else note,
                "changed_at": self.clock.now(),
            }
            repository.change_draft(connection, draft_id, values)
            before = {"hash": draft.hash, "note": draft.note}
            self._record(
                connection, actor, "policy.draft_edited", draft_id, before=before, after=values
            )
        return self.get(draft_id)

    def discard(self, actor: Actor, draft_id: str) -> Draft:
        """Give a draft up, by its author."""
        with self.database.write() as connection:
            self._own(connection, actor, draft_id)
            values = self._ended(actor, DraftState.DISCARDED)
            repository.change_draft(connection, draft_id, values)
            self._record(connection, actor, "policy.draft_discarded", draft_id, after=values)
        return self.get(draft_id)

    def check(self, draft_id: str) -> Report:
        """Say what is wrong with a draft."""
        draft = self.get(draft_id)
        return self.examine(draft.policy.to_mapping(), self.product(draft.product))

    def submit(self, actor: Actor, draft_id: str, *, seen: int | None = None) -> Draft:
        """Freeze a draft that passes its checks, so that somebody else may publish it."""
        draft = self.get(draft_id)
        report = self._passed(draft)
        with self.database.write() as connection:
            now = self._own(connection, actor, draft_id)
            check_version(draft.version if seen is None else seen, now.version)
            # What was checked is what is frozen.
            check_version(draft.version, now.version)
            base = self._base(connection, draft.product)
            if base == draft.hash:
                raise DraftChangesNothing(product=draft.product)
            values = self._submitted(report, base)
            repository.change_draft(connection, draft_id, values)
            self._record(connection, actor, "policy.submitted", draft_id, after=values)
        return self.get(draft_id)

    def publish(self, actor: Actor, draft_id: str) -> Publication:
        """Let a submitted policy decide from now on, by somebody who has not written it."""
        actor = _named(actor)
        draft = self.get(draft_id)
        _require_second(actor, draft)
        self._still_passes(draft)
        with self.database.write() as connection:
            draft = self._submitted_one(connection, draft_id)
            # Whoever could have logged in as the second person is no first one.
            if could_be(connection, draft.author, actor.id):
                raise SecondPersonNeeded(person=draft.author)
            if self._base(connection, draft.product) != draft.base_hash:
                raise LivePolicyChanged(product=draft.product)
            sequence = self.policies.append(connection, actor, draft.product, draft.policy)
            values = {**self._ended(actor, DraftState.PUBLISHED), "published_as": sequence}
            repository.change_draft(connection, draft_id, values)
            self._record(connection, actor, "policy.draft_published", draft_id, after=values)
        self.policies.forget()
        return self.policies.get_publication(sequence)

    def reject(self, actor: Actor, draft_id: str, *, reason: str) -> Draft:
        """Turn a submitted policy down, and say why; its author may take it back so, too."""
        actor = _named(actor)
        if not reason.strip():
            raise ReasonNeeded
        with self.database.write() as connection:
            self._submitted_one(connection, draft_id)
            values = {**self._ended(actor, DraftState.REJECTED), "reason": reason}
            repository.change_draft(connection, draft_id, values)
            self._record(connection, actor, "policy.rejected", draft_id, after=values)
        return self.get(draft_id)

    def roll_back(
        self, actor: Actor, product: str, *, to: str | None = None, note: str = ""
    ) -> Draft:
        """Submit an earlier version again; by default the one before the present one.

        It has decided before, so what the checks say of it is written down and is no obstacle;
        a second person publishes it all the same.
        """
        actor = _named(actor)
        earlier = self._earlier(product, to)
        report = self.examine(earlier.to_mapping(), self.product(product))
        row = self._row(actor, product, earlier, origin="rollback", note=note)
        with self.database.write() as connection:
            base = self._base(connection, product)
            if base == earlier.hash:
                raise DraftChangesNothing(product=product)
            row = {**row, **self._submitted(report, base)}
            repository.insert_draft(connection, row)
            self._record(connection, actor, "policy.rollback_submitted", row["id"], after=row)
        return self.get(row["id"])

    def get(self, draft_id: str) -> Draft:
        """Return one draft."""
        with self.database.read() as connection:
            return _found(repository.find_draft(connection, draft_id), draft_id)

    def list_page(
        self, *, limit: int = 50, cursor: str | None = None, **wanted: str
    ) -> Page[Draft]:
        """Return a page of drafts, the newest first."""
        with self.database.read() as connection:
            page = repository.page_drafts(connection, wanted, limit=limit, cursor=cursor)
        return Page(items=[_draft(row) for row in page.items], next_cursor=page.next_cursor)

    def find_id(self, beginning: str) -> str | None:
        """Return the id of the one draft that begins like this, or whose policy's hash does."""
        with self.database.read() as connection:
            found = repository.list_drafts_beginning(connection, beginning)
        if len(found) > 1:
            raise PolicyAmbiguous(count=len(found), beginning=beginning)
        return found[0] if found else None

    def find_named(self, name: str) -> str | None:
        """Return the id of the last draft that is under way whose policy has this name."""
        under_way = (DraftState.DRAFT, DraftState.SUBMITTED)
        for draft in self.list_page(limit=MAXIMUM_PAGE).items:
            if draft.policy.name == name and draft.state in under_way:
                return draft.id
        return None

    def product(self, name: str) -> Product:
        """Return a product that is served."""
        if name not in self.products:
            raise ProductNotServed(product=name, known=", ".join(sorted(self.products)))
        return self.products[name]

    def _earlier(self, product: str, to: str | None) -> Policy:
        published = self.policies.list_publications(product=product)
        if to is not None:
            found = [one for one in published if one.version.hash.startswith(to)]
            if not found:
                raise PolicyNotFound(product=product, policy_hash=to)
            if len({one.version.hash for one in found}) > 1:
                raise PolicyAmbiguous(count=len(found), beginning=to)
            return found[0].version.policy
        others = [one for one in published if one.version.hash != published[0].version.hash]
        if not others:
            raise NoEarlierVersion(product=product)
        return others[0].version.policy

    def _passed(self, draft: Draft) -> Report:
        _require_examples(draft)
        report = self.examine(draft.policy.to_mapping(), self.product(draft.product))
        if not report.passed:
            raise DraftFails(summary=report.summary, first=report.first.en)
        return report

    def _still_passes(self, draft: Draft) -> None:
        """Check again what was checked against a product file that is no longer the one served."""
        checks = draft.checks or {}
        if draft.state is not DraftState.SUBMITTED or draft.origin == "rollback":
            return
        _require_examples(draft)
        if checks.get("product_hash") != self.product(draft.product).hash:
            self._passed(draft)

    def _own(self, connection: Connection, actor: Actor, draft_id: str) -> Draft:
        draft = _found(repository.find_draft(connection, draft_id, lock=True), draft_id)
        if plain(actor.id) != plain(draft.author):
            raise DraftOfAnother(author=draft.author, draft_id=draft_id)
        if draft.state is not DraftState.DRAFT:
            raise DraftFrozen(draft_id=draft_id, state=draft.state)
        return draft

    def _submitted_one(self, connection: Connection, draft_id: str) -> Draft:
        draft = _found(repository.find_draft(connection, draft_id, lock=True), draft_id)
        if draft.state is not DraftState.SUBMITTED:
            raise DraftNotSubmitted(draft_id=draft_id, state=draft.state)
        return draft

    def _base(self, connection: Connection, product: str) -> str | None:
        live = {row.product: row.hash for row in repository.list_live(connection)}
        return live.get(product)

    def _row(
        self, actor: Actor, product: str, policy: Policy, *, origin: Origin, note: str
    ) -> dict[str, Any]:
        now = self.clock.now()
        return {
            "id": self.new_id(PREFIX),
            "product": product,
            "origin": origin,
            "document": write_policy(policy),
            "hash": policy.hash,
            "note": note,
            "state": str(DraftState.DRAFT),
            "version": 1,
            "author": actor.id,
            "created_at": now,
            "changed_at": now,
        }

    def _submitted(self, report: Report, base: str | None) -> dict[str, Any]:
        return {
            "state": str(DraftState.SUBMITTED),
            "base_hash": base,
            "submitted_at": self.clock.now(),
            "checks": json.dumps(report.to_mapping(), ensure_ascii=False),
        }

    def _ended(self, actor: Actor, state: DraftState) -> dict[str, Any]:
        return {"state": str(state), "decided_at": self.clock.now(), "decided_by": actor.id}

    def _record(
        self, connection: Connection, actor: Actor, action: str, draft_id: str, **facts: Any
    ) -> None:
        self.audit.record(connection, actor, [Change(action=action, subject=draft_id, **facts)])


def read_draft(document: Any, product: Product) -> Policy:
    """Return the policy in a document that was sent for a product, reading only what it has."""
    policy = read_for(document, product)
    if policy.product not in (None, product.name):
        raise DraftForAnotherProduct(named=policy.product, product=product.name)
    return policy


def plain(person: str) -> str:
    """Return a name so that two ways to write it are one.

    Examples
    --------
    >>> plain(" Anna  Petrova") == plain("anna petrova")
    True
    """
    return " ".join(person.split()).casefold()


def _named(actor: Actor) -> Actor:
    name = " ".join(actor.id.split())
    if not name:
        raise NameMissing
    return Actor(id=name, request_id=actor.request_id)


def _require_second(actor: Actor, draft: Draft) -> None:
    if plain(actor.id) == plain(draft.author):
        raise SecondPersonNeeded(person=draft.author)


def _require_examples(draft: Draft) -> None:
    """Refuse a policy of the schema that has no room for examples; `examine` says the rest."""
    if draft.policy.schema < 2:
        raise ExamplesNeeded


def _found(row: Row[Any] | None, draft_id: str) -> Draft:
    if row is None:
        raise DraftNotFound(draft_id=draft_id)
    return _draft(row)


def _draft(row: Row[Any]) -> Draft:
    facts = dict(row._mapping)
    document, checks = facts.pop("document"), facts.pop("checks")
    facts.pop("published_as")
    return Draft(
        **{**facts, "state": DraftState(facts["state"])},
        policy=Policy.from_mapping(msgspec.json.decode(document)),
        checks=None if checks is None else msgspec.json.decode(checks),
    )
