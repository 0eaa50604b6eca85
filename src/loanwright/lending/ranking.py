"""Quotes in the order in which an applicant is best served: by chance, then by cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.decisioning.outcome import Outcome
from loanwright.lending.chance import Chance
from loanwright.lending.options import Priced


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """What one lender answers.

    Attributes
    ----------
    wished
        The credit that was asked for, priced; None where the lender lends none like it.
    best
        The best that it would approve within the applicant's means; None where there is none.
    within_means
        Whether the wished credit keeps the debt burden at or below the cap, as far as is known.
    """

    lender: str
    product: str
    outcome: Outcome
    chance: Chance
    wished: Priced | None
    best: Priced | None
    within_means: bool = True

    @property
    def meets_wish(self) -> bool:
        """Tell whether what would be approved is no less than what was asked for."""
        best, wished = self.best, self.wished
        return None not in (best, wished) and _amount(best) >= _amount(wished)


def ranked(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Return quotes, the best first.

    First those that approve what was wished; then those that approve less; then those where a
    person would have to look, the more likely first, the unknown after the known; then those
    whose wished credit is beyond the applicant's means with nothing less to offer; then the rest.
    Among equals, what costs less for each unit lent; then the lower APR; then by name.
    """
    return tuple(sorted(quotes, key=_order))


def _order(quote: Quote) -> tuple[float, ...] | tuple[float | str, ...]:
    shown = quote.best or quote.wished
    dear = _dearness(shown)
    return (_tier(quote), -(quote.chance.value or 0.0), *dear, quote.lender, quote.product)


def _tier(quote: Quote) -> int:
    if quote.best is not None:
        return 0 if quote.meets_wish else 1
    if quote.outcome is Outcome.DECLINE:
        return 4
    return 2 if quote.within_means else 3


def _dearness(shown: Priced | None) -> tuple[float, float]:
    if shown is None:
        return (float("inf"), float("inf"))
    return (shown.cost.total / shown.credit.amount, shown.apr)


def _amount(priced: Priced | None) -> int:
    return 0 if priced is None else priced.credit.amount
