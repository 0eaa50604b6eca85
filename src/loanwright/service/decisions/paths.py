"""The path to approval of a recorded decision, by its own model and its own policy."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from loanwright.decisioning.policy import Policy
from loanwright.errors import Unavailable
from loanwright.explanation.paths import PathLimits, Paths
from loanwright.explanation.paths_words import paths_document
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.paths import paths_to_approval
from loanwright.service.decisions.path_documents import PathsQuery
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.users.schemas import Principal, Reach


class PathsUnavailable(Unavailable):
    """Paths of decision {decision_id} cannot be searched: its model is no package of this kind."""


class Counted(Protocol):
    """Counts what one person asks for."""

    def count(self, what: str, subject: str, *, most: int) -> int:
        """Count a question, or refuse it; return how many there were."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class DecisionPaths:
    """What a search has found for one decision, and by which policy."""

    decision: DecisionRecord
    policy: Policy
    found: Paths

    def document(self) -> dict[str, Any]:
        """Return the answer; a borrower is told a part of it."""
        return {"decision_id": self.decision.id, **paths_document(self.found, self.policy)}


class PathFinder:
    """Searches paths; those who ask for their own are counted."""

    def __init__(
        self,
        *,
        decisions: Decisions,
        products: Mapping[str, Product],
        quotas: Counted,
        limits: PathLimits,
        per_day: int,
    ) -> None:
        self._decisions = decisions
        self._products = products
        self._quotas = quotas
        self._limits = limits
        self._per_day = per_day

    def find(
        self,
        decision_id: str,
        *,
        by: Principal | None = None,
        asked: PathsQuery | None = None,
        limits: PathLimits | None = None,
    ) -> DecisionPaths:
        """Return what would have turned a decision into an approval."""
        stored = self._decisions.get(decision_id, by=by)
        if by is not None and by.reach is Reach.SELF:
            # Whoever may ask without end finds the model out, answer by answer.
            self._quotas.count("paths", stored.applicant_id, most=self._per_day)
        package, policy = self._decisions.decided_by(stored)
        if not isinstance(package, ModelPackage):
            raise PathsUnavailable(decision_id=decision_id)
        found = paths_to_approval(
            package,
            policy,
            read_snapshot(stored.snapshot)["record"],
            product=self._products.get(stored.product),
            limits=limits or self._asked(asked),
        )
        return DecisionPaths(decision=stored, policy=policy, found=found)

    def _asked(self, asked: PathsQuery | None) -> PathLimits:
        return self._limits if asked is None else replace(self._limits, **asked.wishes())
