"""Seeds the demo bank with real people from the bundled data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.service.bootstrap import Service

PRODUCT = "credit-card"
# How many people each product has in the demo bank, and how many of them have applied again.
PEOPLE = {"credit-card": (1_510, 200), "instalment-loan": (300, 50)}
FIRST = {"credit-card": "T00001", "instalment-loan": "G00001"}
SEEDER = "demo seed"
EXAMPLE: Mapping[str, Any] = {
    "product": PRODUCT,
    "applicant": {"document_number": "T00234"},
    "features": {"limit": 190000, "education": "university"},
}


def example_body() -> str:
    """Return the body of an application by one of the seeded cardholders."""
    return json.dumps(EXAMPLE)


def seed(service: "Service") -> None:
    """Record the existing applicants of the demo bank and decide some applications, once."""
    for name, (people, applied) in PEOPLE.items():
        product = service.products.get(name)
        if product is not None:
            _seed_product(service, product, people, applied)


def _seed_product(service: "Service", product: "Product", people: int, applied: int) -> None:
    if service.applicants.find(FIRST[product.name]) is not None:
        return
    found = _read_people(product.name, people)
    asked = {one.name for one in product.inputs("new")}
    behaviour = {one.name for one in product.inputs("existing") if one.source == "behaviour"}
    service.applicants.record_behaviours(
        product, {one["applicant"]: _only(one, behaviour) for one in found}
    )
    _decide(service, product, [(one["applicant"], _only(one, asked)) for one in found[:applied]])


def _read_people(name: str, count: int) -> list[dict[str, Any]]:
    from loanwright.datasets.bundled import load_dataset

    table = load_dataset(name).unique("applicant", keep="first", maintain_order=True)
    return list(table.head(count).to_dicts())


def _only(person: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name in names}


def _decide(
    service: "Service", product: "Product", asked: Sequence[tuple[str, Mapping[str, Any]]]
) -> None:
    from loanwright.errors import LoanwrightError
    from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission

    submissions = []
    for document_number, features in asked:
        body = {"product": product.name, "features": features}
        received = json.dumps(body | {"applicant": {"document_number": document_number}}).encode()
        submissions.append(
            Submission(
                caller=Caller(id=SEEDER, kind="key", scopes=frozenset({"applications:write"})),
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
