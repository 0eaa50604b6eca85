"""The answer of a significance test: how far, how surprising, and under which null."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from math import erfc, sqrt
from typing import Any

from loanwright.metrics.samples import ParameterOutOfRange


class Alternative(StrEnum):
    """What a test is on the look-out for, said of the tested number against the stated one."""

    GREATER = "greater"
    LESS = "less"
    TWO_SIDED = "two-sided"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignificanceTest:
    """A statistic and how often chance alone reaches it.

    Attributes
    ----------
    statistic
        The number that was compared with its distribution under the null.
    p_value
        Probability, under the null, of a statistic at least as extreme; small speaks against
        the null.
    null
        What was assumed, in words.
    method
        Which test, in words.

    Examples
    --------
    >>> found = SignificanceTest(statistic=2.1, p_value=0.018, null="nothing changed", method="z")
    >>> found.rejects(), found.rejects(level=0.99)
    (True, False)
    """

    statistic: float
    p_value: float
    null: str
    method: str

    def rejects(self, *, level: float = 0.95) -> bool:
        """Return whether chance alone reaches the statistic less often than 1 − level."""
        return self.p_value < 1 - level

    def to_mapping(self, *, digits: int = 6) -> dict[str, Any]:
        """Return plain values, numbers rounded to this many digits after the point."""
        values = asdict(self)
        return {
            name: round(value, digits) if isinstance(value, float) else value
            for name, value in values.items()
        }


def normal_p_value(z: float, alternative: str = Alternative.TWO_SIDED) -> float:
    """Return how often a standard normal deviate is at least as extreme as z.

    Parameters
    ----------
    z
        A standardised distance.
    alternative
        ``greater`` takes the upper tail, ``less`` the lower, ``two-sided`` twice the smaller.

    Examples
    --------
    >>> round(normal_p_value(1.959964), 6), round(normal_p_value(1.644854, "greater"), 6)
    (0.05, 0.05)
    """
    # The complementary error function keeps far tails exact; serving machines have no scipy.
    return tail_p_value(erfc(-z / sqrt(2)) / 2, erfc(z / sqrt(2)) / 2, alternative)


def tail_p_value(lower: float, upper: float, alternative: str) -> float:
    """Return the p-value of two tail probabilities: at most, and at least, what was seen.

    Examples
    --------
    >>> tail_p_value(0.97, 0.04, "greater"), tail_p_value(0.97, 0.04, "two-sided")
    (0.04, 0.08)
    """
    if alternative not in list(Alternative):
        raise ParameterOutOfRange(
            name="alternative",
            value=alternative,
            demand=f"it must be one of {', '.join(Alternative)}",
        )
    if alternative == Alternative.GREATER:
        return upper
    if alternative == Alternative.LESS:
        return lower
    return min(1.0, 2 * min(lower, upper))
