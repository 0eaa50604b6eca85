"""What those would do whose outcome nobody knows: a range under stated assumptions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.metrics.distributions import jeffreys
from loanwright.simulation.tally import BAD, UNKNOWN, Cells
from loanwright.validation.rejects import FACTORS, LEAST_ROWS, assumed_rates

Real = NDArray[np.float64]

#: Cells are taken apart into people again, at most about so many of each kind.
MOST_PEOPLE: Final = 1_000_000
#: Probabilities of exactly 0 or 1 have no log-odds.
_EDGE: Final = 1e-12


@dataclass(frozen=True, kw_only=True, slots=True)
class RateRange:
    """A bad rate of a group of which some outcomes are unknown.

    Attributes
    ----------
    unknown
        How many of the group have no known outcome.
    lower, upper
        Over all assumptions of reject inference (the unknown default 1 to 2 times as often as
        known applicants of the same stated risk) and the Jeffreys interval of the known ones;
        None where too few outcomes are known to say anything.
    least, most
        What no assumption can exceed: all the unknown good, or all of them bad.
    """

    unknown: int
    lower: float | None
    upper: float | None
    least: float
    most: float

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        ends = {name: getattr(self, name) for name in ("lower", "upper", "least", "most")}
        rounded = {name: None if end is None else round(end, 6) for name, end in ends.items()}
        return {"unknown": self.unknown, **rounded}


@dataclass(frozen=True, kw_only=True, slots=True)
class Assumptions:
    """How often the unknown of each cell default under every assumption; (assumptions, cells)."""

    rates: Real | None

    @staticmethod
    def about(cells: Cells) -> Assumptions:
        """Return what the outcomes known of some applicants let one assume of the others."""
        known, unknown = cells.known != UNKNOWN, cells.known == UNKNOWN
        rows = cells.whole("rows")
        risk = np.clip(cells.real("expected") / np.maximum(rows, 1), _EDGE, 1 - _EDGE)
        times = _times(np.where(known, rows, 0))
        stated, bad = np.repeat(risk, times), np.repeat(cells.known == BAD, times)
        if len(bad) < LEAST_ROWS or bad.all() or not bad.any():
            return Assumptions(rates=None)
        rates = np.zeros((2 * len(FACTORS), len(cells)))
        if unknown.any():
            others = np.maximum(_times(rows[unknown]), 1)
            found = assumed_rates(stated, bad, np.repeat(risk[unknown], others))
            first = np.cumsum(others) - others
            rates[:, unknown] = [one.rates[first] for one in found]
        return Assumptions(rates=rates)

    def range_of(self, cells: Cells, chosen: NDArray[np.bool_]) -> RateRange | None:
        """Return the range of the bad rate of some of the cells; None where they are empty."""
        rows = np.where(chosen, cells.whole("rows"), 0)
        total, unknown = int(rows.sum()), int(rows[cells.known == UNKNOWN].sum())
        if not total:
            return None
        bads = int(rows[cells.known == BAD].sum())
        lower = upper = None
        if self.rates is not None:
            sums = self.rates @ np.where(cells.known == UNKNOWN, rows, 0)
            luck = _luck(bads, total - unknown)
            lower = float(luck[0] + sums.min()) / total
            upper = float(luck[1] + sums.max()) / total
        return RateRange(
            unknown=unknown,
            lower=lower,
            upper=upper,
            least=bads / total,
            most=(bads + unknown) / total,
        )


def _luck(bads: int, known: int) -> tuple[float, float]:
    """Return the ends of the defaults among the known that luck allows."""
    if not known:
        return 0.0, 0.0
    rate = jeffreys(bads, known)
    return rate.lower * known, rate.upper * known


def _times(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return how many people stand for each cell: all of them, or an even share of very many."""
    share = min(1.0, MOST_PEOPLE / max(int(rows.sum()), 1))
    return np.diff(np.rint(np.cumsum(rows) * share), prepend=0.0).astype(np.int64)
