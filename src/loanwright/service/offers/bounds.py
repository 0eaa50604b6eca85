"""Within what an offer is made: the limit and the price that product and policy have found."""

from dataclasses import dataclass
from typing import Any

from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import Repayment
from loanwright.features.product import Product
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot

USUAL_DAYS = 30


@dataclass(frozen=True, kw_only=True, slots=True)
class Bounds:
    """What is laid down for an offer after one decision; None where nothing is.

    Attributes
    ----------
    highest
        The most that may be lent, in minor units.
    annual_rate_bp
        The rate of a year, in basis points.
    asked, term_months
        What the applicant asked for: how much, in minor units, and for how long.
    """

    currency: str
    repayment: Repayment
    valid_days: int = USUAL_DAYS
    highest: int | None = None
    annual_rate_bp: int | None = None
    asked: int | None = None
    term_months: int | None = None


def bounds_of(product: Product, decision: DecisionRecord) -> Bounds:
    """Return what product file and policy lay down for an offer after a decision."""
    snapshot = read_snapshot(decision.snapshot)
    units, laid_down = minor_units(product.currency), product.accounts.offers
    highest, rate = snapshot.get("terms") or (None, None)
    repayment = product.accounts.repayment
    if laid_down is None:
        return Bounds(
            currency=product.currency,
            repayment=repayment,
            highest=None if highest is None else highest * units,
            annual_rate_bp=rate,
        )
    asked = _number(snapshot["record"].get(laid_down.amount))
    term = laid_down.term_months
    months = _number(snapshot["record"].get(term)) if isinstance(term, str) else term
    most = laid_down.highest if highest is None else min(laid_down.highest, highest)
    return Bounds(
        currency=product.currency,
        repayment=repayment,
        valid_days=laid_down.valid_days,
        highest=most * units,
        annual_rate_bp=laid_down.rates.get(snapshot["grade"]) if rate is None else rate,
        asked=None if asked is None else round(asked * units),
        term_months=None if months is None else round(months),
    )


def _number(value: Any) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
