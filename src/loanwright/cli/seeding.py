"""Seeds the demo bank with real people from the bundled data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service

PRODUCT = "credit-card"
APPLICANTS = 1_510
DECIDED = 200
SEEDER = "demo seed"
EXAMPLE: Mapping[str, Any] = {
    "product": PRODUCT,
    "applicant": {"document_number": "T00110"},
    "features": {"limit": 360000, "education": "university"},
}


def example_body() -> str:
    """Return the body of an application by one of the seeded cardholders."""
    return json.dumps(EXAMPLE)


def seed(service: "Service") -> None:
    """Record the cardholders of the demo bank and decide some of their applications, once."""
    if PRODUCT not in service.products or service.applicants.find("T00001") is not None:
        return
    people = _read_people()
    product = service.products[PRODUCT]
    named = {feature.name for feature in product.features.values() if not feature.derived}
    behaviour = {name for name in named if product.features[name].source == "behaviour"}
    asked = {one.name for one in product.inputs("new")}
    service.applicants.record_behaviours(
        product, {one["applicant"]: _only(one, behaviour) for one in people}
    )
    _decide(service, [(one["applicant"], _only(one, asked)) for one in people[:DECIDED]])


def _read_people() -> list[dict[str, Any]]:
    from loanwright.datasets.bundled import load_dataset

    table = load_dataset(PRODUCT).unique("applicant", keep="first", maintain_order=True)
    return list(table.head(APPLICANTS).to_dicts())


def _only(person: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
    return {name: value for name, value in person.items() if name in names}


def _decide(service: "Service", asked: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    from loanwright.errors import LoanwrightError
    from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission

    submissions = []
    for document_number, features in asked:
        body = {"product": PRODUCT, "features": features}
        received = json.dumps(body | {"applicant": {"document_number": document_number}}).encode()
        submissions.append(
            Submission(
                caller=Caller(id=SEEDER, kind="key", scopes=frozenset({"applications:write"})),
                idempotency_key=f"demo-{document_number}",
                body_hash=hashlib.sha256(received).hexdigest(),
                received=received,
                product=PRODUCT,
                applicant=ApplicantReference(document_number=document_number),
                features=features,
            )
        )
    for reply in service.origination.submit_many(submissions):
        if isinstance(reply, LoanwrightError):
            raise fail(f"The demo bank could not be seeded: {reply}") from reply
