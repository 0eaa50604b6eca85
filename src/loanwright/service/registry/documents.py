"""Models as they are sent and answered over HTTP."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Check, CheckResult, Model, State, Transition

NOTE = Field(default="", max_length=2_000, description="Why; it is written down.")


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class LiveModel(Strict):
    """A model that decides, or decided."""

    product: str
    segment: str
    family: str
    hash: str
    since: datetime
    by: str | None = Field(
        default=None, description="Who made it champion; with `at`, where a moment is asked for."
    )


class LiveModels(Strict):
    """The models that decide, by product and segment."""

    items: list[LiveModel]


class ModelDocument(Strict):
    """A registered model and where it is in its life."""

    hash: str
    product: str
    segment: str
    family: str
    state: State
    since: datetime
    registered_at: datetime


class ModelList(Strict):
    """Registered models, the last changed first."""

    items: list[ModelDocument]


class CheckDocument(Strict):
    """What was checked before a model was approved."""

    name: str
    result: CheckResult
    said: str


class TransitionDocument(Strict):
    """One change of a model's state."""

    state: State
    at: datetime
    by: str
    note: str
    proposer: str | None = Field(description="Who brought it in, where a second person approved.")
    checks: list[CheckDocument] = Field(description="What whoever approved it relied on.")


class ModelDetail(ModelDocument):
    """A model, how it came to where it is, and what it was made of."""

    features: list[str]
    transitions: list[TransitionDocument]
    manifest: dict[str, Any] = Field(
        description="What the package says of itself: versions, seed, hashes of its files."
    )


class Approval(Strict):
    """A model is to be used."""

    to: Literal["challenger", "champion"]
    note: str = NOTE


class Retirement(Strict):
    """A model is to be used no more."""

    note: str = NOTE


class RollBack(Strict):
    """The champion before the present one is to decide again."""

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")
    segment: str = Field(pattern="^[a-z0-9_-]{1,40}$")
    note: str = NOTE


def describe_model(model: Model) -> ModelDocument:
    """Return a model."""
    return ModelDocument(**_facts(model))


def describe_detail(
    model: Model,
    transitions: tuple[Transition, ...],
    checks: Mapping[int, Sequence[Check]],
    package: Package,
) -> ModelDetail:
    """Return a model with its history and its manifest."""
    return ModelDetail(
        **_facts(model),
        features=list(package.features),
        transitions=[
            TransitionDocument(
                state=one.state,
                at=one.at,
                by=one.by,
                note=one.note,
                proposer=one.proposer,
                checks=[_check(found) for found in checks.get(one.sequence, ())],
            )
            for one in transitions
        ],
        manifest=dict(package.manifest),
    )


def _check(one: Check) -> CheckDocument:
    return CheckDocument(name=one.name, result=one.result, said=one.said)


def _facts(model: Model) -> Mapping[str, Any]:
    return {
        "hash": model.hash,
        "product": model.product,
        "segment": model.segment,
        "family": model.family,
        "state": model.state,
        "since": model.since,
        "registered_at": model.registered_at,
    }
