"""What an application says of its credit and of its applicant's means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from loanwright.decisioning.burden import Means, affordability_facts
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import HIGHEST_RATE, LONGEST_TERM, Credit
from loanwright.decisioning.terms import Terms
from loanwright.features.product import Product

#: What is asked of a payment does not depend on the day; replays must not depend on it either.
ANY_DAY: Final = date(2000, 1, 1)

Record = Mapping[str, Any]


def means_of(product: Product, record: Record) -> Means | None:
    """Return income and debt payments of a month; None where the income was not stated.

    Payments that were not stated are unknown, never zero; they are zero only where the product
    asks nobody about them.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> loan = bundled_product("instalment-loan")
    >>> means_of(loan, {"income": 2_000, "debt_payments": 300})
    Means(income=200000, payments=30000)
    >>> means_of(loan, {"income": 2_000})
    Means(income=200000, payments=None)
    >>> means_of(loan, {"debt_payments": 300}) is None
    True
    """
    terms = product.affordability
    income = None if terms is None else record.get(terms.income)
    if terms is None or income is None:
        return None
    payments = 0 if terms.payments is None else record.get(terms.payments)
    units = minor_units(product.currency)
    return Means(
        income=round(income * units),
        payments=None if payments is None else round(payments * units),
    )


def credit_of(
    product: Product,
    record: Record,
    grade: str,
    terms: Terms | None = None,
    *,
    disbursed_on: date = ANY_DAY,
) -> Credit | None:
    """Return the credit that a product file lays down for an application of a grade.

    None where it lays down none, or where the application does not say how much and for how long.

    Parameters
    ----------
    record
        The application, as validated.
    grade
        What says the rate; a grade without one gets no credit.
    terms
        Limit and price that a policy has found; they go before those of the product file.
    """
    laid_down = product.accounts.offers
    if laid_down is None:
        return None
    rate = laid_down.rates.get(grade) if terms is None else terms.annual_rate_bp
    highest = laid_down.highest if terms is None else min(laid_down.highest, terms.highest_amount)
    asked = record.get(laid_down.amount)
    term = laid_down.term_months
    months = record.get(term) if isinstance(term, str) else term
    if rate is None or asked is None or months is None:
        return None
    amount = round(min(asked, highest) * minor_units(product.currency))
    if amount < 1 or not 1 <= round(months) <= LONGEST_TERM or rate > HIGHEST_RATE:
        return None
    return Credit(
        repayment=product.accounts.repayment,
        amount=amount,
        annual_rate_bp=rate,
        term_months=round(months),
        disbursed_on=disbursed_on,
    )


def affordability_of(product: Product, record: Record, grade: str) -> Mapping[str, float | None]:
    """Return the facts about burden and payment that a policy may ask for, by their names.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> loan = bundled_product("instalment-loan")
    >>> affordability_of(loan, {"income": 2_000, "debt_payments": 300}, "A")["debt_burden_before"]
    0.15
    """
    credit, means = credit_of(product, record, grade), means_of(product, record)
    return affordability_facts(credit, means, currency=product.currency)
