"""What an approval offers: the highest amount and the price of a grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import floor
from typing import Final

from loanwright.decisioning.evaluating import Answer

HIGHEST_AMOUNT: Final = "highest_amount"
ANNUAL_RATE_BP: Final = "annual_rate_bp"


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """Limit and price.

    Parameters
    ----------
    highest_amount
        In whole units of the product's currency.
    annual_rate_bp
        Nominal rate a year in hundredths of a percent.
    """

    highest_amount: int
    annual_rate_bp: int


def narrowed(terms: Terms, figures: Mapping[str, Answer]) -> Terms | None:
    """Return terms no better than the figures of the same names allow.

    Parameters
    ----------
    terms
        Of the grade.
    figures
        ``highest_amount`` can only lower the amount, ``annual_rate_bp`` can only raise the rate.

    Returns
    -------
    Terms or None
        None when such a figure is missing, or nothing is left to lend.

    Examples
    --------
    >>> of_grade = Terms(highest_amount=300_000, annual_rate_bp=1290)
    >>> narrowed(of_grade, {"highest_amount": 50_000.0}).highest_amount
    50000
    >>> narrowed(of_grade, {"highest_amount": None}) is None
    True
    """
    amount = figures.get(HIGHEST_AMOUNT, terms.highest_amount)
    rate = figures.get(ANNUAL_RATE_BP, terms.annual_rate_bp)
    if isinstance(amount, str) or isinstance(rate, str) or amount is None or rate is None:
        return None
    highest = min(terms.highest_amount, floor(amount))
    if highest < 1:
        return None
    # A rate is rounded upwards: a table can only narrow.
    dearest = max(terms.annual_rate_bp, -floor(-rate))
    return Terms(highest_amount=highest, annual_rate_bp=dearest)
