"""What an offer costs and burdens, worked out once, when it is made."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from loanwright.decisioning.burden import Means, burdening_payment
from loanwright.decisioning.cooling import cooling_off
from loanwright.decisioning.costs import NO_FEES, Fees, cost
from loanwright.decisioning.schedule import Credit
from loanwright.features.affordable import means_of
from loanwright.features.product import Product
from loanwright.pricing.apr import apr_of
from loanwright.pricing.psk import psk_of

RUSSIA = "RU"
HOUR = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Pricing:
    """Prices offers under the law of a lender.

    Attributes
    ----------
    jurisdictions
        Whose law holds for a product that names none.
    """

    jurisdictions: tuple[str, ...] = ()

    def law_of(self, product: Product) -> tuple[str, ...]:
        """Return the jurisdictions whose law holds for a product."""
        return product.jurisdictions or self.jurisdictions

    def price(self, product: Product, credit: Credit, record: Mapping[str, Any]) -> dict[str, Any]:
        """Return what an offer says of its cost and of the burden on its applicant."""
        fees, means = fees_of(product), means_of(product, record)
        russian = RUSSIA in self.law_of(product)
        return {
            "total_cost": cost(credit, fees).total,
            "apr": apr_of(credit, fees),
            "psk": psk_of(credit, fees) if russian else None,
            **_burden(means, credit),
            "cooling_off_hours": round(
                self.wait(product, credit.amount, credit.disbursed_on) / HOUR
            ),
            "available_at": None,
        }

    def wait(self, product: Product, amount: int, contract_on: date) -> timedelta:
        """Return how long the money of a contract waits by law."""
        laid_down = product.accounts.offers
        if laid_down is not None and not laid_down.cooling_off:
            return timedelta(0)
        return cooling_off(
            amount,
            product.currency,
            jurisdictions=self.law_of(product),
            contract_on=contract_on,
        )


def fees_of(product: Product) -> Fees:
    """Return what a product takes beside interest."""
    laid_down = product.accounts.offers
    return NO_FEES if laid_down is None else laid_down.fees


def _burden(means: Means | None, credit: Credit) -> dict[str, float | None]:
    if means is None:
        return {"debt_burden_before": None, "debt_burden_after": None}
    payment = burdening_payment(credit)
    return {"debt_burden_before": means.burden(), "debt_burden_after": means.burden(payment)}
