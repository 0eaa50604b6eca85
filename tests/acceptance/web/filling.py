"""What is in the bank of the browser tests: always the same people, in states worth seeing.

Everything comes about through the real services; the staff, the names and the accounts are those of
the demo bank.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tests.acceptance.web.bank import CARD, LOAN, Known

from loanwright.cli.seeded_accounts import book
from loanwright.cli.seeded_people import (
    contacts_of,
    introduce,
    list_staff,
    profile,
    seed_borrowers,
    seed_staff,
)
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.schedule import Repayment
from loanwright.service.accounts.schemas import Wanted as AccountsWanted
from loanwright.service.batches.service import KIND as BATCH
from loanwright.service.bootstrap import Service
from loanwright.service.jobs.schemas import Order
from loanwright.service.offers.schemas import State as OfferState
from loanwright.service.offers.schemas import Terms
from loanwright.service.offers.schemas import Wanted as OffersWanted
from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission
from loanwright.service.registry.schemas import State
from loanwright.service.reviews.schemas import Answer, Kind
from loanwright.service.reviews.schemas import State as ReviewState
from loanwright.service.reviews.schemas import Wanted as ReviewsWanted
from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role
from loanwright.service.users.schemas import Principal

PASSWORD: Final = "nine yellow Teapots 42"
CARDHOLDERS: Final = 60
CARDHOLDERS_WHO_APPLY: Final = 30
LOANS: Final = 12
LOANS_APPLIED_FOR: Final = 6
BORROWERS: Final = 3
MANAGERS: Final = 4
LIMITS: Final = (10_000, 70_000, 450_000, 600_000)
#: The loan of a lender, which is offered to whoever is approved.
LENT: Final = "northbank-loan"
TERMS: Final = Terms(
    amount=5_000_000, annual_rate_bp=1_499, term_months=24, repayment=Repayment.ANNUITY
)
AUTHOR: Final = "tests"
SENDER: Final = Principal(id="key_BANK", kind="key", permissions=frozenset(PERMISSIONS))
CALLER: Final = Caller(id=SENDER.id, kind="key", scopes=SENDER.permissions)
MOST: Final = 200
OFFERED: Final = 3


def fill(service: Service) -> Known:
    """Fill an empty bank and tell what is in it."""
    models = _take_models(service)
    managers = seed_staff(service, PASSWORD)
    people = {CARD: _people(CARD, CARDHOLDERS), LOAN: _people(LOAN, LOANS)}
    for name, some in people.items():
        _introduce(service, name, some, managers[:MANAGERS])
    seed_borrowers(service, PASSWORD, people[CARD][:BORROWERS])
    known = [
        *_again(service, CARD, people[CARD][:CARDHOLDERS_WHO_APPLY]),
        *_again(service, LOAN, people[LOAN][:LOANS_APPLIED_FOR]),
        *_again(service, LENT, people[LOAN][:LOANS_APPLIED_FOR]),
    ]
    replies = [service.origination.submit(one) for one in (*known, *_strangers())]
    for one in replies:
        service.shadows.assess(str(one.decision_id))
    _review(service)
    _object(service, str(replies[0].decision_id))
    approved = service.decisions.list_page(limit=MOST, product=CARD, outcome="approve").items
    _offer(service, [one.id for one in approved[-OFFERED:]])
    return _tell(service, [*people[CARD], *people[LOAN]], **models, **_office_work(service))


def somebody(service: Service, name: str) -> Principal:
    """Return somebody by the first part of their login name."""
    user = service.access.users.find(f"{name}@demo.example")
    assert user is not None, name
    return Principal(
        id=user.id,
        kind="user",
        permissions=ROLES[user.role],
        role=Role(user.role),
        applicant_id=user.applicant_id,
    )


def _take_models(service: Service) -> dict[str, str]:
    taken = {}
    for name, state in (("champions", State.CHAMPION), ("challengers", State.CHALLENGER)):
        for path in sorted((service.settings.models_dir / name).glob("*/manifest.json")):
            model = service.registry.register(path.parent, by=AUTHOR)
            service.registry.promote(model.hash, to=state, by=AUTHOR)
            taken[model.product, model.segment, state] = model.hash
    lent = {one.product.name: one.policy for lender in service.lenders for one in lender.products}
    for product in service.products.values():
        policy = lent.get(product.name) or Policy.from_mapping(product.policy)
        service.policies.publish(product.name, policy, by=AUTHOR)
    return {
        str(state): taken[CARD, "existing", state] for state in (State.CHAMPION, State.CHALLENGER)
    }


def _people(name: str, count: int) -> list[dict[str, Any]]:
    table = load_dataset(name).unique("applicant", keep="first", maintain_order=True)
    return list(table.head(count).to_dicts())


def _introduce(
    service: Service, name: str, people: Sequence[Mapping[str, Any]], managers: Sequence[str]
) -> None:
    product = service.products[name]
    behaviour = {one.name for one in product.inputs("existing") if one.source == "behaviour"}
    known = {
        one["applicant"]: {key: value for key, value in one.items() if key in behaviour}
        for one in people
    }
    service.applicants.record_behaviours(product, known)
    with service.database.write() as connection:
        ids = introduce(service, connection, people, managers)
        profile(service, connection, product, ids)
        book(service, connection, product, ids)


def _again(
    service: Service, name: str, people: Iterable[Mapping[str, Any]]
) -> Iterator[Submission]:
    asked = {one.name for one in service.products[name].inputs("new")}
    for person in people:
        features = {key: value for key, value in person.items() if key in asked}
        yield _submission(name, features, ApplicantReference(document_number=person["applicant"]))


def _strangers() -> Iterator[Submission]:
    for limit in LIMITS:
        yield strange(CARD, {"limit": limit, "education": "university"})


def strange(name: str, features: Mapping[str, Any]) -> Submission:
    """Return the application of somebody whom nobody knows."""
    return _submission(name, features, None)


def _submission(
    name: str, features: Mapping[str, Any], reference: ApplicantReference | None
) -> Submission:
    number = None if reference is None else reference.document_number
    received = json.dumps({"product": name, "features": features}).encode()
    digest = hashlib.sha256(received + str(number).encode()).hexdigest()
    return Submission(
        caller=CALLER,
        idempotency_key=f"bank-{digest[:20]}",
        body_hash=digest,
        received=received,
        product=name,
        applicant=reference,
        features=features,
    )


def _review(service: Service) -> None:
    """Leave reviews that wait, one that is taken, and one that has changed a decision."""
    first, second = somebody(service, "underwriter1"), somebody(service, "underwriter2")
    page = service.reviews.list_page(first, ReviewsWanted(state=ReviewState.OPEN, limit=MOST))
    taken, resolved = (one.id for one in page.items[:2])
    service.reviews.take(first, taken)
    service.reviews.take(second, resolved)
    answer = Answer(outcome="approve", code="income_confirmed", words="Your payslip is clear.")
    service.reviews.resolve(second, resolved, answer)


def _object(service: Service, decision_id: str) -> None:
    """Let the first borrower ask that a person look at the decision."""
    borrower = somebody(service, "borrower1")
    service.reviews.open(borrower, decision_id, Kind.REVIEW, "I earn more than last year.")


def _offer(service: Service, decision_ids: Sequence[str]) -> None:
    """Offer credit to some who were approved; let the first of all offers be accepted."""
    for decision_id in decision_ids:
        service.offers.make(SENDER, decision_id, TERMS, valid_days=14)
    page = service.offers.list_page(SENDER, OffersWanted(state=OfferState.OPEN, limit=MOST))
    service.offers.accept(SENDER, page.items[0].id)


def _office_work(service: Service) -> dict[str, str]:
    """Leave a key, a proposed role, a job that failed, and a sealed log."""
    admin = somebody(service, "admin1")
    key, _ = service.keys.create("core banking", ("applications:write",), by=admin)
    manager = somebody(service, "manager3")
    grant = service.access.role_grants.propose(manager.id, Role.UNDERWRITER, by=admin)
    job = service.jobs.order(
        Order(
            kind=BATCH,
            caller_id=admin.id,
            key="a file that is gone",
            body_hash="0" * 64,
            payload=service.new_id("bat"),
        )
    )
    service.workbench.work(job.id)
    service.ledger.seal()
    return {"key": key.id, "grant": grant.id, "failed_job": job.id}


def _tell(service: Service, people: Sequence[Mapping[str, Any]], **told: str) -> Known:
    hashes = [service.applicants.document_hash(one["applicant"]) for one in people]
    with service.database.read() as connection:
        found = {
            one.document_hash: one.id for one in service.applicants.list_known(connection, hashes)
        }
    decisions, applications = defaultdict(list), defaultdict(list)
    for line in service.decisions.list_page(limit=MOST).items:
        decisions[line.outcome].append(line.id)
        applications[line.outcome].append(line.application_id)
    reviews, offers = defaultdict(list), defaultdict(list)
    for review in service.reviews.list_page(SENDER, ReviewsWanted(limit=MOST)).items:
        reviews[str(review.state)].append(review.id)
    for offer in service.offers.list_page(SENDER, OffersWanted(limit=MOST)).items:
        offers[str(offer.state)].append(offer.id)
    accounts = service.accounts.list_page(SENDER, AccountsWanted(limit=MOST)).items
    return Known(
        users={name: somebody(service, name).id for name in _logins()},
        applicants=[found[one] for one in hashes],
        decisions=decisions,
        applications=applications,
        reviews=reviews,
        offers=offers,
        accounts=[one.id for one in accounts],
        secrets=[*_secrets(people)],
        **told,
    )


def _logins() -> list[str]:
    borrowers = [f"borrower{number}" for number in range(1, BORROWERS + 1)]
    return [*(one.email.partition("@")[0] for one in list_staff()), *borrowers]


def _secrets(people: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for person in people:
        yield person["applicant"]
        yield from contacts_of(person["applicant"]).values()
    for member in list_staff():
        yield from (member.name, member.email)
