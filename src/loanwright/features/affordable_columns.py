"""`affordability_of` for many applications at once, with the same bits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.burden import FACTS, HIGHEST_BURDEN, burdening_payment
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import HIGHEST_RATE, LONGEST_TERM, Credit
from loanwright.features.affordable import ANY_DAY
from loanwright.features.product import Product

Column = NDArray[np.float64]

#: Facts for which the payment must be worked out, credit by credit.
OF_PAYMENT: Final = frozenset({"debt_burden_after", "monthly_payment"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What n applications state, and the grades that say their rates.

    Attributes
    ----------
    columns
        Raw feature to (n,) encoded values; a feature that is not there was not stated.
    grades, names
        (n,) places in the names of the grades.
    """

    columns: Mapping[str, Column] = field(repr=False)
    grades: NDArray[np.int64] = field(repr=False)
    names: Sequence[str]

    def stated(self, feature: str) -> Column:
        """Return a column; missing everywhere where nobody has stated it."""
        found = self.columns.get(feature)
        return np.full(len(self.grades), np.nan) if found is None else found


def affordability_columns(
    product: Product, applied: Applied, names: Collection[str] = FACTS
) -> dict[str, Column]:
    """Return the facts about burden and payment of n applications, NaN where they are unknown.

    Parameters
    ----------
    product
        Lays down what is lent, and names the features that say what one can afford.
    applied
        The applications.
    names
        Which facts are wanted, among those of ``loanwright.decisioning.burden.FACTS``.

    Returns
    -------
    dict
        Name to (n,): shares of the income, units of the currency, and months.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> columns = {"income": np.array([2_000.0, 2_000.0, 0.0]),
    ...            "debt_payments": np.array([300.0, np.nan, 300.0])}
    >>> applied = Applied(columns=columns, grades=np.zeros(3, dtype=np.int64), names=("A",))
    >>> loan = bundled_product("instalment-loan")
    >>> affordability_columns(loan, applied, ["debt_burden_before"])["debt_burden_before"].tolist()
    [0.15, nan, 1000.0]
    """
    units, wanted = minor_units(product.currency), frozenset(names)
    asked = _asked(product, applied, units)
    nothing = np.full(len(applied.grades), np.nan)
    payments = _payments(product, asked) if wanted & OF_PAYMENT else nothing
    found = {
        "debt_burden_before": _burdens(product, applied, np.zeros(len(nothing)), units),
        "debt_burden_after": _burdens(product, applied, payments, units),
        "monthly_payment": payments / units,
        "amount": asked[:, 0] / units,
        "term_months": asked[:, 1],
    }
    return {name: column for name, column in found.items() if name in wanted}


def _asked(product: Product, applied: Applied, units: int) -> Column:
    """Return (n, 3) amount in minor units, months and rate; NaN where nothing is laid down."""
    laid_down = product.accounts.offers
    if laid_down is None:
        return np.full((len(applied.grades), 3), np.nan)
    amounts = np.rint(np.minimum(applied.stated(laid_down.amount), laid_down.highest) * units)
    term = laid_down.term_months
    months = applied.stated(term) if isinstance(term, str) else np.full(len(amounts), float(term))
    rates = np.array([laid_down.rates.get(name, np.nan) for name in applied.names], dtype=float)
    asked = np.column_stack([amounts, np.rint(months), rates[applied.grades]])
    lent = (asked >= (1, 1, 0)).all(axis=1) & (asked[:, 1:] <= (LONGEST_TERM, HIGHEST_RATE)).all(
        axis=1
    )
    asked[~lent] = np.nan
    return asked


def _payments(product: Product, asked: Column) -> Column:
    """Return what each credit takes of a month, worked out once for credits that are alike."""
    payments = np.full(len(asked), np.nan)
    lent = ~np.isnan(asked[:, 0])
    alike: dict[tuple[int, int, int], float] = {}
    for credit in set(map(tuple, asked[lent].astype(np.int64).tolist())):
        amount, months, rate = credit
        alike[credit] = burdening_payment(
            Credit(
                repayment=product.accounts.repayment,
                amount=amount,
                annual_rate_bp=rate,
                term_months=months,
                disbursed_on=ANY_DAY,
            )
        )
    payments[lent] = [alike[tuple(one)] for one in asked[lent].astype(np.int64).tolist()]
    return payments


def _burdens(product: Product, applied: Applied, payments: Column, units: int) -> Column:
    """Return ``Means.burden`` of each application; NaN where there is no such payment."""
    terms = product.affordability
    if terms is None:
        return np.full(len(payments), np.nan)
    income = np.rint(applied.stated(terms.income) * units)
    debts = np.zeros(len(income))
    if terms.payments is not None:
        debts = np.rint(applied.stated(terms.payments) * units)
    due = np.nan_to_num(debts) + payments
    with np.errstate(all="ignore"):
        shares = np.minimum((debts + payments) / income, HIGHEST_BURDEN)
    return np.where(income == 0, np.where(due > 0, HIGHEST_BURDEN, np.nan), shares)
