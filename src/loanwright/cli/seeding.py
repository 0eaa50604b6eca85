"""Seeds the demo bank with real people from the bundled data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail
from loanwright.cli.seeded_accounts import book
from loanwright.cli.seeded_people import BORROWERS, introduce, profile, seed_borrowers, seed_staff

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service
    from loanwright.service.kit.clock import SetClock

PRODUCT = "credit-card"
# How many people each product has in the demo bank, and how many of them have applied again.
PEOPLE = {"credit-card": (1_210, 760), "instalment-loan": (300, 140)}
CHUNK = 100
SENDER = "demo seed"
EXAMPLE: Mapping[str, Any] = {
    "product": PRODUCT,
    "applicant": {"document_number": "T00234"},
    "features": {"limit": 190000, "education": "university"},
}


def example_body() -> str:
    """Return the body of an application by one of the seeded cardholders."""
    return json.dumps(EXAMPLE)


def seed(service: "Service", password: str) -> None:
    """Fill the demo bank, once: staff, applicants, accounts, some decisions, some borrowers.

    Everybody who can log in has the same password. What was begun and not ended is ended.
    """
    managers = seed_staff(service, password)
    for name, (people, applied) in PEOPLE.items():
        product = service.products.get(name)
        if product is not None:
            found = _read_people(name, people)
            _introduce_all(service, product, found, managers)
            if _count_decided(service, name) < applied:
                decide(service, product, found[:applied])
            _book_all(service, product, found)
    seed_borrowers(service, password, _read_people(PRODUCT, BORROWERS))


def seed_past(service: "Service", clock: "SetClock", password: str) -> None:
    """Live through the last months of a new demo bank, by its clock, which was set back."""
    from loanwright.cli.seeded_history import live_through

    managers = seed_staff(service, password)
    applicants = []
    for name, (people, applied) in PEOPLE.items():
        product = service.products.get(name)
        if product is not None:
            found = _read_people(name, people)
            _introduce_all(service, product, found, managers)
            applicants.append((product, found[:applied]))
    live_through(service, clock, applicants)


def _count_decided(service: "Service", product: str) -> int:
    return sum(one.decided for one in service.decisions.tally() if one.product == product)


def _introduce_all(
    service: "Service",
    product: "Product",
    people: Sequence[Mapping[str, Any]],
    managers: Sequence[str],
) -> None:
    behaviour = {one.name for one in product.inputs("existing") if one.source == "behaviour"}
    service.applicants.record_behaviours(
        product, {one["applicant"]: _only(one, behaviour) for one in people}
    )
    for start in range(0, len(people), CHUNK):
        with service.database.write() as connection:
            chunk = people[start : start + CHUNK]
            ids = introduce(service, connection, chunk, managers)
            profile(service, connection, product, ids)


def _book_all(service: "Service", product: "Product", people: Sequence[Mapping[str, Any]]) -> None:
    """Book the accounts of people, as they stand today."""
    for start in range(0, len(people), CHUNK):
        hashes = {
            service.applicants.document_hash(one["applicant"]): one
            for one in people[start : start + CHUNK]
        }
        with service.database.write() as connection:
            known = service.applicants.list_known(connection, hashes)
            ids = {one.id: hashes[str(one.document_hash)] for one in known}
            book(service, connection, product, ids)


def _read_people(name: str, count: int) -> list[dict[str, Any]]:
    from loanwright.datasets.bundled import load_dataset

    table = load_dataset(name).unique("applicant", keep="first", maintain_order=True)
    return list(table.head(count).to_dicts())


def _only(person: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name in names}


def decide(service: "Service", product: "Product", people: Sequence[Mapping[str, Any]]) -> None:
    """Let people apply, each once however often they are sent."""
    from loanwright.errors import LoanwrightError
    from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission

    asked = {one.name for one in product.inputs("new")}
    submissions = []
    for person in people:
        document_number, features = person["applicant"], _only(person, asked)
        body = {"product": product.name, "features": features}
        received = json.dumps(body | {"applicant": {"document_number": document_number}}).encode()
        submissions.append(
            Submission(
                caller=Caller(id=SENDER, kind="key", scopes=frozenset({"applications:write"})),
                idempotency_key=f"demo-{document_number}",
                body_hash=hashlib.sha256(received).hexdigest(),
                received=received,
                product=product.name,
                applicant=ApplicantReference(document_number=document_number),
                features=features,
            )
        )
    for reply in service.origination.submit_many(submissions):
        if isinstance(reply, LoanwrightError):
            raise fail(f"The demo bank could not be seeded: {reply}") from reply
