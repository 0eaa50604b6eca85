"""The best cut-offs that keep to demands: every combination of scores is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.simulation.curve import Curve
from loanwright.simulation.errors import DemandRefused, SegmentsTooMany

Real = NDArray[np.float64]
JudgedBy = Literal["expected", "observed", "worst"]

#: As many combinations fit in memory and are looked at in a moment.
MOST_COMBINATIONS: Final = 4_000_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Demands:
    """What the approved shall keep to; None asks for nothing.

    Parameters
    ----------
    approve_at_least
        Share of all applications, from 0 to 1.
    bad_rate_at_most
        Of the approved, from 0 to 1.
    judged_by
        Which bad rate: the ``expected`` one of the model, the one ``observed`` where outcomes
        are known, or the ``worst`` that the assumptions about the unknown allow.

    Raises
    ------
    DemandRefused
        When a share is none.
    """

    approve_at_least: float | None = None
    bad_rate_at_most: float | None = None
    judged_by: JudgedBy = "expected"

    def __post_init__(self) -> None:
        """Refuse what is no share."""
        for name in ("approve_at_least", "bad_rate_at_most"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise DemandRefused(name=name, value=value)

    @property
    def asked(self) -> bool:
        """Return whether anything is demanded."""
        return self.approve_at_least is not None or self.bad_rate_at_most is not None


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """Cut-offs, one for each segment, and what they do together.

    Attributes
    ----------
    approve_from
        By segment.
    approval_rate, bad_rate
        Of all applications, and of the approved as the demands judge it.
    profit
        In minor units; None without prices.
    """

    approve_from: Mapping[str, int]
    approval_rate: float
    bad_rate: float
    profit: int | None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "approve_from": dict(self.approve_from),
            "approval_rate": round(self.approval_rate, 6),
            "bad_rate": round(self.bad_rate, 6),
            "profit": self.profit,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Solution:
    """The best cut-offs within the demands, or how far the nearest ones are from them.

    Attributes
    ----------
    best
        Most profit, or most approvals without prices; None where nothing keeps to the demands.
    least_bad
        Where it is impossible: of the cut-offs that approve enough, those with the lowest bad
        rate.
    most_approved
        Where it is impossible: of the cut-offs whose bad rate is low enough, those that approve
        most.
    """

    demands: Demands
    best: Choice | None
    least_bad: Choice | None = None
    most_approved: Choice | None = None

    @property
    def feasible(self) -> bool:
        """Return whether any cut-offs keep to the demands."""
        return self.best is not None

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, with how much is missing where it is impossible."""
        near = {"least_bad": self.least_bad, "most_approved": self.most_approved}
        return {
            "approve_at_least": self.demands.approve_at_least,
            "bad_rate_at_most": self.demands.bad_rate_at_most,
            "judged_by": self.demands.judged_by,
            "feasible": self.feasible,
            "best": None if self.best is None else self.best.to_mapping(),
            **{n: None if one is None else one.to_mapping() for n, one in near.items()},
            **self._missing(),
        }

    def _missing(self) -> dict[str, float | None]:
        demands, least, most = self.demands, self.least_bad, self.most_approved
        over = under = None
        if least is not None and demands.bad_rate_at_most is not None:
            over = round(least.bad_rate - demands.bad_rate_at_most, 6)
        if most is not None and demands.approve_at_least is not None:
            under = round(demands.approve_at_least - most.approval_rate, 6)
        return {"bad_rate_above_by": over, "approval_below_by": under}


class _Sums(NamedTuple):
    """Sums of every combination of cut-offs: approved, defaults, of how many, profit."""

    approved: Real
    bads: Real
    judged: Real
    profit: Real


def solve(curves: Sequence[Curve], demands: Demands) -> Solution:
    """Return the best cut-offs of all segments together.

    Parameters
    ----------
    curves
        One for each segment.
    demands
        What all segments together shall keep to.

    Raises
    ------
    SegmentsTooMany
        Where there are more combinations than can be looked at.
    """
    sizes = [len(one.cutoffs) for one in curves]
    if np.prod([float(size) for size in sizes]) > MOST_COMBINATIONS:
        raise SegmentsTooMany(count=len(curves))
    sums = reduce(_combined, (_sums(one, demands.judged_by) for one in curves))
    total = sum(one.applications for one in curves)
    approval, bad = sums.approved / max(total, 1), _rates(sums)
    enough = approval >= (demands.approve_at_least or 0.0)
    low = bad <= (1.0 if demands.bad_rate_at_most is None else demands.bad_rate_at_most)
    gain = sums.approved if curves[0].profit is None else sums.profit

    def best_of(allowed: NDArray[np.bool_], *orders: Real) -> Choice | None:
        places = np.flatnonzero(allowed)
        if not len(places):
            return None
        at = int(places[np.lexsort([one[places] for one in reversed(orders)])[-1]])
        profit = None if curves[0].profit is None else int(sums.profit[at])
        return Choice(
            approve_from=_cutoffs(curves, np.unravel_index(at, sizes)),
            approval_rate=float(approval[at]),
            bad_rate=float(bad[at]),
            profit=profit,
        )

    best = best_of(enough & low, gain, sums.approved, -bad)
    if best is not None:
        return Solution(demands=demands, best=best)
    return Solution(
        demands=demands,
        best=None,
        least_bad=best_of(enough, -bad, sums.approved),
        most_approved=best_of(low, sums.approved, -bad),
    )


def _sums(curve: Curve, judged_by: JudgedBy) -> _Sums:
    approved = curve.approved.astype(np.float64)
    bads, judged = {
        "expected": (curve.expected, approved),
        "observed": (curve.bads.astype(np.float64), curve.known.astype(np.float64)),
        "worst": (np.where(np.isnan(curve.worst), approved, curve.worst), approved),
    }[judged_by]
    profit = np.zeros(len(approved)) if curve.profit is None else curve.profit.astype(np.float64)
    return _Sums(approved, bads, judged, profit)


def _combined(one: _Sums, other: _Sums) -> _Sums:
    return _Sums(*(np.add.outer(a, b).ravel() for a, b in zip(one, other, strict=True)))


def _rates(sums: _Sums) -> Real:
    # Approved without a single known outcome is no proof of a low rate.
    rates = (sums.approved > 0).astype(np.float64)
    np.divide(sums.bads, sums.judged, out=rates, where=sums.judged > 0)
    return rates


def _cutoffs(curves: Sequence[Curve], places: Sequence[Any]) -> dict[str, int]:
    return {
        one.segment: int(one.cutoffs[int(place)]) for one, place in zip(curves, places, strict=True)
    }
