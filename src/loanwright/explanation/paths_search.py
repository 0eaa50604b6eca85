"""Three ways to look for the cheapest change that scores enough, by the size of the space.

Each gives picks in the order of their cost, lets the caller verify them one by one, and says at
the end whether it has looked at everything that could have been cheaper.
"""

import heapq
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from math import inf, prod
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from loanwright.explanation.paths_rules import Rulebook
from loanwright.explanation.paths_space import Floats, Picks, Space

#: Combinations up to which all are scored.
EVERY: Final = 50_000
#: Combinations that are scored at once: few at first, since the cheap ones often do.
BLOCK: Final = 4_096
#: Difference between a sum of contributions and the log-odds of the engine.
ROUNDING: Final = 1e-9

Score = Callable[[Picks], Floats]


class Clock:
    """The time that a search has."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    @property
    def over(self) -> bool:
        """Return whether the time is used up."""
        return time.monotonic() >= self._end


@dataclass(kw_only=True, eq=False)
class Quest:
    """What is searched for.

    Attributes
    ----------
    space, rules
        What can be changed, and what the rules let pass.
    log_odds
        Raw log-odds of (n, m) picks.
    enough
        The highest raw log-odds that still reach the cut-off.
    clock
        How long there is.
    found
        Sets of moves, as bits, that led to a path: what changes all of one is not looked at.
    complete
        Afterwards: whether everything was looked at.
    """

    space: Space
    rules: Rulebook
    log_odds: Score
    enough: float
    clock: Clock
    found: list[int] = field(default_factory=list)
    complete: bool = field(default=False, init=False)

    def everything(self) -> Iterator[Picks]:
        """Yield every pick that scores enough, by rising cost."""
        picks = self.space.every_pick()
        ordered = picks[np.argsort(self.space.costs(picks), kind="stable")]
        for start in range(0, len(ordered), BLOCK):
            block = ordered[start : start + BLOCK]
            block = block[self.rules.lets_pass(block)]
            if self.clock.over:
                return
            yield from self.new(block[self.log_odds(block) <= self.enough])
        self.complete = True

    def new(self, picks: Picks) -> Iterator[Picks]:
        """Yield the picks that do not change all that a path has changed already."""
        bits = changed_bits(picks)
        for place, pick in enumerate(picks):
            if not any(bits[place] & one == one for one in self.found):
                yield pick

    def by_bounds(self) -> Iterator[Picks]:
        """Yield picks of an additive model that score enough, by rising cost: the exact way.

        A heap holds partial picks by the least that a completion can cost: what they cost, and
        the missing log-odds at the best rate of the groups that are still open.
        """
        present = float(self.log_odds(np.zeros((1, len(self.space.moves)), dtype=np.int64))[0])
        groups = [self._group(places, present) for places in self.groups()]
        if all(len(group.costs) for group in groups):
            bounds = _Bounds(groups, present - self.enough - ROUNDING, self.found)
            for chosen in bounds.run(self.clock):
                pick = np.zeros(len(self.space.moves), dtype=np.int64)
                for group, option in zip(groups, chosen, strict=True):
                    pick[group.places] = group.picks[option][group.places]
                yield pick
        self.complete = not self.clock.over

    def divisible(self) -> bool:
        """Return whether every group of moves that belong together is small enough."""
        moves = self.space.moves
        counts = ([len(moves[place].values) for place in places] for places in self.groups())
        return all(prod(sizes) <= EVERY for sizes in counts)

    def groups(self) -> list[list[int]]:
        """Return groups of moves that no model input and no rule connects with another group."""
        groups = [{place} for place in range(len(self.space.moves))]
        for ties in (*self._shared_inputs(), *(set(one.moves) for one in self.rules.readable)):
            touched = [group for group in groups if group & ties]
            groups = [group for group in groups if not group & ties]
            groups += [set().union(*touched)] if touched else []
        return sorted(sorted(group) for group in groups)

    def _shared_inputs(self) -> Iterator[set[int]]:
        names = [move.feature.name for move in self.space.moves]
        for feature in self.rules.product.model_features(self.rules.segment):
            yield {place for place, name in enumerate(names) if name in feature.depends_on}

    def _group(self, places: list[int], present: float) -> "_Group":
        picks = self.space.every_pick(places)
        picks = picks[self.rules.lets_pass(picks, places)]
        costs, gains = self.space.costs(picks), present - self.log_odds(picks)
        order = np.lexsort((-gains, costs))
        picks, costs, gains = picks[order], costs[order], gains[order]
        kept = _undominated(picks, gains) if self.rules.whole else np.ones(len(picks), dtype=bool)
        return _Group(
            places=places,
            picks=picks[kept],
            costs=costs[kept].tolist(),
            gains=gains[kept].tolist(),
            bits=changed_bits(picks[kept]),
        )


def changed_bits(picks: Picks) -> list[int]:
    """Return for each of (n, m) picks which moves it changes, as bits of one number.

    Examples
    --------
    >>> changed_bits(np.array([[0, 0, 0], [2, 0, 1]]))
    [0, 5]
    """
    return [
        sum(1 << place for place, pick in enumerate(row) if pick) for row in (picks > 0).tolist()
    ]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Group:
    """Ways to change moves that belong together, by rising cost."""

    places: list[int]
    picks: Picks
    costs: list[float]
    gains: list[float]
    bits: list[int]


def _undominated(picks: Picks, gains: Floats) -> NDArray[np.bool_]:
    """Return which picks gain more than every cheaper one that changes the same features."""
    kept = np.zeros(len(picks), dtype=np.bool_)
    best: dict[int, float] = {}
    for row, (bits, gain) in enumerate(zip(changed_bits(picks), gains.tolist(), strict=True)):
        if gain > best.get(bits, -inf):
            best[bits], kept[row] = gain, True
    return kept


class _Partial(NamedTuple):
    """Options chosen from the first groups; compared by what a completion costs at least."""

    least: float
    number: int
    cost: float
    gain: float
    bits: int
    chosen: tuple[int, ...]


class _Bounds:
    """Combinations of one option from each group, by rising cost, that gain what is missing."""

    def __init__(self, groups: Sequence[_Group], missing: float, found: list[int]) -> None:
        self._groups, self._missing, self._found = groups, missing, found
        self._heap: list[_Partial] = []
        self._number = count()
        # What the groups after each one can gain at most, and at which rate they gain.
        self._reach, self._rate = [0.0], [0.0]
        for group in reversed(groups):
            rates = [g / c for g, c in zip(group.gains, group.costs, strict=True) if c > 0]
            self._reach.insert(0, self._reach[0] + max(group.gains))
            self._rate.insert(0, max([self._rate[0], *rates]))

    def run(self, clock: Clock) -> Iterator[tuple[int, ...]]:
        self._push(0.0, 0.0, 0, ())
        while self._heap and not clock.over:
            partial = heapq.heappop(self._heap)
            if any(partial.bits & one == one for one in self._found):
                continue
            depth = len(partial.chosen)
            if depth == len(self._groups):
                yield partial.chosen
                continue
            group = self._groups[depth]
            for option, price in enumerate(group.costs):
                cost, gain = partial.cost + price, partial.gain + group.gains[option]
                bits = partial.bits | group.bits[option]
                self._push(cost, gain, bits, (*partial.chosen, option))

    def _push(self, cost: float, gain: float, bits: int, chosen: tuple[int, ...]) -> None:
        lacking, depth = self._missing - gain, len(chosen)
        if lacking > self._reach[depth] + ROUNDING:
            return
        # Only the present value is free, and it gains nothing: the best rate bounds the cost.
        ahead = lacking / self._rate[depth] if lacking > 0 and self._rate[depth] > 0 else 0.0
        number = next(self._number)
        heapq.heappush(self._heap, _Partial(cost + ahead, number, cost, gain, bits, chosen))
