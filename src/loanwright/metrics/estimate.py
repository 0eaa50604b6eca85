"""A number that knows how sure it is."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """A statistic with its confidence interval.

    Attributes
    ----------
    value
        The statistic on the sample.
    lower, upper
        Ends of the interval; ``lower <= value <= upper`` but for bias-corrected bootstraps of
        very small samples.
    level
        Confidence level of the interval, such as 0.95.
    method
        How the interval was made, in words.

    Examples
    --------
    >>> print(Estimate(value=0.7854, lower=0.7741, upper=0.7963, level=0.95, method="DeLong"))
    0.7854 [0.7741, 0.7963]
    """

    value: float
    lower: float
    upper: float
    level: float
    method: str

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.lower:.4f}, {self.upper:.4f}]"

    def to_mapping(self, *, digits: int = 6) -> dict[str, Any]:
        """Return plain values, rounded to this many digits after the point."""
        return {
            "value": round(self.value, digits),
            "lower": round(self.lower, digits),
            "upper": round(self.upper, digits),
            "level": self.level,
            "method": self.method,
        }
