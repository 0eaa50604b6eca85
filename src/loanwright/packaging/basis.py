"""What a decision rests on beside the model's answer and the policy."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import Reservation
from loanwright.features.columns import facts
from loanwright.features.product import Product


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """Everything about one application that ``decide`` is told beside its assessment.

    Parameters
    ----------
    segment
        The applicant's segment.
    record
        The application as validated.
    given
        Facts that are computed outside the feature dictionary, such as the debt burden; a
        feature of the same name goes before.
    reference
        Mean contributions of the applicants with whom this one is compared.
    reservations
        What the package says against trusting its model here.
    starter
        Whether only the features of the starter policy's rules are computed, as it was with
        decisions of before.
    """

    segment: str
    record: Mapping[str, Any] = field(repr=False)
    given: Mapping[str, float | None] = field(default_factory=dict, repr=False)
    reference: tuple[float, ...] | None = None
    reservations: tuple[Reservation, ...] = ()
    starter: bool = False

    def decide(self, assessment: Assessment, policy: Policy, product: Product) -> Decision:
        """Decide by a policy, with the facts that it reads from the dictionary of ``product``."""
        names = None if self.starter else policy.names()
        known = facts(product, self.segment, self.record, names)
        return decide(
            assessment,
            policy,
            segment=self.segment,
            facts={**self.given, **known} if self.given else known,
            reference=self.reference,
            reservations=self.reservations,
        )


class Knowing(Protocol):
    """A package that knows the sample its model was developed on."""

    def reference_for(self, cutoff: int) -> tuple[float, ...] | None:
        """Return the mean contributions of the development sample just above a cut-off."""
        ...


def reference_of(package: Knowing, policy: Policy, segment: str) -> tuple[float, ...] | None:
    """Return the applicants with whom a decision compares: those just above the cut-off.

    Parameters
    ----------
    package
        Knows its sample by ``reference_for``.
    policy, segment
        Whose cut-off it is; None in a segment without one.
    """
    cutoffs = policy.cutoffs.get(segment)
    return package.reference_for(cutoffs.approve_from) if cutoffs else None
