"""How a change of a rate is shared among groups: who came, and how they were treated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

from loanwright.metrics.distributions import normal_quantile
from loanwright.metrics.estimate import Estimate

LEVEL: Final = 0.95


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many there are, and how many of them are approved."""

    all: int = 0
    approved: int = 0

    @property
    def rate(self) -> float | None:
        """Return the share that is approved."""
        return self.approved / self.all if self.all else None


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupChange:
    """What one group adds to a change.

    Attributes
    ----------
    share_before, share_after
        Of all applications.
    rate_before, rate_after
        Approved of the group; None where nobody was in it.
    mix
        What its growth adds: the change of its share, times how much more than the others it is
        approved.
    within
        What it adds because more or fewer of it are approved than before.
    """

    name: str
    share_before: float
    share_after: float
    rate_before: float | None
    rate_after: float | None
    mix: float
    within: float


def change_by_group(
    before: Mapping[str, Count], after: Mapping[str, Count]
) -> tuple[GroupChange, ...]:
    """Return what each group adds to the change of the approval rate, by Kitagawa (1955).

    All that is returned adds up to the change: the mix is weighed by mean rates, the change
    within groups by mean shares. A group that was not there in one of the months has no rate of
    its own then, and that of the other month is taken.

    Parameters
    ----------
    before, after
        Counts by group; at least one application each.

    Examples
    --------
    Half of a strong group goes away, and nothing else changes:

    >>> before = {"strong": Count(all=50, approved=50), "weak": Count(all=50, approved=0)}
    >>> after = {"strong": Count(all=25, approved=25), "weak": Count(all=75, approved=0)}
    >>> [(one.name, one.mix, one.within) for one in change_by_group(before, after)]
    [('strong', -0.15625, 0.0), ('weak', -0.09375, 0.0)]
    """
    names = [*before, *(name for name in after if name not in before)]
    all_before = sum(one.all for one in before.values())
    all_after = sum(one.all for one in after.values())
    overall = (
        sum(one.approved for one in before.values()) / all_before
        + sum(one.approved for one in after.values()) / all_after
    ) / 2
    found = []
    for name in names:
        was, now = before.get(name, Count()), after.get(name, Count())
        shares = was.all / all_before, now.all / all_after
        old, new = _rates(was, now)
        found.append(
            GroupChange(
                name=name,
                share_before=shares[0],
                share_after=shares[1],
                rate_before=was.rate,
                rate_after=now.rate,
                # Shares change by nothing in sum, so that any constant may be taken off the rates.
                mix=(shares[1] - shares[0]) * ((old + new) / 2 - overall),
                within=(new - old) * (shares[0] + shares[1]) / 2,
            )
        )
    return tuple(found)


def _rates(was: Count, now: Count) -> tuple[float, float]:
    """Return both rates of a group; that of the other month where it was not there in one."""
    old = now.rate if was.rate is None else was.rate
    new = was.rate if now.rate is None else now.rate
    return old or 0.0, new or 0.0


def difference(before: Count, after: Count) -> Estimate:
    """Return the change of the approval rate with its interval, by Agresti and Caffo (2000).

    One approval and one refusal are added to each month, for the interval alone, so that it holds
    for small months and rates of 0 and 1 as well.

    Examples
    --------
    >>> print(difference(Count(all=100, approved=70), Count(all=100, approved=50)))
    -0.2000 [-0.3279, -0.0642]
    """
    value = (after.rate or 0.0) - (before.rate or 0.0)
    old, new = (before.approved + 1) / (before.all + 2), (after.approved + 1) / (after.all + 2)
    error = sqrt(old * (1 - old) / (before.all + 2) + new * (1 - new) / (after.all + 2))
    reach = normal_quantile(LEVEL) * error
    return Estimate(
        value=value,
        lower=max(-1.0, new - old - reach),
        upper=min(1.0, new - old + reach),
        level=LEVEL,
        method="Agresti-Caffo",
    )


def counted(names: Sequence[str], approved: Sequence[bool]) -> dict[str, Count]:
    """Count applications and approvals by group, in the order in which groups are met."""
    all_of: dict[str, int] = {}
    approved_of: dict[str, int] = {}
    for name, one in zip(names, approved, strict=True):
        all_of[name] = all_of.get(name, 0) + 1
        approved_of[name] = approved_of.get(name, 0) + bool(one)
    return {name: Count(all=all_of[name], approved=approved_of[name]) for name in all_of}
