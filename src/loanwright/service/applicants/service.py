"""Who the applicants are, and what the bank knows of their behaviour."""

import hashlib
import hmac
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection

from loanwright.errors import NotFound, Rejected
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.service.applicants import repository
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids

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
        self, *, database: Database, clock: Clock, new_id: Ids, identity_key: bytes
    ) -> None:
        self._database = database
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
            found = repository.list_known(connection, [applicant_id])
        if not found:
            raise ApplicantNotFound(applicant_id=applicant_id)
        return found[0]

    def find(self, document_number: str) -> Applicant | None:
        """Return the applicant with this document number, if there is one."""
        with self._database.read() as connection:
            found = repository.list_known(connection, [self.document_hash(document_number)])
        return found[0] if found else None

    def get_or_receive(self, document_number: str) -> Applicant:
        """Return the applicant with this document number, who may be new."""
        document_hash = self.document_hash(document_number)
        with self._database.write() as connection:
            self.receive(connection, [document_hash])
            return repository.list_known(connection, [document_hash])[0]

    def list_known(self, connection: Connection, names: Collection[str]) -> list[Applicant]:
        """Return the applicants whose document hash or id is among the names."""
        return repository.list_known(connection, names)

    def receive(self, connection: Connection, hashes: Sequence[str | None]) -> list[str]:
        """Return the id of the applicant of each document hash, new where it must be."""
        now = self._clock.now()
        made = list(zip(self._new_id.several("apl", len(hashes)), hashes, strict=True))
        # Sorted, so that two processes that add the same people wait for each other in one order.
        rows = [
            {"id": identity, "document_hash": document_hash, "created_at": now}
            for identity, document_hash in sorted(made, key=lambda pair: pair[1] or "")
        ]
        inserted = repository.insert_applicants(connection, rows) if rows else set()
        lost = {known for identity, known in made if known and identity not in inserted}
        if not lost:
            return [identity for identity, _ in made]
        winners = repository.list_known(connection, lost)
        by_hash = {applicant.document_hash: applicant.id for applicant in winners}
        return [by_hash.get(known, identity) if known else identity for identity, known in made]

    def record_behaviour(
        self, applicant_id: str, product: Product, features: Mapping[str, object]
    ) -> int:
        """Append what is now known of an applicant's behaviour; return its version."""
        record = validate_behaviour(product, features)
        with self._database.write() as connection:
            found = repository.list_known(connection, [applicant_id])
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

    def count(self) -> int:
        """Return how many applicants there are."""
        with self._database.read() as connection:
            return repository.count_applicants(connection)

    def _record_chunk(
        self, connection: Connection, product: Product, records: Mapping[str, Mapping[str, Any]]
    ) -> None:
        there = {one.document_hash for one in repository.list_known(connection, records)}
        self.receive(connection, [key for key in records if key not in there])
        changed = []
        for applicant in repository.list_known(connection, records):
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
    ) -> list[int]:
        now = self._clock.now()
        rows = []
        for applicant, record in records:
            before = applicant.behaviours.get(product.name)
            rows.append(
                {
                    "applicant_id": applicant.id,
                    "product": product.name,
                    "version": 1 if before is None else before.version + 1,
                    "features": msgspec.json.encode(record).decode(),
                    "recorded_at": now,
                }
            )
        repository.insert_behaviours(connection, rows)
        return [int(str(row["version"])) for row in rows]


def validate_behaviour(product: Product, features: Mapping[str, object]) -> dict[str, Any]:
    """Return the behaviour features of a product, checked against its dictionary."""
    return validate_record(product, EXISTING, features, accept_sources={BEHAVIOUR})
