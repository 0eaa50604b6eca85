"""A search for models whose features act together: wide at first, then cheaper step by step.

It finds good paths within its time, and does not claim that they are the cheapest.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np

from loanwright.explanation.paths_search import Quest, changed_bits
from loanwright.explanation.paths_space import Floats, Picks

#: Useful values of one move that are combined with those of others.
USEFUL: Final = 10
#: Picks that are carried on from one number of changes to the next.
CARRIED: Final = 60
#: Changes at once, at most.
MOST_CHANGES: Final = 5
#: Picks of one round that are made cheaper; each is of another set of moves.
REFINED: Final = 8


def widen(quest: Quest) -> Iterator[Picks]:
    """Yield picks that score enough, each made as cheap as single steps can make it.

    Parameters
    ----------
    quest
        What is searched for; it stays incomplete, since not everything is looked at.
    """
    singles = _singles(quest)
    present = float(quest.log_odds(np.zeros((1, singles.shape[1]), dtype=np.int64))[0])
    gains = present - quest.log_odds(singles)
    yield from _refined(quest, singles, gains, present)
    useful = singles[_useful(quest, singles, gains)]
    carried = useful
    for _ in range(1, MOST_CHANGES):
        if quest.clock.over or not len(carried):
            return
        wider = _wider(carried, useful)
        gains = present - quest.log_odds(wider)
        yield from _refined(quest, wider, gains, present)
        carried = wider[_most_promising(quest, wider, gains, present)]


def _singles(quest: Quest) -> Picks:
    places = range(len(quest.space.moves))
    return np.concatenate([quest.space.every_pick([place])[1:] for place in places])


def _useful(quest: Quest, singles: Picks, gains: Floats) -> list[int]:
    """Return rows that gain more than every cheaper value of their feature: some of each."""
    rows: list[int] = []
    costs, bits = quest.space.costs(singles), np.array(changed_bits(singles))
    for one in np.unique(bits):
        of_move = np.flatnonzero(bits == one)
        of_move = of_move[np.argsort(costs[of_move], kind="stable")]
        best = np.maximum.accumulate(np.concatenate([[0.0], gains[of_move]]))
        better = of_move[best[1:] > best[:-1]]
        some = np.linspace(0, len(better) - 1, min(USEFUL, len(better))).round().astype(np.int64)
        rows += better[np.unique(some)].tolist()
    return rows


def _wider(carried: Picks, useful: Picks) -> Picks:
    """Return each carried pick with each useful value of a move that it leaves alone."""
    first = np.repeat(carried, len(useful), axis=0)
    second = np.tile(useful, (len(carried), 1))
    apart = ~((first > 0) & (second > 0)).any(axis=1)
    return np.unique(first[apart] + second[apart], axis=0)


def _most_promising(
    quest: Quest, picks: Picks, gains: Floats, present: float
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return rows by what they would cost if they went on gaining as they do."""
    needed = present - quest.enough
    forecast = quest.space.costs(picks) * np.maximum(needed, 0.0) / np.maximum(gains, 1e-9)
    short = np.flatnonzero(gains < needed)
    return short[np.argsort(forecast[short], kind="stable")[:CARRIED]]


def _refined(quest: Quest, picks: Picks, gains: Floats, present: float) -> Iterator[Picks]:
    """Yield the picks that are enough, made cheaper; the cheapest of each set of moves."""
    hits = picks[gains >= present - quest.enough]
    hits = hits[quest.rules.lets_pass(hits)]
    hits = hits[np.argsort(quest.space.costs(hits), kind="stable")]
    seen: set[int] = set()
    for pick, bits in zip(hits, changed_bits(hits), strict=True):
        if bits in seen or len(seen) >= REFINED or quest.clock.over:
            continue
        seen.add(bits)
        cheaper = _cheapened(quest, pick)
        yield from quest.new(cheaper[None, :])


def _cheapened(quest: Quest, pick: Picks) -> Picks:
    """Move one feature after the other back as far as the pick stays enough, until none can."""
    better = pick.copy()
    changed = True
    while changed and not quest.clock.over:
        changed = False
        for place in np.flatnonzero(better).tolist():
            back = np.repeat(better[None, :], better[place], axis=0)
            back[:, place] = np.arange(better[place])
            enough = quest.rules.lets_pass(back)
            enough[enough] = quest.log_odds(back[enough]) <= quest.enough
            if enough.any():
                better, changed = back[int(np.argmax(enough))], True
    return better
