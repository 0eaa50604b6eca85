"""What a lender lays down for the accounts of one product."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loanwright.decisioning.behaviour import Measure
from loanwright.decisioning.burden import WARNING_ABOVE_BP
from loanwright.decisioning.costs import NO_FEES, Fees
from loanwright.decisioning.performance import STANDARD, PerformanceDefinition
from loanwright.decisioning.schedule import Repayment


@dataclass(frozen=True, kw_only=True, slots=True)
class OfferTerms:
    """What is offered of itself when an application is approved.

    Attributes
    ----------
    amount
        The feature of the application that says how much is asked for, in units of the currency.
    highest
        The most that is offered, in units of the currency.
    term_months
        The feature that says for how long, or a number of months.
    rates
        Annual rate in basis points by grade; a grade that is not named gets no offer.
    valid_days
        How long the offer stands.
    fees
        What is taken beside interest.
    cooling_off
        Whether the law's wait between contract and money holds for this product.
    """

    amount: str
    highest: int
    term_months: str | int
    rates: Mapping[str, int]
    valid_days: int = 30
    fees: Fees = NO_FEES
    cooling_off: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountTerms:
    """How accounts of a product are repaid, judged, and turned into behaviour.

    Attributes
    ----------
    performance
        Dated definitions of good and bad; each holds until the next.
    behaviour
        Features of behaviour that follow from payments, by name.
    offers
        What is offered of itself, or None for offers by people alone.
    """

    repayment: Repayment = Repayment.ANNUITY
    performance: tuple[PerformanceDefinition, ...] = STANDARD
    behaviour: Mapping[str, Measure] = field(default_factory=dict)
    offers: OfferTerms | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class AffordabilityTerms:
    """Which features say what an applicant can afford.

    Attributes
    ----------
    income
        The feature with the income of a month, in units of the currency.
    payments
        The feature with what is paid each month on debts, or None where nobody is asked.
    cap_bp
        The share of the income, in basis points, up to which an amount is affordable.
    """

    income: str
    payments: str | None = None
    cap_bp: int = WARNING_ABOVE_BP

    @property
    def features(self) -> tuple[str, ...]:
        """Return the features that are asked for."""
        return (self.income,) if self.payments is None else (self.income, self.payments)
