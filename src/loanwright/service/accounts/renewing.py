"""What payments say of the behaviour of applicants, written where the next decision reads it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from loanwright.decisioning.behaviour import Held, Past
from loanwright.features.errors import RecordRejected
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.service.accounts import repository
from loanwright.service.accounts.people import People
from loanwright.service.accounts.schemas import Account, RecordedPayment, Status
from loanwright.service.applicants.service import validate_behaviour
from loanwright.service.kit.clock import Clock


@dataclass(frozen=True, kw_only=True)
class Renewal:
    """Turns payments into features of behaviour, as the product file lays down."""

    clock: Clock
    products: Mapping[str, Product]
    people: People

    def renew(
        self,
        connection: Connection,
        accounts: Sequence[Account],
        standing: Mapping[str, Sequence[RecordedPayment]],
    ) -> None:
        """Append the behaviour of the holders of these accounts, where it has changed.

        `standing` are the payments of these accounts, which were just read.

        What payments do not tell stays as it was known. Where something that the product needs
        is not known at all, nothing is written.
        """
        by_product: dict[str, set[str]] = {}
        for one in accounts:
            by_product.setdefault(one.product, set()).add(one.applicant_id)
        for name, applicant_ids in sorted(by_product.items()):
            product = self.products.get(name)
            if product is not None and product.accounts.behaviour:
                self._renew_product(connection, product, sorted(applicant_ids), standing)

    def _renew_product(
        self,
        connection: Connection,
        product: Product,
        applicant_ids: Sequence[str],
        standing: Mapping[str, Sequence[RecordedPayment]],
    ) -> None:
        accounts = [
            one
            for one in repository.list_of_applicants(connection, applicant_ids)
            if one.product == product.name and one.status is not Status.CANCELLED
        ]
        others = [one.id for one in accounts if one.id not in standing]
        recorded = {**standing, **repository.list_payments(connection, others)}
        by_holder: dict[str, list[Account]] = {}
        for one in accounts:
            by_holder.setdefault(one.applicant_id, []).append(one)
        known = {one.id: one for one in self.people.list_known(connection, applicant_ids)}
        renewed = {}
        for applicant_id in applicant_ids:
            held = [_held(one, recorded[one.id]) for one in by_holder.get(applicant_id, ())]
            before = known[applicant_id].behaviours.get(product.name)
            told = self._told(product, held)
            features = _complete(product, {**(before.features if before else {}), **told})
            if features is not None:
                renewed[applicant_id] = features
        self.people.append_behaviours(connection, product, renewed)

    def _told(self, product: Product, held: Sequence[Held]) -> dict[str, Any]:
        past = Past(held, as_of=self.clock.now().date(), currency=product.currency)
        found = {name: one.of(past) for name, one in product.accounts.behaviour.items()}
        return {
            name: _fitted(product.features[name], value)
            for name, value in found.items()
            if value is not None
        }


def _held(account: Account, recorded: Sequence[RecordedPayment]) -> Held:
    return Held(
        amount=account.amount,
        disbursed_on=account.disbursed_on,
        open=account.status is Status.OPEN,
        payments=[one.payment for one in recorded],
    )


def _fitted(feature: Feature, value: float | str) -> float | int | str:
    """Return the value as the feature holds it, at the end of its range where it is beyond."""
    if isinstance(value, str):
        return value
    if value not in feature.special_values:
        value = value if feature.minimum is None else max(value, feature.minimum)
        value = value if feature.maximum is None else min(value, feature.maximum)
    return round(value) if feature.type == "integer" else value


def _complete(product: Product, features: Mapping[str, Any]) -> dict[str, Any] | None:
    try:
        return validate_behaviour(product, features)
    except RecordRejected:
        return None
