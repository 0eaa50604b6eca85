"""The calibration curve: plain knots, strictly increasing, the same bits everywhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from loanwright.errors import Rejected


class CalibrationNotUsable(Rejected):
    """The calibration curve cannot be used: {problem}."""


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
        How the knots were found: ``identity``, ``platt`` or ``isotonic``.

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
    _slopes: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if len(self.knots_x) != len(self.knots_y) or len(self.knots_x) < 2:
            raise CalibrationNotUsable(problem="it needs two or more knots, each with x and y")
        x, y = np.array(self.knots_x), np.array(self.knots_y)
        if not (np.isfinite(x).all() and np.isfinite(y).all()):
            raise CalibrationNotUsable(problem="its knots must be finite")
        if not (np.all(np.diff(x) > 0) and np.all(np.diff(y) > 0)):
            raise CalibrationNotUsable(problem="its knots must be strictly increasing")
        object.__setattr__(self, "_slopes", tuple((np.diff(y) / np.diff(x)).tolist()))

    def apply(self, log_odds: ArrayLike) -> NDArray[np.float64]:
        """Return calibrated log-odds of the same shape.

        Parameters
        ----------
        log_odds
            Raw log-odds of default; NaN stays NaN.
        """
        values = np.asarray(log_odds, dtype=np.float64)
        x, y, slopes = np.array(self.knots_x), np.array(self.knots_y), np.array(self._slopes)
        segment = np.clip(np.searchsorted(x, values, side="right") - 1, 0, len(slopes) - 1)
        mapped = y[segment] + (values - x[segment]) * slopes[segment]
        # A rounded end of one segment must not overtake the beginning of the next.
        ceiling = np.where(segment < len(slopes) - 1, y[segment + 1], np.inf)
        return np.minimum(mapped, ceiling)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; floats as hexadecimal text, which keeps every bit."""
        return {
            "schema": 1,
            "method": self.method,
            "knots_x": [value.hex() for value in self.knots_x],
            "knots_y": [value.hex() for value in self.knots_y],
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return the curve that `to_mapping` wrote."""
        if mapping.get("schema") != 1:
            raise CalibrationNotUsable(problem=f"schema {mapping.get('schema')!r} is not known")
        try:
            x = tuple(float.fromhex(text) for text in mapping["knots_x"])
            y = tuple(float.fromhex(text) for text in mapping["knots_y"])
            return cls(knots_x=x, knots_y=y, method=str(mapping["method"]))
        except (KeyError, TypeError, ValueError, OverflowError) as error:
            raise CalibrationNotUsable(problem=f"its mapping is malformed ({error})") from error
