"""The best amount and term that a lender would approve, among those that it lends."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from loanwright.decisioning.burden import Means, burdening_payment
from loanwright.decisioning.costs import NO_FEES, Cost, Fees, cost
from loanwright.decisioning.schedule import Credit, monthly_payment
from loanwright.lending.lender import Range
from loanwright.pricing.apr import apr_of
from loanwright.pricing.psk import psk_of

MOST_AMOUNTS = 25


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What an applicant asks for: an amount in units of the currency, and a term in months."""

    amount: int
    term_months: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """A credit with what it costs and burdens.

    Attributes
    ----------
    monthly_payment
        The first regular payment, in minor units.
    apr
        In per cent.
    psk
        In per cent, where Russian law holds; otherwise None.
    debt_burden_before, debt_burden_after
        Share of the income; None where it is unknown.
    """

    credit: Credit
    cost: Cost
    monthly_payment: int
    apr: float
    psk: float | None
    debt_burden_before: float | None
    debt_burden_after: float | None


def options(lent: Range, wish: Wish, *, highest: int) -> tuple[Wish, ...]:
    """Return the amounts up to the wish, and the terms, that are tried; the wish itself first.

    At most 25 amounts are tried, spread evenly over the steps between the lowest and the wish.

    Examples
    --------
    >>> lent = Range(lowest=1_000, step=500, terms=(12, 24))
    >>> tried = options(lent, Wish(amount=2_200, term_months=18), highest=10_000)
    >>> [(one.amount, one.term_months) for one in tried][:5]
    [(2200, 18), (2200, 12), (2200, 24), (2000, 18), (2000, 12)]
    """
    amounts = list(_amounts(lent, min(wish.amount, highest)))
    terms = [wish.term_months, *(term for term in lent.terms if term != wish.term_months)]
    tried = [Wish(amount=amount, term_months=term) for amount in amounts for term in terms]
    return tuple(dict.fromkeys([wish, *tried] if wish.amount <= highest else tried))


def _amounts(lent: Range, most: int) -> Iterator[int]:
    if most < lent.lowest:
        return
    yield most
    last = (most - 1) // lent.step
    first = -(-lent.lowest // lent.step)
    steps = range(last, first - 1, -1)
    stride = max(1, -(-len(steps) // (MOST_AMOUNTS - 1)))
    yield from (step * lent.step for step in steps[::stride])


def best_of(
    wish: Wish, approved: Sequence[Credit], means: Means | None, *, cap_bp: int
) -> Credit | None:
    """Return the best of the credits that would be approved, or None.

    It is within the applicant's means, where they are known: the debt burden stays at or below
    the cap. Of those the highest amount is best; then the term nearest to the wish; then the
    cheaper one.

    Examples
    --------
    >>> best_of(Wish(amount=1, term_months=1), [], None, cap_bp=5_000) is None
    True
    """
    borne = [one for one in approved if _within(one, means, cap_bp)]
    return min(borne, key=lambda one: _distance(wish, one), default=None)


def _within(credit: Credit, means: Means | None, cap_bp: int) -> bool:
    return means is None or means.bears(burdening_payment(credit), cap_bp=cap_bp)


def _distance(wish: Wish, credit: Credit) -> tuple[int, int, int]:
    apart = abs(credit.term_months - wish.term_months)
    return -credit.amount, apart, cost(credit).total


def price(
    credit: Credit, means: Means | None, fees: Fees = NO_FEES, *, russian: bool = False
) -> Priced:
    """Return what a credit costs, and what it takes of a month's income."""
    burdening = burdening_payment(credit)
    return Priced(
        credit=credit,
        cost=cost(credit, fees),
        monthly_payment=monthly_payment(credit),
        apr=apr_of(credit, fees),
        psk=psk_of(credit, fees) if russian else None,
        debt_burden_before=None if means is None else means.burden(),
        debt_burden_after=None if means is None else means.burden(burdening),
    )
