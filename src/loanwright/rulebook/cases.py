"""One applicant as a policy sees them, decided by the real `decide`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.decide import Decision, decide
from loanwright.decisioning.formula import Formula
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import Reservation
from loanwright.features.product import Product
from loanwright.scaling import Scale


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One applicant as a policy sees them.

    Attributes
    ----------
    segment
        The applicant's segment.
    score, probability_of_default, grade
        What the model says.
    facts
        What is known, by name; None is missing.
    inputs
        Names of the model's inputs.
    """

    segment: str
    score: int
    probability_of_default: float
    grade: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[str, ...] = ()

    def decided(self, policy: Policy, reservations: Sequence[Reservation] = ()) -> Decision:
        """Return what the policy decides."""
        assessment = Assessment(
            probability_of_default=self.probability_of_default,
            score=self.score,
            grade=self.grade,
            log_odds=0.0,
            base_log_odds=0.0,
            features=self.inputs,
            contributions=(0.0,) * len(self.inputs),
        )
        return decide(
            assessment,
            policy,
            segment=self.segment,
            facts=self.facts,
            reservations=tuple(reservations),
        )

    def readable(self, policy: Policy) -> dict[str, Any]:
        """Return everything that an expression of the policy may read, figures too."""
        return {**self.facts, **self.assessed(), **self.decided(policy).figures}

    def answer(self, policy: Policy, formula: Formula) -> Any:
        """Return what an expression of the policy gives."""
        return formula.answer(self.readable(policy))

    def assessed(self) -> dict[str, Any]:
        """Return what the model says, by name."""
        return {
            "score": self.score,
            "probability_of_default": self.probability_of_default,
            "grade": self.grade,
            "segment": self.segment,
        }

    def to_mapping(self) -> dict[str, Any]:
        """Return the case as plain data, in the shape of an example of a policy."""
        return {**self.assessed(), **self.facts}


def case_of(product: Product, segment: str, score: int, facts: Mapping[str, Any]) -> Case:
    """Return an applicant with a score, and with the grade and probability that belong to it.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> case = case_of(bundled_product("credit-card"), "new", 600, {})
    >>> case.grade, round(case.probability_of_default, 4)
    ('A', 0.0323)
    """
    scale = Scale.from_mapping(product.scale)
    log_odds = (scale.offset - score) / scale.factor
    known = segment in product.segments
    return Case(
        segment=segment,
        score=score,
        probability_of_default=float(scale.probability([log_odds])[0]),
        grade=scale.grade(score),
        facts=facts,
        inputs=product.segment(segment).features if known else (),
    )
