"""The calibration curve: plain knots, strictly increasing, the same bits everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.calibration.interval import ProbabilityInterval
from loanwright.errors import Rejected


class CalibrationNotUsable(Rejected):
    """The calibration curve cannot be used: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """A move of the whole curve so that the mean probability equals a stated long-run rate.

    Attributes
    ----------
    rate_before, rate_after
        Mean probability of default of the reference sample before and after the move.
    shift
        What was added to the calibrated log-odds.
    by, why
        Who ordered it, and on what ground; both are required.
    """

    rate_before: float
    rate_after: float
    shift: float
    by: str
    why: str

    def to_mapping(self) -> dict[str, str]:
        """Return plain values; floats as hexadecimal text."""
        return {
            "rate_before": self.rate_before.hex(),
            "rate_after": self.rate_after.hex(),
            "shift": self.shift.hex(),
            "by": self.by,
            "why": self.why,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str]) -> Self:
        """Return the anchor that `to_mapping` wrote."""
        return cls(
            rate_before=float.fromhex(mapping["rate_before"]),
            rate_after=float.fromhex(mapping["rate_after"]),
            shift=float.fromhex(mapping["shift"]),
            by=str(mapping["by"]),
            why=str(mapping["why"]),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """A strictly increasing, piecewise linear map of log-odds, linear beyond its ends.

    Being strictly increasing it cannot change a ranking: AUC before and after are equal.

    Parameters
    ----------
    knots_x, knots_y
        Raw and calibrated log-odds of default at the knots, both strictly increasing, two or
        more. Beyond the ends the first and the last segment go on.
    method
        How the knots were found: ``identity``, ``platt``, ``beta`` or ``isotonic``.
    anchors
        Moves that were made on purpose after the fit, the oldest first.
    interval
        A Venn-Abers interval for each raw log-odds, where one was asked for.

    Raises
    ------
    CalibrationNotUsable
        Where the knots are not finite, not strictly increasing, or fewer than two.

    Examples
    --------
    >>> curve = Calibration(knots_x=(-1.0, 0.0, 2.0), knots_y=(-2.0, 0.0, 1.0))
    >>> curve.apply([-2.0, -0.5, 0.0, 1.0, 4.0]).tolist()
    [-4.0, -1.0, 0.0, 0.5, 2.0]
    """

    knots_x: tuple[float, ...]
    knots_y: tuple[float, ...]
    method: str = "platt"
    anchors: tuple[Anchor, ...] = ()
    interval: ProbabilityInterval | None = None
    _x: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _y: NDArray[np.float64] = field(init=False, repr=False, compare=False)
    _slopes: NDArray[np.float64] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.knots_x) != len(self.knots_y) or len(self.knots_x) < 2:
            raise CalibrationNotUsable(problem="it needs two or more knots, each with x and y")
        x, y = np.array(self.knots_x), np.array(self.knots_y)
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise CalibrationNotUsable(problem="its knots must be finite")
        if not (np.all(np.diff(x) > 0) and np.all(np.diff(y) > 0)):
            raise CalibrationNotUsable(problem="its knots must be strictly increasing")
        for name, values in (("_x", x), ("_y", y), ("_slopes", np.diff(y) / np.diff(x))):
            object.__setattr__(self, name, values)

    def apply(self, log_odds: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated log-odds of the same shape.

        Parameters
        ----------
        log_odds
            Raw log-odds of default; NaN stays NaN.
        """
        values = np.asarray(log_odds, dtype=np.float64)
        x, y, slopes = self._x, self._y, self._slopes
        segment = np.clip(np.searchsorted(x, values, side="right") - 1, 0, len(slopes) - 1)
        mapped = y[segment] + (values - x[segment]) * slopes[segment]
        # A rounded end of one segment must not overtake the beginning of the next.
        ceiling = np.where(segment < len(slopes) - 1, y[segment + 1], np.inf)
        return np.minimum(mapped, ceiling)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; floats as hexadecimal text, which keeps every bit."""
        written: dict[str, Any] = {
            "schema": 1,
            "method": self.method,
            "knots_x": [value.hex() for value in self.knots_x],
            "knots_y": [value.hex() for value in self.knots_y],
        }
        if self.anchors:
            written["anchors"] = [anchor.to_mapping() for anchor in self.anchors]
        if self.interval is not None:
            written["interval"] = self.interval.to_mapping()
        return written

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the curve that `to_mapping` wrote."""
        if mapping.get("schema") != 1:
            raise CalibrationNotUsable(problem=f"schema {mapping.get('schema')!r} is not known")
        try:
            x = tuple(float.fromhex(text) for text in mapping["knots_x"])
            y = tuple(float.fromhex(text) for text in mapping["knots_y"])
            return cls(
                knots_x=x,
                knots_y=y,
                method=str(mapping["method"]),
                anchors=tuple(Anchor.from_mapping(one) for one in mapping.get("anchors", ())),
                interval=_interval(mapping.get("interval")),
            )
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError) as error:
            raise CalibrationNotUsable(problem=f"its mapping is malformed ({error})") from error


def _interval(mapping: Mapping[str, Any] | None) -> ProbabilityInterval | None:
    return None if mapping is None else ProbabilityInterval.from_mapping(mapping)
