"""Decides a past application again with another policy, model or data, and says what did it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import Any

from loanwright.decisioning.policy import Policy
from loanwright.features.affordable import affordability_of
from loanwright.features.columns import matrix
from loanwright.features.product import Product
from loanwright.packaging.basis import Basis, reference_of
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import basis_of, read_snapshot
from loanwright.service.differences.errors import ModelOfAnotherSegment, NothingToCompare
from loanwright.service.differences.schemas import ORDER, Came, Cause, Comparison
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.service import Registry
from loanwright.service.users.schemas import Principal

LIVE = "live"


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """What one application is decided with."""

    basis: Basis
    package: Package
    policy: Policy
    fresh: bool


@dataclass(frozen=True, kw_only=True)
class Differences:
    """Compares past decisions with what would be decided now."""

    decisions: Decisions
    registry: Registry
    policies: Policies
    profiles: Profiles
    products: Mapping[str, Product]

    def compare(
        self,
        principal: Principal,
        decision_id: str,
        *,
        policy: str | Policy | None = None,
        model: str | None = None,
        today: bool = False,
    ) -> Comparison:
        """Say what of a changed outcome is due to data, to the model and to the policy.

        A policy is a published one by its hash, the live one, or one at hand; a model is named
        by its hash, or is the champion of today. What is not named stays as it was.
        """
        stored = self.decisions.get(decision_id, by=principal)
        named = {"data": today, "model": model is not None, "policy": policy is not None}
        changed = tuple(cause for cause in ORDER if named[cause])
        if not changed:
            raise NothingToCompare
        then = self._then(stored)
        record = self._today(principal, stored, then.basis) if today else then.basis.record
        package = then.package if model is None else self._package(stored, model)
        new = then.policy if policy is None else self._policy(stored, policy)
        worlds = {
            some: self._came(stored, _mixed(then, some, record, package, new))
            for some in map(frozenset, _subsets(changed))
        }
        return Comparison(
            decision_id=stored.id,
            equal=self.decisions.replay(decision_id, by=principal).equal,
            changed=changed,
            worlds=worlds,
            policy_hash=new.hash,
            model_hash=package.hash,
        )

    def _then(self, stored: DecisionRecord) -> World:
        return World(
            basis=basis_of(read_snapshot(stored.snapshot), stored.segment),
            package=self.registry.open(self.registry.get(stored.model_hash)),
            policy=self.policies.get(stored.product, stored.policy_hash).policy,
            fresh=False,
        )

    def _policy(self, stored: DecisionRecord, policy: str | Policy) -> Policy:
        if isinstance(policy, Policy):
            return policy
        if policy == LIVE:
            return self.policies.live(stored.product).policy
        return self.policies.get(stored.product, policy).policy

    def _package(self, stored: DecisionRecord, model: str) -> Package:
        if model == LIVE:
            return self.registry.champion(stored.product, stored.segment)
        package = self.registry.open(self.registry.find(model))
        if package.segment != stored.segment:
            raise ModelOfAnotherSegment(
                model_hash=package.hash, found=package.segment, needed=stored.segment
            )
        return package

    def _today(
        self, principal: Principal, stored: DecisionRecord, basis: Basis
    ) -> Mapping[str, Any]:
        """Return the record with what is known of the applicant today."""
        profile = self.profiles.get(principal, stored.applicant_id, stored.product)
        known = profile.valid()
        return {name: known.get(name, value) for name, value in basis.record.items()}

    def _came(self, stored: DecisionRecord, world: World) -> Came:
        package, basis = world.package, world.basis
        names = [one.name for one in package.product.inputs(stored.segment)]
        record = {**dict.fromkeys(names), **basis.record}
        vectors = matrix(package.product, stored.segment, [record])
        assessment = package.assess_matrix(vectors)[0]
        if world.fresh or not basis.starter:
            basis = replace(
                basis,
                starter=False,
                reservations=package.reservations_of(vectors, [record])[0],
                reference=reference_of(package, world.policy, stored.segment),
            )
        if world.fresh:
            product = self.products.get(stored.product, package.product)
            given = affordability_of(product, record, assessment.grade)
            basis = replace(basis, record=record, given=given)
        decision = basis.decide(assessment, world.policy, package.product)
        return Came(
            outcome=str(decision.outcome),
            score=assessment.score,
            grade=assessment.grade,
            probability_of_default=assessment.probability_of_default,
        )


def _mixed(
    then: World,
    changed: frozenset[Cause],
    record: Mapping[str, Any],
    package: Package,
    policy: Policy,
) -> World:
    """Return the world in which some of the causes are those of now."""
    basis = replace(then.basis, record=record) if "data" in changed else then.basis
    return World(
        basis=basis,
        package=package if "model" in changed else then.package,
        policy=policy if "policy" in changed else then.policy,
        fresh=bool(changed),
    )


def _subsets(causes: tuple[Cause, ...]) -> chain[tuple[Cause, ...]]:
    sizes = range(len(causes) + 1)
    return chain.from_iterable(combinations(causes, size) for size in sizes)
