"""What a borrower's own decision would have been with other answers; nothing is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from loanwright.decisioning.outcome import Outcome
from loanwright.decisioning.policy import Policy
from loanwright.features.affordable import affordability_of
from loanwright.features.columns import matrix
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.packaging.basis import Basis, reference_of
from loanwright.service.decisions.paths import Counted
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.registry.packages import Package
from loanwright.service.users.guessing import network_of
from loanwright.service.users.schemas import Principal

FIXED: Final = "fixed"
#: Many people may share one address, but not without end.
ACCOUNTS_PER_ADDRESS: Final = 5


class Peeked(Counted, Protocol):
    """Counts what one person asks for, and tells how much is left."""

    def used(self, what: str, subject: str) -> int:
        """Return how often somebody has asked within the day."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """What would have been decided: outcome and band, and nothing that a model could be made of.

    Attributes
    ----------
    left
        How many more may be tried within the day.
    """

    outcome: Outcome
    grade: str
    left: int


@dataclass(frozen=True, kw_only=True)
class Trials:
    """Decides again with other answers, by the decision's own model and policy.

    Whoever may ask without end finds the model out, answer by answer: so each account and each
    address may ask a few times a day.
    """

    decisions: Decisions
    products: Mapping[str, Product] = field(repr=False)
    quotas: Peeked
    per_day: int

    def changeable(
        self, principal: Principal, decision_id: str
    ) -> tuple[DecisionRecord, list[tuple[Feature, Any]]]:
        """Return a decision, and what of its answers can be changed, with what they were."""
        stored = self.decisions.get(decision_id, by=principal)
        package, _ = self.decisions.decided_by(stored)
        record = read_snapshot(stored.snapshot)["record"]
        features = [
            (one, record.get(one.name))
            for one in package.product.inputs(stored.segment)
            if one.actionable.kind != FIXED and not one.protected
        ]
        return stored, features

    def left(self, principal: Principal) -> int:
        """Return how often this account may try within the day."""
        return max(0, self.per_day - self.quotas.used("trials", str(principal.applicant_id)))

    def attempt(
        self,
        principal: Principal,
        decision_id: str,
        changes: Mapping[str, Any],
        *,
        address: str,
    ) -> Tried:
        """Return what would have been decided with other answers."""
        stored, features = self.changeable(principal, decision_id)
        package, policy = self.decisions.decided_by(stored)
        allowed = {one.name for one, _ in features}
        wanted = {name: value for name, value in changes.items() if name in allowed}
        before = _given(read_snapshot(stored.snapshot)["record"])
        record = validate_record(package.product, stored.segment, {**before, **wanted})
        used = self._count(principal, address)
        product = self.products.get(stored.product, package.product)
        outcome, grade = _decided(package, policy, record, product=product)
        return Tried(outcome=outcome, grade=grade, left=self.per_day - used)

    def _count(self, principal: Principal, address: str) -> int:
        used = self.quotas.count("trials", str(principal.applicant_id), most=self.per_day)
        most = ACCOUNTS_PER_ADDRESS * self.per_day
        self.quotas.count("trials-from", network_of(address), most=most)
        return used


def _decided(
    package: Package, policy: Policy, record: Mapping[str, Any], *, product: Product
) -> tuple[Outcome, str]:
    """Return outcome and band of a record, decided as an application is."""
    vectors = matrix(package.product, package.segment, [record])
    assessment = package.assess_matrix(vectors)[0]
    basis = Basis(
        segment=package.segment,
        record=record,
        given=affordability_of(product, record, assessment.grade),
        reference=reference_of(package, policy, package.segment),
        reservations=package.reservations_of(vectors, [record])[0],
    )
    return basis.decide(assessment, policy, package.product).outcome, assessment.grade


def _given(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if value is not None}
