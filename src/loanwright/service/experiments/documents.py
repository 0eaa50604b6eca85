"""Experiments as they are sent and answered over HTTP."""

from datetime import date, datetime
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from loanwright.experiments.conclusion import Conclusion, Found
from loanwright.experiments.guardrail import Guardrail, Look, Watched
from loanwright.experiments.plan import Sizes
from loanwright.experiments.split import WHOLE
from loanwright.service.experiments.results import ArmResult
from loanwright.service.experiments.schemas import (
    Arm,
    Assignment,
    Design,
    Early,
    Experiment,
    Measure,
    Plan,
    State,
)
from loanwright.service.kit.pagination import MAXIMUM_PAGE, Page

NAME = "^[a-z0-9][a-z0-9._-]{0,63}$"
Hash = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Rate = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(pattern=NAME)]


class Document(BaseModel):
    """A body or an answer."""

    model_config = ConfigDict(extra="forbid")


class ArmDocument(Document):
    """One way of deciding."""

    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9._-]{0,39}$")]
    share: int = Field(ge=1, le=WHOLE, description="Of the applicants, in ten-thousandths.")
    model_hash: Hash | None = Field(default=None, description="A challenger; else the champion.")
    policy_hash: Hash | None = Field(
        default=None, description="A published policy; else the live one."
    )


class PlanDocument(Document):
    """What is to be shown, and how surely."""

    effect: float = Field(
        ge=-1e12, le=1e12, description="The smallest difference that must not be missed."
    )
    base: Rate | None = Field(default=None, description="The rate today, where it is about a rate.")
    deviation: float | None = Field(
        default=None, gt=0, le=1e12, description="Of the profit on one application, minor units."
    )
    error: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    power: Rate = 0.8


class GuardrailDocument(Document):
    """What must not happen while the experiment runs."""

    watched: Watched
    lowest: float = Field(ge=-1, le=0, description="Of the difference, tried minus first arm.")
    highest: float = Field(ge=0, le=1)
    error: Annotated[float, Field(gt=0, lt=0.5)] = 0.01


class EarlyDocument(Document):
    """What counts as early arrears."""

    days: int = Field(default=30, ge=1, le=365, description="Days past due.")
    months: int = Field(default=3, ge=1, le=24, description="After the account was paid out.")


class DesignDocument(Document):
    """What an experiment does."""

    arms: list[ArmDocument] = Field(
        min_length=2, max_length=8, description="The first one decides as without an experiment."
    )
    measure: Measure
    plan: PlanDocument
    guardrails: list[GuardrailDocument] = Field(default_factory=list, max_length=4)
    early: EarlyDocument = Field(default_factory=EarlyDocument)

    def design(self) -> Design:
        """Return it as a value."""
        return Design(
            arms=tuple(Arm(**one.model_dump()) for one in self.arms),
            measure=self.measure,
            plan=Plan(**self.plan.model_dump()),
            guardrails=tuple(Guardrail(**one.model_dump()) for one in self.guardrails),
            early=Early(**self.early.model_dump()),
        )


class NewExperiment(DesignDocument):
    """An experiment that is proposed."""

    name: Name
    product: Annotated[str, Field(pattern="^[a-z0-9.-]{1,80}$")]
    segment: Annotated[str, Field(pattern="^[a-z0-9_-]{1,40}$")]


class Halt(Document):
    """An experiment is to be stopped."""

    why: str = Field(min_length=1, max_length=2_000, description="It is written down.")


class SizesDocument(Document):
    """How many rows an arm and the first one need."""

    arm: str
    first: int
    tried: int


class PlannedDocument(Document):
    """What an experiment would need."""

    sizes: list[SizesDocument]


class ExperimentDocument(Document):
    """An experiment as it stands."""

    id: str
    name: str
    product: str
    segment: str
    state: State
    arms: list[ArmDocument]
    measure: Measure
    plan: PlanDocument
    guardrails: list[GuardrailDocument]
    early: EarlyDocument
    sizes: list[SizesDocument]
    created_at: datetime
    created_by: str
    approved_at: datetime | None
    approved_by: str | None
    started_at: datetime | None
    champion_hash: str | None = Field(description="What decided when it was started.")
    policy_hash: str | None
    stopped_at: datetime | None
    why: str | None = Field(description="Why it was stopped.")
    concluded_at: datetime | None


class ExperimentPage(Document):
    """A page of experiments."""

    items: list[ExperimentDocument]
    next_cursor: str | None


class RipeDocument(Document):
    """How far an arm is; rows that are not ripe count as nothing."""

    needed: int
    there: int
    ripe: int
    left_out: int
    mean: float | None


class LookDocument(Document):
    """What a guardrail sees; it may be looked at as often as one likes."""

    watched: Watched
    difference: float | None
    lower: float = Field(description="Of the differences that are not ruled out.")
    upper: float
    level: float
    broken: bool


class ArmResultDocument(Document):
    """What can be said of an arm beside the first one."""

    arm: str
    found: Found
    ripe_on: date | None = Field(description="From when there is an answer.")
    first: RipeDocument
    tried: RipeDocument
    difference: float | None
    lower: float | None
    upper: float | None
    p_value: float | None
    guardrails: list[LookDocument]


class ResultDocument(Document):
    """What an experiment shows today; once it is concluded, what it has shown."""

    id: str
    name: str
    state: State
    measure: Measure
    arms: list[ArmResultDocument]


class AssignmentDocument(Document):
    """Which arm made a decision."""

    decision_id: str
    experiment_id: str
    arm: str
    outcome: str
    decided_at: datetime


class AssignmentPage(Document):
    """A page of decisions of an experiment."""

    items: list[AssignmentDocument]
    next_cursor: str | None


class Asked(BaseModel):
    """Which part of a list."""

    model_config = ConfigDict(extra="forbid")

    limit: int = Field(default=50, ge=1, le=MAXIMUM_PAGE)
    cursor: str | None = Field(default=None, max_length=512)


def describe(experiment: Experiment) -> ExperimentDocument:
    """Return an experiment."""
    design = experiment.design
    plain: dict[str, Any] = msgspec.to_builtins(design)
    facts = {
        name: getattr(experiment, name)
        for name in ExperimentDocument.model_fields
        if hasattr(experiment, name)
    }
    return ExperimentDocument.model_validate({**facts, **plain, "sizes": sizes_of(design)})


def sizes_of(design: Design) -> list[SizesDocument]:
    """Return how many rows each arm needs."""
    return [
        _sizes(arm.name, sizes)
        for arm, sizes in zip(design.others, map(design.sizes_of, design.others), strict=True)
    ]


def _sizes(arm: str, sizes: Sizes) -> SizesDocument:
    return SizesDocument(arm=arm, first=sizes.base, tried=sizes.other)


def describe_page(page: Page[Experiment]) -> ExperimentPage:
    """Return a page of experiments."""
    return ExperimentPage(items=[describe(one) for one in page.items], next_cursor=page.next_cursor)


def describe_assignment(one: Assignment) -> AssignmentDocument:
    """Return which arm made a decision."""
    names = AssignmentDocument.model_fields
    return AssignmentDocument(**{name: getattr(one, name) for name in names})


def describe_result(experiment: Experiment, found: list[ArmResult]) -> ResultDocument:
    """Return what an experiment shows."""
    return ResultDocument(
        id=experiment.id,
        name=experiment.name,
        state=experiment.state,
        measure=experiment.design.measure,
        arms=[_result(one) for one in found],
    )


def _result(one: ArmResult) -> ArmResultDocument:
    told: Conclusion = one.conclusion
    return ArmResultDocument(
        arm=one.arm,
        found=told.found,
        ripe_on=told.ripe_on,
        first=RipeDocument(**msgspec.to_builtins(told.base)),
        tried=RipeDocument(**msgspec.to_builtins(told.other)),
        difference=told.difference,
        lower=told.lower,
        upper=told.upper,
        p_value=told.p_value,
        guardrails=[_look(look) for look in one.looks],
    )


def _look(look: Look) -> LookDocument:
    return LookDocument(
        watched=look.guardrail.watched,
        difference=look.difference,
        lower=look.possible.lower,
        upper=look.possible.upper,
        level=look.possible.level,
        broken=look.broken,
    )
