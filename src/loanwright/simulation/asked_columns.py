"""Which columns of a table a simulation reads beside what the model and the policy read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.schedule import BASIS_POINTS
from loanwright.simulation.applications import AskedCredit
from loanwright.simulation.errors import PricesRefused

if TYPE_CHECKING:
    import polars as pl

Whole = NDArray[np.int64]

#: Grouped by without a column of their own.
OWN: Final = ("segment", "grade")
MISSING: Final = "(missing)"


@dataclass(frozen=True, kw_only=True, slots=True)
class CreditColumns:
    """Where amount, rate and term of a file stand: a column's name, or one number for all.

    Attributes
    ----------
    amount
        In units of the currency.
    annual_rate
        A share: 0.199 is 19.9 % a year.
    term
        Months.
    minor
        Minor units of one unit of the currency.
    """

    amount: str | float | None = None
    annual_rate: str | float | None = None
    term: str | float | None = None
    minor: int = 100

    @property
    def columns(self) -> list[str]:
        """Return the columns that are read."""
        return [one for one in (self.amount, self.annual_rate, self.term) if isinstance(one, str)]

    def read(self, frame: pl.DataFrame) -> AskedCredit:
        """Return what the rows of a frame ask for."""
        return AskedCredit(
            amounts=_scaled(self.amount, self.minor, frame, "amount"),
            rates_bp=_scaled(self.annual_rate, BASIS_POINTS, frame, "rate"),
            terms=_scaled(self.term, 1, frame, "term"),
        )


def _scaled(given: str | float | None, times: int, frame: pl.DataFrame, what: str) -> Whole | None:
    import polars as pl

    if given is None:
        return None
    if not isinstance(given, str):
        return np.full(len(frame), round(given * times), dtype=np.int64)
    values = frame.get_column(given).cast(pl.Float64, strict=False).to_numpy()
    if not np.isfinite(values).all():
        raise PricesRefused(problem=f"the {what} in the column {given} is missing or no number")
    return np.rint(values * times).astype(np.int64)
