"""Simulations as they are asked for over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from loanwright.decisioning.schedule import Repayment
from loanwright.service.jobs.documents import JobDocument
from loanwright.service.simulations.schemas import PolicyWish, PriceWish, SimulationWish

Share = Annotated[float, Field(ge=0, le=1)]
BasisPoints = Annotated[int, Field(ge=0, le=10_000)]
FeatureName = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_]{0,62}$")]
Hash = Annotated[str, Field(pattern="^(live|[0-9a-f]{64})$")]


class Strict(BaseModel):
    """Knows its fields and no others."""

    model_config = ConfigDict(extra="forbid")


class PolicyBody(Strict):
    """A policy to try; the one that is live where nothing is said."""

    name: str = Field(default="", max_length=100, description="What to call it.")
    hash: Hash | None = Field(default=None, description="Of a published policy, or live.")
    document: dict[str, Any] | None = Field(
        default=None, description="A policy that nobody has published."
    )

    def wish(self) -> PolicyWish:
        """Return it as a value."""
        return PolicyWish(name=self.name, hash=self.hash, document=self.document)


class PriceBody(Strict):
    """What lending costs; amount, rate and term are a feature's name, or one number for all."""

    loss_given_default_bp: BasisPoints
    cost_of_funds_bp: BasisPoints
    repayment: Literal["annuity", "differentiated", "bullet", "revolving"] = "annuity"
    drawn_bp: BasisPoints | None = Field(
        default=None, description="Average balance of a revolving credit, of its limit."
    )
    cost_per_account: int = Field(default=0, ge=0, le=10**12, description="In minor units.")
    amount: FeatureName | Annotated[float, Field(gt=0, le=10**12)] | None = Field(
        default=None, description="In units of the currency; left out for the policy's terms."
    )
    annual_rate: FeatureName | Annotated[float, Field(ge=0, le=100)] | None = Field(
        default=None, description="As a share; left out for the policy's terms."
    )
    term: FeatureName | Annotated[float, Field(ge=1, le=600)] | None = Field(
        default=None, description="Months."
    )

    def wish(self) -> PriceWish:
        """Return them as a value."""
        return PriceWish(**{**self.model_dump(), "repayment": Repayment(self.repayment)})


class SimulationBody(Strict):
    """What is to be simulated over the recorded decisions."""

    product: str = Field(pattern="^[a-z0-9-]{1,64}$")
    policies: list[PolicyBody] = Field(min_length=1, max_length=8)
    against: PolicyBody | None = Field(
        default=None, description="What swap sets compare with; by default what was decided then."
    )
    models: list[Hash] = Field(
        default=[], max_length=8, description="Models by hash, or live; else the answers of then."
    )
    segment: str | None = Field(default=None, pattern="^[a-z0-9_-]{1,40}$")
    by: list[FeatureName] = Field(default=[], max_length=8, description="Columns to group by.")
    approve_at_least: Share | None = None
    bad_rate_at_most: Share | None = None
    judged_by: Literal["expected", "observed", "worst"] = "expected"
    prices: PriceBody | None = None

    def wish(self) -> SimulationWish:
        """Return it as a value."""
        return SimulationWish(
            product=self.product,
            policies=tuple(one.wish() for one in self.policies),
            against=None if self.against is None else self.against.wish(),
            models=tuple(self.models),
            segment=self.segment,
            by=tuple(self.by),
            approve_at_least=self.approve_at_least,
            bad_rate_at_most=self.bad_rate_at_most,
            judged_by=self.judged_by,
            prices=None if self.prices is None else self.prices.wish(),
        )


class SimulationList(Strict):
    """Simulations, the latest first, without their results."""

    items: list[JobDocument]
