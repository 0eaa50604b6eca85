"""Why approvals changed between two months: the months are read once and kept for a while."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.accounts.service import Accounts
from loanwright.service.business.changes import Change, Versions, explain, told_features
from loanwright.service.business.errors import MonthUndecided, ScopeUnknown
from loanwright.service.business.reading import MonthReader
from loanwright.service.decisions.schemas import Tallied
from loanwright.service.decisions.service import Decisions
from loanwright.service.kit.months import span_of
from loanwright.service.kit.prepared import Advance, Prepared, Underway
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry
from loanwright.service.reviews.service import Reviews
from loanwright.service.simulations.service import opened


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """Says why more or fewer applications are approved than in another month."""

    products: Mapping[str, Product]
    decisions: Decisions
    reviews: Reviews
    accounts: Accounts
    policies: Policies
    registry: Registry
    prepared: Prepared[Change] = field(default_factory=lambda: Prepared[Change]())

    def explain(
        self, product: str, before: str, after: str, *, wait: float = 1.5
    ) -> Change | Underway:
        """Say why, or how far reading the two months is."""
        if product not in self.products:
            known = ", ".join(sorted(self.products))
            raise ScopeUnknown(name="product", value=product, known=known)
        key = (product, before, after)
        return self.prepared.ask(key, lambda advance: self._explain(*key, advance), wait=wait)

    def close(self) -> None:
        """Read nothing more."""
        self.prepared.close()

    def _explain(self, name: str, before: str, after: str, advance: Advance) -> Change:
        product = self.products[name]
        told = {month: self._tally(name, month) for month in (before, after)}
        totals = {month: sum(one.decided for one in found) for month, found in told.items()}
        reader = MonthReader(
            decisions=self.decisions,
            outcomes=Outcomes(accounts=self.accounts, as_of=self.accounts.today()),
            product=product,
            policy=self.policies.get(name, _most(told[before], "policy_hash")).policy,
            packages=self._packages(told[before], told[after]),
            final=self.reviews.overridden(name),
            features=told_features(product),
        )
        first = reader.read(before, totals[before])
        advance(totals[before] / sum(totals.values()))
        second = reader.read(after, totals[after])
        versions = _versions(told[before]), _versions(told[after])
        return explain(product, first, second, versions)

    def _tally(self, product: str, month: str) -> list[Tallied]:
        found = [one for one in self.decisions.tally(span_of(month)) if one.product == product]
        if not found:
            raise MonthUndecided(product=product, month=month)
        return found

    def _packages(
        self, before: Sequence[Tallied], after: Sequence[Tallied]
    ) -> dict[str, ModelPackage]:
        """Return the models of the first month, but where no other ever answered."""
        found = {}
        for segment in sorted({one.segment for one in (*before, *after)}):
            old = [one for one in before if one.segment == segment]
            if old and len({one.model_hash for one in (*old, *_of(after, segment))}) > 1:
                model = self.registry.get(_most(old, "model_hash"))
                found[segment] = opened(self.registry.open(model))
        return found


def _of(told: Sequence[Tallied], segment: str) -> list[Tallied]:
    return [one for one in told if one.segment == segment]


def _most(told: Sequence[Tallied], name: str) -> str:
    """Return the version that decided most."""
    counts: Counter[str] = Counter()
    for one in told:
        counts[getattr(one, name)] += one.decided
    return counts.most_common(1)[0][0]


def _versions(told: Sequence[Tallied]) -> Versions:
    return Versions(policies=_shares(told, "policy_hash"), models=_shares(told, "model_hash"))


def _shares(told: Sequence[Tallied], name: str) -> dict[str, Any]:
    counts: Counter[str] = Counter()
    for one in told:
        counts[getattr(one, name)] += one.decided
    total = counts.total()
    return {version: count / total for version, count in counts.most_common()}
