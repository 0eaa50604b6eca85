"""How much of a change each of several causes has brought, one after another and evenly."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from itertools import combinations
from math import factorial
from typing import TypeVar

Cause = TypeVar("Cause", bound=Hashable)


def in_order(
    causes: Sequence[Cause], value: Callable[[frozenset[Cause]], float]
) -> dict[Cause, float]:
    """Return what each cause adds when they change one after another, in the order given.

    Parameters
    ----------
    causes
        What has changed.
    value
        The figure once some of the causes have changed.

    Examples
    --------
    >>> in_order(["model", "policy"], lambda changed: 2.0 * len(changed) ** 2)
    {'model': 2.0, 'policy': 6.0}
    """
    found, before = {}, frozenset[Cause]()
    for cause in causes:
        after = before | {cause}
        found[cause] = value(after) - value(before)
        before = after
    return found


def evenly(
    causes: Sequence[Cause], value: Callable[[frozenset[Cause]], float]
) -> dict[Cause, float]:
    """Return the mean of what each cause adds over all orders: its Shapley value.

    The parts add up to the whole change, and no cause is favoured by where it stands.

    Examples
    --------
    >>> evenly(["model", "policy"], lambda changed: 2.0 * len(changed) ** 2)
    {'model': 4.0, 'policy': 4.0}
    """
    return {cause: _mean(cause, causes, value) for cause in causes}


def interacts(causes: Sequence[Cause], value: Callable[[frozenset[Cause]], float]) -> bool:
    """Tell whether it matters in which order the causes change.

    Examples
    --------
    >>> interacts(["model", "policy"], lambda changed: 3.0 * len(changed))
    False
    """
    alone: Mapping[Cause, float] = {
        cause: value(frozenset({cause})) - value(frozenset()) for cause in causes
    }
    return any(
        value(frozenset(some) | {cause}) - value(frozenset(some)) != alone[cause]
        for cause in causes
        for some in _others(cause, causes)
    )


def _others(cause: Cause, causes: Sequence[Cause]) -> list[tuple[Cause, ...]]:
    rest = [one for one in causes if one != cause]
    return [some for size in range(len(rest) + 1) for some in combinations(rest, size)]


def _mean(
    cause: Cause, causes: Sequence[Cause], value: Callable[[frozenset[Cause]], float]
) -> float:
    total = factorial(len(causes))
    return sum(
        factorial(len(some))
        * factorial(len(causes) - len(some) - 1)
        / total
        * (value(frozenset(some) | {cause}) - value(frozenset(some)))
        for some in _others(cause, causes)
    )
