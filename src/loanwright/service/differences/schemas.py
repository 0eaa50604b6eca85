"""A past decision beside the same application decided otherwise."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from loanwright.decisioning.attribution import evenly, in_order, interacts
from loanwright.decisioning.outcome import Outcome

Cause = Literal["data", "model", "policy"]
#: The order in which they act: data are assessed by the model, and its answer decided by policy.
ORDER: Final[tuple[Cause, ...]] = ("data", "model", "policy")
FIGURES: Final = ("severity", "score", "probability_of_default")


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """How one way of deciding came out."""

    outcome: str
    score: int
    grade: str
    probability_of_default: float

    @property
    def severity(self) -> int:
        """Return 0 for approve, 1 for refer, 2 for decline."""
        return Outcome(self.outcome).severity


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One cause changed, after those before it."""

    cause: Cause
    before: Came
    after: Came


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """A decision then and now, and what of the difference is due to what.

    Attributes
    ----------
    decision_id
        Of the past decision.
    equal
        Whether it replays bit for bit with what it was made of.
    changed
        The causes that were changed, in the order data, model, policy.
    worlds
        How every combination of changed causes came out; the empty one is the past decision.
    policy_hash, model_hash
        Those of now.
    """

    decision_id: str
    equal: bool
    changed: tuple[Cause, ...]
    worlds: Mapping[frozenset[Cause], Came]
    policy_hash: str
    model_hash: str

    @property
    def then(self) -> Came:
        """Return how it came out then."""
        return self.worlds[frozenset()]

    @property
    def now(self) -> Came:
        """Return how it comes out with everything changed."""
        return self.worlds[frozenset(self.changed)]

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return what happens as one cause after another changes."""
        found, before = [], frozenset[Cause]()
        for cause in self.changed:
            after = before | {cause}
            found.append(Step(cause=cause, before=self.worlds[before], after=self.worlds[after]))
            before = after
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "decision_id": self.decision_id,
            "replayed_equal": self.equal,
            "policy_hash": self.policy_hash,
            "model_hash": self.model_hash,
            "then": asdict(self.then),
            "now": asdict(self.now),
            "steps": [asdict(one) for one in self.steps],
            "shares": {name: self._shares(name) for name in FIGURES},
            "interaction": any(self._interacts(name) for name in FIGURES),
        }

    def _shares(self, name: str) -> list[dict[str, Any]]:
        def value(changed: frozenset[Cause]) -> float:
            return float(getattr(self.worlds[changed], name))

        one_by_one, even = in_order(self.changed, value), evenly(self.changed, value)
        return [
            {"cause": cause, "in_order": one_by_one[cause], "evenly": even[cause]}
            for cause in self.changed
        ]

    def _interacts(self, name: str) -> bool:
        return interacts(self.changed, lambda changed: float(getattr(self.worlds[changed], name)))
