"""Experiments as values."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import msgspec

from loanwright.decisioning.performance import PerformanceDefinition
from loanwright.experiments.guardrail import Guardrail
from loanwright.experiments.plan import Sizes, sizes_for_means, sizes_for_rates
from loanwright.experiments.split import Split
from loanwright.service.policies.schemas import PolicyVersion
from loanwright.service.registry.schemas import Model


class State(StrEnum):
    """Where an experiment is in its life."""

    DRAFT = "draft"
    APPROVED = "approved"
    RUNNING = "running"
    STOPPED = "stopped"
    CONCLUDED = "concluded"


#: From which states an experiment may come to be in a state.
BEFORE: Final = {
    State.APPROVED: (State.DRAFT,),
    State.RUNNING: (State.APPROVED,),
    State.STOPPED: (State.DRAFT, State.APPROVED, State.RUNNING),
    State.CONCLUDED: (State.RUNNING, State.STOPPED),
}


class Measure(StrEnum):
    """What an experiment is about."""

    DEFAULT_RATE = "default_rate"
    APPROVAL_RATE = "approval_rate"
    PROFIT = "profit"


class Arm(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One way of deciding; the first arm of an experiment is whatever decides anyway.

    Attributes
    ----------
    share
        Of the applicants, in ten-thousandths.
    model_hash, policy_hash
        The challenger and the published policy that decide; what is None is the live one.
    """

    name: str
    share: int
    model_hash: str | None = None
    policy_hash: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be shown, and how surely.

    Attributes
    ----------
    base
        The rate today; None for profit.
    deviation
        Standard deviation of the profit on one application in minor units; None for rates.
    effect
        The smallest difference that must not be missed, in the unit of the measure.
    error, power
        Of all comparisons with the first arm together, and of each.
    """

    effect: float
    base: float | None = None
    deviation: float | None = None
    error: float = 0.05
    power: float = 0.8


class Early(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What counts as early arrears: so many days past due within so many months."""

    days: int = 30
    months: int = 3

    @property
    def definition(self) -> PerformanceDefinition:
        """Return it as accounts are judged."""
        return PerformanceDefinition(
            name="early-arrears",
            valid_from=datetime.min.date(),
            months=self.months,
            bad_from=self.days,
            indeterminate_from=self.days,
        )


class Design(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an experiment does; it never changes."""

    arms: tuple[Arm, ...]
    measure: Measure
    plan: Plan
    guardrails: tuple[Guardrail, ...] = ()
    early: Early = Early()

    @property
    def champion(self) -> Arm:
        """Return the arm that decides as without an experiment."""
        return self.arms[0]

    @property
    def others(self) -> tuple[Arm, ...]:
        """Return the arms that are tried."""
        return self.arms[1:]

    @property
    def error(self) -> float:
        """Return the error of one comparison: that of the plan, shared among all."""
        return self.plan.error / max(1, len(self.others))

    def sizes_of(self, arm: Arm) -> Sizes:
        """Return how many rows of the first arm and of this one are needed."""
        asked = {
            "error": self.error,
            "power": self.plan.power,
            "ratio": arm.share / self.champion.share,
        }
        if self.measure is Measure.PROFIT:
            return sizes_for_means(self.plan.deviation or 0.0, self.plan.effect, **asked)
        return sizes_for_rates(self.plan.base or 0.0, self.plan.effect, **asked)


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """An experiment as it stands."""

    id: str
    name: str
    product: str
    segment: str
    state: State
    design: Design
    salt: str
    created_at: datetime
    created_by: str
    approved_at: datetime | None
    approved_by: str | None
    started_at: datetime | None
    champion_hash: str | None
    policy_hash: str | None
    stopped_at: datetime | None
    why: str | None
    concluded_at: datetime | None
    conclusion: Any

    @property
    def split(self) -> Split:
        """Return how applicants are shared among the arms."""
        shares = [one.share for one in self.design.arms]
        return Split(experiment=self.name, salt=self.salt, shares=shares)


@dataclass(frozen=True, kw_only=True, slots=True)
class Assigned:
    """The arm of an applicant: what decides, None where it is what decides anyway."""

    experiment_id: str
    arm: str
    model: Model | None = None
    policy: PolicyVersion | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """An experiment that is running, ready to assign."""

    experiment: Experiment
    arms: Sequence[Assigned]

    def arm_of(self, applicant: str) -> Assigned:
        """Return the arm of an applicant; it is always the same."""
        return self.arms[self.experiment.split.arm_of(applicant)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Assignment:
    """Which arm made a decision."""

    decision_id: str
    experiment_id: str
    arm: str
    applicant_id: str
    outcome: str
    decided_at: datetime
