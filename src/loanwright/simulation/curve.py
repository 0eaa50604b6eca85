"""What every cut-off of one segment would do, at each score that occurs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.outcome import Outcome
from loanwright.simulation.figures import Judged
from loanwright.simulation.tally import BAD, UNKNOWN

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class Curve:
    """Cut-offs from the strictest to the loosest, and what each approves.

    Applications that a rule refers or declines are approved by no cut-off.

    Attributes
    ----------
    segment
        The segment whose ``approve_from`` is moved.
    applications
        How many there are.
    cutoffs
        (k,) falling: one point above the best score, which approves nobody, and every score.
    approved, declined
        (k,) how many; the others are referred. ``refer_from`` gives way where it is higher.
    expected
        (k,) sum of the calibrated probabilities of the approved.
    known, bads
        (k,) approved with a known outcome, and defaults among them.
    worst
        (k,) defaults known, and those of the unknown under the worst assumption; NaN where
        nothing can be assumed.
    profit
        (k,) of the approved in minor units; None without prices.
    """

    segment: str
    applications: int
    cutoffs: Whole = field(repr=False)
    approved: Whole = field(repr=False)
    declined: Whole = field(repr=False)
    expected: Real = field(repr=False)
    known: Whole = field(repr=False)
    bads: Whole = field(repr=False)
    worst: Real = field(repr=False)
    profit: Whole | None = field(repr=False)

    def points(self) -> Iterator[dict[str, Any]]:
        """Return every cut-off with its shares and rates, the strictest first."""
        for at in range(len(self.cutoffs)):
            approved, known = int(self.approved[at]), int(self.known[at])
            worst = float(self.worst[at])
            yield {
                "segment": self.segment,
                "approve_from": int(self.cutoffs[at]),
                "approved": approved,
                "approval_rate": _ratio(approved, self.applications),
                "decline_rate": _ratio(int(self.declined[at]), self.applications),
                "expected_bad_rate": _ratio(float(self.expected[at]), approved),
                "known": known,
                "observed_bad_rate": _ratio(int(self.bads[at]), known),
                "worst_bad_rate": None if np.isnan(worst) else _ratio(worst, approved),
                "profit": None if self.profit is None else int(self.profit[at]),
            }


def curve_of(judged: Judged, place: int, segment: str, refer_from: int) -> Curve:
    """Return the curve of a segment.

    Parameters
    ----------
    judged
        All cells, ungrouped.
    place, segment
        Of the segment, as its cells know it and as people do.
    refer_from
        The policy's own; a cut-off below it takes its place.
    """
    chosen = judged.cells.segment == place
    cells = judged.cells.only(chosen)
    scores, at = np.unique(-cells.score, return_inverse=True)
    cutoffs = np.concatenate([[-scores[0] + 1], -scores]) if len(scores) else np.array([0])
    free, rows = cells.floor == 0, cells.whole("rows")
    known = cells.known != UNKNOWN

    def falling(values: NDArray[Any]) -> NDArray[Any]:
        sums = np.zeros(len(scores), dtype=values.dtype)
        np.add.at(sums, at, np.where(free, values, 0))
        return np.concatenate([np.zeros(1, dtype=values.dtype), np.cumsum(sums)])

    bads = falling(np.where(cells.known == BAD, rows, 0))
    return Curve(
        segment=segment,
        applications=int(rows.sum()),
        cutoffs=cutoffs.astype(np.int64),
        approved=falling(rows),
        declined=_declined(judged, chosen, cutoffs, refer_from),
        expected=falling(cells.real("expected")),
        known=falling(np.where(known, rows, 0)),
        bads=bads,
        worst=bads + _unknown(judged, chosen, falling),
        profit=falling(_profit(judged, chosen)) if judged.priced else None,
    )


def _declined(judged: Judged, chosen: NDArray[np.bool_], cutoffs: Whole, refer_from: int) -> Whole:
    cells = judged.cells.only(chosen)
    rows, ruled = cells.whole("rows"), cells.floor == Outcome.DECLINE.severity
    order = np.argsort(cells.score, kind="stable")
    below = np.concatenate([[0], np.cumsum(np.where(ruled, 0, rows)[order])])
    starts = np.searchsorted(cells.score[order], np.minimum(cutoffs, refer_from), side="left")
    return np.asarray(below[starts] + rows[ruled].sum(), dtype=np.int64)


def _unknown(judged: Judged, chosen: NDArray[np.bool_], falling: Any) -> Any:
    """Return the defaults of the approved without an outcome, under the worst assumption."""
    rates, cells = judged.assumptions.rates, judged.cells.only(chosen)
    if rates is None:
        return np.nan
    rows = np.where(cells.known == UNKNOWN, cells.whole("rows"), 0)
    return np.max([falling(one * rows) for one in rates[:, chosen]], axis=0)


def _profit(judged: Judged, chosen: NDArray[np.bool_]) -> Whole:
    cells = judged.cells.only(chosen)
    spent = cells.whole("funds") + cells.whole("loss") + cells.whole("costs")
    return cells.whole("income") - spent


def _ratio(part: float, whole: float) -> float | None:
    return round(part / whole, 6) if whole else None
