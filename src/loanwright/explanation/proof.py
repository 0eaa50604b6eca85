"""Whether the features that reasons name are those that moved the score.

A reason claims: this is what stood against you. So the named features are given the values of
somebody who was narrowly approved, and as many unnamed ones those of the same person; a faithful
explanation names the features that then move the score more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Rejected
from loanwright.metrics.distributions import normal_interval, normal_quantile
from loanwright.metrics.estimate import Estimate

Floats = NDArray[np.float64]
Booleans = NDArray[np.bool_]

MOST_NAMED: Final = 4
#: Share of the sample that counts as just above the cut-off.
NEAREST: Final = 0.1
#: More rows than these change no figure by more than its last digit.
MOST_ROWS: Final = 1_500
#: People whose values each row is given.
DONORS: Final = 10
LEVEL: Final = 0.95


class NothingToProve(Rejected):
    """Reasons cannot be proved on this sample: {problem}."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonProof:
    """What moving named and unnamed features did to the score.

    Attributes
    ----------
    rows
        Applicants below the cut-off for whom something was named and something was not.
    share
        Share of them whose score the named features move up more.
    difference
        Mean of how much more, in points.
    named, unnamed
        Mean movement in points, up is positive.
    """

    rows: int
    share: Estimate
    difference: Estimate
    named: float
    unnamed: float

    @property
    def faithful(self) -> bool:
        """Return whether both figures speak for the explanation, chance set aside."""
        return self.share.lower > 0.5 and self.difference.lower > 0

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values."""
        return {
            "rows": self.rows,
            "share": self.share.to_mapping(),
            "difference": self.difference.to_mapping(),
            "named": round(self.named, 6),
            "unnamed": round(self.unnamed, 6),
            "faithful": self.faithful,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """A model's answers about some rows, and the explanation that is to be proved.

    Attributes
    ----------
    matrix
        (n, p) vectors.
    contributions
        (n, p) of the explanation; positive raises the risk.
    points
        Scores of an (m, p) matrix before they are rounded; higher is safer.
    nameable
        (p,) whether a feature may be named.
    reference
        (p,) mean contributions of those just above the cut-off; None takes them from the rows.
    """

    matrix: Floats
    contributions: Floats
    points: Callable[[Floats], Floats]
    nameable: Booleans
    reference: Floats | None = None


def prove_reasons(explained: Explained, *, cutoff: float, seed: int = 0) -> ReasonProof:
    """Move what is named and what is not, and compare.

    Parameters
    ----------
    explained
        Rows and their explanation.
    cutoff
        The score from which is approved.
    seed
        Of the draw of donors and of unnamed features.

    Returns
    -------
    ReasonProof
        For at most 1,500 rows below the cut-off, each with ten donors from the nearest tenth of
        the sample above it. Features are moved as the model sees them, derived ones like others.

    Raises
    ------
    NothingToProve
        Where nobody is below or above the cut-off, or everything or nothing is named.

    Examples
    --------
    >>> random = np.random.default_rng(0)
    >>> matrix = random.normal(size=(400, 6))
    >>> weights = np.array([3.0, 2.0, 1.0, 0.5, 0.2, 0.1])
    >>> explained = Explained(
    ...     matrix=matrix,
    ...     contributions=matrix * weights,
    ...     points=lambda rows: -(rows @ weights),
    ...     nameable=np.ones(6, dtype=bool),
    ... )
    >>> prove_reasons(explained, cutoff=0.0).faithful
    True
    """
    random = np.random.default_rng(seed)
    scores = explained.points(explained.matrix)
    donors, rows = _nearest_above(scores, cutoff), _spread(np.flatnonzero(scores < cutoff))
    named = _named(explained, rows, donors)
    sizes = np.minimum(named.sum(axis=1), (~named).sum(axis=1))
    rows, named, sizes = rows[sizes > 0], named[sizes > 0], sizes[sizes > 0]
    if not len(rows):
        raise NothingToProve(problem="no row has both features that are named and that are not")
    moved = np.zeros((2, len(rows)))
    for donor in random.choice(donors, size=(DONORS, len(rows))):
        gifts = explained.matrix[donor]
        for side, chosen in enumerate((named, ~named)):
            given = np.where(_drawn(chosen, sizes, random), gifts, explained.matrix[rows])
            moved[side] += (explained.points(given) - scores[rows]) / DONORS
    return _compared(moved[0], moved[1])


def _nearest_above(scores: Floats, cutoff: float) -> NDArray[np.int64]:
    above = np.flatnonzero(scores >= cutoff)
    if not len(above) or len(above) == len(scores):
        side = "above" if not len(above) else "below"
        raise NothingToProve(problem=f"nobody is {side} the cut-off")
    nearest = above[np.argsort(scores[above], kind="stable")]
    return nearest[: max(1, round(NEAREST * len(scores)))]


def _spread(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    places = np.linspace(0, len(rows) - 1, min(MOST_ROWS, len(rows)))
    return rows[places.round().astype(np.int64)]


def _named(explained: Explained, rows: NDArray[np.int64], donors: NDArray[np.int64]) -> Booleans:
    """Return (n, p) which features the reasons of each row name."""
    reference = explained.reference
    if reference is None:
        reference = explained.contributions[donors].mean(axis=0)
    weights = np.where(explained.nameable, explained.contributions[rows] - reference, 0.0)
    order = np.argsort(-weights, axis=1, kind="stable")[:, :MOST_NAMED]
    named = np.zeros(weights.shape, dtype=np.bool_)
    np.put_along_axis(named, order, True, axis=1)
    return named & (weights > 0)


def _drawn(chosen: Booleans, sizes: NDArray[np.int64], random: np.random.Generator) -> Booleans:
    """Return as many of the chosen features of each row as its size says, by chance."""
    ranks = np.where(chosen, random.random(chosen.shape), 2.0).argsort(axis=1).argsort(axis=1)
    return chosen & (ranks < sizes[:, None])


def _compared(named: Floats, unnamed: Floats) -> ReasonProof:
    more, rows = named - unnamed, len(named)
    error = float(more.std(ddof=1)) / sqrt(rows) if rows > 1 else float("inf")
    return ReasonProof(
        rows=rows,
        share=wilson_interval(int((more > 0).sum()), rows),
        difference=normal_interval(
            float(more.mean()),
            error,
            level=LEVEL,
            bounds=(-1e9, 1e9),
            method="mean ± normal quantile × standard error over rows",
        ),
        named=float(named.mean()),
        unnamed=float(unnamed.mean()),
    )


def wilson_interval(hits: int, rows: int, *, level: float = LEVEL) -> Estimate:
    """Return a share with its score interval (Wilson, 1927).

    Examples
    --------
    >>> print(wilson_interval(81, 263))
    0.3080 [0.2553, 0.3662]
    """
    z, share = normal_quantile(level), hits / rows
    centre = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    reach = z * sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    lower, upper = max(0.0, centre - reach), min(1.0, centre + reach)
    return Estimate(value=share, lower=lower, upper=upper, level=level, method="Wilson")
