"""A probability with its bounds: the stored form of a Venn-Abers interval."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected

Floats = NDArray[np.float64]


class IntervalNotUsable(Rejected):
    """The probability interval cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ProbabilityInterval:
    """Bounds of the probability of default, constant between edges of the raw log-odds.

    Parameters
    ----------
    edges
        (k − 1,) raw log-odds, rising; cell i holds what is above edge i − 1, up to edge i.
    lower, upper
        (k,) probabilities, each rising or level, ``lower <= upper``.
    rows
        How many rows of the calibration sample stand behind it.

    Raises
    ------
    IntervalNotUsable
        Where the numbers are none of that.

    Examples
    --------
    >>> interval = ProbabilityInterval(edges=(0.0,), lower=(0.1, 0.3), upper=(0.2, 0.5), rows=40)
    >>> [bound.tolist() for bound in interval.bounds([-1.0, 0.0, 2.0])]
    [[0.1, 0.1, 0.3], [0.2, 0.2, 0.5]]
    """

    edges: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    rows: int

    def __post_init__(self) -> None:
        edges, lower, upper = np.array(self.edges), np.array(self.lower), np.array(self.upper)
        if not len(lower) == len(upper) == len(edges) + 1:
            raise IntervalNotUsable(problem="it needs one cell more than edges")
        if not all(np.isfinite(part).all() for part in (edges, lower, upper)):
            raise IntervalNotUsable(problem="its numbers must be finite")
        if (np.diff(edges) <= 0).any() or (np.diff(lower) < 0).any() or (np.diff(upper) < 0).any():
            raise IntervalNotUsable(problem="it must rise with the log-odds")
        if (lower > upper).any() or lower[0] < 0 or upper[-1] > 1:
            raise IntervalNotUsable(problem="its bounds are no probabilities in order")

    def bounds(self, log_odds: ArrayLike) -> tuple[Floats, Floats]:
        """Return lower and upper probability of default for raw log-odds; NaN gives NaN.

        Neither bound alone is the answer: one of the two is perfectly calibrated, and which one
        shows only with the outcome.
        """
        values = np.asarray(log_odds, dtype=np.float64)
        cell = np.searchsorted(np.array(self.edges), values, side="left")
        cell = np.minimum(cell, len(self.lower) - 1)
        unknown = np.isnan(values)
        lower, upper = np.array(self.lower)[cell], np.array(self.upper)[cell]
        return np.where(unknown, np.nan, lower), np.where(unknown, np.nan, upper)

    def shifted(self, shift: float) -> Self:
        """Return the interval with its log-odds moved; 0 and 1 stay."""
        lower, upper = (_moved(np.array(part), shift) for part in (self.lower, self.upper))
        return type(self)(edges=self.edges, lower=lower, upper=upper, rows=self.rows)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; floats as hexadecimal text."""
        return {
            "method": "inductive Venn-Abers",
            "rows": self.rows,
            "edges": [value.hex() for value in self.edges],
            "lower": [value.hex() for value in self.lower],
            "upper": [value.hex() for value in self.upper],
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the interval that `to_mapping` wrote."""
        parts = {
            name: tuple(float.fromhex(text) for text in mapping[name])
            for name in ("edges", "lower", "upper")
        }
        return cls(rows=int(mapping["rows"]), **parts)


def _moved(probability: Floats, shift: float) -> tuple[float, ...]:
    odds = probability * np.exp(shift)
    return tuple((odds / (1 - probability + odds)).tolist())
