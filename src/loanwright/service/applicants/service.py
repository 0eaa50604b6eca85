"""Who the applicants are, and what the bank knows of their behaviour."""

import hashlib
import hmac
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection

from loanwright.errors import NotFound, Rejected
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.service.applicants import repository
from loanwright.service.applicants.schemas import Applicant, Status, Verification
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.privacy.vault import PersonErased, Vault
from loanwright.service.users.reach import within
from loanwright.service.users.schemas import Principal, Reach

LONGEST_DOCUMENT_NUMBER = 64
BEHAVIOUR = "behaviour"
EXISTING = "existing"


class ApplicantNotFound(NotFound):
    """There is no applicant {applicant_id}."""


class DocumentNumberRefused(Rejected):
    """A document number has 1 to 64 letters, digits and signs."""


class Applicants:
    """The people who ask for credit; document numbers are known here only as keyed hashes."""

    def __init__(
        self, *, database: Database, vault: Vault, clock: Clock, new_id: Ids, identity_key: bytes
    ) -> None:
        self._database = database
        self._vault = vault
        self._clock = clock
        self._new_id = new_id
        self._identity_key = identity_key

    def document_hash(self, document_number: str) -> str:
        """Return the keyed hash of a document number, whatever its case and spacing."""
        plain = unicodedata.normalize("NFKC", document_number).upper()
        plain = "".join(sign for sign in plain if not sign.isspace() and sign != "-")
        if not 1 <= len(plain) <= LONGEST_DOCUMENT_NUMBER or not plain.isprintable():
            raise DocumentNumberRefused
        return self.keyed_hash(plain)

    def keyed_hash(self, text: str) -> str:
        """Return a hash that nobody can guess back from a list of candidates without the key."""
        return hmac.new(self._identity_key, text.encode(), hashlib.sha256).hexdigest()

    def get(self, applicant_id: str) -> Applicant:
        """Return the applicant with this id."""
        with self._database.read() as connection:
            found = self.list_known(connection, [applicant_id])
        if not found:
            raise ApplicantNotFound(applicant_id=applicant_id)
        return found[0]

    def find(self, document_number: str) -> Applicant | None:
        """Return the applicant with this document number, if there is one."""
        with self._database.read() as connection:
            found = self.list_known(connection, [self.document_hash(document_number)])
        return found[0] if found else None

    def get_or_receive(self, document_number: str) -> Applicant:
        """Return the applicant with this document number, who may be new."""
        document_hash = self.document_hash(document_number)
        with self._database.write() as connection:
            return self.receive(connection, [document_hash])[0]

    def list_known(self, connection: Connection, names: Collection[str]) -> list[Applicant]:
        """Return the applicants whose document hash or id is among the names."""
        return repository.list_known(connection, names, self._vault)

    def new_ids(self, count: int) -> list[str]:
        """Return ids for people who are not applicants yet."""
        return self._new_id.several("apl", count)

    def receive(
        self,
        connection: Connection,
        hashes: Sequence[str | None],
        *,
        ids: Sequence[str] | None = None,
    ) -> list[Applicant]:
        """Return the applicant of each document hash, new where it must be, each with a key.

        Whoever is new has the id that is given, or one of their own.
        """
        now = self._clock.now()
        made = list(zip(ids or self.new_ids(len(hashes)), hashes, strict=True))
        # Sorted, so that two processes that add the same people wait for each other in one order.
        rows = [
            new_row(identity, document_hash, now)
            for identity, document_hash in sorted(made, key=lambda pair: pair[1] or "")
        ]
        inserted = repository.insert_applicants(connection, rows) if rows else set()
        keys = self._vault.make(connection, sorted(inserted))
        lost = {known for identity, known in made if known and identity not in inserted}
        winners = {one.document_hash: one for one in self.list_known(connection, lost)}
        if lost - winners.keys():
            # Whoever had the document was erased this very moment: it is free again.
            again = self.receive(connection, sorted(lost - winners.keys()))
            winners |= {one.document_hash: one for one in again}
        return [
            winners[known]
            if identity not in inserted
            else Applicant(
                id=identity,
                document_hash=known,
                created_at=now,
                behaviours={},
                key=keys[identity],
            )
            for identity, known in made
        ]

    def record_behaviour(
        self, applicant_id: str, product: Product, features: Mapping[str, object]
    ) -> int:
        """Append what is now known of an applicant's behaviour; return its version."""
        record = validate_behaviour(product, features)
        with self._database.write() as connection:
            found = self.list_known(connection, [applicant_id])
            if not found:
                raise ApplicantNotFound(applicant_id=applicant_id)
            return self._append(connection, product, [(found[0], record)])[0]

    def record_behaviours(
        self, product: Product, known: Mapping[str, Mapping[str, object]]
    ) -> None:
        """Append behaviour by document number, where it differs from what was known before."""
        records = {
            self.document_hash(number): validate_behaviour(product, features)
            for number, features in known.items()
        }
        with self._database.write() as connection:
            hashes = list(records)
            for start in range(0, len(hashes), repository.CHUNK):
                chunk = hashes[start : start + repository.CHUNK]
                self._record_chunk(connection, product, {key: records[key] for key in chunk})

    def append_behaviours(
        self,
        connection: Connection,
        product: Product,
        known: Mapping[str, Mapping[str, Any]],
        *,
        by: str | None = None,
    ) -> None:
        """Append behaviour by applicant, checked already, where it differs from what was known."""
        changed = []
        for applicant in self.list_known(connection, known):
            before = applicant.behaviours.get(product.name)
            if before is None or before.features != known[applicant.id]:
                changed.append((applicant, known[applicant.id]))
        if changed:
            self._append(connection, product, changed, by=by)

    def reach(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> Mapping[str, str | None]:
        """Return who looks after applicants; an id that is missing is no applicant."""
        return repository.list_managers(connection, applicant_ids)

    def within_reach(
        self, principal: Principal, column: ColumnElement[str]
    ) -> tuple[ColumnElement[bool], ...]:
        """Return the conditions that keep a list to the applicants that a principal sees."""
        return () if principal.reach is Reach.ALL else (within(principal, column),)

    def behaviour_since(
        self, connection: Connection, applicant_id: str, product: str, version: int
    ) -> datetime | None:
        """Return when a version of what the lender knows of a person was recorded."""
        return repository.behaviour_since(connection, applicant_id, product, version)

    def list_added(
        self, connection: Connection, applicant_ids: Collection[str]
    ) -> dict[str, datetime]:
        """Return when applicants were added; whoever was erased is missing."""
        return repository.list_added(connection, applicant_ids)

    def forget(self, connection: Connection, applicant_ids: Collection[str]) -> None:
        """Keep nothing of erased persons by which they could be found or recognised."""
        repository.forget(connection, applicant_ids, self._clock.now())

    def count(self) -> int:
        """Return how many applicants there are."""
        with self._database.read() as connection:
            return repository.count_applicants(connection)

    def _record_chunk(
        self, connection: Connection, product: Product, records: Mapping[str, Mapping[str, Any]]
    ) -> None:
        there = {one.document_hash for one in self.list_known(connection, records)}
        self.receive(connection, [key for key in records if key not in there])
        changed = []
        for applicant in self.list_known(connection, records):
            record = records[str(applicant.document_hash)]
            before = applicant.behaviours.get(product.name)
            if before is None or before.features != record:
                changed.append((applicant, record))
        if changed:
            self._append(connection, product, changed)

    def _append(
        self,
        connection: Connection,
        product: Product,
        records: Sequence[tuple[Applicant, Mapping[str, Any]]],
        *,
        by: str | None = None,
    ) -> list[int]:
        now = self._clock.now()
        rows = []
        for applicant, record in records:
            if applicant.key is None:
                raise PersonErased(person_id=applicant.id)
            before = applicant.behaviours.get(product.name)
            version = 1 if before is None else before.version + 1
            place = repository.behaviour_place(applicant.id, product.name, version)
            rows.append(
                {
                    "applicant_id": applicant.id,
                    "product": product.name,
                    "version": version,
                    "features": applicant.key.seal(
                        msgspec.json.encode(record).decode(), place=place
                    ),
                    "recorded_at": now,
                    "recorded_by": by,
                }
            )
        repository.insert_behaviours(connection, rows)
        return [int(str(row["version"])) for row in rows]


def new_row(identity: str, document_hash: str | None, moment: datetime) -> dict[str, Any]:
    """Return the row of somebody who comes with a document that a caller has verified."""
    named = document_hash is not None
    return {
        "id": identity,
        "document_hash": document_hash,
        "created_at": moment,
        "status": Status.ACTIVE.value,
        "version": 1,
        "manager_id": None,
        "language": None,
        "verified_how": Verification.BY_CALLER.value if named else None,
        "contacts": None,
        "verified_at": moment if named else None,
        "updated_at": moment,
        "erased_at": None,
    }


def validate_behaviour(product: Product, features: Mapping[str, object]) -> dict[str, Any]:
    """Return the behaviour features of a product, checked against its dictionary."""
    return validate_record(product, EXISTING, features, accept_sources={BEHAVIOUR})
