"""Shadow assessments as they are answered over HTTP."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from loanwright.experiments.beside import SwapSet
from loanwright.metrics.comparison import PairedComparison
from loanwright.service.shadows.schemas import Comparison, Tally


class Document(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="forbid")


class TallyDocument(Document):
    """How much a challenger has assessed."""

    model_hash: str
    assessed: int
    failed: int
    first_at: datetime
    last_at: datetime


class TallyList(Document):
    """How much each challenger has assessed."""

    items: list[TallyDocument]


class SwapDocument(Document):
    """Applications that one of two models approves and the other does not."""

    number: int
    probability_of_default: float | None = Field(description="Mean, by what decided.")
    shadow_probability_of_default: float | None = Field(description="Mean, by the challenger.")
    known: int = Field(description="How many have an account that turned out good or bad.")
    bad: int


class ChangeDocument(Document):
    """How many applications have one outcome and would have another."""

    decided: str
    would: str
    number: int


class LabelsDocument(Document):
    """Both models on accounts that turned out good or bad: those that were approved."""

    shadow_auc: float
    decided_auc: float
    difference: float
    lower: float
    upper: float
    p_value: float


class ComparisonDocument(Document):
    """A challenger beside what decided, on what it assessed last."""

    model_hash: str
    product: str
    segment: str
    number: int
    failures: dict[str, int] = Field(description="By the name of the error.")
    agreement: float | None
    outcomes: list[ChangeDocument]
    swapped_in: SwapDocument = Field(description="Approved by the challenger only.")
    swapped_out: SwapDocument = Field(description="Approved by what decided only.")
    mean_difference: float | None = Field(description="Of PD, challenger less what decided.")
    mean_absolute_difference: float | None
    largest_difference: float | None
    rank_agreement: float | None = Field(description="Spearman's.")
    labels: LabelsDocument | None


def describe_tally(one: Tally) -> TallyDocument:
    """Return how much a challenger has assessed."""
    return TallyDocument(**{name: getattr(one, name) for name in TallyDocument.model_fields})


def describe(found: Comparison) -> ComparisonDocument:
    """Return a comparison."""
    beside = found.beside
    plain: dict[str, Any] = {
        name: getattr(beside, name)
        for name in (
            "number",
            "agreement",
            "mean_difference",
            "mean_absolute_difference",
            "largest_difference",
            "rank_agreement",
        )
    }
    return ComparisonDocument(
        **plain,
        model_hash=found.model_hash,
        product=found.product,
        segment=found.segment,
        failures=found.failures,
        outcomes=[
            ChangeDocument(decided=decided, would=would, number=number)
            for (decided, would), number in beside.changed.items()
        ],
        swapped_in=_swap(beside.swapped_in),
        swapped_out=_swap(beside.swapped_out),
        labels=None if beside.labels is None else _labels(beside.labels),
    )


def _swap(one: SwapSet) -> SwapDocument:
    return SwapDocument(
        number=one.number,
        probability_of_default=one.probability,
        shadow_probability_of_default=one.other_probability,
        known=one.known,
        bad=one.bad,
    )


def _labels(one: PairedComparison) -> LabelsDocument:
    return LabelsDocument(
        shadow_auc=one.first,
        decided_auc=one.second,
        difference=one.difference.value,
        lower=one.difference.lower,
        upper=one.difference.upper,
        p_value=one.p_value,
    )
