"""The chance that a lender approves: what is known of it, and no more."""

from dataclasses import dataclass
from math import sqrt
from typing import Final, Literal

from loanwright.decisioning.outcome import Outcome

Z: Final = 1.959963984540054


@dataclass(frozen=True, kw_only=True, slots=True)
class Reviewed:
    """How many referred applications people have resolved, and how many of them they approved."""

    approved: int = 0
    resolved: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Chance:
    """How likely an approval is.

    Attributes
    ----------
    value
        Between 0 and 1; None where nothing is known.
    low, high
        The ends of its interval of 95 %.
    basis
        "policy": the lender's policy has decided; "reviews": the share of referred applications
        that its people have approved; "unknown": they have resolved none yet.
    reviews
        How many reviews it rests on.
    """

    value: float | None
    low: float | None
    high: float | None
    basis: Literal["policy", "reviews", "unknown"]
    reviews: int = 0


def chance_of(outcome: Outcome, reviewed: Reviewed) -> Chance:
    """Return the chance of an approval after a lender's own decision of today.

    An approval is 1 and a refusal 0, because the policy has decided. A referral is the share of
    approvals among what people have resolved, with Wilson's interval.

    Examples
    --------
    >>> chance_of(Outcome.APPROVE, Reviewed()).value
    1.0
    >>> found = chance_of(Outcome.REFER, Reviewed(approved=8, resolved=10))
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.8, 0.49, 0.943)
    >>> chance_of(Outcome.REFER, Reviewed()).basis
    'unknown'
    """
    if outcome is not Outcome.REFER:
        decided = float(outcome is Outcome.APPROVE)
        return Chance(value=decided, low=decided, high=decided, basis="policy")
    if not reviewed.resolved:
        return Chance(value=None, low=None, high=None, basis="unknown")
    share = reviewed.approved / reviewed.resolved
    low, high = wilson(share, reviewed.resolved)
    return Chance(value=share, low=low, high=high, basis="reviews", reviews=reviewed.resolved)


def wilson(share: float, number: int) -> tuple[float, float]:
    """Return Wilson's interval of 95 % of a share.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference,
    JASA 22 (1927), 209-212.

    Examples
    --------
    >>> [round(end, 4) for end in wilson(0.0, 10)]
    [0.0, 0.2775]
    """
    spread = Z * Z / number
    centre = (share + spread / 2) / (1 + spread)
    half = Z * sqrt(share * (1 - share) / number + spread / (4 * number)) / (1 + spread)
    # At 0 and 1 an end is the share itself; rounding must not say otherwise.
    return min(share, max(0.0, centre - half)), max(share, min(1.0, centre + half))
