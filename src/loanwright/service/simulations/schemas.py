"""Simulations as values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from loanwright.decisioning.schedule import Repayment
from loanwright.simulation.prices import Prices
from loanwright.simulation.solving import Demands, JudgedBy

#: What was decided then.
HISTORY = "history"
#: The policy, or the models, that decide now.
LIVE = "live"


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyWish:
    """A policy to try: published, live, or a document that nobody has published.

    Attributes
    ----------
    name
        What to call it; empty for its own name.
    hash
        Of a published one, or ``live``; None where there is a document.
    """

    name: str = ""
    hash: str | None = None
    document: Mapping[str, Any] | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class PriceWish:
    """What lending costs, and what is asked for where an application does not say it."""

    loss_given_default_bp: int
    cost_of_funds_bp: int
    repayment: Repayment = Repayment.ANNUITY
    drawn_bp: int | None = None
    cost_per_account: int = 0
    amount: str | float | None = None
    annual_rate: str | float | None = None
    term: str | float | None = None

    @property
    def prices(self) -> Prices:
        """Return what lending costs."""
        return Prices(
            loss_given_default_bp=self.loss_given_default_bp,
            cost_of_funds_bp=self.cost_of_funds_bp,
            repayment=self.repayment,
            drawn_bp=self.drawn_bp,
            cost_per_account=self.cost_per_account,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationWish:
    """What is to be simulated over the recorded decisions of a product.

    Attributes
    ----------
    policies
        To be compared; at least one.
    against
        What swap sets compare with; None is what was decided then.
    models
        Hash of a model for its segment, or ``live`` for all that decide now; empty takes the
        answers that were given then.
    """

    product: str
    policies: tuple[PolicyWish, ...]
    against: PolicyWish | None = None
    models: tuple[str, ...] = ()
    segment: str | None = None
    by: tuple[str, ...] = ()
    approve_at_least: float | None = None
    bad_rate_at_most: float | None = None
    judged_by: JudgedBy = "expected"
    prices: PriceWish | None = None

    @property
    def demands(self) -> Demands:
        """Return what the best cut-offs shall keep to."""
        return Demands(
            approve_at_least=self.approve_at_least,
            bad_rate_at_most=self.bad_rate_at_most,
            judged_by=self.judged_by,
        )
